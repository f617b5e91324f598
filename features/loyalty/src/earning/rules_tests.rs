//! Points of orders and of what is left of them.

use kernel::contracts::shop::{OrderLine, OrderSnapshot};
use kernel::ids::{OrderId, OrderItemId, ProductId, UserId};
use kernel::{Currency, Decimal, Moment, Money};

use super::model::{Basis, Caps, Exclusions, Multipliers, Terms, Usage};
use super::rules::{capped, deserved, line_multiplier, points, weighted_base};
use crate::tiers::model::ONCE;

const PLAIN: Basis = Basis { include_tax: false, include_shipping: false, after_discounts: true };

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn line(id: i64, total: &str) -> OrderLine {
    OrderLine {
        id: OrderItemId(id),
        product_id: ProductId(100 + id),
        variation_id: ProductId(0),
        name: "Tee".to_owned(),
        quantity: 1,
        subtotal: decimal(total),
        total: decimal(total),
        total_tax: Decimal::ZERO,
        refunded_quantity: 0,
        refunded_total: Decimal::ZERO,
        category_ids: vec![7],
        offer_id: None,
    }
}

fn order(lines: Vec<OrderLine>, total: i64, refunded: i64) -> OrderSnapshot {
    let money = |minor| Money::new(minor, Currency::USD);
    OrderSnapshot {
        id: OrderId(1),
        parent_id: OrderId(0),
        order_key: String::new(),
        status: "completed".to_owned(),
        currency: Currency::USD,
        customer_id: UserId(1),
        billing_email: String::new(),
        created_via: String::new(),
        payment_method: String::new(),
        transaction_id: String::new(),
        lines,
        coupon_codes: vec![],
        discount_total: money(0),
        shipping_total: money(0),
        total_tax: money(0),
        total: money(total),
        refunded_total: money(refunded),
        refunded_shipping: Decimal::ZERO,
        refunded_shipping_tax: Decimal::ZERO,
        cart_token: String::new(),
        meta: vec![],
        created_at: Moment::default(),
        paid_at: None,
        completed_at: None,
        version: 1,
    }
}

fn terms(
    weighted: Decimal,
    lines: Vec<(OrderItemId, i64)>,
    tier: i64,
    uncapped: i64,
    by_share: bool,
) -> Terms {
    Terms {
        rule_id: 1,
        points: 1,
        per: Decimal::whole(1),
        basis: PLAIN,
        lines,
        tier,
        campaign: 10_000,
        weighted,
        uncapped,
        by_share,
        caps: Caps::default(),
    }
}

#[test]
fn gold_on_a_discounted_order_rounds_down_once() {
    assert_eq!(points(decimal("53.97"), 1, Decimal::whole(1), 15_000, 10_000), 80);
    assert_eq!(points(decimal("40"), 1, Decimal::whole(1), 12_500, 30_000), 150);
    assert_eq!(points(decimal("1"), 1, Decimal::whole(1), 20_000, 1_000_000), 10, "at most tenfold");
    assert_eq!(points(decimal("99.99"), 5, Decimal::whole(10), 10_000, 10_000), 49);
}

#[test]
fn partial_refunds_leave_what_the_rest_deserves() {
    let lines = vec![(OrderItemId(1), 10_000), (OrderItemId(2), 10_000), (OrderItemId(3), 10_000)];
    let terms = terms(decimal("53.97"), lines, 15_000, 80, false);
    let mut kept = Vec::new();
    for refunded in 1..=3 {
        let lines = (1..=3)
            .map(|id| OrderLine {
                refunded_total: if id <= refunded { decimal("17.99") } else { Decimal::ZERO },
                ..line(id, "17.99")
            })
            .collect();
        kept.push(deserved(&terms, &order(lines, 5397, 1799 * refunded)));
    }
    assert_eq!(kept, [53, 26, 0]);
}

