"""What an owner does with the program itself: backup and restore across engines, verify, doctor, drain, uninstall."""

import signal
import threading

import requests

from conftest import open_database
from harness.shop import Shop
from harness.waiting import until


def some_orders(shop):
    product = shop.rest("POST", "wc/v3/products", {"name": "Lamp", "regular_price": "40.00"}, status=201)["id"]
    body = {"set_paid": True, "line_items": [{"product_id": product, "quantity": 2}]}
    return [shop.rest("POST", "wc/v3/orders", body, status=201)["id"] for _ in range(3)]


def test_a_backup_fills_an_empty_database_of_the_other_engine(shop, tmp_path):
    ids = some_orders(shop)
    file = tmp_path / "backup.jsonl"
    shop.cli("db", "backup", file)
    (tmp_path / "other").mkdir()
    other = open_database("sqlite" if "mysql" in shop.database.url else "mariadb", tmp_path / "other")
    try:
        copy = Shop(tmp_path, other, CARTWRIGHT_SECRET_KEY_FILE=str(tmp_path / "copy.key"))
        copy.cli("db", "restore", file)
        copy.cli("db", "verify")
        assert {row["id"] for row in copy.listed("user", "list")} == {row["id"] for row in shop.listed("user", "list")}
        copied = {int(row[0]) for row in copy.rows("SELECT id FROM {p}wc_orders")}
        assert set(ids) <= copied
        refused = copy.cli("db", "restore", file, ok=False)
        assert refused.returncode == 1 and "--replace" in refused.stderr
        copy.cli("db", "restore", file, "--replace")
    finally:
        other.drop()


def test_doctor_finds_nothing_wrong_and_says_what_is(shop):
    assert "FAILED" not in shop.cli("doctor")
    key = shop.folder / "cartwright.key"
    key.chmod(0o644)
    done = shop.cli("doctor", ok=False)
    assert done.returncode == 1 and "chmod 600" in done.stdout
    key.chmod(0o600)


def test_a_drained_server_has_kept_what_it_said(shop):
    product = shop.rest("POST", "wc/v3/products", {"name": "Lamp", "regular_price": "40.00"}, status=201)["id"]
    body = {"set_paid": True, "line_items": [{"product_id": product, "quantity": 1}]}
    acknowledged, auth = [], ("admin", shop.key)

    def order_until_it_stops():
        while True:
            try:
                answer = requests.post(f"{shop.url}/wp-json/wc/v3/orders", json=body, auth=auth, timeout=30)
            except requests.ConnectionError:
                return
            if answer.status_code == 201:
                acknowledged.append(answer.json()["id"])

    threads = [threading.Thread(target=order_until_it_stops) for _ in range(4)]
    for thread in threads:
        thread.start()

    def enough():
        assert shop.process.poll() is None, "the server went away by itself"
        return len(acknowledged) >= 20

    until(enough, 60, "twenty orders")
    shop.process.send_signal(signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert shop.process.wait(30) == 0
    shop.process = None
    kept = {int(row[0]) for row in shop.rows("SELECT id FROM {p}wc_orders")}
    assert set(acknowledged) <= kept
    shop.start()


def test_a_killed_server_has_kept_what_it_said(shop):
    product = shop.rest("POST", "wc/v3/products", {"name": "Lamp", "regular_price": "40.00"}, status=201)["id"]
    body = {"set_paid": True, "line_items": [{"product_id": product, "quantity": 1}]}
    acknowledged = [shop.rest("POST", "wc/v3/orders", body, status=201)["id"] for _ in range(10)]
    shop.kill()
    kept = {int(row[0]) for row in shop.rows("SELECT id FROM {p}wc_orders")}
    assert set(acknowledged) <= kept
    shop.start()
    shop.run_due()
    shop.cli("db", "verify")


def test_three_servers_start_on_an_empty_database_at_once(shop, tmp_path):
    shop.stop()
    shop.cli("uninstall", "--yes")
    servers = [Shop(tmp_path, shop.database, CARTWRIGHT_SECRET_KEY="0123456789abcdef0123456789abcdef") for _ in range(3)]
    starting = [threading.Thread(target=server.start) for server in servers]
    try:
        for thread in starting:
            thread.start()
        for thread in starting:
            thread.join()
        assert all(requests.get(f"{server.url}/shop", timeout=30).status_code == 200 for server in servers)
        assert len(servers[0].listed("user", "list")) == 1, "one administrator, whoever was first"
        servers[0].cli("db", "verify")
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()
    shop.start()


def test_uninstall_leaves_nothing(shop):
    shop.stop()
    assert shop.cli("uninstall", ok=False).returncode == 1
    shop.cli("uninstall", "--yes")
    if "mysql" in shop.database.url:
        left = shop.rows("SHOW TABLES")
    else:
        left = shop.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    assert left == []
    shop.start()
