//! Products, carts, offers' lines, restored carts, sessions.

use kernel::contracts::cartbay;
use kernel::contracts::shop::{Address, CartSnapshot};
use kernel::ids::{OfferId, ProductId};
use kernel::{Decimal, Moment};
use runtime::ports::{ChildOrder, OfferLine, RestoreLine, SessionOrder};

use crate::site::{Site, add, cart_of, home, money, new_order, paid, product, wanted};

/// Pickers find what is published; what is not there is none.
pub async fn products_are_found_by_name_and_number(site: &dyn Site) {
    let (mug, tray) = (product(site, "mug").await, product(site, "Tray").await);
    assert_eq!((mug.name.as_str(), mug.kind.as_str(), mug.price), ("Mug", "simple", Decimal::whole(12)));
    assert!(mug.purchasable && mug.parent_id == ProductId(0) && !mug.category_ids.is_empty());
    let (price, regular) = (Decimal::parse("25.50").unwrap(), Decimal::whole(30));
    assert_eq!((tray.price, tray.regular_price), (price, regular), "on sale");
    let tee = product(site, "tee").await;
    assert_eq!((tee.kind.as_str(), tee.variations.len()), ("variable", 2));
    let small = site.host().product(tee.variations[0].0).await.unwrap().unwrap();
    assert_eq!((small.parent_id, small.kind.as_str()), (tee.id, "variation"));
    assert!(site.host().product(ProductId(987_654)).await.unwrap().is_none());
    assert!(site.host().find_products("no such thing", 10).await.unwrap().is_empty());
}

/// A cart is one thing, whoever asks.
pub async fn a_cart_is_found_again_by_its_token(site: &dyn Site) {
    let cart = cart_of(site, &[("mug", 2), ("tray", 1)]).await;
    // 24.00 + 25.50 + 4.99 shipping, 10 % on everything.
    assert_eq!((cart.subtotal, cart.shipping_total), (money(4_950), money(499)));
    assert_eq!((cart.total_tax, cart.total), (money(545), money(5_994)));
    assert_eq!((cart.item_count, cart.needs_shipping), (3, true));
    let again = site.host().cart(&cart.token).await.unwrap().unwrap();
    assert_eq!(again, cart);
    let more = add(site, &cart.token, "tray", 1).await.unwrap();
    assert_eq!((more.lines.len(), more.item_count), (2, 4), "the same product is the same line");
    assert_ne!(more.hash, cart.hash);
    assert!(site.host().cart("0123456789abcdef0123456789abcdef").await.unwrap().is_none());
    let refused = add(site, &cart.token, "mug", 9).await.unwrap_err();
    assert!(refused.status() < 500, "more than there are: {refused}");
}

/// Taxes are the destination's.
pub async fn taxes_follow_the_destination(site: &dyn Site) {
    let cart = cart_of(site, &[("tray", 1)]).await;
    assert_eq!((cart.total_tax, cart.total), (money(305), money(3_354)));
    let abroad = Address { country: "DE".to_owned(), state: String::new(), ..home() };
    let cart = site.host().set_destination(&cart.token, &abroad, &Address::default()).await.unwrap();
    assert_eq!((cart.total_tax, cart.total), (money(0), money(3_049)));
    let cart = site.host().set_destination(&cart.token, &abroad, &home()).await.unwrap();
    assert_eq!(cart.total, money(3_354), "where it is shipped to counts");
}

/// A bump is one line however often it is put there.
pub async fn an_offers_line_is_one_line_at_the_servers_price(site: &dyn Site) {
    let cart = cart_of(site, &[("tray", 1)]).await;
    let line = OfferLine {
        offer_id: OfferId(7),
        product: wanted(site, "mug", 1).await,
        unit_price: Decimal::parse("9.50").unwrap(),
    };
    site.host().put_offer_line(&cart.token, &line).await.unwrap();
    let twice = site.host().put_offer_line(&cart.token, &line).await.unwrap();
    assert_eq!((twice.lines.len(), twice.lines[1].offer_id), (2, Some(7)));
    assert_eq!(twice.subtotal, money(3_500));
    let beside = add(site, &cart.token, "mug", 1).await.unwrap();
    assert_eq!((beside.lines.len(), beside.subtotal), (3, money(4_700)), "bought at its own price beside it");
    site.host().remove_offer_line(&cart.token, OfferId(8)).await.unwrap();
    let without = site.host().remove_offer_line(&cart.token, OfferId(7)).await.unwrap();
    assert_eq!((without.lines.len(), without.subtotal), (2, money(3_750)));
}

