//! Tokens and the course of an acceptance.

use kernel::ids::{FunnelId, OfferId, OrderId, ProductId, StepId};
use kernel::{Currency, Decimal, Moment, Money};
use runtime::SecretKey;
use runtime::ports::AddToCart;

use super::model::{Attempt, AttemptState, Ticket};
use super::rules::{Course, course, open, open_late, token};

fn attempt(number: i64, state: AttemptState) -> Attempt {
    Attempt {
        key: super::rules::attempt_key(OrderId(1), OfferId(2), number),
        order_id: OrderId(1),
        offer_id: OfferId(2),
        step_id: StepId(3),
        funnel_id: FunnelId(4),
        attempt: number,
        state,
        product: AddToCart {
            product_id: ProductId(5),
            variation_id: ProductId(0),
            quantity: 1,
            variation: Vec::new(),
        },
        unit_price: Decimal::whole(10),
        amount: Money::new(1000, Currency::USD),
        child_order_id: OrderId(0),
        challenge: String::new(),
        message: String::new(),
    }
}

#[test]
fn a_second_click_joins_and_only_a_seen_failure_is_tried_again() {
    use AttemptState::{Failed, Open, RequiresAction, Succeeded};
    let states = |states: &[AttemptState]| -> Vec<Attempt> {
        (1..).zip(states).map(|(number, state)| attempt(number, *state)).collect()
    };
    let table: [(&[AttemptState], Option<i64>, Course); 11] = [
        (&[], None, Course::Begin(1)),
        (&[], Some(1), Course::Begin(1)),
        (&[], Some(3), Course::Begin(1)),
        (&[Open], None, Course::Join(0)),
        (&[Open], Some(2), Course::Join(0)),
        (&[RequiresAction], Some(2), Course::Join(0)),
        (&[Failed], None, Course::Join(0)),
        (&[Failed], Some(2), Course::Begin(2)),
        (&[Failed, Failed], Some(1), Course::Join(0)),
        (&[Failed, Succeeded], Some(1), Course::Join(1)),
        (&[Failed, Failed, Failed], Some(4), Course::Join(2)),
    ];
    for (before, asked, expected) in table {
        assert_eq!(course(&states(before), asked), expected, "{before:?} {asked:?}");
    }
}

#[test]
fn tokens_are_bound_and_end() {
    let secret = SecretKey::parse("0123456789abcdef0123456789abcdef").unwrap();
    let ticket = Ticket { order_id: OrderId(7), offer_id: OfferId(8), step_id: StepId(9) };
    let now = Moment::from_unix(1_000_000);
    let good = token(&secret, ticket, now.plus_minutes(30));
    assert_eq!(open(&secret, &good, now.plus_minutes(30)).unwrap(), ticket);
    assert_eq!(open(&secret, &good, now.plus_minutes(31)).unwrap_err().code, "expired_token");
    assert_eq!(open_late(&secret, &good, now.plus_minutes(31)).unwrap(), (ticket, false));
    for forged in [good.replace("7:8", "6:8"), good.replace('.', "x"), String::new(), "1:2:3.9.00".to_owned()]
    {
        assert_eq!(open(&secret, &forged, now).unwrap_err().code, "invalid_token", "{forged}");
        assert_eq!(open_late(&secret, &forged, now).unwrap_err().code, "invalid_token", "{forged}");
    }
    let other = secret.token("restore", "7:8:9", now.plus_minutes(30));
    assert_eq!(open(&secret, &other, now).unwrap_err().code, "invalid_token", "made for something else");
}
