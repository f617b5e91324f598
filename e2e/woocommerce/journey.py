"""The whole journey in a real store: two checkouts in a browser, the server stopped in the middle, and everything agrees at the
end. Run by journey.sh."""

import json
import os
import threading
import time
from pathlib import Path

import pytest
import requests
from checkouts import Shopping
from counterpart import Refused
from harness.waiting import until
from shopper import Shopper
from wordpress import ADDRESS, CUSTOMER, DIRECTORY, drained, members


def hooks(server, order):
    return [event["data"]["hook"] for event in server.events if event["order_id"] == order]


def all_arrived(wordpress, server, order, last):
    until(lambda: hooks(server, order)[-1:] == [last], what=f"the announcement of {last}")
    until(lambda: wordpress.waiting() == 0, what="an empty queue")


# What the plugin does, whoever the server is.


@pytest.mark.parametrize("kind", ["buy_classic", "buy_block"])
def test_an_order_is_announced_and_remembers_its_cart(wordpress, counterpart, kind):
    order = getattr(Shopper(ADDRESS), kind)(wordpress.product("journal"), CUSTOMER)
    all_arrived(wordpress, counterpart, order, "processing")
    # Older versions do not call the draft of the block an order that was created.
    assert hooks(counterpart, order)[0] in ("created", "processed")
    state = counterpart.store.host("order_state", id=order)
    carts = [event["data"] for event in counterpart.events if event["name"] == "cart"]
    assert state["order"]["cart_token"] == carts[0]["token"]
    assert (state["order"]["status"], carts[0]["item_count"], carts[-1]["item_count"]) == ("processing", 1, 0)
    assert counterpart.problems == []


def test_what_happens_to_an_order_is_announced(wordpress, counterpart):
    order = Shopper(ADDRESS).buy_classic(wordpress.product("journal"), CUSTOMER)
    wordpress.status(order, "completed")
    all_arrived(wordpress, counterpart, order, "completed")
    refund = wordpress.json(f"wc_create_refund(['order_id' => {order}, 'amount' => '5.00'])->get_id()")
    all_arrived(wordpress, counterpart, order, "refunded")
    state = counterpart.store.host("order_state", id=order)
    assert [(row["id"], row["amount"]["minor"]) for row in state["refunds"]] == [(refund, 500)]
    wordpress.php(f"wc_get_order({refund})->delete(true);")
    all_arrived(wordpress, counterpart, order, "refund_deleted")
    after = counterpart.store.host("order_state", id=order)
    assert after["refunds"] == [] and after["order"]["version"] > state["order"]["version"]
    wordpress.status(order, "cancelled")
    all_arrived(wordpress, counterpart, order, "cancelled")
    wordpress.php(f"wc_get_order({order})->delete(false);")
    all_arrived(wordpress, counterpart, order, "trashed")
    wordpress.php(f"wc_get_order({order})->delete(true);")
    all_arrived(wordpress, counterpart, order, "deleted")
    assert counterpart.store.host("order_state", id=order) == {"order": None, "refunds": []}


def test_people_are_announced(wordpress, counterpart):
    user = wordpress.json("wc_create_new_customer('new' . time() . '@example.com', '', 'pass')")
    product = wordpress.product("journal")
    comment = wordpress.json(
        f"wp_insert_comment(['comment_post_ID' => {product}, 'comment_type' => 'review', 'comment_approved' => 0,"
        " 'comment_author_email' => 'ada@example.com', 'comment_meta' => ['rating' => 5], 'comment_content' => 'Good.'])"
    )
    wordpress.php(f"wp_set_comment_status({comment}, 'approve'); wp_set_comment_status({comment}, 'hold');")
    until(lambda: sum(event["name"] == "review" for event in counterpart.events) == 2, what="two announcements of the review")
    reviews = [event["data"] for event in counterpart.events if event["name"] == "review"]
    assert [(row["comment_id"], row["approved"], row["rating"]) for row in reviews] == [(comment, True, 5), (comment, False, 5)]
    assert [event["data"]["user_id"] for event in counterpart.events if event["name"] == "customer"] == [user]


