"""Decides which batches of a feed analysts released or dropped, who did it and why."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.judgement.guard import DROPPED, RELEASED
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Drop, Projection, Put


def _released(event: Body, envelope: Envelope) -> Iterator[Put]:
    yield from _decided(event, envelope, RELEASED)


def _dropped(event: Body, envelope: Envelope) -> Iterator[Put]:
    yield from _decided(event, envelope, DROPPED)


def _decided(event: Body, envelope: Envelope, decided: str) -> Iterator[Put]:
    who = {"analyst": envelope.recorded_by, "at": envelope.recorded_at, "reason": event["reason"]}
    yield Put((event["source"], event["day"]), {"decided": decided, **who})


def _reopened(event: Body, _: Envelope) -> Iterator[Drop]:
    yield Drop((event["source"], event["day"]))


PROJECTION = Projection(
    table="decisions",
    revision=1,
    key={"source": "TEXT NOT NULL", "day": "TEXT NOT NULL"},
    columns={
        "decided": "TEXT NOT NULL",
        "analyst": "TEXT NOT NULL",
        "at": "BIGINT NOT NULL",
        "reason": "TEXT NOT NULL",
    },
    handlers={"batch-released": _released, "batch-dropped": _dropped, "batch-reopened": _reopened},
)
