"""Decides which documents claims were read in."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Projection, Put


def _registered(event: Body, _: Envelope) -> Iterator[Put]:
    row = {column: event.get(column) for column in ("source", "url", "title", "published")}
    yield Put((event["document"],), row)


PROJECTION = Projection(
    table="documents",
    revision=2,
    key={"id": "TEXT NOT NULL"},
    columns={"source": "TEXT", "url": "TEXT", "title": "TEXT", "published": "TEXT"},
    handlers={"document-registered": _registered},
)