@pytest.mark.parametrize("misbehaviour", ["500", "page", "half", "silence", "gone"])
def test_a_bad_server_disturbs_no_shopper_and_loses_nothing(wordpress, counterpart, misbehaviour):
    over = threading.Event()

    def answer(handler, _route, _body):
        if misbehaviour == "silence":
            over.wait(60)
        if misbehaviour == "page":
            handler.reply(200, b"<html>Welcome</html>", "text/html")
        elif misbehaviour == "half":
            handler.reply(200, b'{"accepted": [')
        else:
            handler.reply(500, {"code": "internal_error", "message": "no", "data": {"status": 500}})

    counterpart.answer = answer
    if misbehaviour == "gone":
        wordpress.php(
            "$link = get_option('cartwright_link'); $link['server'] = 'http://127.0.0.1:9'; update_option('cartwright_link', $link);"
        )
    shopper = Shopper(ADDRESS)
    order = shopper.buy_classic(wordpress.product("journal"), CUSTOMER)
    assert shopper.took < 9, "the shopper does not wait for the server"
    wordpress.status(order, "completed")
    assert wordpress.waiting() > 0
    counterpart.answer = None
    if misbehaviour == "gone":
        address = counterpart.address
        wordpress.php(
            f"$link = get_option('cartwright_link'); $link['server'] = '{address}'; update_option('cartwright_link', $link);"
        )
    over.set()
    until(lambda: wordpress.send() is None and wordpress.waiting() == 0, 60, what="an empty queue")
    all_arrived(wordpress, counterpart, order, "completed")
    ids = [event["id"] for event in counterpart.events]
    assert len(ids) == len(set(ids)), "everything arrives once"
    of_order = [event["id"] for event in counterpart.events if event["order_id"] == order]
    assert of_order == sorted(of_order), "and in order"


def test_a_change_that_nobody_announced_is_found(wordpress, counterpart):
    order = Shopper(ADDRESS).buy_classic(wordpress.product("journal"), CUSTOMER)
    all_arrived(wordpress, counterpart, order, "processing")
    wordpress.php(f"remove_all_actions('woocommerce_order_status_changed'); sleep(1); wc_get_order({order})->update_status('on-hold');")
    assert hooks(counterpart, order)[-1] == "processing"
    wordpress.send()
    all_arrived(wordpress, counterpart, order, "found")


def test_calls_that_are_not_the_servers_are_refused(wordpress, counterpart):
    store = counterpart.store
    cases = {
        "cartwright_signature": {"signature": "0" * 64},
        "cartwright_key": {"key": "0" * 16},
        "cartwright_site": {"site": "0" * 32},
        "cartwright_clock": {"time": str(int(time.time()) - 400)},
    }
    for reason, changed in cases.items():
        with pytest.raises(Refused) as refusal:
            store.call("/host/categories", **changed)
        assert (refusal.value.status, refusal.value.body["code"]) == (401, reason)
    headers = store.headers("/host/categories", b"{}")
    assert store.send("/host/categories", b"{}", headers)["result"]
    for body, reason in ((b"{}", "cartwright_replayed"), (b'{"a":1}', "cartwright_signature")):
        with pytest.raises(Refused) as refusal:
            store.send("/host/categories", body, headers)
        assert refusal.value.body["code"] == reason


def test_keys_rotate_both_ways_and_are_revoked(wordpress, counterpart):
    store = counterpart.store
    wordpress.php("Cartwright\\Link\\Rotation::begin();")
    assert store.host("categories")
    old = store.key, store.secret
    fresh = {"key": os.urandom(8).hex(), "nonce": os.urandom(16).hex()}
    assert store.call("/keys", fresh)["key"] == fresh["key"]
    assert store.host("categories"), "the old key is good for a while"
    counterpart.take("/keys", fresh)
    assert store.host("categories"), "the new one is good at once"
    Shopper(ADDRESS).add(wordpress.product("journal"))
    until(lambda: counterpart.events, what="an announcement under the new key")
    store.call("/keys", {"revoke": True})
    for key, secret in (old, (store.key, store.secret)):
        store.key, store.secret = key, secret
        with pytest.raises(Refused) as refusal:
            store.host("categories")
        assert refusal.value.body["code"] == "cartwright_key"


# With the real server.


