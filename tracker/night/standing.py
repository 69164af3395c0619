"""Decides what is told of the night shift: what is done, what is due, who is at it, what is undelivered."""

from __future__ import annotations

from typing import Any, Final

from tracker.night.ledger import RUNNING
from tracker.night.shift import Done, is_ahead, next_due, waiting
from tracker.reader import Reader
from tracker.views.nights import last_night, night_told
from tracker.zones import iso

Document = dict[str, Any]
LATE: Final = 26 * 3600 * 1_000_000
"""How old the last night done may be (us)."""


def shift_document(reader: Reader, now: int) -> Document:
    """Where the night shift stands at an instant.

    `late`: the last night done is more than 26 hours old; `ahead`: it lies a day ahead of the clock.
    """
    last = last_night(reader)
    due = waiting(reader, now)
    running = reader.rows(
        "SELECT day, token, attempts, started_at, lease_until FROM sweep_runs"
        " WHERE state = :running ORDER BY day",
        running=RUNNING,
    )  # fmt: skip
    outbox = reader.rows(
        "SELECT day, target, state, attempts, due_at, error FROM outbox"
        " WHERE state <> 'sent' ORDER BY day, target"
    )
    return {
        "at": iso(now),
        "last": None if last is None else night_told(last),
        "late": last is None or now - last.at > LATE,
        "ahead": is_ahead(last, now),
        "due": [slot.night for slot in due] + [day for slot in due for day in slot.covers],
        "next": iso(next_due(reader, now)),
        "running": [
            {"night": day, "attempts": attempts, "token": token, "since": _iso(started),
             "lease_until": _iso(until)}
            for day, token, attempts, started, until in running
        ],
        "undelivered": [
            {"night": day, "target": target, "state": state, "attempts": attempts, "due": _iso(due_at),
             "error": error}
            for day, target, state, attempts, due_at, error in outbox
        ],
    }  # fmt: skip


def done_told(done: Done) -> Document:
    """A night that was asked for; `anew`: it was done by this call."""
    return {**night_told(done.night), "anew": done.anew, "raised": done.raised, "cleared": done.cleared}


def _iso(instant: int | None) -> str | None:
    return None if instant is None else iso(instant)
