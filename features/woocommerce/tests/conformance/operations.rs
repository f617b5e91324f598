//! What a WooCommerce can beyond the shop's port.

use host_conformance::Site;
use host_conformance::site::{money, paid, wanted};
use kernel::Decimal;
use kernel::ids::{OrderId, UserId};
use woocommerce::operations::{AddedLine, NewCoupon};

use crate::with_a_store;

#[tokio::test]
async fn categories_and_customers_are_read() {
    with_a_store("categories_and_customers", async |site| {
        let categories = site.link.categories().await.unwrap();
        let kitchen = categories.iter().find(|category| category.name == "Kitchen").unwrap();
        assert!(kitchen.id > 0 && kitchen.parent == 0 && kitchen.count >= 2, "{kitchen:?}");
        let ada = site.link.customer(UserId(2)).await.unwrap().unwrap();
        assert_eq!((ada.email.as_str(), ada.roles), ("ada@example.com", vec!["customer".to_owned()]));
        assert!(site.link.customer(UserId(987_654)).await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn a_coupon_is_made_once_for_a_key() {
    with_a_store("a_coupon", async |site| {
        // A cart's token is of this run alone, and so is the key.
        let key = site.host().open_cart(UserId(0)).await.unwrap().token;
        let coupon = NewCoupon {
            amount: Decimal::whole(15),
            discount_type: "percent".to_owned(),
            usage_limit: 1,
            emails: vec!["ada@example.com".to_owned()],
            meta: vec![("_ocart_sequence_id".to_owned(), "4".to_owned())],
            ..NewCoupon::default()
        };
        let made = site.link.create_coupon(&key, &coupon).await.unwrap();
        assert!(made.id > 0 && made.code.len() >= 8, "{made:?}");
        assert_eq!(site.link.create_coupon(&key, &coupon).await.unwrap(), made);
        let taken = NewCoupon { code: made.code, ..coupon.clone() };
        let refused = site.link.create_coupon(&format!("{key}-2"), &taken).await.unwrap_err();
        assert_eq!((refused.status(), refused.code), (409, "duplicate"));
        let much = NewCoupon { amount: Decimal::whole(150), ..coupon };
        assert_eq!(site.link.create_coupon(&format!("{key}-3"), &much).await.unwrap_err().status(), 400);
    })
    .await;
}

#[tokio::test]
async fn an_order_is_amended_once_for_a_key() {
    with_a_store("an_amended_order", async |site| {
        let order = paid(&site, &[("tray", 1), ("mug", 1)]).await;
        let mug = order.lines.iter().find(|line| line.name == "Mug").unwrap().id;
        let added = AddedLine { product: wanted(&site, "tee/M", 1).await, unit_price: Decimal::whole(10) };
        let key = format!("amend:{}", order.id);
        let amended =
            site.link.amend_order(&key, order.id, std::slice::from_ref(&added), &[mug]).await.unwrap();
        // 25.50 + 10.00 + 4.99 shipping, 10 % on everything.
        assert_eq!((amended.lines.len(), amended.total), (2, money(4_454)));
        assert!(amended.version > order.version);
        let again = site.link.amend_order(&key, order.id, &[added], &[mug]).await.unwrap();
        assert_eq!((again.lines.len(), again.total), (2, money(4_454)));
        let state = site.link.order_state(order.id).await.unwrap();
        assert_eq!(state.order.unwrap().total, money(4_454));
        assert!(site.link.order_state(OrderId(987_654)).await.unwrap().order.is_none());
    })
    .await;
}
