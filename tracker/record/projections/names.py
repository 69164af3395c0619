"""Decides by which names a place, an actor or a source can be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tracker.names import fold
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import BringBack, Drop, DropAll, Handle, Projection, Put

THINGS = ("place", "actor", "source")


def _named(thing: str, id_: str, names: Iterable[str], imported: str | None = None) -> Iterator[Put]:
    for name in dict.fromkeys(names):
        yield Put((thing, id_, name), {"folded": fold(name), "imported": imported})


def _registered(thing: str) -> Handle:
    def handle(event: Body, _: Envelope) -> Iterator[Put]:
        names = [event["name"], *event.get("aliases", ())]
        return _named(thing, event[thing], names, event.get("imported"))

    return handle


def _aliased(thing: str) -> Handle:
    def handle(event: Body, _: Envelope) -> Iterator[Put]:
        return _named(thing, event[thing], event["aliases"])

    return handle


def _unaliased(thing: str) -> Handle:
    def handle(event: Body, _: Envelope) -> Iterator[Drop]:
        for name in event["aliases"]:
            yield Drop((thing, event[thing], name))

    return handle


def _renamed(thing: str) -> Handle:
    def handle(event: Body, _: Envelope) -> Iterator[Put]:
        return _named(thing, event[thing], [event["name"]])

    return handle


def _undone(event: Body, _: Envelope) -> Iterator[DropAll]:
    yield DropAll({"imported": event["import_id"]})


def _restored(event: Body, _: Envelope) -> Iterator[BringBack]:
    yield BringBack({"imported": event["import_id"]})


_IMPORTS: Final[dict[str, Handle]] = {"import-undone": _undone, "import-restored": _restored}
PROJECTION = Projection(
    table="names",
    revision=4,
    key={"thing": "TEXT NOT NULL", "id": "TEXT NOT NULL", "alias": "TEXT NOT NULL"},
    columns={"folded": "TEXT NOT NULL", "imported": "TEXT"},
    handlers=_IMPORTS | {
        f"{thing}-{happened}": make(thing)
        for thing in THINGS
        for happened, make in (
            ("registered", _registered), ("aliased", _aliased), ("unaliased", _unaliased),
            ("renamed", _renamed),
        )
    },
    indexes=(("folded", "thing"),),
)  # fmt: skip
