//! Charging once per key, through the test gateway.

use std::collections::BTreeSet;

use crate::shop::{Shop, Trouble, charge, code, fresh};
use db::testing::databases;
use kernel::FaultKind;
use kernel::contracts::payments::{ChargeOutcome, ConfirmCharge, SavedMethod};
use kernel::ids::OrderId;
use runtime::ports::Gateway;

const PAYS: &str = "4242 4242 4242 4242";

#[tokio::test]
async fn each_card_does_what_it_is_known_for() {
    for database in databases() {
        let shop = Shop::on(&database);
        for (key, number, expected) in [
            ("a", PAYS, "succeeded"),
            ("b", "4000002500003155", "requires_action"),
            ("c", "4000000000000002", "card_declined"),
            ("d", "4000000000000341", "card_declined"),
            ("e", "1234", "incorrect_number"),
        ] {
            assert_eq!(code(&shop.pay(key, 500, number).await), expected, "{number}");
            assert_eq!(code(&shop.pay(key, 500, number).await), expected, "{number} again");
        }
        assert_eq!((shop.charged().await, shop.settled().await), (1, 4));
        shop.holds().await;
    }
}

#[tokio::test]
async fn one_click_charges_the_method_of_the_order() {
    for database in databases() {
        let shop = Shop::on(&database);
        assert_eq!(code(&shop.pay_saved("early", 900).await), "no_saved_method");
        shop.pay("a", 500, PAYS).await;
        let method = shop.engine.ask(SavedMethod { order_id: OrderId(17) }).await.unwrap().unwrap();
        assert_eq!((method.gateway.as_str(), method.label.as_str()), ("test", "Visa ending 4242"));
        assert!(shop.engine.ask(SavedMethod { order_id: OrderId(18) }).await.unwrap().is_none());
        assert_eq!(code(&shop.pay_saved("upsell", 900).await), "succeeded");
        assert_eq!(code(&shop.pay_saved("early", 900).await), "no_saved_method");
        shop.pay("b", 500, "4000000000009995").await;
        assert_eq!(code(&shop.pay_saved("poor", 900).await), "insufficient_funds");
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_key_stands_for_one_charge() {
    for database in databases() {
        let shop = Shop::on(&database);
        let first = shop.pay("a", 500, PAYS).await;
        assert_eq!(shop.pay("a", 500, PAYS).await, first);
        assert_eq!(shop.confirm("a").await, first);
        for other in [charge("a", 17, 501, fresh(PAYS)), charge("a", 18, 500, fresh(PAYS))] {
            let fault = shop.engine.ask(other).await.unwrap_err();
            assert_eq!((fault.kind, fault.code), (FaultKind::Conflict, "charge_key_reused"));
        }
        for bad in [charge("", 17, 500, fresh(PAYS)), charge("z", 17, 0, fresh(PAYS))] {
            assert_eq!(shop.engine.ask(bad).await.unwrap_err().status(), 400);
        }
        assert_eq!(shop.charged().await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_callers_of_one_key_are_one_charge() {
    for database in databases() {
        let shop = Shop::on(&database);
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let engine = shop.engine.clone();
                tokio::spawn(async move { engine.ask(charge("a", 17, 500, fresh(PAYS))).await.unwrap() })
            })
            .collect();
        let mut transactions = BTreeSet::new();
        for task in tasks {
            match task.await.unwrap() {
                ChargeOutcome::Succeeded { transaction_id } => transactions.insert(transaction_id),
                ChargeOutcome::Pending { .. } => false,
                other => panic!("{other:?}"),
            };
        }
        assert_eq!(transactions.len(), 1, "{}", database.name);
        assert_eq!((shop.charged().await, shop.settled().await), (1, 1));
    }
}

#[tokio::test]
async fn a_challenge_is_settled_once_it_is_answered() {
    for database in databases() {
        let shop = Shop::on(&database);
        for (key, approve, expected) in [("yes", true, "succeeded"), ("no", false, "authentication_required")]
        {
            let ChargeOutcome::RequiresAction { challenge, .. } =
                shop.pay(key, 500, "4000002500003155").await
            else {
                panic!("no challenge");
            };
            assert_eq!(code(&shop.confirm(key).await), "requires_action");
            let id = challenge.rsplit('/').next().unwrap();
            let _ = shop.gateway.answer_challenge(id, approve).await;
            assert_eq!(code(&shop.confirm(key).await), expected);
            assert_eq!(code(&shop.pay(key, 500, "4000002500003155").await), expected);
        }
        assert_eq!((shop.charged().await, shop.settled().await), (1, 2));
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_by_reconciliation() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.gateway.next(Trouble::AnswerLost);
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "pending");
        assert_eq!((shop.charged().await, shop.settled().await), (1, 0));
        shop.reconcile().await;
        assert_eq!(shop.state("a").await, "unknown", "too young to be settled");
        database.clock.advance(61);
        shop.reconcile().await;
        assert_eq!(shop.state("a").await, "succeeded");
        assert_eq!((shop.charged().await, shop.settled().await), (1, 1));
        assert_eq!(code(&shop.pay_saved("upsell", 900).await), "succeeded");
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_by_asking_again() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.gateway.next(Trouble::AnswerLost);
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "pending");
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "succeeded");
        assert_eq!((shop.charged().await, shop.settled().await), (1, 1));
    }
}

