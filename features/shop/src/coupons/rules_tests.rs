//! Every reason for a refusal, and their order.

use kernel::decimal::Decimal;
use kernel::money::Currency;
use kernel::time::Moment;

use super::{Basket, BasketLine, Coupon, CustomerUse, Refusal, check, combine, for_totals};
use crate::totals::DiscountKind;

const NOW: i64 = 1_778_112_000;

fn coupon(kind: DiscountKind) -> Coupon {
    Coupon {
        id: 7,
        code: "save10".to_owned(),
        kind,
        amount: Decimal::whole(10),
        individual_use: false,
        free_shipping: false,
        exclude_sale_items: false,
        product_ids: Vec::new(),
        excluded_product_ids: Vec::new(),
        category_ids: Vec::new(),
        excluded_category_ids: Vec::new(),
        minimum: None,
        maximum: None,
        usage_limit: None,
        usage_limit_per_user: None,
        item_limit: None,
        usage_count: 0,
        expires: None,
        emails: Vec::new(),
    }
}

/// A hoodie in Blue, on sale, and a mug.
fn basket() -> Basket {
    let line = |key: &str, product_id, parent_id, name: &str, category: (i64, &str), on_sale| BasketLine {
        key: key.to_owned(),
        product_id,
        parent_id,
        name: name.to_owned(),
        categories: vec![(category.0, category.1.to_owned())],
        on_sale,
    };
    Basket {
        lines: vec![
            line("hoodie", 81, Some(45), "Hoodie - Blue", (3, "Hoodies"), true),
            line("mug", 90, None, "Mug", (4, "Decor"), false),
        ],
        subtotal: Decimal::whole(50),
        currency: Currency::USD,
        now: Moment::from_unix(NOW),
        held: 0,
        customer: None,
        emails: Vec::new(),
        at_checkout: false,
    }
}

/// Number and message, 0 when it is accepted.
fn refused(coupon: &Coupon, basket: &Basket) -> (u16, String) {
    match check(&coupon.code, Some(coupon), basket, false) {
        Ok(()) => (0, String::new()),
        Err(refusal) => (refusal.code(), refusal.message(&coupon.code)),
    }
}

fn number(change: impl Fn(&mut Coupon, &mut Basket), kind: DiscountKind) -> u16 {
    let (mut coupon, mut basket) = (coupon(kind), basket());
    change(&mut coupon, &mut basket);
    refused(&coupon, &basket).0
}

#[test]
fn a_code_must_be_typed_and_exist() {
    let code = |text: &str| check(text, None, &basket(), false).unwrap_err();
    assert_eq!(code(" ").message(""), "Please enter a coupon code.");
    assert_eq!(code("gone").code(), 105);
    assert_eq!(code("gone").message("gone"), "Coupon \"gone\" cannot be applied because it does not exist.");
    let percent = coupon(DiscountKind::Percent);
    assert_eq!(check("save10", Some(&percent), &basket(), false), Ok(()));
    assert_eq!(check("save10", Some(&percent), &basket(), true), Err(Refusal::Vetoed));
}

#[test]
fn a_used_up_coupon_tells_who_may_hold_it() {
    let limited = |held: u32, used: u32, customer: Option<CustomerUse>| {
        number(
            |coupon, basket| {
                coupon.usage_limit = Some(2);
                coupon.usage_count = used;
                basket.held = held;
                basket.customer = customer;
            },
            DiscountKind::Percent,
        )
    };
    let unfinished = CustomerUse { has_unfinished_order: true, ..CustomerUse::default() };
    assert_eq!(limited(0, 1, None), 0);
    assert_eq!(limited(0, 2, Some(unfinished)), 106);
    assert_eq!(limited(1, 1, Some(unfinished)), 115);
    assert_eq!(limited(1, 1, Some(CustomerUse::default())), 106);
    assert_eq!(limited(1, 1, None), 116);
}

