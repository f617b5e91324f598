"""What a shopper does with the pages, by what stands on them."""

ADDRESS = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "address_1": "1 Harbour Street",
    "city": "London",
    "postcode": "SW1A 1AA",
    "country": "GB",
}
PAYS = "4242424242424242"
PASSWORD = "correct horse battery staple"


class Shopper:
    """A visit and the doings in it."""

    def __init__(self, visit, email):
        self.visit, self.page, self.email = visit, visit.page, email

    def register(self):
        self.visit.goto("/my-account")
        self.page.get_by_label("First name").fill(ADDRESS["first_name"])
        self.page.get_by_label("Last name").fill(ADDRESS["last_name"])
        self.page.get_by_label("E-mail", exact=True).fill(self.email)
        self.page.locator("#new-password").fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        self.page.get_by_role("heading", name="Hello").wait_for()

    def log_in(self):
        self.visit.goto("/my-account")
        self.page.get_by_label("Email or user name").fill(self.email)
        self.page.locator("#password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.get_by_role("heading", name="Hello").wait_for()

    def put_into_cart(self, slug):
        self.visit.goto(f"/product/{slug}")
        self.page.get_by_role("button", name="Add to cart").click()
        self.page.wait_for_url("**/cart")

    def type_address(self, consent=True):
        """The e-mail address alone, letter by letter, and the tick: captured before anything is sent off."""
        self.page.get_by_role("textbox", name="E-mail").press_sequentially(self.email)
        if consent:
            with self.page.expect_response(lambda answer: "/checkout/capture" in answer.url) as captured:
                self.page.locator("#consent").check()
            assert captured.value.ok, captured.value.status

    def fill_details(self):
        if self.page.get_by_role("textbox", name="E-mail").input_value() == "":
            self.page.get_by_role("textbox", name="E-mail").fill(self.email)
        for field, value in ADDRESS.items():
            if field == "country":
                self.page.locator("#country").select_option(value)
            else:
                self.page.locator(f"#{field}").fill(value)

    def go_on(self):
        self.page.get_by_role("button", name="Continue").click()
        self.page.wait_for_url("**/payment")

    def take_bump(self, headline):
        self.page.get_by_role("checkbox", name=headline).check()
        self.page.locator(".summary-lines .badge", has_text="Offer").wait_for()

    def pay(self, card=PAYS):
        self.page.get_by_label("Card number").fill(card)
        self.page.get_by_role("button", name="Pay").click()

    def total(self):
        return self.page.locator("dd.total").inner_text().strip()
