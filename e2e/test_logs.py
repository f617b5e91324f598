"""No log of any server of the whole run holds a secret or a person's address. Runs after everything else."""

import re
from pathlib import Path

import pytest
import requests

from conftest import ENGINES, problems, run_shop
from harness import secrets
from harness.buyer import Buyer
from harness.databases import Sqlite
from harness.selling import Funnel
from harness.shop import ADMIN, PASSWORD, WEBHOOK_SECRET, Shop
from harness.shopper import PASSWORD as SHOPPERS_PASSWORD


@pytest.mark.parametrize("engine", ENGINES)
def test_a_talkative_server_tells_no_secrets(engine, tmp_path, mail_server):
    """Logs everything of ours while people buy, log in, mistype, and get letters."""
    levels = ",".join(f"{name}=trace" for name in ["web", "runtime", "db", "shop", "accounts", "payments", "funnels", "recovery", "messaging", "loyalty", "reports", "app", "cartwright"])
    for shop in run_shop(engine, tmp_path, mail_server, CARTWRIGHT_LOG=f"info,{levels}"):
        buyer = Buyer(shop, Funnel(shop), "talked-about@example.com")
        token = buyer.offered()
        buyer.accept(token)
        buyer.accept(token + "0")
        for fields in [{"log": ADMIN, "pwd": PASSWORD}, {"log": "talked-about@example.com", "pwd": "a-mistyped-password"}]:
            requests.post(f"{shop.url}/admin/login", data=fields, timeout=30)
        requests.post(f"{shop.url}/my-account/register", data={"email": "joined@example.com", "password": SHOPPERS_PASSWORD}, timeout=30)
        shop.rest("GET", "wc/v3/orders", params={"search": "talked-about@example.com"}, status=200)
        requests.get(f"{shop.url}/wp-json/wc/v3/orders", params={"consumer_key": ADMIN, "consumer_secret": shop.key}, timeout=30)
        requests.get(f"{shop.url}/restore/{'a' * 40}", timeout=30)
        for _ in range(3):
            shop.let_pass(3600)
        said = shop.log.read_text()
        assert len(said) > 100, "the server was to be talkative"
        assert secrets.leaks(said) == [], said[:2000]


def test_what_a_server_is_given_is_looked_for(tmp_path):
    """A leak of each would be found, and the log of a second server is among those that are read."""
    given = {
        "CARTWRIGHT_SECRET_KEY": "key-of-a-server-that-is-not", "CARTWRIGHT_METRICS_TOKEN": "token-of-a-server-that-is-not",
        "CARTWRIGHT_ADMIN_PASSWORD": "phrase-of-a-server-that-is-not", "CARTWRIGHT_TEST_GATEWAY_WEBHOOK_SECRET": "whsec-of-a-server-that-is-not",
        "CARTWRIGHT_WORDPRESS_KEY": "k1:" + "5a" * 32, "CARTWRIGHT_SMTP_URL": "smtp://me:post-of-a-server@127.0.0.1:25",
    }
    first = Shop(tmp_path, Sqlite(tmp_path))
    secrets.given(first.environment | given)
    for value in [*list(given.values())[:4], "5a" * 32, "post-of-a-server", WEBHOOK_SECRET]:
        assert secrets.leaks(f"a line with {value} in it"), value
    second = first.beside("another")
    assert second.log != first.log and {first.log, second.log} <= set(secrets.LOGS) and first.logs == second.logs == [first.log, second.log]
    second.log.write_text("thread 'main' panicked at here\n")
    assert len(problems(first)) == 1
    second.log.unlink()


def test_no_log_of_the_whole_run_holds_a_secret():
    assert secrets.LOGS and secrets.SEEN
    kept = {path: Path(path).read_text(errors="replace") for path in map(str, secrets.LOGS) if Path(path).exists()}
    for path, text in kept.items():
        assert secrets.leaks(text) == [], path
        assert not re.search(r"(?i)password=|authorization: |set-cookie", text), path
