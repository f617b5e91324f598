//! What can be seen of the settings and the files they name.

use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::{Outcome, host, is_public};
use crate::configuration::Configuration;

/// Characters that a key drawn by chance has at least, out of sixteen or more possible ones.
const VARIETY: usize = 10;

/// A key that somebody could guess, or read.
pub(super) fn secret_key(configuration: &Configuration) -> Outcome {
    let weak = |source: &str| {
        format!(
            "{source} can be guessed; make one with: openssl rand -hex 32 (logins and links already given out end with it)"
        )
    };
    if let Some(key) = &configuration.secret_key {
        return if guessable(key) {
            Err(weak("the key in CARTWRIGHT_SECRET_KEY"))
        } else {
            Ok("given in the environment".to_owned())
        };
    }
    let path = &configuration.secret_key_file;
    match std::fs::metadata(path) {
        Ok(found) if found.permissions().mode() & 0o077 != 0 => {
            Err(format!("{0} can be read by others; run: chmod 600 {0}", path.display()))
        }
        Ok(_) => match std::fs::read_to_string(path) {
            Ok(key) if guessable(&key) => Err(weak(&format!("the key in {}", path.display()))),
            Ok(_) => Ok(path.display().to_string()),
            Err(error) => {
                Err(format!("{} cannot be read: {error}; give it to the server's user", path.display()))
            }
        },
        Err(_) => Ok(format!("{} is made at the first start", path.display())),
    }
}

/// Too short, of few characters, or one piece again and again.
fn guessable(key: &str) -> bool {
    let key = key.trim().as_bytes();
    let variety = key.iter().collect::<std::collections::BTreeSet<_>>().len();
    let repeats = (1..=key.len() / 2).any(|length| key.chunks(length).all(|piece| key.starts_with(piece)));
    key.len() < 32 || variety < VARIETY || repeats
}

/// A shop in use whose key is gone.
pub(super) fn lost_key(configuration: &Configuration) -> String {
    format!(
        "{} is missing though the shop is in use: logins, links and tokens hang on it; bring it back from its copy \
         before the next start makes another",
        configuration.secret_key_file.display()
    )
}

/// Where shoppers come.
pub(super) fn address(configuration: &Configuration) -> Outcome {
    let url = &configuration.public_url;
    if host(url).is_empty() {
        return Err(format!("{url} names no host; set CARTWRIGHT_PUBLIC_URL to the shop's address"));
    }
    if is_public(configuration) && !url.starts_with("https://") {
        return Err(format!(
            "{url} is not https: passwords and carts travel in the open; put a proxy with a certificate in front and \
             set CARTWRIGHT_PUBLIC_URL to its https address"
        ));
    }
    Ok(url.clone())
}

/// Whose word is taken for where a request comes from.
pub(super) fn proxy(configuration: &Configuration) -> Outcome {
    let trusted = configuration.trust_forwarded;
    let open = host(&configuration.listen).parse::<IpAddr>().is_ok_and(|address| match address {
        IpAddr::V4(address) => {
            address.is_unspecified()
                || !(address.is_loopback() || address.is_private() || address.is_link_local())
        }
        IpAddr::V6(address) => {
            address.is_unspecified()
                || !(address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local())
        }
    });
    if trusted && open {
        return Err(format!(
            "X-Forwarded-For is believed while {} is open to everyone, who may then write any address into it; listen \
             on 127.0.0.1 or on an address that only the proxy reaches, or unset CARTWRIGHT_TRUST_FORWARDED",
            configuration.listen
        ));
    }
    if !trusted && configuration.public_url.starts_with("https://") {
        return Err(
            "https means a proxy in front, but its X-Forwarded-For is not believed: rate limits take all \
                    shoppers for one; let the proxy set X-Forwarded-For and X-Forwarded-Proto and set \
                    CARTWRIGHT_TRUST_FORWARDED=true"
                .to_owned(),
        );
    }
    Ok(if trusted { "X-Forwarded-For of the proxy is believed" } else { "no proxy is believed" }.to_owned())
}

/// Days, caps and reports are reckoned in it.
pub(super) fn time_zone(configuration: &Configuration) -> Outcome {
    let zone = &configuration.time_zone;
    if kernel::time::is_zone(zone) {
        return Ok(zone.clone());
    }
    Err(format!(
        "there is no time zone {zone}, so UTC is taken; set CARTWRIGHT_TIME_ZONE to a name such as Europe/Berlin"
    ))
}

/// A filter that does not parse would be dropped in silence.
pub(super) fn log(configuration: &Configuration) -> Outcome {
    let filter = &configuration.log;
    match tracing_subscriber::EnvFilter::try_new(filter) {
        Ok(_) => Ok(filter.clone()),
        Err(_) => Err(format!(
            "the log filter {filter} does not parse, so warn is taken; set CARTWRIGHT_LOG to warn or info"
        )),
    }
}

/// Who may read the database's file.
pub(super) fn database_file(file: Option<&Path>) -> Outcome {
    let Some(file) = file else { return Ok("the database is a server's".to_owned()) };
    match std::fs::metadata(file) {
        Ok(found) if found.permissions().mode() & 0o007 != 0 => Err(format!(
            "{0} holds names and addresses and can be read by everyone on this machine; run: chmod 600 {0}*",
            file.display()
        )),
        Ok(found) if found.permissions().readonly() => Err(format!(
            "{0} cannot be written; give it to the server's user and run: chmod 600 {0}",
            file.display()
        )),
        Ok(_) => Ok(file.display().to_string()),
        Err(_) => Ok(format!("{} is made at the first start", file.display())),
    }
}

/// Bytes that a shop should have before it.
const ROOM: u64 = 512 * 1024 * 1024;

/// Room for the database to grow.
pub(super) fn disk(file: Option<&Path>) -> Outcome {
    let folder = file.and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or_else(|| Path::new("."));
    match rustix::fs::statvfs(folder) {
        Ok(found) => {
            let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
            room(bytes(found.f_bavail), bytes(found.f_blocks), folder)
        }
        Err(error) => Err(format!("{} cannot be looked at: {error}; make the folder", folder.display())),
    }
}

/// Nearly full is less than half a gigabyte and less than a twentieth. A file system that tells no size is let be.
fn room(free: u64, total: u64, folder: &Path) -> Outcome {
    let megabytes = free / (1024 * 1024);
    if total > 0 && free < ROOM && free < total / 20 {
        return Err(format!(
            "only {megabytes} MB are free in {}: soon nothing can be written; make room or move the database",
            folder.display()
        ));
    }
    Ok(format!("{megabytes} MB are free in {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_nearly_full_is_found() {
        const MEGABYTE: u64 = 1024 * 1024;
        let folder = Path::new("/srv");
        let full = room(100 * MEGABYTE, 20_000 * MEGABYTE, folder).unwrap_err();
        assert!(full.contains("100 MB") && full.contains("make room"), "{full}");
        assert!(room(600 * MEGABYTE, 20_000 * MEGABYTE, folder).is_ok());
        assert!(room(60 * MEGABYTE, 100 * MEGABYTE, folder).is_ok(), "a small disk with room");
        assert!(room(0, 0, folder).is_ok());
    }

    #[test]
    fn keys_that_can_be_guessed_are_known() {
        for key in ["short", &"a".repeat(64), "0123456789abcdef0123456789abcdef", &"secret".repeat(10)] {
            assert!(guessable(key), "{key}");
        }
        assert!(!guessable("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"));
    }
}