/// Whoever takes a product out of the shop need not know where it is offered.
pub async fn a_product_that_is_withdrawn_while_it_is_offered_does_no_harm(site: &dyn Site) {
    let host = site.host();
    let parent = paid(site, &[("tray", 1)]).await;
    let cart = cart_of(site, &[("tray", 1)]).await;
    let mug = wanted(site, "mug", 1).await;
    let line = OfferLine { offer_id: OfferId(7), product: mug.clone(), unit_price: Decimal::whole(9) };
    host.put_offer_line(&cart.token, &line).await.unwrap();
    site.publish("mug", false).await;
    let child = ChildOrder {
        key: format!("withdrawn:{}", parent.id),
        parent_id: parent.id,
        offer_id: OfferId(3),
        product: mug.clone(),
        unit_price: Decimal::whole(6),
        transaction_id: "charge-9".to_owned(),
        meta: Vec::new(),
    };
    let gone = host.product(mug.product_id).await.unwrap();
    assert!(gone.is_none_or(|product| !product.purchasable));
    let refused = host.add_to_cart(&cart.token, &mug).await.unwrap_err();
    assert!(refused.status() < 500, "a refusal, no trouble: {refused}");
    // Refused, or left out of the cart: in no case sold.
    match host.put_offer_line(&cart.token, &OfferLine { offer_id: OfferId(8), ..line }).await {
        Ok(cart) => assert!(cart.lines.iter().all(|line| line.product_id != mug.product_id)),
        Err(fault) => assert!(fault.status() < 500, "{fault}"),
    }
    let written = host.place_child_order(&child).await.unwrap();
    assert_eq!((written.total, written.is_paid()), (money(660), true), "what is paid for is written");
    let without = host.remove_offer_line(&cart.token, OfferId(7)).await.unwrap();
    assert_eq!((without.lines.len(), without.total), (1, cart.total));
    let order = host.place_order(&new_order(&without, "w")).await.unwrap();
    assert_eq!(order.total, cart.total, "the rest is bought all the same");
    site.publish("mug", true).await;
}

/// What became of each line is told; a link followed twice adds nothing.
pub async fn a_restored_cart_names_what_is_gone(site: &dyn Site) {
    let line = |product, name: &str, price: &str| RestoreLine {
        product,
        name: name.to_owned(),
        unit_price: Decimal::parse(price).unwrap(),
    };
    let mut gone = wanted(site, "mug", 1).await;
    gone.product_id = ProductId(987_654);
    let lines = [
        line(wanted(site, "mug", 5).await, "Mug", "12.00"),
        line(wanted(site, "tee/S", 1).await, "Tee - S", "18.00"),
        line(gone, "Gone", "5.00"),
    ];
    let restored = site.host().restore_cart("no-such-cart", &lines, &[]).await.unwrap();
    let outcomes: Vec<&str> = restored.lines.iter().map(|line| line.outcome).collect();
    assert_eq!(outcomes, ["reduced", "price_changed", "missing"]);
    assert_eq!(restored.cart.item_count, 4);
    let again = site.host().restore_cart(&restored.cart.token, &lines[..1], &[]).await.unwrap();
    assert_eq!(again.cart.item_count, 4, "a link followed twice adds nothing");
}

/// The statuses of sessions.
const STATUSES: [&str; 5] =
    [cartbay::CAPTURED, cartbay::ABANDONED, cartbay::RECOVERED, cartbay::EXPIRED, cartbay::SUPPRESSED];

/// A session of the cart, as recovery tells of it.
fn session_of(cart: &CartSnapshot, at: Moment, version: i64, status: &str) -> SessionOrder {
    SessionOrder {
        session_id: 5,
        version,
        status: status.to_owned(),
        email: "grace@example.com".to_owned(),
        lines: cart.lines.clone(),
        total: cart.total,
        meta: vec![("_cartbay_source".to_owned(), "classic".to_owned())],
        created_at: at,
        updated_at: at,
    }
}

