"""Rubbish at every mutating route and importer: a clear 4xx in WordPress's shape, nothing half written, never a 5xx."""

import json
import re
import subprocess
from urllib.parse import quote

import pytest
import requests

from conftest import ENGINES, run_shop
from harness.shop import ADMIN, PROGRAM

NAMESPACES = ["ocart/v1", "oloyalty/v1", "cartbay/v1", "wc/v3", "wc/store/v1", "wp/v2"]
MUTATING = ["post", "put", "patch", "delete"]
PLAUSIBLE = {"id": "1", "order_id": "1", "product_id": "1", "step": "1"}
RUBBISH_IDS = ["0", "-1", "999999999", "9223372036854775808", "abc", "%27%20OR%201%3D1", "..%2F..", "%00", "é"]
WRONG = [
    None, True, -1, 0, 1.999999999, 10**30, -(10**18), "", " ", "abc", "x" * 30_000, "1e5", "NaN", "-0.001", "1.999", "99999999999999999.99",
    "<script>alert(1)</script>", "a\r\nBcc: x@y.z", "\u0000", "'; DROP TABLE wp_wc_orders; --", [], [[]], [None], [{"id": -1}], {}, {"a": {"b": 1}},
]


def routes(shop):
    """Every mutating route of every namespace, with the names of its body's fields."""
    found = []
    for namespace in NAMESPACES:
        document = shop.rest("GET", f"{namespace}/openapi", status=200)
        assert document["openapi"].startswith("3.1")
        for path, operations in document["paths"].items():
            for method in MUTATING:
                if method in operations:
                    found.append((method.upper(), path, fields(document, operations[method])))
    assert len(found) > 60, found
    return found


def fields(document, operation):
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema.get("properties", {})


def filled(path, value=None):
    """The path with something in each of its parts."""
    parts = []
    for part in path.split("/"):
        if part.startswith("{"):
            part = value if value is not None else PLAUSIBLE.get(part[1:-1], "1")
        parts.append(part)
    return "/wp-json" + "/".join(parts)


@pytest.fixture(scope="module", params=ENGINES)
def shared_shop(request, tmp_path_factory, mail_server):
    """A shop behind a proxy that says where requests come from."""
    folder = tmp_path_factory.mktemp("shop")
    yield from run_shop(request.param, folder, mail_server, CARTWRIGHT_TRUST_FORWARDED="true")


class Caller:
    """Sends rubbish and checks the manner of the refusal."""

    def __init__(self, shop, auth, headers=None):
        self.shop, self.session = shop, requests.Session()
        self.session.auth, self.session.headers = auth, requests.structures.CaseInsensitiveDict(headers or {})
        self.refusals, self.sent = 0, 0

    def send(self, method, path, **what):
        # From another machine each time: this is about the answers, not about how many one may ask for.
        self.sent += 1
        forwarded = f"10.{self.sent >> 16 & 255}.{self.sent >> 8 & 255}.{self.sent & 255}"
        headers = {"X-Forwarded-For": forwarded} | what.pop("headers", {})
        answer = self.session.request(method, self.shop.url + path, timeout=60, headers=headers, **what)
        told = f"{method} {path} {str(what)[:200]}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < 500, told
        if answer.status_code >= 400:
            body = answer.json()
            assert isinstance(body["code"], str) and body["message"] and body["data"]["status"] == answer.status_code, told
            assert "panicked" not in answer.text and "SELECT " not in answer.text, told
            self.refusals += 1
        return answer


@pytest.fixture(scope="module")
def shopper(shared_shop):
    """A caller with a cart of its own."""
    product = next(row["id"] for row in shared_shop.rest("GET", "wc/v3/products?per_page=50", status=200) if row["type"] == "simple" and row["purchasable"])
    answer = requests.post(f"{shared_shop.url}/wp-json/wc/store/v1/cart/add-item", json={"id": product}, timeout=30)
    assert answer.status_code == 201, answer.text
    return Caller(shared_shop, None, {"Cart-Token": answer.headers["Cart-Token"]})


@pytest.fixture(scope="module")
def callers(shared_shop, shopper):
    return [Caller(shared_shop, (ADMIN, shared_shop.key)), shopper]


def test_every_field_with_every_kind_of_rubbish(shared_shop, callers):
    for method, path, properties in routes(shared_shop):
        for caller in callers:
            address = filled(path)
            for name in properties:
                for value in WRONG:
                    caller.send(method, address, json={name: value})
            everything = {name: "abc" for name in properties}
            caller.send(method, address, json=everything)
            caller.send(method, address, json=everything | {"no_such_field": 1})
    assert all(caller.refusals > 300 for caller in callers)


