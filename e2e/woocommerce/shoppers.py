"""Shoppers on their way through a funnel in a real store, in a browser: bump, WooCommerce's own payment, offers, thank-you page; at
the classic checkout and at the Checkout block. Run by journey.sh."""

import pytest
from checkouts import Shopping
from harness.waiting import until
from wordpress import ADDRESS, drained

BUMP, UPSELL, DOWNSELL = "guide", "print", "tray"
CHECKOUTS = [("classic", "/spring/"), ("block", "/checkout/")]
kinds = pytest.mark.parametrize(("kind", "path"), CHECKOUTS, ids=[kind for kind, _ in CHECKOUTS])


@pytest.fixture(scope="module")
def funnel(wordpress, shop):
    """A funnel as a merchant sets it up: a guide for 5.00 at the checkout, then a print at half price, else a tray for 10.00."""
    words = ["ocart", "funnel", "create", "Spring", "--slug=spring", "--activate", "--porcelain"]
    made = {"id": int(shop.cli(*words))}

    def offer(kind, sku, rule, headline, **more):
        wanted = {"funnel_id": made["id"], "product_id": wordpress.product(sku), "pricing_rule": rule}
        wanted |= {"display_config": {"headline": headline}} | more
        return shop.rest("POST", f"ocart/v1/{kind}", wanted, status=201)["id"]

    made["bump"] = offer("bumps", BUMP, {"type": "fixed_addon", "amount": "5.00"}, "The guide with it")
    made["upsell"] = offer("upsells", UPSELL, {"type": "discount_pct", "value": "50"}, "A print for the wall")
    made["downsell"] = offer(
        "upsells", DOWNSELL, {"type": "fixed_price", "amount": "10.00"}, "Then perhaps a tray", type="downsell"
    )
    wordpress.page("spring", '[ocart_checkout funnel="spring"]')
    return made


@pytest.fixture
def shopping(wordpress, browser, funnel):
    """A shopper with a journal in the cart; nothing may go wrong in the browser, nor in PHP."""
    before = len(wordpress.complaints())
    with Shopping(browser, ADDRESS) as one:
        one.add(wordpress.product("journal"))
        yield one
    assert wordpress.complaints()[before:] == []


def orders(wordpress, parent):
    """An order and its children, as the store has them."""
    return wordpress.json(
        "array_map(fn ($order) => ['id' => $order->get_id(), 'parent' => $order->get_parent_id(), 'status' => $order->get_status(),"
        " 'total' => $order->get_total(), 'tax' => $order->get_total_tax(), 'paid_with' => $order->get_payment_method(),"
        " 'via' => $order->get_created_via(), 'funnel' => $order->get_meta('_ocart_funnel_id'), 'items' => array_map("
        "fn ($item) => [$item->get_product()->get_sku(), $item->get_quantity(), $item->get_total()], array_values($order->get_items()))],"
        f" array_merge([wc_get_order({parent})], wc_get_orders(['parent' => {parent}, 'type' => 'shop_order', 'limit' => -1])))"
    )


def answers(shop, order):
    """What became of the offers of an order, by the server's books."""
    sql = "SELECT o.type, e.event_type, e.amount_minor FROM {p}ocart_offer_events e JOIN {p}ocart_offers o ON o.id = e.offer_id"
    return {(row[0], row[1], int(row[2])) for row in shop.rows(f"{sql} WHERE e.order_id = {order}")}


def stands_at(shopping, shop, headline):
    """The shopper is on the server's page with this offer."""
    shopping.page.wait_for_url(f"{shop.url}/offer/**")
    shopping.page.get_by_role("heading", level=1, name=headline).wait_for()


def yes(shopping):
    shopping.page.locator("form[action$='/accept'] button").click()


def no(shopping):
    shopping.page.locator("form[action$='/decline'] button").click()


def buys(shopping, kind, path, email, bump=True, **more):
    """Goes to the checkout, takes the bump and pays."""
    shopping.open(path)
    if bump:
        shopping.take_bump()
    getattr(shopping, f"pay_{kind}")(email, **more)


@kinds
def test_a_bump_a_payment_and_a_yes_make_a_child_order(wordpress, shop, funnel, shopping, kind, path):
    buys(shopping, kind, path, f"yes-{kind}@example.com")
    stands_at(shopping, shop, "A print for the wall")
    assert "$24.75" in shopping.page.locator("main").inner_text(), "half of 45.00 and a tenth of tax"
    yes(shopping)
    order = shopping.order()
    main, child = orders(wordpress, order)
    assert main["items"] == [["journal", 1, "18"], ["guide", 1, "5"]] and main["funnel"] == str(funnel["id"])
    # Goods 23.00, shipping 4.99, a tenth of tax on both.
    assert (main["status"], main["paid_with"], main["total"], main["tax"]) == ("processing", "cod", "30.79", "2.8")
    assert child["items"] == [["print", 1, "22.5"]]
    assert (child["parent"], child["status"], child["paid_with"], child["total"], child["via"]) == (
        order, "processing", "cod", "24.75", "ocart_upsell",
    )  # fmt: skip
    drained(wordpress, shop)
    assert answers(shop, order) == {("bump", "shown", 0), ("bump", "accepted", 550), ("upsell", "shown", 0), ("upsell", "accepted", 2475)}


