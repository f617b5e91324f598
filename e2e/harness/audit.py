"""What must be true of a shop after crashes: its own tables, the gateway's book and the mail server held against what was told."""

import sqlite3
from collections import Counter

import requests

PAID = ("wc-processing", "wc-completed", "wc-refunded")


def cents(text):
    """An exact number of the database in minor units."""
    whole, _, rest = str(text).lstrip("-").partition(".")
    rest = (rest + "00")[:2] if rest else "00"
    return (-1 if str(text).startswith("-") else 1) * (int(whole) * 100 + int(rest))


class Book:
    """The gateway's own record, which no crash of the shop's database touches."""

    def __init__(self, path, prefix):
        self.path, self.prefix = path, prefix
        self.url = f"sqlite:{path}"

    def charges(self):
        """Transaction to amount and what was given back, for each charge that took money."""
        connection = sqlite3.connect(self.path, timeout=20)
        try:
            sql = f"SELECT transaction_id, amount, refunded FROM {self.prefix}cartwright_test_gateway_charges WHERE state = 'succeeded'"
            return {name: (amount, refunded) for name, amount, refunded in connection.execute(sql)}
        finally:
            connection.close()


class Audit:
    """Holds the shop against its stories. Every check gives the sentences that are wrong."""

    def __init__(self, shop, stories, book, mail):
        self.shop, self.stories, self.book, self.mail = shop, stories, book, mail

    def lost(self):
        """Acknowledged writes that are not there."""
        told, rows = self.stories, self.shop.rows
        orders = {int(row[0]) for row in rows("SELECT id FROM {p}wc_orders")}
        emails = {row[0] for row in rows("SELECT billing_email FROM {p}wc_orders")}
        notes = Counter(row[0] for row in rows("SELECT note FROM {p}oloyalty_ledger WHERE source LIKE 'admin%' OR type = 'adjust'"))
        sessions = {row[0] for row in rows("SELECT email FROM {p}cartwright_sessions")}
        paid = ", ".join(f"'{status}'" for status in PAID)
        bought_again = {row[0] for row in rows(f"SELECT billing_email FROM {{p}}wc_orders WHERE parent_order_id > 0 AND status IN ({paid})")}
        with told.lock:
            wrong = [f"order {order} of {email}" for email, (order, _) in told.bought.items() if order and order not in orders]
            wrong += [f"order of {email}" for email in told.bought if email not in emails]
            wrong += [f"order {order}" for order, _ in told.staff_orders.values() if order not in orders]
            wrong += [f"refund {refund}" for _, refund in told.refunds.values() if refund not in orders]
            wrong += [f"{note}: {notes[note]} times" for note in told.adjusted if notes[note] != 1]
            wrong += [f"capture of {email}" for email in told.captured if email not in sessions]
            accepted = [email for email, status in told.upsold.items() if status == "accepted"]
        return wrong + [f"offer of {email}, which was accepted" for email in accepted if email not in bought_again]

    def carts(self, most=10):
        """The newest carts that were left behind hold what was put into them."""
        with self.stories.lock:
            newest = list(self.stories.carts.items())[-most:]
        wrong = []
        for token, units in newest:
            address = f"{self.shop.url}/wp-json/wc/store/v1/cart"
            found = requests.get(address, headers={"Cart-Token": token}, timeout=30).json()["items_count"]
            wrong += [] if found == units else [f"cart {token} of {units} lamps has {found}"]
        return wrong

    def money(self):
        """Money taken is money ordered, each charge for one order, and the same with what was given back."""
        sql = "SELECT id, type, status, total_amount, transaction_id, parent_order_id FROM {p}wc_orders"
        orders = [(int(row[0]), row[1], row[2], cents(row[3]), row[4], int(row[5])) for row in self.shop.rows(sql)]
        charges, wrong = self.book.charges(), []
        given = Counter()
        for _, kind, status, total, _, parent in orders:
            if kind == "shop_order_refund" and status == "wc-completed":
                given[parent] += abs(total)
        claimed = Counter(transaction for *_, transaction, _ in orders if transaction)
        by_transaction = {transaction: (order, status, total) for order, _, status, total, transaction, _ in orders if transaction}
        wrong += [f"charge {name} has {claimed[name]} orders" for name in charges if claimed[name] != 1]
        for name, (order, status, total) in by_transaction.items():
            amount, refunded = charges.get(name, (0, 0))
            if status not in PAID or amount != total:
                wrong.append(f"order {order}: {status}, {total} ordered, {amount} taken")
            if given[order] != refunded:
                wrong.append(f"order {order}: {given[order]} given back by the shop, {refunded} by the gateway")
        return wrong

    def upsells(self):
        """Each offer that was taken by one click, and said to be, has one paid order of its own and one charge."""
        sql = "SELECT billing_email, status, total_amount, transaction_id FROM {p}wc_orders WHERE type = 'shop_order' AND parent_order_id > 0"
        children, charges = {}, self.book.charges()
        for email, status, total, transaction in self.shop.rows(sql):
            children.setdefault(email, []).append((status, cents(total), transaction))
        with self.stories.lock:
            taken = dict(self.stories.upsold)
        wrong = []
        for email, told in taken.items():
            paid = [(total, transaction) for status, total, transaction in children.get(email, []) if status in PAID]
            if len(paid) != 1:
                wrong.append(f"the offer of {email} was {told}: {children.get(email, [])} of its orders")
            elif charges.get(paid[0][1], (None, 0))[0] != paid[0][0]:
                wrong.append(f"the offer of {email} was {told}: {paid[0]} ordered, the gateway has {charges.get(paid[0][1])}")
        return wrong

    def happened(self):
        """What a run must have seen, or it has proven nothing of it."""
        told = self.stories
        seen = {"purchases": told.bought, "upsells": told.upsold, "refunds": told.refunds, "corrections": told.adjusted}
        seen |= {"orders by hand": told.staff_orders, "captures": told.captured, "letters": self.mail.all()}
        return [f"no {what}" for what, those in seen.items() if not those]

    def once(self):
        """One order, one mail, one award for each cause."""
        told, rows, wrong = self.stories, self.shop.rows, []
        paid = ", ".join(f"'{status}'" for status in PAID)
        sql = f"SELECT billing_email, parent_order_id, COUNT(*) FROM {{p}}wc_orders WHERE type = 'shop_order' AND status IN ({paid}) "
        sql += "AND transaction_id <> '' GROUP BY billing_email, parent_order_id HAVING COUNT(*) > 1"
        wrong += [f"{row[0]} has paid {row[2]} orders" for row in rows(sql)]
        notes = Counter(row[0] for row in rows("SELECT customer_note FROM {p}wc_orders WHERE customer_note LIKE 'sold by hand%'"))
        wrong += [f"{note}: {times} orders" for note, times in notes.items() if times != 1]
        sessions = Counter(row[0] for row in rows("SELECT email FROM {p}cartwright_sessions WHERE email LIKE 'shopper%'"))
        wrong += [f"{email}: {times} sessions" for email, times in sessions.items() if times != 1]
        # An award may be of no points when a day's cap is reached; it is one award all the same.
        awards = Counter(row[0] for row in rows("SELECT source_key FROM {p}cartwright_point_awards WHERE action = 'order.completed'"))
        wrong += [f"order {order}: {awards[str(order)]} awards" for order in told.completed.values() if awards[str(order)] != 1]
        sql = "SELECT order_id, COUNT(*) FROM {p}oloyalty_ledger WHERE type = 'earn' AND order_id > 0 GROUP BY order_id HAVING COUNT(*) > 1"
        wrong += [f"order {row[0]}: points {row[1]} times" for row in rows(sql)]
        return wrong

    def mails(self):
        """What was sent has arrived once; what nobody knows of, at most once."""
        arrived = Counter(message["Message-ID"].strip("<>").split("@")[0] for _, message in self.mail.all())
        states = {f"recovery-{row[0]}-{row[1]}": row[2] for row in self.shop.rows("SELECT run_id, step, state FROM {p}cartwright_messages")}
        wrong = [f"mail {key} came {times} times" for key, times in arrived.items() if times != 1]
        wrong += [f"mail {key} is sent and did not come" for key, state in states.items() if state == "sent" and not arrived[key]]
        wrong += [f"mail {key} came and is {states.get(key)}" for key in arrived if states.get(key) not in ("sent", "unknown")]
        return wrong

    def stock(self):
        """Units sold are units gone."""
        told = self.stories
        left = int(float(self.shop.rest("GET", f"wc/v3/products/{told.lamp}", status=200)["stock_quantity"]))
        sold = sum(units for _, units in told.staff_orders.values())
        sold += sum(units for email, (_, units) in told.bought.items() if units)
        return [] if left == told.units - sold else [f"{told.units - sold} lamps should be left, there are {left}"]

    def rest(self):
        """Nothing is left undone or set aside."""
        wrong = []
        rows = self.shop.rows("SELECT subscriber, state, last_error FROM {p}cartwright_deliveries WHERE state <> 'done'")
        wrong += [f"delivery to {row[0]}: {row[1]} {row[2]}" for row in rows]
        rows = self.shop.rows("SELECT kind, unique_key, last_error FROM {p}cartwright_jobs WHERE state = 'failed'")
        wrong += [f"job {row[0]} {row[1]} failed: {row[2]}" for row in rows]
        rows = self.shop.rows("SELECT attempt_key, state FROM {p}cartwright_payment_attempts WHERE state IN ('open', 'unknown')")
        wrong += [f"payment {row[0]} is {row[1]}" for row in rows]
        rows = self.shop.rows("SELECT refund_key, state FROM {p}cartwright_payment_refunds WHERE state IN ('open', 'unknown')")
        wrong += [f"refund {row[0]} is {row[1]}" for row in rows]
        return wrong
