"""Decides what an export costs beside reading the same rows and writing the same number of them plainly.

    python -m benchmarks.exports [--claims 100000] [--rounds 3] [--dir DIR]

The claims of `benchmarks.imports`, imported, then exported in each format to a file, and the log too. Beside
each stands what anybody would do by hand in the same run: all columns of the table of claims (of the log)
fetched with `SELECT *` and written row by row with `csv.writer`, or with `json.dumps` as a line each; beside
Parquet, pyarrow writing those rows with the same compression. That knows nothing of names, ranges of time,
chains or what was retracted. Processor time, the best of some rounds in turns, each in a process of its own,
whose peak of memory is shown.
"""

from __future__ import annotations

import argparse
import csv
import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from benchmarks.imports import apart, make
from tracker.tracker import Tracker

GROUP: Final = 20_000
FORMATS: Final = (
    ("claims", "csv"),
    ("claims", "jsonl"),
    ("claims", "parquet"),
    ("log", "jsonl"),
    ("log", "parquet"),
)
TABLES: Final = {"claims": "claims", "log": "events"}


def exported(where: Path, what: str, file_format: str, out: Path) -> None:
    """As `tracker export WHAT --format F --out FILE` does."""
    Tracker(where).export(what, out=out, file_format=file_format)


def plain(where: Path, what: str, file_format: str, out: Path) -> None:
    """Fetch every row of the table, and write each in the simplest way there is."""
    with closing(sqlite3.connect(where)) as file:
        rows = file.execute(f"SELECT * FROM {TABLES[what]}")
        names = [one[0] for one in rows.description]
        _WRITE[file_format](names, rows, out)


def _csv(names: list[str], rows: Iterator[Sequence[Any]], out: Path) -> None:
    with out.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(names)
        for row in rows:
            write(row)


def _jsonl(names: list[str], rows: Iterator[Sequence[Any]], out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        for row in rows:
            plain = (one.hex() if isinstance(one, bytes) else one for one in row)
            file.write(json.dumps(dict(zip(names, plain, strict=True)), ensure_ascii=False) + "\n")


def _parquet(names: list[str], rows: Iterator[Sequence[Any]], out: Path) -> None:
    import pyarrow as arrow
    from pyarrow import parquet

    first = list(islice(rows, GROUP))
    held = arrow.table({name: [row[i] for row in first] for i, name in enumerate(names)})
    # A column that the first rows leave empty would be of no type.
    schema = arrow.schema([
        (one.name, arrow.string() if one.type == arrow.null() else one.type) for one in held.schema
    ])  # fmt: skip
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while first:
            columns = zip(*first, strict=True)
            writer.write_table(arrow.table(dict(zip(names, columns, strict=True)), schema=schema))
            first = list(islice(rows, GROUP))


_WRITE: Final[dict[str, Callable[[list[str], Iterator[Sequence[Any]], Path], None]]] = {
    "csv": _csv, "jsonl": _jsonl, "parquet": _parquet,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.exports", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", help="where to put the files; left out: the system's place for such files")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=asked.dir) as kept:
        folder = Path(kept)
        where, table = make(folder, asked.claims)
        apart(partial(Tracker(where, by="bench").import_file, table))
        with closing(sqlite3.connect(where)) as file:
            counts = {
                what: file.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for what, name in TABLES.items()
            }
        print(f"{'':<16} {'rows':>9} {'us a row':>9} {'plain':>7} {'ratio':>7} {'MB':>5} {'MB of file':>11}")
        for what, file_format in FORMATS:
            out, other = folder / f"out.{file_format}", folder / f"plain.{file_format}"
            rounds = [
                (apart(partial(exported, where, what, file_format, out)),
                 apart(partial(plain, where, what, file_format, other)))
                for _ in range(asked.rounds)
            ]  # fmt: skip
            ours, theirs = (min(run.seconds for run in runs) for runs in zip(*rounds, strict=True))
            each = 1e6 / counts[what]
            print(
                f"{what + ' ' + file_format:<16} {counts[what]:>9,} {ours * each:>9.1f} {theirs * each:>7.1f}"
                f" {ours / theirs:>6.1f}x {max(one.memory for one, _ in rounds):>5.0f}"
                f" {out.stat().st_size / 1e6:>11.1f}"
            )
            out.unlink()
            other.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
