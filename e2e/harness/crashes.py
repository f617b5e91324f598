"""Crashes under load: servers and databases are killed at moments that a seed draws, and come back."""

import os
import time
from random import Random

import requests

from harness.audit import Audit
from harness.load import Load, told
from harness.waiting import until

COUNT = int(os.environ.get("CARTWRIGHT_CRASHES", "10"))
SEED = os.environ.get("CARTWRIGHT_CRASH_SEED", "1")
LEASES_OVER = 150
A_LONG_TIME = 35 * 60
HOLD = "CARTWRIGHT_TEST_GATEWAY_HOLD_MS"
REPLAYS = 12


class Crashes:
    """One shop under one load, killed again and again."""

    def __init__(self, shop, stories, book, mail, seed=SEED):
        self.shop, self.stories, self.seed = shop, stories, seed
        self.rng = Random(f"crashes-{seed}")
        self.load = Load(seed, [shop.url], stories)
        self.audit = Audit(shop, stories, book, mail)
        self.kills = {"server": 0, "database": 0, "both": 0}
        self.replayed = 0

    def round(self, number):
        """Works for a while, kills, brings back, and looks whether all that was told is there."""
        victims = ["server"]
        if hasattr(self.shop.database, "kill"):
            victims = ["server", "server", "database", "both"]
        victim = self.rng.choice(victims)
        self.load.start()
        self.load.wait_for(self.rng.randint(5, 60), of=self.rng.choice(["answered", "sent"]))
        moment = time.monotonic() + self.rng.random() * 0.05
        until(lambda: time.monotonic() >= moment, what="the moment")
        getattr(self, f"kill_{victim}")()
        self.kills[victim] += 1
        self.fine(f"crash {number} of the {victim}")
        self.shop.clock.move(A_LONG_TIME if number % 10 == 9 else LEASES_OVER)

    def kill_server(self):
        self.load.up.clear()
        self.shop.kill()
        self.load.end()
        self.shop.start(**{HOLD: str(self.rng.choice([0, 0, 3, 20, 120]))})

    def kill_database(self):
        """The server stays, and goes on by itself once there is a database again."""
        if self.rng.random() < 0.5:
            self.load.up.clear()
        self.shop.database.kill()
        self.shop.database.start()
        until(self._ready, 60, "readiness of the server after its database came back")
        self.load.up.set()
        self.load.wait_for(5)
        self.load.end()

    def kill_both(self):
        self.load.up.clear()
        first, second = self.rng.sample([self.shop, self.shop.database], 2)
        first.kill()
        second.kill()
        self.load.end()
        self.shop.database.start()
        self.shop.start()

    def _ready(self):
        return requests.get(f"{self.shop.url}/readyz", timeout=30).status_code == 200

    def fine(self, when):
        assert self.load.wrong == [], f"seed {self.seed}, {when}: {self.load.wrong}"
        assert self.audit.lost() == [], f"seed {self.seed}, {when}: acknowledged and lost"
        assert self.audit.carts() == [], f"seed {self.seed}, {when}: carts are not as they were left"
        verified = self.shop.cli("db", "verify", ok=False)
        assert verified.returncode == 0, f"seed {self.seed}, {when}: {verified.stdout}{verified.stderr}"
        self.replay(REPLAYS, when)

    def replay(self, count, when):
        """The same question under the same key has the same answer."""
        asks = self.load.keyed[-5 * count :]
        for ask in self.rng.sample(asks, min(count, len(asks))):
            again = told(ask.send(self.shop.url, requests))
            assert again == ask.answer, f"seed {self.seed}, {when}: {ask.method} {ask.path} {ask.key}: {ask.answer}, then {again}"
            self.replayed += 1

    def come_to_rest(self):
        """Every story is told to its end, and everything that is due is done."""
        left = 1
        for _ in range(6):
            left = self.load.finish()
            if left == 0:
                break
            self.shop.clock.move(LEASES_OVER)
        assert self.load.wrong == [], f"seed {self.seed}: {self.load.wrong}"
        assert left == 0, f"{left} stories have no end: {[getattr(story[1], 'path', 'later') for story in self.load.open + self.load.put_off]}"
        for minutes in (5, 5, 5, 40, 40, 24 * 60):
            self.shop.let_pass(minutes * 60)

    def prove(self):
        """The whole account."""
        audit = self.audit
        for check in (audit.happened, audit.lost, audit.rest, audit.money, audit.upsells, audit.once, audit.stock, audit.mails):
            wrong = check()
            assert wrong == [], f"seed {self.seed}: {check.__name__}: {len(wrong)} wrong, such as {wrong[:5]}"
        self.shop.cli("db", "verify")

    def figures(self):
        """For people."""
        load, stories = self.load, self.stories
        return (
            f"{self.shop.database.name}: {self.kills} kills, {load.sent} requests, {load.answered} answers, {dict(load.statuses)}, "
            f"{load.begun} stories, {len(stories.bought)} purchases, {len(stories.upsold)} upsells, {len(stories.refunds)} refunds, "
            f"{len(stories.adjusted)} corrections, {len(stories.staff_orders)} orders by hand, {len(stories.captured)} captures, "
            f"{len(self.audit.mail.all())} mails, {self.replayed} replays"
        )