#[test]
fn one_customer_may_use_it_so_often() {
    let limited = |customer: Option<CustomerUse>| {
        number(
            |coupon, basket| {
                coupon.usage_limit_per_user = Some(1);
                basket.customer = customer;
            },
            DiscountKind::Percent,
        )
    };
    assert_eq!(limited(None), 0);
    assert_eq!(limited(Some(CustomerUse::default())), 0);
    assert_eq!(limited(Some(CustomerUse { uses: 1, ..CustomerUse::default() })), 106);
    assert_eq!(limited(Some(CustomerUse { uses: 1, held: 1, ..CustomerUse::default() })), 115);
}

#[test]
fn time_and_spend_are_limits() {
    let percent = DiscountKind::Percent;
    assert_eq!(number(|coupon, _| coupon.expires = Some(Moment::from_unix(NOW)), percent), 0);
    assert_eq!(number(|coupon, _| coupon.expires = Some(Moment::from_unix(NOW - 1)), percent), 107);
    assert_eq!(number(|coupon, _| coupon.minimum = Some(Decimal::whole(50)), percent), 0);
    assert_eq!(number(|coupon, _| coupon.maximum = Some(Decimal::whole(50)), percent), 0);
    assert_eq!(number(|coupon, _| coupon.minimum = Some(Decimal::ZERO), percent), 0);
    let mut coupon = coupon(percent);
    coupon.minimum = Decimal::parse("1050.50");
    let expected = (108, "The minimum spend for coupon \"save10\" is $1,050.50.".to_owned());
    assert_eq!(refused(&coupon, &basket()), expected);
    (coupon.minimum, coupon.maximum) = (None, Some(Decimal::whole(49)));
    let expected = (112, "The maximum spend for coupon \"save10\" is $49.00.".to_owned());
    assert_eq!(refused(&coupon, &basket()), expected);
}

#[test]
fn products_and_categories_must_fit() {
    for kind in [DiscountKind::Percent, DiscountKind::FixedCart] {
        assert_eq!(number(|coupon, _| coupon.product_ids = vec![45], kind), 0);
        assert_eq!(number(|coupon, _| coupon.product_ids = vec![46], kind), 109);
        assert_eq!(number(|coupon, _| coupon.category_ids = vec![3], kind), 0);
        assert_eq!(number(|coupon, _| coupon.category_ids = vec![5], kind), 109);
        let on_sale_only = |coupon: &mut Coupon, _: &mut Basket| {
            coupon.category_ids = vec![3];
            coupon.exclude_sale_items = true;
        };
        assert_eq!(number(on_sale_only, kind), 109);
    }
}

#[test]
fn a_coupon_for_products_needs_one_eligible_line() {
    let percent = DiscountKind::Percent;
    assert_eq!(number(|coupon, _| coupon.excluded_product_ids = vec![81], percent), 0);
    assert_eq!(number(|coupon, _| coupon.excluded_product_ids = vec![45, 90], percent), 109);
    assert_eq!(number(|coupon, _| coupon.excluded_category_ids = vec![3, 4], percent), 109);
    assert_eq!(number(|coupon, _| coupon.exclude_sale_items = true, percent), 0);
}

#[test]
fn a_coupon_for_the_cart_bears_no_excluded_line() {
    let mut coupon = coupon(DiscountKind::FixedCart);
    coupon.excluded_category_ids = vec![3, 4];
    let expected =
        (114, "Sorry, coupon \"save10\" is not applicable to the categories: Hoodies, Decor.".to_owned());
    assert_eq!(refused(&coupon, &basket()), expected);
    coupon.excluded_product_ids = vec![45, 90];
    let expected =
        (113, "Sorry, coupon \"save10\" is not applicable to the products: Hoodie - Blue, Mug.".to_owned());
    assert_eq!(refused(&coupon, &basket()), expected);
    coupon.exclude_sale_items = true;
    assert_eq!(
        refused(&coupon, &basket()),
        (110, "Sorry, coupon \"save10\" is not valid for sale items.".to_owned())
    );
}

