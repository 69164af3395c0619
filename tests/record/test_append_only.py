"""The log refuses to be changed by anybody's SQL, not only by ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection

from tests.record.events import event, events
from tests.record.tampering import copy_of, stranger
from tracker.errors import AppendOnly
from tracker.record.schema import COLUMNS
from tracker.record.store import Envelope, Store
from tracker.record.verify import verify

REFUSED = (sqlite3.IntegrityError, psycopg.Error)


@pytest.fixture
def log(store: Store) -> Store:
    """Five events, the second redacted."""
    store.append(events(4), now=100, by="anna")
    store.redact(2, now=200, by="anna", reason="names a witness")
    return store


CHANGES = {
    column: f"UPDATE events SET {column} = {column} || 'x' WHERE position = 3" for column in COLUMNS
} | {
    "position": "UPDATE events SET position = 77 WHERE position = 3",
    "version": "UPDATE events SET version = 77 WHERE position = 3",
    "schema": "UPDATE events SET schema = 77 WHERE position = 3",
    "recorded_at": "UPDATE events SET recorded_at = recorded_at + NULL WHERE position = 3",
    "salt": "UPDATE events SET salt = NULL WHERE position = 3",
    "payload_hash": "UPDATE events SET payload_hash = chain_hash WHERE position = 3",
    "chain_hash": "UPDATE events SET chain_hash = payload_hash WHERE position = 3",
    "payload without a redaction": "UPDATE events SET payload = NULL, salt = NULL WHERE position = 3",
    "payload of a redacted event": "UPDATE events SET payload = '{}' WHERE position = 2",
    "author of a redacted event": "UPDATE events SET recorded_by = 'x' WHERE position = 2",
    "every row": "UPDATE events SET kind = 'x'",
    "delete one": "DELETE FROM events WHERE position = 3",
    "delete the last": "DELETE FROM events WHERE position = 5",
    "delete all": "DELETE FROM events",
}


@pytest.mark.parametrize("change", CHANGES)
def test_update_and_delete_are_refused(log: Store, change: str) -> None:
    before = list(log.rows())
    with stranger(log.where) as hand, pytest.raises(REFUSED):
        hand(CHANGES[change])
    assert list(log.rows()) == before
    assert verify(log).ok


def replacing(position: str, event_id: str, stream: str, version: str, verb: str) -> str:
    given = {"position": position, "event_id": event_id, "stream": stream, "version": version}
    columns = ", ".join(given.get(column, column) for column in COLUMNS)
    return f"{verb} INTO events ({', '.join(COLUMNS)}) SELECT {columns} FROM events WHERE position = 3"


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"])
@pytest.mark.parametrize(
    "which",
    [
        ("3", "'x'", "'y'", "1"),
        ("6", "event_id", "'y'", "1"),
        ("6", "'x'", "stream", "version"),
        ("7", "'x'", "'y'", "1"),
    ],
    ids=["position", "event_id", "stream and version", "hole"],
)
def test_replacing_is_refused_on_sqlite(
    tmp_path_factory: pytest.TempPathFactory, verb: str, which: tuple[str, ...]
) -> None:
    where = str(tmp_path_factory.mktemp("replace") / "tracker.db")
    with Store.create(where) as log:
        log.append(events(5), now=100, by="anna")
        before = list(log.rows())
        position, event_id, stream, version = which
        with stranger(where) as hand, pytest.raises(sqlite3.IntegrityError, match="append-only"):
            hand(replacing(position, event_id, stream, version, verb))
        assert list(log.rows()) == before


@pytest.mark.parametrize("target", ["position", "event_id", "stream, version"])
def test_upsert_is_refused(log: Store, target: str) -> None:
    before = list(log.rows())
    upsert = copy_of(3, 3).replace("'forged'", "event_id").replace("version + 1", "version")
    if log.dialect == "sqlite":
        upsert += " AND true"  # else its parser takes ON for a join
    with stranger(log.where) as hand, pytest.raises(REFUSED):
        hand(f"{upsert} ON CONFLICT ({target}) DO UPDATE SET payload = 'x'")
    assert list(log.rows()) == before


@pytest.mark.parametrize("statement", ["TRUNCATE events", "TRUNCATE head", "DELETE FROM head"])
@pytest.mark.parametrize("role", ["origin", "replica"])
def test_truncating_is_refused_on_postgresql(schema: str, statement: str, role: str) -> None:
    with Store.create(schema) as log:
        log.append(events(3), now=100, by="anna")
        with stranger(schema) as hand:
            hand(f"SET session_replication_role = {role}")
            with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                hand(statement)
        assert verify(log).position == 3


def test_changing_is_refused_to_a_replica_session(schema: str) -> None:
    with Store.create(schema) as log, stranger(schema) as hand:
        log.append(events(3), now=100, by="anna")
        hand("SET session_replication_role = replica")
        for statement in ("UPDATE events SET kind = 'x'", "DELETE FROM events"):
            with pytest.raises(psycopg.errors.RestrictViolation, match="append-only"):
                hand(statement)


def test_views_cannot_change_the_log_either(log: Store) -> None:
    def meddling(connection: Connection, new: Sequence[Envelope]) -> None:
        connection.exec_driver_sql("UPDATE events SET kind = 'x'")

    with pytest.raises(AppendOnly, match="append-only"), log.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM events")
    with pytest.raises(AppendOnly):
        log.append(events(1, start=9), now=1, by="a", project=meddling)
    assert log.head().position == 5


def test_redacted_text_is_gone_from_the_files(tmp_path: Path) -> None:
    with Store.create(str(tmp_path / "tracker.db")) as log:
        log.append(events(50), now=100, by="anna")
        log.append([event(60, payload='{"text":"the name of a witness"}')], now=100, by="anna")
        log.append(events(50, start=100), now=100, by="anna")
        assert [file for file in tmp_path.iterdir() if b"the name of a witness" in file.read_bytes()]
        log.redact(51, now=200, by="anna", reason="names one")
        assert not [file for file in tmp_path.iterdir() if b"the name of a witness" in file.read_bytes()]
