"""Decides what is known of each place: its kind, where it is, what it lies in, what it was merged into."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Patch, Projection, Put


def _registered(event: Body, _: Envelope) -> Iterator[Put]:
    told = ("name", "lat", "lon", "parent", "population", "near", "bearing", "km", "gazetteer")
    yield Put(
        (event["place"],),
        {"kind": event["place_kind"], **{column: event.get(column) for column in told}},
    )


def _renamed(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["place"],), {"name": event["name"]})


def _merged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["place"],), {"merged_into": event["into"]})


def _unmerged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["place"],), {"merged_into": None})


PROJECTION = Projection(
    table="places",
    revision=3,
    key={"id": "TEXT NOT NULL"},
    columns={
        "name": "TEXT NOT NULL",
        "kind": "TEXT NOT NULL",
        "lat": "DOUBLE PRECISION",
        "lon": "DOUBLE PRECISION",
        "parent": "TEXT",
        "population": "BIGINT",
        "near": "TEXT",
        "bearing": "TEXT",
        "km": "DOUBLE PRECISION",
        "gazetteer": "TEXT",
        "merged_into": "TEXT",
    },
    handlers={
        "place-registered": _registered,
        "place-renamed": _renamed,
        "place-merged": _merged,
        "place-unmerged": _unmerged,
    },
    indexes=(("parent",), ("near",), ("lat", "lon"), ("merged_into",)),
)
