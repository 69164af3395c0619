"""Decides what a night finds: which flags are raised, which are cleared, and when each place turns next.

A finding depends on the log, the night's instant and the night before, and on nothing else: no clock, no
order of places. So whoever sweeps, and how often he was interrupted, the events are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from tracker.judgement.evidence import DAY
from tracker.judgement.flags import CONTRADICTED, STALE, STATUS, Case, Flag, found, next_turn
from tracker.judgement.reliability import Weighed
from tracker.judgement.verdict import CONTESTED_STATUS, HELD, TAIL, UNKNOWN, Verdict
from tracker.night.watch import GONE, Watch, Watched
from tracker.night.wording import Wording
from tracker.reader import NOW, Reader, last_position
from tracker.record.events import Event, FlagCleared, FlagRaised, NightSwept
from tracker.views.claims import actor_names, source_names, texts
from tracker.views.flags import FlagRow, flags_of, put_away
from tracker.views.nights import Night, last_night
from tracker.views.parties import TRUE
from tracker.views.places import Nearby, Place, all_places, around
from tracker.views.situation import NEARBY_KM, Folded, Question, Situation
from tracker.zones import zone_of

MOST_NAMED: Final = 50
"""So many places that are due the next day, or that nobody holds, are named."""
EVIDENCE: Final = "evidence"
"""How a flag was cleared: it is so no more."""


_TURNS: Final = (
    f"SELECT place, event_at FROM claims WHERE place IN (:wanted) AND event_at > :at AND {TRUE}",
    f"SELECT place, reported_at FROM claims WHERE place IN (:wanted) AND reported_at > :at AND {TRUE}",
    "SELECT claims.place, reviews.at FROM claims JOIN reviews ON reviews.claim = claims.id"
    " WHERE claims.place IN (:wanted) AND reviews.at > :at AND reviews.to_pos > :known"
    " AND claims.to_pos > :known",
    f"SELECT place, at FROM assessments WHERE place IN (:wanted) AND at > :at AND {TRUE}",
    "SELECT place, until FROM held WHERE place IN (:wanted)",
    "SELECT place, until FROM assessments WHERE place IN (:wanted) AND until IS NOT NULL"
    f" AND cleared_at IS NULL AND {TRUE}",
)
"""When something said or judged of a place begins, or ceases, to count."""


class Slot(NamedTuple):
    """A night to be swept: a local day, its instant (us), the zone; and the days missed that it covers."""

    night: str
    at: int
    zone: str
    covers: tuple[str, ...] = ()


class Swept(NamedTuple):
    """What a night found: the events, the last of which says that it is done, and what to watch from now."""

    events: Sequence[Event]
    watched: Sequence[Watched]


def sweep(reader: Reader, slot: Slot) -> Swept:
    """Look at every place that is due in a night; `reader` sees the log as it is."""
    before = last_night(reader)
    return _Sweep(reader, slot, before).run()


class _Looked(NamedTuple):
    """A place with its verdict; `nearby`: control changed within 25 km in the last week."""

    place: Place
    verdict: Verdict
    folded: Folded
    nearby: bool


class _Then(NamedTuple):
    """Who held a place the night before, and how; nothing of one that nobody looked at then."""

    holders: tuple[str, ...] | None
    status: str | None


_NOT_SEEN: Final = _Then(None, None)


def _telling(case: Case) -> frozenset[str]:
    """The rules whose findings, new or over, tell by themselves why a place has another status."""
    unsure = UNKNOWN in (case.verdict.status, case.status_before)
    return frozenset({CONTRADICTED, STALE} if unsure else {CONTRADICTED})


class _Sweep:
    """One night's look."""

    def __init__(self, reader: Reader, slot: Slot, before: Night | None) -> None:
        self._reader = reader
        self._slot = slot
        self._before = before
        self._situation = Situation(reader, Question(slot.at))
        self._watch = Watch(reader, self._situation.backdrop, before)
        self._places = {place.id: place for place in all_places(reader) if place.merged_into is None}
        self._claimed = self._places.keys() & set(self._situation.claimed())
        self._due = self._watch.due(slot.at)
        self._bound = {"known": NOW, "at": slot.at}
        touched = self._everything() if self._due is None else self._due
        self._gone = sorted(touched - self._claimed)  # nothing is said of them any more

    def run(self) -> Swept:
        looked = sorted(self._look(), key=lambda one: one.place.id)
        cases, lost = self._cases(looked), self._lost()
        watched = [
            Watched(
                case.place, next(iter(case.verdict.holders), None), case.verdict.status,
                case.verdict.stale_at if case.verdict.holders else None, next_turn(case, nearby=one.nearby),
            )
            for case, one in zip(cases, looked, strict=True)
        ]  # fmt: skip
        later = self._turns(self._gone)
        ends = {case.place: self._slot.at + 1 for case in lost}  # told tonight, over the next
        watched += [
            Watched(id_, None, GONE, None, ends.get(id_, min(later.get(id_, ()), default=None)))
            for id_ in self._gone
        ]
        return Swept([*self._changes([*cases, *lost]), self._done(watched)], watched)

    def _done(self, watched: Sequence[Watched]) -> NightSwept:
        slot, counts = self._slot, self._watch.counts(watched)
        tomorrow = self._watch.stale_within(watched, slot.at, slot.at + DAY)
        return NightSwept(
            night=slot.night, at=slot.at, zone=slot.zone, after=self._before.position if self._before else 0,
            cut_off=last_position(self._reader), considered=len(watched) - len(self._gone),
            held=counts[HELD], contested=counts[CONTESTED_STATUS], unknown=counts[UNKNOWN],
            due_tomorrow=len(tomorrow), tomorrow=tuple(tomorrow[:MOST_NAMED]),
            nobodys=tuple(self._watch.unknown(watched, MOST_NAMED)), covers=slot.covers,
        )  # fmt: skip

    # -- which places, and what is believed of them ----------------------------------------------

    def _look(self) -> Iterator[_Looked]:
        lately = [id_ for id_ in self._situation.changed_lately() if id_ in self._places]
        changed = self._situation.nearby(self._places[id_] for id_ in lately)
        if self._due is None:
            yield from self._judged(self._claimed, changed, alone=False)
            return
        due = self._due & self._claimed
        # Where control has just changed, words on the places around keep half as long from tonight on.
        near = {
            other.id
            for id_ in due.intersection(lately)
            for _, other in around(self._reader, self._places[id_], NEARBY_KM)
        }
        wanted = due | (near & self._claimed)
        yield from self._judged(wanted, changed, alone=2 * len(wanted) < len(self._claimed))

    def _everything(self) -> set[str]:
        """Every place that may be gone; without what is watched, those of which something was said then."""
        found = self._watch.all(self._slot.at)
        if self._before is not None and not self._watch.kept_any():
            found |= {self._situation.root(id_) for id_ in self._then(self._before).claimed()}
        return found

    def _lost(self) -> list[Case]:
        """The places that somebody held the night before, and of which nothing is said any more."""
        ids = [id_ for id_ in self._gone if id_ in self._places]
        held = [id_ for id_, one in self._before_it(ids).items() if one.holders]
        return self._cases(list(self._judged(sorted(held), self._situation.nearby(()), alone=True)))

    def _then(self, before: Night) -> Situation:
        """What was known and believed the night before."""
        return Situation(self._reader, Question(before.at, position=before.position))

    def _judged(self, wanted: Iterable[str], changed: Nearby, *, alone: bool) -> Iterator[_Looked]:
        places = [self._places[id_] for id_ in wanted]
        for id_, (verdict, folded) in self._situation.judged(places, alone=alone, changed=changed).items():
            yield _Looked(self._places[id_], verdict, folded, changed.any(self._places[id_]))

    # -- what the rules say of them --------------------------------------------------------------

    def _cases(self, looked: Sequence[_Looked]) -> list[Case]:
        recent = {one.place.id: self._recent(one.folded) for one in looked}
        ids = [one.place.id for one in looked]
        before, turns = self._before_it(ids), self._turns(ids)
        tellers = self._tellers(
            claim.evidence.claim
            for one in looked
            if len(one.folded.state.voices) == 1  # only then may reports go in a circle
            for claim in recent[one.place.id]
        )
        return [
            Case(
                one.place.id, one.verdict, one.folded.state, recent[one.place.id],
                self._situation.settings(one.place.id), tellers,
                *before.get(one.place.id, _NOT_SEEN), turns=turns.get(one.place.id, ()),
            )
            for one in looked
        ]  # fmt: skip

    def _recent(self, folded: Folded) -> list[Weighed]:
        """The claims of the last `TAIL`, whatever else was read of the place."""
        since = self._slot.at - TAIL
        found = (one for one in folded.weighed if one.evidence.event_at > since)
        return sorted(
            found, key=lambda one: (one.evidence.event_at, one.evidence.reported_at, one.evidence.claim)
        )

    def _before_it(self, ids: Sequence[str]) -> dict[str, _Then]:
        """Who held each place the night before, and how; one that nobody looked at then is not among them."""
        if self._before is None:
            return {}
        kept = self._watch.kept(ids)
        if kept or self._watch.kept_any():
            return {id_: _Then((one.holder,) if one.holder else (), one.status) for id_, one in kept.items()}
        then = self._then(self._before)
        known = set(then.claimed())
        judged = then.verdicts([self._places[id_] for id_ in ids if id_ in known])
        return {id_: _Then(verdict.holders[:1], verdict.status) for id_, verdict in judged.items()}

    def _turns(self, ids: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """When what is said of some places begins or ceases to count: what is of a time to come (a night is
        often done some minutes after its instant), what is held back, what analysts judged.
        """
        roots = (
            id_ for id_ in ids if self._situation.root(id_) == id_
        )  # one merged away turns with its root
        members = {member: id_ for id_ in roots for member in self._situation.members(id_)}
        found: dict[str, tuple[int, ...]] = {}
        for sql in _TURNS:
            bound = {name: value for name, value in self._bound.items() if f":{name}" in sql}
            for place, at in self._reader.among(sql, members, **bound):
                found[members[place]] = (*found.get(members[place], ()), at)
        return found

    def _tellers(self, claims: Iterable[str]) -> dict[str, str]:
        rows = self._reader.among(
            f"SELECT id, source FROM claims WHERE id IN (:wanted) AND {TRUE}", claims, known=NOW
        )
        who = self._situation.who
        return {claim: who.source(source) for claim, source in rows}

    # -- what changes by it ----------------------------------------------------------------------

    def _changes(self, cases: Sequence[Case]) -> Iterator[Event]:
        places = list(dict.fromkeys([*(case.place for case in cases), *self._gone]))
        ids = [member for id_ in places for member in self._situation.members(id_)]
        open_: dict[str, list[FlagRow]] = {}
        for row in flags_of(self._reader, ids):
            open_.setdefault(self._situation.root(row.place), []).append(row)
        findings = {case.place: found(case) for case in cases}
        away = put_away(self._reader, (flag.id for flags in findings.values() for flag in flags))
        wording = self._wording(findings)
        asked = {case.place: case for case in cases}
        for place in places:
            now = {flag.id: flag for flag in findings.get(place, ())}
            before = {flag.id: flag for flag in open_.get(place, ())}
            over = sorted(before.keys() - now.keys())
            for id_ in over:
                yield FlagCleared(flag=id_, at=self._slot.at, how=EVIDENCE)
            new = [flag for flag in now.values() if flag.id not in before and flag.id not in away]
            rules = {flag.rule for flag in new} | {before[id_].rule for id_ in over}
            for flag in new:
                if flag.kind != STATUS or not rules & _telling(asked[place]):
                    yield wording(flag, asked[place])

    def _wording(self, findings: Mapping[str, Sequence[Flag]]) -> Callable[[Flag, Case], FlagRaised]:
        mentioned = {claim for flags in findings.values() for flag in flags for claim in flag.claims}
        told = texts(self._reader, mentioned)
        who = self._situation.who
        words = Wording(
            {id_: place.name for id_, place in self._places.items()}, actor_names(who), source_names(who),
            zone_of(self._slot.zone),
        )  # fmt: skip

        def raised(flag: Flag, case: Case) -> FlagRaised:
            return FlagRaised(
                flag=flag.id, rule=flag.rule, flag_kind=flag.kind, place=case.place, at=self._slot.at,
                since=flag.since, claims=flag.claims, why=words.why(flag, case, told),
                clears=words.clears(flag, case, told),
            )  # fmt: skip

        return raised
