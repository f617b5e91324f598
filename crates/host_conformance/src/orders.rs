//! Orders: placed, paid, failed, refunded, with children, notes and metadata.

use kernel::Decimal;
use kernel::ids::{OfferId, OrderId};
use runtime::ports::{ChildOrder, NewOrder};

use crate::site::{RefundLine, RefundOrder, Site, add, cart_of, money, new_order, paid, wanted};

/// One key, one order; the money arrives once.
pub async fn a_cart_becomes_one_paid_order_however_often_it_is_asked(site: &dyn Site) {
    let host = site.host();
    let cart = cart_of(site, &[("mug", 2), ("tray", 1)]).await;
    let placed = host.place_order(&new_order(&cart, "a")).await.unwrap();
    let again = host.place_order(&new_order(&cart, "a")).await.unwrap();
    assert_eq!((placed.id, placed.status.as_str(), placed.total), (again.id, "pending", money(5_994)));
    assert_eq!((placed.billing_email.as_str(), placed.cart_token), ("ada@example.com", cart.token.clone()));
    assert_eq!((placed.lines.len(), placed.lines[0].quantity, placed.paid_at), (2, 2, None));
    let moved = site.let_pass(60).await;
    let paid = host.complete_payment(placed.id, "charge-1").await.unwrap();
    host.complete_payment(placed.id, "charge-2").await.unwrap();
    assert_eq!((paid.status.as_str(), paid.transaction_id.as_str()), ("processing", "charge-1"));
    assert!(paid.version > placed.version, "a change is a later version");
    let paid_at = paid.paid_at.unwrap();
    let emptied = host.cart(&cart.token).await.unwrap();
    assert_eq!(emptied.map_or(0, |cart| cart.item_count), 0);
    let other = host.open_cart(kernel::ids::UserId(0)).await.unwrap();
    assert!(add(site, &other.token, "mug", 2).await.is_err(), "of three two were sold");
    assert_eq!(add(site, &other.token, "mug", 1).await.unwrap().item_count, 1, "and only once");
    assert!(host.has_ordered_since("ADA@example.com", placed.created_at).await.unwrap());
    if moved {
        let between = placed.created_at.plus_seconds(30);
        assert!(host.has_ordered_since("ada@example.com", between).await.unwrap(), "paid after that");
    }
    assert!(!host.has_ordered_since("ada@example.com", paid_at.plus_seconds(1)).await.unwrap());
    assert!(!host.has_ordered_since("grace@example.com", placed.created_at).await.unwrap());
}

/// The price on the page is the price that is charged.
pub async fn another_total_than_the_shopper_saw_is_refused(site: &dyn Site) {
    let cart = cart_of(site, &[("tray", 1)]).await;
    let mut order = new_order(&cart, "t");
    order.expected_total = Some(money(1));
    let refused = site.host().place_order(&order).await.unwrap_err();
    assert_eq!((refused.status(), refused.code), (409, "total_changed"));
    order.expected_total = Some(cart.total);
    assert_eq!(site.host().place_order(&order).await.unwrap().total, cart.total);
}

/// Two carts, one piece.
pub async fn the_last_one_is_sold_once(site: &dyn Site) {
    let (first, second) = (cart_of(site, &[("tee/S", 1)]).await, cart_of(site, &[("tee/S", 1)]).await);
    let placed = site.host().place_order(&new_order(&first, "a")).await.unwrap();
    let refused = site.host().place_order(&new_order(&second, "b")).await.unwrap_err();
    assert_eq!(refused.code, "woocommerce_rest_product_out_of_stock");
    // The first does not pay: the piece is free again.
    site.host().fail_payment(placed.id, "declined").await.unwrap();
    let placed = site.host().place_order(&new_order(&second, "c")).await.unwrap();
    assert_eq!(placed.status, "pending");
}