@pytest.mark.parametrize(("kind", "path"), [("classic", "/checkout-classic/"), ("block", "/checkout/")])
def test_a_shopper_in_a_browser_earns_points(wordpress, shop, browser, kind, path):
    with Shopping(browser, ADDRESS) as shopping:
        shopping.log_in("ada", "ada")
        shopping.add(wordpress.product("journal"))
        drained(wordpress, shop)
        cart = shop.listed("ocart", "cart", "list")[0]
        assert (cart["status"], cart["item_count"]) == ("active", 1)
        shopping.open(path)
        getattr(shopping, f"pay_{kind}")(CUSTOMER)
        order = shopping.order()
    drained(wordpress, shop)
    cart = next(row for row in shop.listed("ocart", "cart", "list") if row["id"] == cart["id"])
    assert cart["status"] == "converted", "the order is known to come from this cart"
    before = members(shop).get(CUSTOMER, {}).get("points_balance", 0)
    wordpress.status(order, "completed")
    drained(wordpress, shop)
    # 18.00 of goods, a point for each.
    assert members(shop)[CUSTOMER]["points_balance"] - before == 18, kind
    sql = f"SELECT COUNT(*) FROM {{p}}oloyalty_ledger WHERE type = 'earn' AND order_id = {order}"
    assert shop.rows(sql) == [["1"]]


def test_the_server_stops_in_the_middle_and_everything_agrees(wordpress, shop):
    before = members(shop).get(CUSTOMER, {}).get("points_balance", 0)
    shop.kill()
    user = wordpress.json("get_user_by('email', 'ada@example.com')->ID")
    orders = []
    for kind in ("buy_classic", "buy_block", "buy_classic"):
        order = getattr(Shopper(ADDRESS), kind)(wordpress.product("print"), CUSTOMER)
        wordpress.php(f"$order = wc_get_order({order}); $order->set_customer_id({user}); $order->update_status('completed');")
        orders.append(order)
    wordpress.status(orders[1], "refunded")
    assert wordpress.waiting() > 0
    shop.start()
    drained(wordpress, shop)
    listed = ", ".join(map(str, orders))
    earned = shop.rows(f"SELECT order_id FROM {{p}}oloyalty_ledger WHERE type = 'earn' AND order_id IN ({listed})")
    assert len(earned) == len({row[0] for row in earned}), "no order earns twice"
    kept = members(shop)[CUSTOMER]["points_balance"] - before
    assert kept == 90, "two orders of 45 count in full, the refunded one no longer"


# Carts left behind.

SESSIONS = """
wp_set_current_user(1);
$request = new WP_REST_Request('GET', '/wc/v3/orders');
$request->set_query_params(['status' => 'cartbay-captured,cartbay-abandoned,cartbay-recovered,cartbay-expired,cartbay-suppressed']);
foreach (rest_do_request($request)->get_data() as $order) {
    $meta = array_column(array_map(fn ($meta) => $meta->get_data(), $order['meta_data']), 'value', 'key');
    $rows[] = ['id' => $order['id'], 'session' => (int) $meta['_cartbay_session_id'], 'status' => 'wc-' . $order['status'],
        'email' => $order['billing']['email'], 'total' => $order['total'], 'order' => $meta['_cartbay_recovered_order_id'] ?? ''];
}
echo json_encode($rows ?? []);
"""


GUESTS = ("grace@example.com", "hedy@example.com", "ida@example.com")


def sessions(wordpress):
    """The guests' sessions among the store's orders, by address, as its owner asks for them."""
    return {row["email"]: row for row in json.loads(wordpress.php(SESSIONS)) if row["email"] in GUESTS}


def kept(shop):
    """The server's own list of the guests' sessions, by address."""
    return {row["email"]: row for row in shop.listed("cartbay", "session", "list") if row["email"] in GUESTS}


def agree(wordpress, shop, expected):
    """Both lists come to say the same: these addresses with these statuses."""

    def said():
        shop.run_due()
        lists = [{email: row["status"] for email, row in rows.items()} for rows in (kept(shop), sessions(wordpress))]
        return lists == [expected, expected]

    until(said, 60, what=f"both lists of sessions to be {expected}")
    there, here = sessions(wordpress), kept(shop)
    assert {row["session"] for row in there.values()} == {row["id"] for row in here.values()}
    for email, row in there.items():
        assert float(row["total"]) == float(here[email]["cart_total"])


