"""Text that others have typed: it reaches every page and letter as text. And every answer carries the headers that would stop it."""

import json
import re
from html.parser import HTMLParser

import pytest
import requests

from conftest import ENGINES, run_shop
from harness.buyer import Buyer
from harness.mail import links
from harness.selling import BELT, Funnel, product_id
from harness.shop import ADMIN, PASSWORD
from harness.shopper import ADDRESS, PAYS
from harness.shopper import PASSWORD as SHOPPERS_PASSWORD

# Each breaks out of another place: text, an attribute, a script, a template, an address.
PAYLOADS = [
    "<script>alert('s')</script>", "\"><img src=x onerror=alert('i')>", "' onmouseover='alert(1)' x='", "</script><script>alert('j')</script>",
    "{{ 7 * 7 }}{% raw %}", "javascript:alert('a')", "<!--<svg onload=alert('v')>",
]
ALL = "".join(PAYLOADS)
POLICY = {
    "default-src": "'self'", "img-src": "'self' data:", "object-src": "'none'", "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'self'",
}
WATCH = """
window.__refused = [];
document.addEventListener('securitypolicyviolation', event => window.__refused.push(event.violatedDirective + ' ' + event.blockedURI));
"""


class Inspector(HTMLParser):
    """Finds what a page must not hold: scripts and styles of its own, handlers, addresses that run."""

    def __init__(self):
        super().__init__()
        self.wrong, self.inside = [], None

    def handle_starttag(self, tag, attributes):
        held = dict(attributes)
        if tag == "script" and not (held.get("src", "").startswith("/assets/") or held.get("type") == "application/json"):
            self.wrong.append(f"<script {held}>")
        if tag in ("style", "object", "embed", "base") or "style" in held:
            self.wrong.append(f"<{tag} {held}>")
        for name, value in held.items():
            value = (value or "").strip().lower()
            if name.startswith("on") or (name in ("href", "src", "action", "formaction") and re.match(r"(javascript|vbscript|data:text)", value)):
                self.wrong.append(f"<{tag} {name}={value!r}>")


def inspected(html):
    inspector = Inspector()
    inspector.feed(html)
    return inspector.wrong


def guarded(answer):
    """Headers that every answer has; the policy is the strict one, or a stricter one."""
    told = f"{answer.request.method} {answer.url}: {answer.status_code} {dict(answer.headers)}"
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy and "*" not in policy, told
    given = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert given == POLICY, told
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "SAMEORIGIN", told
    assert answer.headers["Referrer-Policy"] in ("strict-origin-when-cross-origin", "no-referrer") and "camera=()" in answer.headers["Permissions-Policy"], told
    assert "Server" not in answer.headers and "X-Powered-By" not in answer.headers, told
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        assert inspected(answer.text) == [], told
        assert answer.headers["Cache-Control"] == "no-store", told
    return answer


