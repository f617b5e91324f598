"""Shoppers and staff who work through servers that may go away at any moment.

A story is a generator: it gives an `Ask`, and gets the answer to it. Whoever loses an answer keeps the story and asks again, with
the same key and the same words, when there is a server again. So every story ends, and what it was told can be held against what
the shop, the gateway and the mail server have.
"""

import threading
from collections import Counter
from random import Random

import requests

PATIENCE_SECONDS = 40
BUSY = "idempotency_in_progress"
PENDING = "refund_pending"


# What a story gives when it cannot go on before leases are over.
LATER = object()


class Lost(Exception):
    """No answer: what was asked for may have been done or not."""


class Ask:
    """One request under one key, and the last answer to it."""

    def __init__(self, method, path, body=None, key=None, auth=None, headers=None, fields=None, visit=None):
        self.method, self.path, self.body, self.key, self.auth = method, path, body, key, auth
        self.headers = dict(headers or {}) | ({"Idempotency-Key": key} if key else {})
        self.fields, self.visit = fields, visit
        self.answer = None

    def send(self, url, session):
        return (self.visit or session).request(
            self.method, url + self.path, json=self.body, data=self.fields, headers=self.headers, auth=self.auth,
            timeout=PATIENCE_SECONDS,
        )


def visitor():
    """A session that connects anew for each request: a server that went away is noticed when connecting, not while sending."""
    session = requests.Session()
    session.headers["Connection"] = "close"
    return session


def told(answer):
    """What a caller can hold on to."""
    return answer.status_code, answer.text, answer.headers.get("Cart-Token")


class Load:
    """So many callers at once; `run()` works until `end()`. Every choice comes from the seed, only the weaving of threads does not."""

    def __init__(self, seed, urls, stories, callers=6):
        self.seed, self.urls, self.stories, self.callers = seed, list(urls), stories, callers
        self.lock = threading.Lock()
        self.served = threading.Condition(self.lock)
        self.open, self.put_off, self.threads = [], [], []
        self.sent = self.answered = self.begun = self.lost = 0
        self.keyed, self.wrong, self.statuses = [], [], Counter()
        self.over = threading.Event()
        self.up = threading.Event()
        self.up.set()
        self.fresh = True

    def start(self, fresh=True):
        """Callers take up what was left, and, if `fresh`, begin new stories as well."""
        self.fresh = fresh
        self.over.clear()
        self.up.set()
        with self.lock:
            self.open, self.put_off = self.open + self.put_off, []
        self.threads = [threading.Thread(target=self._call, args=(number,)) for number in range(self.callers)]
        for thread in self.threads:
            thread.start()

    def end(self):
        """Nothing more is asked."""
        self.over.set()
        self.up.set()
        for thread in self.threads:
            thread.join()
        self.threads = []

    def wait_for(self, count, of="answered", seconds=120):
        """Until so many answers more have come, or so many questions more were sent."""
        with self.served:
            goal = getattr(self, of) + count
            there = self.served.wait_for(lambda: getattr(self, of) >= goal or self.wrong, seconds)
        assert there, f"{count} more {of} did not come about within {seconds} seconds"

    def finish(self):
        """Ends all stories that can be ended now; gives how many are left."""
        self.start(fresh=False)
        for thread in self.threads:
            thread.join()
        self.threads = []
        return len(self.open) + len(self.put_off)

    def _call(self, number):
        session = visitor()
        while not self.over.is_set() and not self.wrong:
            story = self._take()
            if story is None:
                return
            url = self.urls[number % len(self.urls)]
            try:
                if self._go_on(story, url, session):
                    continue
                with self.lock:
                    self.put_off.append(story)
            except Lost:
                with self.lock:
                    self.open.append(story)
                    self.lost += not self.over.is_set()
                number += 1
                self.up.wait(PATIENCE_SECONDS)
            except Exception as error:  # noqa: BLE001 (a thread's fault must reach the test)
                with self.served:
                    self.wrong.append(f"{type(error).__name__}: {error}")
                    self.served.notify_all()

    def _take(self):
        with self.lock:
            if self.open:
                return self.open.pop(0)
            if not self.fresh:
                return None
            self.begun += 1
            number = self.begun
        rng = Random(f"{self.seed}-{number}")
        story = self.stories(rng, number)
        return [story, next(story)]

    def _go_on(self, story, url, session):
        """Goes on with a story to its end; false when it must wait for a lease."""
        while not self.over.is_set():
            ask = story[1]
            if ask is LATER:
                story[1] = None
                return False
            if ask is None:
                story[1] = next(story[0])
                continue
            answer = self._ask(ask, url, session)
            if answer is None:
                return False
            try:
                story[1] = story[0].send(answer)
            except StopIteration:
                return True
        raise Lost

    def _ask(self, ask, url, session):
        with self.served:
            self.sent += 1
            self.served.notify_all()
        try:
            answer = ask.send(url, session)
        except requests.RequestException as error:
            raise Lost from error
        with self.served:
            self.statuses[answer.status_code] += 1
            if answer.status_code >= 500:
                # No database, or a refund whose gateway has not been heard of: both are said, and asked again.
                if answer.status_code != 503 and PENDING not in answer.text:
                    self.wrong.append(f"{ask.method} {ask.path}: {answer.status_code} {answer.text[:300]}")
                    self.served.notify_all()
                raise Lost
            if answer.status_code == 409 and BUSY in answer.text:
                return None
            self.answered += 1
            if ask.key and answer.ok:
                ask.answer = told(answer)
                self.keyed.append(ask)
            self.served.notify_all()
        return answer
