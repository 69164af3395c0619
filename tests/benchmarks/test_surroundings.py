"""What is done around the fold in the benchmarks is what was known on the day, and never more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.judgement.rivals import belief
from benchmarks.judgement.simulator import REGIMES, Knowledge, end_of, knowledge, war
from benchmarks.judgement.surroundings import (
    ALL,
    Around,
    by_record,
    fronted,
    held_back,
    near,
    prepared,
    surrounded,
)
from benchmarks.judgement.trial import Answers, answered
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.guard import counting
from tracker.judgement.learning import learned
from tracker.judgement.vocabulary import FOR

TWO = Sides.of("A", "B")
LEARNING, GUARD = Around(learning=True), Around(guard=True)


def said(side: str, day: float, origin: str, kind: str = "map", lean: str | None = None) -> Evidence:
    at = int(day * DAY)
    return Evidence(f"c-{side}-{day}-{origin}", FOR, (side,), at, at, origin, lean, kind)


def batch() -> dict[str, list[Evidence]]:
    """A map gives 24 of its 30 places to the other side on day 40, and back on day 43."""
    told = {f"p{n}": [said("A", 1, "map")] for n in range(30)}
    for n in range(24):
        told[f"p{n}"] += [said("B", 40, "map"), said("A", 43, "map")]
    return told


def as_it_came(told: dict[str, list[Evidence]], days: int) -> dict[str, list[Knowledge]]:
    return {
        place: [
            Knowledge(day, day, tuple(one for one in claims if one.reported_at <= end_of(day)))
            for day in range(days)
        ]
        for place, claims in told.items()
    }


def test_a_batch_that_its_feed_takes_back_never_counts() -> None:
    known = as_it_came(batch(), 60)

    bare = surrounded(known, TWO, belief(5e-5), Around(), {})
    guarded = surrounded(known, TWO, belief(5e-5), GUARD, {})

    assert bare["p0"][41] != guarded["p0"][41]
    assert guarded["p0"][41] == pytest.approx(guarded["p29"][41], abs=1e-3)
    assert guarded["p29"] == bare["p29"]


def test_a_batch_that_stands_counts_after_a_week_or_when_another_agrees() -> None:
    told = {place: [one for one in claims if one.sides == ("B",) or one.event_at < 30 * DAY]
            for place, claims in batch().items()}  # fmt: skip
    told["p1"].append(said("B", 42, "wire", "wire"))

    answers = surrounded(as_it_came(told, 60), TWO, belief(5e-5), GUARD, {})
    says_b = {
        place: [p is not None and p[1] > 0.5 for p in answers[place]].index(True) for place in ("p0", "p1")
    }

    assert says_b == {"p0": 47, "p1": 42}


def test_a_party_is_weighed_by_what_was_settled_when_it_spoke() -> None:
    told = {f"p{n}": [said("A", n, "party", "party", "A"), said("B", n + 2, "map")] for n in range(20)}

    first, last = (by_record(told, live=False)[place][0].learned for place in ("p0", "p19"))

    assert first is None
    assert last == learned(0, 6)  # what it said on days 0 to 5 was settled by day 19


@pytest.mark.parametrize("around", [LEARNING, GUARD, ALL], ids=lambda one: one.name)
def test_nothing_is_answered_from_what_came_out_later(around: Around) -> None:
    """Stopped on day 70, a war had the same answers until then."""
    told = war(REGIMES[0], 3, towns=15, days=120)
    known = knowledge(told)
    close = near({town.id: (town.x, town.y) for town in told.towns})
    stopped = {
        place: [one._replace(last=min(one.last, 70)) for one in stretches if one.first <= 70]
        for place, stretches in known.items()
    }

    early = surrounded(stopped, Sides.of(*told.sides), belief(1e-3), around, close)
    late = surrounded(known, Sides.of(*told.sides), belief(1e-3), around, close)

    assert early == {place: answers[:71] for place, answers in late.items()}


def test_each_day_has_the_word_of_what_was_known_on_it() -> None:
    """Reckoned by eras, as if each day were reckoned by itself."""
    told = war(REGIMES[0], 5, towns=12, days=100)
    known = knowledge(told)
    found = prepared(known, ALL)

    for day in range(0, 100, 7):
        then = {
            place: next(one for one in s if one.first <= day <= one.last).claims for place, s in known.items()
        }
        alone = by_record(held_back(then), live=False)
        for place, stretches in found.items():
            told_then = next(one for one in stretches if one.first <= day <= one.last).claims
            assert list(told_then) == counting(alone[place], end_of(day))


def test_what_is_known_covers_every_day_once() -> None:
    told = war(REGIMES[0], 3, towns=15, days=120)

    for stretches in prepared(knowledge(told), ALL).values():
        days = [day for one in stretches for day in range(one.first, one.last + 1)]
        assert days == list(range(120))


def test_without_anything_around_it_the_fold_is_alone() -> None:
    told = war(REGIMES[2], 3, towns=10, days=80)
    known, sides = knowledge(told), Sides.of(*told.sides)

    assert surrounded(known, sides, belief(1e-3), Around(), {}) == answered(known, sides, belief(1e-3))


@given(st.floats(0.51, 0.98), st.floats(0.51, 0.98))
def test_a_place_of_another_side_nearby_takes_a_tenth_of_the_lead(p: float, q: float) -> None:
    answers: Answers = {"p": [(p, 1 - p)], "q": [(1 - q, q)], "r": [(p, 1 - p)], "s": [None]}
    close = near({"p": (0.0, 0.0), "q": (0.0, 10.0), "r": (0.0, -1.0), "s": (5.0, 0.0)})

    read = fronted(answers, TWO.names, close)

    assert close == {"p": ["q", "r", "s"], "q": ["p"], "r": ["p", "s"], "s": ["p", "r"]}
    assert read["p"][0] == pytest.approx((0.5 + 0.8 * (p - 0.5), 0.5 - 0.8 * (p - 0.5)))
    assert read["q"][0] == pytest.approx((0.5 - 0.8 * (q - 0.5), 0.5 + 0.8 * (q - 0.5)))
    assert read["r"] == answers["r"]
    assert read["s"] == [None]
