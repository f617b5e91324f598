//! Coupons that the program makes.

use kernel::contracts::shop::{Address, OrderSnapshot};
use kernel::ids::UserId;
use kernel::{Decimal, Fault};
use runtime::ports::{NewCoupon, NewOrder};

use crate::site::{Site, add, home, money, new_order};

/// One key, one coupon; a code is given once.
pub async fn a_coupon_is_made_once_for_a_key(site: &dyn Site) {
    let host = site.host();
    // A cart's token is of this run alone, and so is the key.
    let key = host.open_cart(UserId(0)).await.unwrap().token;
    let coupon = NewCoupon {
        amount: Decimal::whole(15),
        discount_type: "percent".to_owned(),
        usage_limit: 1,
        emails: vec!["ada@example.com".to_owned()],
        meta: vec![("_ocart_sequence_id".to_owned(), "4".to_owned())],
        ..NewCoupon::default()
    };
    let made = host.create_coupon(&key, &coupon).await.unwrap();
    assert!(made.id > 0 && made.code.len() >= 8, "{made:?}");
    assert_eq!(host.create_coupon(&key, &coupon).await.unwrap(), made);
    let taken = NewCoupon { code: made.code, ..coupon.clone() };
    let refused = host.create_coupon(&format!("{key}-2"), &taken).await.unwrap_err();
    assert_eq!((refused.status(), refused.code), (409, "duplicate"));
    for (field, wrong) in [
        ("coupon.amount", NewCoupon { amount: Decimal::whole(150), ..coupon.clone() }),
        ("coupon.usage_limit", NewCoupon { usage_limit: -1, ..coupon.clone() }),
        ("coupon.usage_limit_per_user", NewCoupon { usage_limit_per_user: -1, ..coupon.clone() }),
        ("coupon.minimum_amount", NewCoupon { minimum_amount: Some(Decimal::whole(-5)), ..coupon }),
    ] {
        let refused = host.create_coupon(&format!("{key}-{field}"), &wrong).await.unwrap_err();
        assert_eq!(refused.status(), 400, "{field}");
        assert!(refused.params.contains_key(field), "{field}: {refused}");
    }
}

/// Whoever asks several times at once, with a code of his own, has one coupon of it. Several rounds: in the first one a shop
/// may still be opening its connections, and take one call after the other.
pub async fn one_key_and_one_code_at_once_give_one_coupon(site: &dyn Site) {
    let host = site.host();
    for round in 1..=4 {
        let token = host.open_cart(UserId(0)).await.unwrap().token;
        let coupon = NewCoupon {
            code: format!("code-{round}-{}", token.to_lowercase().chars().take(12).collect::<String>()),
            amount: Decimal::whole(5),
            discount_type: "fixed_cart".to_owned(),
            ..NewCoupon::default()
        };
        let calls = (0..4).map(|_| host.create_coupon(&token, &coupon));
        let made = futures_util::future::join_all(calls).await;
        let first = made[0].as_ref().unwrap();
        assert_eq!(first.code, coupon.code);
        for other in &made {
            assert_eq!(other.as_ref().unwrap(), first);
        }
    }
}

/// What restricts a coupon holds: the address that it is for, and how often it can be used.
pub async fn a_coupon_is_used_once_and_by_whom_it_is_for(site: &dyn Site) {
    let code = five_off_once(site).await;
    assert!(!buys_with(site, &code, "mug", &home().email).await, "of too little");
    assert!(!buys_with(site, &code, "tray", "grace@example.com").await, "by another");
    assert!(buys_with(site, &code, "tray", &home().email).await);
    assert!(!buys_with(site, &code, "tray", &home().email).await, "a second time");
}

/// An order that fails uses no coupon; when its money comes after all it does.
pub async fn a_coupon_of_an_order_that_fails_is_free_until_it_is_paid_after_all(site: &dyn Site) {
    let host = site.host();
    let code = five_off_once(site).await;
    for _ in 0..2 {
        let failed = places_with(site, &code, "tray", &home().email).await.unwrap();
        assert_eq!(failed.coupon_codes, [code.as_str()]);
        assert_eq!(host.fail_payment(failed.id, "declined").await.unwrap().status, "failed");
    }
    let order = places_with(site, &code, "tray", &home().email).await.unwrap();
    host.fail_payment(order.id, "declined").await.unwrap();
    assert!(host.complete_payment(order.id, "charge").await.unwrap().is_paid());
    assert!(!buys_with(site, &code, "tray", &home().email).await, "a second time");
}

/// The code of a coupon for one use by the one who lives at [`home`], from 20.00 on.
async fn five_off_once(site: &dyn Site) -> String {
    let key = site.host().open_cart(UserId(0)).await.unwrap().token;
    let coupon = NewCoupon {
        amount: Decimal::whole(5),
        discount_type: "fixed_cart".to_owned(),
        usage_limit: 1,
        usage_limit_per_user: 1,
        emails: vec![home().email],
        minimum_amount: Some(Decimal::whole(20)),
        ..NewCoupon::default()
    };
    site.host().create_coupon(&key, &coupon).await.unwrap().code
}

/// Buys one of a product and gives whether the coupon took something off.
async fn buys_with(site: &dyn Site, code: &str, sku: &str, email: &str) -> bool {
    match places_with(site, code, sku, email).await {
        Ok(order) => {
            site.host().complete_payment(order.id, "charge").await.unwrap();
            order.coupon_codes == [code] && order.discount_total == money(500)
        }
        Err(refused) => {
            assert!(refused.status() < 500, "{refused}");
            false
        }
    }
}

async fn places_with(site: &dyn Site, code: &str, sku: &str, email: &str) -> Result<OrderSnapshot, Fault> {
    let host = site.host();
    let cart = host.open_cart(UserId(0)).await.unwrap();
    add(site, &cart.token, sku, 1).await.unwrap();
    let billing = Address { email: email.to_owned(), ..home() };
    host.set_destination(&cart.token, &billing, &Address::default()).await.unwrap();
    let restored = host.restore_cart(&cart.token, &[], &[code.to_owned()]).await.unwrap();
    host.place_order(&NewOrder { billing, ..new_order(&restored.cart, "coupon") }).await
}
