"""Requests that others have made up: forged forms, planted sessions, redirects elsewhere, broken headers, too many of them."""

import json
import re
from http.client import HTTPConnection

import pytest
import requests

from conftest import ENGINES, run_shop
from harness.buyer import Buyer
from harness.selling import BELT, Funnel, product_id
from harness.shop import ADMIN, PASSWORD
from harness.shopper import PASSWORD as SHOPPERS_PASSWORD

ELSEWHERE = [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/\t/evil.example",
    "/%0d%0aSet-Cookie:x=y", "/\r\nSet-Cookie: x=y", "///evil.example", "http:evil.example", " //evil.example", "/\u0000/evil.example", "data:text/html,x",
]


@pytest.fixture(scope="module", params=ENGINES[:1])
def behind_proxy(request, tmp_path_factory, mail_server):
    yield from run_shop(request.param, tmp_path_factory.mktemp("shop"), mail_server, CARTWRIGHT_TRUST_FORWARDED="true")


@pytest.fixture(scope="module")
def secure_shop(tmp_path_factory, mail_server):
    folder = tmp_path_factory.mktemp("shop")
    yield from run_shop("sqlite", folder, mail_server, CARTWRIGHT_PUBLIC_URL="https://shop.example", CARTWRIGHT_TRUST_FORWARDED="true")


def logged_in(shop, login=ADMIN, password=PASSWORD):
    session = requests.Session()
    answer = session.post(f"{shop.url}/admin/login", data={"log": login, "pwd": password}, allow_redirects=False, timeout=30)
    assert answer.status_code == 303 and "cartwright_session" in session.cookies, answer.text[:300]
    return session


def registered(shop, email):
    session = requests.Session()
    answer = session.post(f"{shop.url}/my-account/register", data={"email": email, "password": SHOPPERS_PASSWORD}, timeout=30)
    assert answer.ok and "cartwright_session" in session.cookies, answer.text[:300]
    return session


def routes(shop, face):
    return [row for row in json.loads(shop.cli("route", "list", "--format=json")) if row["face"] == face]


def filled(path):
    return re.sub(r"{[^}]*}", "1", path)


# Forged forms and calls.


def test_no_form_of_a_login_is_taken_without_its_token(shared_shop):
    session, other = logged_in(shared_shop), logged_in(shared_shop)
    foreign = re.search(r'name="_csrf" value="([^"]+)"', other.get(f"{shared_shop.url}/admin/ocart-recovery", timeout=30).text).group(1)
    own = re.search(r'name="_csrf" value="([^"]+)"', session.get(f"{shared_shop.url}/admin/ocart-recovery", timeout=30).text).group(1)
    assert own != foreign
    forms = [row for row in routes(shared_shop, "page") if row["method"] == "POST"]
    assert len(forms) > 20
    for row in forms:
        for fields in [{}, {"_csrf": ""}, {"_csrf": foreign}, {"_csrf": own[:-1]}, {"_csrf": own + "0"}]:
            answer = session.post(shared_shop.url + filled(row["path"]), data=fields, allow_redirects=False, timeout=30)
            assert answer.status_code in (403, 429), f"{row['path']} {fields}: {answer.status_code}"
    assert session.get(f"{shared_shop.url}/admin/orders", timeout=30, allow_redirects=False).status_code == 200


def test_no_form_is_taken_from_another_site(shared_shop):
    forms = [row["path"] for row in routes(shared_shop, "page") if row["method"] == "POST"]
    for headers in [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]:
        for path in forms:
            answer = requests.post(shared_shop.url + filled(path), data={}, headers=headers, allow_redirects=False, timeout=30)
            assert answer.status_code in (403, 429), f"{path} {headers}: {answer.status_code}"
    allowed = requests.post(f"{shared_shop.url}/cart/update", data={}, headers={"Origin": shared_shop.url}, allow_redirects=False, timeout=30)
    assert allowed.status_code != 403


def test_a_cookie_alone_calls_nothing_over_rest(shared_shop):
    session = logged_in(shared_shop)
    guarded = [row for row in routes(shared_shop, "rest") if row["access"] in ("capability", "logged_in")]
    assert len(guarded) > 80
    for row in guarded:
        bare = session.request(row["method"], shared_shop.url + filled(row["path"]), json={}, timeout=30)
        assert bare.status_code == 401, f"{row}: {bare.status_code}"
        wrong = session.request(row["method"], shared_shop.url + filled(row["path"]), json={}, headers={"X-WP-Nonce": "0" * 20}, timeout=30)
        assert wrong.status_code == 403 and wrong.json()["code"] == "rest_cookie_invalid_nonce", f"{row}: {wrong.status_code}"


