"""`wc/store/v1` from a shopper's program: the cart by its token, coupons with their limits, the checkout paid once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

HOME = {
    "first_name": "Ada", "last_name": "Lovelace", "address_1": "1 High St", "city": "London", "postcode": "SW1A 1AA", "country": "GB",
    "email": "ada@example.com",
}
PAYS, DECLINED, CHALLENGED = "4242424242424242", "4000000000000002", "4000002500003155"


class Shopper:
    """One cart."""

    def __init__(self, shop):
        self.url, self.token = f"{shop.url}/wp-json/wc/store/v1", None

    def send(self, method, path, body=None, **headers):
        headers |= {"Cart-Token": self.token} if self.token else {}
        answer = requests.request(method, self.url + path, json=body, headers=headers, timeout=60)
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text}"
        self.token = answer.headers.get("Cart-Token", self.token)
        return answer

    def add(self, product, quantity=1):
        answer = self.send("POST", "/cart/add-item", {"id": product, "quantity": quantity})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def check_out(self, card=PAYS, **headers):
        body = {"billing_address": HOME, "payment_method": "test", "payment_data": [{"key": "card_number", "value": card}]}
        return self.send("POST", "/checkout", body, **headers)

    def total(self):
        return int(self.send("GET", "/cart").json()["totals"]["total_price"])


@pytest.fixture
def product(shared_shop):
    fresh = {"name": "Lamp", "regular_price": "40.00", "type": "simple", "virtual": True}
    return shared_shop.rest("POST", "wc/v3/products", fresh, status=201)["id"]


def coupon(shop, **fields):
    return shop.rest("POST", "wc/v3/coupons", fields, status=201)


def test_the_cart_by_its_token(shared_shop, product):
    shopper = Shopper(shared_shop)
    cart = shopper.add(product, 2)
    key = cart["items"][0]["key"]
    assert (cart["items_count"], cart["totals"]["total_items"]) == (2, "8000")
    assert shopper.send("POST", "/cart/update-item", {"key": key, "quantity": 3}).json()["items_count"] == 3
    assert shopper.send("POST", "/cart/update-item", {"key": "no-such-line", "quantity": 3}).status_code == 404
    assert shopper.send("POST", "/cart/remove-item", {"key": key}).json()["items"] == []
    assert Shopper(shared_shop).send("GET", "/cart").json()["items_count"] == 0


@pytest.mark.parametrize(("kind", "amount", "off"), [("percent", "25", 2000), ("fixed_cart", "15", 1500), ("fixed_product", "10", 2000)])
def test_coupons(shared_shop, product, kind, amount, off):
    code = f"{kind}-{product}"
    coupon(shared_shop, code=code, discount_type=kind, amount=amount)
    shopper = Shopper(shared_shop)
    shopper.add(product, 2)
    cart = shopper.send("POST", "/cart/apply-coupon", {"code": code.upper()}).json()
    assert cart["totals"]["total_discount"] == str(off)
    again = shopper.send("POST", "/cart/apply-coupon", {"code": code})
    assert again.status_code == 422 and again.json()["data"]["coupon_error_code"] == 103
    assert shopper.send("POST", "/cart/remove-coupon", {"code": code}).json()["totals"]["total_discount"] == "0"


def test_coupons_that_do_not_hold(shared_shop, product):
    shopper = Shopper(shared_shop)
    shopper.add(product)
    coupon(shared_shop, code=f"old-{product}", discount_type="percent", amount="10", date_expires_gmt="2020-01-01T00:00:00")
    coupon(shared_shop, code=f"large-{product}", discount_type="percent", amount="10", minimum_amount="500.00")
    for code, number in [("no-such-code", 105), (f"old-{product}", 107), (f"large-{product}", 108), ("", 111)]:
        answer = shopper.send("POST", "/cart/apply-coupon", {"code": code})
        assert answer.status_code == 422 and answer.json()["data"]["coupon_error_code"] == number, answer.text


def test_declined_then_paid_then_empty(shared_shop, product):
    shopper = Shopper(shared_shop)
    shopper.add(product)
    declined = shopper.check_out(DECLINED)
    assert declined.status_code == 422 and declined.json()["message"], declined.text
    paid = shopper.check_out(PAYS)
    assert paid.status_code == 200 and paid.json()["payment_result"]["payment_status"] == "success", paid.text
    order = shared_shop.rest("GET", f"wc/v3/orders/{paid.json()['order_id']}", status=200)
    assert order["status"] in ("processing", "completed") and order["transaction_id"]
    assert shopper.check_out(PAYS).json()["code"] == "woocommerce_rest_cart_empty"
    shopper.add(product)
    second = shopper.check_out(PAYS).json()
    assert second["order_id"] != order["id"], "the same cart bought again is another order"


def test_a_challenge_is_passed_on(shared_shop, product):
    shopper = Shopper(shared_shop)
    shopper.add(product)
    answer = shopper.check_out(CHALLENGED).json()
    assert answer["payment_result"]["payment_status"] == "pending"
    page = answer["payment_result"]["redirect_url"]
    challenge = page if page.startswith("http") else shared_shop.url + page
    requests.post(challenge, data={"answer": "approve"}, timeout=30)
    shared_shop.run_due()
    order = shared_shop.rest("GET", f"wc/v3/orders/{answer['order_id']}", status=200)
    assert order["status"] in ("processing", "completed"), order["status"]


def test_twenty_checkouts_of_one_cart_are_one_order_and_one_charge(shared_shop, product):
    shopper = Shopper(shared_shop)
    shopper.add(product)
    shopper.send("POST", "/cart/update-customer", {"billing_address": HOME})
    charges = "SELECT COUNT(*) AS n FROM {p}cartwright_test_gateway_charges WHERE state = 'succeeded'"
    before = int(shared_shop.rows(charges)[0][0])
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: shopper.check_out(), range(20)))
    paid = [answer.json() for answer in answers if answer.status_code == 200]
    assert len({answer["order_id"] for answer in paid}) == 1, [answer.text for answer in answers]
    assert int(shared_shop.rows(charges)[0][0]) - before == 1


def test_the_last_use_of_a_coupon_is_used_once(shared_shop, product):
    code = f"once-{product}"
    coupon(shared_shop, code=code, discount_type="fixed_cart", amount="10", usage_limit=1)
    shoppers = [Shopper(shared_shop) for _ in range(8)]
    for shopper in shoppers:
        shopper.add(product)
        assert shopper.send("POST", "/cart/apply-coupon", {"code": code}).status_code == 200
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda shopper: shopper.check_out(), shoppers))
    used = shared_shop.rest("GET", f"wc/v3/coupons?code={code}", status=200)[0]["usage_count"]
    discounted = [row for row in shared_shop.rest("GET", "wc/v3/orders?per_page=100", status=200) if any(line["code"] == code for line in row["coupon_lines"])]
    assert (used, len(discounted)) == (1, 1)


def test_the_same_key_gives_the_first_answer(shared_shop, product):
    body = {"set_paid": True, "line_items": [{"product_id": product, "quantity": 1}]}
    first = shared_shop.rest("POST", "wc/v3/orders", body, headers={"Idempotency-Key": f"key-{product}"})
    again = shared_shop.rest("POST", "wc/v3/orders", body, headers={"Idempotency-Key": f"key-{product}"})
    other = shared_shop.rest("POST", "wc/v3/orders", body | {"set_paid": False}, headers={"Idempotency-Key": f"key-{product}"})
    assert first.json()["id"] == again.json()["id"] and again.headers["Idempotent-Replayed"] == "true"
    assert other.status_code == 409


def test_the_books_are_right_at_the_end(shared_shop):
    shared_shop.run_due()
    shared_shop.cli("db", "verify")
