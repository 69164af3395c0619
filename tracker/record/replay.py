"""Decides whether the views are what the log says: built again elsewhere, and compared row by row."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from tracker.reader import Reader, last_position, over, recorded_us, unsettled
from tracker.record.derived import Driver
from tracker.record.follow import PAGE, keep_up, tables
from tracker.record.schema import COLUMNS
from tracker.record.store import Store

Digest = tuple[int, int]
"""How many rows, and the sum of their hashes: the same in whatever order they lie."""

_INSERT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


def differing(reader: Reader) -> Iterator[tuple[str, str]]:
    """The views of a snapshot that are not what its log says, each with what is wrong.

    The log is copied into a temporary file. All views have to stand where it ends, but for what is believed:
    that is left out where it does not.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.create(str(Path(folder, "again.db"))) as again,
        again.transaction() as connection,
    ):
        driver = Driver(connection)
        for page in _log(reader):
            driver.many(_INSERT, page)
        keep_up(connection)
        anew = over(connection, again.where)
        for table in tables(settled=not unsettled(reader)):
            found, wanted = _digest(reader, table), _digest(anew, table)
            if found != wanted:
                yield table, _told(found, wanted)


def _told(found: Digest, wanted: Digest) -> str:
    if found[0] != wanted[0]:
        return f"has {found[0]} rows, the log makes {wanted[0]}"
    return "has other rows than the log makes"


def _log(reader: Reader) -> Iterator[list[tuple[object, ...]]]:
    columns = ", ".join(recorded_us(reader) if name == "recorded_at" else name for name in COLUMNS)
    sql = f"SELECT {columns} FROM events WHERE position > :after AND position <= :last ORDER BY position"
    for after in range(0, last_position(reader), PAGE):
        yield reader.rows(sql, after=after, last=after + PAGE)


def _digest(reader: Reader, table: str) -> Digest:
    count = total = 0
    for row in reader.each(f"SELECT * FROM {table}"):
        count += 1
        total += int.from_bytes(blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16).digest())
    return count, total
