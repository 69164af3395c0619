"""Decides which claims an analyst weighs otherwise, by how much, who did it and why."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Drop, Projection, Put


def _weighted(event: Body, envelope: Envelope) -> Iterator[Put | Drop]:
    key, factor = (event["claim"],), float(event["factor"])
    who = {"analyst": envelope.recorded_by, "at": envelope.recorded_at, "reason": event.get("reason")}
    yield Drop(key) if factor == 1.0 else Put(key, {"factor": factor, **who})


PROJECTION = Projection(
    table="weighings",
    revision=1,
    key={"claim": "TEXT NOT NULL"},
    columns={
        "factor": "DOUBLE PRECISION NOT NULL",
        "analyst": "TEXT NOT NULL",
        "at": "BIGINT NOT NULL",
        "reason": "TEXT",
    },
    handlers={"claim-weighted": _weighted},
)
