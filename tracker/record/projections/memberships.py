"""Decides which actor is part of which other, from when on."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.judgement.evidence import BEGINNING
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Projection, Put
from tracker.times import parse_iso


def _always(event: Body, _: Envelope) -> Iterator[Put]:
    if event.get("part_of"):
        yield Put((event["actor"], BEGINNING), {"parent": event["part_of"]})


def _joined(event: Body, _: Envelope) -> Iterator[Put]:
    yield Put((event["actor"], parse_iso(event["since"])), {"parent": event["parent"]})


def _left(event: Body, _: Envelope) -> Iterator[Put]:
    yield Put((event["actor"], parse_iso(event["since"])), {"parent": None})


PROJECTION = Projection(
    table="memberships",
    revision=3,
    key={"actor": "TEXT NOT NULL", "since": "BIGINT NOT NULL"},
    columns={"parent": "TEXT"},
    handlers={
        "actor-registered": _always,
        "actor-described": _always,
        "actor-joined": _joined,
        "actor-left": _left,
    },
)
