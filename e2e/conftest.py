"""Fixtures: each shop on SQLite and on MariaDB, a mail server, a browser. Skipped tests are printed by name."""

import re

import pytest

from harness import databases, goods, secrets
from harness.browser import SIZES, Browser, chromium
from harness.mail import MailServer
from harness.shop import PROGRAM, Shop

ENGINES = ["sqlite", "mariadb"]


def pytest_configure(config):
    if not PROGRAM.is_file():
        raise pytest.UsageError(f"{PROGRAM} is missing: cargo build --package cartwright")
    secrets.watch()


def pytest_collection_modifyitems(items):
    """What looks at the logs of the whole run comes last."""
    items.sort(key=lambda item: item.path.name == "test_logs.py")


def pytest_terminal_summary(terminalreporter):
    if not goods.sample_is_there():
        terminalreporter.write_line(f"skipped: WooCommerce's own catalogue ({goods.SAMPLE} is missing: the journeys ran on a small one of ours)")
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"skipped: {report.nodeid}: {reason}")


def open_database(name, folder):
    if name == "mariadb" and not databases.mariadb_is_there():
        pytest.skip(f"{databases.VARIABLE} is not set")
    return databases.KINDS[name](folder)


# A log never holds these; a server whose database is killed says so as an error, and does not panic either.
NEVER = ("panicked", "ERROR")
NEVER_WITHOUT_DATABASE = ("panicked",)


def problems(shop, words=NEVER):
    """What the logs of a shop's servers must never hold."""
    held = "\n".join(log.read_text(errors="replace") for log in shop.logs if log.exists())
    return re.findall(rf"^.*(?:{'|'.join(words)}).*$", held, re.MULTILINE)


@pytest.fixture(scope="session")
def mail_server():
    server = MailServer()
    yield server
    server.stop()


def mariadb_may_run():
    """Skips a test that starts a MariaDB of its own where this run is one without."""
    if not databases.mariadb_is_there():
        pytest.skip(f"{databases.VARIABLE} is not set")


def run_shop(name, folder, mail_server, stocked=True, **extra):
    for shop in run_shop_on(open_database(name, folder), folder, mail_server, stocked, **extra):
        yield shop
        shop.stop()


def run_shop_on(database, folder, mail_server, stocked=True, never=NEVER, **extra):
    """A running shop on a database, both gone afterwards; no log of its servers may hold any of `never`."""
    shop = Shop(folder, database, smtp_url=mail_server.url, **extra)
    try:
        if stocked:
            goods.stock(shop)
        shop.start()
        yield shop
        assert shop.log.exists() and problems(shop, never) == []
    finally:
        shop.kill()
        database.drop()


@pytest.fixture(params=ENGINES)
def shop(request, tmp_path, mail_server):
    """A stocked shop for this test alone."""
    yield from run_shop(request.param, tmp_path, mail_server)


@pytest.fixture(scope="module", params=ENGINES)
def shared_shop(request, tmp_path_factory, mail_server):
    """A stocked shop for all tests of a file: they must not mind each other."""
    yield from run_shop(request.param, tmp_path_factory.mktemp("shop"), mail_server)


@pytest.fixture(scope="session")
def browser():
    if chromium() is None:
        pytest.fail("there is no Chromium: install it, as scripts/test does")
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture(params=SIZES, ids=lambda width: f"w{width}")
def width(request):
    return request.param
