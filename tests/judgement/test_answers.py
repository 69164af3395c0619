"""Decides that answers at many instants are those of the course, and that a rule is right about itself."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judgement.strategies import HOUR, LAST, SIDES, realigned
from tests.judgement.test_course import FADING, in_order, span_at
from tracker.judgement.answers import answers
from tracker.judgement.course import course
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.memory import Memory
from tracker.judgement.policies import NAMES
from tracker.judgement.scoring import Outcome, score

END = LAST + 30 * DAY


@pytest.mark.parametrize("policy", NAMES)
@given(realigned(), st.integers(1, 60), st.booleans())
@settings(max_examples=15, deadline=None)
def test_they_are_those_of_the_course(
    policy: str, told: tuple[list[Evidence], Sides], hours: int, held: bool
) -> None:
    found, sides = told
    claims = in_order(found)
    if held and claims:
        claims[0] = claims[0]._replace(held_until=claims[0].event_at + 3 * DAY)
        claims[-1] = claims[-1]._replace(expires=claims[-1].event_at + 5 * DAY)
    instants = list(range(0, END, hours * HOUR))
    given = list(answers("Homs", claims, Memory(sides, FADING), instants, policy))
    spans = course(claims, Memory(sides, FADING), 0, END, policy)

    assert [one.at for one in given] == instants
    for one in given:
        reading = span_at(spans, one.at).reading
        assert one.controller == (reading.holders[0] if reading.holders else None)
        assert sum(one.probabilities.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("policy", NAMES)
@given(realigned(), st.integers(1, 60))
@settings(max_examples=15, deadline=None)
def test_a_rule_is_right_about_its_own_course(
    policy: str, told: tuple[list[Evidence], Sides], hours: int
) -> None:
    found, sides = told
    claims = in_order(found)
    spans = course(claims, Memory(sides, FADING), 0, END, policy)
    truth = [
        Outcome("Homs", one.start, one.reading.holders[0] if one.reading.holders else None) for one in spans
    ]
    given = list(answers("Homs", claims, Memory(sides, FADING), range(0, END, hours * HOUR), policy))
    scores = score(given, truth)

    assert scores.answers == sum(one.controller is not None for one in given)
    assert scores.accuracy == (1.0 if scores.answers else 0.0)
    assert scores.flips.false == 0
    named = [one.controller for one in given if one.controller]
    assert scores.flips.changes == sum(one != other for one, other in pairwise(named))


def test_nobody_speaks_and_nobody_is_named() -> None:
    for policy in NAMES:
        (one,) = answers("Homs", [], Memory(SIDES, FADING), [DAY], policy)
        assert one.controller is None
        assert set(one.probabilities.values()) == {0.25}
