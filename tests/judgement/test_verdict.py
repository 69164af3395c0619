"""Decides how a belief is put: status, basis, freshness, deadline, standing, and what would change it."""

from __future__ import annotations

from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import said, stories
from tracker.judgement.belief import Settings, believe, fold
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.standings import standings
from tracker.judgement.verdict import Verdict, deadline, judge, would_change
from tracker.judgement.vocabulary import AROUND, CONTEST, FOR, INSIDE, LOST, PRESENT

SIDES = Sides.of("army", "clan", "front", "league")
PARTY: dict[str, Any] = {"lean": "clan", "source_kind": "party", "origin": "spokesman"}


def verdict(*claims: Evidence, day: float = 0.0, nearby: bool = False) -> Verdict:
    state, weighed = fold(claims, SIDES)
    return judge(state, weighed, round(day * DAY), changed_nearby=nearby)


def test_nothing_said_is_unknown() -> None:
    one = verdict()
    assert (one.status, one.holders, one.basis, one.freshness, one.claims) == ("unknown", (), "none", None, 0)


def test_one_neutral_report_is_held_and_assessed() -> None:
    one = verdict(said("a", FOR, "army"))
    assert (one.status, one.holders, one.basis) == ("held", ("army",), "assessed")


def test_one_self_serving_report_is_only_claimed() -> None:
    assert verdict(said("a", FOR, "clan", **PARTY)).basis == "claimed"
    against = said("a", LOST, "clan", day=1, **PARTY)
    assert verdict(said("b", FOR, "army"), against, day=1).basis == "assessed"


@pytest.mark.parametrize("kind", ["anonymous", "unknown"])
def test_nameless_origins_alone_never_assess(kind: str) -> None:
    assert verdict(said("a", FOR, "army", source_kind=kind)).basis == "claimed"


def test_fighting_inside_makes_it_contested_for_three_days() -> None:
    claims = (said("a", FOR, "army"), said("b", CONTEST, "clan", day=1, origin="radio"))
    assert verdict(*claims, day=1).status in ("contested", "unknown")
    entered = (said("a", FOR, "army"), said("b", INSIDE, "clan", day=1, origin="radio"))
    assert [verdict(*entered, day=day).status for day in (1, 4, 4.1)] == ["contested", "contested", "held"]


def test_lost_leaves_it_vacated() -> None:
    one = verdict(said("a", FOR, "army"), said("b", LOST, "army", day=1, origin="radio"), day=1)
    assert (one.status, one.vacated_by) == ("unknown", "army")


def test_pressure_and_presence_are_shown_while_their_shelf_life_lasts() -> None:
    claims = (
        said("a", FOR, "army"),
        said("b", AROUND, "clan", predicate="besieges"),
        said("c", PRESENT, "front"),
    )
    assert [[e.claim for e in verdict(*claims, day=day).pressure] for day in (0, 3, 3.1)] == [
        ["b"],
        ["b"],
        [],
    ]
    assert [[e.claim for e in verdict(*claims, day=day).present] for day in (0, 7, 7.1)] == [["c"], ["c"], []]


def test_freshness_follows_the_shelf_life_of_the_last_word() -> None:
    word = said("a", FOR, "army")
    assert [verdict(word, day=day).freshness for day in (3.5, 3.6, 7, 7.1)] == [
        "fresh",
        "ageing",
        "ageing",
        "stale",
    ]
    assert verdict(word, day=3.6, nearby=True).freshness == "stale", "halved where control changed nearby"
    confirmed = said("a", FOR, "army", confirmed_at=(6 * DAY,))
    assert verdict(confirmed, day=8).freshness == "fresh"
    assert verdict(confirmed, day=8).confidence == verdict(word, day=8).confidence, "and moves nothing"
    assert verdict(confirmed, day=5).freshness == verdict(word, day=5).freshness, "nor before it was"


@given(st.floats(0.61, 0.98), st.sampled_from((5e-5, 1e-3, 1e-2)), st.integers(2, 9))
def test_the_deadline_is_when_silence_reaches_the_threshold(p: float, lam: float, sides: int) -> None:
    pi, at = 1 / sides, 1_733_000_000_000_000
    end = deadline(p, pi, 0.6, lam, at)
    assert end is not None
    days = (end - at) / DAY
    assert pi + (p - pi) * exp(-lam * days) == pytest.approx(0.6, abs=1e-9)


def test_no_deadline_where_silence_never_reaches_it() -> None:
    assert deadline(0.9, 0.7, 0.6, 1e-3, 0) is None
    assert deadline(0.9, 0.1, 0.6, 0.0, 0) is None
    assert deadline(0.5, 0.1, 0.6, 1e-3, 7) == 7


def test_standings() -> None:
    claims = [
        said("a", FOR, "army"), said("b", FOR, "army", day=1, origin="radio"),
        said("c", FOR, "clan", day=9, origin="radio"), said("d", FOR, "front", day=9, origin="x"),
        said("e", FOR, "league", day=15, origin="y"),
    ]  # fmt: skip
    _, weighed = fold(claims, SIDES)
    found = standings(weighed, 16 * DAY)
    assert found == {**dict.fromkeys("abcd", "superseded"), "e": "live"}
    assert standings(weighed[:2], DAY) == {"a": "corroborated", "b": "corroborated"}
    assert standings(weighed[:1], 20 * DAY) == {"a": "stale"}
    assert set(standings(weighed[2:4], 9 * DAY).values()) == {"contradicted"}


@given(stories, st.floats(0, 60))
def test_every_verdict_is_of_one_piece(claims: list[Evidence], day: float) -> None:
    at = round(day * DAY)
    state, weighed = fold((one for one in claims if one.event_at <= at), SIDES)
    one = judge(state, weighed, at)
    assert 0 <= one.confidence <= 1
    assert sum(one.probabilities.values()) == pytest.approx(1)
    assert one.probabilities == pytest.approx(believe(claims, at, SIDES))
    assert bool(one.holders) == (one.confidence >= 0.5 and one.claims > 0)
    if one.status == "held":
        assert one.confidence >= Settings().threshold
        assert one.holders
    if not one.holders:
        assert (one.basis, one.freshness, one.since) == ("none", None, None)


@given(stories)
def test_what_would_change_it_does(claims: list[Evidence]) -> None:
    at = max((one.event_at for one in claims), default=0)
    state, weighed = fold(claims, SIDES)
    before = judge(state, weighed, at)
    least = would_change(state, SIDES, at)
    if least is None or least.side is None:
        return
    news = [
        Evidence(f"~{n}", FOR, (least.side,), at + n + 1, at + n + 1, f"~{n}", predicate="captured")
        for n in range(least.reports)
    ]
    after_state, after_weighed = fold([*claims, *news], SIDES)
    after = judge(after_state, after_weighed, at + least.reports)
    assert after.holders[:1] == (least.side,)
    assert before.holders[:1] != (least.side,)
