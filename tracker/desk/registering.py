"""Decides what may be done to places, actors, sources, documents and settings, and records it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tracker.desk.describing import described
from tracker.desk.intake import web_address
from tracker.desk.naming import aliases_of, names_told
from tracker.desk.recording import Decision, Recorder, payload
from tracker.desk.registry import ADDING, changed, fresh_id
from tracker.desk.words import require
from tracker.errors import BadInput, Conflict, typed
from tracker.judgement import vocabulary
from tracker.names import fold
from tracker.phrases import joined
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.control import EVERYWHERE
from tracker.record.events import Event
from tracker.times import read_past, read_span
from tracker.views.catalogue import document as known_document
from tracker.views.differences import Verdicts, changes, verdicts
from tracker.views.names import names_of
from tracker.views.parties import TRUE, parties
from tracker.views.settings import (
    CONTESTED_BELOW,
    DEFAULTS,
    KNOWN,
    LEARNING,
    NIGHT,
    OFF,
    ON,
    PER_PLACE,
    TEMPO,
    THRESHOLD,
    ZONE,
    all_settings,
)
from tracker.views.situation import Question
from tracker.zones import zone_of

Document = dict[str, Any]

_TABLES: Final = {"place": "places", "actor": "actors", "source": "sources"}
_A: Final = {"place": "a place", "actor": "an actor", "source": "a source"}
_TIED: Final = {"place": ("parent", "near"), "actor": ("part_of",), "source": ("lean",)}
"""Arguments that name another place (of a place) or an actor."""
ALREADY_SO: Final = "already so; nothing was recorded"


class Registering:
    """What people do with places, actors, sources, documents and settings.

    Every verb answers with the event, where it was recorded (nowhere with `dry_run`), and the verdicts
    that read differently because of it.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def add(self, thing: str, name: str, told: dict[str, Any], *, dry_run: bool) -> Document:
        """Bring in a place, an actor or a source; Conflict if its id is taken."""
        make = ADDING[thing]

        def added(reader: Reader) -> Event:
            event: Event = make(name, **self._tied(reader, thing, told))
            id_ = event.stream.partition("/")[2]
            if reader.one(f"SELECT 1 FROM {_TABLES[thing]} WHERE id = :id", id=id_) is not None:
                called = fold(name) in {fold(one) for one in names_of(reader, thing, id_)}
                step = f"show {id_}" if called else f"alias {id_} {typed(name)}"
                raise Conflict(
                    what=f"there is already {_A[thing]} {id_}",
                    try_=f"tracker {thing} {step} if it is the same, else another --id",
                )
            return event

        return self._done(thing, added, dry_run=dry_run)

    def describe(self, thing: str, name: str, told: dict[str, Any], *, dry_run: bool) -> Document:
        """Tell more of something: what is told replaces what was known, and nothing is recorded twice."""
        different: list[list[Document]] = []

        def happened(reader: Reader) -> Event | _AlreadySo:
            id_ = self._itself(reader, thing, name)
            event, fields = described(reader, thing, id_, self._tied(reader, thing, told))
            different.append(fields)
            return event if fields else _AlreadySo(event)

        answer = self._done(thing, happened, dry_run=dry_run)
        return {**answer, "fields": different[-1]}

    def change(
        self, thing: str, change: str, name: str, facts: Mapping[str, object], *, dry_run: bool
    ) -> Document:
        """Alias or rename something."""

        def happened(reader: Reader) -> Event | _AlreadySo:
            id_ = (self._itself if change == "rename" else self._id)(reader, thing, name)
            event = changed(thing, change, id_, **facts)
            called = reader.one(
                f"SELECT 1 FROM {_TABLES[thing]} WHERE id = :id AND name = :name AND to_pos > :known",
                id=id_, name=facts.get("name"), known=NOW,
            )  # fmt: skip
            return _AlreadySo(event) if called else event

        return self._done(thing, happened, dry_run=dry_run)

    def unalias(
        self, thing: str, name: str, aliases: Sequence[str], reason: str | None, *, dry_run: bool
    ) -> Document:
        """Take other names back; Conflict where it is not called so, or where that is its main name."""

        def unaliased(reader: Reader) -> Event:
            bound = self._recorder.finding(reader)(thing, name)
            id_, taken = aliases_of(reader, thing, bound, aliases)
            return changed(thing, "unalias", id_, aliases=taken, reason=reason)

        return self._done(thing, unaliased, dry_run=dry_run)

    def merge(self, thing: str, name: str, into: str, reason: str | None, *, dry_run: bool) -> Document:
        """Read one as the other from now on."""

        def merged(reader: Reader) -> Event:
            target = _merged_into(reader, thing, name)
            if target is not None:
                raise Conflict(
                    what=f"{name} is already read as {target}",
                    try_=f"tracker {thing} unmerge {typed(name)} first",
                )
            id_, root = self._id(reader, thing, name), self._id(reader, thing, into)
            return changed(thing, "merge", id_, into=root, reason=reason)

        return self._done(thing, merged, dry_run=dry_run)

    def unmerge(self, thing: str, name: str, reason: str | None, *, dry_run: bool) -> Document:
        """Undo a merge; the name is the id that was merged away, or what that was called."""

        def unmerged(reader: Reader) -> Event:
            id_ = _merged_away(reader, thing, name)
            if id_ is None:
                self._id(reader, thing, name)
                raise Conflict(
                    what=f"{name} is not merged into anything",
                    try_=f"the id that was merged: tracker {thing} list",
                )
            return changed(thing, "unmerge", id_, reason=reason)

        return self._done(thing, unmerged, dry_run=dry_run)

    def join(self, actor: str, parent: str, since: object, *, dry_run: bool) -> Document:
        """An actor becomes part of another from an instant on."""

        def joined(reader: Reader) -> Event:
            id_, target = self._id(reader, "actor", actor), self._id(reader, "actor", parent)
            at = self._from(reader, since)
            if parties(reader).joining_makes_a_circle(id_, target, at):
                raise Conflict(what=f"{target} is part of {id_} itself", try_=f"tracker actor show {target}")
            return events.ActorJoined(actor=id_, parent=target, since=at)

        return self._done("actor", joined, dry_run=dry_run)

    def leave(self, actor: str, since: object, *, dry_run: bool) -> Document:
        """An actor stands for itself from an instant on."""

        def left(reader: Reader) -> Event:
            id_, at = self._id(reader, "actor", actor), self._from(reader, since)
            if len(parties(reader).line(id_, at)) == 1:
                raise Conflict(what=f"{id_} is part of nobody then", try_=f"tracker actor show {id_}")
            return events.ActorLeft(actor=id_, since=at)

        return self._done("actor", left, dry_run=dry_run)

    def grade(self, source: str, grade: str, reason: str | None, *, dry_run: bool) -> Document:
        """Grade a source."""
        letter = grade.upper()
        if letter not in vocabulary.GRADES:
            raise BadInput(
                what=f"{grade!r} is no grade", try_="A (completely reliable) to E, or F (cannot be judged)"
            )
        return self._done(
            "source",
            lambda reader: events.SourceGraded(
                source=self._id(reader, "source", source), grade=letter, reason=reason
            ),
            dry_run=dry_run,
        )

    def lean(self, source: str, side: str | None, since: object, *, dry_run: bool) -> Document:
        """Say whom a source speaks for."""

        def leans(reader: Reader) -> Event:
            id_ = self._id(reader, "source", source)
            actor = self._id(reader, "actor", side) if side else None
            return events.SourceLeans(source=id_, side=actor, since=self._instant(reader, since))

        return self._done("source", leans, dry_run=dry_run)

    def document(
        self, key: str, *, source: str | None, url: str | None, title: str | None,
        published: str | int | None, dry_run: bool,
    ) -> Document:  # fmt: skip
        """Register a document that claims are read in; Conflict if its key is taken."""

        now = self._recorder.clock()

        def registered(reader: Reader) -> Event:
            zone = self._recorder.zone(reader)
            when = read_past(published, now=now, zone=zone) if isinstance(published, str) else published
            id_ = fresh_id(key, key)
            if known_document(reader, id_) is not None:
                raise Conflict(
                    what=f"there is already a document {id_}",
                    try_=f"tracker document show {id_}, or another key",
                )
            said_by = self._recorder.finding(reader)("source", source).recorded if source else None
            return events.DocumentRegistered(
                document=id_, source=said_by, url=web_address(url), title=title, published=when,
            )  # fmt: skip

        return self._done("document", registered, dry_run=dry_run)

    def setting(self, key: str, value: str | float | None, place: str | None, *, dry_run: bool) -> Document:
        """Change a setting; None puts the default back."""
        require("setting", key, KNOWN)
        text = None if value is None else str(value)
        if text is not None:
            _check_setting(key, text)

        if place and key not in PER_PLACE:
            raise BadInput(
                what=f"{key} is of the whole tracker, not of a place",
                try_=f"tracker setting set {key}{'' if text is None else f' {typed(text)}'}",
            )

        ids: list[str | None] = [None]

        def set_(reader: Reader) -> Event | _AlreadySo:
            ids[0] = self._id(reader, "place", place) if place else None
            event = events.SettingChanged(key=key, value=text, place=ids[0])
            return _AlreadySo(event) if _in_force(reader, key, text, ids[0] or "") else event

        answer = self._done("setting", set_, dry_run=dry_run)
        return {"key": key, "value": text, "place": ids[0], **answer}

    # -- shared ----------------------------------------------------------------------------------

    def _done(
        self, thing: str, happened: Callable[[Reader], Event | _AlreadySo], *, dry_run: bool
    ) -> Document:
        """Record what happened, unless it was so already."""
        now = self._recorder.clock()

        def decide(reader: Reader) -> Decision[tuple[Event, Verdicts]]:
            event = happened(reader)
            if isinstance(event, _AlreadySo):
                return Decision([], (event.event, {}))
            before = verdicts(reader, Question(now)) if _moves_verdicts(event) else {}
            return Decision([event], (event, before))

        def look(reader: Reader, facts: tuple[Event, Verdicts]) -> tuple[list[Document], list[str]]:
            event, before = facts
            told = changes(before, verdicts(reader, Question(now))) if before else []
            return told, names_told(reader, thing, event)

        done = self._recorder.record(decide, look, dry_run=dry_run)
        event, _ = done.facts
        changed, notes = done.seen
        return {
            thing: event.stream.partition("/")[2], "event": event.kind if done.events else None,
            "payload": payload(event) if done.events else {}, "recorded": bool(done.events) and not dry_run,
            "position": done.position, "dry_run": dry_run, "changes": changed,
            "notes": notes if done.events else [ALREADY_SO],
        }  # fmt: skip

    def _tied(self, reader: Reader, thing: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """What is told, with the ids of the places and actors that it names."""
        of = "place" if thing == "place" else "actor"
        named = {key: self._id(reader, of, told[key]) for key in _TIED[thing] if told.get(key)}
        return {**told, **named}

    def _id(self, reader: Reader, thing: str, name: str) -> str:
        return self._recorder.finding(reader)(thing, name).id

    def _itself(self, reader: Reader, thing: str, name: str) -> str:
        """The id of what is to be called or described otherwise; Conflict where it is read as another."""
        bound = self._recorder.finding(reader)(thing, name)
        if bound.recorded != bound.id:
            raise Conflict(
                what=f"{bound.recorded} is read as {bound.id}",
                try_=f"{bound.id}, or first tracker {thing} unmerge {bound.recorded}",
            )
        return bound.id

    def _from(self, reader: Reader, since: object) -> int:
        at = self._instant(reader, since)
        if at is None:
            raise BadInput(what="from when on is not said", try_="--from 2024-12-10")
        return at

    def _instant(self, reader: Reader, when: object) -> int | None:
        if when is None or isinstance(when, int):
            return when
        return read_span(str(when), now=self._recorder.clock(), zone=self._recorder.zone(reader)).earliest


class _AlreadySo(NamedTuple):
    """An event that would change nothing, so that it is told of and not recorded."""

    event: Event


def _in_force(reader: Reader, key: str, value: str | None, place: str) -> bool:
    """Whether a setting has that value anyway; at a place only its own counts, as it outlives others."""
    own = all_settings(reader).get((key, place))
    if value is None or own is None:
        return own is value or (own is None and not place and _same(value, DEFAULTS[key]))
    return _same(value, own)


def _same(value: str | None, other: str) -> bool:
    try:
        return value is not None and float(value) == float(other)
    except ValueError:
        return value == other


def _merged_into(reader: Reader, thing: str, id_: str) -> str | None:
    row = reader.one(
        f"SELECT merged_into FROM {_TABLES[thing]}"
        " WHERE id = :id AND merged_into IS NOT NULL AND to_pos > :known",
        id=id_.strip(), known=NOW,
    )  # fmt: skip
    return None if row is None else str(row[0])


def _merged_away(reader: Reader, thing: str, name: str) -> str | None:
    """The id of what was merged away, by its id or name. Raises Conflict: several were called so."""
    if _merged_into(reader, thing, name) is not None:
        return name.strip()
    rows = reader.rows(
        f"SELECT id, name FROM {_TABLES[thing]} WHERE merged_into IS NOT NULL AND {TRUE}", known=NOW
    )
    wanted = fold(name)
    found = sorted(id_ for id_, called in rows if fold(called) == wanted)
    if len(found) > 1:
        raise Conflict(what=f"{name} may be {joined(found)}", try_=f"tracker {thing} unmerge {found[0]}")
    return found[0] if found else None


def _moves_verdicts(event: Event) -> bool:
    """Whether verdicts on places may read differently after it."""
    if isinstance(event, events.SettingChanged):
        return event.key not in (ZONE, NIGHT)
    return event.kind in EVERYWHERE or event.kind in ("place-merged", "place-unmerged")


def _check_hour(value: str) -> None:
    if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is None:
        raise BadInput(what=f"{value!r} is no time of day", try_="hours and minutes, from 00:00 to 23:59")


def _check_setting(key: str, value: str) -> None:
    if key == ZONE:
        zone_of(value)
        return
    if key == NIGHT:
        _check_hour(value)
        return
    if key == LEARNING:
        if value not in (ON, OFF):
            raise BadInput(what=f"{value!r} is no value for {key}", try_=f"{ON} or {OFF}")
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
