//! What has happened to an order, by its states alone.

use kernel::contracts::shop::OrderSnapshot;
use kernel::ids::OrderId;
use kernel::{Currency, Moment, Money};

use super::model::{Happening, Known, OrderState, Refund};
use super::rules::compare;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn order(version: i64, status: &str) -> OrderSnapshot {
    let at = Moment::from_unix(1_795_262_400);
    let is_paid = matches!(status, "processing" | "completed");
    OrderSnapshot {
        id: OrderId(12),
        parent_id: OrderId(0),
        order_key: "wc_order_x".to_owned(),
        status: status.to_owned(),
        currency: Currency::USD,
        customer_id: kernel::ids::UserId(0),
        billing_email: "ada@example.com".to_owned(),
        created_via: "checkout".to_owned(),
        payment_method: "cod".to_owned(),
        transaction_id: String::new(),
        lines: Vec::new(),
        coupon_codes: Vec::new(),
        discount_total: usd(0),
        shipping_total: usd(0),
        total_tax: usd(0),
        total: usd(5_000),
        refunded_total: usd(0),
        refunded_shipping: kernel::Decimal::ZERO,
        refunded_shipping_tax: kernel::Decimal::ZERO,
        cart_token: String::new(),
        meta: Vec::new(),
        created_at: at,
        paid_at: is_paid.then_some(at),
        completed_at: None,
        version,
    }
}

fn state(order: OrderSnapshot, refunds: &[(i64, i64)]) -> OrderState {
    let refunds: Vec<Refund> = refunds
        .iter()
        .map(|(id, minor)| Refund { id: OrderId(*id), amount: usd(*minor), at: Moment::from_unix(0) })
        .collect();
    let refunded = refunds.iter().map(|refund| refund.amount.minor()).sum();
    OrderState { order: Some(OrderSnapshot { refunded_total: usd(refunded), ..order }), refunds }
}

fn changed(from: &str) -> Happening {
    Happening::Changed { from: from.to_owned() }
}

fn refunded(id: i64, minor: i64) -> Happening {
    Happening::Refunded { refund: OrderId(id), amount: usd(minor) }
}

/// The states one after the other, and what each led to.
fn story(states: &[OrderState]) -> Vec<Vec<Happening>> {
    let mut known: Option<Known> = None;
    states
        .iter()
        .map(|state| match compare(known.as_ref(), state) {
            Some((now, happened)) => {
                known = Some(now);
                happened
            }
            None => Vec::new(),
        })
        .collect()
}

#[test]
fn an_order_is_placed_paid_completed_and_refunded_once() {
    let told = story(&[
        state(order(1, "pending"), &[]),
        state(order(1, "pending"), &[]),
        state(order(2, "processing"), &[]),
        state(order(3, "completed"), &[]),
        state(order(3, "completed"), &[]),
        state(order(4, "completed"), &[(90, 1_000)]),
        state(order(5, "refunded"), &[(90, 1_000), (91, 4_000)]),
    ]);
    let expected = [
        vec![Happening::Placed],
        vec![],
        vec![Happening::Paid, changed("pending")],
        vec![changed("processing")],
        vec![],
        vec![refunded(90, 1_000)],
        vec![changed("completed"), refunded(91, 4_000)],
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_order_first_seen_late_is_told_as_a_whole() {
    let told = story(&[state(order(7, "completed"), &[(90, 1_000)])]);
    assert_eq!(told, [[Happening::Placed, Happening::Paid, changed("pending"), refunded(90, 1_000)]]);
}

#[test]
fn a_deleted_refund_and_changed_sums_are_told_under_the_same_status() {
    let amended = OrderSnapshot { total: usd(6_000), ..order(6, "completed") };
    let told = story(&[
        state(order(3, "completed"), &[(90, 1_000)]),
        state(order(4, "completed"), &[]),
        state(order(4, "completed"), &[]),
        state(amended, &[]),
    ]);
    assert_eq!(told[1..], [vec![changed("completed")], vec![], vec![changed("completed")]]);
}

#[test]
fn a_deleted_order_counts_as_called_off_and_may_come_back() {
    let gone = OrderState { order: None, refunds: Vec::new() };
    let told = story(&[
        gone.clone(),
        state(order(2, "completed"), &[]),
        gone.clone(),
        gone.clone(),
        state(order(2, "completed"), &[]),
    ]);
    assert_eq!(told[0], []);
    assert_eq!(told[2..], [vec![changed("completed")], vec![], vec![changed("trash")]]);
    let binned = story(&[state(order(2, "completed"), &[]), state(order(3, "trash"), &[]), gone]);
    assert_eq!(binned[1..], [vec![changed("completed")], vec![]], "first the bin, then for good");
}

#[test]
fn a_late_state_and_a_draft_are_no_news() {
    let told = story(&[
        state(order(1, "checkout-draft"), &[]),
        state(order(5, "processing"), &[]),
        state(order(4, "pending"), &[]),
    ]);
    assert_eq!(told[0], []);
    assert_eq!(told[2], []);
    assert_eq!(story(&[state(order(1, "cartbay-captured"), &[])]), [[]]);
}
