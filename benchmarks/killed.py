"""Decides whether an import that is killed at random moments and run again ends as one that nobody disturbed.

    python -m benchmarks.killed [--rows 100000] [--kills 3] [--seed 1] [--dir DIR]

A table is imported into one tracker in peace. Into another it is imported by processes that are killed
(SIGKILL) at random moments, until one comes to the end. Compared are the claims, all that is kept of the
belief, and the verdicts; the log of the second is verified, and its views are built again beside it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from random import Random
from shutil import copy
from typing import Final

from benchmarks.imports import make
from tracker.tracker import Tracker

AT: Final = "2026-01-01T00:00Z"
"""When the verdicts are compared."""
CLAIM: Final = "id, place, effect, event_at, reported_at, actors, origin, source, chain, url, fact"
"""What of a claim is alike: not when it was recorded."""
COMPARED: Final = (
    ("claims", CLAIM, "id"), ("control", "*", "place"), ("trail", "*", "place, last_at"),
    ("outcomes", "*", "place, origin, due"), ("track_records", "*", "origin, due"), ("settled", "*", "day"),
    ("held", "*", "claim"), ("batches", "*", "origin, day, left_side, joined_side"),
)  # fmt: skip
"""The tables that have to be alike, which of their columns, and in what order they are read."""


def digest(where: Path, table: str, columns: str, order: str) -> tuple[int, str]:
    """How many rows a table has, and a hash of them in their order."""
    hashed, count = blake2b(digest_size=16), 0
    with closing(sqlite3.connect(where)) as connection:
        for row in connection.execute(f"SELECT {columns} FROM {table} ORDER BY {order}"):
            hashed.update(repr(row).encode())
            count += 1
    return count, hashed.hexdigest()


def begun(where: Path, table: Path) -> int:
    """A process that imports a table."""
    child = os.fork()
    if not child:
        Tracker(where, by="bench").import_file(table)
        os._exit(0)
    return child


def ended(child: int, within: float) -> bool:
    """Whether a process ends by itself within some seconds; else it is killed."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what happened; exit 1 if the two differ."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.killed", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--dir", help="where to put the databases; left out: the system's place for such files"
    )
    asked = parser.parse_args(arguments)
    chance = Random(asked.seed)
    with tempfile.TemporaryDirectory(dir=asked.dir) as kept:
        where, table = make(Path(kept), asked.rows)
        hit = Path(kept, "hit.db")
        copy(where, hit)
        start = time.monotonic()
        ended(begun(where, table), float("inf"))
        whole = time.monotonic() - start
        print(f"in peace: {whole:.1f} s")
        for _ in range(asked.kills):
            within = chance.uniform(0.02, 0.95) * whole
            done = ended(begun(hit, table), within)
            with closing(sqlite3.connect(hit)) as connection:
                ((events,),) = connection.execute("SELECT count(*) FROM events")
            print(f"{'ended' if done else 'killed'} after {within:.1f} s, {events:,} events recorded")
        ended(begun(hit, table), float("inf"))
        found = Tracker(hit, by="bench").verify(views=True)
        print("verified, and its views built again:", found["findings"] or "unaltered")
        wrong = not found["ok"]
        for name, columns, order in COMPARED:
            count, one = digest(where, name, columns, order)
            same = (count, one) == digest(hit, name, columns, order)
            print(f"{name}: {count:,} rows, {'the same' if same else 'DIFFERENT'}")
            wrong |= not same
        in_peace, in_the_end = (Tracker(one, by="bench").status(at=AT) for one in (where, hit))
        same = in_peace == in_the_end
        print(f"verdicts on {len(in_peace['places']):,} places: {'the same' if same else 'DIFFERENT'}")
        return int(wrong or not same)


if __name__ == "__main__":
    sys.exit(main())