def test_another_sites_page_cannot_use_a_shoppers_cart(shared_shop):
    session = requests.Session()
    session.post(f"{shared_shop.url}/cart/add", data={"product_id": product_id(shared_shop, BELT)}, timeout=30)
    assert session.get(f"{shared_shop.url}/wp-json/wc/store/v1/cart", timeout=30).json()["items_count"] == 1
    body = '{"code": "x"}'
    for headers in [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]:
        answer = session.post(f"{shared_shop.url}/wp-json/wc/store/v1/checkout", data="{}", headers={"Content-Type": "text/plain"} | headers, timeout=30)
        assert answer.status_code == 401, answer.text
        captured = session.post(f"{shared_shop.url}/wp-json/ocart/v1/checkout/capture", data=body, headers={"Content-Type": "text/plain"} | headers, timeout=30)
        assert captured.status_code == 401, captured.text
    assert "Access-Control-Allow-Origin" not in answer.headers


# Sessions.


def token_of(page):
    return re.search(r'name="_csrf" value="([^"]+)"', page).group(1)


def test_a_planted_session_does_not_become_the_victims(shared_shop):
    fields = {"email": "v@example.com", "password": SHOPPERS_PASSWORD}
    for number, value in enumerate(["A" * 48, "", "x" * 4000]):
        own = fields | {"email": f"v{number}@example.com"}
        answer = requests.post(f"{shared_shop.url}/my-account/register", data=own, cookies={"cartwright_session": value}, timeout=30, allow_redirects=False)
        assert "cartwright_session" in answer.cookies and answer.cookies["cartwright_session"] != value
    live = {"cartwright_session": logged_in(shared_shop).cookies["cartwright_session"]}
    answer = requests.post(f"{shared_shop.url}/my-account/register", data=fields, cookies=live, timeout=30, allow_redirects=False)
    assert answer.status_code == 403, "the planted login is real, so the form needs its token"
    unknown = requests.post(f"{shared_shop.url}/wp-json/wc/store/v1/cart/add-item", json={"id": product_id(shared_shop, BELT)}, headers={"Cart-Token": "B" * 40}, timeout=30)
    assert unknown.status_code == 201 and unknown.headers["Cart-Token"] != "B" * 40


@pytest.mark.parametrize(("address", "names"), [("/admin/login", ("log", "pwd")), ("/my-account/login", ("username", "password"))])
def test_whoever_logs_in_over_a_planted_login_gets_one_of_his_own(shared_shop, address, names):
    """Somebody else's live login lies in the browser; the victim opens the form with it and logs in."""
    word = address.split("/")[1]
    victim, planter = registered(shared_shop, f"victim-{word}@example.com"), registered(shared_shop, f"planter-{word}@example.com")
    typed = {"first_name": "Vic", "last_name": "Tim", "address_1": "3 Private Lane", "city": "London", "postcode": "SW1A 1AA", "country": "GB"}
    own = {"_csrf": token_of(victim.get(f"{shared_shop.url}/my-account/address", timeout=30).text)}
    assert victim.post(f"{shared_shop.url}/my-account/address", data=typed | own, timeout=30).ok
    planted = planter.cookies["cartwright_session"]
    form = requests.get(f"{shared_shop.url}/admin/login", cookies={"cartwright_session": planted}, timeout=30)
    assert form.status_code == 200 and "cartwright_session" not in form.cookies
    fields = {names[0]: f"victim-{word}@example.com", names[1]: SHOPPERS_PASSWORD, "_csrf": token_of(form.text)}
    answer = requests.post(shared_shop.url + address, data=fields, cookies={"cartwright_session": planted}, allow_redirects=False, timeout=30)
    assert answer.status_code == 303, answer.text[:300]
    fresh = answer.cookies["cartwright_session"]
    assert fresh not in ("", planted)

    def page(cookie, path):
        return requests.get(shared_shop.url + path, cookies={"cartwright_session": cookie}, allow_redirects=False, timeout=30)

    assert "3 Private Lane" in page(fresh, "/my-account/address").text
    for path in ["/my-account", "/my-account/address"]:
        shown = page(planted, path).text
        assert "3 Private Lane" not in shown and f"victim-{word}@" not in shown, path
    # Nor do the tokens of the one open the forms of the other.
    of_victim, of_planter = token_of(page(fresh, "/my-account/address").text), token_of(page(planted, "/my-account/address").text)
    assert of_victim != of_planter == fields["_csrf"]
    for cookie, token in [(planted, of_victim), (fresh, of_planter)]:
        forged = requests.post(f"{shared_shop.url}/my-account/address", data=typed | {"_csrf": token}, cookies={"cartwright_session": cookie}, allow_redirects=False, timeout=30)
        assert forged.status_code == 403


