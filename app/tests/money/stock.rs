//! Stock is given back once, in whatever order an order is refunded, cancelled and taken up again.

use db::testing::databases;
use serde_json::{Value, json};

use crate::world::{PAYS, World};

struct Sold {
    product: i64,
    order: i64,
    line: i64,
}

async fn sold(world: &mut World, stock: i64, units: i64) -> Sold {
    let product = world.product("Mug", "10.00", Some(stock)).await;
    let mut shopper = world.shopper();
    shopper.add(product, units).await;
    let (status, paid) = shopper.pay(PAYS).await;
    assert_eq!(status, 200, "{paid}");
    let order = paid["order_id"].as_i64().unwrap();
    let line = world.order(order).await["line_items"][0]["id"].as_i64().unwrap();
    Sold { product, order, line }
}

impl Sold {
    async fn refund(&self, world: &mut World, units: i64, restock: bool) {
        let total = format!("{units}0.00");
        let body = json!({ "api_refund": false, "api_restock": restock,
            "line_items": [{ "id": self.line, "quantity": units, "refund_total": total }] });
        world.rest("POST", &format!("/wc/v3/orders/{}/refunds", self.order), body).await;
    }

    async fn status(&self, world: &mut World, status: &str) {
        let body = json!({ "status": status });
        world.rest("PUT", &format!("/wc/v3/orders/{}", self.order), body).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_gives_back_only_what_is_still_out() {
    for database in databases() {
        let mut world = World::new(database).await;
        let sold = sold(&mut world, 10, 3).await;
        assert_eq!(world.stock(sold.product).await, 7);
        sold.refund(&mut world, 1, true).await;
        assert_eq!(world.stock(sold.product).await, 8);
        for _ in 0..2 {
            sold.status(&mut world, "cancelled").await;
            assert_eq!(world.stock(sold.product).await, 10);
            sold.status(&mut world, "processing").await;
            assert_eq!(world.stock(sold.product).await, 8, "two of them are sold");
        }
        sold.refund(&mut world, 1, false).await;
        assert_eq!(world.stock(sold.product).await, 8, "not put back");
        sold.status(&mut world, "cancelled").await;
        sold.refund(&mut world, 1, true).await;
        assert_eq!(world.stock(sold.product).await, 10, "given back once");
        world.verify().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_by_hand_takes_no_more_than_there_is_and_says_so() {
    for database in databases() {
        let mut world = World::new(database).await;
        let product = world.product("Mug", "10.00", Some(2)).await;
        let body = json!({ "set_paid": true, "line_items": [{ "product_id": product, "quantity": 5 }] });
        let order = world.rest("POST", "/wc/v3/orders", body).await["id"].as_i64().unwrap();
        assert_eq!(world.stock(product).await, 0);
        assert!(world.notes(order).await.contains("3 of “Mug” could not be taken"));
        world.rest("PUT", &format!("/wc/v3/orders/{order}"), json!({ "status": "cancelled" })).await;
        assert_eq!(world.stock(product).await, 2);
        assert_eq!(world.rest("GET", "/wc/v3/orders", Value::Null).await.as_array().unwrap().len(), 1);
        world.verify().await;
    }
}
