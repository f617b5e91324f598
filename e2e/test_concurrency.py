"""Many at the same time: clicks on one offer, corrections and redemptions of one member, tabs with one cart. Nothing is lost, nothing happens twice."""

import hmac
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from harness.buyer import Buyer
from harness.selling import Funnel
from harness.shop import ADMIN, WEBHOOK_SECRET

SLOW_GATEWAY = {"CARTWRIGHT_TEST_GATEWAY_HOLD_MS": "300"}
CALLERS = 64
TURNS = 15
STORE = "wp-json/wc/store/v1"


def at_once(*doings):
    """Starts all together and gives their answers in order."""
    gate = threading.Barrier(len(doings))

    def go(doing):
        gate.wait()
        return doing()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(go, doings))


def webhook(shop, key):
    """The gateway says by itself that something has become of a charge."""
    body, now = json.dumps({"key": key}), int(time.time()) + shop.clock.seconds
    proof = hmac.new(WEBHOOK_SECRET.encode(), f"{now}.{body}".encode(), "sha256").hexdigest()
    headers = {"Content-Type": "application/json", "Test-Gateway-Signature": f"t={now},v1={proof}"}
    return requests.post(f"{shop.url}/wp-json/ocart/v1/webhooks/test", data=body, headers=headers, timeout=60)


def test_fifty_accepts_five_webhooks_and_five_inquiries_at_once(shop):
    buyer = Buyer(shop, Funnel(shop))
    token = buyer.offered()
    shop.stop()
    shop.start(**SLOW_GATEWAY)
    parent = shop.rows("SELECT MAX(id) FROM {p}wc_orders WHERE type = 'shop_order'")[0][0]

    def confirm():
        return requests.post(f"{shop.url}/wp-json/ocart/v1/upsells/confirm", json={"token": token}, timeout=60)

    def told():
        return webhook(shop, f"ocart:{parent}:{buyer.funnel.upsell['id']}:1")

    answers = at_once(*[lambda: buyer.accept(token)] * 50, *[confirm] * 5, *[told] * 5)
    accepted, confirmed, heard = answers[:50], answers[50:55], answers[55:]
    assert {answer.status_code for answer in heard} == {200}
    assert told().json() == {"received": True}
    assert {answer.status_code for answer in accepted} == {200}
    assert len({answer.text for answer in accepted}) == 1
    # Whoever asks before the first click is told that there is no payment yet.
    assert {answer.status_code for answer in confirmed} <= {200, 202, 404}
    assert confirm().json()["status"] == "accepted"
    sql = "SELECT COUNT(*), SUM(amount) FROM {p}cartwright_test_gateway_charges WHERE state = 'succeeded'"
    assert [int(cell) for cell in shop.rows(sql)[0]] == [2, 7199 + 1440]
    children = shop.rows("SELECT total_amount FROM {p}wc_orders WHERE type = 'shop_order' AND parent_order_id > 0")
    assert len(children) == 1
    shop.cli("db", "verify")


@pytest.fixture
def member(shared_shop):
    """A fresh member and how to correct and spend his points."""
    number = len(shared_shop.rest("GET", "wc/v3/customers?per_page=100", status=200))
    wanted = {"email": f"many{number}@example.com", "username": f"many{number}", "password": "a long enough phrase"}
    customer = shared_shop.rest("POST", "wc/v3/customers", wanted, status=201)
    shared_shop.run_due()
    members = shared_shop.rest("GET", "oloyalty/v1/members?per_page=100", status=200)
    return Member(shared_shop, next(one["id"] for one in members if one["user_id"] == customer["id"]), customer["username"])


