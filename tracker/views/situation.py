"""Decides how verdicts are reached from the record: which claims are folded for which question.

A `Situation` answers for one instant, one state of knowledge and one state of publication. Asked
about now, it carries on from the state kept in the table `control`; asked about any other moment it
folds the claims that count for that moment. Both give the same answer.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from tracker.judgement.belief import Fold, Settings, fold
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.guard import counting, gives
from tracker.judgement.neighbours import (
    FRONT_KM,
    INFERRED_KM,
    NEAREST,
    Inferred,
    Neighbour,
    inferred,
)
from tracker.judgement.pin import Pin, acting
from tracker.judgement.reliability import NEUTRAL, Weighed, reliability, voice
from tracker.judgement.verdict import BAYES, NEARBY_CHANGE, TAIL, Verdict, judge
from tracker.judgement.vocabulary import MOVING
from tracker.names import AREA_KINDS
from tracker.reader import NOW, Reader, Row, position_at
from tracker.views.assessments import Passing, assessed_places, passing
from tracker.views.backdrop import Backdrop
from tracker.views.evidence import evidence, gathered
from tracker.views.guard import Decided, decisions, feeds, found_anew, with_release
from tracker.views.parties import TRUE
from tracker.views.places import Nearby, Place, around

if TYPE_CHECKING:
    from tracker.judgement.policies import Ruling

NEARBY_KM: Final = 25.0
CONTEXT_KM: Final = 10.0
MANY: Final = 5000
"""Claims on them from which on places are folded all at once: for less it does not pay to load numpy."""
ALONE: Final = 8
"""So many times as long takes a claim of a place that is folded alone; all at once, all claims are read."""
LATEST: Final = 25
"""So many claims at least are told step by step, of places with more."""


class Question(NamedTuple):
    """What is asked for. Instants are us since the epoch; None: no bound but the log itself."""

    at: int
    known_at: int | None = None
    published_by: int | None = None
    policy: str = BAYES
    """By which rule (`judgement.policies`)."""
    position: int | None = None
    """Instead of `known_at`: what was known when the log had come so far."""


class Folded(NamedTuple):
    """A place's belief and the claims it was made of; `weighed` may be only the recent ones."""

    state: Fold
    weighed: list[Weighed]


