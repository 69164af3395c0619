"""Decides how places, actors and sources come into the tracker and change: each change is an event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tracker.desk.words import require
from tracker.errors import BadInput, Conflict
from tracker.judgement import vocabulary
from tracker.names import slug
from tracker.record import events
from tracker.record.events import Event

_ADDED: Final = {"place": "other", "actor": "faction", "source": "unknown"}
"""The kind that something gets when it is only named (`--create`)."""


def fresh_id(name: str, given: str | None = None) -> str:
    """The id that a new thing gets: the one given, else one made from its name."""
    made = slug(given or name)
    if given is not None and made != given:
        raise BadInput(what=f"{given!r} is no id", try_=f"small letters, digits and hyphens, e.g. {made}")
    return made


def named_only(thing: str, name: str) -> Event:
    """The event that brings in something of which only the name is known."""
    if thing == "place":
        return events.PlaceRegistered(place=fresh_id(name), name=name, place_kind=_ADDED[thing])
    if thing == "actor":
        return events.ActorRegistered(actor=fresh_id(name), name=name, level=_ADDED[thing])
    return events.SourceRegistered(source=fresh_id(name), name=name, source_kind=_ADDED[thing])


def told_of(event: Event) -> str:
    """What to say of something that was brought in by its name only, and how more is told of it."""
    if isinstance(event, events.PlaceRegistered):
        so, options = f"of kind {event.place_kind}, without a position", "--kind … --lat … --lon …"
    elif isinstance(event, events.ActorRegistered):
        so, options = f"of level {event.level}, part of nobody", "--level … --part-of …"
    elif isinstance(event, events.SourceRegistered):
        so, options = f"of kind {event.source_kind}", "--kind …"
    else:
        raise TypeError(event.kind)
    thing, _, id_ = event.stream.partition("/")
    return f"{event.name} is new, {so}: tracker {thing} describe {id_} {options}"


def new_place(
    name: str, *, kind: str, id_: str | None = None, lat: float | None = None, lon: float | None = None,
    parent: str | None = None, population: int | None = None, near: str | None = None,
    bearing: str | None = None, km: float | None = None, gazetteer: str | None = None,
    aliases: Sequence[str] = (),
) -> events.PlaceRegistered:  # fmt: skip
    """A place; one without coordinates may lie `near` another."""
    _check_place(kind, lat, lon, bearing)
    return events.PlaceRegistered(
        place=fresh_id(name, id_), name=name, place_kind=kind, lat=lat, lon=lon, parent=parent,
        population=population, near=near, bearing=bearing, km=km, gazetteer=gazetteer, aliases=tuple(aliases),
    )  # fmt: skip


def _check_place(kind: str | None, lat: float | None, lon: float | None, bearing: str | None) -> None:
    require("kind of place", kind, vocabulary.PLACE_KINDS)
    require("bearing", bearing, vocabulary.BEARINGS)
    if (lat is None) != (lon is None):
        raise BadInput(what="a position needs both --lat and --lon", try_="--lat 34.73 --lon 36.72")
    for value, bound, option in ((lat, 90.0, "--lat"), (lon, 180.0, "--lon")):
        if value is not None and not -bound <= value <= bound:
            raise BadInput(
                what=f"{option} {value:g} is not on Earth", try_=f"{option} between -{bound:g} and {bound:g}"
            )


def new_actor(
    name: str, *, level: str, id_: str | None = None, part_of: str | None = None, aliases: Sequence[str] = ()
) -> events.ActorRegistered:
    """An actor, always part of `part_of` if given; `actor join` dates a membership."""
    require("level", level, vocabulary.ACTOR_LEVELS)
    return events.ActorRegistered(
        actor=fresh_id(name, id_), name=name, level=level, part_of=part_of, aliases=tuple(aliases)
    )


def new_source(
    name: str, *, kind: str, id_: str | None = None, lean: str | None = None, grade: str | None = None,
    language: str | None = None, aliases: Sequence[str] = (),
) -> events.SourceRegistered:  # fmt: skip
    """A source; `lean` is the actor that it speaks for or prefers."""
    require("kind of source", kind, vocabulary.SOURCE_KINDS)
    require("grade", grade, vocabulary.GRADES)
    return events.SourceRegistered(
        source=fresh_id(name, id_), name=name, source_kind=kind, lean=lean, grade=grade, language=language,
        aliases=tuple(aliases),
    )  # fmt: skip


def described_place(
    place: str, *, kind: str | None = None, lat: float | None = None, lon: float | None = None,
    parent: str | None = None, population: int | None = None, near: str | None = None,
    bearing: str | None = None, km: float | None = None, gazetteer: str | None = None,
) -> events.PlaceDescribed:  # fmt: skip
    """What became known of a place."""
    _check_place(kind, lat, lon, bearing)
    return events.PlaceDescribed(
        place=place, place_kind=kind, lat=lat, lon=lon, parent=parent, population=population, near=near,
        bearing=bearing, km=km, gazetteer=gazetteer,
    )  # fmt: skip


def described_actor(
    actor: str, *, level: str | None = None, part_of: str | None = None
) -> events.ActorDescribed:
    """What became known of an actor."""
    require("level", level, vocabulary.ACTOR_LEVELS)
    return events.ActorDescribed(actor=actor, level=level, part_of=part_of)


def described_source(
    source: str, *, kind: str | None = None, lean: str | None = None, grade: str | None = None,
    language: str | None = None,
) -> events.SourceDescribed:  # fmt: skip
    """What became known of a source."""
    require("kind of source", kind, vocabulary.SOURCE_KINDS)
    require("grade", grade, vocabulary.GRADES)
    return events.SourceDescribed(source=source, source_kind=kind, lean=lean, grade=grade, language=language)


ADDING: Final[dict[str, Callable[..., Event]]] = {
    "place": new_place,
    "actor": new_actor,
    "source": new_source,
}
_CHANGES: Final[dict[str, dict[str, type[Event]]]] = {
    "place": {
        "alias": events.PlaceAliased, "unalias": events.PlaceUnaliased, "rename": events.PlaceRenamed,
        "merge": events.PlaceMerged, "unmerge": events.PlaceUnmerged,
    },
    "actor": {
        "alias": events.ActorAliased, "unalias": events.ActorUnaliased, "rename": events.ActorRenamed,
        "merge": events.ActorMerged, "unmerge": events.ActorUnmerged,
    },
    "source": {
        "alias": events.SourceAliased, "unalias": events.SourceUnaliased, "rename": events.SourceRenamed,
        "merge": events.SourceMerged, "unmerge": events.SourceUnmerged,
    },
}  # fmt: skip


def changed(thing: str, change: str, id_: str, **facts: object) -> Event:
    """The event by which a place, actor or source is aliased, renamed, merged, or the like undone."""
    if change == "merge" and facts.get("into") == id_:
        raise Conflict(what=f"{id_} cannot be merged into itself", try_=f"tracker {thing} show {id_}")
    return _CHANGES[thing][change].model_validate({thing: id_, **facts})