#[test]
fn addresses_may_be_restricted() {
    let allowed = |patterns: &[&str], email: &str| {
        let (mut coupon, mut basket) = (coupon(DiscountKind::Percent), basket());
        coupon.emails = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        basket.emails = vec![String::new(), email.to_owned()];
        refused(&coupon, &basket).0 == 0
    };
    assert!(allowed(&["Ann@Example.com"], " ann@example.com"));
    assert!(allowed(&["bob@x.com", "*@example.com"], "ann@example.com"));
    assert!(allowed(&["a*@*.example.*"], "ann@shop.example.org"));
    assert!(!allowed(&["*@example.com"], "ann@example.com.evil.net"));
    assert!(!allowed(&["a*a@x.com"], "a@x.com"));
    assert!(!allowed(&["*@example.com"], ""));
    let (mut coupon, mut basket) = (coupon(DiscountKind::Percent), basket());
    coupon.emails = vec!["*@example.com".to_owned()];
    let expected = (102, "Please enter a valid email at checkout to use coupon code \"save10\".".to_owned());
    assert_eq!(refused(&coupon, &basket), expected);
    basket.at_checkout = true;
    assert_eq!(refused(&coupon, &basket).1, "Please enter a valid email to use coupon code \"save10\".");
}

#[test]
fn the_first_thing_that_is_wrong_is_told() {
    let (mut coupon, mut basket) = (coupon(DiscountKind::FixedCart), basket());
    coupon.emails = vec!["nobody@example.com".to_owned()];
    let mut numbers = vec![refused(&coupon, &basket).0];
    let worse: [fn(&mut Coupon, &mut Basket); 9] = [
        |coupon, _| coupon.excluded_category_ids = vec![3],
        |coupon, _| coupon.excluded_product_ids = vec![90],
        |coupon, _| coupon.exclude_sale_items = true,
        |coupon, _| coupon.category_ids = vec![9],
        |coupon, _| coupon.maximum = Some(Decimal::whole(1)),
        |coupon, _| coupon.minimum = Some(Decimal::whole(99)),
        |coupon, _| coupon.expires = Some(Moment::from_unix(0)),
        |coupon, basket| {
            coupon.usage_limit_per_user = Some(1);
            basket.customer = Some(CustomerUse { uses: 1, held: 1, has_unfinished_order: false });
        },
        |coupon, _| (coupon.usage_limit, coupon.usage_count) = (Some(1), 1),
    ];
    for change in worse {
        change(&mut coupon, &mut basket);
        numbers.push(refused(&coupon, &basket).0);
    }
    assert_eq!(numbers, [102, 114, 113, 110, 109, 112, 108, 107, 115, 106]);
}

#[test]
fn coupons_stand_together_or_alone() {
    let (mut one, mut other) = (coupon(DiscountKind::Percent), coupon(DiscountKind::Percent));
    other.code = "vip".to_owned();
    assert_eq!(combine(&one, &[&other]), Ok(Vec::new()));
    assert_eq!(combine(&one, &[&one]), Err((Refusal::AlreadyApplied, "save10".to_owned())));
    other.individual_use = true;
    let (refusal, about) = combine(&one, &[&other]).unwrap_err();
    assert_eq!(refusal.code(), 104);
    assert_eq!(
        refusal.message(&about),
        "Sorry, coupon \"vip\" has already been applied and cannot be used in conjunction with other coupons."
    );
    one.individual_use = true;
    assert_eq!(combine(&one, &[&other]), Ok(vec!["vip".to_owned()]));
}

#[test]
fn totals_discount_the_eligible_lines() {
    let mut coupon = coupon(DiscountKind::Percent);
    coupon.exclude_sale_items = true;
    let lines = basket().lines;
    let eligible = for_totals(&coupon, &lines).eligible.unwrap();
    assert_eq!(eligible.into_iter().collect::<Vec<_>>(), ["mug"]);
    coupon.kind = DiscountKind::FixedCart;
    assert_eq!(for_totals(&coupon, &lines).eligible, None);
}
