"""Decides what is different when somebody describes a place, an actor or a source anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tracker.desk.registry import described_actor, described_place, described_source
from tracker.errors import BadInput, Conflict
from tracker.judgement.evidence import BEGINNING
from tracker.reader import Reader
from tracker.record.events import Event
from tracker.views.catalogue import entry
from tracker.views.evidence import merged
from tracker.views.parties import parties
from tracker.views.places import containing, place_of

Document = dict[str, Any]

_MAKE: Final[Mapping[str, Any]] = {
    "place": described_place, "actor": described_actor, "source": described_source,
}  # fmt: skip
_OPTIONS: Final = {
    "place": "--kind, --lat and --lon, --parent, …", "actor": "--level, --part-of",
    "source": "--kind, --lean, --grade, --language",
}  # fmt: skip


def described(reader: Reader, thing: str, id_: str, told: Mapping[str, Any]) -> tuple[Event, list[Document]]:
    """The event that says what is different, and that field by field; all that was told where nothing is.

    What is told names others by their ids. Raises BadInput and Conflict.
    """
    given = {key: value for key, value in told.items() if value is not None}
    if not given:
        raise BadInput(what=f"what {id_} is like is not said", try_=_OPTIONS[thing])
    event: Event = _MAKE[thing](id_, **given)
    _check_ties(reader, id_, given)
    before = _known(reader, thing, id_)
    new = {key: value for key, value in given.items() if value != before[key]}
    fields = [{"field": key, "before": before[key], "after": value} for key, value in new.items()]
    if {"lat", "lon"} & new.keys():
        new |= {key: given[key] for key in ("lat", "lon")}  # half a position is none
    return (_MAKE[thing](id_, **new) if new else event), fields


def _known(reader: Reader, thing: str, id_: str) -> Document:
    """What is known of it, by the names of the options; of what is dated, what has always been so."""
    known = entry(reader, thing, id_)
    for option, dated, key in (("part_of", "part_of", "actor"), ("lean", "leans", "side")):
        if dated in known:
            known[option] = next((one[key] for one in known[dated] if one["since"] is None), None)
    return known


def _upward(reader: Reader, place: str) -> list[str]:
    """A place and the areas that it lies in."""
    return [place, *(area.id for area in containing(reader, place_of(reader, place)))]


def _check_ties(reader: Reader, id_: str, given: Mapping[str, Any]) -> None:
    parent, near, whole = given.get("parent"), given.get("near"), given.get("part_of")
    into = merged(reader)
    me = into.get(id_, id_)
    if near and me == into.get(near, near):
        raise Conflict(what=f"{id_} cannot be near itself", try_="another place")
    if parent and me in _upward(reader, into.get(parent, parent)):
        raise Conflict(what=f"{parent} lies in {id_} itself", try_=f"tracker place show {parent}")
    if whole and parties(reader).joining_makes_a_circle(id_, whole, BEGINNING):
        raise Conflict(what=f"{whole} is part of {id_} itself", try_=f"tracker actor show {whole}")
