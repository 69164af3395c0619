"""Decides when claims are packed: each stretch of the log once, with the event that fills it.

What a pack is, is told in `views.packs`. Where a stretch ends depends on positions alone, so however many
events come at once, the packs are the same.
"""

from __future__ import annotations

from typing import Final

from tracker.reader import Reader
from tracker.record.derived import Driver, Table
from tracker.views.packs import SIZE, Pack, stretch

TABLE: Final = "packs"
REVISION: Final = 1
LAYOUT: Final = Table(
    TABLE,
    {
        "last": "BIGINT NOT NULL", "since": "BIGINT NOT NULL", "ended": "TEXT NOT NULL",
        "numbers": "BYTEA NOT NULL", "words": "TEXT NOT NULL",
    },
    ("last",),
)  # fmt: skip
"""`last` is where the stretch ends; the type of bytes is that of PostgreSQL, SQLite takes any name."""
_INSERT: Final = f"INSERT INTO {TABLE} (last, {', '.join(Pack._fields)}) VALUES (?, ?, ?, ?, ?)"


def follow(reader: Reader, driver: Driver, before: int, until: int) -> None:
    """Pack the stretches that events after a position, up to another, have filled."""
    for last in range(before - before % SIZE + SIZE, until + 1, SIZE):
        driver.run(_INSERT, (last, *stretch(reader, last - SIZE, last)))
