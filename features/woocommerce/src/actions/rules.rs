//! Which events are actions, and with which arguments.

use serde_json::{Value, json};

/// Actions sent in one call.
pub const BATCH: i64 = 50;
/// Seconds for which whoever sends has the queue to himself: longer than a call may take.
pub const LEASE_SECONDS: i64 = 60;
/// Longest pause between two tries.
const MOST_PAUSE_SECONDS: i64 = 600;

/// The first of the names; [`MORE`] are the others.
pub const FIRST: &str = "ocart/cart/created";
/// Events of the specifications that this server knows.
pub const MORE: &[&str] = &[
    "ocart/cart/abandoned",
    "ocart/cart/converted",
    "ocart/bump/shown",
    "ocart/bump/accepted",
    "ocart/upsell/before_charge",
    "ocart/upsell/accepted",
    "ocart/upsell/declined",
    "ocart/recovery/dispatched",
    "ocart/recovery/converted",
    "oloyalty/member/enrolled",
    "oloyalty/points/earned",
    "oloyalty/points/adjusted",
    "oloyalty/points/redeemed",
    "oloyalty/tier/changed",
];

/// The arguments of the action `name`, from the event's struct as JSON.
#[must_use]
pub fn arguments(name: &str, event: &Value) -> Vec<Value> {
    let of = |member: &str| event.get(member).cloned().unwrap_or(Value::Null);
    match name {
        "ocart/cart/created" | "ocart/cart/abandoned" => vec![of("cart")],
        "ocart/cart/converted" => vec![of("cart"), of("order_id")],
        "ocart/recovery/dispatched" => vec![of("run"), of("step"), of("channel")],
        "ocart/recovery/converted" => vec![of("run"), of("order_id"), of("revenue")],
        "ocart/upsell/before_charge" => vec![event.clone()],
        "oloyalty/member/enrolled" => vec![member(event)],
        "oloyalty/points/earned" | "oloyalty/points/adjusted" | "oloyalty/points/redeemed" => {
            vec![member(&of("entry")), of("entry")]
        }
        "oloyalty/tier/changed" => vec![member(event), of("from"), of("to")],
        _ => vec![of("offer_event")],
    }
}

/// A member as an argument: his row and his WordPress user.
fn member(event: &Value) -> Value {
    json!({ "id": event.get("member_id"), "user_id": event.get("user_id") })
}

/// Seconds until the next try, after so many.
#[must_use]
pub fn pause(tries: i64) -> i64 {
    5_i64.saturating_mul(1 << tries.clamp(0, 10)).min(MOST_PAUSE_SECONDS)
}
