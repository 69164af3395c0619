"""Decides whether the log is still what was written: every hash, every position, and an outside witness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from orjson import dumps

from tracker.record.chain import link, payload_hash
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
    reading = _Reading(witness=against)
    if reading.through(store.rows(until=max(last, head.position))):
        reading.finish(head)
    return Verified(reading.position, reading.chain_hash, reading.findings)


@dataclass(slots=True)
class _Reading:
    """How far the log was read, and what is known by then."""

    witness: tuple[int, bytes] | None
    position: int = 0
    chain_hash: bytes = GENESIS
    recorded_at: int = 0
    blank: set[int] = field(default_factory=set)
    redacted: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def found(self, position: int, what: str) -> None:
        self.findings.append(Finding(position, what))

    def through(self, rows: Iterable[RowValues]) -> bool:
        """Reads on; False: there is no sense in going on."""
        witness_at = self.witness[0] if self.witness is not None else -1
        last, previous, recorded_at = self.position, self.chain_hash, self.recorded_at
        for row in rows:
            position, hashed, chained = row[0], row[10], row[11]
            try:
                # As `payload_hash` and `link` in `chain`; calling them for every event costs a tenth.
                sound = (
                    position == last + 1
                    and row[6] >= recorded_at
                    and sha256(row[9] + row[8].encode()).digest() == hashed  # type: ignore[operator,union-attr]
                    and sha256(previous + dumps(row[:8]) + hashed).digest() == chained
                )
            except (TypeError, AttributeError, UnicodeError):
                sound = False
            if not sound:
                self.position, self.chain_hash, self.recorded_at = last, previous, recorded_at
                self._examine(row)
                if len(self.findings) >= _ENOUGH:
                    return False
            if row[4] == REDACTED:
                self.redacted.add(redacted_position(row[2]))
            if position == witness_at and self.witness != (position, chained):
                self.found(position, "its chain hash is not the one given")
            last, previous, recorded_at = position, chained, row[6]
        self.position, self.chain_hash = last, previous
        return True

    def _examine(self, row: RowValues) -> None:
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
