//! What a page's path and an origin look like.

/// Seconds for which an address is good.
pub const SECONDS: i64 = 60;
/// Days for which the login lasts: whoever looks again comes through WordPress again.
pub const LOGIN_DAYS: i64 = 1;

/// A page of the admin: `/admin/…` of plain letters, and nothing that leads elsewhere.
#[must_use]
pub fn is_admin_page(path: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '/');
    path.len() <= 191 && path.starts_with("/admin/") && !path.contains("//") && path.chars().all(plain)
}

/// Scheme, host and port of an address, as a policy names it; nothing for what is no plain address.
#[must_use]
pub fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let plain =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | ':' | '[' | ']');
    let good = matches!(scheme, "http" | "https") && !host.is_empty() && host.chars().all(plain);
    good.then(|| format!("{scheme}://{host}"))
}
