//! From orders to points and back, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use common::{USER, now_is, order, refunded, sites};
use kernel::contracts::shop::CustomerFound;
use kernel::ids::UserId;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_account_is_a_member_with_the_welcome_bonus_once() {
    for site in sites().await {
        let member = site.join(USER).await;
        site.join(USER).await;
        assert_eq!(
            (member.tier.as_str(), member.points_balance, member.lifetime_earned),
            ("bronze", 100, 100)
        );
        assert_eq!(member.referral_code.len(), 8);
        assert_eq!(site.changes().await, [100]);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_from_before_is_a_member_without_the_welcome_bonus() {
    for site in sites().await {
        let found = || CustomerFound { user_id: USER, email: "Ada@Example.com".to_owned() };
        site.announce(found()).await;
        site.announce(found()).await;
        let member = site.member(USER).await;
        assert_eq!((member.email.as_str(), member.points_balance), ("ada@example.com", 0));
        assert_eq!(site.changes().await, [0; 0]);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn completed_orders_earn_by_the_tier_held_before() {
    for site in sites().await {
        let first = order(1, "processing", &[60_050]);
        site.status(&first).await;
        assert_eq!(site.balance().await, 0, "processing does not earn unless set");
        let first = now_is(&first, "completed");
        for _ in 0..3 {
            site.status(&first).await;
        }
        let member = site.member(USER).await;
        assert_eq!((member.points_balance, member.tier.as_str()), (600, "silver"), "{}", site.database.name);
        assert_eq!(member.email, "ada@example.com");
        site.status(&order(2, "completed", &[10_000, 99])).await;
        assert_eq!(site.changes().await, [600, 126], "100.99 at 1.25×, rounded down once");
        let child = kernel::contracts::shop::OrderSnapshot {
            parent_id: kernel::ids::OrderId(2),
            ..order(3, "completed", &[4_000])
        };
        site.status(&child).await;
        assert_eq!(site.balance().await, 776, "an accepted upsell earns as an order of its own");
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guests_and_shut_out_members_earn_nothing() {
    for site in sites().await {
        let guest = kernel::contracts::shop::OrderSnapshot {
            customer_id: UserId(0),
            ..order(1, "completed", &[5_000])
        };
        site.status(&guest).await;
        let member = site.join(USER).await;
        let ban =
            loyalty::members::commands::Ban { status: "suspended".to_owned(), reason: "Fraud".to_owned() };
        site.write(move |tx| loyalty::members::commands::ban(tx, member.id, &ban)).await.unwrap();
        let missed = order(2, "completed", &[5_000]);
        site.status(&missed).await;
        site.write(move |tx| loyalty::members::commands::unban(tx, member.id)).await.unwrap();
        site.status(&now_is(&missed, "completed")).await;
        assert_eq!(site.changes().await, [100], "what was missed is not paid later");
        site.status(&order(3, "completed", &[5_000])).await;
        assert_eq!(site.balance().await, 150);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_the_shop_holds_two_thousand_points() {
    for site in sites().await {
        site.status(&order(1, "completed", &[190_000])).await;
        let second = order(2, "completed", &[30_000]);
        site.status(&second).await;
        assert_eq!(site.changes().await, [1_900, 100], "the second is clipped from 375");
        let half = refunded(&second, 0, 20_000);
        site.refund(901, &half).await;
        assert_eq!(site.balance().await, 2_000, "what is left deserves 125, more than the 100 it has");
        site.refund(902, &refunded(&half, 0, 10_000)).await;
        assert_eq!(site.changes().await, [1_900, 100, -100]);
        site.database.clock.advance(86_400);
        site.status(&order(3, "completed", &[10_000])).await;
        assert_eq!(
            site.balance().await,
            2_050,
            "the next day counts anew, for a member who is gold in its grace"
        );
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partial_refunds_add_up_to_the_award_exactly() {
    for site in sites().await {
        site.status(&order(1, "completed", &[200_000])).await;
        site.database.clock.advance(86_400);
        let sale = order(2, "completed", &[1_799, 1_799, 1_799]);
        site.status(&sale).await;
        let mut state = sale;
        for line in 0..3 {
            state = refunded(&state, line, 1_799);
            let id = 900 + i64::try_from(line).unwrap();
            site.refund(id, &state).await;
            site.refund(id, &state).await;
        }
        assert_eq!(site.changes().await, [2_000, 80, -27, -27, -26], "{}", site.database.name);
        site.status(&now_is(&state, "refunded")).await;
        assert_eq!(site.balance().await, 2_000);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn undone_orders_give_back_all_and_earn_again_when_completed_again() {
    for site in sites().await {
        let sale = order(1, "completed", &[8_000]);
        site.status(&sale).await;
        let cancelled = now_is(&sale, "cancelled");
        site.status(&cancelled).await;
        site.status(&sale).await;
        assert_eq!(site.changes().await, [80, -80], "an old announcement changes nothing");
        assert_eq!(site.member(USER).await.lifetime_earned, 0);
        let waiting = now_is(&cancelled, "pending");
        site.status(&waiting).await;
        assert_eq!(site.balance().await, 0);
        let again = now_is(&waiting, "completed");
        site.status(&again).await;
        site.status(&again).await;
        assert_eq!(site.changes().await, [80, -80, 80]);
        site.status(&now_is(&again, "refunded")).await;
        assert_eq!(site.balance().await, 0);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn announcements_out_of_order_lead_to_the_same_points() {
    for site in sites().await {
        let sale = order(1, "completed", &[3_000, 7_000]);
        let after = refunded(&sale, 1, 5_050);
        site.refund(900, &after).await;
        site.status(&sale).await;
        assert_eq!(site.balance().await, 49);
        site.status(&now_is(&after, "refunded")).await;
        assert_eq!(site.balance().await, 0);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spent_points_come_back_as_debt() {
    for site in sites().await {
        let sale = order(1, "completed", &[8_000]);
        site.status(&sale).await;
        let member = site.member(USER).await;
        let take =
            loyalty::ledger::commands::Adjust { points: -80, reason: "Spent".to_owned(), force: false };
        site.write(move |tx| loyalty::ledger::commands::adjust(tx, member.id, &take, "k")).await.unwrap();
        site.status(&now_is(&sale, "refunded")).await;
        assert_eq!(site.balance().await, -80);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shadow_mode_computes_but_moves_nothing() {
    for site in sites().await {
        site.set("points.shadow_mode", true.into()).await;
        site.join(USER).await;
        let sale = order(1, "completed", &[8_000]);
        site.status(&sale).await;
        site.set("points.shadow_mode", false.into()).await;
        site.status(&now_is(&sale, "refunded")).await;
        assert_eq!(site.changes().await, Vec::<i64>::new());
        site.set("points.enabled", false.into()).await;
        site.status(&order(2, "completed", &[8_000])).await;
        assert_eq!(site.changes().await, Vec::<i64>::new());
        site.set("points.enabled", true.into()).await;
        site.status(&order(3, "completed", &[8_000])).await;
        assert_eq!(site.changes().await, [80]);
        site.assert_sound().await;
    }
}