class Member:
    """One member's points, as staff and the member move them."""

    def __init__(self, shop, number, login):
        self.shop, self.id, self.auth = shop, number, (ADMIN, shop.key)
        self.own = (login, shop.cli("user", "application-password", "create", login, "tests", "--porcelain").strip())
        self.welcome, self.entries = self.balance(), len(self.ledger())

    def adjust(self, points, key):
        address = f"{self.shop.url}/wp-json/oloyalty/v1/members/{self.id}/adjust"
        body, headers = {"points": points, "reason": f"key {key}"}, {"Idempotency-Key": f"{self.id}-{key}"}
        return requests.post(address, json=body, auth=self.auth, headers=headers, timeout=60)

    def reward(self, cost):
        body = {"name": f"Costs {cost}", "type": "cart_fixed", "points_cost": cost, "value": {"amount": 5}}
        return self.shop.rest("POST", "oloyalty/v1/rewards", body, status=201)["id"]

    def redeem(self, reward, key):
        address = f"{self.shop.url}/wp-json/oloyalty/v1/rewards/{reward}/redeem"
        return requests.post(address, auth=self.own, headers={"Idempotency-Key": f"redeem-{key}"}, timeout=60)

    def balance(self):
        return self.shop.rest("GET", f"oloyalty/v1/members/{self.id}", status=200)["points_balance"]

    def ledger(self):
        sql = f"SELECT seq, points, balance_after FROM {{p}}oloyalty_ledger WHERE member_id = {self.id} ORDER BY seq"
        return [tuple(int(cell) for cell in row) for row in self.shop.rows(sql)]


def holds_together(ledger):
    """Numbered without a gap, each balance the one before and the movement."""
    balance = 0
    for place, (number, points, after) in enumerate(ledger, 1):
        balance += points
        if (number, after) != (place, balance):
            return False
    return True


def test_sixty_four_corrections_of_one_member(member):
    points = [number + 1 if number % 3 else -number - 1 for number in range(CALLERS)]
    start = member.adjust(5_000, "start").json()["balance_after"]
    answers = at_once(*[lambda number=number: member.adjust(points[number], number) for number in range(CALLERS)])
    assert {answer.status_code for answer in answers} == {200}
    assert member.balance() == start + sum(points)
    assert holds_together(member.ledger())
    assert len(member.ledger()) == member.entries + 1 + CALLERS


def test_sixty_four_corrections_under_sixteen_keys(member):
    answers = at_once(*[lambda number=number: member.adjust(5, number % 16) for number in range(CALLERS)])
    assert {answer.status_code for answer in answers} == {200}
    for key in range(16):
        assert len({answer.text for answer in answers[key::16]}) == 1, "one key, one answer"
    assert member.balance() == member.welcome + 16 * 5
    assert len(member.ledger()) == member.entries + 16


def test_sixty_four_withdrawals_from_a_balance_for_half_of_them(member):
    member.adjust(320 - member.welcome, "start")
    answers = at_once(*[lambda number=number: member.adjust(-10, number) for number in range(CALLERS)])
    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(422)) == (32, 32)
    assert member.balance() == 0
    assert all(after >= 0 for _, _, after in member.ledger())
    assert holds_together(member.ledger())
    member.shop.cli("db", "verify")


def coupon_of(member, answer):
    """The shop's coupon of a redemption."""
    code = answer.json()["redemption"]["code"]
    return member.shop.rest("GET", f"wc/v3/coupons?code={code}", status=200)


def test_twenty_redemptions_of_a_hundred_from_five_hundred(member):
    reward = member.reward(100)
    member.adjust(500 - member.welcome, "start")
    answers = at_once(*[lambda number=number: member.redeem(reward, number) for number in range(20)])
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(422)) == (5, 15), [answer.text for answer in answers]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 422} == {"points_short"}
    assert member.balance() == 0 and holds_together(member.ledger())
    redeemed = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.json()["redemption"]["code"] for answer in redeemed}) == 5
    member.shop.run_due()
    assert [len(coupon_of(member, answer)) for answer in redeemed] == [1] * 5
    member.shop.cli("db", "verify")


