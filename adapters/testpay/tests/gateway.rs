//! The test gateway through its port, on every database.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::time::Duration;

use db::testing::{TestDatabase, databases};
use kernel::{Currency, Money};
use runtime::ports::{Gateway, GatewayCharge, GatewayCommand, GatewayError, GatewaySource};
use testpay::TestGateway;

fn gateway(database: &TestDatabase) -> TestGateway {
    database.db.migrate(testpay::MIGRATIONS).unwrap();
    TestGateway::new(database.db.clone(), Duration::ZERO)
}

fn dollars(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

fn command(key: &str, cents: i64, source: GatewaySource) -> GatewayCommand {
    GatewayCommand {
        key: key.to_owned(),
        amount: dollars(cents),
        source,
        save_method: true,
        description: "Order 17".to_owned(),
        return_url: "/checkout".to_owned(),
    }
}

fn fresh(number: &str) -> GatewaySource {
    GatewaySource::Fresh(number.to_owned())
}

fn declined(answer: Result<GatewayCharge, GatewayError>) -> String {
    match answer {
        Err(GatewayError::Declined { code, .. }) => code,
        other => panic!("expected a decline, got {other:?}"),
    }
}

fn paid(answer: Result<GatewayCharge, GatewayError>) -> (String, Option<String>, String) {
    match answer {
        Ok(GatewayCharge::Succeeded { transaction_id, saved_method, method_label, .. }) => {
            (transaction_id, saved_method, method_label)
        }
        other => panic!("expected a payment, got {other:?}"),
    }
}

#[tokio::test]
async fn a_card_pays_once_per_key_and_its_method_pays_again() {
    for database in databases() {
        let gateway = gateway(&database);
        let first = gateway.charge(&command("a", 500, fresh("4242 4242 4242 4242"))).await;
        let (_, method, label) = paid(first.clone());
        assert_eq!(label, "Visa ending 4242");
        assert_eq!(gateway.charge(&command("a", 500, fresh("4242424242424242"))).await, first);
        assert_eq!(gateway.look_up("a").await, Ok(Some(first)));
        assert_eq!(gateway.look_up("never").await, Ok(None));
        let other = gateway.charge(&command("a", 501, fresh("4242424242424242"))).await;
        assert!(matches!(other, Err(GatewayError::Refused(_))));
        paid(gateway.charge(&command("b", 900, GatewaySource::Saved(method.unwrap()))).await);
        let guessed = command("c", 900, GatewaySource::Saved("pm_guessed_pays".to_owned()));
        assert!(matches!(gateway.charge(&guessed).await, Err(GatewayError::Refused(_))));
        let nothing = gateway.charge(&command("d", 0, fresh("4242424242424242"))).await;
        assert!(matches!(nothing, Err(GatewayError::Refused(_))));
    }
}

#[tokio::test]
async fn a_challenge_pays_when_approved_and_not_when_refused_or_forgotten() {
    for database in databases() {
        let gateway = gateway(&database);
        let mut transactions = Vec::new();
        for key in ["yes", "no", "late"] {
            match gateway.charge(&command(key, 500, fresh("4000002500003155"))).await {
                Ok(GatewayCharge::RequiresAction { transaction_id, challenge }) => {
                    assert_eq!(challenge, format!("/test-gateway/challenge/{transaction_id}"));
                    transactions.push(transaction_id);
                }
                other => panic!("expected a challenge, got {other:?}"),
            }
        }
        let (_, method, _) = paid(gateway.confirm(&transactions[0]).await);
        paid(gateway.deny(&transactions[0]).await);
        paid(gateway.charge(&command("again", 700, GatewaySource::Saved(method.unwrap()))).await);
        assert_eq!(declined(gateway.deny(&transactions[1]).await), "authentication_required");
        assert_eq!(declined(gateway.confirm(&transactions[1]).await), "authentication_required");
        database.clock.advance(3601);
        assert_eq!(declined(gateway.confirm(&transactions[2]).await), "authentication_expired");
        assert_eq!(declined(gateway.look_up("late").await.unwrap().unwrap()), "authentication_expired");
        assert!(matches!(gateway.confirm("tp_unknown").await, Err(GatewayError::Refused(_))));
    }
}

#[tokio::test]
async fn cards_that_do_not_pay() {
    for database in databases() {
        let gateway = gateway(&database);
        let decline =
            async |key: &str, number: &str| declined(gateway.charge(&command(key, 500, fresh(number))).await);
        assert_eq!(decline("a", "4000000000000002").await, "card_declined");
        assert_eq!(decline("b", "4000000000000341").await, "card_declined");
        assert_eq!(decline("c", "4111111111111111").await, "incorrect_number");
        let (_, method, _) = paid(gateway.charge(&command("d", 500, fresh("4000000000009995"))).await);
        let away = gateway.charge(&command("e", 500, GatewaySource::Saved(method.unwrap()))).await;
        assert_eq!(declined(away), "insufficient_funds");
    }
}

#[tokio::test]
async fn a_refund_is_given_once_and_never_more_than_was_taken() {
    for database in databases() {
        let gateway = gateway(&database);
        let (transaction, ..) = paid(gateway.charge(&command("a", 500, fresh("4242424242424242"))).await);
        let first = gateway.refund("r1", &transaction, dollars(300)).await;
        assert!(first.is_ok());
        assert_eq!(gateway.refund("r1", &transaction, dollars(300)).await, first);
        for (key, cents) in [("r1", 200), ("r2", 201), ("r3", 0)] {
            let refused = gateway.refund(key, &transaction, dollars(cents)).await;
            assert!(matches!(refused, Err(GatewayError::Refused(_))), "{key}");
        }
        assert!(gateway.refund("r4", &transaction, dollars(200)).await.is_ok());
        let euros = gateway.refund("r5", &transaction, Money::new(1, Currency::parse("EUR").unwrap())).await;
        assert!(matches!(euros, Err(GatewayError::Refused(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_charges_of_one_key_are_one_charge() {
    for database in databases() {
        let gateway = gateway(&database);
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let gateway = gateway.clone();
                tokio::spawn(
                    async move { gateway.charge(&command("a", 500, fresh("4242424242424242"))).await },
                )
            })
            .collect();
        let mut transactions = std::collections::BTreeSet::new();
        for task in tasks {
            transactions.insert(paid(task.await.unwrap()).0);
        }
        assert_eq!(transactions.len(), 1, "{}", database.name);
    }
}
