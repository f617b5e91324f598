"""Money and orders agree whatever happens: crashes between the gateway's answer and the write, and fifty clicks at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.buyer import Buyer
from harness.selling import Funnel
from harness.shopper import ADDRESS, PAYS
from harness.waiting import until

# Long enough that the server is always dead before the gateway's answer reaches it.
HELD = {"CARTWRIGHT_TEST_GATEWAY_HOLD_MS": "60000"}
BELT_PAID = 7199
CAP_PAID = 1440
MINUTES = 60


def charges(shop):
    """What the gateway took, by its own record."""
    rows = shop.rows("SELECT amount, refunded FROM {p}cartwright_test_gateway_charges WHERE state = 'succeeded' ORDER BY amount DESC")
    return [tuple(int(cell) for cell in row) for row in rows]


def orders(shop):
    """Parent and child orders: id, parent, total, status."""
    found = shop.rest("GET", "wc/v3/orders?per_page=100&order=asc", status=200)
    return [(one["parent_id"], one["total"], one["status"]) for one in found if not one["status"].startswith("cartbay")]


def written(shop):
    """What counts as paid or given back in the shop's own books."""
    return shop.rows(
        "SELECT type, status, COUNT(*) FROM {p}wc_orders WHERE status IN ('wc-processing', 'wc-completed') GROUP BY type, status"
    )


def crash_during(shop, doing, seen):
    """Has `doing` ask a server whose gateway keeps its answers back, and kills that server once `seen()` is true."""
    shop.stop()
    before = written(shop)
    shop.start(**HELD)

    def ask():
        try:
            doing()
        except requests.ConnectionError:
            return

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        until(seen, what="the gateway's charge")
    finally:
        shop.kill()
        asking.join()
    assert written(shop) == before, "the crash came too late"
    shop.start()


def carry_on(shop):
    """Lets what is due run, and the time pass after which unknown outcomes are looked up."""
    for _ in range(3):
        shop.let_pass(5 * MINUTES)


def test_a_crash_between_the_upsells_charge_and_its_order(shop):
    buyer = Buyer(shop, Funnel(shop))
    token = buyer.offered()
    assert charges(shop) == [(BELT_PAID, 0)]
    crash_during(shop, lambda: buyer.accept(token), lambda: len(charges(shop)) == 2)
    carry_on(shop)
    assert charges(shop) == [(BELT_PAID, 0), (CAP_PAID, 0)]
    placed = orders(shop)
    assert [(total, status) for _, total, status in placed] == [("71.99", "processing"), ("14.40", "processing")]
    again = buyer.accept(token)
    assert charges(shop) == [(BELT_PAID, 0), (CAP_PAID, 0)]
    assert orders(shop) == placed
    assert again.status_code < 500
    shop.cli("db", "verify")


def test_a_crash_between_the_payment_and_its_order(shop):
    buyer = Buyer(shop, Funnel(shop))
    buyer.fill_cart()
    form = buyer.payment()
    pay = f"{buyer.funnel.path}/pay"
    crash_during(shop, lambda: buyer.send("POST", pay, form), lambda: len(charges(shop)) == 1)
    carry_on(shop)
    assert charges(shop) == [(BELT_PAID, 0)]
    assert orders(shop) == [(0, "71.99", "processing")]
    # The shopper looks again, and sends the form again.
    buyer.send("GET", f"{buyer.funnel.path}/return")
    buyer.send("POST", pay, form)
    assert charges(shop) == [(BELT_PAID, 0)]
    assert len(orders(shop)) == 1
    shop.cli("db", "verify")


def test_a_crash_between_the_refund_and_its_count(shop):
    buyer = Buyer(shop, Funnel(shop))
    buyer.offered()
    (parent,) = [one for one in shop.rest("GET", "wc/v3/orders", status=200) if one["total"] == "71.99"]
    address = f"{shop.url}/wp-json/wc/v3/orders/{parent['id']}/refunds"
    auth, key = ("admin", shop.key), {"Idempotency-Key": "refund-once"}

    def refund():
        return requests.post(address, json={"amount": "20.00"}, auth=auth, headers=key, timeout=60)

    crash_during(shop, refund, lambda: charges(shop) == [(BELT_PAID, 2000)])
    carry_on(shop)
    again = refund()
    assert again.status_code in (200, 201), again.text
    assert charges(shop) == [(BELT_PAID, 2000)]
    listed = shop.rest("GET", f"wc/v3/orders/{parent['id']}/refunds", status=200)
    assert [one["amount"] for one in listed] == ["20.00"]
    shop.cli("db", "verify")


