"""The fold of a whole map: place by place what `Fold` says of the same claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import HOUR, LAST, NAMES, SIDES, realigned, said, stories
from tests.judgement.test_belief import PUBLISHED, _published
from tracker.judgement import bulk
from tracker.judgement.belief import Fold
from tracker.judgement.bulk import Folds
from tracker.judgement.columns import columns
from tracker.judgement.evidence import DAY, Evidence, Realignment, Sides
from tracker.judgement.reliability import NEUTRAL
from tracker.judgement.verdict import TAIL, judge
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, DENY_LOST, FOR, INSIDE, LOST

RATES = (1e-3, 5e-5, 0.0, 0.02)


@pytest.fixture(autouse=True)
def _together(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few places there are, they are folded side by side."""
    monkeypatch.setattr(bulk, "STEP", 0.0)


def check(told: Sequence[Sequence[Evidence]], sides: Sides, at: int = LAST) -> Folds:
    """The same books, the same shares to nine digits, the same stances and verdicts."""
    rates = [RATES[place % len(RATES)] for place in range(len(told))]
    together = Folds(columns({f"place-{n}": claims for n, claims in enumerate(told)}), sides, rates, at)
    for place, claims in enumerate(told):
        alone = Fold(sides, rates[place])
        weighed = list(alone.run(sorted(claims, key=lambda one: one.event_at)))
        one = together.fold(place)
        same_books(one, alone)
        recent = {w.evidence.claim: w.stance for w in weighed if w.evidence.event_at >= at - TAIL}
        known = together.stances(place, at - TAIL)
        assert {claim: known.get(claim, NEUTRAL) for claim in recent} == recent
        if sides.names:
            assert told_of(judge(one, weighed, at)) == told_of(judge(alone, weighed, at))
    return together


def same_books(one: Fold, wanted: Fold) -> None:
    books, right = (state.dump() for state in (one, wanted))
    for name in ("echoes", "contests"):  # are for carrying on, which these are not for
        books[name] = right[name]
    assert books.pop("p") == pytest.approx(right.pop("p"), abs=1e-9)
    assert books == right


def told_of(verdict: Any) -> Mapping[str, Any]:
    """A verdict without what follows from the last digits of its probabilities."""
    told: dict[str, Any] = verdict._asdict()
    for name in ("confidence", "probabilities", "deadline", "stale_at"):
        del told[name]
    return told


@given(stories)
def test_a_map_is_its_places(claims: list[Evidence]) -> None:
    """Three places: one where all of it was said, and two that have half of it each."""
    check([claims, claims[::2], claims[1::2]], SIDES)


@given(stories, st.integers(2, 3))
def test_names_that_are_no_sides_stay_names(claims: list[Evidence], count: int) -> None:
    """Claims name, lean to and fight against some who are not declared."""
    check([claims[::2], claims], Sides.of(*NAMES[:count]))


@given(realigned())
def test_a_side_that_joins_another_is_folded_as_alone(story: tuple[list[Evidence], Sides]) -> None:
    claims, sides = story
    check([claims, claims[::2]], sides, LAST + 2 * HOUR)


@given(stories)
def test_changes_to_come_count_for_nothing(claims: list[Evidence]) -> None:
    later = Realignment(LAST + DAY, "army", "army", "clan")
    assert check([claims, claims[1:]], Sides(NAMES, (later,))).books is not None


def test_the_published_cases_all_at_once() -> None:
    """The twenty-seven small stories on one map, each up to its own instant."""
    cases = PUBLISHED["cases"]
    told = [
        [one for one in map(_published, case["claims"]) if one.event_at <= round(case["at"] * DAY)]
        for case in cases
    ]
    sides = Sides.of(*PUBLISHED["sides"])
    folds = Folds(
        columns({case["case"]: claims for case, claims in zip(cases, told, strict=True)}),
        sides, [PUBLISHED["lam"]] * len(cases), LAST * 100,
    )  # fmt: skip
    for place, case in enumerate(cases):
        state = folds.fold(place)
        state.move_to(round(case["at"] * DAY))
        assert dict(zip(state.names, state.p, strict=True)) == pytest.approx(case["p"], abs=1e-6)


TOLD: list[list[Evidence]] = [
    [said("a", FOR, "army"), said("b", FOR, "clan")],
    [said("a", FOR, "army", "clan"), said("b", FOR, "front", day=1), said("c", LOST, "army", "clan", day=2)],
    [said("a", LOST, "army"), said("b", LOST, "army", "clan", day=1), said("c", CONTEST, "clan", day=2)],
    [said("a", FOR, "army"), said("b", CONTEST, day=1), said("c", INSIDE, day=2, origin="radio")],
    [said("a", FOR, "army"), said("b", FOR, day=1, predicate="fighting"), said("c", LOST, "army", day=2)],
    [said("a", FOR, "army"), said("b", FOR, "clan", day=9), said("c", DENY_GAIN, "clan", day=9, lean="army")],
    [said(c, FOR, n) for c, n in zip("abcd", NAMES, strict=True)] + [said("e", DENY_GAIN, "army", day=1)],
    [said("a", DENY_LOST, "army"), said("b", DENY_GAIN, "clan", day=1), said("c", LOST, "front", day=1)],
    [said("a", FOR, "army", weight=2.0), said("b", LOST, "army", day=1, weight=0.0)],
    [said("a", FOR, "army", confirmed_at=(DAY,)), said("b", FOR, "army", day=1, confirmed_at=(2 * DAY,))],
    [said("a", LOST, "army", "clan"), said("b", FOR, "army", day=1), said("c", LOST, "army", "clan", day=2)],
    [said(f"c{n:02}", FOR, "army", day=n / 10) for n in range(40)],
    [],
]


def test_told_stories_all_at_once() -> None:
    """Ties, several sides, contests without an actor, the defender not named, weights, confirmations."""
    check(TOLD, SIDES)


def test_who_the_probabilities_named_is_folded_alone() -> None:
    """After a loss the likeliest was named by nobody; "repelled" then speaks for it."""
    claims = [
        said("a", FOR, "front"),
        *[said(f"b{n}", LOST, "front", day=1, origin=f"voice-{n}") for n in range(5)],
        said("c", FOR, day=2, predicate="fighting"),
        said("d", DENY_GAIN, "front", day=3),
    ]
    state = Fold(SIDES)
    list(state.run(claims))
    assert state.named == {"front", "army"}
    check([claims, TOLD[0], TOLD[3]], SIDES)


def test_the_place_with_most_claims_goes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "STEP", 15.0)
    busy = [said(f"c{n:04}", FOR, NAMES[n % 2], day=n / 100) for n in range(500)]
    folds = check([busy, *[[said("a", FOR, "army"), said("b", FOR, "clan", day=1)]] * 60], SIDES)
    assert folds.books is not None
    assert [place for place, alone in enumerate(folds.books.alone) if alone] == [0]


@pytest.mark.parametrize("names", [[], ["army"], [f"side-{n:03}" for n in range(70)]])
def test_too_few_sides_or_too_many(names: list[str]) -> None:
    """No side, one, and more than fit into the bits of a number."""
    told = [said("a", FOR, *names[:1]), said("b", CONTEST, *names[-1:], day=1)]
    assert check([told, told[:1]], Sides.of(*names)).books is None
