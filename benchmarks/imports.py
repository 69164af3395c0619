"""Decides what an import costs beside inserting the same events, at sizes that grow.

    python -m benchmarks.imports [--sizes 10000 100000] [--dir DIR]

A table of claims, names to be resolved, verdicts current at the end, in a process of its own; the same again;
every view built again from the log. Beside it a raw `executemany` of the very rows of the log that came of
it, into a table with the same columns and indexes, a raw read of them, and the library `eventsourcing`, to
which the same payloads are given, a chunk at a time. Ratios are of processor time in one run. Memory is the
process's own peak.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from time import process_time
from typing import Final, NamedTuple

from benchmarks.store_rivals import EventSourcing
from tracker.record.envelope import NewEvent
from tracker.tracker import Tracker

BAR: Final = 0.2
"""Raw inserts / import, at least."""
AGAIN: Final = 0.5
"""The same again / the first time, at most."""
GROWS: Final = 1.3
"""Time per row at a size / at the one before, at most."""
REBUILT: Final = 0.08
"""A raw read of the log / building every view again, at least."""
STEADY: Final = 1.15
"""Time per event of building them again at a size / at the one before, at most."""
MEMORY: Final = 250
"""MB at most."""
CHUNK: Final = 2000
SIDES: Final = ("rebels", "government", "sdf")


class Run(NamedTuple):
    """Processor seconds and peak memory (MB) of an import."""

    seconds: float
    memory: float


def make(folder: Path, rows: int) -> tuple[Path, Path]:
    """A tracker with the Syrian starter, and a table of claims on its towns over two years."""
    where, table = folder / "tracker.db", folder / "claims.csv"
    tracker = Tracker.create(where, starter="syria", by="bench")
    chance = Random(3)
    with tracker.reading() as reader:
        towns = [row[0] for row in reader.rows("SELECT id FROM places WHERE lat IS NOT NULL ORDER BY id")]
        sources = [row[0] for row in reader.rows("SELECT id FROM sources ORDER BY id")]
    with table.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(["predicate", "actors", "place", "source", "occurred", "reported", "url"])
        for n in range(rows):
            day = (date(2023, 1, 1) + timedelta(n * 700 // rows)).isoformat()
            write([
                chance.choice(("captured", "holds", "holds", "lost")), chance.choice(SIDES),
                chance.choice(towns), chance.choice(sources), day, day, f"https://example.org/{n}",
            ])  # fmt: skip
    return where, table


def apart(work: Callable[[], object]) -> Run:
    """Do something in a process of its own."""
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status, used = os.wait4(child, 0)
    if status:
        sys.exit(f"it ended with {status}")
    peak = used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
    return Run(used.ru_utime + used.ru_stime, peak)


def rival(where: Path, folder: Path) -> None:
    """Give the payloads of a log to `eventsourcing`, an aggregate a claim."""
    other = EventSourcing(str(folder / "rival.db"))
    with closing(sqlite3.connect(where)) as log:
        found = log.execute("SELECT event_id, stream, kind, schema, payload FROM events ORDER BY position")
        while rows := found.fetchmany(CHUNK):
            other.save_in_batches([NewEvent(*row) for row in rows], CHUNK)


def raw_read(where: Path) -> float:
    """Read the rows of a log; processor seconds."""
    with closing(sqlite3.connect(where)) as log:
        start = process_time()
        found = log.execute("SELECT * FROM events ORDER BY position")
        while found.fetchmany(CHUNK):
            pass
        return process_time() - start


def raw(where: Path, folder: Path) -> float:
    """Insert the rows of a log into a table like its own, a chunk a transaction; processor seconds."""
    with closing(sqlite3.connect(where)) as log, closing(sqlite3.connect(folder / "raw.db")) as other:
        for pragma in ("journal_mode = wal", "synchronous = full"):
            other.execute(f"PRAGMA {pragma}")
        for (made,) in log.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'events' AND type = 'table'"
        ):
            other.execute(made)
        for (made,) in log.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'events' AND type = 'index' AND sql IS NOT NULL"
        ):
            other.execute(made)
        found = log.execute("SELECT * FROM events ORDER BY position")
        marks = ", ".join("?" * len(found.description))
        seconds = 0.0
        while rows := list(islice(found, CHUNK)):
            start = process_time()
            with other:
                other.executemany(f"INSERT INTO events VALUES ({marks})", rows)
            seconds += process_time() - start
    return seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.imports", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument(
        "--dir", help="where to put the databases; left out: the system's place for such files"
    )
    asked = parser.parse_args(arguments)
    print(
        f"{'rows':>10} {'us a row':>9} {'raw/import':>11} {'es/import':>10} {'again/first':>12} {'MB':>5}"
        f" {'MB again':>9} {'us rebuilt':>11} {'read/rebuild':>13} {'MB':>5}"
    )
    missed, before = False, None
    for size in asked.sizes:
        with tempfile.TemporaryDirectory(dir=asked.dir) as kept:
            where, table = make(Path(kept), size)
            first = apart(partial(Tracker(where, by="bench").import_file, table))
            again = apart(partial(Tracker(where, by="bench").import_file, table))
            rebuilt = apart(Tracker(where, by="bench").rebuild)
            plain, read = raw(where, Path(kept)), raw_read(where)
            other = apart(partial(rival, where, Path(kept)))
        each, each_again = first.seconds / size, rebuilt.seconds / size
        ratios = (plain / first.seconds, again.seconds / first.seconds, read / rebuilt.seconds)
        print(
            f"{size:>10,} {each * 1e6:>9.0f} {ratios[0]:>11.3f} {other.seconds / first.seconds:>10.2f}"
            f" {ratios[1]:>12.3f} {first.memory:>5.0f} {again.memory:>9.0f} {each_again * 1e6:>11.0f}"
            f" {ratios[2]:>13.3f} {rebuilt.memory:>5.0f}"
        )
        missed |= ratios[0] < BAR or ratios[1] > AGAIN or max(first.memory, again.memory) > MEMORY
        missed |= ratios[2] < REBUILT
        if before is not None:
            grown, grown_again = each / before[0], each_again / before[1]
            missed |= grown > GROWS or grown_again > STEADY
            print(f"{'':>10} {grown:>8.2f}x a row, {grown_again:.2f}x an event rebuilt, of the size before")
        before = each, each_again
    told = "missed" if missed else "ok"
    print(
        f"bars: raw/import at least {BAR}, again/first at most {AGAIN}, {MEMORY} MB, read/rebuild at least"
        f" {REBUILT}; at most {GROWS}x a row and {STEADY}x an event rebuilt: {told}"
    )
    return int(missed)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
