"""Decides who the actors are, and what they were merged into."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Patch, Projection, Put


def _registered(event: Body, _: Envelope) -> Iterator[Put]:
    yield Put((event["actor"],), {"name": event["name"], "level": event["level"]})


def _described(event: Body, _: Envelope) -> Iterator[Patch]:
    if event.get("level"):
        yield Patch((event["actor"],), {"level": event["level"]})


def _renamed(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["actor"],), {"name": event["name"]})


def _merged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["actor"],), {"merged_into": event["into"]})


def _unmerged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["actor"],), {"merged_into": None})


PROJECTION = Projection(
    table="actors",
    revision=3,
    key={"id": "TEXT NOT NULL"},
    columns={"name": "TEXT NOT NULL", "level": "TEXT NOT NULL", "merged_into": "TEXT"},
    handlers={
        "actor-registered": _registered,
        "actor-described": _described,
        "actor-renamed": _renamed,
        "actor-merged": _merged,
        "actor-unmerged": _unmerged,
    },
)
