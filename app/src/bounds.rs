//! What clients may take of a server: time and connections.

use std::time::Duration;

use kernel::Fault;

/// Descriptors that are not for connections: the database, its log, files, calls to the outside.
const OTHERS: usize = 32;

/// What clients may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Of the door.
    pub door: web::Bounds,
    /// Longest time for a body of up to a mebibyte.
    pub body: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { door: web::Bounds::default(), body: Duration::from_secs(30) }
    }
}

impl Bounds {
    /// Flag or environment, then the file's values in the order of the flags, then what is usual. Behind a proxy all
    /// connections come from one address, so that there is no bound on those.
    pub(crate) fn read(
        given: &impl Fn(&str) -> Option<String>,
        file: &[Option<u32>; 5],
        behind_proxy: bool,
    ) -> Result<Self, Fault> {
        let number = |name: &str, place: usize, most: u32| -> Result<Option<u32>, Fault> {
            let value = match given(name) {
                Some(text) => Some(text.parse().unwrap_or(0)),
                None => file.get(place).copied().flatten(),
            };
            match value {
                Some(value) if !(1..=most).contains(&value) => {
                    Err(Fault::invalid(name, format!("Give a whole number from 1 to {most}.")))
                }
                value => Ok(value),
            }
        };
        let seconds = |name: &str, place: usize| -> Result<Option<Duration>, Fault> {
            Ok(number(name, place, 3_600)?.map(|seconds| Duration::from_secs(seconds.into())))
        };
        let count = |name: &str, place: usize| -> Result<Option<usize>, Fault> {
            Ok(number(name, place, 1_000_000)?.and_then(|count| usize::try_from(count).ok()))
        };
        let mut bounds = Self::default();
        let door = &mut bounds.door;
        door.header = seconds("header-seconds", 0)?.unwrap_or(door.header);
        bounds.body = seconds("body-seconds", 1)?.unwrap_or(bounds.body);
        door.idle = seconds("idle-seconds", 2)?.unwrap_or(door.idle);
        door.connections = count("connections", 3)?.unwrap_or(door.connections).min(descriptors());
        let usual = if behind_proxy { door.connections } else { door.per_address };
        door.per_address = count("connections-per-address", 4)?.unwrap_or(usual).min(door.connections);
        Ok(bounds)
    }
}

/// Connections that the process may have open beside its other files.
fn descriptors() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
    limit.saturating_sub(OTHERS).max(8)
}