def test_bodies_that_are_no_body(shared_shop, callers):
    texts = [b"", b"{", b"[]", b"null", b'"text"', b"12", b"\xff\xfe\xfa", b'{"a": "\xff"}', b"{}" * 10, b'{"a":' * 2_000, b"a=b&c"]
    for method, path, properties in routes(shared_shop):
        for caller in callers:
            for text in texts:
                for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"]:
                    caller.send(method, filled(path), data=text, headers={"Content-Type": kind})
            # WooCommerce's namespaces leave out what they do not know, so that an answer can be sent back.
            if properties and "/wc/" not in path:
                answer = caller.send(method, filled(path), json={"no_such_field": 1})
                assert answer.status_code in (400, 401, 403, 404, 422, 429), answer.text


def test_unknown_fields_are_named(shared_shop):
    caller = Caller(shared_shop, (ADMIN, shared_shop.key))
    answer = caller.send("POST", "/wp-json/ocart/v1/funnels", json={"name": "Main", "no_such_field": 1})
    assert answer.status_code == 400 and "no_such_field" in answer.json()["data"]["params"]


def test_no_session_of_cartbay_is_made_by_hand(shared_shop):
    caller = Caller(shared_shop, (ADMIN, shared_shop.key))
    for origin in ["cartbay", " cartbay "]:
        answer = caller.send("POST", "/wp-json/wc/v3/orders", json={"created_via": origin})
        assert answer.status_code == 400 and "created_via" in answer.json()["data"]["params"], answer.text
    assert caller.send("POST", "/wp-json/wc/v3/orders", json={"created_via": "till"}).json()["created_via"] == "till"


def test_ids_that_are_nobodys(shared_shop, callers):
    for method, path, _ in routes(shared_shop):
        if "{" not in path:
            continue
        for caller in callers:
            for rubbish in RUBBISH_IDS:
                caller.send(method, filled(path, rubbish), json={})


def test_bodies_that_are_too_large(shared_shop, callers):
    large = json.dumps({"note": "x" * 3_000_000}).encode()
    for method, path, properties in routes(shared_shop):
        if properties:
            answer = callers[0].send(method, filled(path), data=large, headers={"Content-Type": "application/json"})
            assert answer.status_code == 413, f"{method} {path}: {answer.status_code}"


def test_nobody_without_a_login_or_a_cart_changes_anything(shared_shop):
    stranger = Caller(shared_shop, None)
    for method, path, _ in routes(shared_shop):
        if path.startswith("/wc/store/v1/cart/"):
            continue
        answer = stranger.send(method, filled(path), json={})
        assert answer.status_code in (400, 401, 403, 404, 422), f"{method} {path}: {answer.status_code} {answer.text[:200]}"
    wrong = Caller(shared_shop, (ADMIN, "wrong"))
    assert wrong.send("POST", "/wp-json/wc/v3/orders", json={}).status_code == 401


def test_one_shopper_cannot_reach_anothers(shared_shop, shopper):
    forged = Caller(shared_shop, None, {"Cart-Token": "A" * 40})
    assert forged.send("POST", "/wp-json/ocart/v1/checkout/capture", json={"email": "a@example.com", "consent": True}).status_code in (400, 401, 404)
    for token in ["A" * 40, "", "x", "../../etc/passwd", "é" * 10]:
        for path in ["/restore/", "/unsubscribe/", "/offer/"]:
            answer = requests.get(shared_shop.url + path + token, timeout=30)
            assert answer.status_code < 500, f"{path}{token}: {answer.status_code}"
    assert requests.get(f"{shared_shop.url}/order/1/wc_order_forged", timeout=30).status_code == 404


def test_amounts_have_the_currencys_digits(shared_shop):
    caller = Caller(shared_shop, (ADMIN, shared_shop.key))
    for price, taken in [("12.50", True), (12.5, True), ("12.505", False), (-1, False), ("1e3", False), (10**20, False), ("12,50", False)]:
        answer = caller.send("POST", "/wp-json/wc/v3/products", json={"name": "Priced", "regular_price": price})
        assert (answer.status_code == 201) is taken, f"{price}: {answer.status_code} {answer.text}"


