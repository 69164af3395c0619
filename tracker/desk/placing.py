"""Decides what the places of a gazetteer become: which are known, what each lies in, which id a new one gets.

A place is known by its code or id, and where it has neither by all that is said of it. Namesakes are two
places, each with an id of its own. What a place lies in may come later in the file: such a row waits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, NamedTuple

from tracker.desk.recording import new_event
from tracker.errors import AmbiguousName, BadInput, NotFound, UnknownName
from tracker.importers.places import Told, is_id
from tracker.importers.rows import Row
from tracker.names import AREA_KINDS, Resolved, fold
from tracker.reader import NOW, Reader, last_position
from tracker.record.envelope import NewEvent
from tracker.record.events import PlaceDescribed
from tracker.views.names import areas, find
from tracker.views.parties import TRUE
from tracker.views.places import Place, boxed, distance

NEAR_KM: Final = 2.0
"""Two places of one name and kind that are no farther apart may well be one."""
BY_AREA, BY_ANY, AT_LAST = range(3)
"""How what a place lies in is looked for: among areas, then among all, then for the last time."""
_TRUE: Final = f"FROM places WHERE {{}} IN (:wanted) AND {TRUE}"

Find = Callable[[str, str], Resolved]


class Drafted(NamedTuple):
    """A row of the file, the how manieth it is, and the place that it tells."""

    at: int
    row: Row
    told: Told


class Twin(NamedTuple):
    """A place that may be one with another."""

    id: str
    name: str
    kind: str
    km: float
    other: str


@dataclass
class Placed:
    """What a chunk becomes; `waiting` are the rows whose parent may come yet."""

    events: list[NewEvent] = field(default_factory=list)
    known: int = 0
    waiting: list[int] = field(default_factory=list)
    refused: list[tuple[Row, BadInput | NotFound]] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    areas: dict[str, str] = field(default_factory=dict)
    outlines: int = 0


class Placing:
    """The places of one import, a chunk at a time. What it remembers of areas goes beyond a chunk."""

    def __init__(self, import_id: str) -> None:
        self._import = import_id
        self._areas: dict[str, str] = {}
        self._counted: dict[str, int] = {}
        self._in_file: set[str] = set()
        self._before: set[str] = set()
        self.was_read = False

    def placed(self, reader: Reader, chunk: Sequence[Drafted], step: int, missing: Find) -> Placed:
        """What the rows of a chunk become on the record that a reader sees; `missing` refuses a name."""
        return _Chunk(reader, self._import, self._areas, self._counted, step, missing).all(chunk)

    def has_to_wait(self, told: Told, step: int) -> bool:
        """Whether a row waits for another of its file: the nearest there is that it can lie in.

        Which those are is known once the file was read. To be asked of each row, in the order of the file.
        """
        if not told.inside:
            return False
        keys = told.keys if told.event.place_kind in AREA_KINDS else ()
        self._in_file.update(keys)
        if step == AT_LAST or not told.parents:
            waits = False
        elif self.was_read:
            nearest = next((one for one in told.parents if one in self._in_file), None)
            waits = nearest is not None and nearest not in self._before
        else:
            waits = told.parents[0] not in self._before
        if not waits:
            self._before.update(keys)
        return waits

    def done(self, placed: Placed) -> None:
        """They are recorded."""
        self._areas |= placed.areas


class _Chunk:
    def __init__(
        self, reader: Reader, import_id: str, remembered: dict[str, str], counted: dict[str, int],
        step: int, missing: Find,
    ) -> None:  # fmt: skip
        self._reader, self._import, self._step, self._missing = reader, import_id, step, missing
        self._remembered, self._counted = remembered, counted
        self._placed = Placed()
        self._by_key: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = {}
        self._kinds: dict[str, str] = {}
        self._bound: dict[str, str | None] = {}
        self._new_places: dict[str, list[Place]] = {}
        self._digests: dict[int, str] = {}

    def all(self, chunk: Sequence[Drafted]) -> Placed:
        self._look_up([one.told for one in chunk])
        for one in chunk:
            known = self._known(one.told)
            if isinstance(known, BadInput):
                self._placed.refused.append((one.row, known))
            elif known is not None:
                self._remember(one.told, known)
                if not self._fill_in(one.told, known):
                    self._placed.known += 1
            else:
                self._new(one)
        return self._placed

    # -- what the record has -----------------------------------------------------------------------

    def _look_up(self, told: Sequence[Told]) -> None:
        """All that is asked of the record for a chunk, asked once."""
        ids = {one.id for one in told if one.id} | {one.event.place for one in told}
        codes = {spelled for one in told if one.code for spelled in _spellings(one.code)}
        self._names: dict[str, set[str]] = {}
        sql = "SELECT id, folded FROM names WHERE thing = 'place' AND id IN (:wanted) AND to_pos > :known"
        parents = dict(self._among(f"SELECT id, parent {_TRUE.format('id')}", ids))
        here = set(parents)
        for id_, folded in self._among(sql, here):
            self._names.setdefault(id_, set()).add(folded)
        self._taken = set(here)
        coded = list(self._among(f"SELECT gazetteer, id, parent {_TRUE.format('gazetteer')}", codes))
        self._codes: dict[str, str] = {code: id_ for code, id_, _ in coded}
        parents |= {id_: parent for _, id_, parent in coded}
        self._digests = {id(one): digest(one) for one in told}
        wanted = {salted for one in self._digests.values() for salted in (one, self._salted(one))}
        found = self._reader.among("SELECT event_id, stream FROM events WHERE event_id IN (:wanted)", wanted)
        self._events = {event: stream.removeprefix("place/") for event, stream in found}
        still = dict(self._among(f"SELECT id, parent {_TRUE.format('id')}", self._events.values()))
        self._there = set(still)
        self._orphans = {id_ for id_, parent in (parents | still).items() if parent is None}

    def _among(self, sql: str, wanted: Iterable[str]) -> Iterable[Any]:
        return self._reader.among(sql, wanted, known=NOW)

    def _known(self, told: Told) -> str | BadInput | None:
        """The id of a place that the record, or an earlier row, has already."""
        if told.code is not None:
            found = [self._codes[one] for one in _spellings(told.code) if one in self._codes]
            if found:
                return found[0]
        if told.id is not None and told.id in self._taken:
            if fold(told.event.name) in self._names.get(told.id, ()):
                return told.id
            return BadInput(
                what=f"there is already a place {told.id}, which is not called {told.event.name}",
                try_=f"tracker place alias {told.id} … if it is the same, else another id",
            )
        plain = self._digests[id(told)]
        place = self._events.get(plain) or self._events.get(self._salted(plain))
        return place if place in self._there else None

    def _fill_in(self, told: Told, id_: str) -> bool:
        """Whether it is recorded now what a place lies in, of which that was not known.

        It has to be a place of other origin: with those of this import it would be gone when that is undone.
        """
        if id_ not in self._orphans or not told.parents:
            return False
        try:
            parent = self._parent(told)
        except (BadInput, NotFound):  # its place is known all the same
            return False
        if not parent or parent == id_ or not self._is_of_others(parent):
            return False
        self._orphans.discard(id_)
        described = PlaceDescribed(place=id_, parent=parent)
        self._placed.events.append(
            new_event(described, f"{self._import}-{id_}-{last_position(self._reader)}")
        )
        return True

    def _is_of_others(self, id_: str) -> bool:
        sql = f"SELECT 1 {_TRUE.format('id')} AND (imported IS NULL OR imported <> :imported)"
        return any(self._reader.among(sql, [id_], known=NOW, imported=self._import))

    # -- a new one ---------------------------------------------------------------------------------

    def _new(self, one: Drafted) -> None:
        try:
            parent = self._parent(one.told)
        except (BadInput, NotFound) as error:
            self._placed.refused.append((one.row, error))
            return
        if parent == "":
            self._placed.waiting.append(one.at)
            return
        id_ = self._fresh(one.told)
        changes = {"place": id_, "parent": parent, "imported": self._import}
        event = one.told.event.model_copy(update=changes)
        new = new_event(event, self._fresh_hash(one.told))
        self._placed.events.append(replace(new, expected_version=None))  # one that was undone may come again
        self._placed.outlines += one.told.outline
        self._twin(id_, one.told)
        self._remember(one.told, id_)
        if parent is None:
            self._orphans.add(id_)

    def _remember(self, told: Told, id_: str) -> None:
        """What is called how, for the rows that follow."""
        event = told.event
        self._taken.add(id_)
        self._kinds[id_] = event.place_kind
        names = {fold(name) for name in (event.name, *event.aliases)}
        self._names.setdefault(id_, set()).update(names)
        for name in names:
            self._by_name.setdefault(name, []).append(id_)
        for key in (*told.keys, id_):
            self._by_key.setdefault(key, id_)
        for key in told.keys:
            if event.place_kind in AREA_KINDS:
                self._placed.areas.setdefault(key, id_)
        if told.code is not None:
            self._codes.update(dict.fromkeys(_spellings(told.code), id_))
        self._events[self._digests[id(told)]] = id_
        self._there.add(id_)

    def _fresh(self, told: Told) -> str:
        """An id that no place has: the one given, or the name's, with the end of its code or a number."""
        name = told.event.place
        if name not in self._taken:
            return name
        prefix, _, tail = (told.code or "").casefold().rpartition(":")
        tail = prefix if tail == name else tail
        if tail and is_id(longer := f"{name[:60]}-{tail}") and not self._is_taken(longer):
            return longer
        for n in count(self._counted.get(name, 2)):
            if not self._is_taken(longer := f"{name[:60]}-{n}"):
                self._counted[name] = n
                return longer
        raise AssertionError

    def _is_taken(self, id_: str) -> bool:
        if id_ in self._taken:
            return True
        return bool(list(self._among(f"SELECT id {_TRUE.format('id')}", [id_])))

    def _fresh_hash(self, told: Told) -> str:
        """The id of its event: of one that was undone and comes again another."""
        plain = self._digests[id(told)]
        for event_id in (plain, self._salted(plain)):
            if event_id not in self._events:
                return event_id
        return f"{self._salted(plain)}-{last_position(self._reader)}"

    def _salted(self, event_id: str) -> str:
        return f"{event_id}-{self._import}"

    def _twin(self, id_: str, told: Told) -> None:
        event, folded = told.event, fold(told.event.name)
        if event.lat is None:
            return
        here = Place(
            id_, event.name, event.place_kind, event.lat, event.lon, *(None,) * 7
        )  # fmt: skip
        others = self._new_places.setdefault(folded, [])
        near = [
            (km, other.id)
            for other in (*boxed(self._reader, here, NEAR_KM), *others)
            if other.kind == here.kind and other.merged_into is None and fold(other.name) == folded
            and (km := distance(here, other)) is not None and km <= NEAR_KM
        ]  # fmt: skip
        others.append(here)
        if near:
            km, other_id = min(near)
            self._placed.twins.append(Twin(id_, event.name, event.place_kind, km, other_id))

    # -- what it lies in ---------------------------------------------------------------------------

    def _parent(self, told: Told) -> str | None:
        """The id of what it lies in; None: nothing is known of it; empty: it may come yet."""
        if told.inside:
            own = (self._by_key.get(one) or self._remembered.get(one) for one in told.parents)
            return next((one for one in own if one), None)
        for name in told.parents[: None if self._step == AT_LAST else 1]:
            if name in told.keys:
                raise BadInput(what=f"it lies in itself ({name})", try_="what it lies in, or nothing")
            found = self._bind(name)
            if found is not None:
                return found
        if not told.parents:
            return None
        if self._step != AT_LAST:
            return ""
        if told.needed:
            return self._missing("place", told.parents[0]).id
        return None

    def _bind(self, name: str) -> str | None:
        found = self._by_key.get(name) or self._remembered.get(name)
        if found is not None:
            return found
        folded = fold(name)
        called = self._by_name.get(folded, [])
        own = [id_ for id_ in called if self._kinds[id_] in AREA_KINDS]
        in_file = own or (called if self._step != BY_AREA else [])
        recorded = self._in_record(name)
        several = list(dict.fromkeys((*in_file, *([recorded] if recorded else []))))
        if len(several) > 1:
            raise AmbiguousName(
                name=name, kind="place", candidates=", ".join(several), try_=" or ".join(several)
            )
        return several[0] if several else None

    def _in_record(self, name: str) -> str | None:
        if name not in self._bound:
            self._bound[name] = self._looked_up(name)
        return self._bound[name]

    def _looked_up(self, name: str) -> str | None:
        exact = [
            *self._among(f"SELECT id {_TRUE.format('id')}", [name]),
            *self._among(f"SELECT id {_TRUE.format('gazetteer')}", _spellings(name)),
        ]
        if exact:
            return str(exact[0][0])
        found = areas(self._reader, name)
        if len(found) == 1:
            return found[0]
        if not found and self._step == BY_AREA:
            return None
        try:
            return find(self._reader, "place", name, proposing=False).id
        except UnknownName:
            return None


def digest(told: Told) -> str:
    """The id of the event that brings in a place: of its code, else its id, else all that is said of it."""
    event = told.event
    if told.code is not None:
        key: list[object] = ["code", _spellings(told.code)[0]]
    elif told.id is not None:
        key = ["id", told.id]
    else:
        key = ["told", event.name, event.place_kind, event.lat, event.lon, *told.parents[:1]]
    return f"place-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}"


def _spellings(code: str) -> Sequence[str]:
    """How a code may stand in the record: GeoNames has two prefixes."""
    prefix, colon, rest = code.partition(":")
    if colon and prefix in ("gn", "geonames"):
        return f"gn:{rest}", f"geonames:{rest}"
    return (code,)
