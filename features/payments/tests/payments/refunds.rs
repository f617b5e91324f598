//! Money back, once per key and never more than was taken.

use crate::shop::{Shop, Trouble, code, dollars};
use db::testing::databases;
use kernel::contracts::payments::RefundCharge;
use kernel::ids::OrderId;

const PAYS: &str = "4242424242424242";

#[tokio::test]
async fn a_refund_is_given_once_per_key() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.pay("a", 500, PAYS).await;
        let first = shop.refund("refund:1", 300).await;
        assert_eq!(code(&first), "succeeded");
        assert_eq!(shop.refund("refund:1", 300).await, first);
        let other = RefundCharge { key: "refund:1".to_owned(), order_id: OrderId(17), amount: dollars(200) };
        assert_eq!(shop.engine.ask(other).await.unwrap_err().code, "refund_key_reused");
        assert_eq!(code(&shop.refund("refund:2", 201).await), "nothing_to_refund");
        assert_eq!(code(&shop.refund("refund:3", 200).await), "succeeded");
        assert_eq!(code(&shop.refund("refund:4", 1).await), "nothing_to_refund");
        assert_eq!(shop.refunded().await, 2);
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_refund_without_an_answer_is_asked_again_under_its_key() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.pay("a", 500, PAYS).await;
        shop.gateway.next(Trouble::AnswerLost);
        assert_eq!(code(&shop.refund("refund:1", 500).await), "pending");
        assert_eq!(code(&shop.refund("refund:2", 1).await), "nothing_to_refund");
        database.clock.advance(61);
        shop.reconcile().await;
        assert_eq!(code(&shop.refund("refund:1", 500).await), "succeeded");
        assert_eq!(shop.refunded().await, 1);
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_refund_that_did_not_arrive_frees_its_amount() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.pay("a", 500, PAYS).await;
        shop.gateway.next(Trouble::Down);
        assert_eq!(code(&shop.refund("refund:1", 500).await), "gateway_down");
        shop.holds().await;
        assert_eq!(code(&shop.refund("refund:1", 500).await), "succeeded");
        assert_eq!(shop.refunded().await, 1);
        shop.holds().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_refunds_never_exceed_the_payment() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.pay("a", 500, PAYS).await;
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let engine = shop.engine.clone();
                let key = format!("refund:{number}");
                let request = RefundCharge { key, order_id: OrderId(17), amount: dollars(100) };
                tokio::spawn(async move { code(&engine.ask(request).await.unwrap()) == "succeeded" })
            })
            .collect();
        let mut given = 0;
        for task in tasks {
            given += i64::from(task.await.unwrap());
        }
        assert_eq!((given, shop.refunded().await), (5, 5), "{}", database.name);
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_gateway_knows_charges_and_refunds_by_keys_that_nobody_guesses_and_no_restore_repeats() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.pay("order:1:1", 500, PAYS).await;
        shop.pay("order:1:2", 500, PAYS).await;
        shop.refund("refund:2", 300).await;
        let keys = shop.gateway_record().await;
        assert_eq!(keys.len(), 3);
        for (place, key) in keys.iter().enumerate() {
            assert!(key.len() >= 40 && !key.contains(':'), "{key} says nothing of rows");
            assert!(!keys[..place].contains(key), "{key} is of one attempt");
        }
        // The database is as it was before the first charge; the gateway remembers everything.
        shop.forget().await;
        assert_eq!(code(&shop.pay("order:1:1", 700, "4000000000000002").await), "card_declined");
        assert_eq!(shop.gateway_record().await.len(), 4, "a charge of its own");
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_charge_that_nobody_has_a_use_for_goes_back_once_and_alone() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.pay("a", 500, PAYS).await;
        shop.pay("b", 500, PAYS).await;
        shop.refund("refund:1", 100).await;
        let (first, again) = (shop.reverse("b").await, shop.reverse("b").await);
        assert_eq!((code(&first), &first), ("succeeded", &again));
        assert_eq!(shop.refunded().await, 2);
        assert_eq!(code(&shop.reverse("a").await), "succeeded", "what is left of it");
        assert_eq!(code(&shop.refund("refund:2", 1).await), "nothing_to_refund");
        let missing = kernel::contracts::payments::ReverseCharge { key: "none".to_owned() };
        assert_eq!(shop.engine.ask(missing).await.unwrap_err().status(), 404);
        shop.holds().await;
    }
}
