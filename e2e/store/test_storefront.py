"""A shopper's way through a funnel in a real store: bump, payment, offer, thank-you page; with the classic checkout and the block.
Wants a store (CARTWRIGHT_STORE_URL) that is paired with a server with an active funnel `spring`, a bump and an upsell in it, and a
page /spring/ with the funnel's checkout."""

import os

import pytest
from playwright.sync_api import sync_playwright

STORE = os.environ.get("CARTWRIGHT_STORE_URL")
pytestmark = pytest.mark.skipif(STORE is None, reason="no store was brought up")
BUYER = {"first_name": "Ada", "last_name": "Byron", "address_1": "Main Street 1", "city": "Chicago", "postcode": "60601",
         "phone": "5551234", "email": "guest@example.com"}


@pytest.fixture
def page():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"])
        page = browser.new_page()
        problems = []
        page.on("pageerror", lambda problem: problems.append(str(problem)))
        page.goto(f"{STORE}/?add-to-cart=13")
        yield page
        assert problems == []
        browser.close()


def test_the_block_shows_the_bump_and_takes_it(page):
    page.goto(f"{STORE}/checkout/")
    page.click(".ocart-bump-box")
    page.wait_for_function("document.querySelector('.ocart-bump-box').checked")


def test_the_classic_checkout_takes_a_bump_and_leads_by_the_offer_to_the_thank_you_page(page):
    page.goto(f"{STORE}/spring/")
    with page.expect_response(lambda answer: "update_order_review" in answer.url):
        pass
    with page.expect_response(lambda answer: "update_order_review" in answer.url):
        page.click(".ocart-bump-box")
    page.wait_for_selector(".ocart-bump-box:checked")
    for field, value in BUYER.items():
        page.fill(f"#billing_{field}", value)
    page.click("#place_order")
    page.wait_for_url("**/offer/**")
    page.click("form[action$='/accept'] button")
    page.wait_for_url("**/order-received/**")
