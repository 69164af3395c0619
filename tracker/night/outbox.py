"""Decides what is still to be delivered: one row for each night's report and each target, in the night's own
transaction; so what is recorded is delivered, and what is not is not.

A row is taken before anything is sent and settled after, each in a transaction of its own. Whoever takes it
gets the next token, and only he may settle it. In between a process may end, and then nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from tracker.errors import Conflict, NotFound
from tracker.names import propose
from tracker.night.ledger import Clock, instant
from tracker.reader import Reader
from tracker.record.derived import Driver
from tracker.zones import DAY, HOUR, MINUTE, iso

Document = dict[str, Any]
PENDING, SENDING, SENT, FAILED, UNSURE = "pending", "sending", "sent", "failed", "unsure"
PAUSES: Final = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
"""How long to wait after each failure; after the last of them hourly."""
GIVEN_UP: Final = 2 * DAY
"""So long after the first attempt nothing more is tried, unless there were few: a machine may have slept."""
LONGEST: Final = HOUR
"""No lease is longer."""
ENDED: Final = (
    "it was being sent when the process ended, and whether it arrived is not known: look there, and send it"
    " again if it did not"
)

_PUT: Final = (
    "INSERT INTO outbox (day, target, state, token, attempts, due_at, created_at)"
    " VALUES (?, ?, ?, 0, 0, ?, ?) ON CONFLICT (day, target) DO NOTHING"
)
_COLUMNS: Final = (
    "day, target, state, token, attempts, due_at, lease_until, created_at, first_at, sent_at, error"
)


class Row(NamedTuple):
    """What is to be delivered where, and how far that is; instants are us since the epoch."""

    day: str
    target: str
    state: str
    token: int
    attempts: int
    due_at: int
    lease_until: int | None
    created_at: int
    first_at: int | None
    sent_at: int | None
    error: str | None


class Taken(NamedTuple):
    """The right to deliver a night's report to a target; `attempt` counts from 1."""

    day: str
    target: str
    token: int
    attempt: int
    first_at: int


def put(driver: Driver, day: str, targets: Sequence[str], now: int) -> None:
    """Note that a night's report goes to some targets."""
    driver.many(_PUT, [(day, target, PENDING, now, now) for target in dict.fromkeys(targets)])


def rows(reader: Reader, day: str | None = None) -> list[Row]:
    """What is or was to be delivered, the latest night first; of one night if asked."""
    found = reader.rows(
        f"SELECT {_COLUMNS} FROM outbox WHERE day = :day OR :any = 1 ORDER BY day DESC, target",
        day=day or "", any=int(day is None),
    )  # fmt: skip
    return [Row(*row) for row in found]


def open_rows(reader: Reader, targets: Iterable[str]) -> list[Row]:
    """What is not settled yet of some targets, the earliest night first."""
    found = reader.among(
        f"SELECT {_COLUMNS} FROM outbox WHERE target IN (:wanted) AND state IN ('{PENDING}', '{SENDING}')",
        targets,
    )
    return sorted(Row(*row) for row in found)


def documents(reader: Reader, day: str | None = None, *, known: Iterable[str] = ()) -> list[Document]:
    """The same for people and programs; `known` are the targets that the configuration has."""
    targets = set(known)
    return [
        {
            "night": row.day, "target": row.target, "state": row.state, "attempts": row.attempts,
            "due": iso(row.due_at) if row.state == PENDING else None,
            "sent": None if row.sent_at is None else iso(row.sent_at),
            "error": row.error, "configured": row.target in targets,
        }
        for row in rows(reader, day)
    ]  # fmt: skip


def is_due(row: Row, now: int, lease_now: int) -> bool:
    """Whether something is to be done about a row now.

    A time further ahead than any pause or lease was set by a clock that was wrong, and is not waited for.
    """
    if row.state == PENDING:
        return not now < row.due_at <= now + PAUSES[-1]
    return row.state == SENDING and not lease_now < (row.lease_until or 0) <= lease_now + LONGEST


def take(driver: Driver, row: Row, now: int, lease_now: int, *, lease: int) -> Taken | None:
    """Take a row as it was seen to be due; None: somebody else has taken it since."""
    taken = driver.run(
        "UPDATE outbox SET state = ?, token = token + 1, attempts = attempts + 1, lease_until = ?,"
        " first_at = coalesce(first_at, ?) WHERE day = ? AND target = ? AND token = ? AND state = ?"
        " RETURNING day, target, token, attempts, first_at",
        (SENDING, lease_now + min(lease, LONGEST), now, row.day, row.target, row.token, row.state),
    )
    return Taken(*taken[0]) if taken else None


def give_up_on_sender(driver: Driver, row: Row) -> bool:
    """Whether a row, whose sender's lease has run out, is unsure from now on: nobody else has seen to it."""
    return bool(
        driver.run(
            "UPDATE outbox SET state = ?, error = ?, lease_until = NULL"
            " WHERE day = ? AND target = ? AND token = ? AND state = ? RETURNING day",
            (UNSURE, ENDED, row.day, row.target, row.token, SENDING),
        )
    )


def settle(driver: Driver, taken: Taken, state: str, now: int, error: str | None = None) -> str | None:
    """Note what became of it; the state that the row is in now, None if somebody else has it meanwhile.

    What was not taken by the other side is pending again, until it is given up.
    """
    due = now + PAUSES[min(taken.attempt, len(PAUSES)) - 1]
    if state == PENDING and taken.attempt > len(PAUSES) and now - taken.first_at >= GIVEN_UP:
        state = FAILED
    settled = driver.run(
        "UPDATE outbox SET state = ?, error = ?, due_at = ?, sent_at = coalesce(?, sent_at),"
        " lease_until = NULL WHERE day = ? AND target = ? AND token = ? RETURNING state",
        (state, error, due, now if state == SENT else None, taken.day, taken.target, taken.token),
    )
    return state if settled else None


def again(driver: Driver, day: str, target: str, now: int, clock: Clock) -> None:
    """Set a row pending by hand, whatever became of it. Raises NotFound, Conflict."""
    found = driver.run("SELECT state, lease_until FROM outbox WHERE day = ? AND target = ?", (day, target))
    if not found:
        raise _none(driver, day, target)
    ((state, until),) = found
    if state == SENDING and until is not None and until > instant(driver, clock):
        raise Conflict(
            what=f"the report of {day} is being sent to {target} just now",
            try_="again in a few minutes, when it is known what became of it",
        )
    driver.run(
        "UPDATE outbox SET state = ?, token = token + 1, attempts = 0, due_at = ?, first_at = NULL,"
        " lease_until = NULL, error = NULL WHERE day = ? AND target = ?",
        (PENDING, now, day, target),
    )


def _none(driver: Driver, day: str, target: str) -> NotFound:
    targets = [
        row[0] for row in driver.run("SELECT target FROM outbox WHERE day = ? ORDER BY target", (day,))
    ]
    if not targets:
        return NotFound(
            what=f"nothing was to be delivered of the night of {day}", try_=f"tracker report --for {day}"
        )
    near = propose(target, targets, 1) or targets
    return NotFound(what=f"the report of {day} was not to go to {target!r}", try_=", ".join(near))
