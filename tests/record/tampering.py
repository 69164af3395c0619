"""Decides how the tests change a log behind tracker's back: as its owner, who can drop triggers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tracker.record.schema import COLUMNS


class Hand(Protocol):
    """What tampers: a connection that knows nothing of tracker; statements have `?` for parameters."""

    def __call__(self, statement: str, *parameters: Any) -> list[Any]: ...


@contextmanager
def stranger(where: str) -> Iterator[Hand]:
    """A connection of some other program, the triggers in place."""
    if where.startswith("postgresql:"):
        with closing(psycopg.connect(where, autocommit=True)) as session:

            def run(statement: str, *parameters: Any) -> list[Any]:
                cursor = session.execute(statement.replace("?", "%s").encode(), parameters)
                return cursor.fetchall() if cursor.description else []

            yield run
    else:
        with closing(
            sqlite3.connect(f"file:{Path(where)}?mode=rw", uri=True, isolation_level=None)
        ) as connection:
            yield lambda statement, *parameters: connection.execute(statement, parameters).fetchall()


@contextmanager
def owner(where: str) -> Iterator[Hand]:
    """The same after the triggers were taken away."""
    with stranger(where) as hand:
        if where.startswith("postgresql:"):
            hand("ALTER TABLE events DISABLE TRIGGER ALL")
            hand("ALTER TABLE head DISABLE TRIGGER ALL")
        else:
            for (name,) in hand("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
                hand(f"DROP TRIGGER {name}")
        yield hand


def copy_of(position: int, to: int) -> str:
    """A statement that inserts a copy of an event at another position, with another id."""
    fresh = {"position": str(to), "event_id": "'forged'", "version": "version + 1"}
    columns = ", ".join(fresh.get(column, column) for column in COLUMNS)
    return (
        f"INSERT INTO events ({', '.join(COLUMNS)}) SELECT {columns} FROM events WHERE position = {position}"
    )
