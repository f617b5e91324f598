//! What a client's headers hold, read without believing it: cookies, the address that a proxy wrote, the trace of a caller.

use std::collections::BTreeMap;
use std::net::IpAddr;

use http::{HeaderMap, header};

/// Name and value of each cookie, as they were sent; of two with one name the later one. Lines that are no text, and
/// parts without `=`, count as not sent.
#[must_use]
pub fn cookies(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The last address of the last `X-Forwarded-For` line, which the nearest proxy wrote; none when it is no address.
#[must_use]
pub fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    // Some proxies add a line of their own below the client's.
    let list = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    list.rsplit(',').next()?.trim().parse().ok()
}

/// Trace and span of a W3C `traceparent`, neither of them 0.
#[must_use]
pub fn traceparent(header: &str) -> Option<(u128, u64)> {
    let mut parts = header.split('-');
    let (version, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let sized = version.len() == 2 && version != "ff" && trace.len() == 32 && span.len() == 16;
    if !sized || !header.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
        return None;
    }
    let (trace, span) = (u128::from_str_radix(trace, 16).ok()?, u64::from_str_radix(span, 16).ok()?);
    (trace != 0 && span != 0).then_some((trace, span))
}