#[tokio::test]
async fn a_lost_request_is_sent_again_under_its_key_when_the_method_is_kept() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.pay("a", 500, PAYS).await;
        shop.gateway.next(Trouble::RequestLost);
        assert_eq!(code(&shop.pay_saved("b", 900).await), "pending");
        assert_eq!(code(&shop.pay_saved("b", 900).await), "pending", "may still be on its way");
        assert_eq!(shop.charged().await, 1);
        database.clock.advance(61);
        shop.reconcile().await;
        assert_eq!((shop.state("b").await.as_str(), shop.charged().await), ("succeeded", 2));
        shop.holds().await;
    }
}

#[tokio::test]
async fn a_typed_card_that_never_arrived_is_given_up_or_brought_again() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.gateway.next(Trouble::RequestLost);
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "pending");
        shop.gateway.next(Trouble::RequestLost);
        assert_eq!(code(&shop.pay("b", 500, PAYS).await), "pending");
        database.clock.advance(61);
        assert_eq!(code(&shop.pay("b", 500, PAYS).await), "succeeded");
        shop.reconcile().await;
        assert_eq!(shop.state("a").await, "abandoned");
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "abandoned");
        assert_eq!((shop.charged().await, shop.settled().await), (1, 2));
        shop.holds().await;
    }
}

#[tokio::test]
async fn another_amount_is_never_success() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.gateway.next(Trouble::OtherAmount);
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "pending");
        for _ in 0..2 {
            database.clock.advance(61);
            shop.reconcile().await;
        }
        assert_eq!(shop.state("a").await, "unknown");
        assert_eq!((shop.notes("payment.amount_mismatch").await, shop.settled().await), (1, 0));
    }
}

#[tokio::test]
async fn a_gateway_out_of_reach_has_charged_nothing() {
    for database in databases() {
        let shop = Shop::on(&database);
        shop.gateway.next(Trouble::Down);
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "gateway_down");
        assert_eq!(code(&shop.pay("a", 500, PAYS).await), "gateway_down");
        assert_eq!(code(&shop.pay("b", 500, PAYS).await), "succeeded");
        assert_eq!(shop.charged().await, 1);
    }
}

#[tokio::test]
async fn a_key_given_up_before_it_was_begun_is_never_charged() {
    for database in databases() {
        let shop = Shop::on(&database);
        let asked = ConfirmCharge { key: "late".to_owned() };
        assert_eq!(shop.engine.ask(asked.clone()).await.unwrap_err().kind, FaultKind::NotFound);
        // The server that wanted to begin it had been asleep for longer than its hold, and others went on without it.
        assert_eq!(code(&shop.pay("late", 500, PAYS).await), "never_begun");
        assert_eq!(shop.engine.ask(asked).await.unwrap_err().kind, FaultKind::NotFound);
        assert_eq!((shop.charged().await, shop.settled().await), (0, 0));
        shop.holds().await;
    }
}
