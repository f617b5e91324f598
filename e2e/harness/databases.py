"""Fresh databases: an SQLite file, or a database of its own on the MariaDB that the environment names."""

import os
import secrets
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

VARIABLE = "CARTWRIGHT_TEST_MYSQL_URL"


def mariadb_is_there():
    return bool(os.environ.get(VARIABLE))


class Sqlite:
    """One file in the test's folder."""

    name = "sqlite"

    def __init__(self, folder: Path):
        self.path = folder / "shop.db"
        self.url = f"sqlite:{self.path}"

    def rows(self, sql):
        """The rows of a query, each a list of texts; NULL is an empty text."""
        import sqlite3

        connection = sqlite3.connect(self.path, timeout=20)
        try:
            return [["" if value is None else str(value) for value in row] for row in connection.execute(sql)]
        finally:
            connection.close()

    def drop(self):
        """The folder goes with the test."""


class MariaDb:
    """One database on the server."""

    name = "mariadb"

    def __init__(self, folder: Path, server_url=None):
        del folder
        server = urlsplit(server_url or os.environ[VARIABLE])
        self.database = f"cartwright_e2e_{secrets.token_hex(5)}"
        self.client = ["mariadb", "--no-defaults", "--protocol=tcp", f"-h{server.hostname}", f"-P{server.port or 3306}"]
        self.client += [f"-u{server.username or 'root'}"]
        if server.password:
            self.client.append(f"-p{server.password}")
        self.url = server._replace(path=f"/{self.database}").geturl()
        self._run(f"CREATE DATABASE {self.database} CHARACTER SET utf8mb4")

    def _run(self, sql, *options):
        done = subprocess.run([*self.client, *options, "-e", sql], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql):
        """The rows of a query, each a list of texts; NULL is an empty text."""
        text = self._run(sql, "--batch", "--skip-column-names", self.database)
        return [["" if cell == "NULL" else cell for cell in line.split("\t")] for line in text.splitlines()]

    def drop(self):
        self._run(f"DROP DATABASE IF EXISTS {self.database}")


KINDS = {"sqlite": Sqlite, "mariadb": MariaDb}
