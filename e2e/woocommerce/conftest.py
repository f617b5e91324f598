"""What every test in a real store needs. Run by journey.sh."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from counterpart import Server, Store  # noqa: E402
from harness.databases import Sqlite  # noqa: E402
from harness.shop import Shop  # noqa: E402
from wordpress import ADDRESS, DIRECTORY, Wordpress  # noqa: E402


@pytest.fixture(scope="module")
def wordpress():
    store = Wordpress()
    store.run("reset", DIRECTORY)
    yield store
    assert store.problems() == []


@pytest.fixture
def counterpart(wordpress):
    """A server that does as it is told, paired with the store."""
    wordpress.run("reset", DIRECTORY)
    server = Server(0, Store(ADDRESS)).start()
    server.store.pair(wordpress.code(), server.address)
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def shop(wordpress, tmp_path_factory):
    """The real server, paired with the store."""
    wordpress.run("reset", DIRECTORY)
    folder = tmp_path_factory.mktemp("server")
    server = Shop(folder, Sqlite(folder), CARTWRIGHT_WORDPRESS_URL=ADDRESS)
    server.start()
    server.cli("wordpress", "pair", wordpress.code())
    yield server
    server.kill()


@pytest.fixture(scope="module")
def browser():
    from harness import browser as browsers

    if browsers.chromium() is None:
        pytest.fail("there is no Chromium: install it as scripts/test does")
    running = browsers.Browser()
    yield running
    running.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A picture of what a shopper saw when a test failed."""
    report = yield
    shopping = item.funcargs.get("shopping")
    if report.failed and call.when == "call" and shopping is not None:
        report.sections.append(("shopper", f"{shopping.picture(item.name)}\n{shopping.page.url}\n{shopping.problems}"))
    return report
