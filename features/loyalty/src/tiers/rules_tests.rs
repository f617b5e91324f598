//! Qualification and the way up and down.

use kernel::Moment;
use kernel::ids::{MemberId, TierId, UserId};
use serde_json::json;

use super::model::{Qualification, basis_points, times};
use super::rules::{Verdict, verdict};
use crate::members::model::Member;

fn member(lifetime_earned: i64) -> Member {
    Member {
        id: MemberId(1),
        user_id: UserId(1),
        email: String::new(),
        referral_code: String::new(),
        status: "active".to_owned(),
        status_reason: String::new(),
        points_balance: 0,
        lifetime_earned,
        lifetime_redeemed: 0,
        tier_id: TierId(1),
        tier: "bronze".to_owned(),
        tier_changed_at: None,
        below_since: None,
        ledger_seq: 0,
        enrolled_at: Moment::from_unix(0),
        award_seq: 0,
    }
}

fn rules(document: serde_json::Value) -> Qualification {
    serde_json::from_value(document).unwrap()
}

#[test]
fn conditions_hold_alone_and_together() {
    let now = Moment::from_unix(86_400 * 10);
    assert!(rules(json!({})).holds(&member(0), now));
    let silver = rules(json!({"all": [{"metric": "lifetime_earned", "op": ">=", "value": 500}]}));
    assert!(!silver.holds(&member(499), now));
    assert!(silver.holds(&member(500), now));
    assert_eq!(silver.lifetime_threshold(), Some(500));
    let either = rules(json!({"any": [
        {"metric": "lifetime_earned", "op": ">", "value": 500},
        {"all": [{"metric": "member_days", "op": ">=", "value": 10}, {"not": {"metric": "points_balance", "op": ">", "value": 0}}]}
    ]}));
    assert!(either.holds(&member(0), now));
    assert!(!either.holds(&member(0), Moment::from_unix(0)));
    assert_eq!(either.lifetime_threshold(), None);
}

#[test]
fn what_is_not_understood_does_not_hold() {
    let now = Moment::from_unix(0);
    assert!(!rules(json!({"metric": "shoe_size", "op": ">=", "value": 0})).holds(&member(9), now));
    assert!(!rules(json!({"metric": "lifetime_earned", "op": "~", "value": 0})).holds(&member(9), now));
    assert!(!rules(json!({"metric": "lifetime_earned", "op": ">="})).holds(&member(9), now));
    assert!(serde_json::from_value::<Qualification>(json!({"every": []})).is_err());
}

#[test]
fn up_at_once_and_down_after_the_grace() {
    let (silver, gold) = ((2, TierId(2)), (3, TierId(3)));
    let now = Moment::from_unix(86_400 * 100);
    assert_eq!(verdict(silver, gold, None, now, 30), Verdict::Promote(gold.1));
    assert_eq!(verdict(gold, gold, None, now, 30), Verdict::Stay);
    assert_eq!(verdict(gold, gold, Some(now), now, 30), Verdict::Recovered);
    assert_eq!(verdict(gold, silver, None, now, 30), Verdict::BelowFrom(now));
    assert_eq!(verdict(gold, silver, Some(now.plus_days(-29)), now, 30), Verdict::InGrace);
    assert_eq!(verdict(gold, silver, Some(now.plus_days(-30)), now, 30), Verdict::Demote(silver.1));
    assert_eq!(verdict(gold, silver, None, now, 0), Verdict::Demote(silver.1));
}

#[test]
fn multipliers_are_basis_points() {
    let points = |text: &str| basis_points(kernel::Decimal::parse(text).unwrap());
    assert_eq!((points("1"), points("1.25"), points("2"), points("-1")), (10_000, 12_500, 20_000, 0));
    assert_eq!((times(12_500), times(20_000)), ("1.25×".to_owned(), "2×".to_owned()));
}
