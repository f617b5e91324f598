"""Text that others have typed: it reaches every page and letter as text. And every answer carries the headers that would stop it."""

import json
import re
from html.parser import HTMLParser

import pytest
import requests

from conftest import ENGINES, run_shop
from harness import goods
from harness.buyer import Buyer
from harness.forms import forms
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
# Places whose payloads must have been on some page, or their pages have not been tested.
SHOWN = {
    "imported name", "imported parent", "imported value", "imported attribute", "imported summary", "imported text", "imported category",
    "/wc/v3/orders/{id}/notes note", "/wc/v3/orders/{order_id}/refunds reason", "form /admin/orders/N/refund reason",
    "/wc/v3/products attributes.0.name", "/wc/v3/products attributes.0.options.0", "/wc/v3/products/{product_id}/variations attributes.0.option",
    "/oloyalty/v1/members/{id}/adjust reason", "/oloyalty/v1/members/{id}/ban reason", "form /admin/oloyalty-members/N/adjust reason",
    "form /admin/oloyalty-members/N/ban reason", "/ocart/v1/funnels/{id}/steps settings.headline", "form /admin/ocart-funnels/N name",
    "form /admin/ocart-funnels/N headline", "form /admin/ocart-funnels/N/pages headline", "form /admin/ocart-bumps/N name", "form /admin/ocart-upsells/N name",
    "form /admin/ocart-recovery/sequences/N name",
}
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


def resolved(document, schema):
    return document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def kinds_of(schema):
    kinds = schema.get("type", [])
    return [kinds] if isinstance(kinds, str) else kinds


def text_fields(document, schema, depth=0):
    """The body's text fields as paths, such as `billing.first_name`; 0 stands for an item of a list."""
    schema = resolved(document, schema)
    if depth > 4:
        return
    for choice in schema.get("anyOf", []) + schema.get("allOf", []) + schema.get("oneOf", []):
        yield from text_fields(document, choice, depth)
    for name, inner in schema.get("properties", {}).items():
        yield from ((name, *rest) for rest in text_within(document, inner, depth))


def text_within(document, inner, depth):
    """The paths from a value on: an empty one where it takes text itself."""
    target = resolved(document, inner)
    kinds = kinds_of(target)
    if "string" in kinds:
        yield ()
    if "array" in kinds and isinstance(target.get("items"), dict):
        yield from ((0, *rest) for rest in text_within(document, target["items"], depth + 1))
    if "string" not in kinds:
        yield from text_fields(document, target, depth + 1)


def nested(path, value):
    for name in reversed(path):
        value = [value] if name == 0 else {name: value}
    return value


def merged(base, more):
    """`more` laid over `base`, one object within another, one list's first item over the other's."""
    if isinstance(base, list) and isinstance(more, list):
        return [merged(base[0] if base else None, more[0]), *base[1:]]
    if not (isinstance(base, dict) and isinstance(more, dict)):
        return more
    return base | {name: merged(base.get(name), value) for name, value in more.items()}


def marked(payload, place):
    """The payload, and where it was put: so the pages tell which of them they have shown."""
    return f"{payload} [[{place}]]"


@pytest.fixture(scope="module", params=ENGINES[:1])
def poisoned(request, tmp_path_factory, mail_server):
    """A shop whose every text field that takes it holds payloads."""
    folder = tmp_path_factory.mktemp("shop")
    for shop in run_shop(request.param, folder, mail_server, CARTWRIGHT_TRUST_FORWARDED="true"):
        shop.taken = poison(shop)
        yield shop


def poison(shop):
    import_poison(shop)
    taken = poison_rest(shop, catalogue(shop))
    funnel = Funnel(shop)
    # Offers and the funnel first: shoppers see them.
    poison_forms(shop, ["/admin/ocart-funnels", f"/admin/ocart-funnels/{funnel.id}", f"/admin/ocart-bumps/{funnel.bump['id']}", f"/admin/ocart-upsells/{funnel.upsell['id']}"])
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
        assert inspected(page.text) == [], page.url
        if number % 2 == 0 and page.url.endswith("/payment"):
            hidden = dict(re.findall(r'<input type="hidden" name="(attempt|expected_total|_csrf)" value="([^"]*)"', page.text))
            paid = buyer.session.post(f"{shop.url}{funnel.path}/pay", data=hidden | {"payment_method": "test", "card_number": PAYS}, timeout=60)
            assert paid.ok, paid.text[:300]
            assert inspected(paid.text) == [], paid.url
    order_with_a_note(shop)
    line = {"product_id": product_id(shop, BELT), "quantity": 1}
    taken += poison_rest(shop, {"/wc/v3/orders": ({}, {"line_items": [line], "billing": {"email": "typed@example.com"}})})
    taken += poison_rest(shop, sold_and_earned(shop, line))
    pages = [address for address in addresses(shop) if address.startswith("/admin/")]
    assert len(pages) > 15, pages
    poison_forms(shop, pages)
    for _ in range(3):
        shop.let_pass(3600)
    return taken


