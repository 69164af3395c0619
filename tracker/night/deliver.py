"""Decides how what is due in the outbox is delivered, one report to one target after another.

That a report is being sent is committed before the first byte goes out, what became of it right after.
What the other side certainly did not take is tried again; what it may have taken is not, unless twice does no
harm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from tracker.errors import DatabaseProblem, TrackerError
from tracker.night import outbox
from tracker.night.directory import put_down
from tracker.night.ledger import Clock, instant
from tracker.night.letter import Letter, NotTaken, Unsure, letter_of, plain
from tracker.night.mail import mail
from tracker.night.outbox import ENDED, PENDING, SENDING, SENT, UNSURE, Row, Taken
from tracker.night.targets import Directory, Mail, Target, Webhook
from tracker.night.webhook import post
from tracker.reader import open_reader
from tracker.record.derived import Driver
from tracker.record.store import Store
from tracker.views.nights import night_of
from tracker.zones import SECOND

SPARE: Final = 60
"""Seconds that a lease is longer than the longest delivery: for making the report and noting the outcome."""
NOTED_AFTER: Final = (1.0, 5.0, 15.0)
"""Pauses (s) after which an outcome is noted that could not be at once."""
Step = Callable[[str], None]
"""Told the name of each step, for who wants to stop there."""


class Delivered(NamedTuple):
    """What was done about a night's report to a target: the state it is in now, and why."""

    day: str
    target: str
    state: str
    attempt: int
    error: str | None = None


def deliver(
    where: str,
    targets: Iterable[Target],
    clock: Clock,
    *,
    lease_clock: Clock | None = None,
    lease: int | None = None,
    step: Step = lambda _: None,
) -> list[Delivered]:
    """Deliver what is due, each report once; what was done, in the order of nights and targets.

    `lease` in seconds, otherwise by what the target allows itself. Raises DatabaseProblem; what could not be
    delivered is in the answer and is tried again when it is due.
    """
    known = {target.name: target for target in targets}
    post_office = _PostOffice(where, known, clock, lease_clock or clock, lease, step)
    return post_office.deliver() if known else []


def redeliver(where: str, day: str, target: str, clock: Clock, *, known: Iterable[Target] = ()) -> None:
    """Set a night's report to a target pending by hand: it is sent at the next `deliver`, perhaps once more.

    A night that is done can go to a target that is `known` and was not when it was swept. Raises NotFound,
    Conflict.
    """
    with Store.open(where) as store, open_reader(where) as reader, store.transaction() as connection:
        driver = Driver(connection)
        if target in {one.name for one in known} and night_of(reader, day) is not None:
            outbox.put(driver, day, [target], clock())
        outbox.again(driver, day, target, clock(), clock)


class _PostOffice:
    """One round of deliveries."""

    def __init__(
        self, where: str, known: Mapping[str, Target], clock: Clock, lease_clock: Clock, lease: int | None,
        step: Step,
    ) -> None:  # fmt: skip
        self._where, self._known, self._clock, self._step = where, known, clock, step
        self._lease_clock, self._lease = lease_clock, lease

    def deliver(self) -> list[Delivered]:
        with open_reader(self._where) as reader:  # and closed again: a round may take minutes
            rows = outbox.open_rows(reader, self._known)
        rows = [row for row in rows if row.state == SENDING or outbox.is_due(row, self._clock(), 0)]
        if not rows:
            return []  # and no lock was taken to find that out
        letters = _Letters(self._where)
        with Store.open(self._where) as store:
            done = [self._one(store, row, self._known[row.target], letters) for row in rows]
        return [one for one in done if one is not None]

    def _one(self, store: Store, row: Row, target: Target, letters: _Letters) -> Delivered | None:
        taken = self._take(store, row, target)
        if not isinstance(taken, Taken):
            return taken
        self._step("sending")
        state, error = self._send(target, letters, taken)
        self._step("handed over")
        noted = self._note(store, taken, state, error)
        self._step("noted")
        return None if noted is None else Delivered(row.day, row.target, noted, taken.attempt, error)

    def _take(self, store: Store, row: Row, target: Target) -> Taken | Delivered | None:
        """Take a row that is due; one whose sender has ended may be beyond that."""
        lease = (target.longest + SPARE if self._lease is None else self._lease) * SECOND
        with store.transaction() as connection:
            driver = Driver(connection)
            now, lease_now = self._clock(), instant(driver, self._lease_clock)
            if not outbox.is_due(row, now, lease_now):
                return None
            if row.state == PENDING or target.repeatable:
                return outbox.take(driver, row, now, lease_now, lease=lease)
            given_up = outbox.give_up_on_sender(driver, row)
        return Delivered(row.day, row.target, UNSURE, row.attempts, ENDED) if given_up else None

    def _send(self, target: Target, letters: _Letters, taken: Taken) -> tuple[str, str | None]:
        """Send one report; the state that follows, and what is to be said of it."""
        try:
            return SENT, _sent(target, letters.of(taken.day), taken, self._clock())
        except NotTaken as error:
            return PENDING, str(error)
        except Unsure as error:
            return PENDING if target.repeatable else UNSURE, str(error)
        except TrackerError as error:
            return PENDING, plain(f"{error.message}; {error.next_step}")

    def _note(self, store: Store, taken: Taken, state: str, error: str | None) -> str | None:
        """Note the outcome, however long others write: without it nobody would know that it was sent."""
        for pause in (*NOTED_AFTER, None):
            try:
                with store.transaction() as connection:
                    return outbox.settle(Driver(connection), taken, state, self._clock(), error)
            except DatabaseProblem:
                if pause is None:
                    raise
                time.sleep(pause)
        raise AssertionError("unreachable")


class _Letters:
    """The reports of a round, each made once."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._made: dict[str, Letter] = {}

    def of(self, day: str) -> Letter:
        if day not in self._made:
            with open_reader(self._where) as reader:
                self._made = {day: letter_of(reader, day)}  # rows come by night: one is enough to keep
        return self._made[day]


def _sent(target: Target, letter: Letter, taken: Taken, now: int) -> str | None:
    match target:
        case Directory():
            put_down(target, letter, str(taken.token))
        case Mail():
            return mail(target, letter, attempt=taken.attempt, now=now)
        case Webhook():
            post(target, letter)
    return None
