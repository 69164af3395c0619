"""Decides what people found when they looked at a claim again, or checked it."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Projection, Put
from tracker.times import parse_iso


def _reviewed(event: Body, envelope: Envelope) -> Iterator[Put]:
    row = {"claim": event["claim"], "answer": event["answer"], "at": parse_iso(event["at"])}
    yield Put((envelope.position,), {**row, "note": event.get("note")}, fresh=True)


def _checked(event: Body, envelope: Envelope) -> Iterator[Put]:
    at = parse_iso(event["at"]) if event.get("at") else envelope.recorded_at
    row = {"claim": event["claim"], "answer": event["found"], "at": at}
    told = {column: event.get(column) for column in ("by", "url", "note")}
    yield Put((envelope.position,), {**row, "reviewer": told.pop("by"), **told}, fresh=True)


PROJECTION = Projection(
    table="reviews",
    revision=3,
    key={"position": "BIGINT NOT NULL"},
    columns={
        "claim": "TEXT NOT NULL",
        "answer": "TEXT NOT NULL",
        "at": "BIGINT NOT NULL",
        "reviewer": "TEXT",
        "url": "TEXT",
        "note": "TEXT",
    },
    handlers={"claim-reviewed": _reviewed, "claim-checked": _checked},
    indexes=(("claim",),),
)
