"""Servers and databases that are killed under load, again and again: nothing told is lost, nothing is charged or sent twice.

`CARTWRIGHT_CRASHES` says how often (10), `CARTWRIGHT_CRASH_SEED` which choices are drawn."""

import pytest

from conftest import NEVER, NEVER_WITHOUT_DATABASE, mariadb_may_run, run_shop_on
from harness import databases
from harness.audit import Book
from harness.crashes import COUNT, Crashes
from harness.mail import MailServer
from harness.own_mariadb import OwnMariaDb
from harness.selling import BELT, Funnel, product_id
from harness.stories import Stories

KINDS = {"sqlite": databases.Sqlite, "mariadb": OwnMariaDb}


@pytest.fixture
def own_mail():
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture(params=KINDS)
def struck(request, tmp_path, own_mail):
    """A shop whose gateway keeps its book elsewhere, and whose database can be killed."""
    if request.param == "mariadb":
        mariadb_may_run()
    database = KINDS[request.param](tmp_path)
    book = Book(tmp_path / "gateway.db", "wp_")
    extra = {"CARTWRIGHT_TEST_GATEWAY_URL": book.url, "CARTWRIGHT_TRUST_FORWARDED": "true"}
    never = NEVER_WITHOUT_DATABASE if hasattr(database, "kill") else NEVER
    for shop in run_shop_on(database, tmp_path, own_mail, never=never, **extra):
        stories = Stories(shop, Funnel(shop), product_id(shop, BELT))
        yield Crashes(shop, stories, book, own_mail)


def test_crashes_lose_nothing_and_double_nothing(struck, record_property):
    for number in range(COUNT):
        struck.round(number)
    struck.come_to_rest()
    struck.prove()
    record_property("figures", struck.figures())
    print(struck.figures())