/// Three pieces, eight shoppers at once.
pub async fn parallel_checkouts_of_scarce_stock_never_oversell(site: &dyn Site) {
    let mut carts = Vec::new();
    for _ in 0..8 {
        carts.push(cart_of(site, &[("mug", 1)]).await);
    }
    let outcomes = futures_util::future::join_all(carts.iter().map(|cart| async move {
        let order = new_order(cart, "p");
        site.host().place_order(&order).await.is_ok()
    }));
    let placed = outcomes.await.into_iter().filter(|is_placed| *is_placed).count();
    assert_eq!(placed, 3, "three mugs, three orders");
}

/// A payment that fails for good undoes the order; one that was made is not undone.
pub async fn a_failed_payment_gives_the_stock_back_and_leaves_a_paid_order_alone(site: &dyn Site) {
    let host = site.host();
    let cart = cart_of(site, &[("mug", 3)]).await;
    let order = host.place_order(&new_order(&cart, "f")).await.unwrap();
    let failed = host.fail_payment(order.id, "declined").await.unwrap();
    assert_eq!(failed.status, "failed");
    assert_eq!(host.fail_payment(order.id, "declined").await.unwrap().status, "failed");
    let order = paid(site, &[("mug", 3)]).await;
    assert_eq!(host.fail_payment(order.id, "too late").await.unwrap().status, "processing");
}

/// Refunds add up, once for each key, and never to more than was paid.
pub async fn refunds_add_up_and_stop_at_the_total(site: &dyn Site) {
    let host = site.host();
    let order = paid(site, &[("mug", 2)]).await;
    let wanted = |key: &str, minor: i64, lines: Vec<RefundLine>| RefundOrder {
        key: format!("{key}:{}", order.id),
        order_id: order.id,
        amount: (minor > 0).then(|| money(minor)),
        lines,
    };
    let line = RefundLine {
        item_id: order.lines[0].id,
        quantity: 1,
        total: Decimal::whole(12),
        tax: Decimal::parse("1.20").unwrap(),
    };
    let first = site.refund(&wanted("r1", 0, vec![line.clone()])).await.unwrap();
    assert_eq!(site.refund(&wanted("r1", 0, vec![line.clone()])).await.unwrap(), first);
    let partly = host.order(order.id).await.unwrap().unwrap();
    assert_eq!((partly.refunded_total, partly.lines[0].refunded_quantity), (money(1_320), 1));
    assert_eq!(partly.lines[0].refunded_total, Decimal::whole(12));
    assert!(partly.version > order.version);
    let cart = host.open_cart(kernel::ids::UserId(0)).await.unwrap();
    assert_eq!(add(site, &cart.token, "mug", 2).await.unwrap().item_count, 2, "one went back");
    let too_many = site.refund(&wanted("r2", 0, vec![RefundLine { quantity: 2, ..line }])).await;
    assert_eq!(too_many.unwrap_err().status(), 400);
    let too_much = site.refund(&wanted("r3", 5_000, vec![])).await.unwrap_err();
    assert!(too_much.params.contains_key("amount"), "{too_much}");
    let rest = order.total.minor() - 1_320;
    site.refund(&wanted("r4", rest, vec![])).await.unwrap();
    let whole = host.order(order.id).await.unwrap().unwrap();
    assert_eq!((whole.status.as_str(), whole.refunded_total), ("refunded", whole.total));
}

/// One key, one child; it is taxed where its parent lives.
pub async fn a_child_order_is_written_once_with_the_parents_address(site: &dyn Site) {
    let host = site.host();
    let parent = paid(site, &[("tray", 1)]).await;
    let child = ChildOrder {
        key: format!("child:{}", parent.id),
        parent_id: parent.id,
        offer_id: OfferId(3),
        product: wanted(site, "mug", 1).await,
        unit_price: Decimal::whole(6),
        transaction_id: "charge-9".to_owned(),
        meta: vec![("_ocart_offer_id".to_owned(), "3".to_owned())],
    };
    let quote = host.quote_child_order(&child).await.unwrap();
    assert_eq!((quote.total, quote.total_tax, quote.subtotal), (money(660), money(60), money(600)));
    let (one, two) =
        futures_util::future::join(host.place_child_order(&child), host.place_child_order(&child)).await;
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.id, one.parent_id, one.total), (two.id, parent.id, money(660)));
    assert_eq!((one.transaction_id.as_str(), one.is_paid()), ("charge-9", true));
    assert_eq!((one.billing_email.as_str(), one.created_via.as_str()), ("ada@example.com", "ocart_upsell"));
    assert_eq!(one.lines[0].offer_id, Some(3));
    let children = host.child_orders(parent.id).await.unwrap();
    assert_eq!(children.iter().map(|order| order.id).collect::<Vec<_>>(), [one.id]);
    assert_eq!(host.child_orders(OrderId(987_654)).await.unwrap().len(), 0);
}

