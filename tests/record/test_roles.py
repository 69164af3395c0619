"""On a shared server a writer adds events and changes none, a reader reads, the owner alone redacts."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from tests.record.events import event, events
from tests.record.tampering import stranger
from tracker.errors import BadInput, UnwritableDatabase
from tracker.record.roles import Roles, create_roles
from tracker.record.store import Store
from tracker.record.verify import verify


@pytest.fixture
def roles(schema: str) -> Iterator[Roles]:
    """The roles of a tracker with three events and a view, made twice over."""
    with Store.create(schema) as store:
        store.append(events(3), now=1, by="a")
        with store.transaction() as connection:
            connection.execute(text("CREATE TABLE seen (position BIGINT)"))
    prefix = f"t{uuid.uuid4().hex[:8]}"
    made = create_roles(schema, prefix)
    assert create_roles(schema, prefix) == made
    yield made
    with stranger(schema) as hand:
        for role in made:
            hand(f"DROP OWNED BY {role} CASCADE")
            hand(f"DROP ROLE {role}")


def playing(schema: str, role: str) -> str:
    return f"{schema}%20-crole%3D{role}"


def test_a_writer_adds_and_changes_nothing(schema: str, roles: Roles) -> None:
    with Store.open(playing(schema, roles.writer)) as store:
        assert store.append([event(4)], now=1, by="a")[0].position == 4
        with store.transaction() as connection:
            connection.execute(text("DROP TABLE seen"))
            connection.execute(text("CREATE TABLE seen (position BIGINT)"))
        with pytest.raises(UnwritableDatabase, match="permission denied"):
            store.redact(2, now=1, by="a", reason="r")
        assert verify(store).position == 4
    with stranger(playing(schema, roles.writer)) as hand:
        for statement in (
            "UPDATE events SET kind = 'x'",
            "DELETE FROM events",
            "TRUNCATE events",
            "ALTER TABLE events DISABLE TRIGGER ALL",
            "DROP TABLE events",
            "DELETE FROM head",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                hand(statement)


def test_a_reader_reads(schema: str, roles: Roles) -> None:
    with Store.open(playing(schema, roles.reader)) as store:
        assert verify(store).position == 3
        with pytest.raises(UnwritableDatabase, match="permission denied"):
            store.append([event(4)], now=1, by="a")
    with stranger(playing(schema, roles.reader)) as hand:
        assert hand("SELECT count(*) FROM seen") == [(0,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            hand("INSERT INTO checkpoints VALUES ('x', 1, 1, '', 1)")


def test_the_owner_redacts(schema: str, roles: Roles) -> None:
    with Store.open(playing(schema, roles.owner)) as store:
        store.redact(2, now=1, by="a", reason="r")
        assert verify(store).ok


def test_a_file_has_none(tmp_path: Path) -> None:
    where = str(tmp_path / "tracker.db")
    Store.create(where).close()
    with pytest.raises(BadInput, match="no roles"):
        create_roles(where)