def test_sixty_four_redemptions_and_corrections_of_one_member(member):
    reward = member.reward(30)
    start = member.adjust(5_000, "start").json()["balance_after"]
    before = member.ledger()
    points = [number + 1 if number % 3 else -number - 1 for number in range(CALLERS // 2)]
    doings = [lambda number=number: member.adjust(points[number], number) for number in range(CALLERS // 2)]
    doings += [lambda number=number: member.redeem(reward, number) for number in range(CALLERS // 2)]
    # Corrections and redemptions take turns.
    answers = at_once(*[doings[place // 2 + place % 2 * (CALLERS // 2)] for place in range(CALLERS)])
    assert sorted(answer.status_code for answer in answers) == [200] * (CALLERS // 2) + [201] * (CALLERS // 2)
    told = [answer.json() for answer in answers]
    journal = sorted((one["entry"]["seq"], one["entry"]["points"], one["balance_after"]) for one in told)
    assert member.ledger() == before + journal, "what was answered is the journal"
    assert all(one["balance_before"] + one["entry"]["points"] == one["balance_after"] for one in told)
    assert holds_together(member.ledger())
    assert member.balance() == start + sum(points) - CALLERS // 2 * 30
    member.shop.run_due()
    member.shop.cli("db", "verify")


def test_sixty_four_redemptions_under_eight_keys(member):
    reward = member.reward(10)
    member.adjust(1_000 - member.welcome, "start")
    answers = at_once(*[lambda number=number: member.redeem(reward, number % 8) for number in range(CALLERS)])
    assert {answer.status_code for answer in answers} == {201}
    for key in range(8):
        assert len({answer.text for answer in answers[key::8]}) == 1, "one key, one answer"
    assert member.balance() == 1_000 - 8 * 10
    member.shop.run_due()
    member.shop.cli("db", "verify")


class Tab:
    """One of several tabs with the same cart."""

    def __init__(self, shop, token=None):
        self.url, self.headers = f"{shop.url}/{STORE}", {"Cart-Token": token} if token else {}

    def send(self, path, body):
        answer = requests.post(f"{self.url}/cart/{path}", json=body, headers=self.headers, timeout=60)
        assert answer.ok, answer.text
        self.headers.setdefault("Cart-Token", answer.headers["Cart-Token"])
        return answer.json()

    def units(self):
        items = requests.get(f"{self.url}/cart", headers=self.headers, timeout=60).json()["items"]
        return {item["name"]: item["quantity"] for item in items}


def lamp(shop, name):
    return shop.rest("POST", "wc/v3/products", {"name": name, "regular_price": "4.00", "virtual": True}, status=201)["id"]


def test_two_tabs_add_to_one_cart(shared_shop):
    lamps = [lamp(shared_shop, name) for name in ("Red lamp", "Blue lamp", "Any lamp")]
    first = Tab(shared_shop)
    first.send("add-item", {"id": lamps[0], "quantity": 1})
    second = Tab(shared_shop, first.headers["Cart-Token"])

    def add(tab, own):
        for _ in range(TURNS):
            tab.send("add-item", {"id": own, "quantity": 1})
            tab.send("add-item", {"id": lamps[2], "quantity": 1})

    at_once(lambda: add(first, lamps[0]), lambda: add(second, lamps[1]))
    assert first.units() == {"Red lamp": 1 + TURNS, "Blue lamp": TURNS, "Any lamp": 2 * TURNS}


def test_two_tabs_change_lines_of_one_cart(shared_shop):
    lamps = [lamp(shared_shop, name) for name in ("Left lamp", "Right lamp", "Lamp that goes")]
    first = Tab(shared_shop)
    for own in lamps:
        cart = first.send("add-item", {"id": own, "quantity": 1})
    second = Tab(shared_shop, first.headers["Cart-Token"])
    keys = {item["name"]: item["key"] for item in cart["items"]}

    def change(tab, name):
        for quantity in range(2, 2 + TURNS):
            cart = tab.send("update-item", {"key": keys[name], "quantity": quantity})
            assert {item["name"]: item["quantity"] for item in cart["items"]}[name] == quantity

    at_once(lambda: change(first, "Left lamp"), lambda: (second.send("remove-item", {"key": keys["Lamp that goes"]}), change(second, "Right lamp")))
    assert first.units() == {"Left lamp": 1 + TURNS, "Right lamp": 1 + TURNS}
