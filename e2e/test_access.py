"""Who may call what, with real accounts over HTTP: each role on every route, and one shopper on another's things."""

import json
import re

import pytest
import requests

from harness.buyer import Buyer
from harness.selling import BELT, Funnel, product_id
from harness.shop import ADMIN
from harness.shopper import PASSWORD

# What each role holds, of what routes ask for.
ROLES = {"customer": set(), "shop_manager": {"manage_woocommerce"}, "administrator": None}


@pytest.fixture(scope="module")
def accounts(shared_shop):
    """An account of each role, logged in by an application password; none for nobody."""
    made = {"nobody": None, "administrator": (ADMIN, shared_shop.key)}
    for role in ["customer", "shop_manager"]:
        shared_shop.cli("user", "create", role, f"{role}@example.com", f"--role={role}")
        made[role] = (role, shared_shop.cli("user", "application-password", "create", role, "tests", "--porcelain").strip())
    return made


def expected(row, role, cart):
    """Is the caller let in?"""
    holds = role == "administrator" or (role in ROLES and row["capability"] in ROLES[role])
    return {
        "public": True, "shopper": cart, "logged_in": role != "nobody", "capability": holds, "shopper_or_capability": cart or holds,
        "signed": False,
    }[row["access"]]


def test_every_route_by_every_role(shared_shop, accounts):
    rows = [row for row in json.loads(shared_shop.cli("route", "list", "--format=json")) if row["access"] != "public"]
    cells = 0
    for row in rows:
        address = shared_shop.url + re.sub(r"{[^}]*}", "987654", row["path"].replace("{gateway}", "test"))
        for role, account in accounts.items():
            for cart in [False, True]:
                headers = {"Cart-Token": "A" * 40} if cart else {}
                what = {"json": {}} if row["face"] == "rest" and row["method"] != "GET" else {}
                answer = requests.request(row["method"], address, auth=account, headers=headers, timeout=30, allow_redirects=False, **what)
                away = answer.status_code in (401, 403) or "redirect_to=" in answer.headers.get("Location", "")
                told = f"{row['method']} {row['path']} by {role}, cart {cart}: {answer.status_code} {answer.text[:200]}"
                # A bucket that others have filled lets nobody through: that is no answer to who may.
                if answer.status_code != 429:
                    cells += 1
                    assert away is not expected(row, role, cart), told
    assert cells > 1_000, cells


def test_wrong_credentials_are_nobody_everywhere(shared_shop, accounts):
    for row in json.loads(shared_shop.cli("route", "list", "--format=json")):
        if row["face"] != "rest":
            continue
        address = shared_shop.url + re.sub(r"{[^}]*}", "1", row["path"])
        for account in [(ADMIN, "wrong"), ("nobody-here", shared_shop.key), ("customer", shared_shop.key), ("", "")]:
            answer = requests.request(row["method"], address, auth=account, json={}, timeout=30)
            assert answer.status_code in (401, 429), f"{row['path']} as {account[0]}: {answer.status_code}"


class Bystander:
    """Asks for what belongs to someone else."""

    def __init__(self, shop, name):
        self.shop, self.session = shop, requests.Session()
        fields = {"email": f"{name}-{shop.database.name}@example.com", "password": PASSWORD, "first_name": name}
        assert self.session.post(f"{shop.url}/my-account/register", data=fields, timeout=30).ok
        page = self.session.get(f"{shop.url}/my-account/address", timeout=30).text
        self.email, self.csrf = fields["email"], re.search(r'name="_csrf" value="([^"]+)"', page).group(1)

    def get(self, path, **what):
        return self.session.get(self.shop.url + path, timeout=30, allow_redirects=False, **what)

    def post(self, path, fields=None, **what):
        return self.session.post(self.shop.url + path, data=(fields or {}) | {"_csrf": self.csrf}, timeout=30, allow_redirects=False, **what)


@pytest.fixture(scope="module")
def sold(shared_shop):
    """What one shopper has: a funnel, an order with its key, a cart, a token of an offer."""
    funnel = Funnel(shared_shop, slug="owned")
    owner = Buyer(shared_shop, funnel, "owner@example.com")
    token = owner.offered()
    order = shared_shop.rest("GET", "wc/v3/orders", params={"search": "owner@example.com"}, status=200)[0]
    other = requests.post(f"{shared_shop.url}/wp-json/wc/store/v1/cart/add-item", json={"id": product_id(shared_shop, BELT)}, timeout=30)
    return {"funnel": funnel, "order": order, "offer": token, "cart": other.headers["Cart-Token"], "line": other.json()["items"][0]["key"]}


