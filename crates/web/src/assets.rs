//! Stylesheets, scripts and pictures, embedded in the binary and addressed by their content.

use std::collections::HashMap;
use std::sync::OnceLock;

use rust_embed::RustEmbed;

/// Everything below `web-assets`.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web-assets"]
pub struct Assets;

fn digests() -> &'static HashMap<String, String> {
    static DIGESTS: OnceLock<HashMap<String, String>> = OnceLock::new();
    DIGESTS.get_or_init(|| {
        Assets::iter()
            .filter_map(|path| {
                let file = Assets::get(&path)?;
                Some((path.to_string(), kernel::hash::sha256(&file.data)[..12].to_owned()))
            })
            .collect()
    })
}

/// `/assets/{digest}/{path}`: may be cached for ever, since another content has another address.
#[must_use]
pub fn address(path: &str) -> String {
    let digest = digests().get(path).map_or("0", String::as_str);
    format!("/assets/{digest}/{path}")
}

/// A file's bytes and content type. Templates are not given out.
#[must_use]
pub fn file(path: &str) -> Option<(Vec<u8>, &'static str)> {
    if path.starts_with("templates/") {
        return None;
    }
    let file = Assets::get(path)?;
    let content_type = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        _ => "application/octet-stream",
    };
    Some((file.data.into_owned(), content_type))
}

/// The shared templates below `web-assets/templates`: name (`base.html`, `admin/base.html`, …) and text.
pub fn templates() -> impl Iterator<Item = (String, String)> {
    Assets::iter().filter_map(|path| {
        let name = path.strip_prefix("templates/")?.to_owned();
        let text = String::from_utf8(Assets::get(&path)?.data.into_owned()).ok()?;
        Some((name, text))
    })
}
