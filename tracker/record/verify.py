"""Decides whether the log is still what was written: every hash, every position, and an outside witness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from orjson import dumps

from tracker.record.chain import link, new_hash, payload_hash
from tracker.record.envelope import GENESIS, Head, RowValues
from tracker.record.store import REDACTED, Store, redacted_position

_ENOUGH = 1000  # findings: a log with more is simply another log


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at a position."""

    position: int
    what: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read, up to `position`, and what was found there."""

    position: int
    chain_hash: bytes
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(store: Store, *, against: tuple[int, bytes] | None = None) -> Verified:
    """Reads the whole log and checks it; `against` is a position and chain hash printed at an earlier time.

    A changed, removed, inserted or swapped event is found by the chain. Events cut off at the end leave a log
    that is shorter and otherwise sound (on PostgreSQL its head row tells): only `against` shows that.
    """
    last = store.last_position()
    head = (
        store.head()
    )  # asked second: an append meanwhile moves it past the last position, never short of it
    reading = Reading(witness=against)
    if reading.through(store.pages(until=max(last, head.position))):
        reading.finish(head)
    return Verified(reading.position, reading.chain_hash, reading.findings)


@dataclass(slots=True)
class Reading:
    """How far a log was read, and what is known by then."""

    witness: tuple[int, bytes] | None = None
    position: int = 0
    chain_hash: bytes = GENESIS
    recorded_at: int = 0
    blank: set[int] = field(default_factory=set)
    redacted: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def found(self, position: int, what: str) -> None:
        """Note something wrong."""
        self.findings.append(Finding(position, what))

    def through(self, pages: Iterable[list[RowValues]]) -> bool:
        """Read on; False: there is no sense in going on."""
        return all(self._plain(page) or self._examine(page) for page in pages)

    def _plain(self, rows: list[RowValues]) -> bool:
        """Whether all is as it should be, and nothing is to be noted; if so, it was read."""
        first, last = rows[0][0], rows[-1][0]
        dense = first == self.position + 1 and last == self.position + len(rows)  # they are in order
        if not dense or (self.witness is not None and first <= self.witness[0] <= last):
            return False
        previous, recorded_at = self.chain_hash, self.recorded_at
        try:
            for row in rows:
                _, _, _, _, kind, _, at, _, payload, salt, hashed, chained = row
                # As `payload_hash` and `link` in `chain`; calling them for every event costs a tenth.
                one, both = new_hash(), new_hash()
                one.update(salt)  # type: ignore[arg-type]  # a payload that was redacted is not plain
                one.update(payload.encode())  # type: ignore[union-attr]
                both.update(previous)
                both.update(dumps(row[:8]))
                both.update(hashed)
                if one.digest() != hashed or both.digest() != chained or at < recorded_at or kind == REDACTED:
                    return False
                previous, recorded_at = chained, at
        except (TypeError, AttributeError, UnicodeError):
            return False
        self.position, self.chain_hash, self.recorded_at = last, previous, recorded_at
        return True

    def _examine(self, rows: list[RowValues]) -> bool:
        """Reads a page event by event, and notes what it finds; False: enough."""
        for row in rows:
            position, stream, kind, recorded_at, chained = row[0], row[2], row[4], row[6], row[11]
            self._examine_one(row)
            if len(self.findings) >= _ENOUGH:
                return False
            if kind == REDACTED:
                self.redacted.add(redacted_position(stream))
            if self.witness is not None and position == self.witness[0] and chained != self.witness[1]:
                self.found(position, "its chain hash is not the one given")
            self.position, self.chain_hash, self.recorded_at = position, chained, recorded_at
        return True

    def _examine_one(self, row: RowValues) -> None:
        """Says what is not sound; with a payload that was redacted nothing need be wrong."""
        position, payload, salt, hashed, chained = row[0], *row[8:]
        before = len(self.findings)
        if payload is None:
            self.blank.add(position)
        if (payload is None) != (salt is None):
            self.found(position, "of its payload and salt one was taken out")
        try:
            if payload is not None and salt is not None and payload_hash(salt, payload) != hashed:
                self.found(position, "its payload is not what was recorded")
            if position != self.position + 1:
                self.found(position, f"between event {self.position} and this one events are missing")
            elif chained != link(self.chain_hash, row[:8], hashed):
                self.found(position, "it does not follow from the event before: one of the two was changed")
            if row[6] < self.recorded_at:
                self.found(position, "it was recorded before the event before it")
        except (TypeError, AttributeError, UnicodeError):
            if len(self.findings) == before:
                self.found(position, "a column holds another kind of value than was recorded")

    def finish(self, head: Head) -> None:
        """What shows only at the end."""
        for position in sorted(self.blank - self.redacted):
            self.found(position, "its payload was taken out, and no event says so")
        for position in sorted(self.redacted - self.blank):
            self.found(position, "its payload was redacted, and is here again")
        if (self.position, self.chain_hash) != (head.position, head.chain_hash):
            self.found(head.position, f"the head says so, but the log ends with event {self.position}")
        if self.witness is None:
            return
        if self.witness[0] > self.position:
            self.found(self.witness[0], f"the log ends before it, with event {self.position}")
        elif self.witness[0] == 0 and self.witness[1] != GENESIS:
            self.found(0, "its chain hash is not the one given")