def text_fields(document, schema, depth=0):
    """The body's text fields as paths, such as `billing.first_name`."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for choice in schema.get("anyOf", []) + schema.get("allOf", []):
        yield from text_fields(document, choice, depth)
    for name, inner in schema.get("properties", {}).items():
        target = document["components"]["schemas"][inner["$ref"].rsplit("/", 1)[1]] if "$ref" in inner else inner
        kinds = target.get("type", [])
        if "string" in ([kinds] if isinstance(kinds, str) else kinds):
            yield (name,)
        elif depth < 3:
            yield from ((name, *rest) for rest in text_fields(document, inner, depth + 1))


def nested(path, value):
    for name in reversed(path):
        value = {name: value}
    return value


def merged(base, more):
    """`more` laid over `base`, one object within another."""
    if not (isinstance(base, dict) and isinstance(more, dict)):
        return more
    return base | {name: merged(base.get(name), value) for name, value in more.items()}


@pytest.fixture(scope="module", params=ENGINES[:1])
def poisoned(request, tmp_path_factory, mail_server):
    """A shop whose every text field that takes it holds payloads."""
    folder = tmp_path_factory.mktemp("shop")
    for shop in run_shop(request.param, folder, mail_server, CARTWRIGHT_TRUST_FORWARDED="true"):
        shop.taken = poison(shop)
        yield shop


def poison(shop):
    taken = poison_rest(shop)
    funnel = Funnel(shop)
    for number, payload in enumerate(PAYLOADS):
        buyer = Buyer(shop, funnel, f"poisoned{number}@example.com")
        buyer.session.headers["X-Forwarded-For"] = f"192.0.2.{number}"
        fields = {"email": buyer.email, "password": SHOPPERS_PASSWORD, "first_name": payload, "last_name": payload}
        assert buyer.session.post(f"{shop.url}/my-account/register", data=fields, timeout=30).ok
        page = buyer.session.get(f"{shop.url}/my-account/address", timeout=30).text
        own = {"_csrf": re.search(r'name="_csrf" value="([^"]+)"', page).group(1)}
        typed = ADDRESS | {name: payload for name in ["first_name", "last_name", "company", "address_1", "address_2", "city", "phone"]}
        buyer.session.post(f"{shop.url}/my-account/address", data=typed | own, timeout=30)
        buyer.session.post(f"{shop.url}/cart/add", data={"product_id": product_id(shop, BELT), "quantity": 1} | own, timeout=30)
        buyer.session.post(f"{shop.url}/cart/coupon", data={"code": payload, "coupon_code": payload} | own, timeout=30)
        buyer.session.post(f"{shop.url}{funnel.path}/details", data=typed | own | {"email": buyer.email, "phone": "", "consent": "1"}, timeout=30)
        page = buyer.session.get(f"{shop.url}{funnel.path}/payment", timeout=30)
        if number % 2 == 0 and page.url.endswith("/payment"):
            hidden = dict(re.findall(r'<input type="hidden" name="(attempt|expected_total|_csrf)" value="([^"]*)"', page.text))
            paid = buyer.session.post(f"{shop.url}{funnel.path}/pay", data=hidden | {"payment_method": "test", "card_number": PAYS}, timeout=60)
            assert paid.ok, paid.text[:300]
    for _ in range(3):
        shop.let_pass(3600)
    return taken


def poison_rest(shop):
    """Payloads in each text field of each body that makes something, one at a time upon a body that is taken."""
    product = product_id(shop, BELT)
    funnel = shop.rest("POST", "ocart/v1/funnels", {"name": "First", "slug": "first"}).json()["id"]
    good = {
        "/wc/v3/products": {"name": "Good", "regular_price": "5"}, "/wc/v3/products/categories": {"name": "Good"}, "/wc/v3/coupons": {"code": "good"},
        "/wc/v3/orders": {"line_items": [{"product_id": product, "quantity": 1}], "billing": {"email": "typed@example.com"}}, "/wc/v3/taxes": {"rate": "5"},
        "/wc/v3/customers": {"email": "made@example.com"}, "/ocart/v1/funnels": {"name": "Good"}, "/wp/v2/users": {"user_login": "made", "user_email": "made2@example.com"},
        "/ocart/v1/bumps": {"funnel_id": funnel, "product_id": product, "pricing_rule": {"type": "fixed_addon", "amount": "1"}},
        "/ocart/v1/upsells": {"funnel_id": funnel, "product_id": product, "pricing_rule": {"type": "discount_pct", "value": 5}},
        "/ocart/v1/recovery/sequences": {"name": "Good", "steps": [{"channel": "email", "delay_min": 60, "template": "cart_nudge_1"}]},
        "/ocart/v1/recovery/suppression": {"email": "gone@example.com", "reason": "manual"},
    }
    taken, unique = 0, 0
    for path, base in good.items():
        namespace = "/".join(path.split("/")[1:3])
        document = shop.rest("GET", f"{namespace}/openapi", status=200)
        operation = document["paths"].get(path, {}).get("post")
        if operation is None:
            continue
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        for field in set(text_fields(document, schema)):
            for payload in [ALL, PAYLOADS[0], PAYLOADS[1][:20]]:
                unique += 1
                body = json.loads(json.dumps(base).replace("@example.com", f"{unique}@example.com").replace('"good"', f'"good{unique}"').replace('"made"', f'"made{unique}"'))
                answer = shop.rest("POST", path[1:], merged(body, nested(field, payload)))
                taken += answer.status_code in (200, 201)
                if answer.ok:
                    break
    return taken


def addresses(shop):
    """Every page there is to look at, with ids that exist."""
    ids = {
        "/admin/orders/{id}": shop.rest("GET", "wc/v3/orders?per_page=100", status=200), "/admin/ocart-funnels/{id}": shop.rest("GET", "ocart/v1/funnels?per_page=100", status=200),
        "/admin/ocart-funnels/{id}/offers": shop.rest("GET", "ocart/v1/funnels", status=200), "/admin/ocart-offers/{id}": shop.rest("GET", "ocart/v1/bumps", status=200),
        "/admin/cartbay-sessions/{id}": shop.rest("GET", "cartbay/v1/sessions", status=200), "/admin/oloyalty-members/{id}": shop.rest("GET", "oloyalty/v1/members", status=200),
    }
    products = shop.rest("GET", "wc/v3/products?per_page=100", status=200)
    for row in json.loads(shop.cli("route", "list", "--format=json")):
        if row["method"] != "GET" or row["face"] != "page" or row["path"].endswith("/html"):
            continue
        if "{" not in row["path"]:
            yield row["path"]
        elif row["path"] == "/product/{slug}":
            yield from (f"/product/{product['slug']}" for product in products if "alert" in json.dumps(product) or product["type"] == "variable")
        elif row["path"] == "/checkout/{funnel}":
            yield "/checkout/welcome"
        else:
            yield from (re.sub(r"{[^}]*}", str(found["id"]), row["path"]) for found in ids.get(row["path"], [])[:6])
    for order in ids["/admin/orders/{id}"][:8]:
        yield f"/order/{order['id']}/{order['order_key']}"


def test_every_page_shows_it_as_text(poisoned, browser):
    assert poisoned.taken > 20, poisoned.taken
    with browser.visit(poisoned, 1280) as visit:
        dialogs, seen = [], 0
        visit.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        visit.context.add_init_script(WATCH)
        visit.log_in_as_admin()
        visit.expected = {404, 403}
        for address in sorted(set(addresses(poisoned))):
            visit.goto(address)
            refused = visit.page.evaluate("window.__refused")
            html = visit.page.content()
            assert dialogs == [] and refused == [], f"{address}: {dialogs} {refused}"
            assert inspected(html) == [], f"{address}: {inspected(html)}"
            assert "49{% raw" not in html, address
            seen += html.count("alert(")
        assert seen > 40, f"the payloads were hardly seen: {seen}"
        assert visit.problems == []


def test_every_letter_shows_it_as_text(poisoned, mail_server):
    letters = [message for number in range(len(PAYLOADS)) for message in mail_server.to(f"poisoned{number}@example.com")]
    assert letters, "no letter was sent"
    for letter in letters:
        html = letter.get_body(preferencelist=("html",)).get_content()
        wrong = [found for found in inspected(html) if not re.match(r"<(style|\w+ \{.*'style')", found)]
        assert wrong == [], wrong
        assert "<img src=x" not in html and "<svg" not in html
        assert set(letter.keys()) & {"Bcc", "Cc"} == set() and len(letter["To"].addresses) == 1
        assert all(address.startswith(poisoned.url) for address in links(letter, "html")), links(letter, "html")
        assert "\n" not in letter["Subject"] and "<script" not in (letter["Subject"] or "")


def test_every_answer_is_guarded(poisoned):
    staff = requests.Session()
    staff.post(f"{poisoned.url}/admin/login", data={"log": ADMIN, "pwd": PASSWORD}, timeout=30, allow_redirects=False)
    rows = [row for row in json.loads(poisoned.cli("route", "list", "--format=json")) if row["path"] != "/metrics"]
    for row in rows:
        for session in [staff, requests.Session()]:
            for value in ["1", "nothing-there"]:
                path = re.sub(r"{[^}]*}", value, row["path"])
                if row["path"].endswith("/{id}/html"):
                    continue
                guarded(session.request(row["method"], poisoned.url + path, timeout=30, allow_redirects=False))
    for method, path, body in [
        ("GET", "/no/such/page", None), ("GET", "/wp-json/no/such", None), ("PUT", "/shop", None), ("DELETE", "/wp-json/wc/v3/orders", None), ("GET", "/%00", None),
        ("POST", "/wp-json/wc/v3/orders", b"{"), ("POST", "/cart/add", b"x" * 200_000), ("POST", "/wp-json/wc/v3/orders", b"x" * 3_000_000), ("OPTIONS", "/", None),
    ]:
        guarded(requests.request(method, poisoned.url + path, data=body, headers={"Content-Type": "application/json"}, timeout=30, allow_redirects=False))
    for _ in range(40):
        answer = guarded(requests.post(f"{poisoned.url}/my-account/login", data={"username": "x", "password": "y"}, timeout=30, allow_redirects=False))
    assert answer.status_code == 429


def test_a_letter_that_is_kept_runs_nothing(tmp_path, mail_server):
    for shop in run_shop("sqlite", tmp_path, mail_server, CARTWRIGHT_SMTP_URL=""):
        body = {"id": product_id(shop, BELT)}
        cart = requests.post(f"{shop.url}/wp-json/wc/store/v1/cart/add-item", json=body, timeout=30).headers["Cart-Token"]
        fields = {"email": "kept@example.com", "consent": True}
        assert requests.post(f"{shop.url}/wp-json/ocart/v1/checkout/capture", json=fields, headers={"Cart-Token": cart}, timeout=30).status_code == 201
        for _ in range(3):
            shop.let_pass(3600)
        staff = requests.Session()
        staff.post(f"{shop.url}/admin/login", data={"log": ADMIN, "pwd": PASSWORD}, timeout=30)
        answer = staff.get(f"{shop.url}/admin/outbox/1/html", timeout=30)
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200 and "sandbox" in policy and "default-src 'none'" in policy and "script-src" not in policy and "allow-scripts" not in policy
