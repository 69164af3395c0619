"""Decides who the sources are, how an analyst graded them, and what they were merged into."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Patch, Projection, Put


def _registered(event: Body, _: Envelope) -> Iterator[Put]:
    row = {
        "name": event["name"],
        "kind": event["source_kind"],
        "grade": event.get("grade"),
        "language": event.get("language"),
    }
    yield Put((event["source"],), row)


def _described(event: Body, _: Envelope) -> Iterator[Patch]:
    told = {"kind": event.get("source_kind"), "grade": event.get("grade"), "language": event.get("language")}
    yield Patch((event["source"],), {column: value for column, value in told.items() if value is not None})


def _renamed(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["source"],), {"name": event["name"]})


def _graded(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["source"],), {"grade": event["grade"]})


def _merged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["source"],), {"merged_into": event["into"]})


def _unmerged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["source"],), {"merged_into": None})


PROJECTION = Projection(
    table="sources",
    revision=3,
    key={"id": "TEXT NOT NULL"},
    columns={
        "name": "TEXT NOT NULL",
        "kind": "TEXT NOT NULL",
        "grade": "TEXT",
        "language": "TEXT",
        "merged_into": "TEXT",
    },
    handlers={
        "source-registered": _registered,
        "source-described": _described,
        "source-renamed": _renamed,
        "source-graded": _graded,
        "source-merged": _merged,
        "source-unmerged": _unmerged,
    },
)
