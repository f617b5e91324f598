//! Names and arguments.

use kernel::Event;
use kernel::contracts::{ocart, oloyalty};
use serde_json::json;

use super::rules;

#[test]
fn every_event_of_the_specifications_is_an_action() {
    let mut known = vec![rules::FIRST];
    known.extend(rules::MORE);
    let events = [
        ocart::CartCreated::NAME,
        ocart::CartAbandoned::NAME,
        ocart::CartConverted::NAME,
        ocart::BumpShown::NAME,
        ocart::BumpAccepted::NAME,
        ocart::UpsellBeforeCharge::NAME,
        ocart::UpsellAccepted::NAME,
        ocart::UpsellDeclined::NAME,
        ocart::RecoveryDispatched::NAME,
        ocart::RecoveryConverted::NAME,
        oloyalty::MemberEnrolled::NAME,
        oloyalty::PointsEarned::NAME,
        oloyalty::PointsAdjusted::NAME,
        oloyalty::PointsRedeemed::NAME,
        oloyalty::TierChanged::NAME,
    ];
    assert_eq!(known, events);
}

#[test]
fn arguments_are_those_of_the_specifications() {
    let event = json!({ "cart": { "id": 4 }, "order_id": 9 });
    assert_eq!(rules::arguments("ocart/cart/created", &event), [json!({ "id": 4 })]);
    assert_eq!(rules::arguments("ocart/cart/converted", &event), [json!({ "id": 4 }), json!(9)]);
    let event = json!({ "offer_event": { "offer_id": 2 } });
    assert_eq!(rules::arguments("ocart/upsell/declined", &event), [json!({ "offer_id": 2 })]);
    let event = json!({ "entry": { "member_id": 1, "user_id": 7, "points": 50 } });
    let told = rules::arguments("oloyalty/points/earned", &event);
    assert_eq!(told, [json!({ "id": 1, "user_id": 7 }), event["entry"].clone()]);
    let event = json!({ "member_id": 1, "user_id": 7, "from": 1, "to": 2 });
    let told = rules::arguments("oloyalty/tier/changed", &event);
    assert_eq!(told, [json!({ "id": 1, "user_id": 7 }), json!(1), json!(2)]);
}

#[test]
fn pauses_grow_to_ten_minutes() {
    assert_eq!([0, 1, 3, 7, 400].map(rules::pause), [5, 10, 40, 600, 600]);
}