/// Whoever pays by transfer pays for the child by transfer: it waits for its money, whatever has become of the parent.
pub async fn a_child_order_by_transfer_waits_for_its_money(site: &dyn Site) {
    let host = site.host();
    let cart = cart_of(site, &[("tray", 1)]).await;
    let parent = NewOrder { payment_method: "bacs".to_owned(), ..new_order(&cart, "transfer") };
    let parent = host.place_order(&parent).await.unwrap();
    let child = ChildOrder {
        key: format!("transfer:{}", parent.id),
        parent_id: parent.id,
        offer_id: OfferId(3),
        product: wanted(site, "mug", 3).await,
        unit_price: Decimal::whole(6),
        transaction_id: String::new(),
        meta: Vec::new(),
    };
    let waits = host.place_child_order(&child).await.unwrap();
    assert_eq!((waits.status.as_str(), waits.paid_at, waits.total), ("on-hold", None, money(1_980)));
    assert_eq!((waits.payment_method.as_str(), waits.transaction_id.as_str()), ("bacs", ""));
    assert!(waits.is_bought() && !waits.is_paid());
    let open = host.open_cart(kernel::ids::UserId(0)).await.unwrap();
    assert!(add(site, &open.token, "mug", 1).await.is_err(), "its units are out of the stock");
    host.complete_payment(parent.id, "transfer-1").await.unwrap();
    let again = host.place_child_order(&child).await.unwrap();
    assert_eq!(
        (again.id, again.status.as_str()),
        (waits.id, "on-hold"),
        "the parent's money is not the child's"
    );
    let charged = ChildOrder {
        key: format!("charged:{}", parent.id),
        transaction_id: "charge-1".to_owned(),
        product: wanted(site, "tray", 1).await,
        ..child.clone()
    };
    assert!(host.place_child_order(&charged).await.unwrap().is_paid(), "what was charged is paid");
    let paid = host.complete_payment(waits.id, "transfer-2").await.unwrap();
    assert_eq!((paid.status.as_str(), paid.transaction_id.as_str()), ("processing", "transfer-2"));
    let paid_again = host.place_child_order(&child).await.unwrap();
    assert_eq!(paid_again.status, "processing");
}

/// What is kept with an order is read again; what is not there is said so.
pub async fn notes_and_metadata_are_kept_with_the_order(site: &dyn Site) {
    let host = site.host();
    let order = paid(site, &[("tray", 1)]).await;
    assert_eq!(order.meta("_ocart_funnel_id"), Some("1"));
    host.add_note(order.id, "Wrapped as a gift.").await.unwrap();
    let meta =
        [("_ocart_funnel_id".to_owned(), "2".to_owned()), ("_cartbay_session_id".to_owned(), "9".to_owned())];
    host.set_order_meta(order.id, &meta).await.unwrap();
    let read = host.order(order.id).await.unwrap().unwrap();
    assert_eq!((read.meta("_ocart_funnel_id"), read.meta("_cartbay_session_id")), (Some("2"), Some("9")));
    assert!(host.order(OrderId(987_654)).await.unwrap().is_none());
    assert_eq!(host.add_note(OrderId(987_654), "Nobody's.").await.unwrap_err().status(), 404);
    assert_eq!(host.complete_payment(OrderId(987_654), "x").await.unwrap_err().status(), 404);
}
