"""Decides which of the events handed in are new, which are refused, and what each new one is numbered.

All refusals come before the first number, so that the log can have no gap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from tracker.errors import BadInput, DifferentEvent, StaleVersion
from tracker.record.chain import link, payload_hash, salts
from tracker.record.envelope import Appended, NewEvent, RowValues
from tracker.record.medium import Known, Seen


class Prepared(NamedTuple):
    """Events with what needs no lock: checked, salted, hashed."""

    events: Sequence[NewEvent]
    salts: Sequence[bytes]
    hashes: Sequence[bytes]


def prepare(events: Sequence[NewEvent]) -> Prepared:
    """Checks, salts and hashes; refuses what no engine could store."""
    _check(events)
    drawn = salts(len(events))
    hashes = [payload_hash(salt, event.payload) for salt, event in zip(drawn, events, strict=True)]
    return Prepared(events, drawn, hashes)


# The row of a new event but for its chain hash. Flat: the garbage collector soon leaves such a tuple alone.
Numbered = tuple[int, str, str, int, str, int, int, str, str, bytes, bytes]


def number(
    prepared: Prepared, seen: Seen, *, now: int, by: str
) -> tuple[Collection[Numbered], list[Appended]]:
    """The events to write with their numbers, and the answer to each event handed in, in its order."""
    recorded_at = max(now, seen.recorded_at)
    position, known, versions = seen.position, seen.known, dict(seen.versions)
    new: dict[str, Numbered] = {}
    answers: list[Appended] = []
    for event, salt, hashed in zip(prepared.events, prepared.salts, prepared.hashes, strict=True):
        event_id, stream = event.event_id, event.stream
        if event_id in known or event_id in new:
            there = known[event_id] if event_id in known else _as_known(new[event_id])
            _refuse_other_content(event, there)
            answers.append(Appended(there.position, there.version, event_id, False, there.recorded_at))
            continue
        version = versions.get(stream, 0)
        if event.expected_version is not None and event.expected_version != version:
            raise StaleVersion(stream=stream, expected=event.expected_version, found=version)
        position += 1
        versions[stream] = version = version + 1
        new[event_id] = (
            position, event_id, stream, version, event.kind, event.schema, recorded_at, by,
            event.payload, salt, hashed,
        )  # fmt: skip
        answers.append(Appended(position, version, event_id, True, recorded_at))
    return new.values(), answers


def chained(numbered: Iterable[Numbered], previous: bytes) -> Iterator[RowValues]:
    """The rows of the table; each is hashed as it is asked for, while the engine still writes the last."""
    for row in numbered:
        previous = link(previous, row[:8], row[10])
        yield (*row, previous)


def _as_known(numbered: Numbered) -> Known:
    position, _, stream, version, kind, _, recorded_at, _, _, salt, hashed = numbered
    return Known(position, stream, version, kind, recorded_at, salt, hashed)


def check_author(by: str) -> None:
    """Refuses an author that no engine could store."""
    if not by or "\0" in by:
        raise BadInput(what=f"{by!r} is no name of who records", try_="a name")
    _check_text(by)


def _check(events: Sequence[NewEvent]) -> None:
    for event in events:
        if not (event.event_id and event.stream and event.kind and event.payload):
            raise BadInput(what=f"an event lacks something: {event}", try_="id, stream, kind and payload")
    names = "\n".join([f"{event.event_id}\n{event.stream}\n{event.kind}" for event in events])
    if "\0" in names:
        raise BadInput(what="there is a NUL character in the name of an event", try_="a name without one")
    _check_text(names)


def _check_text(names: str) -> None:
    try:
        names.encode()
    except UnicodeEncodeError as error:
        raise BadInput(what=f"the name {error.object[:40]!a} is not text", try_="Unicode text") from None


def _refuse_other_content(event: NewEvent, there: Known) -> None:
    if event.content_derived:
        return
    same = (there.stream, there.kind) == (event.stream, event.kind)
    if same and there.salt is not None:  # redacted: the id decides
        same = payload_hash(there.salt, event.payload) == there.payload_hash
    if not same:
        raise DifferentEvent(event_id=event.event_id)
