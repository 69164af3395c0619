"""Decides which claims tell of the same event, and which was derived from which."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Projection, Put


def _linked(event: Body, _: Envelope) -> Iterator[Put]:
    yield Put((event["claim"], event["link"], event["other"]), {"note": event.get("note")})


PROJECTION = Projection(
    table="links",
    revision=2,
    key={"claim": "TEXT NOT NULL", "link": "TEXT NOT NULL", "other": "TEXT NOT NULL"},
    columns={"note": "TEXT"},
    handlers={"claim-linked": _linked},
    indexes=(("other",),),
)
