"""Decides that a course tells at every instant what the verdict on the claims up to it tells."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judgement.strategies import HOUR, LAST, SIDES, instants, realigned, said
from tracker.judgement.belief import Settings, fold
from tracker.judgement.course import CLAIMS, EXPIRY, SILENCE, Span, course
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.memory import Memory
from tracker.judgement.policies import NAMES, rule_on
from tracker.judgement.verdict import BAYES, judge
from tracker.judgement.vocabulary import CONTEST, FOR, INSIDE

parts = st.lists(st.floats(0, 1), max_size=6)
FADING = Settings(lam=2e-2)
"""So that belief fades below every threshold within the days of a story."""


def in_order(claims: list[Evidence]) -> list[Evidence]:
    return sorted(claims, key=lambda one: (one.event_at, one.reported_at, one.claim))


def answer(claims: list[Evidence], sides: Sides, at: int, policy: str) -> tuple[Any, ...]:
    """What the verdict at an instant tells, folded from the first claim."""
    state, weighed = fold((one for one in claims if one.event_at <= at), sides, FADING)
    one = judge(state, weighed, at, FADING)
    claimants: tuple[str, ...] = ()
    if policy != BAYES:
        ruling = rule_on(policy, one, weighed, sides, FADING)
        one = ruling.verdict
        claimants = tuple(word.sides[0] for word in ruling.opinion.claimants)
    told = one.status, one.holders, one.actors, one.vacated_by, claimants
    return (*told, pytest.approx(one.confidence, abs=1e-9)) if one.holders else told


def span_at(spans: list[Span], at: int) -> Span:
    return next(one for one in spans if one.start <= at < one.end)


def check(spans: list[Span], claims: list[Evidence], sides: Sides, policy: str, more: list[int]) -> None:
    for one in spans:
        for at in (one.start, one.end - 1):
            told = answer(claims, sides, at, policy)
            assert told[:5] == one.reading.told
            if one.reading.holders:
                assert told[5] == (one.reading.confidence if at == one.start else one.confidence)
    for at in more:
        assert answer(claims, sides, at, policy)[:5] == span_at(spans, at).reading.told


@pytest.mark.parametrize("policy", NAMES)
@given(realigned(), instants, st.integers(0, 160), st.lists(st.floats(0, 1), max_size=6))
@settings(max_examples=40, deadline=None)
def test_at_every_instant_it_is_the_verdict_of_then(
    policy: str, told: tuple[list[Evidence], Sides], start: int, length: int, more: list[float]
) -> None:
    claims, sides = in_order(told[0]), told[1]
    end = start + length * 6 * HOUR
    spans = course(claims, Memory(sides, FADING), start, end, policy)
    assert (spans[0].start, spans[-1].end) == (start, end + 1)
    assert all(one.end == after.start for one, after in pairwise(spans))
    assert all(one.reading.told != after.reading.told for one, after in pairwise(spans))
    check(spans, claims, sides, policy, [start + round(part * (end - start)) for part in more])


@given(told=realigned(), cuts=st.lists(st.integers(0, 14), min_size=2, max_size=5))
@settings(deadline=None)
def test_what_is_remembered_answers_as_a_fold_of_all(
    told: tuple[list[Evidence], Sides], cuts: list[int]
) -> None:
    """Whatever was asked about before: some of the same claims, others between them, or fewer."""
    memory = Memory(told[1], FADING)
    for cut in cuts:
        claims = in_order([one for i, one in enumerate(told[0]) if (i * 7) % 14 <= cut])
        state, weighed = memory.fold(claims)
        whole, all_weighed = fold(claims, told[1], FADING)
        assert (state.dump(), weighed) == (whole.dump(), all_weighed)


def test_it_is_remembered_in_strides() -> None:
    claims = [said(f"c{n:03}", FOR, "army", day=n // 3) for n in range(200)]
    memory = Memory(SIDES, Settings())
    for count in (200, 199, 120, 200):
        state, weighed = memory.fold(claims[:count])
        assert (state.dump(), weighed) == (lambda found: (found[0].dump(), found[1]))(
            fold(claims[:count], SIDES)
        )


def spans_of(*claims: Evidence, until: float, policy: str = BAYES) -> list[tuple[float, str, str]]:
    found = course(list(claims), Memory(SIDES, Settings()), 0, round(until * DAY), policy)
    return [(round(one.start / DAY, 6), one.reading.status, one.began) for one in found]


def test_a_contest_ends_after_three_days_to_the_microsecond() -> None:
    claims = said("a", FOR, "army"), said("b", INSIDE, "clan", day=1, origin="radio")
    found = course(list(claims), Memory(SIDES, Settings()), 0, 10 * DAY)
    assert [(one.start, one.reading.status, one.began) for one in found] == [
        (0, "held", CLAIMS), (DAY, "contested", CLAIMS), (4 * DAY + 1, "held", EXPIRY),
    ]  # fmt: skip
    assert [one.claims for one in found] == [("a",), ("b",), ()]
    assert found[-1].end == 10 * DAY + 1, "the last instant is part of it"


def test_belief_that_fades_is_unknown_from_the_deadline_on() -> None:
    claim = said("a", FOR, "army", source_kind="media")
    found = course([claim], Memory(SIDES, Settings()), 0, 4000 * DAY)
    assert [(one.reading.status, bool(one.reading.holders), one.began) for one in found] == [
        ("held", True, CLAIMS), ("unknown", True, SILENCE), ("unknown", False, SILENCE),
    ]  # fmt: skip
    state, weighed = fold([claim], SIDES)
    deadline = judge(state, weighed, 0).deadline
    assert deadline is not None
    assert found[1].start == pytest.approx(deadline, abs=1000)
    assert found[0].confidence == pytest.approx(0.6, abs=1e-9)


def test_every_rule_has_its_own_course() -> None:
    party: dict[str, Any] = {"lean": "clan", "origin": "spokesman", "source_kind": "party"}
    claims = (
        said("a", FOR, "army"), said("b", FOR, "army", day=1, origin="monitor"),
        said("c", FOR, "clan", day=3, **party), said("d", CONTEST, "clan", day=5, origin="monitor"),
        said("e", FOR, "clan", day=9, origin="radio"),
    )  # fmt: skip
    found = {name: spans_of(*claims, until=20, policy=name) for name in NAMES if name != BAYES}
    assert found["latest"] == [(0, "held", CLAIMS), (3, "held", CLAIMS)]
    assert found["two-origins"][:3] == [
        (0, "unknown", CLAIMS), (1, "held", CLAIMS), (3, "contested", CLAIMS),
    ]  # fmt: skip
    assert found["against-interest"] == [
        (0, "held", CLAIMS), (5, "contested", CLAIMS), (8, "held", EXPIRY), (9, "held", CLAIMS),
    ]  # fmt: skip
    assert found["claimed"] == [(0, "unknown", CLAIMS), (3, "held", CLAIMS)]


def test_times_after_everything_are_told_too() -> None:
    assert spans_of(until=LAST / DAY) == [(0, "unknown", CLAIMS)]