def leave(wordpress, shop, email):
    """A guest fills a cart, leaves an address with consent, and goes. Gives the guest, the cart here and its token."""
    guest = Shopper(ADDRESS)
    guest.add(wordpress.product("mug"))
    drained(wordpress, shop)
    token = wordpress.json("$GLOBALS['wpdb']->get_var('SELECT token FROM wp_cartwright_carts ORDER BY used DESC, token LIMIT 1')")
    cart = shop.listed("ocart", "cart", "list")[0]
    capture(shop, token, email, True, 201)
    return guest, cart, token


def capture(shop, token, email, consent, status):
    body = {"email": email, "consent": consent, "source": "block"}
    answer = requests.post(f"{shop.url}/wp-json/cartbay/v1/capture", json=body, headers={"Cart-Token": token}, timeout=60)
    assert answer.status_code == status, answer.text


COUNTS = """
foreach (wc_get_orders(['limit' => -1, 'created_via' => 'cartbay', 'return' => 'ids']) as $id) {
    Automattic\\WooCommerce\\Internal\\Admin\\Schedulers\\OrdersScheduler::import($id);
    $sessions[] = (int) $id;
}
$database = $GLOBALS['wpdb'];
$of = fn ($sql) => array_map('intval', $database->get_col($sql));
$user = wc_create_new_customer('grace@example.com', 'grace', 'a long enough password');
$linked = wc_update_new_customer_past_orders($user);
require_once ABSPATH . 'wp-admin/includes/user.php';
wp_delete_user($user);
echo json_encode([
    'listed' => array_intersect($sessions, wc_get_orders(['limit' => -1, 'return' => 'ids'])),
    'analysed' => array_intersect($sessions, $of('SELECT order_id FROM wp_wc_order_stats')),
    'customers' => $of("SELECT customer_id FROM wp_wc_customer_lookup WHERE email = 'grace@example.com' AND user_id IS NULL"),
    'announced' => array_intersect($sessions, $of('SELECT order_id FROM wp_cartwright_events')),
    'linked' => $linked,
    'stock' => wc_get_product(wc_get_product_id_by_sku('mug'))->get_stock_quantity(),
]);
"""


def test_a_cart_left_behind_stands_among_the_orders_and_counts_for_nothing(wordpress, shop):
    wordpress.php("$GLOBALS['wpdb']->query(\"DELETE FROM wp_wc_customer_lookup WHERE email = 'grace@example.com'\");")
    guest, cart, _token = leave(wordpress, shop, "grace@example.com")
    agree(wordpress, shop, {"grace@example.com": "wc-cartbay-captured"})
    stock = wordpress.json("wc_get_product(wc_get_product_id_by_sku('mug'))->get_stock_quantity()")
    # The owner need not wait for the clock.
    shop.cli("ocart", "cart", "mark", cart["id"], "abandoned")
    agree(wordpress, shop, {"grace@example.com": "wc-cartbay-abandoned"})
    until(lambda: shop.run_due() or kept(shop)["grace@example.com"]["emails_sent"] == 1, 60, what="the letter")
    wordpress.send()
    nothing = {"listed": [], "analysed": [], "customers": [], "announced": [], "linked": 0, "stock": stock}
    assert json.loads(wordpress.php(COUNTS)) == nothing
    session = sessions(wordpress)["grace@example.com"]["id"]
    wordpress.status(session, "processing")
    assert sessions(wordpress)["grace@example.com"]["status"] == "wc-cartbay-abandoned", "nobody makes an order of it"
    # The letter has helped.
    order = guest.pay_classic(guest.prepare_classic(), "grace@example.com")
    drained(wordpress, shop)
    agree(wordpress, shop, {"grace@example.com": "wc-cartbay-recovered"})
    found = sessions(wordpress)["grace@example.com"]
    assert (found["id"], found["order"]) == (session, str(order)), "it is the same order all the time"
    assert json.loads(wordpress.php(COUNTS)) | {"customers": [], "linked": 0} == nothing | {"stock": stock - 1}

    # Said no, in two ways.
    _guest, cart, _token = leave(wordpress, shop, "hedy@example.com")
    _guest, _cart, token = leave(wordpress, shop, "ida@example.com")
    captured = {f"{name}@example.com": "wc-cartbay-captured" for name in ("hedy", "ida")}
    agree(wordpress, shop, {"grace@example.com": "wc-cartbay-recovered"} | captured)
    shop.cli("ocart", "cart", "mark", cart["id"], "abandoned")
    shop.cli("ocart", "recovery", "suppress", "hedy@example.com")
    capture(shop, token, "ida@example.com", False, 200)
    agree(wordpress, shop, {"grace@example.com": "wc-cartbay-recovered", "hedy@example.com": "wc-cartbay-suppressed"})
    stored = "$GLOBALS['wpdb']->get_col(\"SELECT status FROM wp_wc_orders WHERE status LIKE '%cartbay%' ORDER BY status\")"
    assert set(wordpress.json(stored)) == {"wc-cartbay-recovered", "wc-cartbay-suppress"}, "as long as the column is"

    # An owner uses WordPress's own tools.
    eraser = "apply_filters('wp_privacy_personal_data_erasers', [])['cartwright-sessions']['callback']('grace@example.com', 1)"
    assert wordpress.json(eraser) == {"items_removed": True, "items_retained": False, "messages": [], "done": True}
    agree(wordpress, shop, {"hedy@example.com": "wc-cartbay-suppressed"})


