"""How far a source has been borne out, and what that makes of its next word."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import SIDES, said, stories
from tracker.judgement.belief import believe
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.learning import (
    SETTLED_AFTER,
    Outcome,
    Reach,
    Record,
    boasts,
    due_day,
    learned,
    outcomes,
    reach,
    speaks_of_control,
)
from tracker.judgement.reliability import AGAINST_INTEREST, SELF_SERVING, STANDING, reliability
from tracker.judgement.vocabulary import DENY_GAIN, DENY_LOST, FOR, LOST


def boast(claim: str, day: float, **more: object) -> Evidence:
    """The army says that it has the place."""
    told: dict[str, Any] = {"origin": "army-radio", "lean": "army", "source_kind": "state-media", **more}
    return said(claim, FOR, "army", day=day, **told)


def neutral(claim: str, day: float, side: str, origin: str, **more: object) -> Evidence:
    return said(claim, FOR, side, day=day, origin=origin, **more)


def settled(*claims: Evidence) -> list[tuple[int, int, int]]:
    """Witnesses for and against, by day."""
    found = outcomes(sorted(claims, key=lambda one: one.event_at))
    return [(one.due, one.borne_out, one.refuted) for one in found]


def test_each_neutral_origin_with_a_position_is_one_witness() -> None:
    claims = (
        boast("a", 0), neutral("b", 3, "army", "wire"), neutral("c", 5, "clan", "monitor"),
        neutral("d", 6, "army", "paper"),
    )  # fmt: skip
    assert settled(*claims) == [(SETTLED_AFTER, 2, 1)]


@pytest.mark.parametrize("kind", sorted(STANDING))
def test_a_map_that_does_not_change_is_an_answer(kind: str) -> None:
    """It says how things are until it says otherwise."""
    before = neutral("a", -30, "clan", "map", source_kind=kind)
    assert settled(before, boast("b", 0)) == [(SETTLED_AFTER, 0, 1)]


def test_a_baseline_is_one_only_where_a_live_feed_would_have_told_of_a_change() -> None:
    claims = [neutral("a", -30, "clan", "list", source_kind="baseline"), boast("b", 0)]
    assert [(one.borne_out, one.refuted) for one in outcomes(claims)] == [(0, 0)]
    assert [(one.borne_out, one.refuted) for one in outcomes(claims, live=True)] == [(0, 1)]


def test_what_a_wire_said_of_the_time_before_refutes_nothing() -> None:
    """That the clan held it yesterday is no answer to the army's having taken it today."""
    assert settled(neutral("a", -1, "clan", "wire"), boast("b", 0)) == [(SETTLED_AFTER, 0, 0)]
    assert settled(neutral("a", 0, "clan", "wire"), boast("b", 0)) == [(SETTLED_AFTER, 0, 1)]


def test_the_same_change_may_be_dated_a_little_earlier_by_another() -> None:
    assert settled(neutral("a", -2, "army", "wire"), boast("b", 0)) == [(SETTLED_AFTER, 1, 0)]
    assert settled(neutral("a", -3, "army", "wire"), boast("b", 0)) == [(SETTLED_AFTER, 0, 0)]


def test_the_latest_word_of_a_witness_counts() -> None:
    claims = (boast("a", 0), neutral("b", 2, "clan", "wire"), neutral("c", 9, "army", "wire"))
    assert settled(*claims) == [(SETTLED_AFTER, 1, 0)]


def test_what_was_reported_from_the_day_of_settling_on_does_not_count() -> None:
    claims = (boast("a", 0), neutral("b", SETTLED_AFTER, "army", "wire"))
    assert outcomes(claims) == [Outcome("army-radio", SETTLED_AFTER, 0, 0, 1, 1)]


@pytest.mark.parametrize(
    "witness",
    [
        neutral("b", 3, "army", "wire", lean="army"),
        neutral("b", 3, "army", "wire", lean="clan"),
        neutral("b", 3, "army", "somebody", source_kind="anonymous"),
        neutral("b", 3, "army", "army-radio"),
        neutral("b", 3, "army", "wire", weight=0.0),
        said("b", LOST, "clan", day=3, origin="wire"),
    ],
)
def test_no_witness_is_who_takes_a_side_has_no_name_is_left_out_or_is_the_origin(witness: Evidence) -> None:
    assert settled(boast("a", 0), witness)[0] == (SETTLED_AFTER, 0, 0)


def test_who_says_the_same_again_in_a_round_has_said_it_once() -> None:
    claims = [boast(f"a{day}", day) for day in range(20)] + [neutral("b", 1, "army", "wire")]
    assert settled(*claims) == [(14, 1, 0), (28, 0, 0)]


def test_a_denial_and_a_loss_are_settled_too() -> None:
    told: dict[str, Any] = {"origin": "army-radio", "lean": "army"}
    word = neutral("w", 3, "army", "wire")
    for kind, side in ((DENY_GAIN, "clan"), (DENY_LOST, "army"), (LOST, "clan")):
        assert settled(said("a", kind, side, **told), word) == [(14, 1, 0)]
    wrong = neutral("w", 3, "clan", "wire")
    for kind, side in ((DENY_GAIN, "clan"), (DENY_LOST, "army"), (LOST, "clan")):
        assert settled(said("a", kind, side, **told), wrong) == [(14, 0, 1)]


