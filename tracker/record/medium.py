"""Decides what the log asks of the engine under it; one implementation for SQLite, one for PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, Literal, NamedTuple, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from tracker.errors import TrackerError
from tracker.record.envelope import Head, RowValues

WAIT = 30.0  # seconds that a writer waits for another one

_BLOCK = 100  # rows

Dialect = Literal["sqlite", "postgresql"]


class StillRead(Exception):
    """Somebody reads what can only be changed while nobody does."""


class Known(NamedTuple):
    """An event that is already in the log, as far as a retry has to be compared with it."""

    position: int
    stream: str
    version: int
    kind: str
    recorded_at: int
    salt: bytes | None
    payload_hash: bytes


class Seen(NamedTuple):
    """What a writer sees inside the lock: the head, its events already there, its streams' versions.

    A stream that is not in `versions` is new.
    """

    position: int
    chain_hash: bytes
    recorded_at: int
    known: dict[str, Known]
    versions: dict[str, int]


class Medium(Protocol):
    """One tracker's place on an engine: a SQLite file, or a schema of a PostgreSQL database.

    Its methods let the driver's errors through; `translated` turns them into ours.
    """

    where: str
    shown: str  # `where`, safe to print
    dialect: Dialect
    columns: tuple[str, ...]  # of `events`, as expressions of a select list whose rows are those of `Row`
    page: int  # so many rows are read best at once

    def schema_version(self) -> str | None:
        """The migration that the tables are at; None: no tracker here."""

    def occupied(self) -> bool:
        """Whether somebody else's tables are where ours would be."""

    def head(self) -> Head:
        """The position and chain hash that the next event will follow."""

    def making(self) -> AbstractContextManager[Connection]:
        """A transaction in which the first tables can be made; makes file or schema; one at a time."""

    def writing(self, *, soon: bool = False) -> AbstractContextManager[Connection]:
        """The append lock and a transaction: committed at the end, rolled back on any exception.

        `soon`: the next thing is a `look`, and the lock may be taken with it, in one journey to the server.
        """

    def look(self, connection: Connection, ids: Sequence[str], streams: Sequence[str]) -> Seen:
        """One question for the head, those of `ids` already there, and the versions of `streams`."""

    def insert(self, connection: Connection, rows: Iterable[RowValues]) -> None:
        """Writes rows at the end of the log, and moves the head to the last of them."""

    def forget(self, connection: Connection, position: int) -> None:
        """Puts NULL for the payload and salt of an event; the triggers permit it only for a redacted one."""

    def scrub(self) -> None:
        """After a redaction: lets go of what the engine still keeps of it, as far as that is ours to say."""

    def rows(self, select: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of a query with `?` parameters, outside of any transaction of ours."""

    def problem(self, error: BaseException) -> TrackerError | None:
        """A driver's error in our words; None: not one that we know."""

    def passing(self, error: BaseException) -> bool:
        """Whether the transaction was lost to another one and may be tried again as it is."""

    def close(self) -> None:
        """Gives everything back to the engine."""


def blocks(rows: Iterable[RowValues]) -> Iterator[list[RowValues]]:
    """Rows as they are best written: to hash and to write push each other out of the processor's cache."""
    rows = iter(rows)
    while block := list(islice(rows, _BLOCK)):
        yield block


def driver_error(error: BaseException) -> BaseException:
    """The driver's own exception, out of SQLAlchemy's wrapping."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


class translated:  # as the verb that it is
    """Around every use of a medium: its driver's errors come out as ours.

    (A class, as a generator takes three times as long to go in and out, and every append does.)
    """

    __slots__ = ("_medium",)

    def __init__(self, medium: Medium) -> None:
        self._medium = medium

    def __enter__(self) -> None:
        """Nothing to do before."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, TrackerError) or not isinstance(error, Exception):
            return
        if problem := self._medium.problem(driver_error(error)):
            raise problem from error
