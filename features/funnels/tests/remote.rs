//! A checkout that another program shows.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod world;

use db::testing::databases;
use kernel::contracts::ocart::{AfterPayment, AnswerBump, ShowCheckout};
use kernel::contracts::shop::CartSnapshot;
use kernel::ids::{OfferId, OrderId};
use kernel::{Decimal, FaultKind};
use runtime::ports::Host;
use world::World;

async fn cart(world: &World, token: &str) -> CartSnapshot {
    world.shop.cart(token).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bumps_are_shown_and_answered_at_our_price_for_a_cart_that_is_told() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        world.shop.fill("cartr", 1, 2);
        let told = cart(&world, "cartr").await;
        for slug in ["spring-sale", ""] {
            let shown =
                world.engine.ask(ShowCheckout { funnel: slug.to_owned(), cart: told.clone() }).await.unwrap();
            assert_eq!((shown.funnel_id.0, shown.slug.as_str()), (funnel.id, "spring-sale"));
            assert_eq!((shown.bumps.len(), shown.gone.len(), shown.changed.len()), (1, 0, 0));
            assert_eq!((shown.bumps[0].price.minor(), shown.bumps[0].accepted), (2400, false));
        }
        let gone = ShowCheckout { funnel: "no-such".to_owned(), cart: told.clone() };
        assert!(world.engine.ask(gone).await.unwrap().bumps.is_empty(), "a plain checkout, no error");

        let answer = |accepted: bool, cart: &CartSnapshot| AnswerBump {
            funnel: "spring-sale".to_owned(),
            offer_id: OfferId(funnel.bump),
            accepted,
            cart: cart.clone(),
        };
        for _ in 0..2 {
            let line = world.engine.ask(answer(true, &told)).await.unwrap().unwrap();
            assert_eq!((line.product_id.0, line.quantity), (2, 1));
            assert_eq!(line.unit_price, Decimal::parse("24").unwrap());
        }
        assert_eq!(world.events(funnel.bump).await, ["shown 0 0 0", "accepted 0 0 2400"]);
        let mut cheaper = told.clone();
        cheaper.lines[0].offer_id = Some(funnel.bump);
        cheaper.lines[0].unit_price = Decimal::parse("0.01").unwrap();
        let shown =
            world.engine.ask(ShowCheckout { funnel: String::new(), cart: cheaper.clone() }).await.unwrap();
        assert_eq!(
            shown.changed.len() + shown.gone.len(),
            1,
            "a line that is not as it should be is put right"
        );
        cheaper.lines[0].offer_id = Some(999);
        let shown = world.engine.ask(ShowCheckout { funnel: String::new(), cart: cheaper }).await.unwrap();
        assert_eq!(shown.gone, [OfferId(999)]);

        assert!(world.engine.ask(answer(false, &told)).await.unwrap().is_none());
        assert_eq!(world.events(funnel.bump).await, ["shown 0 0 0", "declined 0 0 0"]);
        let unknown = AnswerBump { offer_id: OfferId(999), ..answer(true, &told) };
        assert_eq!(world.engine.ask(unknown).await.unwrap_err().kind, FaultKind::NotFound);
        let unknown = AnswerBump { offer_id: OfferId(999), ..answer(false, &told) };
        assert!(world.engine.ask(unknown).await.unwrap().is_none(), "taking out is always right");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buyer_of_a_paid_order_is_sent_to_its_offer() {
    for database in databases() {
        let world = World::new(&database);
        let funnel = world.funnel("two_step").await;
        world.bought("cartr").await;
        let (id, key) = {
            let state = world.shop.state();
            let order = state.orders.values().next().unwrap();
            (order.id, order.order_key.clone())
        };
        let asked = AfterPayment { order_id: id, order_key: key.clone() };
        let address = world.engine.ask(asked.clone()).await.unwrap().unwrap();
        let page = world.get("", address.strip_prefix(world.engine.public_url()).unwrap()).await;
        assert_eq!(page.status, 200, "{}", page.text);
        for wrong in [
            AfterPayment { order_key: "another".to_owned(), ..asked.clone() },
            AfterPayment { order_key: String::new(), ..asked.clone() },
            AfterPayment { order_id: OrderId(999), ..asked.clone() },
        ] {
            assert_eq!(world.engine.ask(wrong).await.unwrap_err().kind, FaultKind::NotFound);
        }
        for (status, method, funnel, offered) in [
            ("on-hold", "test", funnel.id, false),
            ("processing", "test", 0, false),
            ("on-hold", "cod", funnel.id, true),
            ("on-hold", "bacs", funnel.id, true),
            ("on-hold", "cheque", funnel.id, true),
            ("processing", "cod", funnel.id, true),
            ("pending", "bacs", funnel.id, false),
            ("failed", "bacs", funnel.id, false),
            ("cancelled", "cheque", funnel.id, false),
        ] {
            {
                let mut state = world.shop.state();
                let order = state.orders.get_mut(&id.0).unwrap();
                order.status = status.to_owned();
                order.payment_method = method.to_owned();
                order.meta = vec![("_ocart_funnel_id".to_owned(), funnel.to_string())];
            }
            let address = world.engine.ask(asked.clone()).await.unwrap();
            assert_eq!(address.is_some(), offered, "{status} {method}");
        }
        world.verify().await;
    }
}
