"""The fold of a whole map: place by place what `Fold` says of the same claims."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import LAST, SIDES, stories
from tracker.judgement import bulk
from tracker.judgement.belief import Fold
from tracker.judgement.bulk import Folds
from tracker.judgement.columns import columns
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.reliability import NEUTRAL
from tracker.judgement.verdict import judge


@pytest.fixture(autouse=True)
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """However few places there are, they are folded side by side."""
    monkeypatch.setattr(bulk, "STEP", 0.0)


maps = st.lists(stories, min_size=1, max_size=5)
RATES = (1e-3, 5e-5, 0.0, 0.02, 1e-3)


def check(told: Sequence[Sequence[Evidence]], sides: Sides, at: int = LAST) -> None:
    """The same books, the same shares to nine digits, the same stances and verdicts."""
    together = Folds(columns(dict(zip("abcde", told, strict=False))), sides, RATES[: len(told)], at)
    for place, claims in enumerate(told):
        alone = Fold(sides, RATES[place])
        weighed = list(alone.run(sorted(claims, key=lambda one: one.event_at)))
        one = together.fold(place)
        same_books(one, alone)
        stances = {one.evidence.claim: one.stance for one in weighed}
        known = together.stances(place, at - 17 * DAY)
        assert {claim: stances[claim] for claim in known} == known
        recent = {one.evidence.claim for one in weighed if one.evidence.event_at >= at - 17 * DAY}
        assert {claim for claim in recent if stances[claim] != NEUTRAL} <= set(known)
        if sides.names:
            verdict, wanted = judge(one, weighed, at), judge(alone, weighed, at)
            assert verdict._replace(
                confidence=0, probabilities={}, deadline=0, stale_at=0
            ) == wanted._replace(confidence=0, probabilities={}, deadline=0, stale_at=0)


def same_books(one: Fold, wanted: Fold) -> None:
    books, right = (state.dump() for state in (one, wanted))
    for name in ("echoes", "contests"):  # for carrying on, which these are not for
        books[name] = right[name]
    assert books.pop("p") == pytest.approx(right.pop("p"), abs=1e-9)
    assert books == right


@given(maps)
def test_a_map_is_its_places(told: list[list[Evidence]]) -> None:
    check(told, SIDES)