/// Recovery sessions stand among the orders, one order each, whatever arrives twice or late.
pub async fn sessions_stand_among_the_orders(site: &dyn Site) {
    let host = site.host();
    let cart = cart_of(site, &[("mug", 2)]).await;
    // Its times come from the shop's own clock.
    let at = paid(site, &[("tray", 1)]).await.created_at;
    let session = |version: i64, status: &str| session_of(&cart, at, version, status);
    for (state, status) in STATUSES.iter().enumerate() {
        let version = 2 + i64::try_from(state).unwrap();
        host.put_session_order(&session(version, status)).await.unwrap();
        host.put_session_order(&session(version, status)).await.unwrap();
        host.put_session_order(&session(1, cartbay::CAPTURED)).await.unwrap();
        assert_eq!(site.listed(status).await.len(), 1, "it is found by its status {status}");
        let mut listed = site.listed(&STATUSES.join(",")).await;
        assert_eq!(listed.len(), 1, "there is one order of a session: {listed:?}");
        let listed = listed.remove(0);
        assert_eq!((listed.status.as_str(), listed.created_via.as_str()), (*status, cartbay::CREATED_VIA));
        assert_eq!((listed.email.as_str(), listed.currency), ("grace@example.com", cart.currency));
        assert_eq!((listed.total, listed.lines), (Decimal::from(cart.total), vec![("Mug".to_owned(), 2)]));
        let meta =
            |name: &str| listed.meta.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!((meta("_cartbay_session_id"), meta("_cartbay_source")), (Some("5"), Some("classic")));
    }
    let emptied = SessionOrder { lines: Vec::new(), ..session(9, cartbay::EXPIRED) };
    host.put_session_order(&emptied).await.unwrap();
    assert_eq!(site.listed(cartbay::EXPIRED).await.remove(0).lines, vec![]);
    host.remove_session_order(5).await.unwrap();
    host.remove_session_order(5).await.unwrap();
    host.put_session_order(&session(20, cartbay::CAPTURED)).await.unwrap();
    assert_eq!(site.listed(&STATUSES.join(",")).await, vec![], "what was withdrawn does not come back");
}

/// A session among the orders is no order.
pub async fn sessions_are_orders_that_count_for_nothing(site: &dyn Site) {
    let host = site.host();
    let cart = cart_of(site, &[("mug", 3)]).await;
    let order = paid(site, &[("tray", 1)]).await;
    let at = order.created_at;
    for (version, status) in [(1, cartbay::CAPTURED), (2, cartbay::RECOVERED)] {
        host.put_session_order(&session_of(&cart, at, version, status)).await.unwrap();
        let id = site.listed(status).await.remove(0).id;
        let orders: Vec<_> = site.listed("").await.into_iter().map(|listed| listed.id).collect();
        assert_eq!(orders, [order.id], "a list of orders holds orders");
        assert!(host.order(id).await.unwrap().is_none());
        assert!(host.child_orders(id).await.unwrap().is_empty());
        assert!(!host.has_ordered_since("grace@example.com", at.plus_days(-1)).await.unwrap());
        // Nor can anybody make one of it.
        let child = ChildOrder {
            key: format!("of-a-session:{id}"),
            parent_id: id,
            offer_id: OfferId(3),
            product: wanted(site, "tray", 1).await,
            unit_price: Decimal::whole(6),
            transaction_id: "charge-3".to_owned(),
            meta: Vec::new(),
        };
        let refusals = [
            host.complete_payment(id, "charge-4").await.err(),
            host.fail_payment(id, "declined").await.err(),
            host.quote_child_order(&child).await.err(),
            host.place_child_order(&child).await.err(),
            host.add_note(id, "Hello").await.err(),
            host.set_order_meta(id, &[("_note".to_owned(), "Hello".to_owned())]).await.err(),
        ];
        for refusal in refusals {
            assert_eq!(refusal.unwrap().status(), 404);
        }
        assert_eq!(site.listed(status).await.len(), 1, "it is what it was");
    }
    // It has kept none of the three mugs from being sold.
    let bought = host.place_order(&new_order(&cart, "after")).await.unwrap();
    assert_eq!(bought.total, cart.total);
    host.remove_session_order(5).await.unwrap();
}
