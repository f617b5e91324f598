"""One sale on every seam: import, cart, capture, abandonment, mail, restore, bump, payment, upsell, points, recovery, refund."""

import re
from decimal import Decimal

import pytest
import requests

from harness.mail import links
from harness.selling import ALBUM, BELT, BUMP_PRICE, CAP, Funnel, product_id
from harness.shopper import Shopper
from harness.waiting import until

MINUTE = 60
EMAIL = "grace@example.com"


def money(text):
    return Decimal(str(text))


def make_silver(shop, user_id):
    """Points enough for the second tier, earned as points are: by an order that is completed."""
    line = {"product_id": product_id(shop, BELT), "quantity": 10}
    wanted = {"customer_id": user_id, "billing": {"email": EMAIL, "country": "GB"}, "set_paid": True, "line_items": [line]}
    order = shop.rest("POST", "wc/v3/orders", wanted, status=201)
    shop.rest("PUT", f"wc/v3/orders/{order['id']}", {"status": "completed"}, status=200)
    shop.run_due()
    member = until(lambda: [one for one in shop.listed("oloyalty", "member", "list") if one["email"] == EMAIL], what="the member")
    assert member[0]["tier"] == "silver"
    return member[0]


def ledger(shop, member):
    return shop.rest("GET", f"oloyalty/v1/members/{member['id']}/ledger?per_page=100&order=asc", status=200)


@pytest.fixture
def customer(browser, shop, width):
    """A member of the second tier, with an account."""
    with browser.visit(shop, width) as visit:
        Shopper(visit, EMAIL).register()
    user = next(row for row in shop.listed("user", "list") if row["user_email"] == EMAIL)
    member = make_silver(shop, int(user["id"]))
    # An order moments before an address is left counts as one after it: servers' clocks differ.
    shop.let_pass(MINUTE)
    return member


def test_the_journey(browser, shop, width, mail_server, customer):
    funnel = Funnel(shop)
    earlier = len(mail_server.to(EMAIL))

    # She looks at a belt, goes to the checkout, leaves her address, and goes away.
    with browser.visit(shop, width) as visit:
        shopper = Shopper(visit, EMAIL)
        shopper.put_into_cart("belt")
        visit.page.get_by_role("link", name="Go to checkout").click()
        visit.page.wait_for_url(f"**{funnel.path}")
        shopper.type_address()
        visit.sound("checkout-details")
    session = captured_session(shop)
    # 55 for the belt, 4.99 for shipping, and a tenth more where the shop is.
    assert (session["status"], str(session["cart_total"])) == ("wc-cartbay-captured", "65.99")
    cart = next(row for row in shop.listed("ocart", "cart", "list") if row["email"] == EMAIL)
    assert cart["status"] == "active"

    # Half an hour later the cart is abandoned, and a letter comes.
    shop.let_pass(20 * MINUTE)
    assert captured_session(shop)["status"] == "wc-cartbay-captured"
    assert len(mail_server.to(EMAIL)) == earlier
    shop.let_pass(11 * MINUTE)
    letter = mail_server.wait_for(EMAIL, earlier + 1)[-1]
    assert captured_session(shop)["status"] == "wc-cartbay-abandoned"
    assert [row["email"] for row in shop.listed("ocart", "cart", "list", "--status=abandoned", "--since=24h")] == [EMAIL]
    restore = check_letter(shop, letter)

    # She follows the link on another device, where she has an account.
    with browser.visit(shop, width) as visit:
        shopper = Shopper(visit, EMAIL)
        shopper.log_in()
        visit.goto(restore)
        visit.page.wait_for_url(f"**{funnel.path}")
        assert visit.page.locator(".summary-lines li").all_inner_texts()[0].startswith("Belt")
        assert visit.page.get_by_role("textbox", name="E-mail").input_value() == EMAIL
        shopper.fill_details()
        visit.sound("checkout-restored")
        shopper.go_on()
        visit.sound("checkout-payment")
        shopper.take_bump("Add the album")
        # A belt for 55, an album for 7.50, 4.99 for shipping, and a fifth more where she lives.
        assert shopper.total() == "$80.99"
        visit.sound("checkout-bump")
        shopper.pay()
        visit.page.wait_for_url("**/offer/**")
        visit.sound("upsell")
        # A cap that costs 16 for a quarter less, and a fifth more.
        visit.page.get_by_role("button", name=re.compile(r"\$14\.40")).click()
        visit.page.wait_for_url("**/order/**")
        visit.page.get_by_role("heading", name="Thank you").wait_for()
        visit.sound("thank-you")

    parent = placed_orders(shop)
    shop.rest("PUT", f"wc/v3/orders/{parent['id']}", {"status": "completed"}, status=200)
    shop.run_due()
    check_points(shop, customer, parent)
    check_recovered(shop, parent)
    see_dashboard(browser, shop, width)
    refund_in_part(shop, customer, parent)
    shop.cli("db", "verify")
    assert len(mail_server.to(EMAIL)) == earlier + 1


def captured_session(shop):
    found = [row for row in shop.listed("cartbay", "session", "list") if row["email"] == EMAIL]
    assert len(found) == 1, found
    return found[0]


