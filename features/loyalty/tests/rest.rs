//! `oloyalty/v1` as clients see it, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use common::USER;
use common::web::{ask, shops};

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_see_members() {
    for (site, router) in shops().await {
        let id = site.join(USER).await.id;
        for path in ["/members", &format!("/members/{id}"), &format!("/members/{id}/ledger"), "/tiers"] {
            assert_eq!(ask(&router, "GET", path, "", "", "").await.status, 401, "{path}");
            assert_eq!(ask(&router, "GET", path, "shopper", "", "").await.status, 403, "{path}");
            assert_eq!(ask(&router, "GET", path, "staff", "", "").await.status, 200, "{path}");
        }
        let adjust = format!("/members/{id}/adjust");
        let body = r#"{"points":5,"reason":"x"}"#;
        assert_eq!(ask(&router, "POST", &adjust, "shopper", "", body).await.status, 403);
        assert_eq!(site.balance().await, 100);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_listed_and_shown() {
    for (site, router) in shops().await {
        let nobody = ask(&router, "GET", "/members/me", "shopper", "", "").await;
        assert_eq!((nobody.status, nobody.body["code"].as_str()), (404, Some("oloyalty_not_a_member")));
        site.join(USER).await;
        site.join(kernel::ids::UserId(43)).await;
        let me = ask(&router, "GET", "/members/me", "shopper", "", "").await;
        assert_eq!((&me.body["user_id"], &me.body["points_balance"]), (&42.into(), &100.into()));
        assert_eq!(me.body["tier"], "bronze");
        let list =
            ask(&router, "GET", "/members?search=u43@&tier=bronze&status=active", "staff", "", "").await;
        assert_eq!(
            (list.body.as_array().unwrap().len(), &list.headers["x-wp-total"]),
            (1, &"1".parse().unwrap())
        );
        let sorted =
            ask(&router, "GET", "/members?orderby=points_balance&order=asc&per_page=1", "staff", "", "")
                .await;
        assert_eq!(sorted.headers["x-wp-totalpages"], "2");
        assert_eq!(ask(&router, "GET", "/members?status=gone", "staff", "", "").await.status, 400);
        assert_eq!(ask(&router, "GET", "/members/999", "staff", "", "").await.status, 404);
        assert_eq!(ask(&router, "GET", "/members/x", "staff", "", "").await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_written_once_and_bad_ones_not_at_all() {
    for (site, router) in shops().await {
        let id = site.join(USER).await.id;
        let path = format!("/members/{id}/adjust");
        let body = r#"{"points":500,"reason":"Customer service credit"}"#;
        let first = ask(&router, "POST", &path, "staff", "k-1", body).await;
        assert_eq!((first.status, &first.body["balance_after"]), (200, &600.into()), "{}", first.body);
        assert_eq!(first.body["entry"]["type"], "adjust");
        let again = ask(&router, "POST", &path, "staff", "k-1", body).await;
        assert_eq!((again.status, &again.body), (200, &first.body));
        assert_eq!(again.headers["idempotent-replayed"], "true");
        for (body, status) in [
            (r#"{"points":0,"reason":"x"}"#, 400),
            (r#"{"points":1.5,"reason":"x"}"#, 400),
            (r#"{"points":"many","reason":"x"}"#, 400),
            (r#"{"points":5}"#, 400),
            (r#"{"points":5,"reason":""}"#, 400),
            (r#"{"points":5,"reason":"x","colour":"red"}"#, 400),
            (r#"{"points":99999999999999999999,"reason":"x"}"#, 400),
            (r#"{"points":-9223372036854775808,"reason":"x"}"#, 400),
            (r#"{"points":1000000000000,"reason":"x"}"#, 422),
            (r#"{"points":-601,"reason":"x"}"#, 422),
        ] {
            let refused = ask(&router, "POST", &path, "staff", "", body).await;
            assert_eq!(refused.status, status, "{body}: {}", refused.body);
        }
        assert_eq!(ask(&router, "POST", "/members/999/adjust", "staff", "", body).await.status, 404);
        let ledger = ask(&router, "GET", &format!("/members/{id}/ledger?type=adjust"), "staff", "", "").await;
        assert_eq!((ledger.body.as_array().unwrap().len(), &ledger.body[0]["seq"]), (1, &2.into()));
        let none = format!("/members/{id}/ledger?after=2030-01-01T00:00:00Z");
        assert_eq!(ask(&router, "GET", &none, "staff", "", "").await.headers["x-wp-total"], "0");
        let bad = ask(&router, "GET", &format!("/members/{id}/ledger?before=soon"), "staff", "", "").await;
        assert_eq!(bad.status, 400);
        site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_shut_out_and_let_in() {
    for (site, router) in shops().await {
        let id = site.join(USER).await.id;
        let ban = format!("/members/{id}/ban");
        let out =
            ask(&router, "POST", &ban, "staff", "", r#"{"status":"suspended","reason":"Under review"}"#)
                .await;
        assert_eq!((out.status, out.body["status"].as_str()), (200, Some("suspended")));
        assert_eq!(
            ask(&router, "POST", &ban, "staff", "", r#"{"status":"away","reason":"x"}"#).await.status,
            400
        );
        assert_eq!(ask(&router, "POST", &ban, "staff", "", "{}").await.status, 400);
        let back = ask(&router, "POST", &format!("/members/{id}/unban"), "staff", "", "").await;
        assert_eq!((back.status, back.body["status"].as_str()), (200, Some("active")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tiers_are_listed_and_recalculated_in_the_background() {
    for (site, router) in shops().await {
        let tiers = ask(&router, "GET", "/tiers", "staff", "", "").await;
        let slugs: Vec<_> =
            tiers.body.as_array().unwrap().iter().map(|tier| tier["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, ["bronze", "silver", "gold", "platinum"], "{}", site.database.name);
        let first = ask(&router, "POST", "/tiers/recalculate", "staff", "", "").await;
        let second = ask(&router, "POST", "/tiers/recalculate", "staff", "", "").await;
        assert_eq!((first.status, &first.body), (202, &second.body));
        assert_eq!(site.engine.run_jobs().await.unwrap(), 1, "one job for both");
    }
}
