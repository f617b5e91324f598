"""What shoppers and staff do in the load, and what each of them was told: the measure of what must be there afterwards."""

import re
import threading

from harness.load import LATER, Ask, visitor
from harness.shop import ADMIN
from harness.shopper import ADDRESS, PAYS
from harness.waiting import until

DECLINED = "4000000000000002"
MEMBERS = 2
UNITS = 100_000
STORE = "/wp-json/wc/store/v1"


class Stories:
    """The stories of one shop. `bought`, `captured`, … are what was acknowledged."""

    def __init__(self, shop, funnel, belt):
        self.auth, self.funnel, self.belt = (ADMIN, shop.key), funnel, belt
        self.lock, self.units = threading.Lock(), UNITS
        lamp = {"name": "Lamp", "regular_price": "40.00", "virtual": True, "manage_stock": True, "stock_quantity": UNITS}
        self.lamp = shop.rest("POST", "wc/v3/products", lamp, status=201)["id"]
        self.customers = [self._customer(shop, number) for number in range(MEMBERS)]
        enrolled = until(lambda: self._enrolled(shop), what="membership of the customers")
        self.members = [enrolled[customer] for customer in self.customers]
        self.captured, self.bought, self.upsold, self.carts = {}, {}, {}, {}
        self.adjusted, self.refunds, self.staff_orders, self.completed = {}, {}, {}, {}

    def _enrolled(self, shop):
        listed = shop.rest("GET", "oloyalty/v1/members?per_page=100", status=200)
        enrolled = {member["user_id"]: member["id"] for member in listed}
        return enrolled if set(self.customers) <= set(enrolled) else None

    @staticmethod
    def _customer(shop, number):
        wanted = {"email": f"member{number}@example.com", "username": f"member{number}", "password": f"a long enough phrase {number}"}
        return shop.rest("POST", "wc/v3/customers", wanted, status=201)["id"]

    def __call__(self, rng, number):
        kinds = [(4, self.shopping), (2, self.through_the_funnel), (2, self.adjusting), (2, self.selling)]
        (kind,) = rng.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])
        return kind(rng, number)

    def note(self, where, name, what):
        with self.lock:
            assert name not in where, f"{name} was told twice"
            where[name] = what

    @staticmethod
    def expect(answer, *statuses):
        said = re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]*>", " ", answer.text, flags=re.DOTALL))
        assert answer.status_code in statuses, f"{answer.request.method} {answer.request.url}: {answer.status_code} {said[:600]}"
        return answer

    def shopping(self, rng, number):
        """A cart through the Store API, left behind with an address, or paid and perhaps refunded in part."""
        email, key = f"shopper{number}@example.com", f"shopping-{number}-{rng.randrange(10**9)}"
        headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        units = rng.randint(1, 3)
        body = {"id": self.lamp, "quantity": units}
        # A token that no cart has tells this shopper's key from another's behind the same address.
        stranger = headers | {"Cart-Token": f"{rng.getrandbits(160):040x}"}
        answer = self.expect((yield Ask("POST", f"{STORE}/cart/add-item", body, f"{key}-add", headers=stranger)), 201)
        headers["Cart-Token"] = answer.headers["Cart-Token"]
        if rng.random() < 0.5:
            units = rng.randint(1, 5)
            body = {"key": answer.json()["items"][0]["key"], "quantity": units}
            self.expect((yield Ask("POST", f"{STORE}/cart/update-item", body, f"{key}-update", headers=headers)), 200)
        if rng.random() < 0.35:
            body = {"email": email, "consent": True}
            self.expect((yield Ask("POST", "/wp-json/ocart/v1/checkout/capture", body, f"{key}-capture", headers=headers)), 201)
            self.note(self.captured, email, units)
            self.note(self.carts, headers["Cart-Token"], units)
            return
        if rng.random() < 0.15:
            self.expect((yield self._check_out(email, DECLINED, f"{key}-declined", headers)), 402, 400, 422, 409)
        answer, tries = (yield self._check_out(email, PAYS, f"{key}-pay", headers)), 1
        while answer.status_code == 422 and "nothing was charged" in answer.text.lower():
            # The server went away before the gateway was asked, and another has ended that attempt: this is a new one.
            answer, tries = (yield self._check_out(email, PAYS, f"{key}-pay-{tries}", headers)), tries + 1
        placed = self.expect(answer, 200).json()
        assert placed["payment_result"]["payment_status"] in ("success", "pending"), placed
        self.note(self.bought, email, (placed["order_id"], units))
        if placed["payment_result"]["payment_status"] == "success" and rng.random() < 0.3:
            yield from self.refunding(placed["order_id"], f"{key}-refund")

    def _check_out(self, email, card, key, headers):
        body = {"billing_address": ADDRESS | {"email": email}, "payment_method": "test"}
        body["payment_data"] = [{"key": "card_number", "value": card}]
        return Ask("POST", f"{STORE}/checkout", body, key, headers=headers)

    def refunding(self, order, key):
        ask = Ask("POST", f"/wp-json/wc/v3/orders/{order}/refunds", {"amount": "1.00"}, key, self.auth)
        answer = self.expect((yield ask), 201)
        self.note(self.refunds, key, (order, answer.json()["id"]))

    def through_the_funnel(self, rng, number):
        """The pages of a funnel, then its offer by one click."""
        email, visit = f"guest{number}@example.com", visitor()
        visit.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        path = self.funnel.path
        self.expect((yield Ask("POST", "/cart/add", fields={"product_id": self.belt, "quantity": 1}, visit=visit)), 200)
        self.expect((yield Ask("POST", f"{path}/details", fields=ADDRESS | {"email": email}, visit=visit)), 200)
        while True:
            page = self.expect((yield Ask("GET", f"{path}/payment", visit=visit)), 200).text
            hidden = dict(re.findall(r'<input type="hidden" name="(attempt|expected_total)" value="([^"]*)"', page))
            fields = hidden | {"payment_method": "test", "card_number": PAYS}
            answer = yield Ask("POST", f"{path}/pay", fields=fields, visit=visit)
            while answer.ok and answer.url.endswith("/return"):
                # "We are waiting for the payment": a server that went away has it in hand until its lease is over.
                yield LATER
                answer = yield Ask("GET", f"{path}/return", visit=visit)
            # The server or its database went away before the gateway was asked: the shopper is told so, and pays again.
            again = ("nothing was charged", "please try again")
            told_so = answer.status_code == 422 and any(sentence in answer.text.lower() for sentence in again)
            if not told_so and not (answer.ok and answer.url.endswith(f"{path}/payment")):
                break
        self.expect(answer, 200)
        assert "/offer/" in answer.url or "/order/" in answer.url, answer.url
        self.note(self.bought, email, (None, None))
        if "/offer/" not in answer.url or rng.random() < 0.2:
            return
        token = answer.url.rsplit("/", 1)[1]
        address = f"/wp-json/ocart/v1/upsells/{self.funnel.upsell['id']}/accept"
        answer = yield Ask("POST", address, {"token": token}, f"accept-{number}", headers=dict(visit.headers))
        # A token that ran out while there was no server is refused; whether it was charged before is seen in the books.
        if answer.status_code in (200, 202):
            self.note(self.upsold, email, answer.json()["status"])
        else:
            self.expect(answer, 403, 410, 400)

    def adjusting(self, rng, number):
        """Staff correct points of a few members, all at the same time."""
        member, points = rng.choice(self.members), rng.choice([-7, -3, 5, 11, 40])
        reason = f"correction {number}"
        body = {"points": points, "reason": reason, "force": True}
        answer = yield Ask("POST", f"/wp-json/oloyalty/v1/members/{member}/adjust", body, f"adjust-{number}", self.auth)
        self.expect(answer, 200)
        self.note(self.adjusted, reason, (member, points))

    def selling(self, rng, number):
        """Staff write an order for a member and complete it."""
        who, units = rng.randrange(MEMBERS), rng.randint(1, 2)
        note = f"sold by hand {number}"
        body = {"set_paid": True, "customer_id": self.customers[who], "customer_note": note}
        body["line_items"] = [{"product_id": self.lamp, "quantity": units}]
        order = self.expect((yield Ask("POST", "/wp-json/wc/v3/orders", body, f"sell-{number}", self.auth)), 201).json()["id"]
        self.note(self.staff_orders, note, (order, units))
        if rng.random() < 0.7:
            body = {"status": "completed"}
            ask = Ask("PUT", f"/wp-json/wc/v3/orders/{order}", body, f"complete-{number}", self.auth)
            self.expect((yield ask), 200)
            self.note(self.completed, note, order)
