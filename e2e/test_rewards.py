"""A reward from the catalogue to the order that uses it."""

import requests

HOME = {"first_name": "Ada", "last_name": "Lovelace", "address_1": "1 High St", "city": "London", "postcode": "SW1A 1AA", "country": "GB"}
ADA, GRACE = "ada.rewards@example.com", "grace.rewards@example.com"


class Cart:
    """A cart with one lamp of 40.00, of somebody with this address."""

    def __init__(self, shop, lamp, email):
        self.url, self.headers, self.home = f"{shop.url}/wp-json/wc/store/v1", {}, HOME | {"email": email}
        assert self.send("add-item", {"id": lamp, "quantity": 1}).status_code == 201
        assert self.send("update-customer", {"billing_address": self.home}).status_code == 200

    def send(self, path, body):
        answer = requests.post(f"{self.url}/cart/{path}", json=body, headers=self.headers, timeout=60)
        if "Cart-Token" in answer.headers:
            self.headers = {"Cart-Token": answer.headers["Cart-Token"]}
        return answer

    def use(self, code):
        return self.send("apply-coupon", {"code": code})

    def pay(self):
        card = [{"key": "card_number", "value": "4242424242424242"}]
        body = {"billing_address": self.home, "payment_method": "test", "payment_data": card}
        return requests.post(f"{self.url}/checkout", json=body, headers=self.headers, timeout=60)


def test_a_reward_is_used_once_by_the_member_alone(shared_shop):
    shop = shared_shop
    lamp = shop.rest("POST", "wc/v3/products", {"name": "Lamp", "regular_price": "40.00", "virtual": True}, status=201)["id"]
    login = shop.rest("POST", "wc/v3/customers", {"email": ADA, "password": "a long enough phrase"}, status=201)["username"]
    shop.run_due()
    member = next(one for one in shop.listed("oloyalty", "member", "list") if one["email"] == ADA)
    made = shop.cli("oloyalty", "reward", "create", "--name=$10 off", "--type=cart_fixed", "--points=40", "--amount=10", "--cart-min-total=20", "--porcelain")
    listed = shop.listed("oloyalty", "reward", "list", "--status=active")
    assert [(one["points_cost"], one["gives"]) for one in listed if one["id"] == int(made)] == [(40, "10.00 USD")]
    own = (login, shop.cli("user", "application-password", "create", login, "tests", "--porcelain").strip())
    answer = shop.rest("POST", f"oloyalty/v1/rewards/{made.strip()}/redeem", auth=own, status=201)
    assert answer["balance_after"] == member["points_balance"] - 40
    code = answer["redemption"]["code"]
    shop.run_due()
    assert Cart(shop, lamp, GRACE).use(code).json()["data"]["coupon_error_code"] == 102
    cart = Cart(shop, lamp, ADA)
    assert cart.use(code).json()["totals"]["total_discount"] == "1000"
    order = cart.pay()
    assert order.status_code == 200, order.text
    shop.run_due()
    (redemption,) = shop.rest("GET", "oloyalty/v1/members/me/redemptions", auth=own, status=200)
    assert (redemption["status"], redemption["order_id"]) == ("consumed", order.json()["order_id"])
    assert Cart(shop, lamp, ADA).use(code).json()["data"]["coupon_error_code"] == 106
    shop.cli("db", "verify")
