"""Decides which of the events handed in are new, which are refused, and what each new one is numbered.

All refusals come before the first number, so that the log can have no gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.errors import BadInput, DifferentEvent, StaleVersion
from tracker.record.chain import link, payload_hash, salts
from tracker.record.envelope import Appended, NewEvent, Row, RowValues
from tracker.record.medium import Known, Seen


@dataclass(frozen=True, slots=True)
class Prepared:
    """Events with what needs no lock: checked, salted, hashed."""

    events: Sequence[NewEvent]
    salts: Sequence[bytes]
    hashes: Sequence[bytes]


def prepare(events: Sequence[NewEvent]) -> Prepared:
    """Checks, salts and hashes; refuses what no engine could store."""
    for event in events:
        _check(event)
    drawn = list(salts(len(events)))
    return Prepared(
        events, drawn, [payload_hash(salt, event.payload) for salt, event in zip(drawn, events, strict=True)]
    )


def number(prepared: Prepared, seen: Seen, *, now: int, by: str) -> tuple[list[RowValues], list[Appended]]:
    """The rows to write, and the answer to each event handed in, in its order."""
    recorded_at = max(now, seen.recorded_at)
    position, chain_hash = seen.position, seen.chain_hash
    known, versions = seen.known, dict(seen.versions)
    here: dict[str, RowValues] = {}  # those of this batch
    answers: list[Appended] = []
    for event, salt, hashed in zip(prepared.events, prepared.salts, prepared.hashes, strict=True):
        event_id, stream = event.event_id, event.stream
        if event_id in known or event_id in here:
            there = known[event_id] if event_id in known else Row._make(here[event_id])
            _refuse_other_content(event, there)
            answers.append(Appended(there.position, there.version, event_id, False, there.recorded_at))
            continue
        version = versions.get(stream, 0)
        if event.expected_version is not None and event.expected_version != version:
            raise StaleVersion(stream=stream, expected=event.expected_version, found=version)
        position += 1
        versions[stream] = version = version + 1
        header = (position, event_id, stream, version, event.kind, event.schema, recorded_at, by)
        chain_hash = link(chain_hash, header, hashed)
        here[event_id] = (*header, event.payload, salt, hashed, chain_hash)
        answers.append(Appended(position, version, event_id, True, recorded_at))
    return list(here.values()), answers


def check_author(by: str) -> None:
    """Refuses an author that no engine could store."""
    if not by or "\0" in by:
        raise BadInput(what=f"{by!r} is no name of who records", try_="a name")
    _check_text(by)


def _check(event: NewEvent) -> None:
    names = f"{event.event_id}\n{event.stream}\n{event.kind}"
    if "\0" in names or not (event.event_id and event.stream and event.kind and event.payload):
        raise BadInput(
            what=f"event {event.event_id!r} lacks an id, a stream, a kind or a payload", try_="all four"
        )
    _check_text(names)


def _check_text(names: str) -> None:
    try:
        names.encode()
    except UnicodeEncodeError:
        raise BadInput(what=f"the name {names!a} is not text", try_="Unicode text") from None


def _refuse_other_content(event: NewEvent, there: Known | Row) -> None:
    if event.content_derived:
        return
    same = (there.stream, there.kind) == (event.stream, event.kind) and (
        there.salt is None
        or payload_hash(there.salt, event.payload) == there.payload_hash  # redacted: the id decides
    )
    if not same:
        raise DifferentEvent(event_id=event.event_id)
