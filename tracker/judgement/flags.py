"""Decides what about a place deserves an eye at night: five rules, and what each rests on.

A rule reads a place's verdict and its recent claims and answers with flags. Nothing here moves a belief.
A flag's id follows from its rule, its place and the claims that it rests on, so the same finding has the
same id every night, and another one has another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import exp
from typing import Final, NamedTuple

from tracker.judgement.belief import Fold, Settings
from tracker.judgement.conflicts import SAME_DOCUMENT, Disagreement
from tracker.judgement.corroboration import independent
from tracker.judgement.evidence import ANALYSTS, DAY
from tracker.judgement.reliability import SELF_SERVING, Weighed
from tracker.judgement.verdict import (
    CLAIMED,
    CONFLICT_LASTS,
    CONTEST_LASTS,
    HELD,
    NAMED_FROM,
    QUIET,
    SHELF,
    SHOWN_FOR,
    TAIL,
    Verdict,
    deadline,
    holders_of,
)
from tracker.judgement.verdict import STALE as OLD
from tracker.judgement.vocabulary import DENY_GAIN, DENY_LOST, FLAG_RULES, FOR

OVERTURNED, CONTRADICTED, STALE, SINGLE_ORIGIN, CIRCULAR = FLAG_RULES

SILENCE, FADED = "silence", "faded"
"""Why a place is stale: nobody has spoken for its holder for too long; belief has faded to the threshold."""
ONE_ORIGIN, OWN_WORD = "one-origin", "own-word"
"""What a holder rests on: one origin; the word of those who profit from it."""
TAKEN, LEFT, STATUS = "taken", "left", "status"
"""How a place was overturned: somebody else is named; nobody is; the same holder, held another way."""

_DENIALS: Final = frozenset({DENY_GAIN, DENY_LOST})
_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"


class Flag(NamedTuple):
    """A finding about a place. `claims` are those that it rests on, those that make its id first."""

    id: str
    rule: str
    kind: str
    claims: tuple[str, ...]
    sides: tuple[str, ...] = ()
    """The sides that it is about: the holder, both of a contradiction, whoever left and whoever took it."""
    since: int | None = None
    """From when on it has been so (us since the epoch), where that is known."""


class Case(NamedTuple):
    """A place as the rules see it: the verdict, its belief, and the claims of the last `TAIL`, weighed.

    `tellers` has who told each claim last, where that may matter. `before` are the sides that held it the
    night before (none: nobody was named) and `status_before` how; None: nobody looked then. `turns` are
    instants at which something said of the place begins or ceases to count.
    """

    place: str
    verdict: Verdict
    state: Fold
    weighed: Sequence[Weighed]
    settings: Settings
    tellers: Mapping[str, str]
    before: tuple[str, ...] | None = None
    status_before: str | None = None
    turns: tuple[int, ...] = ()


Rule = Callable[[Case], Iterator[Flag]]


def found(case: Case) -> list[Flag]:
    """Every flag of a place, in the order of the rules."""
    return [flag for rule in RULES for flag in rule(case)]


def flag_id(rule: str, place: str, *rests_on: str) -> str:
    """The id of a finding: the same for the same rule, place and claims."""
    told = "\x1f".join((rule, place, *rests_on))
    number = int.from_bytes(hashlib.sha256(told.encode()).digest()[:5], "big")
    return "f-" + "".join(_LETTERS[(number >> 5 * i) & 31] for i in reversed(range(8)))


def stale(case: Case) -> Iterator[Flag]:
    """Nobody has spoken for the holder for longer than its last word keeps, or belief has faded away.

    Each renewal of the word makes another finding of the next silence.
    """
    verdict, word = case.verdict, case.state.words.get(case.state.best or "")
    if word is None or verdict.pin is not None:
        return
    faded = _faded(case)
    if not faded and not (verdict.holders and verdict.freshness == OLD):
        return
    id_ = flag_id(STALE, case.place, word.claim, str(verdict.last_report or word.reported_at))
    kind = FADED if faded else SILENCE
    yield Flag(id_, STALE, kind, (word.claim,), word.sides, verdict.stale_at)


def _faded(case: Case) -> bool:
    """Whether silence alone has brought the belief in the best side under the threshold."""
    holders, belief = holders_of(case.state)
    if not holders or belief > case.settings.threshold:
        return False
    pi = len(holders) / len(case.state.names)
    silent = max(0, case.verdict.at - case.state.last_at) / DAY
    return pi + (belief - pi) * exp(case.state.lam * silent) > case.settings.threshold


def _stands_on(case: Case) -> str | None:
    """The claim that a status rests on: the word for the holder, or what is said for another side."""
    state, holders = case.state, case.verdict.holders
    if case.verdict.status == HELD:
        word = state.words.get(holders[0])
        return word.claim if word else None
    others = [word for side, word in state.words.items() if side not in holders]
    if state.entered is not None and not set(state.entered.sides) & set(holders):
        others.append(state.entered)
    latest = max(others, key=lambda word: (word.event_at, word.claim), default=None)
    return latest.claim if latest else None


def contradicted(case: Case) -> Iterator[Flag]:
    """Two claims of different origins cannot both be true; those that take the same two sides are one."""
    disputes: dict[tuple[object, ...], list[Disagreement]] = {}
    for one in case.verdict.conflicts:
        if one.kind != SAME_DOCUMENT:  # told beside what the two disagree about
            ends = sorted(
                (end.evidence.kind in _DENIALS, end.evidence.sides) for end in (one.first, one.second)
            )
            disputes.setdefault((one.kind, *ends), []).append(one)
    for (kind, *_), told in disputes.items():
        earliest = min(told, key=lambda one: (one.at, one.first.evidence.claim, one.second.evidence.claim))
        pair = (earliest.first.evidence.claim, earliest.second.evidence.claim)
        others = {end.evidence.claim for one in told for end in (one.first, one.second)}.difference(pair)
        sides = dict.fromkeys((*earliest.first.evidence.sides, *earliest.second.evidence.sides))
        id_ = flag_id(CONTRADICTED, case.place, str(kind), *pair)
        yield Flag(id_, CONTRADICTED, str(kind), (*pair, *sorted(others)), tuple(sides), earliest.at)


def single_origin(case: Case) -> Iterator[Flag]:
    """The holder rests on one origin, or on the word of those who profit from it alone.

    A starting position rests on whoever set it up, an analyst's judgement on the analyst, and everybody
    knows: neither is a finding.
    """
    verdict, state = case.verdict, case.state
    voices = [said for said in state.voices.values() if said[1] not in ("baseline", ANALYSTS)]
    if not verdict.holders or verdict.pin is not None or state.since is None or not voices:
        return
    own = all(stance == SELF_SERVING for stance, _ in voices)
    if len(state.voices) > 1 and not (own and verdict.basis == CLAIMED):
        return
    kind = OWN_WORD if own else ONE_ORIGIN
    id_ = flag_id(SINGLE_ORIGIN, case.place, state.since.claim, kind)
    word = state.words.get(verdict.holders[0], state.since)
    yield Flag(id_, SINGLE_ORIGIN, kind, (word.claim,), verdict.holders, state.since.event_at)


def circular(case: Case) -> Iterator[Flag]:
    """Several tell that the holder has it, and all of them have it from one origin."""
    verdict, state = case.verdict, case.state
    if not verdict.holders or verdict.pin is not None or state.since is None or len(state.voices) != 1:
        return
    told = [
        one
        for one in case.weighed
        if one.evidence.kind == FOR
        and one.evidence.weight
        and one.evidence.event_at >= state.since.event_at
        and set(one.evidence.sides) & set(verdict.holders)
    ]
    tellers = {case.tellers.get(one.evidence.claim, one.evidence.origin) for one in told}
    if len(tellers) < 2 or len({independent(one) for one in told}) != 1:
        return
    first, *others = (one.evidence.claim for one in told)
    id_ = flag_id(CIRCULAR, case.place, first)
    origin, since = told[0].evidence.origin, told[0].evidence.event_at
    yield Flag(id_, CIRCULAR, origin, (first, *others), verdict.holders, since)


def overturned(case: Case) -> Iterator[Flag]:
    """Another is named than the night before, nobody any more, or the same one with another status.

    A first name is no change.
    """
    before, verdict, state = case.before, case.verdict, case.state
    if not before:
        return
    rests_on = case.weighed[-1].evidence.claim if case.weighed else ""
    if before[:1] == verdict.holders[:1]:
        if case.status_before != verdict.status and verdict.pin is None:
            rests_on = _stands_on(case) or rests_on
            id_ = flag_id(OVERTURNED, case.place, rests_on, before[0], verdict.status)
            yield Flag(id_, OVERTURNED, STATUS, (rests_on,) if rests_on else (), before[:1])
        return
    if verdict.pin is not None:
        rests_on = verdict.pin.assessment
    elif verdict.holders and state.since is not None:
        rests_on = state.since.claim
    sides = (before[0], *verdict.holders[:1])
    id_ = flag_id(OVERTURNED, case.place, rests_on, *sides)
    since = verdict.since[1] if verdict.since else None
    kind = TAKEN if verdict.holders else LEFT
    yield Flag(id_, OVERTURNED, kind, (rests_on,) if rests_on else (), sides, since)


RULES: Final[tuple[Rule, ...]] = (overturned, contradicted, stale, single_origin, circular)
"""Every rule, in the order of their names."""


def next_turn(case: Case, *, nearby: bool) -> int | None:
    """The next instant at which time alone may change what is said of a place; None: never.

    Its status counts too, not only what the rules say. As long as control has changed `nearby`, words keep
    half as long, which ends some night soon.
    """
    verdict, state = case.verdict, case.state
    now = verdict.at
    turns = [*case.turns, now + DAY] if nearby else [*case.turns]
    turns += [one.at + lasts + 1 for one in verdict.conflicts for lasts in (CONFLICT_LASTS, SHOWN_FOR)]
    if state.entered is not None:
        turns.append(state.entered.event_at + CONTEST_LASTS + 1)
    word = state.words.get(state.best or "")
    if word is not None and verdict.last_report is not None:
        shelf = SHELF.get(word.predicate, 7 * DAY)
        unchanged = state.changed_at or (state.since.event_at if state.since else now)
        quiet = now - unchanged > QUIET
        kept = shelf // 2 if nearby else 2 * shelf if quiet else shelf
        turns.append(verdict.last_report + kept + 1)
        turns += [word.reported_at, *word.confirmed_at]  # from then on the word is so much younger
        if not quiet:  # from then on words keep twice as long
            turns.append(unchanged + QUIET + 1)
    holders, belief = holders_of(state)
    pi = len(holders) / len(state.names)
    for mark in (case.settings.contested_below, case.settings.threshold, NAMED_FROM):
        if belief > mark and (at := deadline(belief, pi, mark, state.lam, now)) is not None:
            turns += [at, at + 1]  # it is rounded to the microsecond
    if len(state.voices) == 1:  # of reports that go in a circle each has its time
        turns += [one.evidence.event_at + TAIL for one in case.weighed]
    if any(one.rule == OVERTURNED for one in overturned(case)):
        turns.append(now + 1)
    return min((at for at in turns if at > now), default=None)