def test_an_admission_is_no_boast() -> None:
    """Who admits losses truly is not believed about gains for it."""
    assert settled(said("a", LOST, "army", origin="r", lean="army"), neutral("w", 3, "clan", "wire")) == []


def test_r_begins_at_what_any_self_serving_claim_has() -> None:
    assert learned(0, 0) == 0.75
    assert learned(2, 20) == round(9.5 / 30, 2)
    assert Record([]).reliability(10) is None
    assert Record([(14, 0, 0)]).reliability(20) is None, "a statement without witnesses teaches nothing"


def test_a_record_counts_from_the_day_of_settling_on() -> None:
    record = Record([(14, 0, 4), (20, 10, 0)])
    assert [record.reliability(day) for day in (13, 14, 19, 20, 99)] == [
        None, learned(0, 4), learned(0, 4), learned(10, 4 + 10), learned(10, 14)
    ]  # fmt: skip


def test_only_self_serving_claims_without_a_grade_are_weighed_by_the_record() -> None:
    claim = boast("a", 0, learned=0.4)
    assert reliability(claim, SELF_SERVING) == pytest.approx(0.4)
    assert reliability(claim, AGAINST_INTEREST) == 0.95
    assert reliability(claim._replace(grade="B"), SELF_SERVING) == pytest.approx(0.92)
    assert reliability(claim._replace(learned=0.99, source_kind="anonymous"), SELF_SERVING) == 0.70


def test_a_boaster_is_believed_less() -> None:
    """The same claim, from one who was borne out and from one who was not."""

    def p(r: float) -> float:
        return believe([neutral("a", 0, "clan", "wire"), boast("b", 1, learned=r)], 2 * DAY, SIDES)["army"]

    assert p(0.97) > p(0.75) > p(0.45)


@given(stories, st.randoms(use_true_random=False))
def test_the_order_in_which_claims_came_changes_no_outcome(claims: list[Evidence], chance: Random) -> None:
    shuffled = list(claims)
    chance.shuffle(shuffled)
    by_event = [sorted(one, key=lambda c: (c.event_at, c.reported_at, c.claim)) for one in (claims, shuffled)]
    assert outcomes(by_event[0]) == outcomes(by_event[1])


@given(stories, st.integers(0, 60))
def test_an_outcome_is_settled_by_what_was_reported_before_its_day(claims: list[Evidence], day: int) -> None:
    """So a record is causal: to forget everything reported since changes nothing that was settled."""
    told = sorted(claims, key=lambda c: (c.event_at, c.reported_at, c.claim))
    then = [claim for claim in told if claim.reported_at < day * DAY]
    assert outcomes(told, until=day) == outcomes(then, until=day)


@given(stories, st.integers(0, 60))
def test_outcomes_in_two_parts_are_all_of_them(claims: list[Evidence], day: int) -> None:
    told = sorted(claims, key=lambda c: (c.event_at, c.reported_at, c.claim))
    assert sorted([*outcomes(told, until=day), *outcomes(told, after=day)]) == outcomes(told)


@given(stories, st.booleans(), st.integers(0, 13))
def test_a_word_changes_only_what_it_bears_on(claims: list[Evidence], live: bool, which: int) -> None:
    told = sorted(claims, key=lambda c: (c.event_at, c.reported_at, c.claim))
    word = told[which % len(told)] if told else boast("a", 0)
    others = [claim for claim in told if claim.claim != word.claim]
    days = reach(word, [claim for claim in others if claim.event_at >= word.event_at])
    differs = {*outcomes(told, live=live)} ^ {*outcomes(others, live=live)}
    for one in differs:
        assert days is not None
        assert days.first <= one.due
        assert days.last is None or one.due <= days.last
    if differs and days is not None and days.about is not None:
        about = [claim for claim in told if boasts(claim) and claim.event_at <= days.about]
        assert {one.due for one in differs} <= {due_day(claim.reported_at) for claim in about}


def test_a_late_word_bears_on_what_is_settled_before_its_origin_is_heard_again() -> None:
    word = neutral("a", 3, "army", "wire")
    later = [neutral("b", 9, "clan", "wire"), neutral("c", 5, "clan", "monitor")]
    assert reach(word, later) == Reach(4, 9, 5 * DAY)
    assert reach(word, []) == Reach(4, None, 5 * DAY)
    assert reach(word._replace(source_kind="map"), later[1:]) == Reach(4, None)
    assert reach(word, [neutral("b", 4, "clan", "wire", reported_at=2 * DAY)]) is None
    assert reach(boast("a", 3), later) == Reach(17, 27), "to the end of the round"
    assert reach(said("a", LOST, "army", origin="r", lean="army"), later) is None


@given(stories)
def test_every_witness_answers_every_statement(claims: list[Evidence]) -> None:
    told = sorted(claims, key=lambda c: (c.event_at, c.reported_at, c.claim))
    for one in outcomes(told):
        assert one.borne_out >= 0 <= one.refuted
        assert 0 <= one.undecided <= one.statements
        assert one.statements > one.undecided or one.borne_out + one.refuted == 0
    assert all(speaks_of_control(claim) for claim in told if boasts(claim))
