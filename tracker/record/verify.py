"""Decides whether the log is still what was written: every hash, every position, and an outside witness."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tracker.record.chain import link, payload_hash
from tracker.record.envelope import GENESIS, Row
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
    for row in store.rows(until=max(last, head.position)):
        reading.check(row)
        if len(reading.findings) >= _ENOUGH:
            break
    else:
        reading.finish()
        if (reading.position, reading.chain_hash) != (head.position, head.chain_hash):
            reading.found(head.position, f"the head says so, but the log ends with event {reading.position}")
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

    def check(self, row: Row) -> None:
        try:
            self._check(*row)
        except (TypeError, AttributeError, UnicodeError):
            self.found(row.position, "a column holds another kind of value than was recorded")
        chained: Any = row.chain_hash  # SQLite would let it be text
        self.position, self.chain_hash = row.position, chained if isinstance(chained, bytes) else GENESIS
        if (
            self.witness is not None
            and self.position == self.witness[0]
            and self.chain_hash != self.witness[1]
        ):
            self.found(self.position, "its chain hash is not the one given")

    def _check(
        self,
        position: int,
        event_id: str,
        stream: str,
        version: int,
        kind: str,
        schema: int,
        recorded_at: int,
        recorded_by: str,
        payload: str | None,
        salt: bytes | None,
        hashed: bytes,
        chained: bytes,
    ) -> None:
        if payload is None:
            self.blank.add(position)
            if salt is not None:
                self.found(position, "its payload was taken out")
        elif salt is None or payload_hash(salt, payload) != hashed:
            self.found(position, "its payload is not what was recorded")
        header = (position, event_id, stream, version, kind, schema, recorded_at, recorded_by)
        if position != self.position + 1:
            self.found(position, f"between event {self.position} and this one events are missing")
        elif chained != link(self.chain_hash, header, hashed):
            self.found(
                position, "it does not follow from the event before: one of the two was changed or put there"
            )
        if recorded_at < self.recorded_at:
            self.found(position, "it was recorded before the event before it")
        self.recorded_at = recorded_at
        if kind == REDACTED:
            self.redacted.add(redacted_position(stream))

    def finish(self) -> None:
        for position in sorted(self.blank - self.redacted):
            self.found(position, "its payload was taken out, and no event says so")
        for position in sorted(self.redacted - self.blank):
            self.found(position, "its payload was redacted, and is here again")
        if self.witness is None:
            return
        if self.witness[0] > self.position:
            self.found(self.witness[0], f"the log ends before it, with event {self.position}")
        elif self.witness[0] == 0 and self.witness[1] != GENESIS:
            self.found(0, "its chain hash is not the one given")
