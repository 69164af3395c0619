"""The simple rules, followed on paper, and what is done with any rule's answers."""

from __future__ import annotations

import pytest

from benchmarks.judgement import ablation
from benchmarks.judgement.campaign import Town
from benchmarks.judgement.causes import causes
from benchmarks.judgement.consensus import _tasks
from benchmarks.judgement.rivals import (
    Rule,
    Shares,
    belief,
    last_claim,
    latest_per_source,
    reading,
    vote,
)
from benchmarks.judgement.simulator import REGIMES, Knowledge, end_of, knowledge, war
from benchmarks.judgement.trial import Answers, answered, filled, hindsight, result, series
from tracker.judgement.belief import believe
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.vocabulary import AROUND, CONTEST, DENY_GAIN, DENY_LOST, FOR, LOST

TWO, THREE = Sides.of("A", "B"), Sides.of("A", "B", "C")


def said(kind: str, *sides: str, day: float = 0, origin: str = "wire", lean: str | None = None) -> Evidence:
    at = int(day * DAY)
    return Evidence(f"c-{kind}-{day}-{origin}", kind, sides, at, at, origin, lean)


def on(rule: Rule, day: int, *claims: Evidence, sides: Sides = TWO) -> Shares:
    return rule(claims, [day], sides)[0]


@pytest.mark.parametrize(
    ("claim", "shares"),
    [
        (said(FOR, "A"), (1, 0, 0)),
        (said(FOR, "A", "B"), (0.5, 0.5, 0)),
        (said(LOST, "A"), (0, 0.5, 0.5)),
        (said(DENY_LOST, "A"), (1, 0, 0)),
        (said(DENY_GAIN, "A"), (0, 0.5, 0.5)),
        (said(DENY_GAIN, "A", lean="C"), (0, 0, 1)),
        (said(DENY_GAIN, "A", lean="A"), (0, 0.5, 0.5)),
        (said(CONTEST, "A"), (1 / 3, 1 / 3, 1 / 3)),
        (said(AROUND, "A"), None),
    ],
)
def test_a_claim_is_one_vote(claim: Evidence, shares: Shares | None) -> None:
    assert reading(claim, THREE.names) == (None if shares is None else pytest.approx(shares))


def test_the_last_claim_wins_and_a_contest_wins_nothing() -> None:
    claims = said(FOR, "A"), said(LOST, "A", day=1), said(CONTEST, "A", day=2)

    assert on(last_claim, 0, *claims) == pytest.approx((0.99, 0.01))
    assert on(last_claim, 3, *claims) == pytest.approx((0.01, 0.99))
    assert on(last_claim, 3, *claims, sides=THREE) == pytest.approx((0.005, 0.4975, 0.4975))


def test_a_majority_counts_all_votes_alike() -> None:
    claims = said(FOR, "A"), said(FOR, "A", day=1), said(FOR, "B", day=2), said(CONTEST, day=2)

    assert on(vote(), 3, *claims) == pytest.approx((2.5 / 4, 1.5 / 4))


def test_a_vote_loses_half_its_weight_in_a_half_life() -> None:
    assert on(vote(30), 30, said(FOR, "A"), said(FOR, "B", day=30)) == pytest.approx((1 / 3, 2 / 3))


def test_each_source_has_one_word_the_latest() -> None:
    """.95 for A, which the other source contradicts with the same weight; a source's earlier word is gone."""
    claims = said(FOR, "A"), said(FOR, "B", day=1, origin="radio"), said(FOR, "A", day=2, origin="radio")

    assert on(latest_per_source, 0, *claims) == pytest.approx((0.95, 0.05))
    assert on(latest_per_source, 1, *claims) == pytest.approx((0.5, 0.5))
    assert on(latest_per_source, 2, *claims) == pytest.approx((19**2 / (19**2 + 1), 1 / (19**2 + 1)))
    assert on(latest_per_source, 0, *claims, sides=THREE) == pytest.approx((0.95, 0.025, 0.025))


def test_the_belief_as_a_rule_is_the_belief() -> None:
    claims = said(FOR, "A"), said(FOR, "B", day=3, lean="B"), said(CONTEST, "A", day=5)
    rule = belief(1e-3)

    for day, answer in enumerate(rule(claims, range(9), THREE)):
        assert answer == pytest.approx(tuple(believe(claims, end_of(day), THREE).values()))


def test_a_place_without_claims_gets_the_mean_of_its_five_nearest() -> None:
    towns = [Town(f"t{n}", float(n), 0.0, 1.0) for n in range(8)]
    answers: Answers = {f"t{n}": [(n / 10, 1 - n / 10)] for n in range(8)}
    answers["t0"] = answers["t2"] = [None]

    found = filled(answers, towns)

    assert found["t0"][0] == pytest.approx((0.38, 0.62))  # of 1, 3, 4, 5, 6
    assert found["t2"][0] == pytest.approx((0.38, 0.62))  # of the same: 0 has no claim either
    assert found["t7"] == answers["t7"]


def test_where_nobody_has_a_claim_nothing_is_filled_in() -> None:
    towns = [Town("t0", 0.0, 0.0, 1.0), Town("t1", 1.0, 0.0, 1.0)]

    assert filled({"t0": [None], "t1": [None]}, towns) == {"t0": [None], "t1": [None]}


def test_a_task_is_what_was_said_in_the_window_each_source_once() -> None:
    claims = (
        said(FOR, "A"),
        said(FOR, "B", day=2),
        said(CONTEST, "A", day=2, origin="radio"),
        said(LOST, "A", day=3, origin="radio"),
    )

    found = list(_tasks([Knowledge(0, 4, claims)], TWO.names, 2))

    assert found == [
        (("wire", "A"),),
        (("wire", "A"),),
        (("wire", "B"),),
        (("radio", "B"), ("wire", "B")),
        (("radio", "B"),),
    ]


def test_the_parts_of_an_error_add_up_to_it() -> None:
    told = war(REGIMES[2], 3, towns=12, days=90)
    known, sides = knowledge(told), Sides.of(*told.sides)

    for rule in (belief(1e-3), last_claim, vote()):
        answers = answered(known, sides, rule)
        parts = causes([told], [known], [answers])
        assert sum(parts) == pytest.approx(result([told], [answers]).scores.brier)
        assert min(parts) >= 0


def test_an_answer_names_nobody_where_nothing_is_known_or_nothing_is_sure() -> None:
    told = war(REGIMES[2], 3, towns=3, days=80)
    place = told.towns[0].id

    found = series(told, {place: [None, (0.4, 0.35, 0.25), (0.6, 0.2, 0.2)]})

    assert [one.controller for one in found] == [None, None, "army"]
    assert sum(found[0].probabilities.values()) == pytest.approx(1)


def test_in_the_end_everything_was_known_from_the_first_day_on() -> None:
    told = war(REGIMES[0], 3, towns=10, days=100)
    known = knowledge(told)

    for place, stretches in hindsight(known).items():
        assert [(one.first, one.last) for one in stretches] == [(0, 99)]
        assert stretches[0].claims == known[place][-1].claims


@pytest.mark.parametrize("part", ablation.PARTS[1:], ids=lambda part: part.name)
def test_a_part_that_is_off_is_missed_and_comes_back(part: ablation.Part) -> None:
    told = war(REGIMES[2], 11, towns=15, days=120)
    known, sides = knowledge(told), Sides.of(*told.sides)
    before = answered(known, sides, belief(1e-3))

    with ablation.off(part):
        without = answered(known, sides, ablation.rule(part, 1e-3))

    assert without != before
    assert answered(known, sides, belief(1e-3)) == before
