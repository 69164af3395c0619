"""Decides how tests do nights: at any instant, with a lease clock that stands still."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tracker.night.shift import Done, Step, Worker, work
from tracker.night.sweep import Slot
from tracker.reader import open_reader
from tracker.record.store import Store
from tracker.reports.night import night_report
from tracker.views.flags import FlagRow, open_flags
from tracker.views.nights import night_of
from tracker.zones import iso

CLOCK: Callable[[], int] = lambda: 1_800_000_000_000_000  # noqa: E731  # a clock, not a function with a name


def night(where: str, at: int, *, step: Step = lambda _: None, covers: Sequence[str] = ()) -> Done:
    """The night of the day on which an instant lies, in UTC, with its slot there."""
    return work(worker(where, at), Slot(iso(at)[:10], at, "UTC", tuple(covers)), step=step)


def worker(where: str, at: int, lease_clock: int | None = None, *targets: str) -> Worker:
    """Somebody who works at an instant, by a lease clock that stands still."""
    return Worker(where, lambda: at, CLOCK if lease_clock is None else lambda: lease_clock, "night", targets)


def told(where: str) -> list[tuple[str, str, str]]:
    """Everything that nights have recorded: stream, kind and payload, in order."""
    with Store.open(where) as store:
        return [
            (one.stream, one.kind, one.payload or "")
            for one in store.read()
            if one.kind.startswith(("flag-", "night-"))
        ]


def flags(where: str) -> list[FlagRow]:
    """The open flags."""
    with open_reader(where) as reader:
        return open_flags(reader)


def report(where: str, day: str) -> bytes:
    """A night's report."""
    with open_reader(where) as reader:
        found = night_of(reader, day)
        assert found is not None
        return night_report(reader, found)
