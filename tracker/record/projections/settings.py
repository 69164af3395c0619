"""Decides which settings are in force, for the tracker (place '') and for single places."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Drop, Projection, Put


def _changed(event: Body, _: Envelope) -> Iterator[Put | Drop]:
    key = (event["key"], event.get("place") or "")
    value = event.get("value")
    yield Drop(key) if value is None else Put(key, {"value": str(value)})


PROJECTION = Projection(
    table="settings",
    revision=2,
    key={"key": "TEXT NOT NULL", "place": "TEXT NOT NULL"},
    columns={"value": "TEXT NOT NULL"},
    handlers={"setting-changed": _changed},
)
