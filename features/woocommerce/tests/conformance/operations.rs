//! What a WooCommerce can beyond the shop's port.

use host_conformance::site::{money, paid, wanted};
use kernel::Decimal;
use kernel::ids::{OrderId, UserId};
use runtime::ports::Host;
use woocommerce::operations::AddedLine;

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
        // As the port tells it.
        assert_eq!(site.host.customer_email(UserId(2)).await.unwrap().as_deref(), Some("ada@example.com"));
        assert_eq!(site.host.customer_email(UserId(987_654)).await.unwrap(), None);
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
