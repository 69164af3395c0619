"""Decides what the whole map of another time than now costs: claims read, folded together, and judged.

    python -m benchmarks.asof [--claims 100000 1000000] [--db FILE ...] [--rounds 3] [--one-by-one]

The question is about forty days before the last claim, so that nothing kept answers it. Beside it the bare
cursor over the columns that are read. `all verdicts` is the whole answer; --one-by-one also answers it as
small trackers are answered, claim by claim. Processor time, the best of several rounds.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time
from typing import Final

from benchmarks.startup import generated
from tracker.judgement.evidence import DAY
from tracker.judgement.verdict import TAIL
from tracker.reader import Reader, open_reader
from tracker.views import packs, situation, wholemap
from tracker.views.backdrop import Backdrop
from tracker.views.places import all_places
from tracker.views.situation import NOW, Question, Situation

BAR: Final = 300_000
"""Claims a second, reading included."""
CHUNK: Final = 1000
"""So many rows the bare cursor fetches at once."""
BEFORE: Final = 40 * DAY
ASKED: Final = " FROM claims WHERE place IS NOT NULL AND effect <> 'none' AND event_at <= :at"


def cursor(reader: Reader, at: int) -> None:
    """The bare cursor of the driver."""
    asked = reader.connection.execute(f"SELECT {', '.join(packs.READ)}{ASKED}", {"at": at})
    while asked.fetchmany(CHUNK):
        pass


def columns(reader: Reader, at: int) -> None:
    """The claims read into columns."""
    wholemap.read(reader, NOW, at)


def folded(reader: Reader, at: int) -> None:
    """The probabilities of every side in every place."""
    wholemap.whole_map(reader, Backdrop(reader), NOW, at)


def books(reader: Reader, at: int) -> None:
    """The same, with everything that a verdict asks the fold of each place."""
    folds = wholemap.whole_map(reader, Backdrop(reader), NOW, at)
    for number in range(len(folds.given.places)):
        folds.fold(number)


def recent(reader: Reader, at: int) -> None:
    """The claims of the last days of every place, as evidence."""
    asked = Situation(reader, Question(at))
    asked.recent_by_place(asked.claimed(), at - TAIL)


def verdicts(reader: Reader, at: int) -> None:
    """The verdicts of all places."""
    asked = Situation(reader, Question(at))
    places = {place.id: place for place in all_places(reader)}
    asked.judged([places[id_] for id_ in asked.claimed()])


def one_by_one(reader: Reader, at: int) -> None:
    """The verdicts of all places, claim by claim and place by place."""
    many, situation.MANY = situation.MANY, 2**62  # type: ignore[misc]
    try:
        verdicts(reader, at)
    finally:
        situation.MANY = many  # type: ignore[misc]


Work = Callable[[Reader, int], None]
LINES: Final[Sequence[tuple[str, Work, bool]]] = (
    ("bare cursor", cursor, False),
    ("read as columns", columns, False),
    ("read and folded", folded, True),
    ("read, folded, books opened", books, False),
    ("recent claims as evidence", recent, False),
    ("all verdicts", verdicts, False),
)


def best(path: Path, work: Work, at: int, rounds: int) -> float:
    """Seconds of processor time, each time of a tracker that was just opened."""
    times = []
    for _ in range(rounds):
        with open_reader(str(path)) as reader:
            gc.collect()
            start = process_time()
            work(reader, at)
            times.append(process_time() - start)
    return min(times)


def measure(path: Path, rounds: int, lines: Sequence[tuple[str, Work, bool]]) -> bool:
    """Print the lines of one tracker; whether the bar is cleared."""
    with open_reader(str(path)) as reader:
        at = reader.rows("SELECT max(event_at) FROM claims")[0][0] - BEFORE
        claims = reader.rows(f"SELECT count(*){ASKED}", at=at)[0][0]
        places = len(Situation(reader, Question(at)).claimed())
    print(f"\n{claims:,} claims about {places:,} places up to then")
    cleared, bare = True, 0.0
    for what, work, barred in lines:
        took = best(path, work, at, rounds)
        bare = bare or took
        rate = claims / took
        cleared &= not barred or rate >= BAR
        bar = f"{BAR:>10,}   {'ok' if rate >= BAR else 'BELOW'}" if barred else ""
        print(f"  {what:<28}{took * 1e3:>9,.0f} ms{took / bare:>8.1f} x{rate:>12,.0f}{bar}", flush=True)
    return cleared


def trackers(given: argparse.Namespace, folder: Path) -> Iterator[Path]:
    """Those named, or else some that are made."""
    yield from given.db or (generated(folder / f"{size}.db", size) for size in given.claims)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.asof",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--claims", type=int, nargs="+", default=[100_000])
    parser.add_argument("--db", type=Path, nargs="+", help="trackers that are there")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one-by-one", action="store_true")
    given = parser.parse_args(arguments)
    lines = [*LINES, *([("all verdicts, one by one", one_by_one, False)] if given.one_by_one else [])]
    print(f"{'':<30}{'':>12}{'x cursor':>10}{'claims/s':>12}{'bar':>10}")
    with tempfile.TemporaryDirectory() as folder:
        cleared = [measure(path, given.rounds, lines) for path in trackers(given, Path(folder))]
    return 0 if all(cleared) else 1


if __name__ == "__main__":
    raise SystemExit(main())