# WordPress as the place from which the server is used.

WP_CLI = """
final class WP_CLI {
    public static array $commands = [];
    public static function add_command($name, $run, $about = []) { self::$commands[$name] = $run; }
    public static function get_config($name) { return null; }
    public static function halt($code) { echo "[$code]"; exit(0); }
}
do_action('cli_init');
"""


def typed(wordpress, *words):
    """A command as WP-CLI hands it to the plugin: what it prints on standard output, and how it ends."""
    positional = [word for word in words[1:] if not word.startswith("--")]
    options = {name: value or True for name, _, value in (word[2:].partition("=") for word in words if word.startswith("--"))}
    given = ", ".join(f"json_decode('{json.dumps(part)}', true)" for part in (positional, options))
    printed = wordpress.php(f"{WP_CLI} WP_CLI::$commands['{words[0]}']({given});")
    output, _, code = printed.rpartition("[")
    return output.strip(), int(code.rstrip("]"))


def test_commands_are_forwarded_with_their_output_and_exit_code(wordpress, shop):
    for words in [
        ["oloyalty", "member", "list", "--format=json"],
        ["oloyalty", "tiers", "list"],
        ["ocart", "funnel", "list", "--format=csv"],
        ["oloyalty", "points", "adjust", "987654", "+5", "--reason=a gift"],
        ["ocart", "nonsense"],
    ]:
        there = shop.cli(*words, ok=False)
        assert typed(wordpress, *words) == (there.stdout.strip(), there.returncode), words


LISTENERS = """<?php
add_filter('oloyalty/earn/points', static fn (int $points, array $about): int => $about['order_id'] > 0 ? 321 : $points, 10, 2);
foreach (['oloyalty/member/enrolled', 'oloyalty/points/earned', 'oloyalty/tier/changed'] as $name) {
    add_action($name, static function (...$arguments) use ($name): void {
        file_put_contents(__DIR__ . '/heard.log', json_encode([$name, $arguments]) . "\\n", FILE_APPEND);
    }, 10, 5);
}
"""


def test_actions_are_heard_and_a_filter_changes_the_award(wordpress, shop):
    folder = Path(DIRECTORY, "www/wp-content/mu-plugins")
    folder.mkdir(exist_ok=True)
    heard = folder / "heard.log"
    heard.unlink(missing_ok=True)
    listeners = folder / "listeners.php"
    listeners.write_text(LISTENERS)
    try:
        user = wordpress.json("get_user_by('email', 'ada@example.com')->ID")
        order = Shopper(ADDRESS).buy_classic(wordpress.product("journal"), CUSTOMER)
        wordpress.php(f"$order = wc_get_order({order}); $order->set_customer_id({user}); $order->update_status('completed');")
        drained(wordpress, shop)

        def entries():
            shop.run_due()
            lines = [json.loads(line) for line in heard.read_text().splitlines()] if heard.exists() else []
            return [arguments for name, arguments in lines if name == "oloyalty/points/earned" and arguments[1]["source_id"] == str(order)]

        until(entries, what="the action of the award")
        (member, entry), = entries()
        assert (member["user_id"], entry["points"], entry["source"]) == (user, 321, "order.completed")
    finally:
        listeners.unlink()
        heard.unlink(missing_ok=True)
        wordpress.php("Cartwright\\Link\\Link::greet();")


