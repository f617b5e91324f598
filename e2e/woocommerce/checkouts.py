"""A shopper in a browser at WooCommerce's two checkouts."""

import re

from harness.browser import SCREENSHOTS
from shopper import HOME

# The block tells the store of every change a little later; it must have been idle for longer than that.
QUIET = """() => {
  const checkout = wp.data.select('wc/store/checkout'), cart = wp.data.select('wc/store/cart');
  const busy = checkout.isCalculating() || cart.isCustomerDataUpdating() || document.querySelector('.wc-block-components-loading-mask');
  window.quietSince = busy ? null : window.quietSince || performance.now();
  return window.quietSince !== null && performance.now() - window.quietSince > 1500;
}"""
# It takes no click while it calculates: a shopper who sees nothing happen clicks again.
PLACED = """() => {
  if (!window.wp || !wp.data || !wp.data.select('wc/store/checkout').isIdle()) return true;
  const button = document.querySelector('.wc-block-components-checkout-place-order-button');
  if (button && !button.disabled && !wp.data.select('wc/store/checkout').isCalculating()) button.click();
  return false;
}"""
FIELDS = ("first_name", "last_name", "address_1", "city", "postcode", "phone")


class Shopping:
    """A fresh browser with a cart of its own. Errors of scripts and answers of 400 and more are failures."""

    def __init__(self, browser, address):
        self.address = address
        self.context = browser.chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.problems = []
        self.page.on("pageerror", lambda problem: self.problems.append(f"script: {problem}"))
        self.page.on("response", self._response)

    def _response(self, answer):
        if answer.status >= 400:
            self.problems.append(f"{answer.status} {answer.request.method} {answer.url}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *unused):
        self.context.close()
        assert kind is not None or self.problems == []

    def picture(self, name):
        """Keeps a picture of the page; its path."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{re.sub(r'[^a-z0-9]+', '-', name)}.png"
        self.page.screenshot(path=path, full_page=True)
        return path

    def log_in(self, name, password):
        self.page.goto(f"{self.address}/wp-login.php")
        self.page.fill("#user_login", name)
        self.page.fill("#user_pass", password)
        self.page.click("#wp-submit")

    def add(self, product):
        self.page.goto(f"{self.address}/?add-to-cart={product}")

    def open(self, path):
        self.page.goto(self.address + path)

    def settled(self):
        """WooCommerce calculates anew after each field and covers the classic form meanwhile."""
        self.page.wait_for_function("() => document.querySelectorAll('.blockUI').length === 0")

    def take_bump(self):
        """Ticks the bump, as it is shown in either checkout."""
        self._tick(True)

    def leave_bump(self):
        """Unticks it."""
        self._tick(False)

    def _tick(self, wanted):
        self.settled()
        self.page.locator(".ocart-bump-box").click()
        done = "wanted => [...document.querySelectorAll('.ocart-bump-box')].some(box => box.checked === wanted && !box.disabled)"
        self.page.wait_for_function(done, arg=wanted)
        self.settled()

    def pay_classic(self, email, gateway="cod", account=False):
        """Fills the classic form that is open, with a wish for an account where wanted, and sends it."""
        page = self.page
        assert page.locator("form.checkout").count() == 1, page.locator("main").inner_text()
        for name in FIELDS:
            page.fill(f"#billing_{name}", HOME[name])
        page.fill("#billing_email", email)
        if account:
            page.check("#createaccount")
        self.settled()
        if gateway:
            page.locator(f"label[for=payment_method_{gateway}]").click()
            self.settled()
        page.locator("#place_order").click()

    def pay_block(self, email, gateway="cod", account=False):
        """Fills the Checkout block that is open, and sends it."""
        page = self.page
        page.locator("#email").fill(email)
        if account:
            page.get_by_label("Create an account").check()
        for name in FIELDS:
            field = page.locator(f"#shipping-{name}, #billing-{name}").first
            if field.count() and field.is_visible():
                field.fill(HOME[name])
        way = page.locator(f"input[type=radio][value={gateway or 'none'}]")
        if way.count():
            way.check(force=True)
        page.wait_for_function(QUIET)
        page.wait_for_function(PLACED, polling=500)

    def order(self):
        """The order on whose thank-you page the shopper stands."""
        self.page.wait_for_url("**/order-received/**")
        return int(re.search(r"order-received/(\d+)", self.page.url).group(1))
