"""A shopper without a browser: the same pages and forms, sent by hand."""

import re

import requests

from harness.selling import BELT, product_id
from harness.shopper import ADDRESS, PAYS


class Buyer:
    """One cart on its way through a funnel in two steps."""

    def __init__(self, shop, funnel, email="buyer@example.com"):
        self.shop, self.funnel, self.email = shop, funnel, email
        self.session = requests.Session()

    def send(self, method, path, fields=None):
        answer = self.session.request(method, self.shop.url + path, data=fields, timeout=60)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer

    def fill_cart(self, name=BELT):
        self.send("POST", "/cart/add", {"product_id": product_id(self.shop, name), "quantity": 1})
        self.send("POST", f"{self.funnel.path}/details", ADDRESS | {"email": self.email})

    def payment(self, card=PAYS):
        """What the payment form would send."""
        page = self.send("GET", f"{self.funnel.path}/payment").text
        hidden = dict(re.findall(r'<input type="hidden" name="(attempt|expected_total)" value="([^"]*)"', page))
        assert set(hidden) == {"attempt", "expected_total"}, page
        return hidden | {"payment_method": "test", "card_number": card}

    def pay(self, card=PAYS):
        """Pays; the page that the shopper is led to."""
        return self.send("POST", f"{self.funnel.path}/pay", self.payment(card))

    def offered(self, card=PAYS):
        """Buys, and gives the token of the offer that is shown then."""
        self.fill_cart()
        address = self.pay(card).url
        assert "/offer/" in address, address
        return address.rsplit("/", 1)[1]

    def accept(self, token, **body):
        """Takes the offer over REST, as a shop's own page would."""
        address = f"{self.shop.url}/wp-json/ocart/v1/upsells/{self.funnel.upsell['id']}/accept"
        return requests.post(address, json={"token": token} | body, timeout=60)
