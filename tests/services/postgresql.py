"""A PostgreSQL server of the tests' own, from the programs that Debian's package brings; never a machine's own."""

import glob
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from tests.services.server import HOST, Server, free_port

_OWNER = "postgres"


class PostgreSQL(Server):
    """One cluster in a temporary folder. As root the server runs as an unprivileged user, as it insists on."""

    def __init__(self) -> None:
        """Make the cluster; start() starts it. Raises FileNotFoundError naming the package to install."""
        programs = _programs()
        self.port = free_port()
        self._password = secrets.token_hex(16)
        self._folder = Path(tempfile.mkdtemp(prefix="lfl-postgresql-", dir="/tmp"))
        user = _unprivileged_user()
        data, password_file = self._folder / "data", self._folder / "password"
        password_file.write_text(self._password)
        if user:
            account = pwd.getpwnam(user)
            for path in (self._folder, password_file):
                os.chown(path, account.pw_uid, account.pw_gid)
        subprocess.run(
            [
                *(str(programs / "initdb"), "--pgdata", str(data), "--username", _OWNER),
                *("--pwfile", str(password_file), "--auth-local=trust", "--auth-host=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"),
            ],
            check=True,
            capture_output=True,
            cwd=self._folder,
            user=user or None,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        # Nothing here has to survive the machine, so nothing waits for its disk. What is committed survives a
        # kill all the same: that is what synchronous_commit, left on, is for.
        settings = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}
        super().__init__(
            "postgresql",
            [
                *(str(programs / "postgres"), "-D", str(data), "-k", str(self._folder)),
                *("-h", HOST, "-p", str(self.port)),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ],
            ready=self._answers,
            log=self._folder / "log",
            user=user,
            # A fast shutdown: does not wait for the clients to leave.
            stop_signal=signal.SIGINT,
        )

    def url(self, database: str) -> str:
        """For DATABASE_URL."""
        return f"postgresql://{_OWNER}:{self._password}@{HOST}:{self.port}/{database}"

    @property
    def folder(self) -> Path:
        """Where everything stands that it writes: tables, write-ahead log, log."""
        return self._folder

    def dump(self, url: str) -> bytes:
        """What pg_dump says of the database at that address, as plain SQL."""
        dumped = subprocess.run(
            [str(_programs() / "pg_dump"), "--dbname", url], check=True, capture_output=True, timeout=120
        )
        return dumped.stdout

    def create_database(self, name: str, template: str = "template0") -> str:
        """A new database, a copy of `template`, which nobody may be connected to. Returns its address."""
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop it, whoever is connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def close(self) -> None:
        """Stop it and remove its files."""
        self.stop()
        shutil.rmtree(self._folder)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _programs() -> Path:
    """The folder of initdb and postgres: Debian keeps one per version, away from the PATH."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres"):
        return Path(found).resolve().parent
    folders = [Path(path).parent for path in glob.glob("/usr/lib/postgresql/*/bin/initdb")]
    if not folders:
        raise FileNotFoundError("PostgreSQL's server programs are missing: install the package postgresql")
    return max(folders, key=lambda folder: int(folder.parent.name))


def _unprivileged_user() -> str:
    """Whom to become: nobody else, unless we are root."""
    if os.getuid() != 0:
        return ""
    names = {account.pw_name for account in pwd.getpwall()}
    return _OWNER if _OWNER in names else "nobody"