#[test]
fn a_refund_without_lines_spreads_over_the_goods() {
    let lines = [(OrderItemId(1), 10_000), (OrderItemId(2), 10_000)];
    let goods = || vec![line(1, "60"), line(2, "40")];
    assert_eq!(weighted_base(&order(goods(), 10_500, 2_500), PLAIN, &lines), decimal("75"));
    assert_eq!(weighted_base(&order(goods(), 10_500, 10_400), PLAIN, &lines), Decimal::ZERO);
    let mut itemised = goods();
    itemised[0].refunded_total = decimal("60");
    let with_shipping = weighted_base(&order(itemised, 10_500, 6_500), PLAIN, &lines);
    assert_eq!(with_shipping, decimal("40"), "shipping refunded along with a line takes nothing");
}

#[test]
fn tax_and_discounts_count_as_set() {
    let taxed = OrderLine { subtotal: decimal("100"), total_tax: decimal("9"), ..line(1, "90") };
    let lines = [(OrderItemId(1), 10_000)];
    let base = |basis| weighted_base(&order(vec![taxed.clone()], 9_900, 0), basis, &lines);
    assert_eq!(base(PLAIN), decimal("90"));
    assert_eq!(base(Basis { include_tax: true, ..PLAIN }), decimal("99"));
    assert_eq!(base(Basis { after_discounts: false, ..PLAIN }), decimal("100"));
}

#[test]
fn a_filtered_number_shrinks_with_the_amount() {
    let lines = vec![(OrderItemId(1), 10_000)];
    let terms = terms(decimal("50"), lines, 10_000, 501, true);
    let half = OrderLine { refunded_total: decimal("25"), ..line(1, "50") };
    assert_eq!(deserved(&terms, &order(vec![half], 5_000, 2_500)), 250);
}

#[test]
fn products_beat_categories_and_exclusions_beat_all() {
    let multipliers: Multipliers =
        serde_json::from_str(r#"{"products":{"101":"1.5"},"categories":{"7":"2","8":3}}"#).unwrap();
    let none = Exclusions::default();
    assert_eq!(line_multiplier(&line(1, "1"), &multipliers, &none), Some(15_000));
    assert_eq!(line_multiplier(&line(2, "1"), &multipliers, &none), Some(20_000));
    let excluded = Exclusions { products: vec![], categories: vec![7] };
    assert_eq!(line_multiplier(&line(1, "1"), &multipliers, &excluded), None);
}

#[test]
fn caps_clip() {
    let caps = Caps { per_day: Some(2_000), ..Caps::default() };
    assert_eq!(capped(600, &caps, Usage { day: 1_900, ..Usage::default() }), 100);
    assert_eq!(capped(600, &caps, Usage { day: 2_100, ..Usage::default() }), 0);
    let once = Caps { events_per_day: Some(1), ..Caps::default() };
    assert_eq!(capped(50, &once, Usage { day_events: 1, ..Usage::default() }), 0);
    assert_eq!(capped(50, &once, Usage::default()), 50);
}

#[test]
fn shipping_that_is_refunded_by_its_own_line_takes_no_points() {
    // 200 of goods and 10 of shipping, the shipping given back.
    let lines = [(OrderItemId(1), ONCE)];
    let refunded = OrderSnapshot {
        shipping_total: Money::new(1000, Currency::USD),
        refunded_shipping: decimal("10"),
        ..order(vec![line(1, "200")], 21_000, 1000)
    };
    assert_eq!(weighted_base(&refunded, PLAIN, &lines), decimal("200"));
    // Of another 20 that no line accounts for a tenth of the goods is gone.
    let more = OrderSnapshot { refunded_total: Money::new(3000, Currency::USD), ..refunded.clone() };
    assert_eq!(weighted_base(&more, PLAIN, &lines), decimal("180"));
    let with_shipping = Basis { include_shipping: true, ..PLAIN };
    assert_eq!(weighted_base(&refunded, with_shipping, &lines), decimal("200"));
}
