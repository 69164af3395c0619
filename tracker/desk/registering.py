"""Decides what may be done to places, actors, sources and settings, and records it."""

from __future__ import annotations

from typing import Any, Final

from tracker.desk.recording import Recorder, version
from tracker.desk.registry import changed, fresh_id, new_actor, new_place, new_source
from tracker.errors import BadInput, Conflict
from tracker.judgement import vocabulary
from tracker.judgement.evidence import BEGINNING
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import Event
from tracker.times import read_span
from tracker.views.parties import parties
from tracker.views.settings import CONTESTED_BELOW, KNOWN, TEMPO, THRESHOLD, ZONE
from tracker.zones import zone_of

Document = dict[str, Any]

_TABLES: Final = {"place": "places", "actor": "actors", "source": "sources"}
_TIED: Final = {"place": ("parent", "near"), "actor": ("part_of",), "source": ("lean",)}
"""Arguments that name another place (of a place) or an actor."""


class Registering:
    """What people do with places, actors and sources."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def add(self, thing: str, name: str, told: dict[str, Any]) -> Document:
        """Bring in a place, an actor or a source; Conflict if its id is taken."""
        with self._recorder.reading() as reader:
            find = self._recorder.finding(reader)
            for key in _TIED[thing]:
                if told.get(key):
                    told[key] = find("place" if thing == "place" else "actor", told[key]).id
            id_ = fresh_id(name, told.get("id_"))
            if reader.one(f"SELECT 1 FROM {_TABLES[thing]} WHERE id = :id", id=id_) is not None:
                raise Conflict(
                    what=f"there is already a {thing} {id_}",
                    try_=f"tracker {thing} alias {id_} {name!r} if it is the same, else another --id",
                )
        make: Any = {"place": new_place, "actor": new_actor, "source": new_source}[thing]
        return self._done(make(name, **told), thing, id_, new=True)

    def change(self, thing: str, change: str, name: str, **facts: Any) -> Document:
        """Alias or rename something."""
        with self._recorder.reading() as reader:
            id_ = self._recorder.finding(reader)(thing, name).id
        if "to" in facts:
            facts["name"] = facts.pop("to")
        return self._done(changed(thing, change, id_, **facts), thing, id_)

    def merge(self, thing: str, name: str, into: str, reason: str | None) -> Document:
        """Read one as the other from now on."""
        with self._recorder.reading() as reader:
            find = self._recorder.finding(reader)
            already = reader.one(
                f"SELECT merged_into FROM {_TABLES[thing]}"
                " WHERE id = :id AND merged_into IS NOT NULL AND to_pos > :known",
                id=name.strip(), known=NOW,
            )  # fmt: skip
            if already is not None:
                raise Conflict(
                    what=f"{name} is already read as {already[0]}",
                    try_=f"tracker {thing} unmerge {name}, first",
                )
            id_, target = find(thing, name).id, find(thing, into).id
        return self._done(changed(thing, "merge", id_, into=target, reason=reason), thing, id_)

    def unmerge(self, thing: str, name: str, reason: str | None) -> Document:
        """Undo a merge; the name is the id that was merged away."""
        with self._recorder.reading() as reader:
            row = reader.one(
                f"SELECT id FROM {_TABLES[thing]}"
                " WHERE id = :id AND merged_into IS NOT NULL AND to_pos > :known",
                id=name.strip(), known=NOW,
            )  # fmt: skip
            if row is None:
                self._recorder.finding(reader)(thing, name)
                raise Conflict(
                    what=f"{name} is not merged into anything",
                    try_=f"the id that was merged: tracker {thing} list",
                )
        return self._done(changed(thing, "unmerge", row[0], reason=reason), thing, row[0])

    def join(self, actor: str, parent: str | None, since: object) -> Document:
        """An actor becomes part of another, or stands for itself, from an instant on."""
        with self._recorder.reading() as reader:
            find = self._recorder.finding(reader)
            id_ = find("actor", actor).id
            at = self._instant(reader, since)
            if at is None:
                raise BadInput(what="from when on is not said", try_="--from 2024-12-10")
            if parent is None:
                return self._done(events.ActorLeft(actor=id_, since=at), "actor", id_)
            target = find("actor", parent).id
            if parties(reader).joining_makes_a_circle(id_, target, at):
                raise Conflict(what=f"{target} is part of {id_} itself", try_=f"tracker actor show {target}")
        return self._done(events.ActorJoined(actor=id_, parent=target, since=at), "actor", id_)

    def grade(self, source: str, grade: str, reason: str | None) -> Document:
        """Grade a source."""
        letter = grade.upper()
        if letter not in vocabulary.GRADES:
            raise BadInput(
                what=f"{grade!r} is no grade", try_="A (completely reliable) to E, or F (cannot be judged)"
            )
        with self._recorder.reading() as reader:
            id_ = self._recorder.finding(reader)("source", source).id
        return self._done(events.SourceGraded(source=id_, grade=letter, reason=reason), "source", id_)

    def lean(self, source: str, side: str | None, since: object) -> Document:
        """Say whom a source speaks for."""
        with self._recorder.reading() as reader:
            find = self._recorder.finding(reader)
            id_ = find("source", source).id
            actor = find("actor", side).id if side else None
            at = self._instant(reader, since)
        event = events.SourceLeans(source=id_, side=actor, since=None if at == BEGINNING else at)
        return self._done(event, "source", id_)

    def setting(self, key: str, value: str | float | None, place: str | None) -> Document:
        """Change a setting."""
        vocabulary_of_settings(key)
        if value is not None:
            _check_setting(key, str(value))
        with self._recorder.reading() as reader:
            id_ = self._recorder.finding(reader)("place", place).id if place else None
        event = events.SettingChanged(key=key, value=None if value is None else str(value), place=id_)
        position = self._recorder.record([event])[0].position
        return {"key": key, "value": event.value, "place": id_, "position": position}

    # -- shared ----------------------------------------------------------------------------------

    def _instant(self, reader: Reader, when: object) -> int | None:
        if when is None or isinstance(when, int):
            return when
        return read_span(str(when), now=self._recorder.clock(), zone=self._recorder.zone(reader)).earliest

    def _done(self, event: Event, thing: str, id_: str, *, new: bool = False) -> Document:
        with self._recorder.reading() as reader:
            versions = {event.stream: 0 if new else version(reader, event.stream)}
        position = self._recorder.record([event], versions=versions)[0].position
        return {thing: id_, "event": event.kind, "recorded": True, "position": position}


def vocabulary_of_settings(key: str) -> None:
    """Refuse a setting that does not exist."""
    from tracker.desk.intake import require

    require("setting", key, KNOWN)


def _check_setting(key: str, value: str) -> None:
    if key == ZONE:
        zone_of(value)
        return
    bounds = {TEMPO: (0.0, 1.0), THRESHOLD: (0.5, 0.99), CONTESTED_BELOW: (0.5, 0.99)}[key]
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not bounds[0] <= number <= bounds[1]:
        raise BadInput(
            what=f"{value!r} is no value for {key}", try_=f"a number from {bounds[0]:g} to {bounds[1]:g}"
        )
