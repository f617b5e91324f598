//! Rate limits: so many calls in so many seconds, per route and caller, in a sliding window. A caller is an address, and
//! a token as well where one is shown: neither many addresses nor many tokens get around the other.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use kernel::{Fault, Moment, hash};

/// So many calls in so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Name of the counter; routes with one name share it.
    pub bucket: &'static str,
    /// Calls.
    pub calls: usize,
    /// Seconds.
    pub seconds: i64,
}

#[derive(Debug)]
struct Window {
    seconds: i64,
    moments: Vec<Moment>,
}

impl Window {
    fn is_idle(&self, now: Moment) -> bool {
        self.moments.last().is_none_or(|last| now.seconds_since(*last) >= self.seconds)
    }
}

/// Counters of this server. They start empty after a restart; what must not be guessable is counted in the database
/// by its feature as well.
#[derive(Debug, Default)]
pub struct Limits {
    hits: Mutex<HashMap<(&'static str, String), Window>>,
}

/// Callers remembered at a time.
const MOST_CALLERS: usize = 100_000;

/// The counter of an address. Whoever has an IPv6 address has the whole /64 around it.
#[must_use]
pub fn by_address(address: &str) -> String {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) if address.to_ipv4_mapped().is_none() => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V6(address)) => {
            address.to_ipv4_mapped().map_or_else(String::new, |address| address.to_string())
        }
        _ => address.to_owned(),
    }
}

/// The counter of a token; the token itself is not kept.
#[must_use]
pub fn by_token(token: &str) -> String {
    format!("token {}", &hash::sha256(token)[..32])
}

impl Limits {
    /// Counts a call, or refuses it with 429 and the seconds to wait. Refused calls do not count.
    pub fn check(&self, limit: Limit, caller: &str, now: Moment) -> Result<(), Fault> {
        let mut hits = self.hits.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if hits.len() >= MOST_CALLERS {
            hits.retain(|_, window| !window.is_idle(now));
            if hits.len() >= MOST_CALLERS {
                // A flood of callers costs a bounded amount of memory; the counters begin anew.
                hits.clear();
            }
        }
        let window = hits
            .entry((limit.bucket, caller.to_owned()))
            .or_insert_with(|| Window { seconds: limit.seconds, moments: Vec::new() });
        window.moments.retain(|moment| now.seconds_since(*moment) < limit.seconds);
        if window.moments.len() >= limit.calls {
            let oldest = window.moments.first().copied().unwrap_or(now);
            return Err(Fault::too_many((limit.seconds - now.seconds_since(oldest)).max(1)));
        }
        window.moments.push(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { bucket: "test", calls: 3, seconds: 60 };

    #[test]
    fn an_ipv6_network_is_one_caller() {
        assert_eq!(by_address("2001:db8:1:2:3:4:5:6"), by_address("2001:db8:1:2:ffff::1"));
        assert_ne!(by_address("2001:db8:1:2::1"), by_address("2001:db8:1:3::1"));
        assert_eq!(by_address("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(by_address("192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn the_window_slides_and_says_how_long_to_wait() {
        let (limits, start) = (Limits::default(), Moment::from_unix(1_000_000));
        for seconds in [0, 10, 20] {
            assert!(limits.check(LIMIT, "a", start.plus_seconds(seconds)).is_ok());
        }
        let refused = limits.check(LIMIT, "a", start.plus_seconds(25));
        assert!(refused.is_err_and(|fault| fault.data.get("retry_after").is_some_and(|wait| wait == 35)));
        assert!(limits.check(LIMIT, "b", start.plus_seconds(25)).is_ok());
        assert!(limits.check(LIMIT, "a", start.plus_seconds(60)).is_ok());
    }

    #[test]
    fn a_flood_of_callers_takes_a_bounded_amount_of_memory() {
        let (limits, start) = (Limits::default(), Moment::from_unix(1_000_000));
        for number in 0..MOST_CALLERS + 10 {
            assert!(limits.check(LIMIT, &by_address(&number.to_string()), start).is_ok());
        }
        assert!(limits.hits.lock().is_ok_and(|hits| hits.len() <= MOST_CALLERS));
    }
}