def order_with_a_note(shop):
    """A shopper's own note on the order."""
    store = f"{shop.url}/wp-json/wc/store/v1"
    cart = requests.post(f"{store}/cart/add-item", json={"id": product_id(shop, BELT)}, timeout=30).headers["Cart-Token"]
    body = {"billing_address": ADDRESS | {"email": "noted@example.com"}, "payment_method": "test", "customer_note": marked(ALL, "customer note")}
    body["payment_data"] = [{"key": "card_number", "value": PAYS}]
    placed = requests.post(f"{store}/checkout", json=body, headers={"Cart-Token": cart}, timeout=60)
    assert placed.status_code == 200, placed.text


def import_poison(shop):
    """A catalogue and a tax table that somebody else has written."""
    evil = {"Short description": marked(ALL, "imported summary"), "Description": marked(ALL, "imported text"), "Tax status": "taxable"}
    hue = {"Attribute 1 name": marked(PAYLOADS[3], "imported attribute"), "Attribute 1 visible": 1, "Attribute 1 global": 0}
    values = [marked(payload.replace(",", ""), "imported value") for payload in PAYLOADS[:2]]
    rows = [
        goods.row(901, "simple", "evil-simple", marked(PAYLOADS[0], "imported name"), "5", Categories=marked(PAYLOADS[1], "imported category")) | evil | hue | {"Attribute 1 value(s)": values[0]},
        goods.row(902, "variable", "evil-variable", marked(PAYLOADS[3], "imported parent")) | evil | hue | {"Attribute 1 value(s)": ", ".join(values)},
    ]
    for number, value in enumerate(values):
        rows.append(goods.row(903 + number, "variation", f"evil-{number}", marked(PAYLOADS[0], "imported variation"), "5", Parent="evil-variable") | evil | hue | {"Attribute 1 value(s)": value})
    products, taxes = shop.folder / "evil.csv", shop.folder / "evil_taxes.csv"
    goods.write(products, rows)
    said = shop.cli("product", "import", products)
    assert "4 products created" in said, said
    taxes.write_text(goods.OWN_TAXES.replace("VAT", marked(PAYLOADS[0], "imported tax")).replace("GB", "FR"), encoding="utf-8")
    assert "1 tax rates created" in shop.cli("tax", "import", taxes)


def catalogue(shop):
    """Bodies that are taken, of what makes the shop: each with its route, and what stands in the route's braces."""
    product = product_id(shop, BELT)
    funnel = shop.rest("POST", "ocart/v1/funnels", {"name": "First", "slug": "first"}).json()["id"]
    hue = {"name": "Hue", "options": ["Red", "Blue"], "variation": True, "visible": True}
    variable = shop.rest("POST", "wc/v3/products", {"name": "Many hues", "type": "variable", "attributes": [hue]}, status=201)["id"]
    category = shop.rest("POST", "wc/v3/products/categories", {"name": "Things"}, status=201)["id"]
    return {
        "/wc/v3/products": ({}, {"name": "Good", "type": "variable", "regular_price": "5", "attributes": [hue], "categories": [{"id": category}]}),
        "/wc/v3/products/categories": ({}, {"name": "Good"}), "/wc/v3/coupons": ({}, {"code": "good"}), "/wc/v3/taxes": ({}, {"rate": "5"}),
        "/wc/v3/products/{product_id}/variations": ({"product_id": variable}, {"regular_price": "5", "attributes": [{"name": "Hue", "option": "Red"}]}),
        "/wc/v3/customers": ({}, {"email": "made@example.com"}), "/ocart/v1/funnels": ({}, {"name": "Good"}), "/wp/v2/users": ({}, {"user_login": "made", "user_email": "made2@example.com"}),
        "/ocart/v1/funnels/{id}/steps": ({"id": funnel}, {"type": "custom", "settings": {"headline": "Good", "text": "Good"}}),
        "/ocart/v1/bumps": ({}, {"funnel_id": funnel, "product_id": product, "pricing_rule": {"type": "fixed_addon", "amount": "1"}}),
        "/ocart/v1/upsells": ({}, {"funnel_id": funnel, "product_id": product, "pricing_rule": {"type": "discount_pct", "value": 5}}),
        "/ocart/v1/recovery/sequences": ({}, {"name": "Good", "steps": [{"channel": "email", "delay_min": 60, "template": "cart_nudge_1"}]}),
        "/ocart/v1/recovery/suppression": ({}, {"email": "gone@example.com", "reason": "manual"}),
        "/oloyalty/v1/rewards": ({}, {"name": "Good", "type": "cart_fixed", "points_cost": 40, "value": {"amount": "5.00"}}),
    }


