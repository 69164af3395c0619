"""Decides who works on a night, and that only one finishes it: a row a night, with a lease and a token.

Whoever takes a night over from somebody whose lease has run out gets the next token, and finishing asks for
the token: so a night may be begun several times, and takes effect once. Leases run by the clock of the
database on PostgreSQL, else by this machine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from tracker.errors import Conflict
from tracker.record.derived import Driver
from tracker.record.store import Store

RUNNING, DONE, COVERED = "running", "done", "covered"
LEASE: Final = 15 * 60 * 1_000_000
"""How long somebody may work on a night before another may take it over (us)."""
Clock = Callable[[], int]


class Lease(NamedTuple):
    """The right to finish a night."""

    day: str
    token: int
    until: int


class InHand(Conflict):
    """somebody else works on the night of {day}

    Try: tracker scheduler status; it can be taken over in {seconds} seconds
    """


class LostLease(Conflict):
    """the night of {day} took so long that somebody else has taken it over

    Try: tracker scheduler status; nothing of this attempt was recorded
    """


def take(store: Store, day: str, clock: Clock, *, length: int = LEASE) -> Lease | None:
    """Take a night; None: it is done. Raises InHand while somebody else's lease runs.

    One that ends further ahead than any lease was taken by a clock that was wrong, and is not waited for.
    """
    with store.transaction() as connection:
        driver = Driver(connection)
        now = instant(driver, clock)
        found = driver.run("SELECT state, token, lease_until FROM sweep_runs WHERE day = ?", (day,))
        if not found:
            driver.run(
                "INSERT INTO sweep_runs (day, state, token, lease_until, attempts, started_at)"
                " VALUES (?, ?, 1, ?, 1, ?)",
                (day, RUNNING, now + length, now),
            )
            return Lease(day, 1, now + length)
        ((state, token, until),) = found
        if state == DONE:
            return None
        if state == RUNNING and until is not None and now < until <= now + max(length, LEASE):
            raise InHand(day=day, seconds=(until - now) // 1_000_000 + 1)
        driver.run(
            "UPDATE sweep_runs SET state = ?, token = ?, lease_until = ?, attempts = attempts + 1,"
            " started_at = ? WHERE day = ?",
            (RUNNING, token + 1, now + length, now, day),
        )
        return Lease(day, token + 1, now + length)


def finish(
    driver: Driver, lease: Lease, clock: Clock, *, position: int, sha256: str, covers: Iterable[str] = ()
) -> None:
    """Close a night inside the transaction that records it. Raises LostLease, and nothing is recorded.

    Who is still at a night that it covers has lost that one.
    """
    now = instant(driver, clock)
    closed = driver.run(
        "UPDATE sweep_runs SET state = ?, finished_at = ?, position = ?, report_sha256 = ?,"
        " lease_until = NULL WHERE day = ? AND token = ? AND state = ? RETURNING day",
        (DONE, now, position, sha256, lease.day, lease.token, RUNNING),
    )
    if not closed:
        raise LostLease(day=lease.day)
    driver.many(
        "INSERT INTO sweep_runs (day, state, token, attempts, finished_at) VALUES (?, ?, 0, 0, ?)"
        " ON CONFLICT (day) DO UPDATE SET state = excluded.state, finished_at = excluded.finished_at,"
        f" lease_until = NULL WHERE sweep_runs.state = '{RUNNING}'",
        [(day, COVERED, now) for day in covers],
    )


def give_back(store: Store, lease: Lease) -> None:
    """Let somebody else have a night at once, after a failure or when asked to stop."""
    with store.transaction() as connection:
        Driver(connection).run(
            "UPDATE sweep_runs SET lease_until = NULL WHERE day = ? AND token = ? AND state = ?",
            (lease.day, lease.token, RUNNING),
        )


def instant(driver: Driver, clock: Clock) -> int:
    """Now (us since the epoch), for leases: of several machines at one database, the database's."""
    if driver.dialect == "postgresql":
        return int(driver.run("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")[0][0])
    return clock()
