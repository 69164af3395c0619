"""Decides that a pin is the answer while it lasts, and that the claims are weighed on beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import SIDES, stories
from tracker.judgement import learning
from tracker.judgement.belief import fold
from tracker.judgement.evidence import ANALYSTS, DAY, Evidence
from tracker.judgement.pin import Pin, acting
from tracker.judgement.pinned import disagrees, pinned
from tracker.judgement.standings import standings
from tracker.judgement.verdict import Verdict, judge
from tracker.judgement.vocabulary import FOR

NOW = 100 * DAY
A, B = SIDES.names[:2]


def a_pin(
    *sides: str, at: int = NOW - DAY, until: int | None = None, position: int = 1, likelihood: float = 0.98
) -> Pin:
    return Pin("a-1", sides or (A,), sides or (A,), at, until, likelihood, "ana", "seen", at, position)


def verdict(*claims: Evidence, at: int = NOW) -> Verdict:
    state, weighed = fold([one for one in claims if one.event_at <= at], SIDES)
    return judge(state, weighed, at)


def captured(side: str, at: int, **more: object) -> Evidence:
    told = {"claim": f"c-{at}", "kind": FOR, "sides": (side,), "event_at": at, "reported_at": at,
            "origin": "wire", "predicate": "captured"}  # fmt: skip
    return Evidence(**{**told, **more})  # type: ignore[arg-type]  # any field


pins = st.lists(
    st.builds(
        lambda at, lasts, position: a_pin(at=at, until=at + lasts if lasts else None, position=position),
        st.integers(0, 20), st.none() | st.integers(1, 9), st.integers(1, 50),
    ),
    max_size=6,
    unique_by=lambda pin: pin.position,
)  # fmt: skip


@given(some=pins, at=st.integers(-1, 40))
def test_the_latest_pin_begun_counts_until_it_expires_and_no_older_one_comes_back(
    some: list[Pin], at: int
) -> None:
    found = acting(some, at)
    begun = sorted((pin for pin in some if pin.at <= at), key=lambda pin: (pin.at, pin.position))
    if not begun or (begun[-1].until is not None and begun[-1].until <= at):
        assert found is None
    else:
        assert found is begun[-1]
        assert found.at <= at
        assert found.until is None or at < found.until


@given(claims=stories, sides=st.permutations(SIDES.names), n=st.integers(1, 2),
       likelihood=st.floats(0.5, 1))  # fmt: skip
def test_a_pin_clamps_the_verdict_and_keeps_the_belief_beside_it(
    claims: list[Evidence], sides: list[str], n: int, likelihood: float
) -> None:
    at = max((one.event_at for one in claims), default=NOW) + DAY
    belief = verdict(*claims, at=at)
    pin = a_pin(*sides[:n], at=at - 1, likelihood=likelihood)
    clamped = pinned(belief, pin)
    assert clamped.holders == tuple(sides[:n])
    assert clamped.status == ("held" if likelihood >= 0.6 else "unknown")
    assert clamped.confidence == min(likelihood, 0.98)
    assert clamped.basis == "analyst"
    assert sum(clamped.probabilities.values()) == pytest.approx(1)
    assert sum(clamped.probabilities[side] for side in sides[:n]) == pytest.approx(clamped.confidence)
    assert clamped.shadow is not None
    assert (clamped.shadow.status, clamped.shadow.holders, clamped.shadow.probabilities) == (
        belief.status, belief.holders, belief.probabilities,
    )  # fmt: skip
    untouched = ("at", "pressure", "present", "conflicts", "origins", "claims")
    assert all(getattr(clamped, name) == getattr(belief, name) for name in untouched)


def test_the_claims_disagree_by_another_holder_by_a_dispute_and_by_leaving_it_open() -> None:
    agreeing, other = captured(A, NOW - DAY), captured(B, NOW - DAY)
    disputed = (other, captured(A, NOW - DAY, claim="c-2", origin="radio"))
    assert not disagrees(pinned(verdict(agreeing), a_pin()))
    assert disagrees(pinned(verdict(other), a_pin()))
    assert disagrees(pinned(verdict(*disputed), a_pin()))
    assert disagrees(pinned(verdict(captured(A, NOW - 90_000 * DAY)), a_pin())), "faded away"
    assert not disagrees(pinned(verdict(), a_pin())), "nobody says anything"
    assert not disagrees(verdict(other)), "no pin"


def test_a_pin_is_fresh_for_a_fortnight_after_it_was_made_or_the_holder_was_last_spoken_for() -> None:
    pin = a_pin(at=NOW - 10 * DAY)
    assert pinned(verdict(), pin).freshness == "ageing"
    assert pinned(verdict(), pin).stale_at == NOW + 4 * DAY
    assert pinned(verdict(captured(A, NOW - DAY)), pin).freshness == "fresh"
    assert pinned(verdict(captured(B, NOW - DAY)), pin).freshness == "ageing", "that was for another"
    assert pinned(verdict(), a_pin(at=NOW - 15 * DAY)).freshness == "stale"
    assert pinned(verdict(), pin._replace(until=NOW + DAY)).stale_at == NOW + DAY
    late = pin._replace(made_at=NOW + DAY)
    assert pinned(verdict(), late).last_report == pin.at, (
        "what was written down later was not yet a word then"
    )


def test_since_when_is_what_the_claims_say_where_they_say_the_same() -> None:
    assert pinned(verdict(captured(A, NOW - 5 * DAY)), a_pin()).since == (None, NOW - 5 * DAY)
    assert pinned(verdict(captured(B, NOW - 5 * DAY)), a_pin()).since == (None, NOW - DAY)


def test_an_analyst_alone_is_told_as_that_and_makes_no_claim_better() -> None:
    mine = captured(A, NOW - DAY, claim="a-1", origin="analyst:", source_kind=ANALYSTS, reliability=0.98,
                    predicate="assessed")  # fmt: skip
    own = captured(A, NOW - DAY, lean=A, source_kind="party")
    neutral = captured(A, NOW - DAY, claim="c-2", origin="radio")
    assert verdict(mine).basis == "analyst"
    assert verdict(own).basis == "claimed"
    assert verdict(own, mine).basis == "analyst"
    assert verdict(own, mine, neutral).basis == "assessed"
    _, weighed = fold([own, mine], SIDES)
    assert standings(weighed, NOW)[own.claim] == "live", "whoever assesses it is no second voice"
    assert not learning.testifies(mine), "nor a witness of what became of a claim"
    _, weighed = fold([own, neutral], SIDES)
    assert standings(weighed, NOW)[own.claim] == "corroborated"