def test_a_login_ends_when_it_is_ended(shared_shop):
    session = registered(shared_shop, "leaving@example.com")
    kept = session.cookies["cartwright_session"]
    page = session.get(f"{shared_shop.url}/my-account", timeout=30).text
    token = re.search(r'name="_csrf" value="([^"]+)"', page).group(1)
    session.post(f"{shared_shop.url}/my-account/logout", data={"_csrf": token}, timeout=30)
    assert "cartwright_session" not in session.cookies
    again = requests.get(f"{shared_shop.url}/my-account/address", cookies={"cartwright_session": kept}, allow_redirects=False, timeout=30)
    assert again.status_code == 303 and again.headers["Location"].startswith("/my-account")


def test_cookies_are_for_the_server_alone(secure_shop):
    https = {"X-Forwarded-Proto": "https", "Host": "shop.example"}
    login = requests.post(f"{secure_shop.url}/admin/login", data={"log": ADMIN, "pwd": PASSWORD}, headers=https, allow_redirects=False, timeout=30)
    cart = requests.post(f"{secure_shop.url}/cart/add", data={"product_id": product_id(secure_shop, BELT)}, headers=https, allow_redirects=False, timeout=30)
    for answer, name in [(login, "cartwright_session"), (cart, "cartwright_cart")]:
        line = next(value for key, value in answer.raw.headers.items() if key.lower() == "set-cookie" and value.startswith(name))
        assert "HttpOnly" in line and "SameSite=Lax" in line and "Secure" in line and "Domain" not in line, line
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


# Redirects and headers.


def leads_inside(address):
    return re.fullmatch(r"/(?![/\\])[^\s\\]*", address)


def test_no_login_leads_elsewhere(behind_proxy):
    for number, address in enumerate(ELSEWHERE):
        client = {"X-Forwarded-For": f"192.0.2.{number}"}
        fields = {"log": ADMIN, "pwd": PASSWORD, "redirect_to": address}
        staff = requests.post(f"{behind_proxy.url}/admin/login", data=fields, headers=client, allow_redirects=False, timeout=30)
        fields = {"email": f"elsewhere{number}@example.com", "password": SHOPPERS_PASSWORD, "redirect_to": address}
        shopper = requests.post(f"{behind_proxy.url}/my-account/register", data=fields, headers=client, allow_redirects=False, timeout=30)
        for answer in [staff, shopper]:
            assert answer.status_code == 303 and leads_inside(answer.headers["Location"]), f"{address!r}: {answer.headers}"
            assert "x=y" not in answer.headers["Set-Cookie"]
        shown = requests.get(f"{behind_proxy.url}/admin/login", params={"redirect_to": address}, timeout=30).text
        hidden = re.search(r'name="redirect_to" value="([^"]*)"', shown).group(1)
        assert leads_inside(hidden), f"{address!r}: {hidden!r}"


def test_a_strange_host_reaches_no_page_and_no_letter(shared_shop, mail_server):
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    for path in ["/", "/shop", "/my-account", "/cart", "/admin/login", "/wp-json/", "/wp-json/wc/store/v1/products"]:
        answer = requests.get(shared_shop.url + path, headers=evil, timeout=30)
        assert "evil.example" not in answer.text + str(answer.headers), path
    address = f"hosted-{shared_shop.database.name}@example.com"
    cart = requests.post(f"{shared_shop.url}/wp-json/wc/store/v1/cart/add-item", json={"id": product_id(shared_shop, BELT)}, headers=evil, timeout=30)
    evil["Cart-Token"] = cart.headers["Cart-Token"]
    captured = requests.post(f"{shared_shop.url}/wp-json/ocart/v1/checkout/capture", json={"email": address, "consent": True}, headers=evil, timeout=30)
    assert captured.status_code == 201, captured.text
    for _ in range(3):
        shared_shop.let_pass(3600)
    letter = mail_server.wait_for(address)[0]
    assert "evil.example" not in letter.as_string() and shared_shop.url in letter.get_body().get_content()


