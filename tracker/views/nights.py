"""Decides how the nights that were swept are read from the record."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tracker.reader import NOW, Reader
from tracker.views.parties import TRUE
from tracker.zones import iso

_COLUMNS: Final = (
    "night, at, zone, after, cut_off, position, considered, held, contested, unknown, due_tomorrow, tomorrow,"
    " nobodys, covers, swept_at"
)


class Night(NamedTuple):
    """A night that is done. `night` is a day, `at` its instant (us); the rest are positions of the log.

    It looked at what was recorded up to `cut_off`; its flags and its end (`position`) come right after.
    """

    night: str
    at: int
    zone: str
    after: int
    cut_off: int
    position: int
    considered: int
    held: int
    contested: int
    unknown: int
    due_tomorrow: int
    tomorrow: str
    nobodys: str
    covers: str
    swept_at: int


def night_of(reader: Reader, day: str) -> Night | None:
    """The night of a day, if it was swept."""
    row = reader.one(f"SELECT {_COLUMNS} FROM nights WHERE night = :day AND {TRUE}", day=day, known=NOW)
    return None if row is None else Night(*row)


def nights_document(reader: Reader) -> dict[str, Any]:
    """Every night that is done, the latest first."""
    rows = reader.rows(f"SELECT {_COLUMNS} FROM nights WHERE {TRUE} ORDER BY at DESC", known=NOW)
    return {"nights": [night_told(Night(*row)) for row in rows]}


def night_told(night: Night) -> dict[str, Any]:
    """A night that is done."""
    return {
        "night": night.night, "at": iso(night.at), "zone": night.zone, "cut_off": night.cut_off,
        "position": night.position, "considered": night.considered,
        "held": night.held, "contested": night.contested, "unknown": night.unknown,
        "covers": night.covers.split(), "swept": iso(night.swept_at),
    }  # fmt: skip


def last_night(reader: Reader, known: int = NOW) -> Night | None:
    """The night that was done last, as known at a position; one of a clock that was ahead may be later."""
    row = reader.one(
        f"SELECT {_COLUMNS} FROM nights WHERE {TRUE} ORDER BY position DESC LIMIT 1", known=known
    )
    return None if row is None else Night(*row)


def night_before(reader: Reader, at: int) -> Night | None:
    """Of the nights done the latest before an instant."""
    row = reader.one(
        f"SELECT {_COLUMNS} FROM nights WHERE at < :at AND {TRUE} ORDER BY at DESC LIMIT 1", at=at, known=NOW
    )
    return None if row is None else Night(*row)


def done_after(reader: Reader, day: str) -> set[str]:
    """The days after one whose nights are done."""
    rows = reader.rows(f"SELECT night FROM nights WHERE night > :day AND {TRUE}", day=day, known=NOW)
    return {row[0] for row in rows}


def covering(reader: Reader, day: str) -> str | None:
    """The day whose night covers that of another, which was missed."""
    rows = reader.rows(
        f"SELECT night, covers FROM nights WHERE night > :day AND covers <> '' AND {TRUE} ORDER BY night",
        day=day, known=NOW,
    )  # fmt: skip
    return next((str(night) for night, covers in rows if day in covers.split()), None)


def ended_at(reader: Reader, position: int) -> Night | None:
    """The night that ended at a position."""
    row = reader.one(f"SELECT {_COLUMNS} FROM nights WHERE position = :position", position=position)
    return None if row is None else Night(*row)
