//! The commands' words, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use common::{Site, USER, order, sites};
use kernel::Fault;
use web::Output;
use web::command::Arguments;

async fn run(site: &Site, line: &str) -> Result<Output, Fault> {
    let words: Vec<&str> = line.split(' ').collect();
    let command = loyalty::feature().commands.into_iter().find(|command| words.starts_with(&command.path));
    let command = command.unwrap();
    let given = words.iter().skip(command.path.len() - 1);
    (command.run)(site.engine.clone(), Arguments(command.clap.clone().try_get_matches_from(given).unwrap()))
        .await
}

async fn success(site: &Site, line: &str) -> String {
    match run(site, line).await.unwrap() {
        Output::Success(message, _) => message,
        other => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_adjusted_by_account_or_member() {
    for site in sites().await {
        let id = site.join(USER).await.id;
        assert_eq!(
            success(&site, "oloyalty points adjust 42 +4720 --reason=credit").await,
            "ledger #2 written · balance 100 → 4,820 · ok"
        );
        let by_member = format!("oloyalty points adjust {id} -820 --by=member --reason=credit");
        assert_eq!(success(&site, &by_member).await, "ledger #3 written · balance 4,820 → 4,000 · ok");
        for (line, status) in [
            ("oloyalty points adjust 42 500 --reason=credit", 400),
            ("oloyalty points adjust 42 +many --reason=credit", 400),
            ("oloyalty points adjust 42 +500", 400),
            ("oloyalty points adjust 42 -5000 --reason=credit", 422),
            ("oloyalty points adjust 7 +500 --reason=credit", 404),
            ("oloyalty points adjust 42 +500 --by=name --reason=credit", 400),
        ] {
            assert_eq!(run(&site, line).await.unwrap_err().status(), status, "{line}");
        }
        success(&site, "oloyalty points adjust 42 -5000 --force --reason=credit").await;
        assert_eq!(site.balance().await, -1_000);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_and_tiers_are_listed() {
    for site in sites().await {
        site.join(kernel::ids::UserId(7)).await;
        site.status(&order(1, "completed", &[200_000])).await;
        let Output::Rows(_, gold) = run(&site, "oloyalty member list --tier=gold").await.unwrap() else {
            unreachable!("a list gives rows")
        };
        assert_eq!((gold.len(), &gold[0]["user_id"]), (1, &42.into()));
        let Output::Item(_, shown) = run(&site, "oloyalty member show 42").await.unwrap() else {
            unreachable!("a member is one item")
        };
        assert_eq!((&shown["points_balance"], shown["tier"].as_str()), (&2_000.into(), Some("gold")));
        let Output::Rows(_, tiers) = run(&site, "oloyalty tiers list").await.unwrap() else {
            unreachable!("a list gives rows")
        };
        assert_eq!((tiers.len(), tiers[3]["multiplier"].as_str()), (4, Some("2×")));
        assert_eq!(
            success(&site, "oloyalty tiers recalc").await,
            "recalculated 2 members · 0 promotions · 0 demotions · 2 unchanged · 0 in grace · 0 skipped"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rewards_are_listed_by_what_there_is() {
    for site in sites().await {
        success(&site, "oloyalty reward create --name=Tenth --type=cart_pct --points=5 --percent=10").await;
        for (given, rows) in [("", 1), (" --status=ACTIVE --type=cart_pct", 1), (" --status=inactive", 0)] {
            let line = format!("oloyalty reward list{given}");
            let Output::Rows(_, found) = run(&site, &line).await.unwrap() else {
                unreachable!("a list gives rows")
            };
            assert_eq!(found.len(), rows, "{line}");
        }
        for (given, field) in [("--status=gone", "status"), ("--type=a_hug", "type")] {
            let refused = run(&site, &format!("oloyalty reward list {given}")).await.unwrap_err();
            assert_eq!(refused.status(), 400, "{given}");
            assert!(
                refused.params[field].contains(if field == "type" { "cart_pct" } else { "inactive" }),
                "{refused}"
            );
        }
    }
}
