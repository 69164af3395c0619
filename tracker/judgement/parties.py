"""Decides who counts for whom, and when: actors in their sides, sources and whom they speak for.

Plain tables in, answers out. Membership is dated and reversible: an actor's side is asked for an
instant. A merged actor or source is read as the one that it was merged into.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from tracker.judgement.evidence import BEGINNING, Realignment, Sides

SOMEBODY_ELSE: Final = "~"
"""The side beside the only one that is known; no actor's id can be that."""


class Actor(NamedTuple):
    """A party: `level` is umbrella, side, alliance, faction, unit or state."""

    id: str
    name: str
    level: str
    merged_into: str | None = None


class Membership(NamedTuple):
    """From `since` on (us; `BEGINNING`: always) the actor is part of `parent`, or of nobody."""

    actor: str
    parent: str | None
    since: int


class Source(NamedTuple):
    """Somebody who says or reports things; `grade` is an Admiralty letter or None."""

    id: str
    name: str
    kind: str
    grade: str | None = None
    merged_into: str | None = None


class Leaning(NamedTuple):
    """From `since` on the source speaks for or prefers `actor`, or nobody."""

    source: str
    actor: str | None
    since: int


_Dated = TypeVar("_Dated", Membership, Leaning)


class Parties:
    """Everybody that a tracker knows, at one state of its knowledge."""

    def __init__(
        self,
        actors: Iterable[Actor],
        memberships: Iterable[Membership],
        sources: Iterable[Source],
        leanings: Iterable[Leaning],
    ) -> None:
        self.actors: Mapping[str, Actor] = {actor.id: actor for actor in actors}
        self.sources: Mapping[str, Source] = {source.id: source for source in sources}
        self._memberships: dict[str, list[Membership]] = {}
        for one in sorted(memberships, key=lambda one: one.since):
            self._memberships.setdefault(one.actor, []).append(one)
        self._leanings: dict[str, list[Leaning]] = {}
        for leaning in sorted(leanings, key=lambda one: one.since):
            self._leanings.setdefault(leaning.source, []).append(leaning)
        self._fixed: dict[str, tuple[str, ...]] = {}

    def actor(self, actor: str) -> str:
        """The actor's id, or that of the one it was merged into."""
        return _root(actor, self.actors)

    def source(self, source: str) -> str:
        """The source's id, or that of the one it was merged into."""
        return _root(source, self.sources)

    def line(self, actor: str, at: int) -> tuple[str, ...]:
        """The actor and its parents up to its side at the instant `at`."""
        if actor in self._fixed:
            return self._fixed[actor]
        line = [self.actor(actor)]
        while (parent := self._parent(line[-1], at)) is not None:
            if parent in line:  # a circle has no top: all of it counts for one of them
                top = min(line[line.index(parent) :])
                line = line[: line.index(top) + 1]
                break
            line.append(parent)
        found = tuple(line)
        if all(one.since == BEGINNING for member in line for one in self._memberships.get(member, ())):
            self._fixed[actor] = found
        return found

    def side(self, actor: str, at: int) -> str:
        """The top-level actor that the actor counts for at `at`."""
        return self.line(actor, at)[-1]

    def joining_makes_a_circle(self, actor: str, parent: str, since: int) -> bool:
        """Whether `parent` is part of `actor` at `since`, or at any later change of anybody's membership."""
        later = {one.since for rows in self._memberships.values() for one in rows if one.since > since}
        return any(self.actor(actor) in self.line(parent, at) for at in (since, *later))

    def lean(self, source: str, at: int) -> str | None:
        """The side that the source speaks for or prefers at `at`."""
        leaning = _latest(self._leanings.get(self.source(source), ()), at)
        return None if leaning is None or leaning.actor is None else self.side(leaning.actor, at)

    def moments(self) -> list[int]:
        """Every instant from which on somebody counts for another side, or a source speaks for another."""
        since = {one.since for rows in self._memberships.values() for one in rows}
        since |= {one.since for rows in self._leanings.values() for one in rows}
        return sorted(since - {BEGINNING})

    def leaning(self) -> set[str]:
        """Every source that speaks for a side, or ever did."""
        said = {
            self.source(source) for source, rows in self._leanings.items() if any(one.actor for one in rows)
        }
        return said & self.sources.keys()

    def sides(self) -> Sides:
        """Every actor that ever stood for itself, in id order, and when sides joined or left others."""
        changes = [one for rows in self._memberships.values() for one in rows if one.since != BEGINNING]
        living = [actor.id for actor in self.actors.values() if actor.merged_into is None]
        moments = [BEGINNING, *(one.since for one in changes)]
        names = {self.side(actor, at) for actor in living for at in moments}
        if len(names) == 1:  # else it would hold, for certain, whatever anybody says it holds
            names.add(SOMEBODY_ELSE)
        return Sides(tuple(sorted(names)), tuple(self._realignments(changes)))

    def _realignments(self, changes: Iterable[Membership]) -> Iterable[Realignment]:
        for one in sorted(changes, key=lambda one: (one.since, one.actor)):
            left, joined = self.side(one.actor, one.since - 1), self.side(one.actor, one.since)
            if left != joined:
                yield Realignment(one.since, one.actor, left, joined)

    def _parent(self, actor: str, at: int) -> str | None:
        membership = _latest(self._memberships.get(actor, ()), at)
        if membership is None or membership.parent is None:
            return None
        parent = self.actor(membership.parent)
        return None if parent == actor else parent  # the whole was merged into its part


def _root(id_: str, known: Mapping[str, Actor] | Mapping[str, Source]) -> str:
    seen = {id_}
    while (row := known.get(id_)) is not None and row.merged_into is not None and row.merged_into not in seen:
        id_ = row.merged_into
        seen.add(id_)
    return id_


def _latest(rows: Sequence[_Dated], at: int) -> _Dated | None:
    found = None
    for row in rows:
        if row.since > at:
            break
        found = row
    return found
