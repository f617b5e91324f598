//! Up, grace, down, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use common::{USER, now_is, order, sites};
use loyalty::tiers::commands::recalculate;
use loyalty::tiers::model::Recalculation;

const DAY: i64 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_falls_below_keeps_the_tier_for_the_grace_period() {
    for site in sites().await {
        site.join(USER).await;
        let sale = order(1, "completed", &[60_000]);
        site.status(&sale).await;
        assert_eq!(site.member(USER).await.tier, "silver");
        site.status(&now_is(&sale, "refunded")).await;
        let member = site.member(USER).await;
        assert_eq!((member.tier.as_str(), member.below_since.is_some()), ("silver", true));
        let one = Recalculation { recalculated: 1, ..Recalculation::default() };
        site.database.clock.advance(29 * DAY);
        assert_eq!(recalculate(&site.engine).await.unwrap(), Recalculation { in_grace: 1, ..one.clone() });
        site.database.clock.advance(DAY);
        assert_eq!(recalculate(&site.engine).await.unwrap(), Recalculation { demotions: 1, ..one.clone() });
        assert_eq!(site.member(USER).await.tier, "bronze");
        assert_eq!(recalculate(&site.engine).await.unwrap(), Recalculation { unchanged: 1, ..one });
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn earning_again_ends_the_grace_period() {
    for site in sites().await {
        let sale = order(1, "completed", &[60_000]);
        site.status(&sale).await;
        site.status(&now_is(&sale, "cancelled")).await;
        site.status(&order(2, "completed", &[50_000])).await;
        let member = site.member(USER).await;
        assert_eq!((member.tier.as_str(), member.below_since), ("silver", None), "{}", site.database.name);
    }
}

async fn last_run(site: &common::Site) -> Option<String> {
    let option = "oloyalty_tiers_recalculated_at";
    site.engine.read(move |tx| runtime::settings::option(tx, option)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_runs_once_a_day() {
    for site in sites().await {
        site.set("tiers.downgrade_grace_days", 0.into()).await;
        site.engine.run_hook("oloyalty/tiers/recalc").await.unwrap();
        let first = last_run(&site).await;
        site.database.clock.advance(DAY - 1);
        site.engine.run_hook("oloyalty/tiers/recalc").await.unwrap();
        assert_eq!(last_run(&site).await, first);
        site.database.clock.advance(1);
        site.engine.run_hook("oloyalty/tiers/recalc").await.unwrap();
        assert_ne!(last_run(&site).await, first);
    }
}
