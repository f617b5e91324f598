"""A shopper of the test store without a browser: classic forms and the Store API."""

import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request

HOME = {
    "first_name": "Ada", "last_name": "Lovelace", "company": "", "address_1": "1 Main St", "address_2": "", "city": "Springfield",
    "state": "IL", "postcode": "62701", "country": "US", "phone": "1",
}


class Shopper:
    def __init__(self, address: str):
        self.address = address.rstrip("/")
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self.nonce = None
        self.took = 0.0

    def open(self, request) -> str:
        began = time.perf_counter()
        with self.opener.open(request, timeout=60) as answer:
            text = answer.read().decode()
        self.took = time.perf_counter() - began
        self.nonce = answer.headers.get("Nonce") or self.nonce
        return text

    def get(self, path: str) -> str:
        return self.open(self.address + path)

    def post(self, path: str, fields) -> str:
        return self.open(urllib.request.Request(self.address + path, data=urllib.parse.urlencode(fields).encode()))

    def api(self, path: str, body=None):
        headers = {"Content-Type": "application/json", **({"Nonce": self.nonce} if self.nonce else {})}
        data = None if body is None else json.dumps(body).encode()
        return json.loads(self.open(urllib.request.Request(f"{self.address}/wp-json/wc/store/v1{path}", data=data, headers=headers)))

    def add(self, product: int, quantity: int = 1):
        return self.post("/?wc-ajax=add_to_cart", {"product_id": product, "quantity": quantity})

    def prepare_classic(self):
        page = self.get("/checkout-classic/")
        return re.search(r'name="woocommerce-process-checkout-nonce" value="(\w+)"', page).group(1)

    def pay_classic(self, nonce: str, email: str, gateway: str = "cod"):
        fields = {f"billing_{name}": value for name, value in HOME.items()}
        fields |= {"billing_email": email, "payment_method": gateway, "woocommerce-process-checkout-nonce": nonce}
        answer = json.loads(self.post("/?wc-ajax=checkout", fields))
        if answer["result"] != "success":
            raise AssertionError(answer)
        return int(answer["order_id"])

    def buy_classic(self, product: int, email: str, gateway: str = "cod") -> int:
        self.add(product)
        return self.pay_classic(self.prepare_classic(), email, gateway)

    def prepare_block(self, product: int):
        self.api("/cart")
        self.api("/cart/add-item", {"id": product, "quantity": 1})
        self.api("/checkout")

    def pay_block(self, email: str, gateway: str = "cod") -> int:
        body = {"billing_address": {**HOME, "email": email}, "shipping_address": HOME, "payment_method": gateway}
        return int(self.api("/checkout", body)["order_id"])

    def buy_block(self, product: int, email: str, gateway: str = "cod") -> int:
        self.prepare_block(product)
        return self.pay_block(email, gateway)