class Situation:
    """Everybody and everything as it counts for one question."""

    def __init__(self, reader: Reader, question: Question) -> None:
        self.reader = reader
        self.question = question
        known = question.position
        self.known = position_at(reader, question.known_at) if known is None else known
        self.backdrop = backdrop = Backdrop(reader, self.known)
        self.records = backdrop.records
        self.who, self.sides, self.settings = backdrop.who, backdrop.sides, backdrop.settings
        self.root, self.members = backdrop.root, backdrop.members
        self._claims: dict[str, list[Evidence]] = {}
        self._passing: Passing | None = None

    def claims(self, place: str) -> list[Evidence]:
        """The evidence about a place that counts for the question, in order of event time."""
        if place not in self._claims:
            self.load([place])
        return self._claims[place]

    def counting(self, place: str) -> list[Evidence]:
        """Those of them that count at the question's instant."""
        return counting(self.claims(place), self.question.at)

    def load(self, wanted: Iterable[str]) -> None:
        """Read the evidence of many places at once."""
        roots = [place for place in wanted if place not in self._claims]
        found = self._evidence(roots, self.question.at)
        for place in roots:
            self._claims[place] = self._gathered(found, place)
        if not self._as_kept() and feeds(self.backdrop):
            self._guard([place for place in roots if any(map(gives, self._claims[place]))])

    def _evidence(self, wanted: Iterable[str], until: int | None) -> dict[str, list[Evidence]]:
        return evidence(
            self.reader, self.who, [id_ for place in wanted for id_ in self.members(place)],
            records=self.records, known=self.known, until=until, published_by=self.question.published_by,
        )  # fmt: skip

    def _gathered(self, found: Mapping[str, list[Evidence]], place: str) -> list[Evidence]:
        return list(gathered({id_: found[id_] for id_ in self.members(place)}))

    def _guard(self, wanted: Sequence[str]) -> None:
        """Note which claims on some places are held back from what the question allows to be known.

        What was said of later times than the question's is part of that: by it a feed may have reversed
        itself, or taken back what it said.
        """
        ever = self._evidence(wanted, None)
        for place in wanted:
            whole = self._gathered(ever, place)
            whole = found_anew(self.reader, self.backdrop, whole, self.known, self.question.published_by)
            until = {one.claim: one.held_until for one in whole if one.held_until is not None}
            self._claims[place] = with_release(self._claims[place], until)

    def held_back(self, place: str) -> list[Evidence]:
        """The claims about a place that are held back from the question."""
        members = self.members(place)
        if not self._as_kept():
            return [one for one in self.claims(place) if (one.held_until or 0) > self.question.at]
        marks = self.reader.among("SELECT place FROM held WHERE place IN (:wanted) LIMIT 1", members)
        return [
            one
            for one in (self.claims(place) if any(marks) else ())
            if (one.held_until or 0) > self.question.at
        ]

    def decided(self, place: str) -> list[tuple[Evidence, Decided]]:
        """The claims about a place that are part of a batch of which an analyst decided, with that."""
        told = decisions(self.reader, self.backdrop, self.known)
        if not told:
            return []
        found = ((one, told.get((one.origin, one.reported_at // DAY))) for one in self.claims(place))
        return [(one, of) for one, of in found if of is not None and one.held_until is not None]

    def _as_kept(self) -> bool:
        """Whether what is kept of all that is known now counts for the question."""
        return self.known == NOW and self.question.published_by is None

    def recent(self, wanted: Iterable[str], since: int) -> list[Evidence]:
        """The evidence about some places together, from an instant on."""
        return list(gathered(self.recent_by_place(wanted, since)))

    def folded(self, place: str, *, trace: bool = False) -> Folded:
        """The belief about a place from all its claims."""
        return Folded(*fold(self.counting(place), self.sides, self.settings(place), trace=trace))

    def latest(self, place: str) -> Folded:
        """The same belief with the steps of its latest claims: twenty-five at least, or all that there are.

        Where it can carry on from what is kept, a place of many claims costs no more than one of some.
        """
        stop = self._stop(place) if self.question.policy == BAYES else None  # a rule needs every claim
        if stop is None:
            return self.folded(place, trace=True)
        last_at, state = stop
        kept = self._rows("place, tail", [place])
        claims = self.recent([place], min(last_at + 1, self.question.at - TAIL))
        belief = Fold.load(json.loads(state), self.sides, trace=True)
        claims = counting(claims, self.question.at)
        for _ in belief.run(one for one in claims if one.event_at > last_at):
            pass
        return Folded(belief, _weighed(_stances(kept[0][1]), claims))

    def _stop(self, place: str) -> tuple[int, str] | None:
        """The latest state kept of a place that at least `LATEST` claims have followed."""
        rows = self._rows("place, claims", [place])
        found = rows and self.reader.one(
            "SELECT last_at, state FROM trail WHERE place = :place AND claims <= :most"
            " ORDER BY last_at DESC LIMIT 1",
            place=place, most=rows[0][1] - LATEST,
        )  # fmt: skip
        return (found[0], found[1]) if found else None

    def verdict(self, place: Place, folded: Folded | None = None) -> Verdict:
        """Who controls a place at the instant asked about."""
        changed = self.changed_nearby(place)
        return self._judged(place, folded or self.folded(place.id), changed, self._across(place))

    def changed_nearby(self, place: Place) -> bool:
        """Whether control changed within 25 km in the last week."""
        near = self._claimed_near(place, NEARBY_KM, since=self.question.at - NEARBY_CHANGE)
        return any(self._changed(self._state(other)) for _, other in near if other.lat is not None)

    def _across(self, place: Place) -> set[str]:
        """The sides that hold what is nearest to a place."""
        near = [other.id for _, other in self.beside_it(place)]
        kept = {str(id_): side for id_, side in self._rows("place, side", near)}
        sides = (kept[id_] if id_ in kept else self.folded(id_).state.best for id_ in near)
        return {side for side in sides if side is not None}

    def facing(self, place: Place, sides: Collection[str]) -> tuple[Place, float, str] | None:
        """The nearest place that some sides hold within 10 km, how far away it is, and whose it is."""
        for away, other in self.beside_it(place):
            side = self._state(other).best
            if side is not None and side in sides:
                return other, away, side
        return None

    def beside_it(self, place: Place) -> list[tuple[float, Place]]:
        """The places within 10 km that somebody speaks of, nearest first: with them a front may be made."""
        if place.kind in AREA_KINDS:
            return []
        near = [one for one in self._claimed_near(place, FRONT_KM) if one[0] <= FRONT_KM]
        return sorted(near, key=lambda one: (one[0], one[1].id))

    def _judged(self, place: Place, folded: Folded, changed: bool, across: set[str]) -> Verdict:
        if self.question.policy != BAYES:
            return self.ruling(place, folded, nearby=changed).verdict
        settings: Settings = self.settings(place.id)
        belief = judge(
            folded.state, folded.weighed, self.question.at, settings, changed_nearby=changed, across=across
        )
        pin = self.pin(place.id)
        if pin is None:
            return belief
        from tracker.judgement.pinned import pinned  # late: few places are

        return pinned(belief, pin, settings)

    def inferred(self, place: Place) -> Inferred | None:
        """What the nearest places make likely of one that nobody speaks of."""
        for km in (NEARBY_KM, INFERRED_KM):
            near = [(away, other, self._state(other)) for away, other in self._claimed_near(place, km)]
            named = [(away, other, state) for away, other, state in near if state.named]
            if len(named) >= NEAREST:
                break
        for _, _, state in named:
            state.move_to(self.question.at)
        return inferred(
            Neighbour(other.id, away, dict(zip(state.names, state.p, strict=True)))
            for away, other, state in named
        )

    def ruling(self, place: Place, folded: Folded, *, nearby: bool) -> "Ruling":
        """The same by another rule than the belief, from all claims, with what it did with each."""
        from tracker.judgement.policies import rule_on  # the belief does without

        settings: Settings = self.settings(place.id)
        base = judge(folded.state, folded.weighed, self.question.at, settings, changed_nearby=nearby)
        return rule_on(
            self.question.policy, base, folded.weighed, self.sides, settings, changed_nearby=nearby
        )

    def pin(self, place: str) -> Pin | None:
        """The pin that is the answer for a place at the instant asked about."""
        return acting(self.pins(place), self.question.at)

    def pins(self, place: str) -> list[Pin]:
        """The pins of a place begun by then, expired or not."""
        pins = self._counting_now().pins
        return [pin for id_ in self.members(place) for pin in pins.get(id_, ())]

    def _counting_now(self) -> Passing:
        if self._passing is None:
            at, published_by = self.question.at, self.question.published_by
            self._passing = passing(self.reader, self.who, at, self.known, published_by)
        return self._passing

    def recent_by_place(self, wanted: Iterable[str], since: int) -> dict[str, list[Evidence]]:
        """The evidence about each of some places, from an instant on, that counts for the question."""
        wanted = list(wanted)
        found = evidence(
            self.reader, self.who, [id_ for place in wanted for id_ in self.members(place)],
            records=self.records, known=self.known, since=since, until=self.question.at,
            published_by=self.question.published_by,
        )  # fmt: skip
        claims = {place: self._gathered(found, place) for place in wanted}
        if not self._as_kept() and feeds(self.backdrop):
            for place in [place for place, some in claims.items() if any(map(gives, some))]:
                claims[place] = [one for one in self.claims(place) if one.event_at >= since]
        return {place: counting(some, self.question.at) for place, some in claims.items()}

    def verdicts(self, wanted: Iterable[Place]) -> Mapping[str, Verdict]:
        """The verdicts of many places, from what is kept where the question is about now."""
        return {place: verdict for place, (verdict, _) in self.judged(wanted).items()}

    def judged(
        self, wanted: Iterable[Place], *, alone: bool = False, changed: "Nearby | None" = None
    ) -> Mapping[str, tuple[Verdict, Folded]]:
        """The same, each with the belief it was read from; `alone`: nothing of others is read.

        `changed`: where control changed in the last week, if that is known better than from the wanted.
        """
        wanted = list(wanted)
        kept = self._kept([place.id for place in wanted] if alone else None)
        if self.question.policy == BAYES:
            kept |= self._together([place.id for place in wanted if place.id not in kept])
        self.load(place.id for place in wanted if place.id not in kept)
        folds = {place.id: kept.get(place.id) or self.folded(place.id) for place in wanted}
        if changed is None:
            changed = self.nearby(place for place in wanted if self._changed(folds[place.id].state))
        fronts = _Fronts(((place, folds[place.id].state.best) for place in wanted), self.root)
        return {
            place.id: (
                self._judged(place, folds[place.id], changed.any(place), fronts.across(place)),
                folds[place.id],
            )
            for place in wanted
        }

    def nearby(self, changed: Iterable[Place]) -> Nearby:
        """What lies near to places where control changed; an area is near to nothing."""
        return Nearby((place for place in changed if place.kind not in AREA_KINDS), NEARBY_KM)

    def changed_lately(self) -> list[str]:
        """Every place where control changed in the last week, by id."""
        since, at = self.question.at - NEARBY_CHANGE, self.question.at
        rows = self.reader.rows(
            f"SELECT DISTINCT place FROM claims WHERE effect IN ({_MOVING}) AND place IS NOT NULL"
            " AND event_at >= :since AND event_at <= :at"
            " UNION SELECT place FROM assessments WHERE at >= :since AND at <= :at",
            since=since, at=at,
        )  # fmt: skip
        roots = {self.root(row[0]) for row in rows} - self.backdrop.into.keys()
        kept = {str(id_): changed for id_, changed in self._rows("place, changed_at", roots)}
        lately = {id_ for id_, changed in kept.items() if changed is not None and since <= changed <= at}
        others = (id_ for id_ in roots - kept.keys() if self._changed(self.folded(id_).state))
        return sorted([*lately, *others])

    def _claimed_near(self, place: Place, km: float, since: int | None = None) -> list[tuple[float, Place]]:
        """The places within `km` of one that claims on control are about, of times from an instant on."""
        near = {
            other.id: (away, other)
            for away, other in around(self.reader, place, km, self.known)
            if other.merged_into is None and other.kind not in AREA_KINDS
        }
        published = self.question.published_by
        bounds: dict[str, int] = {"until": self.question.at, "known": self.known}
        said = judged = TRUE
        if since is not None:
            bounds["since"], said, judged = (
                since,
                f"{said} AND event_at >= :since",
                f"{judged} AND at >= :since",
            )
        if published is not None:
            bounds["published"] = published
            said, judged = f"{said} AND reported_at <= :published", f"{judged} AND made_at <= :published"
        rows = self.reader.among(
            f"SELECT DISTINCT place FROM claims WHERE place IN (:wanted) AND effect IN ({_MOVING})"
            f" AND event_at <= :until AND fact = 'recorded' AND {said}"
            " UNION SELECT place FROM assessments WHERE place IN (:wanted) AND at <= :until"
            f" AND cleared_at IS NULL AND {judged}",
            [id_ for other in near for id_ in self.members(other)], **bounds,
        )  # fmt: skip
        roots = {self.root(row[0]) for row in rows} - {place.id}
        return [near[id_] for id_ in near if id_ in roots]

    def _state(self, place: Place) -> Fold:
        """The belief about a place, from what is kept if it can be."""
        for _, state in self._rows("place, state", [place.id]):
            return Fold.load(json.loads(state), self.sides)
        return self.folded(place.id).state

    def claimed(self, *, ever: bool = False) -> list[str]:
        """Every place that something is claimed or judged about, and was published, by then; by id.

        `ever`: also where analysts only judged what has expired since.
        """
        published = self.question.published_by
        bound = {} if published is None else {"published_by": published}
        rows = self.reader.rows(
            "SELECT DISTINCT place FROM claims WHERE place IS NOT NULL AND effect <> 'none'"
            " AND from_pos <= :known AND to_pos > :known AND event_at <= :at"
            f"{' AND reported_at <= :published_by' if bound else ''}",
            known=self.known, at=self.question.at, **bound,
        )  # fmt: skip
        judged = assessed_places(self.reader, self.question.at, self.known, published, ever=ever)
        return sorted({self.root(id_) for id_ in (*(row[0] for row in rows), *judged)})

    def _changed(self, state: Fold) -> bool:
        return state.changed_at is not None and 0 <= self.question.at - state.changed_at <= NEARBY_CHANGE

    def _kept(self, wanted: Iterable[str] | None = None) -> dict[str, Folded]:
        """The beliefs about all or some places that can be taken from what is kept; a rule needs more."""
        if self.question.policy != BAYES:
            return {}
        rows = self._rows("place, state, tail", wanted)
        recent = evidence(
            self.reader, self.who, [id_ for row in rows for id_ in self.members(row[0])],
            records=self.records, since=self.question.at - TAIL, until=self.question.at,
        )  # fmt: skip
        found: dict[str, Folded] = {}
        for place, state, tail in rows:
            claims = counting(gathered({id_: recent[id_] for id_ in self.members(place)}), self.question.at)
            found[place] = Folded(Fold.load(json.loads(state), self.sides), _weighed(_stances(tail), claims))
        return found

    def _together(self, wanted: Sequence[str]) -> dict[str, Folded]:
        """The beliefs about many places at once, if so much is claimed about them that it is quicker.

        Those that analysts judged are left out: only claims are read so.
        """
        if not wanted:
            return {}
        each: dict[str, int] = dict(self.reader.rows("SELECT place, claims FROM control"))
        many = sum(each.get(place, 0) for place in wanted)
        if many < MANY or many * ALONE < sum(each.values()):
            return {}
        at, published_by = self.question.at, self.question.published_by
        if (self.known != NOW or published_by is not None) and feeds(self.backdrop):
            return {}  # what was held back then is found place by place
        from tracker.views.wholemap import whole_map

        judged = {self.root(row[0]) for row in self.reader.rows("SELECT DISTINCT place FROM assessments")}
        recent = self.recent_by_place([place for place in wanted if place not in judged], at - TAIL)
        folds = whole_map(self.reader, self.backdrop, self.known, at, published_by)
        return {
            place: Folded(
                folds.fold(number), _weighed(folds.stances(number, at - TAIL), counting(recent[place], at))
            )
            for number, place in enumerate(folds.given.places)
            if place in recent
        }

    def _rows(self, columns: str, wanted: Iterable[str] | None = None) -> list[Row]:
        """What is kept of some places, or of all, if nothing was claimed about times after the question's.

        What is kept is of all that is known now, so other questions find nothing. Nor do places of which an
        assessment counts that will expire. The first of the columns is the place.
        """
        if not self._as_kept() or self.question.known_at is not None:
            return []
        asked = f"SELECT {columns} FROM control WHERE last_at <= :at"
        if wanted is None:
            rows = self.reader.rows(f"{asked} ORDER BY place", at=self.question.at)
        else:
            rows = list(self.reader.among(f"{asked} AND place IN (:wanted)", wanted, at=self.question.at))
        expiring = {self.root(id_) for id_ in self._counting_now().expiring}
        return [row for row in rows if row[0] not in expiring] if expiring else rows


class _Fronts:
    """Which sides hold places near each other."""

    def __init__(self, held: Iterable[tuple[Place, str | None]], root: Callable[[str], str]) -> None:
        self._minted: dict[str, set[str]] = {}
        by_side: dict[str, list[Place]] = {}
        for place, side in held:
            if side is not None and place.kind not in AREA_KINDS:
                by_side.setdefault(side, []).append(place)
                if place.near is not None and (place.km or 0.0) <= FRONT_KM:
                    self._minted.setdefault(root(place.near), set()).add(side)
        self._sides = {side: Nearby(places, FRONT_KM) for side, places in by_side.items()}

    def across(self, place: Place) -> set[str]:
        if place.kind in AREA_KINDS:
            return set()
        found = {side for side, near in self._sides.items() if near.any(place)}
        return found | self._minted.get(place.id, set())


def _stances(tail: str) -> dict[str, str]:
    return {claim: stance for _, claim, stance in json.loads(tail)}


def _weighed(stances: Mapping[str, str], claims: Iterable[Evidence]) -> list[Weighed]:
    """What the latest claims were taken for: the stances known, or neutral."""
    found = ((one, stances.get(one.claim, NEUTRAL)) for one in claims)
    return [Weighed(one, said, reliability(one, said), voice(one, said)) for one, said in found]


_MOVING: Final = ", ".join(f"'{kind}'" for kind in sorted(MOVING))


__all__ = ["CONTEXT_KM", "NEARBY_KM", "NOW", "Folded", "Question", "Situation"]
