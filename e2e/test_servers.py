"""Several servers on one MariaDB: one is killed under load, one is killed with work in hand, all are restarted in turn."""

from random import Random

import pytest
import requests

from conftest import mariadb_may_run, run_shop_on
from harness import databases
from harness.audit import Audit, Book
from harness.buyer import Buyer
from harness.crashes import LEASES_OVER, SEED
from harness.load import Ask, Load
from harness.mail import MailServer
from harness.proxy import Proxy
from harness.selling import BELT, Funnel, product_id
from harness.stories import STORE, Stories
from harness.waiting import until

HOUR = 3600
KILLS = 3
DRAIN = "--drain-seconds=2"
BELT_PAID, CAP_PAID = 7199, 1440


@pytest.fixture
def own_mail():
    server = MailServer()
    yield server
    server.passes.set()
    server.stop()


class Fleet:
    """Two servers of one shop, and what they are measured by."""

    def __init__(self, shop, book, mail):
        self.shop, self.mail, self.book = shop, mail, book
        self.funnel = Funnel(shop)
        self.stories = Stories(shop, self.funnel, product_id(shop, BELT))
        self.audit = Audit(shop, self.stories, book, mail)
        self.servers = [shop, shop.beside("second")]

    def load(self, urls):
        return Load(SEED, urls, self.stories)

    def at_rest(self):
        """Whether the servers have done by themselves all that is due."""
        return self.audit.rest() == []

    def prove(self, load):
        """Ends all stories, lets the servers come to rest, and looks at everything."""
        assert self.audit.carts() == []
        left = until(lambda: load.finish() == 0 or self.shop.clock.move(LEASES_OVER), what="the end of all stories")
        assert left and load.wrong == []
        for seconds in (LEASES_OVER, LEASES_OVER, HOUR, HOUR):
            self.shop.clock.move(seconds)
            until(self.at_rest, 60, "rest")
        for check in (self.audit.lost, self.audit.money, self.audit.upsells, self.audit.once, self.audit.stock, self.audit.mails):
            assert check() == [], check.__name__
        self.shop.cli("db", "verify")


@pytest.fixture
def fleet(tmp_path, own_mail):
    mariadb_may_run()
    book = Book(tmp_path / "gateway.db", "wp_")
    extra = {"CARTWRIGHT_TEST_GATEWAY_URL": book.url, "CARTWRIGHT_TRUST_FORWARDED": "true"}
    for shop in run_shop_on(databases.MariaDb(tmp_path), tmp_path, own_mail, **extra):
        fleet = Fleet(shop, book, own_mail)
        try:
            fleet.servers[1].start()
            yield fleet
        finally:
            fleet.servers[1].kill()


def test_one_of_two_servers_is_killed_under_load(fleet):
    load, chance = fleet.load([server.url for server in fleet.servers]), Random(f"servers-{SEED}")
    for _ in range(KILLS):
        victim = chance.choice(fleet.servers)
        load.start()
        load.wait_for(chance.randint(10, 40))
        victim.kill()
        # The other serves on meanwhile.
        load.wait_for(30)
        load.end()
        assert load.wrong == []
        assert fleet.audit.lost() == []
        fleet.shop.clock.move(LEASES_OVER)
        until(fleet.at_rest, 60, "rest with one server")
        victim.start()
    fleet.prove(load)


def test_servers_are_restarted_in_turn_without_a_failed_request(fleet):
    proxy = Proxy(fleet.servers)
    try:
        for server in fleet.servers:
            server.stop()
            server.start(DRAIN)
        until(lambda: len(proxy.ready) == 2, what="two ready servers")
        load = fleet.load([proxy.url])
        load.start()
        for server in [*fleet.servers, fleet.servers[0]]:
            load.wait_for(15)
            server.stop()
            load.wait_for(15)
            server.start(DRAIN)
            until(lambda: len(proxy.ready) == 2, what="two ready servers")
        load.wait_for(15)
        load.end()
        assert (load.wrong, load.lost) == ([], 0)
        assert all(status < 500 for status in load.statuses), load.statuses
        assert all(proxy.served[server.port] > 5 for server in fleet.servers), proxy.served
        fleet.prove(load)
    finally:
        proxy.stop()


def test_a_charge_in_hand_is_taken_over_within_its_lease(fleet):
    dies, stays = fleet.servers
    buyer = Buyer(stays, fleet.funnel)
    token = buyer.offered()
    dies.stop()
    dies.start(CARTWRIGHT_TEST_GATEWAY_HOLD_MS="60000")
    asking = Load(SEED, [dies.url], lambda *_: accepting(fleet, token), callers=1)
    asking.start()
    until(lambda: len(fleet.book.charges()) == 2, what="the gateway's charge")
    asking.up.clear()
    dies.kill()
    asking.end()
    assert fleet.shop.rows("SELECT id FROM {p}wc_orders WHERE parent_order_id > 0 AND status = 'wc-processing'") == []
    fleet.shop.clock.move(LEASES_OVER)
    until(lambda: fleet.audit.money() == [], 30, "the order of the charge, by the server that stayed")
    again = buyer.accept(token).json()
    assert (again["status"], again["amount"]) == ("accepted", 14.4)
    assert sorted(amount for amount, _ in fleet.book.charges().values()) == [CAP_PAID, BELT_PAID]
    fleet.shop.cli("db", "verify")


def accepting(fleet, token):
    yield Ask("POST", f"/wp-json/ocart/v1/upsells/{fleet.funnel.upsell['id']}/accept", {"token": token}, "accept")


def test_a_mail_in_hand_is_not_sent_again(fleet):
    dies, stays = fleet.servers
    stays.stop()
    headers = {}
    body = {"id": fleet.stories.lamp, "quantity": 1}
    answer = requests.post(f"{dies.url}{STORE}/cart/add-item", json=body, headers=headers, timeout=30)
    headers["Cart-Token"] = answer.headers["Cart-Token"]
    body = {"email": "left@example.com", "consent": True}
    assert requests.post(f"{dies.url}/wp-json/ocart/v1/checkout/capture", json=body, headers=headers, timeout=30).status_code == 201
    fleet.mail.passes.clear()
    taken = fleet.mail.taken

    def in_hand():
        fleet.shop.clock.move(10 * 60)
        return fleet.mail.taken > taken

    until(in_hand, what="a letter in the hand of the mail server")
    dies.kill()
    fleet.mail.passes.set()
    stays.start()
    for _ in range(4):
        fleet.shop.clock.move(10 * 60)
        until(fleet.at_rest, 30, "rest")
    states = fleet.shop.rows("SELECT step, state FROM {p}cartwright_messages ORDER BY step")
    assert states[0] == ["0", "unknown"], states
    for _ in range(3):
        fleet.shop.clock.move(24 * HOUR)
        until(fleet.at_rest, 30, "rest")
    assert fleet.audit.mails() == []
    kept = fleet.mail.to("left@example.com")
    assert len({message["Message-ID"] for message in kept}) == len(kept), "one letter for each step"
