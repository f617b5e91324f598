"""A MariaDB of one test's own, on a folder of its own: it can be killed, and comes back with what it had committed."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path

from harness.databases import MariaDb
from harness.ports import free_port
from harness.waiting import until

START_SECONDS = 60
# Debian has the server where only root's shell looks.
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def program(name):
    """Where a program of the database server is."""
    found = shutil.which(name, path=PLACES)
    assert found, f"{name} is not installed"
    return found


class OwnMariaDb(MariaDb):
    """A database on a server of its own; `kill()` is what a power cut does to it."""

    def __init__(self, folder: Path):
        self.data = folder / "mariadb"
        self.server_log = folder / "mariadb.log"
        self.port = free_port()
        self.process = None
        install = [program("mariadb-install-db"), "--no-defaults", f"--datadir={self.data}", "--skip-test-db"]
        install += ["--auth-root-authentication-method=normal", f"--user={getpass.getuser()}"]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        self.start()
        super().__init__(folder, f"mysql://root@127.0.0.1:{self.port}/")

    def start(self):
        """Starts the server on its folder and waits until it answers."""
        assert self.process is None, "the database server runs already"
        command = [program("mariadbd"), "--no-defaults", f"--user={getpass.getuser()}", f"--datadir={self.data}"]
        command += [f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.data}/socket", "--skip-name-resolve"]
        command += ["--max-connections=300", "--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=1"]
        with self.server_log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._answers, START_SECONDS, "an answer of the database server")

    def _answers(self):
        assert self.process.poll() is None, f"the database server went away:\n{self.server_log.read_text()[-2000:]}"
        ping = ["mariadb-admin", "--no-defaults", "--protocol=tcp", "-h127.0.0.1", f"-P{self.port}", "-uroot", "ping"]
        return subprocess.run(ping, capture_output=True, check=False).returncode == 0

    def kill(self):
        """SIGKILL, in the middle of whatever it does."""
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()
            process.wait()

    def drop(self):
        self.kill()
