"""Decides which claims tell of the same event, and which was derived from which."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Drop, Projection, Put


def _linked(event: Body, _: Envelope) -> Iterator[Put]:
    yield Put((event["claim"], event["link"], event["other"]), {"note": event.get("note")})


def _unlinked(event: Body, _: Envelope) -> Iterator[Drop]:
    yield Drop((event["claim"], event["link"], event["other"]))


PROJECTION = Projection(
    table="links",
    revision=4,
    key={"claim": "TEXT NOT NULL", "link": "TEXT NOT NULL", "other": "TEXT NOT NULL"},
    columns={"note": "TEXT"},
    handlers={"claim-linked": _linked, "claim-unlinked": _unlinked},
    indexes=(("other",), ("link",)),
)