def check_letter(shop, letter):
    """Text and HTML, one-click unsubscribing, one restore link in both. Gives that link."""
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    unsubscribe = letter["List-Unsubscribe"].strip("<>").split(">")[0]
    assert unsubscribe.startswith(f"{shop.url}/unsubscribe/")
    assert letter["Message-ID"] and letter["Date"] and letter["Subject"]
    assert {part.get_content_type() for part in letter.walk()} >= {"text/plain", "text/html"}
    plain, html = links(letter, "plain"), links(letter, "html")
    restore = [link for link in plain if "/restore/" in link]
    assert len(set(restore)) == 1
    assert restore[0] in html
    assert any("/unsubscribe/" in link for link in plain)
    for kind in ("plain", "html"):
        text = letter.get_body(preferencelist=(kind,)).get_content()
        assert "Belt" in text
        assert "65.99" in text
    # Looking at the address unsubscribes nobody: mail scanners follow every link.
    assert requests.get(unsubscribe, timeout=30).status_code == 200
    return restore[0]


def placed_orders(shop):
    """The order and its child by REST: what was charged is what was shown. Gives the order."""
    orders = shop.rest("GET", "wc/v3/orders?per_page=100&order=asc", status=200)
    ours = [order for order in orders if order["created_via"] != "rest-api" and order["status"] != "cartbay-captured"]
    parent = next(order for order in ours if order["total"] == "80.99")
    child = next(order for order in ours if order["parent_id"] == parent["id"])
    assert sorted((line["name"], line["total"]) for line in parent["line_items"]) == [(ALBUM, BUMP_PRICE), (BELT, "55.00")]
    assert [(line["name"], line["total"]) for line in child["line_items"]] == [(CAP, "12.00")]
    assert (parent["status"], child["status"], child["total"]) == ("processing", "processing", "14.40")
    assert parent["customer_id"] == child["customer_id"] > 0
    charges = shop.rows("SELECT amount, state FROM {p}cartwright_test_gateway_charges ORDER BY amount")
    assert [int(row[0]) for row in charges] == [1440, 8099]
    return parent


def check_points(shop, member, parent):
    """1 point for each unit of goods, a quarter more in this tier; parts of points are dropped."""
    entry = ledger(shop, member)[-1]
    assert entry["type"] == "earn"
    assert entry["order_id"] == parent["id"]
    assert entry["points"] == int((money("55.00") + money(BUMP_PRICE)) * money("1.25"))
    assert entry["balance_after"] == ledger(shop, member)[-2]["balance_after"] + entry["points"]


def check_recovered(shop, parent):
    session = captured_session(shop)
    assert session["status"] == "wc-cartbay-recovered"
    shown = shop.listed("cartbay", "session", "show", session["id"])
    shown = shown[0] if isinstance(shown, list) else shown
    assert int(shown["recovered_order_id"]) == parent["id"]
    assert shown["attribution_source"] == "click"
    assert money(shown["recovered_revenue"]) == money(parent["total"])
    carts = [row for row in shop.listed("ocart", "cart", "list") if row["email"] == EMAIL]
    assert [cart["status"] for cart in carts] == ["converted"]


def see_dashboard(browser, shop, width):
    with browser.visit(shop, width) as visit:
        visit.log_in_as_admin(to="/admin/ocart")
        visit.sound("dashboard")
        text = visit.page.locator("main").inner_text()
        assert "80.99" in text
        visit.goto("/admin/cartbay-sessions")
        visit.sound("sessions")
        visit.page.get_by_role("link", name=EMAIL).first.click()
        visit.page.get_by_role("heading", level=1).wait_for()
        visit.sound("session")
        visit.goto("/admin/ocart-funnels")
        visit.sound("funnels")
        visit.page.get_by_role("link", name="Welcome").first.click()
        visit.sound("funnel")
        visit.goto("/admin/oloyalty-members")
        visit.page.get_by_role("link", name=EMAIL).first.click()
        visit.sound("member")


def refund_in_part(shop, member, parent):
    """Half of the belt goes back; the points for it come back exactly, and all of them with the rest."""
    before = ledger(shop, member)
    earned = before[-1]["points"]
    belt = next(line for line in parent["line_items"] if line["name"] == BELT)
    tax = {"id": belt["taxes"][0]["id"], "refund_total": "5.50"}
    line = {"id": belt["id"], "quantity": 0, "refund_total": "27.50", "refund_tax": [tax]}
    shop.rest("POST", f"wc/v3/orders/{parent['id']}/refunds", {"amount": "33.00", "line_items": [line]}, status=201)
    shop.run_due()
    left = int((money("27.50") + money(BUMP_PRICE)) * money("1.25"))
    entry = ledger(shop, member)[-1]
    assert (entry["type"], entry["points"]) == ("reverse", left - earned)
    shop.rest("POST", f"wc/v3/orders/{parent['id']}/refunds", {"amount": "47.99"}, status=201)
    shop.run_due()
    entries = ledger(shop, member)
    assert entries[-1]["balance_after"] == before[-2]["balance_after"]
    refunded = shop.rows("SELECT SUM(refunded) FROM {p}cartwright_test_gateway_charges")
    assert int(refunded[0][0]) == 8099