def test_nothing_typed_becomes_a_header_of_a_letter_or_an_answer(shared_shop, mail_server):
    funnel = Funnel(shared_shop, slug="headers")
    for field in ["first_name", "last_name", "company", "address_1", "city"]:
        buyer = Buyer(shared_shop, funnel, f"{field.replace('_', '')}@example.com")
        buyer.session.post(f"{shared_shop.url}/cart/add", data={"product_id": product_id(shared_shop, BELT), "quantity": 1}, timeout=30)
        typed = {"first_name": "A", "last_name": "B", "address_1": "C", "city": "D", "postcode": "SW1A 1AA", "country": "GB", "email": buyer.email}
        answer = buyer.session.post(f"{shared_shop.url}/checkout/headers/details", data=typed | {field: "x\r\nBcc: spy@example.com\r\nSet-Cookie: x=y"}, allow_redirects=False, timeout=30)
        assert answer.status_code < 500 and "x=y" not in answer.headers.get("Set-Cookie", "")
    for address in ["a@example.com\r\nBcc: spy@example.com", "a@example.com, spy@example.com", "a@example.com\nspy@example.com", "<a@example.com>spy@example.com"]:
        buyer = Buyer(shared_shop, funnel)
        buyer.session.post(f"{shared_shop.url}/cart/add", data={"product_id": product_id(shared_shop, BELT), "quantity": 1}, timeout=30)
        captured = buyer.session.post(f"{shared_shop.url}/wp-json/ocart/v1/checkout/capture", json={"email": address, "consent": True}, timeout=30)
        assert captured.status_code == 400, f"{address!r}: {captured.status_code}"
    shared_shop.let_pass(7200)
    assert mail_server.to("spy@example.com") == []


# Too many.


def tries(shop, headers, count=40):
    """Answers to logins with a wrong password, each with a name of its own."""
    found = []
    for number in range(count):
        sent = headers(number)
        found.append(requests.post(f"{shop.url}/admin/login", data={"log": f"nobody{number}", "pwd": "wrong-password"}, headers=sent, timeout=30))
    return found


def test_a_spoofed_address_does_not_get_around_a_limit(shop):
    answers = tries(shop, lambda number: {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"})
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 10 and all(0 < int(answer.headers["Retry-After"]) <= 300 for answer in refused)


def test_behind_a_proxy_each_client_has_its_own_limit(behind_proxy):
    # What a client claims stands before what the proxy has seen, in one line or in lines of its own.
    one = tries(behind_proxy, lambda number: {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"})
    assert [answer.status_code for answer in one].count(429) == 10
    assert tries(behind_proxy, lambda number: {"X-Forwarded-For": "198.51.100.8"}, 1)[0].status_code == 403
    network = tries(behind_proxy, lambda number: {"X-Forwarded-For": f"2001:db8:7:7::{number:x}"})
    assert [answer.status_code for answer in network].count(429) == 10
    raw = []
    for number in range(40):
        connection = HTTPConnection("127.0.0.1", behind_proxy.port, timeout=30)
        connection.putrequest("POST", "/admin/login")
        connection.putheader("X-Forwarded-For", f"203.0.113.{number}")
        connection.putheader("X-Forwarded-For", "198.51.100.9")
        body = f"log=raw{number}&pwd=wrong-password".encode()
        connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        raw.append(connection.getresponse().status)
        connection.close()
    assert raw.count(429) == 10, raw


def test_a_token_has_its_limit_whatever_the_address(behind_proxy):
    product = product_id(behind_proxy, BELT)
    token = requests.post(f"{behind_proxy.url}/wp-json/wc/store/v1/cart/add-item", json={"id": product}, timeout=30).headers["Cart-Token"]
    statuses = []
    for number in range(30):
        headers = {"Cart-Token": token, "X-Forwarded-For": f"192.0.2.{number}"}
        answer = requests.post(f"{behind_proxy.url}/wp-json/wc/store/v1/cart/apply-coupon", json={"code": f"guess{number}"}, headers=headers, timeout=30)
        statuses.append(answer.status_code)
    assert statuses.count(429) == 10 and 200 not in statuses, statuses
    links = [requests.get(f"{behind_proxy.url}/restore/forged.1.{'0' * 40}", headers={"X-Forwarded-For": f"192.0.2.{number}"}, timeout=30).status_code for number in range(40)]
    assert links.count(429) == 10, links
