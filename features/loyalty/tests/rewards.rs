//! Rewards and redemptions through REST, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

mod common;

use common::rewards::{TEN_OFF, shops};
use common::web::ask;
use common::{USER, now_is, order};
use kernel::{Decimal, Fault};

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_kept_by_those_who_may_and_says_what_is_wrong() {
    for shop in shops().await {
        let made = ask(&shop.router, "POST", "/rewards", "staff", "", TEN_OFF).await;
        assert_eq!((made.status, made.body["status"].as_str()), (201, Some("active")), "{}", made.body);
        let value = (made.body["value"].to_string(), made.body["conditions"].to_string());
        let wanted = (r#"{"amount":10.00,"currency":"USD"}"#, r#"{"cart_min_total":50.00}"#);
        assert_eq!((value.0.as_str(), value.1.as_str()), wanted);
        let one = format!("/rewards/{}", made.body["id"]);
        assert_eq!(ask(&shop.router, "GET", &one, "staff", "", "").await.body, made.body);
        for (field, status, body) in [
            ("type", 422, r#"{"name":"Card","type":"gift_card","points_cost":5}"#),
            ("type", 422, r#"{"name":"Tee","type":"free_product","points_cost":5}"#),
            ("type", 400, r#"{"name":"Tee","type":"a_hug","points_cost":5}"#),
            ("points_cost", 400, r#"{"name":"Ship","type":"free_ship","points_cost":0}"#),
            ("name", 400, r#"{"name":"","type":"free_ship","points_cost":5}"#),
            ("value.percent", 400, r#"{"name":"x","type":"cart_pct","points_cost":5}"#),
            (
                "value.percent",
                400,
                r#"{"name":"x","type":"cart_pct","points_cost":5,"value":{"percent":101}}"#,
            ),
            (
                "value.percent",
                400,
                r#"{"name":"x","type":"cart_pct","points_cost":5,"value":{"percent":1.234}}"#,
            ),
            (
                "value.percent",
                400,
                r#"{"name":"x","type":"free_ship","points_cost":5,"value":{"percent":1}}"#,
            ),
            ("value.amount", 400, r#"{"name":"x","type":"cart_fixed","points_cost":5,"value":{"amount":0}}"#),
            (
                "value.amount",
                400,
                r#"{"name":"x","type":"cart_fixed","points_cost":5,"value":{"amount":1.001}}"#,
            ),
            (
                "value.currency",
                400,
                r#"{"name":"x","type":"free_ship","points_cost":5,"value":{"currency":"EUR"}}"#,
            ),
            (
                "conditions.cart_min_total",
                400,
                r#"{"name":"x","type":"free_ship","points_cost":5,"conditions":{"cart_min_total":-1}}"#,
            ),
            ("status", 400, r#"{"name":"x","type":"free_ship","points_cost":5,"status":"gone"}"#),
        ] {
            let refused = ask(&shop.router, "POST", "/rewards", "staff", "", body).await;
            assert_eq!(refused.status, status, "{body}: {}", refused.body);
            assert!(refused.body["data"]["params"][field].is_string(), "{body}: {}", refused.body);
        }
        let off = ask(&shop.router, "PATCH", &one, "staff", "", r#"{"status":"inactive"}"#).await;
        assert_eq!((off.status, off.body["points_cost"].as_i64()), (200, Some(40)), "{}", off.body);
        for (query, who, status, rows) in [
            ("", "shopper", 200, 0),
            ("?status=inactive", "shopper", 403, 0),
            ("?status=gone", "shopper", 400, 0),
            ("?status=inactive&type=cart_fixed", "staff", 200, 1),
            ("?status=all&type=cart_pct", "staff", 200, 0),
            ("", "", 401, 0),
        ] {
            let list = ask(&shop.router, "GET", &format!("/rewards{query}"), who, "", "").await;
            let found = list.body.as_array().map_or(0, Vec::len);
            assert_eq!((list.status, found), (status, rows), "{query} {who}: {}", list.body);
        }
        assert_eq!(ask(&shop.router, "POST", "/rewards", "shopper", "", TEN_OFF).await.status, 403);
        assert_eq!(ask(&shop.router, "PATCH", &one, "shopper", "", "{}").await.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn points_buy_a_code_once_and_the_shop_makes_its_coupon() {
    for shop in shops().await {
        let reward = shop.put(TEN_OFF).await;
        let first = shop.redeem(reward, "k-1").await;
        assert_eq!(first.status, 201, "{}", first.body);
        assert_eq!((&first.body["balance_before"], &first.body["balance_after"]), (&100.into(), &60.into()));
        assert_eq!(
            (first.body["entry"]["type"].as_str(), &first.body["entry"]["points"]),
            (Some("redeem"), &(-40).into())
        );
        assert_eq!(first.body["entry"]["source_id"], first.body["redemption"]["id"].to_string());
        let again = shop.redeem(reward, "k-1").await;
        assert_eq!((again.status, &again.body), (201, &first.body), "one key, one redemption");
        let code = first.body["redemption"]["code"].as_str().unwrap().to_owned();
        assert!(
            code.len() == 16 && shop.coupons.0.lock().unwrap().asked == 0,
            "nothing outside is asked before"
        );
        shop.jobs().await;
        let (coupon, asked) = {
            let state = shop.coupons.0.lock().unwrap();
            (state.made.values().next().unwrap().1.clone(), state.asked)
        };
        assert_eq!((asked, coupon.code, coupon.usage_limit), (1, code.clone(), 1));
        assert_eq!((coupon.discount_type.as_str(), coupon.amount), ("fixed_cart", Decimal::whole(10)));
        assert_eq!(
            (coupon.emails, coupon.minimum_amount),
            (vec!["u42@example.com".to_owned()], Some(Decimal::whole(50)))
        );
        let mine = shop.mine().await;
        assert_eq!((mine.as_array().unwrap().len(), &mine[0]["coupon_id"]), (1, &1.into()), "{mine}");
        assert_eq!(
            (mine[0]["status"].as_str(), mine[0]["reward"]["name"].as_str()),
            (Some("pending"), Some("$10 off $50+"))
        );
        let member = shop.site.member(USER).await;
        assert_eq!((member.points_balance, member.lifetime_earned, member.lifetime_redeemed), (60, 100, 40));
        let staffs =
            ask(&shop.router, "GET", &format!("/members/{}/redemptions", member.id), "staff", "", "").await;
        assert_eq!(staffs.body, mine);
        shop.site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_redeem_is_told_why_and_keeps_his_points() {
    for shop in shops().await {
        let reward = shop.put(TEN_OFF).await;
        let dear = shop.put(r#"{"name":"Free shipping","type":"free_ship","points_cost":101}"#).await;
        let gone = shop.put(r#"{"name":"x","type":"free_ship","points_cost":1,"status":"inactive"}"#).await;
        let short = shop.redeem(dear, "").await;
        assert_eq!(
            (short.status, short.body["code"].as_str()),
            (422, Some("points_short")),
            "{}",
            short.body
        );
        assert_eq!(
            (&short.body["data"]["points_balance"], &short.body["data"]["missing"]),
            (&100.into(), &1.into())
        );
        assert_eq!((shop.redeem(gone, "").await.status, shop.redeem(999, "").await.status), (422, 404));
        let nobody = ask(&shop.router, "POST", &format!("/rewards/{reward}/redeem"), "", "", "").await;
        let staff = ask(&shop.router, "POST", &format!("/rewards/{reward}/redeem"), "staff", "", "").await;
        assert_eq!(
            (nobody.status, staff.status, staff.body["code"].as_str()),
            (401, 404, Some("oloyalty_not_a_member"))
        );
        let ban = format!("/members/{}/ban", shop.site.member(USER).await.id);
        ask(&shop.router, "POST", &ban, "staff", "", r#"{"status":"suspended","reason":"x"}"#).await;
        assert_eq!(shop.redeem(reward, "").await.body["code"], "oloyalty_member_shut_out");
        ask(&shop.router, "POST", &ban.replace("/ban", "/unban"), "staff", "", "").await;
        for (setting, wrong) in [("points.shadow_mode", true), ("points.enabled", false)] {
            shop.site.set(setting, wrong.into()).await;
            assert_eq!(shop.redeem(reward, "").await.body["code"], "oloyalty_not_live", "{setting}");
            shop.site.set(setting, (!wrong).into()).await;
        }
        assert_eq!((shop.site.balance().await, shop.mine().await), (100, serde_json::json!([])));
        shop.site.set("points.allow_negative_balance", true.into()).await;
        assert_eq!(shop.redeem(dear, "").await.body["balance_after"], -1);
        shop.site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_is_made_once_however_often_it_is_tried_and_a_refusal_gives_the_points_back() {
    for shop in shops().await {
        let reward = shop
            .put(r#"{"name":"A tenth","type":"cart_pct","points_cost":30,"value":{"percent":"10"}}"#)
            .await;
        shop.redeem(reward, "").await;
        {
            let mut state = shop.coupons.0.lock().unwrap();
            state.faults = vec![Fault::unavailable("The shop is away.")];
            state.loses_an_answer = true;
        }
        for _ in 0..3 {
            shop.jobs().await;
            shop.site.database.clock.advance(600);
        }
        {
            let state = shop.coupons.0.lock().unwrap();
            assert_eq!((state.asked, state.made.len()), (3, 1), "{}", shop.site.database.name);
        }
        assert_eq!(shop.mine().await[0]["coupon_id"], 1);
        shop.redeem(reward, "refused").await;
        shop.coupons.0.lock().unwrap().faults = vec![Fault::conflict("duplicate", "There is one.")];
        shop.jobs().await;
        let mine = shop.mine().await;
        assert_eq!(
            (mine[1]["status"].as_str(), &mine[1]["coupon_id"]),
            (Some("reversed"), &0.into()),
            "{mine}"
        );
        assert_eq!(shop.site.changes().await, [100, -30, -30, 30]);
        let member = shop.site.member(USER).await;
        assert_eq!((member.points_balance, member.lifetime_earned, member.lifetime_redeemed), (70, 100, 30));
        // The first answer of the key stands; asked under it for something else, it is refused.
        let other = shop.put(TEN_OFF).await;
        assert_eq!(shop.redeem(other, "refused").await.status, 409);
        shop.site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_order_with_the_code_consumes_the_redemption_once() {
    for shop in shops().await {
        let reward = shop.put(TEN_OFF).await;
        let code = shop.redeem(reward, "").await.body["redemption"]["code"].as_str().unwrap().to_owned();
        shop.jobs().await;
        let mut placed = order(7, "pending", &[6_000]);
        placed.coupon_codes = vec!["spring".to_owned(), code.to_uppercase()];
        shop.site.status(&placed).await;
        assert_eq!(shop.mine().await[0]["status"], "pending", "not paid yet");
        let paid = now_is(&placed, "processing");
        for announced in [&paid, &paid, &now_is(&paid, "completed")] {
            shop.site.status(announced).await;
        }
        let mut other = order(8, "processing", &[6_000]);
        other.coupon_codes = vec![code];
        shop.site.status(&other).await;
        let mine = shop.mine().await;
        assert_eq!(
            (mine[0]["status"].as_str(), &mine[0]["order_id"]),
            (Some("consumed"), &7.into()),
            "{mine}"
        );
        assert!(mine[0]["consumed_at"].is_string());
        shop.site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_redeem_what_the_balance_pays_for() {
    for shop in shops().await {
        let reward = shop.put(r#"{"name":"x","type":"free_ship","points_cost":20}"#).await;
        let asking = (0..20).map(|number| {
            let (router, path) = (shop.router.clone(), format!("/rewards/{reward}/redeem"));
            tokio::spawn(async move {
                ask(&router, "POST", &path, "shopper", &format!("k{number}"), "").await.status
            })
        });
        let mut codes = Vec::new();
        for asked in asking.collect::<Vec<_>>() {
            codes.push(asked.await.unwrap());
        }
        let count = |code| codes.iter().filter(|found| **found == code).count();
        assert_eq!((count(201), count(422)), (5, 15), "{} {codes:?}", shop.site.database.name);
        assert_eq!((shop.site.balance().await, shop.mine().await.as_array().unwrap().len()), (0, 5));
        shop.jobs().await;
        shop.site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_of_a_reward_at_once_are_both_kept() {
    for shop in shops().await {
        let one = format!("/rewards/{}", shop.put(TEN_OFF).await);
        for round in 2..22 {
            let (name, points) =
                (format!(r#"{{"name":"n{round}"}}"#), format!(r#"{{"points_cost":{round}}}"#));
            let change = |body: String| {
                let (router, one) = (shop.router.clone(), one.clone());
                tokio::spawn(async move { ask(&router, "PATCH", &one, "staff", "", &body).await.status })
            };
            let both = (change(name), change(points));
            assert_eq!((both.0.await.unwrap(), both.1.await.unwrap()), (200, 200));
            let is = ask(&shop.router, "GET", &one, "staff", "", "").await.body;
            assert_eq!((&is["name"], &is["points_cost"]), (&format!("n{round}").into(), &round.into()));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_sells_in_another_currency_keeps_its_rewards_in_hand() {
    for shop in shops().await {
        let fixed = shop.put(TEN_OFF).await;
        let tenth =
            shop.put(r#"{"name":"A tenth","type":"cart_pct","points_cost":3,"value":{"percent":10}}"#).await;
        let ships = shop.put(r#"{"name":"Free shipping","type":"free_ship","points_cost":2}"#).await;
        let least = r#"{"name":"x","type":"free_ship","points_cost":2,"conditions":{"cart_min_total":50}}"#;
        let least = shop.put(least).await;
        shop.sells_in("EUR").await;
        let patch = async |reward: i64, body: &str| {
            ask(&shop.router, "PATCH", &format!("/rewards/{reward}"), "staff", "", body).await
        };
        for reward in [fixed, tenth, ships, least] {
            let off = patch(reward, r#"{"status":"inactive"}"#).await;
            assert_eq!((off.status, off.body["status"].as_str()), (200, Some("inactive")), "{}", off.body);
            assert_eq!(patch(reward, r#"{"status":"active"}"#).await.status, 200);
        }
        let as_before = patch(fixed, r#"{"name":"Ten dollars off"}"#).await.body["value"].to_string();
        assert_eq!(as_before, r#"{"amount":10.00,"currency":"USD"}"#);
        for (reward, status) in [(tenth, 201), (ships, 201), (fixed, 422), (least, 422)] {
            assert_eq!(shop.redeem(reward, "").await.status, status, "{reward}");
        }
        for (field, body) in [
            ("value.currency", r#"{"value":{"amount":9,"currency":"USD"}}"#),
            ("value.amount", r#"{"value":{"amount":9}}"#),
            ("conditions.cart_min_total", r#"{"conditions":{"cart_min_total":40}}"#),
        ] {
            let refused = patch(fixed, body).await;
            assert_eq!(refused.status, 400, "{body}: {}", refused.body);
            assert!(refused.body["data"]["params"][field].is_string(), "{body}: {}", refused.body);
        }
        let both = patch(fixed, r#"{"value":{"amount":9},"conditions":{"cart_min_total":40}}"#).await;
        assert_eq!(both.body["value"].to_string(), r#"{"amount":9.00,"currency":"EUR"}"#);
        assert_eq!(patch(least, r#"{"conditions":{}}"#).await.body["value"].to_string(), "{}");
        for reward in [fixed, least] {
            assert_eq!(shop.redeem(reward, "").await.status, 201, "{reward}");
        }
        shop.site.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_rewards_names_the_types_that_there_are() {
    for shop in shops().await {
        shop.put(TEN_OFF).await;
        for kind in ["a_hug", "gift_card"] {
            let list = ask(&shop.router, "GET", &format!("/rewards?type={kind}"), "shopper", "", "").await;
            let remedy = "Use cart_pct, cart_fixed or free_ship.";
            assert_eq!((list.status, &list.body["data"]["params"]["type"]), (400, &remedy.into()));
        }
        for (query, status, rows) in
            [("type=CART_FIXED", 200, 1), ("type=cart_pct", 200, 0), ("status=gone", 400, 0)]
        {
            let list = ask(&shop.router, "GET", &format!("/rewards?{query}"), "staff", "", "").await;
            assert_eq!((list.status, list.body.as_array().map_or(0, Vec::len)), (status, rows), "{query}");
        }
    }
}
