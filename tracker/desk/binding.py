"""Decides what the names of a file are bound to: each once, and by where on the map it is if that is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tracker.errors import AmbiguousName, BadInput, NotFound, UnknownName
from tracker.importers.claims import Near
from tracker.names import Resolved, fold, slug
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import Event
from tracker.views.names import find
from tracker.views.places import Place, distance

if TYPE_CHECKING:
    from tracker.importers.profile import Profile

Document = dict[str, Any]
Key = TypeVar("Key")
Value = TypeVar("Value")
MOST: Final = 50_000
"""So many names are kept at hand, and so many unknown ones told one by one."""
PROPOSED: Final = 100
"""For so many unknown names those that are near are looked for; that reads every name there is."""


class Binder:
    """Names bound once each; those that are not known, with how often they came and what they may mean."""

    def __init__(self, reader: Reader, imported: str | None = None) -> None:
        """`imported`: the import that brings what is made."""
        self.reader, self._imported = reader, imported
        self._found: dict[tuple[str, str], Resolved | NotFound] = {}
        self._nearest: dict[tuple[str, Near], Resolved | BadInput] = {}
        self._missed: Counter[tuple[str, str]] = Counter()
        self._why: dict[tuple[str, str], tuple[str, bool]] = {}  # the next step; whether it fits two
        self._exact: dict[tuple[str, str], Resolved] = {}
        self._coming: dict[tuple[str, str], Resolved] = {}
        self._made: dict[str, Place] = {}
        self._ids: set[str] = set()
        self.places: list[events.PlaceRegistered] = []
        """Those that are to be made."""

    def know(self, thing: str, text: str, id_: str, name: str) -> None:
        """A name that is not in the record yet, and will be."""
        self._coming[thing, fold(text)] = self._found[thing, text] = Resolved(id_, name)

    def begin(self) -> None:
        """Count from now on what is not known."""
        self._missed.clear()

    def is_known(self, thing: str, text: str) -> bool:
        """Whether the record has one of that name."""
        return not isinstance(self._bound(thing, text), NotFound)

    def find(self, thing: str, text: str) -> Resolved:
        """What a name is bound to; UnknownName or AmbiguousName else."""
        found = self._bound(thing, text)
        if isinstance(found, NotFound):
            if len(self._missed) < MOST or (thing, text) in self._missed:
                self._missed[thing, text] += 1
                self._why[thing, text] = found.next_step, isinstance(found, AmbiguousName)
            raise type(found)(**found.facts)  # a new one each time, as one that was raised keeps its rows
        return found

    def exact(self, thing: str, text: str) -> Resolved:
        """What has that id, itself also where it was merged into another; else what goes by that name."""
        found = self._exact.get((thing, text))
        if found is None:
            sql = f"SELECT name FROM {thing}s WHERE id = :id AND to_pos > :known"
            row = self.reader.one(sql, id=text, known=NOW)
            found = self.find(thing, text) if row is None else Resolved(text, row[0])
            _keep(self._exact, (thing, text), found)
        return found

    def beside(self, near: Near | None) -> Callable[[str, str], Resolved]:
        """The same for a row that says where its place lies: of namesakes the one that is there.

        Raises BadInput where what goes by that name lies elsewhere.
        """
        if near is None:
            return self.find
        return lambda thing, text: self._there(text, near) if thing == "place" else self.find(thing, text)

    def _there(self, text: str, near: Near) -> Resolved:
        key = (text, near)
        found = self._nearest.get(key)
        if found is None:
            found = _keep(self._nearest, key, self._look_around(text, near))
        if isinstance(found, BadInput):
            raise type(found)(**found.facts)
        return found

    def _look_around(self, text: str, near: Near) -> Resolved | BadInput:
        found = self._bound("place", text)
        here = Place("", text, near.make or "", near.lat, near.lon, *(None,) * 7)
        if isinstance(found, UnknownName):
            return self._make(text, here) if near.make else self.find("place", text)
        made = self._made.get(fold(text))
        namesakes = self._namesakes(text, found) if made is None else [made]
        away = sorted((km, one) for one in namesakes if (km := distance(one, here)) is not None)
        if away and away[0][0] <= near.km:
            return self.find("place", text) if made else find(self.reader, "place", away[0][1].id)
        if not away:  # its own coordinates are not known, so nothing speaks against it
            return self.find("place", text)
        return BadInput(
            what=f"{text} lies {away[0][0]:,.0f} km from where the row has it ({near.lat:g}, {near.lon:g})",
            try_="right coordinates, or the place that is meant",
        )

    def _make(self, text: str, here: Place) -> Resolved:
        """A new place, where the row has it."""
        id_, n = slug(text), 1
        while self.reader.one("SELECT 1 FROM places WHERE id = :id", id=id_) or id_ in self._ids:
            n += 1
            id_ = f"{slug(text)}-{n}"
        self._ids.add(id_)
        self._made[fold(text)] = here._replace(id=id_)
        self.places.append(
            events.PlaceRegistered(
                place=id_, name=text, place_kind=here.kind, lat=here.lat, lon=here.lon,
                imported=self._imported,
            )
        )  # fmt: skip
        self.know("place", text, id_, text)
        return self.find("place", text)

    def _namesakes(self, text: str, found: Resolved | NotFound) -> Iterator[Place]:
        columns = ", ".join(f"places.{name}" for name in Place._fields)
        where, bound = "names.folded = :folded", {"folded": fold(text)}
        if isinstance(found, Resolved):
            where, bound = f"({where} OR places.id = :id)", {**bound, "id": found.id}
        rows = self.reader.rows(
            f"SELECT DISTINCT {columns} FROM places JOIN names ON names.id = places.id"
            f" WHERE names.thing = 'place' AND names.to_pos > :known AND {where}"
            " AND places.to_pos > :known AND places.merged_into IS NULL",
            known=NOW, **bound,
        )  # fmt: skip
        return (Place(*row) for row in rows)

    def _bound(self, thing: str, text: str) -> Resolved | NotFound:
        found = self._found.get((thing, text))
        if found is None:
            found = _keep(self._found, (thing, text), self._look_up(thing, text))
        return found

    def _look_up(self, thing: str, text: str) -> Resolved | NotFound:
        if (coming := self._coming.get((thing, fold(text)))) is not None:
            return coming
        try:
            return find(self.reader, thing, text, proposing=len(self._missed) < PROPOSED)
        except NotFound as error:
            return error.with_traceback(None)

    def unresolved(self) -> list[Document]:
        """The names that could not be bound, the most frequent first."""
        told = []
        for (thing, name), count in self._missed.most_common():
            if thing == "actor" and count <= self._missed["source", name]:
                continue  # a source that is not known is looked for among actors as well
            step, ambiguous = self._why[thing, name]
            told.append({
                "thing": thing, "name": name, "count": count,
                "ambiguous": ambiguous, "try": step,
            })  # fmt: skip
        return told


def _keep(cache: dict[Key, Value], key: Key, value: Value) -> Value:
    """Note what was found; a file of a million names leaves no more than `MOST` of them."""
    if len(cache) >= MOST:
        cache.clear()
    cache[key] = value
    return value


class Parties:
    """The actors and sources that a profile brings along; those that are known already are theirs."""

    def __init__(self, profile: Profile | None = None) -> None:
        self._profile = profile
        self.makes_places = profile is not None and profile.near is not None and profile.near.make is not None
        self.events: list[Event] = []

    def bind(self, binder: Binder) -> None:
        """Let their names be found, and note which are to be made."""
        self.events = []
        if self._profile is None:
            return
        for id_, one in self._profile.actors.items():
            if not any(binder.is_known("actor", text) for text in (id_, one.name, *one.aliases)):
                self.events.append(events.ActorRegistered(
                    actor=id_, name=one.name, level=one.level, part_of=one.part_of, aliases=one.aliases,
                ))  # fmt: skip
                self._know(binder, "actor", id_, one.name, one.aliases)
        for id_, one in self._profile.sources.items():
            if not any(binder.is_known("source", text) for text in (id_, one.name, *one.aliases)):
                self.events.append(events.SourceRegistered(
                    source=id_, name=one.name, source_kind=one.kind or "unknown", lean=one.lean,
                    aliases=one.aliases,
                ))  # fmt: skip
                self._know(binder, "source", id_, one.name, one.aliases)

    @staticmethod
    def _know(binder: Binder, thing: str, id_: str, name: str, aliases: tuple[str, ...]) -> None:
        for text in (id_, name, *aliases):
            binder.know(thing, text, id_, name)
