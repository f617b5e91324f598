//! Pure decisions about sessions: identity of a cart's content, the status CartBay shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kernel::contracts::cartbay;
use kernel::contracts::shop::CartLine;
use kernel::hash;

use super::model::{ABANDONED, EXPIRED, RECOVERED, Session};

/// Identity of a cart's content, whatever the quantities: SHA-256 of CartBay's JSON of the items, in the order of that
/// JSON's bytes. Empty for no items. Lines that a bump put there are left out: they belong to the checkout.
pub(crate) fn fingerprint(lines: &[CartLine]) -> String {
    let mut items: Vec<String> = lines.iter().filter(|line| line.offer_id.is_none()).map(item_json).collect();
    if items.is_empty() {
        return String::new();
    }
    items.sort();
    hash::sha256(format!("[{}]", items.join(",")))
}

fn item_json(line: &CartLine) -> String {
    let attributes: BTreeMap<&str, &str> =
        line.variation.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let members: Vec<String> =
        attributes.iter().map(|(name, value)| format!("{}:{}", php_json(name), php_json(value))).collect();
    // PHP writes an empty map as a list.
    let variation = if members.is_empty() { "[]".to_owned() } else { format!("{{{}}}", members.join(",")) };
    format!(
        "{{\"product_id\":{},\"variation_id\":{},\"variation\":{variation},\"cart_item_data\":[]}}",
        line.product_id, line.variation_id
    )
}

/// A string as PHP's `json_encode` writes it: slashes escaped, everything beyond ASCII as `\uXXXX`.
fn php_json(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '/' => json.push_str("\\/"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            ' '..='~' => json.push(character),
            other => {
                let mut units = [0_u16; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _ = write!(json, "\\u{unit:04x}");
                }
            }
        }
    }
    json.push('"');
    json
}

/// The status that CartBay shows, without `wc-`. Suppression belongs to the contact; recovered wins over it.
pub(crate) fn status(session: &Session, suppressed: bool) -> &'static str {
    match session.state.as_str() {
        RECOVERED => cartbay::RECOVERED,
        _ if suppressed => cartbay::SUPPRESSED,
        EXPIRED => cartbay::EXPIRED,
        ABANDONED => cartbay::ABANDONED,
        _ if session.abandoned_at.is_some() && session.closed_at.is_some() => cartbay::ABANDONED,
        // Ended by a purchase before anybody had to be reminded: there is nothing to recover any more.
        _ if session.closed_at.is_some() => cartbay::EXPIRED,
        _ => cartbay::CAPTURED,
    }
}

/// A status as someone may write it, with or without `wc-` or `cartbay-`, and CartBay's cut-off spellings.
pub(crate) fn parse_status(text: &str) -> Option<&'static str> {
    let bare = text.strip_prefix("wc-").unwrap_or(text);
    let bare = bare.strip_prefix("cartbay-").unwrap_or(bare);
    match bare {
        "captured" => Some(cartbay::CAPTURED),
        "abandoned" => Some(cartbay::ABANDONED),
        "recovered" => Some(cartbay::RECOVERED),
        "expired" => Some(cartbay::EXPIRED),
        "suppressed" | "suppresse" | "suppress" => Some(cartbay::SUPPRESSED),
        _ => None,
    }
}
