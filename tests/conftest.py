"""Decides which databases the tests run on: a SQLite file and a PostgreSQL schema, fresh for every test."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests import room
from tests.postgresql import NoPostgreSQL, Server
from tracker.record.store import Store

_schemas = itertools.count(1)


def pytest_configure() -> None:
    """Before the first temporary folder is asked for; the workers of a run get theirs inside of it."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(room.folder()))


@pytest.fixture(scope="session", autouse=True)
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where Python is told to leave nothing beside the sources, each process of a test would compile them."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ["PYTHONPYCACHEPREFIX"] = str(_of_the_run(tmp_path_factory.getbasetemp()) / "compiled")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database of this worker's own; its server is shared by the workers of a run."""
    given = os.environ.get("TRACKER_TEST_PG_URL")
    try:
        if given:
            with _database(given, leave_it=False) as address:
                yield address
        else:
            base = tmp_path_factory.getbasetemp()
            with _shared_server(base) as server, _database(server, leave_it=True) as address:
                yield address
    except NoPostgreSQL as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def schema(postgresql: str) -> str:
    """The address of a PostgreSQL schema that does not exist yet."""
    return f"{postgresql}{'&' if '?' in postgresql else '?'}options=-csearch_path%3Dt{next(_schemas)}"


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address where a tracker can be made; every test that asks for it runs on both engines."""
    if request.param == "sqlite":
        return str(tmp_path / "tracker.db")
    return str(request.getfixturevalue("schema"))


@pytest.fixture
def store(where: str) -> Iterator[Store]:
    """An empty tracker."""
    with Store.create(where) as made:
        yield made


@contextmanager
def _database(server: str, *, leave_it: bool) -> Iterator[str]:
    """A new database; to drop one takes a server long, so of one that is going to be removed none is."""
    name = f"tracker_test_{uuid.uuid4().hex[:12]}"
    with closing(psycopg.connect(server, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    if not leave_it:
        with closing(psycopg.connect(server, autocommit=True)) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _shared_server(base: Path) -> Iterator[str]:
    """The first worker starts it, the last one stops it."""
    shared = _of_the_run(base) / "postgresql.json"
    with _locked(shared):
        if shared.exists():
            known = json.loads(shared.read_text())
        else:
            server = Server(Path(tempfile.mkdtemp(prefix="pg-", dir=room.folder())))
            server.make()
            known = {"address": server.address(), "folder": str(server.folder), "users": 0}
        shared.write_text(json.dumps(known | {"users": known["users"] + 1}))
    try:
        yield known["address"]
    finally:
        with _locked(shared):
            known = json.loads(shared.read_text())
            shared.write_text(json.dumps(known | {"users": known["users"] - 1}))
            if known["users"] == 1:
                shared.unlink()
                Server(Path(known["folder"])).remove()


def _of_the_run(base: Path) -> Path:
    """The temporary folder that all workers of a run share."""
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextmanager
def _locked(shared: Path) -> Iterator[None]:
    with open(f"{shared}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