def test_fifty_accepts_at_once(shop):
    buyer = Buyer(shop, Funnel(shop))
    token = buyer.offered()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: buyer.accept(token), range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1, {answer.text for answer in answers}
    body = answers[0].json()
    assert (body["status"], body["amount"]) == ("accepted", 14.4)
    assert charges(shop) == [(BELT_PAID, 0), (CAP_PAID, 0)]
    assert [(total, status) for _, total, status in orders(shop)] == [("71.99", "processing"), ("14.40", "processing")]
    shop.cli("db", "verify")


@pytest.mark.parametrize("spoil", [lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), lambda _: "", lambda token: token * 40])
def test_a_forged_token_charges_nothing(shared_shop, spoil):
    buyer = Buyer(shared_shop, Funnel(shared_shop, slug=f"forged-{len(shared_shop.listed('ocart', 'funnel', 'list'))}"))
    token = buyer.offered()
    before = charges(shared_shop)
    answer = buyer.accept(spoil(token))
    assert answer.status_code in (400, 403), answer.text
    assert answer.json()["data"]["status"] == answer.status_code
    assert charges(shared_shop) == before


def test_an_expired_token_charges_nothing(shop):
    buyer = Buyer(shop, Funnel(shop))
    token = buyer.offered()
    shop.clock.move(31 * MINUTES)
    answer = buyer.accept(token)
    assert 400 <= answer.status_code < 500, answer.text
    page = requests.get(f"{shop.url}/offer/{token}", timeout=30)
    assert page.status_code < 500
    assert "has ended" in page.text
    assert charges(shop) == [(BELT_PAID, 0)]


def test_a_crash_between_the_store_checkouts_payment_and_its_answer(shop):
    product = shop.rest("POST", "wc/v3/products", {"name": "Lamp", "regular_price": "40.00", "virtual": True}, status=201)["id"]
    store, body = f"{shop.url}/wp-json/wc/store/v1", {"id": product, "quantity": 1}
    # A token that no cart has: it tells this shopper's key from another's, and becomes no cart's.
    own = {"Idempotency-Key": "add", "Cart-Token": "A" * 40}
    added = requests.post(f"{store}/cart/add-item", json=body, headers=own, timeout=60)
    repeated = requests.post(f"{store}/cart/add-item", json=body, headers=own, timeout=60)
    assert (repeated.text, repeated.headers["Cart-Token"]) == (added.text, added.headers["Cart-Token"])
    # Somebody else behind the same address chooses the same key.
    other = requests.post(f"{store}/cart/add-item", json=body, headers={"Idempotency-Key": "add"}, timeout=60)
    assert other.headers["Cart-Token"] != added.headers["Cart-Token"]
    headers = {"Cart-Token": added.headers["Cart-Token"], "Idempotency-Key": "pay"}
    body = {"billing_address": ADDRESS | {"email": "lost@example.com"}, "payment_method": "test"}
    body["payment_data"] = [{"key": "card_number", "value": PAYS}]

    def check_out():
        return requests.post(f"{store}/checkout", json=body, headers=headers, timeout=60)

    crash_during(shop, check_out, lambda: len(charges(shop)) == 1)
    carry_on(shop)
    taken = charges(shop)
    assert len(taken) == 1
    (order,) = shop.rest("GET", "wc/v3/orders", status=200)
    # The cart is empty by now; the answer is that of the order which the lost request has paid.
    again = check_out()
    assert again.status_code == 200, again.text
    assert (again.json()["order_id"], again.json()["payment_result"]["payment_status"]) == (order["id"], "success")
    assert check_out().text == again.text
    assert charges(shop) == taken
    assert [one["id"] for one in shop.rest("GET", "wc/v3/orders", status=200)] == [order["id"]]
