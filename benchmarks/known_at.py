"""Decides what it costs to learn anew from records as they were known at a position, and step by step.

    python -m benchmarks.known_at [--claims 30000]

It asks about places with few claims and with many, in a tracker of so many claims, and for the history of
one whose claims were recorded one by one.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from statistics import median
from typing import Final

from benchmarks.lines import timed
from benchmarks.store_rivals import NOW
from benchmarks.store_views import SPAN, busy, claim, settled
from tracker import Tracker
from tracker.reader import Reader, last_position, open_reader
from tracker.record.follow import catch_up
from tracker.record.store import Store
from tracker.views.knowledge import believed
from tracker.views.situation import Question, Situation

ROUNDS: Final = 3
STEPS: Final = 1000
PLACES: Final = ("busy-10", "busy-1000")


def known_then(where: str, place: str) -> None:
    """The belief about a place as it was known at the last position but one."""
    with open_reader(where) as reader:
        Situation(reader, Question(NOW, known_at=_recorded(reader))).folded(place)


def history(where: str, place: str) -> None:
    """What was believed of it at every step of what was known."""
    with open_reader(where) as reader:
        believed(reader, place, Question(NOW), None, NOW, fixed=True)


def _recorded(reader: Reader) -> int:
    position = last_position(reader) - 2
    return int(reader.rows("SELECT recorded_at FROM events WHERE position = :at", at=position)[0][0])


def day_by_day(where: str) -> Store:
    """A tracker of one place whose claims were recorded as they were reported, one by one."""
    Tracker.create(where, starter="syria", clock=lambda: NOW - SPAN)
    store = Store.open(where)
    for n in range(STEPS):
        at = NOW - SPAN + SPAN * n // STEPS
        store.append([claim("d", n, PLACES[-1], at)], now=at, by="anna")
    catch_up(store)
    return store


def main() -> None:
    """Prints the table, which has no bar."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--claims", type=int, default=30_000)
    total = arguments.parse_args().claims
    print(f"{'ms':<50}{'median':>10}{'best':>10}")
    with tempfile.TemporaryDirectory() as folder:
        with settled(f"{folder}/busy.db", busy(total)) as store:
            for place in PLACES:
                _line(f"known at an instant, {place}, {total:,} claims", known_then, store.where, place)
        with day_by_day(f"{folder}/steps.db") as store:
            _line(f"history of knowledge, {STEPS:,} steps", history, store.where, PLACES[-1])


def _line(what: str, ask: Callable[[str, str], None], where: str, place: str) -> None:
    taken = [timed(ask, 1, where, place) * 1e3 for _ in range(ROUNDS)]
    print(f"{what:<50}{median(taken):>10.1f}{min(taken):>10.1f}", flush=True)


if __name__ == "__main__":
    main()
