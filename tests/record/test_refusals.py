"""Databases that cannot be used: one clear refusal with the next step, and nothing lost."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.record.events import event, events
from tests.record.tampering import owner, stranger
from tracker.errors import (
    BadInput,
    DamagedDatabase,
    DatabaseBusy,
    DatabaseProblem,
    NoDatabase,
    TrackerError,
    Unusable,
    UnwritableDatabase,
)
from tracker.reader import open_reader
from tracker.record.store import NewEvent, Store
from tracker.record.verify import verify

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user can reach."""
    made = Path(tempfile.mkdtemp(dir="/tmp"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """For root, whom no permission stops: the rest of the test as somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)


def said(error: TrackerError) -> str:
    assert error.next_step, "it says how to go on"
    return error.message


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    where = str(tmp_path / "no" / "tracker.db")
    with pytest.raises(NoDatabase):
        Store.open(where)
    with pytest.raises(DatabaseProblem, match=r"the folder of .* does not exist") as refused:
        Store.create(where)
    assert refused.value.next_step == f"mkdir -p {tmp_path / 'no'}"


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough for a header" * 30])
def test_files_that_are_no_database(tmp_path: Path, content: bytes) -> None:
    (file := tmp_path / "tracker.db").write_bytes(content)
    with pytest.raises(DamagedDatabase if content else NoDatabase):
        Store.open(str(file))
    assert file.read_bytes() == content
    if content:
        with pytest.raises(DamagedDatabase, match="not a database"):
            Store.create(str(file))
        assert file.read_bytes() == content
    else:
        Store.create(str(file)).close()


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("x")
    with pytest.raises(Unusable, match="part of its path is a file") as refused:
        Store.open(str(tmp_path / "report" / "tracker.db"))
    assert "mkdir" not in refused.value.next_step


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(NoDatabase):
        Store.open(str(tmp_path))
    with pytest.raises(Unusable, match="it is a directory"):
        Store.create(str(tmp_path))
    assert not tmp_path.with_name(f"{tmp_path.name}.lock").exists()


def test_damaged_pages(tmp_path: Path) -> None:
    file = tmp_path / "tracker.db"
    with Store.create(str(file)) as store:
        store.append(events(2000), now=1, by="a")
    content = bytearray(file.read_bytes())
    for page in range(6, len(content) // 4096):
        content[page * 4096 : page * 4096 + 200] = b"\xa5" * 200
    file.write_bytes(content)
    with Store.open(str(file)) as store, pytest.raises(DamagedDatabase, match="malformed"):
        verify(store)


def test_a_cut_file(tmp_path: Path) -> None:
    file = tmp_path / "tracker.db"
    with Store.create(str(file)) as store:
        store.append(events(2000), now=1, by="a")
    file.write_bytes(file.read_bytes()[: 4096 * 9 + 100])
    with pytest.raises(DamagedDatabase):
        use(str(file))


def use(where: str) -> None:
    with Store.open(where) as store:
        store.append([event(5000)], now=1, by="a")
        verify(store)


def test_a_read_only_file(folder: Path, request: pytest.FixtureRequest) -> None:
    where = str(folder / "tracker.db")
    with Store.create(where) as store:
        store.append(events(3), now=1, by="a")
    Path(where).chmod(0o444)
    folder.chmod(0o777)
    request.getfixturevalue("unprivileged")
    with Store.open(where) as store:
        with pytest.raises(UnwritableDatabase, match="read-only") as refused:
            store.append([event(4)], now=1, by="a")
        assert "nothing was recorded" in refused.value.next_step
        assert verify(store).position == 3


@pytest.mark.parametrize("mode", [0o644, 0o666])
def test_a_read_only_folder(folder: Path, mode: int, request: pytest.FixtureRequest) -> None:
    where = str(folder / "tracker.db")
    with Store.create(where) as store:
        store.append(events(3), now=1, by="a")
    os.chmod(where, mode)
    Path(f"{where}.lock").unlink()
    folder.chmod(0o555)
    request.getfixturevalue("unprivileged")
    with Store.open(where) as store:
        assert verify(store).position == 3, "it can still be read"
        with pytest.raises(UnwritableDatabase):
            store.append([event(4)], now=1, by="a")
    with pytest.raises(UnwritableDatabase):
        Store.create(str(folder / "other.db"))


def test_a_file_that_may_not_be_read(folder: Path, request: pytest.FixtureRequest) -> None:
    where = str(folder / "tracker.db")
    Store.create(where).close()
    os.chmod(where, 0o600)
    if os.geteuid() != 0:
        os.chmod(where, 0o000)
    request.getfixturevalue("unprivileged")
    with pytest.raises(UnwritableDatabase, match="unable to open"):
        Store.open(where)


def test_a_full_disk(tmp_path: Path) -> None:
    with Store.create(str(tmp_path / "tracker.db")) as store:
        store.append(events(3), now=1, by="a")
        with store.transaction() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(UnwritableDatabase, match="disk is full"):
            store.append(events(500, start=10), now=1, by="a")
        assert store.head().position == 3
        assert store.append(events(500, start=10), now=1, by="a")[-1].position == 503, "after room was made"
        assert verify(store).ok


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    with Store.create(str(tmp_path / "tracker.db")) as store:
        store.append(events(3), now=1, by="a")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        try:
            with pytest.raises(UnwritableDatabase):
                store.append(events(2000, start=10), now=1, by="a")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert store.append(events(2000, start=10), now=1, by="a")[-1].position == 2003
        assert verify(store).ok


def test_another_writer_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.record.sqlite.WAIT", 0.2)
    where = str(tmp_path / "tracker.db")
    with Store.create(where) as store, Store.open(where) as other:
        with other.transaction(), pytest.raises(DatabaseBusy, match="has been writing for"):
            store.append([event(1)], now=1, by="a")
        assert store.append([event(1)], now=1, by="a")[0].position == 1


def test_another_program_that_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.record.sqlite.WAIT", 0.2)
    where = str(tmp_path / "tracker.db")
    with Store.create(where) as store, stranger(where) as hand:
        hand("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match="another program holds it"):
            store.append([event(1)], now=1, by="a")
        hand("ROLLBACK")
        assert store.append([event(1)], now=1, by="a")[0].position == 1


def test_a_network_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = str(tmp_path / "tracker.db")
    Store.create(where).close()
    monkeypatch.setattr("tracker.record.sqlite.network_file_system", lambda path: "nfs4")
    with pytest.raises(DatabaseProblem, match="network file system \\(nfs4\\)"):
        Store.create(str(tmp_path / "other.db"))
    with Store.open(where) as store, pytest.raises(DatabaseProblem, match="network file system"):
        store.append([event(1)], now=1, by="a")


@pytest.mark.parametrize(
    "fields",
    [{"event_id": ""}, {"stream": ""}, {"kind": ""}, {"payload": ""}, {"stream": "a\0b"}, {"kind": "\udce4"}],
    ids=repr,
)
def test_events_that_no_engine_could_store(store: Store, fields: dict[str, Any]) -> None:
    whole: dict[str, Any] = {"event_id": "e", "stream": "s", "kind": "k", "schema": 1, "payload": "{}"}
    with pytest.raises(BadInput):
        store.append([event(1), NewEvent(**(whole | fields))], now=1, by="a")
    assert store.head().position == 0


def test_an_author_that_is_no_text(store: Store) -> None:
    for by in ("\udce4", "a\0b", ""):
        with pytest.raises(BadInput):
            store.append([event(1)], now=1, by=by)


@pytest.mark.parametrize("where", ["mysql://host/db", "http://x"])
def test_addresses_of_no_engine_of_ours(where: str) -> None:
    with pytest.raises(BadInput, match="no database that tracker knows"):
        Store.open(where)


def test_an_address_that_cannot_be_read() -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        Store.open("postgresql://host:port/db")


def test_no_server(tmp_path: Path) -> None:
    where = f"postgresql://anna:secret@/db?host={tmp_path}"
    with pytest.raises(DatabaseProblem, match="does not answer") as refused:
        Store.open(where)
    assert "secret" not in said(refused.value)


def refused_to_read(where: str) -> str:
    with pytest.raises(DatabaseProblem, match="cannot reach the database") as refused:
        open_reader(where)
    told = said(refused.value)
    assert told == " ".join(told.split())
    return told


def test_why_a_server_cannot_be_reached(postgresql: str, tmp_path: Path) -> None:
    """In one line, without the advice of the driver; where there are several, of each."""
    told = refused_to_read("postgresql://anna:secret@127.0.0.1:1/db")
    assert told.partition("/db: ")[2].startswith(
        'connection to server at "127.0.0.1", port 1 failed: Connection refused'
    )
    assert "Is the server" not in told
    told = refused_to_read("postgresql://127.0.0.1:1,127.0.0.1:2/db")
    assert [f"port {port} failed: Connection refused" in told for port in (1, 2)] == [True, True]
    assert (told.count("refused"), "Is the server" in told, "host:" in told) == (2, False, False)
    assert f"{tmp_path}/.s.PGSQL.5432" in refused_to_read(f"postgresql:///db?host={tmp_path}")
    told = refused_to_read(postgresql.replace("/tracker_test", "/missing_test"))
    assert 'FATAL: database "missing_test' in told


def test_no_such_database(postgresql: str) -> None:
    with pytest.raises(NoDatabase):
        Store.open(postgresql.replace("/tracker_test", "/missing_test"))


def test_a_session_that_may_only_read(schema: str) -> None:
    Store.create(schema).close()
    with Store.open(schema + "%20-cdefault_transaction_read_only%3Don") as store:
        assert verify(store).ok
        with pytest.raises(UnwritableDatabase, match="read-only"):
            store.append([event(1)], now=1, by="a")


def test_a_lock_that_is_not_given_back(schema: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.record.postgresql.SETTINGS", {"lock_timeout": "200"})
    with Store.create(schema) as store, stranger(schema) as hand:
        hand("BEGIN")
        hand("SELECT * FROM head FOR UPDATE")
        with pytest.raises(DatabaseBusy):
            store.append([event(1)], now=1, by="a")
        hand("ROLLBACK")
        assert store.append([event(1)], now=1, by="a")[0].position == 1


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("DELETE FROM head", "head is gone"),
        ("UPDATE head SET chain_hash = 'x'", "does not fit event 3"),
        ("UPDATE head SET position = 2", "does not fit event 2"),
        ("UPDATE head SET position = 9", "does not fit event 9"),
        ("UPDATE head SET position = 0", "goes on past its head"),
    ],
)
def test_a_head_that_was_moved(schema: str, damage: str, why: str) -> None:
    with Store.create(schema) as store:
        store.append(events(3), now=1, by="a")
        with owner(schema) as hand:
            hand(damage)
        with pytest.raises(DamagedDatabase, match=why):
            store.append([event(4)], now=1, by="a")


def test_a_serialization_failure_is_tried_again(schema: str) -> None:
    tries = []

    def project(_connection: object, _new: object) -> None:
        tries.append(1)
        if len(tries) < 4:
            raise psycopg.errors.SerializationFailure

    with Store.create(schema) as store:
        assert store.append([event(1)], now=1, by="a", project=project)[0].position == 1
        assert len(tries) == 4
        tries.clear()

        def never(_connection: object, _new: object) -> None:
            tries.append(1)
            raise psycopg.errors.DeadlockDetected

        with pytest.raises(DatabaseBusy):
            store.append([event(2)], now=1, by="a", project=never)
        assert len(tries) == 5


def test_without_the_driver_of_postgresql() -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from tracker.record.store import Store\n"
        "try: Store.open('postgresql://x/y')\n"
        "except Exception as error: print(type(error).__name__, error.next_step)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "DatabaseProblem pip install 'tracker[postgres]'\n"


def test_threads_share_a_store(store: Store) -> None:
    def write(writer: int) -> None:
        for n in range(20):
            store.append([event(writer * 100 + n, f"writer/{writer}")], now=1, by="a")

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.position for one in store.read()] == list(range(1, 81))
    assert verify(store).ok


def test_the_settings_of_a_writer(tmp_path: Path) -> None:
    with Store.create(str(tmp_path / "tracker.db")) as store, store.transaction() as connection:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
        wanted |= {"recursive_triggers": 1, "trusted_schema": 0, "mmap_size": 0}
        for name, value in wanted.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            assert (found or 0) == value, name


def test_the_settings_of_a_session(schema: str) -> None:
    with Store.create(schema + "%20-csynchronous_commit%3Doff") as store, store.transaction() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_reading_while_somebody_writes(tmp_path: Path) -> None:
    where = str(tmp_path / "tracker.db")
    with Store.create(where) as store, closing(sqlite3.connect(where)):
        store.append(events(5), now=1, by="a")
        pages = store.read(batch=2)
        first = next(pages)
        store.append(events(5, start=10), now=1, by="a")
        assert [first.position, *(one.position for one in pages)] == list(range(1, 11))
