"""Decides what is remembered of one question for the next about almost the same claims: folds and rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from tracker.judgement.belief import Fold, Settings
from tracker.judgement.book import forked
from tracker.judgement.evidence import Evidence, Sides
from tracker.judgement.policies import begun
from tracker.judgement.reliability import Weighed
from tracker.judgement.rules import Rule

STRIDE: Final = 25
"""So many claims at most are folded again where a course goes on from another one."""


class Memory:
    """What was folded for one question, by one rule, for the next one about almost the same claims.

    `side_of` tells who counts for whom at an instant; of the actors named those of the holding side are told.
    `ageing`: what each reading stands on is told too, and makes another stretch where it is different.
    """

    def __init__(
        self,
        sides: Sides,
        settings: Settings,
        side_of: Callable[[str, int], str] | None = None,
        *,
        ageing: bool = False,
    ) -> None:
        self.sides = sides
        self.settings = settings
        self.side_of = side_of
        self.ageing = ageing
        self._claims: list[Evidence] = []
        self._weighed: list[Weighed] = []
        self._marks: list[tuple[int, dict[str, object]]] = []
        self._ruled: Sequence[Weighed] = ()
        self._rules: list[tuple[int, Rule]] = []

    def fold(self, claims: Sequence[Evidence]) -> tuple[Fold, list[Weighed]]:
        """The fold of some claims, given in order of event time, and what each was taken for."""
        count = self._known(claims)
        while self._marks and not _ends_an_instant(claims, self._marks[-1][0], count):
            self._marks.pop()
        done, state = self._begin()
        self._weighed = self._weighed[:done]
        for _, group in groupby(claims[done:], key=_event_at):
            self._weighed += state.run(group)
            if len(self._weighed) - (self._marks[-1][0] if self._marks else 0) >= STRIDE:
                self._marks.append((len(self._weighed), state.dump()))
        self._claims = list(claims)
        return state, list(self._weighed)

    def rule(self, policy: str, weighed: Sequence[Weighed]) -> Rule:
        """A rule that has taken some claims, carried on from where it was with most of them."""
        same = 0
        for one, other in zip(weighed, self._ruled, strict=False):
            if one is not other and one != other:
                break
            same += 1
        self._rules = [mark for mark in self._rules if mark[0] <= same]
        done, rule = self._rules[-1] if self._rules else (0, begun(policy, self.sides, self.settings))
        rule = forked(rule)
        for one in weighed[done:]:
            rule.take(one)
            done += 1
            if done % STRIDE == 0:
                self._rules.append((done, forked(rule)))
        self._ruled = weighed
        return rule

    def own(self, actors: tuple[str, ...], holders: tuple[str, ...], at: int) -> tuple[str, ...]:
        """Those of the actors named that count for the first holder at an instant."""
        if self.side_of is None or not holders:
            return actors
        return tuple(actor for actor in actors if self.side_of(actor, at) == holders[0])

    def _begin(self) -> tuple[int, Fold]:
        if not self._marks:
            return 0, Fold(self.sides, self.settings.lam)
        done, kept = self._marks[-1]
        return done, Fold.load(kept, self.sides)

    def _known(self, claims: Sequence[Evidence]) -> int:
        """How many of the first claims are those of the last time."""
        count = 0
        for one, other in zip(claims, self._claims, strict=False):
            if one is not other and one != other:
                break
            count += 1
        return count


def _ends_an_instant(claims: Sequence[Evidence], count: int, known: int) -> bool:
    if count > known:
        return False
    return count == len(claims) or claims[count].event_at != claims[count - 1].event_at


_event_at: Final = attrgetter("event_at")