@kinds
def test_two_noes_lead_by_the_downsell_to_the_thank_you_page(wordpress, shop, funnel, shopping, kind, path):
    buys(shopping, kind, path, f"no-{kind}@example.com", bump=False)
    stands_at(shopping, shop, "A print for the wall")
    no(shopping)
    stands_at(shopping, shop, "Then perhaps a tray")
    assert "$11.00" in shopping.page.locator("main").inner_text()
    no(shopping)
    order = shopping.order()
    (main,) = orders(wordpress, order)
    assert main["items"] == [["journal", 1, "18"]]
    drained(wordpress, shop)
    told = answers(shop, order)
    assert {("upsell", "declined", 0), ("downsell", "shown", 0), ("downsell", "declined", 0)} <= told
    assert not any(answer == "accepted" for _, answer, _ in told)


@kinds
def test_a_downsell_that_is_taken_is_the_only_child(wordpress, shop, shopping, kind, path):
    buys(shopping, kind, path, f"less-{kind}@example.com", bump=False)
    stands_at(shopping, shop, "A print for the wall")
    no(shopping)
    stands_at(shopping, shop, "Then perhaps a tray")
    yes(shopping)
    order = shopping.order()
    _, child = orders(wordpress, order)
    assert (child["items"], child["total"]) == ([["tray", 1, "10"]], "11.00")


@kinds
@pytest.mark.parametrize(("gateway", "how"), [("bacs", "by bank transfer"), ("cheque", "by cheque")])
def test_a_yes_to_an_order_that_waits_for_its_money_waits_as_well(wordpress, shop, shopping, kind, path, gateway, how):
    buys(shopping, kind, path, f"{gateway}-{kind}@example.com", bump=False, gateway=gateway)
    stands_at(shopping, shop, "A print for the wall")
    text = shopping.page.locator("main").inner_text()
    assert "is placed" in text and f"$24.75 is due {how}" in text
    yes(shopping)
    order = shopping.order()
    main, child = orders(wordpress, order)
    assert (main["status"], child["status"], child["paid_with"], child["total"]) == ("on-hold", "on-hold", gateway, "24.75")
    paid = wordpress.json(f"array_map(fn ($id) => wc_get_order($id)->get_date_paid() !== null, [{order}, {child['id']}])")
    assert paid == [False, False]
    # The money for the one is not the money for the other.
    wordpress.status(order, "processing")
    drained(wordpress, shop)
    assert [row["status"] for row in orders(wordpress, order)] == ["processing", "on-hold"]


@pytest.mark.parametrize(("kind", "path"), CHECKOUTS, ids=[kind for kind, _ in CHECKOUTS])
def test_an_order_that_comes_to_nothing_is_followed_by_no_offer(wordpress, shop, browser, funnel, kind, path):
    with Shopping(browser, ADDRESS) as one:
        one.add(wordpress.product("gift"))
        buys(one, kind, path, f"nothing-{kind}@example.com", bump=False, gateway="")
        (main,) = orders(wordpress, one.order())
        assert (main["status"], main["total"], main["funnel"]) == ("completed", "0.00", str(funnel["id"]))


@kinds
def test_a_bump_that_is_unticked_is_not_bought(wordpress, shop, shopping, kind, path):
    shopping.open(path)
    shopping.take_bump()
    shopping.leave_bump()
    getattr(shopping, f"pay_{kind}")(f"unticked-{kind}@example.com")
    stands_at(shopping, shop, "A print for the wall")
    no(shopping)
    stands_at(shopping, shop, "Then perhaps a tray")
    no(shopping)
    (main,) = orders(wordpress, shopping.order())
    assert main["items"] == [["journal", 1, "18"]]


@kinds
def test_a_server_that_is_away_leaves_the_checkout_as_it_is(wordpress, shop, shopping, kind, path):
    shop.stop()
    try:
        shopping.open(path)
        assert shopping.page.locator(".ocart-bump-box").count() == 0
        getattr(shopping, f"pay_{kind}")(f"away-{kind}@example.com")
        (main,) = orders(wordpress, shopping.order())
        assert main["status"] == "processing"
    finally:
        shop.start()
        wordpress.php("delete_transient('cartwright_away');")
    drained(wordpress, shop)
    until(lambda: shop.rows(f"SELECT is_paid FROM {{p}}cartwright_wordpress_orders WHERE order_id = {main['id']}"), what="the order")


def test_what_the_server_keeps_agrees_with_the_store(wordpress, shop, funnel):
    """Of all orders of the tests above: carts, bumps and children."""
    drained(wordpress, shop)
    kept = wordpress.json(
        "array_map(fn ($order) => [$order->get_id(), $order->get_parent_id(), (int) round(100 * $order->get_total()),"
        " (int) round(100 * array_sum(array_map(fn ($item) => $item->get_product()->get_sku() === 'guide'"
        " ? $item->get_total() + $item->get_total_tax() : 0, $order->get_items())))],"
        " array_values(wc_get_orders(['limit' => -1, 'type' => 'shop_order', 'status' => array_keys(wc_get_order_statuses())])))"
    )
    parents, children = [row for row in kept if not row[1]], [row for row in kept if row[1]]
    assert len(parents) >= 10 and len(children) >= 4
    converted = shop.rows("SELECT order_id FROM {p}ocart_carts WHERE status = 'converted'")
    assert sorted(int(row[0]) for row in converted) == sorted(row[0] for row in parents)
    sql = (
        "SELECT e.order_id, e.child_order_id, e.amount_minor FROM {p}ocart_offer_events e JOIN {p}ocart_offers o ON o.id = e.offer_id"
        " WHERE e.event_type = 'accepted' AND o.type"
    )
    accepted = {tuple(map(int, row)) for row in shop.rows(f"{sql} <> 'bump'")}
    assert accepted == {(parent, order, total) for order, parent, total, _ in children}
    bumps = {(int(row[0]), int(row[2])) for row in shop.rows(f"{sql} = 'bump'")}
    assert bumps == {(order, bump) for order, _, _, bump in parents if bump}
    shop.cli("db", "verify")