def test_query_parameters(shared_shop):
    caller = Caller(shared_shop, (ADMIN, shared_shop.key))
    for query in ["page=0", "page=-1", "page=abc", "per_page=0", "per_page=101", "per_page=1e9", "orderby=id;drop", "order=up", "page=99999999999999999999"]:
        assert caller.send("GET", f"/wp-json/wc/v3/orders?{query}").status_code == 400, query
    assert caller.send("GET", "/wp-json/wc/v3/orders?no_such=1&search=%25%27%22%00").status_code in (200, 400)


# Each of these is text that some column, parser or address has no room for.
ODD = ["é", "\U0001d54c", "\u0000", "x" * 2_000, "-1", "9" * 30, "%", "'", '"><svg onload=alert(1)>', "../..", "a\r\nSet-Cookie: x=y", "{{ 7 * 7 }}", ""]


def test_every_query_parameter_with_odd_text(shared_shop, callers):
    documents = [shared_shop.rest("GET", f"{namespace}/openapi", status=200) for namespace in NAMESPACES]
    sent = 0
    for document in documents:
        for path, operations in document["paths"].items():
            for name in [one["name"] for one in operations.get("get", {}).get("parameters", []) if one["in"] == "query"]:
                for text in ODD:
                    for caller in callers:
                        caller.send("GET", filled(path), params={name: text})
                        sent += 1
    assert sent > 500


def test_every_page_with_odd_text(shared_shop, callers):
    """In its path and in every parameter that any page reads; nothing of it comes back as markup or as a header."""
    names = ["search", "status", "tier", "type", "days", "page", "per_page", "category", "orderby", "order", "redirect_to", "funnel", "kind", "token"]
    pages = [row for row in json.loads(shared_shop.cli("route", "list", "--format=json")) if row["method"] == "GET" and row["face"] != "rest"]
    assert len(pages) > 40
    for page in pages:
        addresses = [(re.sub(r"{[^}]*}", lambda _: quote(text, safe=""), page["path"]), {}) for text in ODD if text and "{" in page["path"]]
        addresses += [(re.sub(r"{[^}]*}", "1", page["path"]), {name: text for name in names}) for text in ODD]
        for address, query in addresses:
            for caller in callers:
                answer = caller.session.get(shared_shop.url + address, params=query, timeout=60, allow_redirects=False)
                told = f"{address} {query}: {answer.status_code} {answer.text[:300]}"
                assert answer.status_code < 500, told
                assert "<svg onload" not in answer.text and "x=y" not in answer.headers.get("Set-Cookie", ""), told


def test_broken_rows_are_named_and_the_good_ones_kept(shared_shop):
    broken = shared_shop.folder / "broken.csv"
    broken.write_bytes(
        b"Type,SKU,Name,Published,Regular price,Categories\n"
        b"simple,good-1,Good one,1,10.00,Books\n"
        b"simple,bad-price,Bad price,1,ten,Books\n"
        b"simple,good-2,Good two,1,12.00,Books\n"
        b"nonsense,bad-type,Bad type,1,1.00,Books\n"
        b"simple,bad-text,\xff\xfe,1,1.00,Books\n"
        b'simple,unclosed,"Unclosed,1,1.00,Books\n'
    )
    done = shared_shop.cli("product", "import", broken, ok=False)
    assert "line 3" in done.stdout and "line 5" in done.stdout, done.stdout + done.stderr
    skus = {row["sku"] for row in shared_shop.listed("product", "list")}
    assert {"good-1", "good-2"} <= skus and "bad-price" not in skus
    for content in [b"", b"\x00\x01\x02", b"nothing,here\n1,2\n", b"\xff" * 100]:
        broken.write_bytes(content)
        done = shared_shop.cli("product", "import", broken, ok=False)
        assert done.returncode == 1 and "panicked" not in done.stderr, done.stdout + done.stderr
    assert shared_shop.cli("product", "import", shared_shop.folder / "missing.csv", ok=False).returncode == 1


def test_command_lines(shared_shop):
    lines = [
        ["no-such-command"], ["ocart"], ["oloyalty", "points", "adjust", "abc", "+5", "--reason=x"],
        ["oloyalty", "points", "adjust", "1", "five", "--reason=x"], ["ocart", "cart", "show", "-1"],
        ["db", "restore", "/no/such/file"], ["user", "create"], ["cron", "event", "run", "no/such/hook"],
    ]
    for words in lines:
        done = subprocess.run([PROGRAM, *words], env=shared_shop.environment, cwd=shared_shop.folder, capture_output=True, text=True, check=False)
        assert done.returncode in (1, 2) and done.stderr and "panicked" not in done.stderr, f"{words}: {done}"


def test_nothing_is_half_written_after_all_that(shared_shop):
    shared_shop.cli("db", "verify")
