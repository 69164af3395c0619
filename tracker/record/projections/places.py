"""Decides what is known of each place: its kind, where it is, what it lies in, what it was merged into."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import BringBack, DropAll, Patch, Projection, Put

_FACTS = ("lat", "lon", "parent", "population", "near", "bearing", "km", "gazetteer")


def _registered(event: Body, _: Envelope) -> Iterator[Put]:
    told = {"name": event["name"], "kind": event["place_kind"], "imported": event.get("imported")}
    yield Put((event["place"],), {**told, **{column: event.get(column) for column in _FACTS}})


def _described(event: Body, _: Envelope) -> Iterator[Patch]:
    told = {"kind": event.get("place_kind"), **{column: event.get(column) for column in _FACTS}}
    yield Patch((event["place"],), {column: value for column, value in told.items() if value is not None})


def _renamed(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["place"],), {"name": event["name"]})


def _merged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["place"],), {"merged_into": event["into"]})


def _unmerged(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["place"],), {"merged_into": None})


def _undone(event: Body, _: Envelope) -> Iterator[DropAll]:
    yield DropAll({"imported": event["import_id"]})


def _restored(event: Body, _: Envelope) -> Iterator[BringBack]:
    yield BringBack({"imported": event["import_id"]})


PROJECTION = Projection(
    table="places",
    revision=5,
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
        "imported": "TEXT",
    },
    handlers={
        "place-registered": _registered,
        "place-described": _described,
        "place-renamed": _renamed,
        "place-merged": _merged,
        "place-unmerged": _unmerged,
        "import-undone": _undone,
        "import-restored": _restored,
    },
    indexes=(("parent",), ("near",), ("lat", "lon"), ("merged_into",), ("gazetteer",)),
)
