"""Decides whom each source speaks for or prefers, from when on."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.judgement.evidence import BEGINNING
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Projection, Put
from tracker.times import parse_iso


def _always(event: Body, _: Envelope) -> Iterator[Put]:
    if event.get("lean"):
        yield Put((event["source"], BEGINNING), {"actor": event["lean"]})


def _leans(event: Body, _: Envelope) -> Iterator[Put]:
    since = parse_iso(event["since"]) if event.get("since") else BEGINNING
    yield Put((event["source"], since), {"actor": event.get("side")})


PROJECTION = Projection(
    table="leanings",
    revision=3,
    key={"source": "TEXT NOT NULL", "since": "BIGINT NOT NULL"},
    columns={"actor": "TEXT"},
    handlers={"source-registered": _always, "source-described": _always, "source-leans": _leans},
)
