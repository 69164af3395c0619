"""Decides the shapes in which events go into the log and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

GENESIS = bytes(32)  # the chain hash before the first event


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What a writer hands in. `payload` is canonical JSON that the caller has validated.

    `content_derived` says that the id is a hash of the content: an id already present is then the same
    event and the payload is not compared. `expected_version` is the version its stream must have before
    this event (0: the stream must be new); None: any.
    """

    event_id: str
    stream: str
    kind: str
    schema: int
    payload: str
    content_derived: bool = False
    expected_version: int | None = None


class Envelope(NamedTuple):
    """What a reader gets. `recorded_at` is us since the epoch; a `payload` of None was redacted.

    (A named tuple, as a frozen dataclass takes four times as long to make and catch-up reads millions.)
    """

    position: int
    event_id: str
    stream: str
    version: int
    kind: str
    schema: int
    recorded_at: int
    recorded_by: str
    payload: str | None


class Appended(NamedTuple):
    """The answer to one event: where it is in the log, and whether it is `new` there."""

    position: int
    version: int
    event_id: str
    new: bool
    recorded_at: int


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: the last position and its chain hash, which vouches for all before it."""

    position: int
    chain_hash: bytes


class Row(NamedTuple):
    """One row of the table `events`, its columns in the table's order."""

    position: int
    event_id: str
    stream: str
    version: int
    kind: str
    schema: int
    recorded_at: int
    recorded_by: str
    payload: str | None
    salt: bytes | None
    payload_hash: bytes
    chain_hash: bytes


# The same as it is written: the drivers take a plain tuple a fifth faster than a named one.
RowValues = tuple[int, str, str, int, str, int, int, str, str | None, bytes | None, bytes, bytes]