@pytest.mark.parametrize("width", [1280, 375])
def test_the_servers_pages_stand_in_the_menu_of_wordpress(wordpress, shop, browser, width):
    wordpress.php("Cartwright\\Link\\Link::greet();")
    context = browser.chromium.new_context(viewport={"width": width, "height": 800})
    try:
        page = context.new_page()
        page.goto(f"{ADDRESS}/wp-login.php")
        page.fill("#user_login", "owner")
        page.fill("#user_pass", "owner")
        page.click("#wp-submit")
        for slug, title in [("ocart", "Dashboard"), ("ocart-funnels", "Funnels"), ("oloyalty-members", "Members")]:
            page.goto(f"{ADDRESS}/wp-admin/admin.php?page={slug}", wait_until="domcontentloaded")
            frame = page.frame_locator(".cartwright-page iframe")
            frame.get_by_role("heading", level=1, name=title).wait_for()
            assert not frame.locator(".sidebar").is_visible(), "WordPress's menu is enough"
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    finally:
        context.close()


# Last, because the pairing is gone afterwards.


def switched(wordpress, plugin, on):
    change = "array_unique(array_merge($all, [$own]))" if on else "array_diff($all, [$own])"
    wordpress.php(f"$own = '{plugin}'; $all = get_option('active_plugins'); update_option('active_plugins', array_values({change}));")


def test_without_woocommerce_there_is_a_notice_and_nothing_else(wordpress):
    switched(wordpress, "woocommerce/woocommerce.php", False)
    try:
        owner = Shopper(ADDRESS)
        assert "</html>" in owner.get("/")
        owner.post("/wp-login.php", {"log": "owner", "pwd": "owner", "wp-submit": "Log In"})
        page = owner.get("/wp-admin/index.php")
        assert "Cartwright needs WooCommerce" in page
        assert "page=cartwright" not in page
    finally:
        switched(wordpress, "woocommerce/woocommerce.php", True)
    assert "</html>" in Shopper(ADDRESS).get("/shop/")


def test_deleting_the_plugin_leaves_nothing(wordpress):
    def traces():
        return wordpress.json(
            "['tables' => $GLOBALS['wpdb']->get_col(\"SHOW TABLES LIKE '%cartwright%'\"),"
            " 'options' => $GLOBALS['wpdb']->get_col(\"SELECT option_name FROM wp_options WHERE option_name LIKE '%cartwright%'\"),"
            " 'sessions' => $GLOBALS['wpdb']->get_col(\"SELECT id FROM wp_wc_orders WHERE status LIKE '%cartbay%'\"),"
            " 'clock' => array_values(array_filter(array_map('key', _get_cron_array()), fn ($hook) => str_contains($hook, 'cartwright')))]"
        )

    session = {"session_id": 1_000_001, "version": 1, "status": "cartbay-suppressed", "email": CUSTOMER, "lines": [], "meta": []}
    session |= {"total": {"minor": 1, "currency": "USD"}} | dict.fromkeys(("created_at", "updated_at"), "2026-11-21T12:00:00Z")
    wordpress.php(f"Cartwright\\Host\\Host::perform('put_session_order', ['session' => json_decode('{json.dumps(session)}', true)]);")
    before = traces()
    assert before["tables"] and before["options"] and before["clock"] and before["sessions"]
    own = "cartwright/cartwright.php"
    # As the admin does it: first it is switched off, then, in another request, deleted.
    load = "require_once ABSPATH . 'wp-admin/includes/plugin.php';"
    wordpress.php(f"{load} deactivate_plugins('{own}');")
    wordpress.php(f"{load} uninstall_plugin('{own}');")
    assert traces() == {"tables": [], "options": [], "sessions": [], "clock": []}
    assert wordpress.php(f"{load} echo var_export(activate_plugin('{own}'), true);") == "NULL"
    assert traces()["tables"] == before["tables"]