def test_an_order_opens_for_its_key_alone(shared_shop, sold):
    order, bystander = sold["order"], Bystander(shared_shop, "onlooker")
    key = order["order_key"]
    assert bystander.get(f"/order/{order['id']}/{key}").status_code == 200
    for wrong in [key[:-1], key + "x", key.upper() if key.upper() != key else key.lower(), "wc_order_", "%00", "x" * len(key), key[::-1]]:
        assert bystander.get(f"/order/{order['id']}/{wrong}").status_code == 404, wrong
    other = int(order["id"]) + 1
    assert bystander.get(f"/order/{other}/{key}").status_code == 404
    assert "owner@example.com" not in bystander.get("/my-account").text
    body = {"order_id": order["id"], "offer_id": sold["funnel"].upsell["id"]}
    for more in [{}, {"order_key": "wc_order_forged"}, {"order_key": ""}]:
        for headers in [{}, {"Cart-Token": sold["cart"]}]:
            answer = requests.post(f"{shared_shop.url}/wp-json/ocart/v1/upsells/issue-token", json=body | more, headers=headers, timeout=30)
            assert answer.status_code in (400, 404), answer.text


def test_a_cart_is_its_tokens_alone(shared_shop, sold):
    address = f"{shared_shop.url}/wp-json/wc/store/v1/cart"
    mine = requests.post(f"{address}/add-item", json={"id": product_id(shared_shop, BELT)}, timeout=30).headers["Cart-Token"]
    for path, body in [("remove-item", {"key": sold["line"]}), ("update-item", {"key": sold["line"], "quantity": 9})]:
        requests.post(f"{address}/{path}", json=body, headers={"Cart-Token": mine}, timeout=30)
    for token in [sold["cart"][:-1], sold["cart"] + "A", sold["cart"].swapcase(), sold["cart"][::-1]]:
        assert requests.get(address, headers={"Cart-Token": token}, timeout=30).json()["items_count"] == 0, token
    kept = requests.get(address, headers={"Cart-Token": sold["cart"]}, timeout=30).json()
    assert [item["quantity"] for item in kept["items"]] == [1]


def test_what_belongs_to_an_account_is_its_own(shared_shop, accounts, sold):
    bystander, other = Bystander(shared_shop, "first"), Bystander(shared_shop, "second")
    typed = {"first_name": "Secret", "last_name": "Person", "address_1": "9 Hidden Lane", "city": "London", "postcode": "SW1A 1AA", "country": "GB", "user_id": "1", "id": "1"}
    assert bystander.post("/my-account/address", typed).status_code == 303
    assert "9 Hidden Lane" in bystander.get("/my-account/address").text
    for session in [other.session, requests.Session()]:
        for path in ["/my-account", "/my-account/address", "/cart", "/checkout/owned"]:
            assert "Hidden Lane" not in session.get(shared_shop.url + path, timeout=30).text, path
    member = shared_shop.rest("GET", "oloyalty/v1/members", status=200)
    for row in member:
        for path in [f"members/{row['id']}", f"members/{row['id']}/ledger"]:
            assert requests.get(f"{shared_shop.url}/wp-json/oloyalty/v1/{path}", auth=accounts["customer"], timeout=30).status_code == 403
    me = requests.get(f"{shared_shop.url}/wp-json/wp/v2/users/me", auth=accounts["customer"], timeout=30).json()
    assert me["user_login"] == "customer" and "user_pass" not in me


def bends(token):
    """The token with each of its characters changed, cut, doubled, and with its parts put elsewhere."""
    for place in range(len(token)):
        letter = "0" if token[place] != "0" else "1"
        yield token[:place] + letter + token[place + 1 :]
    parts = token.split(".")
    yield from [token[:-1], token + "0", token.upper(), "." + token, ".".join(reversed(parts)), ".".join(parts[:-1]), ".".join([parts[0], "9999999999", *parts[2:]])]


def test_no_token_can_be_bent(shared_shop, sold):
    address = f"{shared_shop.url}/wp-json/ocart/v1/upsells/{sold['funnel'].upsell['id']}"
    tried = 0
    for bent in bends(sold["offer"]):
        if bent == sold["offer"]:
            continue
        answer = requests.post(f"{address}/accept", json={"token": bent}, timeout=30)
        assert answer.status_code in (403, 429) and "order" not in answer.json().get("data", {}), f"{bent}: {answer.text}"
        tried += answer.status_code == 403
    assert tried > 40
    # A token of one purpose is none of another's.
    for path in ["/restore/", "/unsubscribe/"]:
        foreign = requests.get(shared_shop.url + path + sold["offer"], timeout=30)
        assert foreign.status_code in (403, 404, 410), f"{path}: {foreign.status_code} {foreign.url} {foreign.text[:300]}"
    assert shared_shop.rest("GET", f"wc/v3/orders/{sold['order']['id']}", status=200)["total"] == sold["order"]["total"]


def test_a_key_is_its_callers_own(shared_shop, accounts):
    """Two people who number their calls alike do not get each other's orders."""
    body = {"line_items": [{"product_id": product_id(shared_shop, BELT), "quantity": 1}]}
    made = [shared_shop.rest("POST", "wc/v3/orders", body, status=201, auth=accounts[role], headers={"Idempotency-Key": "1"}) for role in ["administrator", "shop_manager"]]
    again = shared_shop.rest("POST", "wc/v3/orders", body, status=201, auth=accounts["administrator"], headers={"Idempotency-Key": "1"})
    assert made[0]["id"] != made[1]["id"] and again["id"] == made[0]["id"]
    longest = shared_shop.rest("POST", "wc/v3/orders", body, status=201, headers={"Idempotency-Key": "k" * 191})
    assert longest["id"] > made[1]["id"]
