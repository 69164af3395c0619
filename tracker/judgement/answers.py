"""Decides what a rule answers about a place at each of many instants, in one pass of the fold.

The answer at an instant is that of the course of the claims of times up to it: who is named, and how probable
each side is. A pin is no rule's answer, so none counts here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Protocol

from tracker.judgement.belief import Fold
from tracker.judgement.evidence import Evidence
from tracker.judgement.guard import counting
from tracker.judgement.memory import Memory
from tracker.judgement.rules import Rule
from tracker.judgement.scoring import Answer
from tracker.judgement.verdict import BAYES, NAMED_FROM, holders_of


def answers(
    place: str, claims: Sequence[Evidence], memory: Memory, instants: Sequence[int], policy: str = BAYES
) -> Iterator[Answer]:
    """The answers at instants that go on, of claims in order of event time.

    Of several that hold it together the first is named.
    """
    turns = sorted({at for one in claims for at in (one.held_until, one.expires) if at is not None})
    for _, some in groupby(instants, key=lambda at: bisect_right(turns, at)):
        stretch = list(some)
        yield from _answers(place, counting(claims, stretch[0]), memory, stretch, policy)


def _answers(
    place: str, claims: Sequence[Evidence], memory: Memory, instants: Sequence[int], policy: str
) -> Iterator[Answer]:
    done = bisect_right(claims, instants[0], key=_event_at)
    state, weighed = memory.fold(claims[:done])
    told: _Teller
    told = _ByBelief(state, memory) if policy == BAYES else _ByRule(state, memory.rule(policy, weighed))
    for at in instants:
        until = bisect_right(claims, at, lo=done, key=_event_at)
        for _, group in groupby(claims[done:until], key=_event_at):
            told.take(list(group))
        done = until
        yield told.answer(place, at)


class _Teller(Protocol):
    """Something that takes claims and answers at instants that only go on."""

    def take(self, group: Sequence[Evidence]) -> None:
        """Take the claims of the next instant."""

    def answer(self, place: str, at: int) -> Answer:
        """The answer at an instant."""


class _ByBelief:
    def __init__(self, state: Fold, memory: Memory) -> None:
        self._state = state
        self._sides = memory.sides
        self._kept = state.dump()

    def take(self, group: Sequence[Evidence]) -> None:
        for _ in self._state.run(group):
            pass
        self._kept = self._state.dump()

    def answer(self, place: str, at: int) -> Answer:
        state = Fold.load(self._kept, self._sides)
        state.move_to(at)
        holders, confidence = holders_of(state)
        shares = dict(zip(state.names, state.p, strict=True))
        return Answer(place, at, shares, holders[0] if holders and confidence >= NAMED_FROM else None)


class _ByRule:
    def __init__(self, state: Fold, rule: Rule) -> None:
        self._state = state
        self._rule = rule

    def take(self, group: Sequence[Evidence]) -> None:
        for one in self._state.run(group):
            self._rule.take(one)

    def answer(self, place: str, at: int) -> Answer:
        opinion = self._rule.opinion(at)
        return Answer(place, at, opinion.probabilities, opinion.holders[0] if opinion.holders else None)


def _event_at(claim: Evidence) -> int:
    return claim.event_at
