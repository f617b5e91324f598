"""The shop's and the admin's pages in a real browser, on a desk and on a phone, in light and dark colours."""

import re

import pytest

from conftest import run_shop

BUYER = {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture(scope="module")
def shared_shop(tmp_path_factory, mail_server):
    """On SQLite alone: the database changes nothing about how a page looks."""
    yield from run_shop("sqlite", tmp_path_factory.mktemp("shop"), mail_server)


@pytest.fixture
def visit(request, browser, shared_shop, width):
    with browser.visit(shared_shop, width, getattr(request, "param", "light")) as visit:
        yield visit


dark_too = pytest.mark.parametrize("visit", ["light", "dark"], indirect=True)


def amount(visit, selector):
    return visit.page.locator(selector).first.inner_text().strip()


def add(visit, slug):
    visit.goto(f"/product/{slug}")
    visit.page.get_by_role("button", name="Add to cart").click()
    visit.page.wait_for_url("**/cart")


@dark_too
def test_the_shop(visit):
    visit.goto("/shop")
    visit.sound("shop")
    visit.page.get_by_label("Search").fill("beanie")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**search=beanie**")
    names = visit.page.locator(".product-card h2").all_inner_texts()
    assert "Beanie" in names
    visit.sound("shop-search")
    visit.goto("/shop?search=nothing-like-this")
    assert visit.page.get_by_role("heading", name="Nothing found").is_visible()
    visit.sound("shop-empty")


@dark_too
def test_a_simple_product(visit):
    visit.goto("/product/beanie")
    visit.sound("product")
    assert re.findall(r"[\d.]+", amount(visit, ".buy-box .price")) == ["20.00", "18.00"]
    visit.page.get_by_role("button", name="Add to cart").click()
    visit.page.wait_for_url("**/cart")
    assert visit.page.get_by_role("link", name="Beanie").first.is_visible()
    visit.sound("cart")


def test_a_product_in_variations(visit):
    visit.goto("/product/v-neck-t-shirt")
    visit.sound("product-variable")
    for label in visit.page.locator(".buy-box .field label").all_inner_texts():
        if label != "Quantity":
            visit.page.get_by_label(label).select_option(index=1)
    assert len(re.findall(r"\d+\.\d\d", amount(visit, "[data-variation-price]"))) == 1
    visit.sound("product-variation-chosen")
    visit.page.get_by_role("button", name="Add to cart").click()
    visit.page.wait_for_url("**/cart")
    assert visit.page.locator(".cart-item").count() == 1
    visit.sound()


def test_the_cart(visit, width):
    code = f"tenth-{width}"
    coupon = {"code": code, "discount_type": "percent", "amount": "10"}
    assert visit.shop.rest("POST", "wc/v3/coupons", coupon).status_code in (201, 400)
    visit.goto("/cart")
    visit.sound("cart-empty")
    add(visit, "album")
    assert amount(visit, ".summary-lines .amount") == "$15.00"
    quantity = visit.page.get_by_label("Quantity of Album")
    quantity.fill("3")
    quantity.press("Enter")
    visit.page.locator(".summary-lines .amount", has_text="$45.00").wait_for()
    visit.page.get_by_label("Coupon code").fill(code)
    visit.page.get_by_role("button", name="Apply").click()
    visit.page.locator(".summary-lines .amount", has_text="−$4.50").wait_for()
    visit.sound("cart-coupon")
    visit.page.get_by_role("button", name=f"Remove coupon {code}").click()
    visit.page.locator(".summary-lines .amount", has_text="−").wait_for(state="detached")
    visit.page.get_by_role("button", name="Remove Album").click()
    visit.page.get_by_role("heading", name="Nothing in it yet").wait_for()
    visit.sound()


def test_a_wrong_coupon_is_explained(visit):
    visit.expected |= {400, 422}
    add(visit, "polo")
    visit.page.get_by_label("Coupon code").fill("no-such-code")
    visit.page.get_by_role("button", name="Apply").click()
    notice = visit.page.locator(".notice", has_text="no-such-code")
    notice.wait_for()
    visit.sound("cart-wrong-coupon")


@dark_too
def test_an_account(visit, width):
    mail = f"ada-{visit.scheme}-{width}@example.com"
    visit.goto("/my-account")
    visit.sound("account-login")
    page = visit.page
    page.get_by_label("First name").fill(BUYER["first_name"])
    page.get_by_label("Last name").fill(BUYER["last_name"])
    page.get_by_label("E-mail", exact=True).fill(mail)
    page.locator("#new-password").fill(BUYER["password"])
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("heading", name="Hello").wait_for()
    visit.sound("account")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("heading", name="Log in").wait_for()
    page.get_by_label("Email or user name").fill(mail)
    page.locator("#password").fill(BUYER["password"])
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="Hello").wait_for()
    page.get_by_role("link", name="Change it").click()
    page.get_by_label("City").fill("London")
    page.get_by_label("Country").fill("GB")
    visit.sound("account-address")
    page.get_by_role("button", name="Save").click()
    page.locator("address", has_text="London").wait_for()
    visit.sound()


def test_a_wrong_password_is_explained(visit):
    visit.expected |= {403, 422}
    visit.goto("/my-account")
    visit.page.get_by_label("Email or user name").fill("nobody@example.com")
    visit.page.locator("#password").fill("not the password")
    visit.page.get_by_role("button", name="Log in").click()
    visit.page.locator(".notice", has_text="not right").wait_for()
    visit.sound("account-wrong-password")


@dark_too
def test_the_admins_orders(visit):
    line = {"product_id": visit.shop.rest("GET", "wc/v3/products?search=Polo", status=200)[0]["id"], "quantity": 2}
    billing = {"first_name": "Ada", "last_name": "Byron", "email": "ada@example.com", "country": "GB"}
    wanted = {"line_items": [line], "billing": billing, "set_paid": True}
    order = visit.shop.rest("POST", "wc/v3/orders", wanted, status=201)
    visit.goto("/admin/login")
    visit.sound("admin-login")
    visit.log_in_as_admin(to="/admin/orders")
    visit.sound("admin-orders")
    visit.page.get_by_role("link", name=f"#{order['id']}", exact=True).click()
    visit.page.get_by_role("heading", name=f"Order {order['id']}").wait_for()
    visit.sound("admin-order")


def test_the_admins_other_pages(visit):
    visit.log_in_as_admin()
    addresses = {link.get_attribute("href") for link in visit.page.locator("nav a[href^='/admin']").all()}
    assert "/admin/orders" in addresses
    for address in sorted(addresses):
        assert visit.goto(address).status == 200
        visit.sound("admin" + address.removeprefix("/admin").replace("/", "-"))


def test_a_page_that_is_not_there(visit):
    visit.expected |= {404}
    assert visit.goto("/product/no-such-thing").status == 404
    visit.sound("not-found")