def sold_and_earned(shop, line):
    """The same of what hangs on orders and members: they come last, so that the newest are looked at."""
    order = shop.rest("POST", "wc/v3/orders", {"set_paid": True, "line_items": [line]}, status=201)["id"]
    member = shop.rest("GET", "oloyalty/v1/members", status=200)[0]["id"]
    return {
        "/wc/v3/orders/{id}/notes": ({"id": order}, {"note": "Good"}),
        "/wc/v3/orders/{order_id}/refunds": ({"order_id": order}, {"amount": "0.01"}),
        "/oloyalty/v1/members/{id}/adjust": ({"id": member}, {"points": 1, "reason": "Good"}),
        "/oloyalty/v1/members/{id}/ban": ({"id": member}, {"reason": "Good"}),
    }


def poison_rest(shop, good):
    """Payloads in each text field of each body that makes something, one at a time upon a body that is taken."""
    taken, unique = 0, 0
    for path, (ids, base) in good.items():
        namespace = "/".join(path.split("/")[1:3])
        document = shop.rest("GET", f"{namespace}/openapi", status=200)
        assert "post" in document["paths"].get(path, {}), f"{path} is gone: the test must follow"
        schema = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        fields = sorted(set(text_fields(document, schema)), key=str)
        assert fields, f"{path} takes no text"
        for field in fields:
            place = f"{path} {'.'.join(map(str, field))}"
            for payload in [marked(ALL, place), marked(PAYLOADS[0], place), PAYLOADS[1][:20]]:
                unique += 1
                body = json.loads(json.dumps(base).replace("@example.com", f"{unique}@example.com").replace('"good"', f'"good{unique}"').replace('"made"', f'"made{unique}"'))
                answer = shop.rest("POST", path[1:].format(**ids), merged(body, nested(field, payload)), headers={"Idempotency-Key": f"typed-{place}-{unique}"[:100]})
                taken += answer.status_code in (200, 201)
                if answer.ok:
                    break
    return taken


def poison_forms(shop, pages):
    """Payloads in each text field of each form of the admin's pages, the short one first: what refuses the long one keeps it."""
    staff = requests.Session()
    staff.post(f"{shop.url}/admin/login", data={"log": ADMIN, "pwd": PASSWORD}, timeout=30)
    for address in pages:
        for place, field in [(form.action, field) for form in forms(staff.get(shop.url + address, timeout=30).text) for field in form.text_fields()]:
            # The funnel's own address is where the shoppers of this test go.
            if field == "slug":
                continue
            for payload in [PAYLOADS[0], ALL]:
                form = next((form for form in forms(staff.get(shop.url + address, timeout=30).text) if form.action == place and field in form.values), None)
                if form is None:
                    break
                typed = marked(payload, f"form {re.sub('[0-9]+', 'N', place)} {field}")
                answer = staff.post(shop.url + place, data=form.filled(field, typed), timeout=30)
                assert answer.status_code < 500, f"{place} {field}: {answer.text[:300]}"
                assert inspected(answer.text) == [], f"{place} {field}"


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
    assert poisoned.taken > 60, poisoned.taken
    with browser.visit(poisoned, 1280) as visit:
        dialogs, seen, shown = [], 0, set()
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
            shown |= set(re.findall(r"\[\[([^\]]+)\]\]", html))
        assert SHOWN - shown == set(), f"never shown: {SHOWN - shown}; shown: {sorted(shown)}"
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
