"""One shop: the real program in a folder of its own, on a database of its own, with a clock of its own."""

import copy
import json
import os
import secrets
import subprocess
import time
from pathlib import Path

import requests

from harness import secrets as known
from harness.clock import Clock
from harness.ports import free_port
from harness.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("CARTWRIGHT_E2E_PROGRAM", ROOT / "target" / "debug" / "cartwright"))
ADMIN = "admin"
PASSWORD = "a-long-pass-phrase-for-tests"
WEBHOOK_SECRET = "whsec-of-the-tests"
READY_SECONDS = 60


class Shop:
    """`start()`, `stop()`, `kill()`; its command line, its REST interface as the administrator, its tables."""

    def __init__(self, folder: Path, database, smtp_url="", prefix="wp_", **extra):
        self.folder, self.database, self.prefix = folder, database, prefix
        self.clock = Clock(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.logs = [self.log]
        known.keep(self.log)
        self.process = None
        self._key = None
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CARTWRIGHT_")}
        self.plain_environment = inherited | {
            "CARTWRIGHT_DATABASE_URL": database.url,
            "CARTWRIGHT_LISTEN": f"127.0.0.1:{self.port}",
            "CARTWRIGHT_ADMIN_PASSWORD": PASSWORD,
            "CARTWRIGHT_SECRET_KEY_FILE": str(folder / "cartwright.key"),
            "CARTWRIGHT_SMTP_URL": smtp_url,
            "CARTWRIGHT_TABLE_PREFIX": prefix,
            "CARTWRIGHT_TEST_GATEWAY_WEBHOOK_SECRET": WEBHOOK_SECRET,
        } | extra

    def beside(self, name, **extra):
        """Another server of the same shop: the same database, key, clock and address for shoppers."""
        other = copy.copy(self)
        other.process, other.port, other.log = None, free_port(), self.folder / f"{name}.log"
        other.url = f"http://127.0.0.1:{other.port}"
        known.keep(other.log)
        self.logs.append(other.log)
        own = {"CARTWRIGHT_LISTEN": f"127.0.0.1:{other.port}", "CARTWRIGHT_PUBLIC_URL": self.url}
        other.plain_environment = self.plain_environment | own | extra
        return other

    @property
    def environment(self):
        return self.plain_environment | self.clock.environment()

    def start(self, *words, **extra):
        """Starts the server, with further words on its command line, and waits until it says that it is ready."""
        assert self.process is None, "the server runs already"
        known.given(self.environment | extra)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "serve", *words], env=self.environment | extra, cwd=self.folder, stdout=log, stderr=log
            )
        until(self._ready, READY_SECONDS, "readiness of the server")
        known.kept_in(self.environment | extra)
        return self

    def _ready(self):
        assert self.process.poll() is None, f"the server went away:\n{self.log.read_text()[-2000:]}"
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self):
        """SIGTERM; the server must finish by itself, and well."""
        if self.process is None:
            return
        process, self.process = self.process, None
        assert process.poll() is None, f"the server went away by itself: {process.returncode}\n{self.log.read_text()[-2000:]}"
        process.terminate()
        try:
            assert process.wait(30) == 0, f"the server ended badly:\n{self.log.read_text()[-2000:]}"
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError("the server did not end within 30 seconds of SIGTERM") from None

    def kill(self):
        """SIGKILL, as when the machine loses power."""
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()
            process.wait()

    def cli(self, *words, ok=True):
        """Runs a command; its standard output. With `ok=False` the whole result, whatever it was."""
        command = [str(PROGRAM), *[str(word) for word in words]]
        done = subprocess.run(
            command, env=self.environment, cwd=self.folder, capture_output=True, text=True, check=False, timeout=120
        )
        if not ok:
            return done
        assert done.returncode == 0, f"{' '.join(command[1:])}: {done.stdout}{done.stderr}"
        return done.stdout

    def listed(self, *words):
        """The rows of a command's list."""
        return json.loads(self.cli(*words, "--format=json"))

    def let_pass(self, seconds):
        """Moves the clock on, and does what has become due."""
        self.clock.move(seconds)
        self.run_due()

    def run_due(self):
        self.cli("cron", "event", "run", "--due-now")

    def now(self):
        """Seconds since 1970 by the shop's clock."""
        return time.time() + self.clock.seconds

    @property
    def key(self):
        """An application password of the administrator."""
        if self._key is None:
            name = f"tests {secrets.token_hex(3)}"
            self._key = self.cli("user", "application-password", "create", ADMIN, name, "--porcelain").strip()
            known.remember("application password", self._key)
        return self._key

    def rest(self, method, path, body=None, status=None, **more):
        """A call of `/wp-json/…` as the administrator. With `status` it must answer so, and the body is given."""
        auth = more.pop("auth", (ADMIN, self.key))
        url = f"{self.url}/wp-json/{path}"
        answer = requests.request(method, url, json=body, auth=auth, timeout=60, **more)
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text}"
        if status is None:
            return answer
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def table(self, name):
        return f"{self.prefix}{name}"

    def rows(self, sql):
        """Rows of the shop's own database; `{p}` stands for the prefix."""
        return self.database.rows(sql.replace("{p}", self.prefix))
