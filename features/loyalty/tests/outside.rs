//! Earning while filters are hooked outside of the program: asked once, before the award, and only what is hooked.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use std::sync::{Arc, Mutex};

use common::{Site, USER, order};
use db::testing::databases;
use kernel::Fault;
use runtime::outside::{Outside, Question};
use runtime::{Module, Sql, Tx, params};
use serde_json::{Value, json};

type Asked = Arc<Mutex<Vec<(&'static str, Value, Value)>>>;

const NAMES: Sql = Sql::new("SELECT name FROM {p}test_hooked ORDER BY name");
const HOOK: Sql = Sql::new("INSERT INTO {p}test_hooked (name) VALUES (?)");

const TABLES: &[runtime::Migration] = &[runtime::Migration {
    id: "20261121_99_test",
    steps: &[runtime::Step::Table { name: "test_hooked", columns: "name {ASCII:64} NOT NULL PRIMARY KEY" }],
}];

fn hooked(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    Ok(tx.rows(&NAMES, params![], |row| row.get("name"))?)
}

/// Sites with an outside that answers like this, and what it was asked.
async fn sites(answer: fn(&Question) -> Option<Value>, names: &[&'static str]) -> Vec<(Site, Asked)> {
    let mut sites = Vec::new();
    for database in databases() {
        let asked = Asked::default();
        let book = Arc::clone(&asked);
        let mut outside = Module::default();
        outside.migrations = vec![TABLES];
        outside.outside = Some(Outside::new(hooked, move |engine, question| {
            let book = Arc::clone(&book);
            async move {
                // Nothing is open while somebody else is asked: another unit may write.
                engine
                    .write(runtime::Actor::system(), |tx| {
                        Ok(tx.execute(&HOOK, params!["asked/meanwhile"]).map(drop).ok())
                    })
                    .await
                    .unwrap();
                let answer = answer(&question);
                book.lock().unwrap().push((question.name, question.value, question.context));
                answer
            }
        }));
        let modules = vec![loyalty::feature().module, outside];
        let engine = runtime::testing::engine(&database, modules, runtime::testing::ports()).unwrap();
        let site = Site { database, engine };
        site.set("points.shadow_mode", false.into()).await;
        for name in names.iter().copied() {
            site.write(move |tx| Ok(tx.execute(&HOOK, params![name]).map(drop)?)).await.unwrap();
        }
        sites.push((site, asked));
    }
    sites
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hooked_filter_changes_the_award_and_is_asked_once() {
    for (site, asked) in sites(|_| Some(json!(77)), &["oloyalty/earn/points"]).await {
        // The unit enrols the member in the same breath: each of its runs may number the row anew.
        site.status(&order(9, "completed", &[5_000])).await;
        assert_eq!(site.changes().await, [77], "{}", site.database.name);
        site.status(&order(9, "completed", &[5_000])).await;
        let asked = asked.lock().unwrap().clone();
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!((asked[0].0, &asked[0].1), ("oloyalty/earn/points", &json!(50)));
        assert_eq!(asked[0].2["user_id"], json!(USER));
        assert_eq!(asked[0].2["order_id"], json!(9));
        assert_eq!(asked[0].2["action"], "order.completed");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_hooked_costs_no_call() {
    for (site, asked) in sites(|_| Some(json!(77)), &["oloyalty/earn/something_else"]).await {
        site.status(&order(9, "completed", &[5_000])).await;
        assert_eq!(site.changes().await, [50]);
        assert_eq!(asked.lock().unwrap().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_filter_of_an_award_may_be_hooked_at_once() {
    let answer = |question: &Question| match question.name {
        "oloyalty/earn/campaign_multiplier" => Some(json!(30_000)),
        "oloyalty/earn/points" => Some(json!(question.value.as_i64().unwrap() + 1)),
        "oloyalty/tier/qualifies" => Some(json!(true)),
        _ => Some(question.value.clone()),
    };
    let names = [
        "oloyalty/earn/campaign_multiplier",
        "oloyalty/earn/eligible",
        "oloyalty/earn/points",
        "oloyalty/tier/qualifies",
    ];
    for (site, asked) in sites(answer, &names).await {
        site.status(&order(9, "completed", &[5_000])).await;
        assert_eq!(site.changes().await, [151], "{}", site.database.name);
        assert_eq!(site.member(USER).await.tier, "platinum", "the highest tier is asked for first");
        let names: Vec<&str> = asked.lock().unwrap().iter().map(|(name, _, _)| *name).collect();
        let expected = [
            "oloyalty/earn/eligible",
            "oloyalty/earn/campaign_multiplier",
            "oloyalty/earn/points",
            "oloyalty/tier/qualifies",
        ];
        assert_eq!(names, expected, "each once, however often the unit ran");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ineligible_order_earns_nothing() {
    for (site, _) in sites(|_| Some(json!(false)), &["oloyalty/earn/eligible"]).await {
        site.status(&order(9, "completed", &[5_000])).await;
        assert_eq!(site.balance().await, 0);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_and_a_wrong_one_leave_the_value_as_it_was() {
    let both = ["oloyalty/earn/campaign_multiplier", "oloyalty/earn/points"];
    for (site, asked) in sites(|_| None, &both).await {
        site.status(&order(9, "completed", &[5_000])).await;
        assert_eq!(site.changes().await, [50]);
        assert_eq!(
            asked.lock().unwrap().len(),
            1,
            "one that does not answer is not asked again for this award"
        );
    }
    for (site, _) in sites(|_| Some(json!("many")), &both).await {
        site.status(&order(9, "completed", &[5_000])).await;
        assert_eq!(site.changes().await, [50]);
    }
    for (site, _) in sites(|_| Some(json!(-5)), &["oloyalty/earn/points"]).await {
        site.status(&order(9, "completed", &[5_000])).await;
        assert_eq!(site.balance().await, 0, "a result below zero counts as zero");
        site.assert_sound().await;
    }
}
