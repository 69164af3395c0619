"""Decides what counts as a contradiction, in each of its kinds, and when it is settled."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import HOUR, said, stories
from tracker.judgement.belief import fold
from tracker.judgement.conflicts import (
    SAME_EVENT,
    TIMING,
    Disagreement,
    between,
    disagreements,
    disagreements_of,
    unsettled,
)
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.reliability import Weighed, weigh
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, DENY_LOST, FOR, INSIDE, LOST, NONE

SIDES = Sides.of("army", "clan", "front", "league")


def kinds(*claims: Evidence) -> list[str]:
    return [one.kind for one in disagreements(weigh(claim, (), ()) for claim in claims)]


def open_kinds(*claims: Evidence) -> list[str]:
    weighed = [weigh(claim, (), ()) for claim in claims]
    return [one.kind for one in unsettled(disagreements(weighed), weighed)]


def test_two_holders_at_once() -> None:
    one, other = said("a", FOR, "army"), said("b", FOR, "clan", day=1, origin="radio")
    assert kinds(one, other) == ["holder"]
    assert kinds(one, said("b", FOR, "army", "clan", origin="radio")) == [], "together is no contradiction"
    assert kinds(one, said("b", FOR, "clan", day=9, origin="radio")) == [], "the world moved"


def test_a_capture_after_holding_is_a_change() -> None:
    held = said("a", FOR, "army", predicate="holds")
    assert kinds(held, said("b", FOR, "clan", day=1, origin="radio")) == []
    assert kinds(
        said("b", FOR, "clan", origin="radio"), said("a", FOR, "army", day=1, predicate="holds")
    ) == ["holder"]


def test_lost_and_captured_agree_and_so_do_holding_and_pressure() -> None:
    assert kinds(said("a", LOST, "army"), said("b", FOR, "clan", origin="radio")) == []
    assert kinds(said("a", FOR, "army"), said("b", NONE, "clan", origin="radio")) == []


def test_one_voice_changes_its_mind_and_never_contradicts_itself() -> None:
    assert kinds(said("a", FOR, "army"), said("b", FOR, "clan")) == []
    party: dict[str, Any] = {"lean": "clan", "source_kind": "party"}
    assert (
        kinds(said("a", FOR, "clan", origin="x", **party), said("b", DENY_GAIN, "clan", origin="y", **party))
        != []
    )


def test_what_one_says_and_another_denies() -> None:
    denial = said("b", DENY_GAIN, "clan", origin="radio")
    for kind in (FOR, INSIDE, CONTEST):
        assert "denial" in kinds(said("a", kind, "clan"), denial)
    assert kinds(said("a", LOST, "army"), said("b", DENY_LOST, "army", origin="radio")) == ["denial"]
    assert kinds(said("a", FOR, "army"), denial) == [], "of another side"
    early = said("b", DENY_GAIN, "clan", origin="radio", earliest=0)
    assert kinds(early, said("a", FOR, "clan", day=3, earliest=3 * DAY)) == [], "not yet, then so"


def test_in_one_document() -> None:
    one, other = said("a", FOR, "army", document="d"), said("b", FOR, "clan", origin="radio", document="d")
    assert kinds(one, other) == ["holder", "same-document"]


def test_captured_and_yet_fighting() -> None:
    assert kinds(said("a", FOR, "clan"), said("b", CONTEST, "army", day=1, origin="radio")) == ["degree"]


def test_the_same_capture_on_days_that_do_not_meet() -> None:
    first = said("a", FOR, "clan", day=1, earliest=0)
    second = said("b", FOR, "clan", day=6, earliest=5 * DAY, origin="radio")
    assert kinds(first, second) == ["timing"]
    between = said("c", FOR, "army", day=3, earliest=3 * DAY, origin="third")
    assert "timing" not in kinds(first, between, second), "it changed hands twice"


def test_numbers_that_do_not_meet() -> None:
    one, other = said("a", NONE, figures=(3.0, 5.0)), said("b", NONE, origin="radio", figures=(6.0, 9.0))
    assert kinds(one, other) == ["number"]
    assert kinds(one, said("b", NONE, origin="radio", figures=(4.0, 9.0))) == []


def test_different_parts_of_one_side_took_it() -> None:
    def by(claim: str, part: str, origin: str) -> Evidence:
        return said(claim, FOR, "clan", origin=origin, lines=((part, "clan"),))

    assert kinds(by("a", "band", "x"), by("b", "guard", "y")) == ["actor-identity"]
    umbrella = said("b", FOR, "clan", origin="y", lines=(("clan",),))
    assert kinds(by("a", "band", "x"), umbrella) == [], "an umbrella agrees with its members"


def test_a_later_event_settles_a_dispute() -> None:
    one, other = said("a", FOR, "army"), said("b", FOR, "clan", origin="radio")
    assert open_kinds(one, other) == ["holder"]
    assert open_kinds(one, other, said("c", LOST, "army", day=4, earliest=4 * DAY, origin="third")) == []


def test_who_says_it_again_opens_no_dispute_anew() -> None:
    """Told for a later day it looks like another capture, which settles nothing; its first telling did."""
    told = [
        said("a", FOR, "clan", day=1, earliest=0, origin="wire"),
        said("b", FOR, "army", day=1.5, earliest=DAY, origin="radio", predicate="holds"),
        said("c", FOR, "clan", day=1.75, earliest=DAY, origin="monitor"),
        said("d", FOR, "clan", day=4, earliest=3 * DAY, origin="monitor"),
    ]
    assert "holder" in open_kinds(*told[:2])
    assert "holder" not in open_kinds(*told[:3])
    assert "holder" not in open_kinds(*told)


def test_two_captures_of_one_instant_are_told_by_neither_id() -> None:
    for first, second in (("a", "b"), ("b", "a")):
        held = said(first, FOR, "army", origin="radio", predicate="holds")
        assert kinds(held, said(second, FOR, "clan", taken_from=("army",))) == []


def test_an_analyst_who_leaves_a_claim_out_leaves_its_conflicts_out() -> None:
    assert kinds(said("a", FOR, "army", weight=0.0), said("b", FOR, "clan", origin="radio")) == []


@given(stories)
def test_conflicts_are_found_in_any_order_and_never_far_apart(claims: list[Evidence]) -> None:
    _, weighed = fold(claims, SIDES)
    found = disagreements(weighed)
    assert found == disagreements(reversed(weighed))
    for one in found:
        assert one.first.voice != one.second.voice
        assert 0 <= one.second.evidence.event_at - one.first.evidence.event_at <= SAME_EVENT + HOUR
    assert set(unsettled(found, weighed)) <= set(found)


def pair_by_pair(weighed: list[Weighed]) -> list[Disagreement]:
    """The same by asking every pair: too slow for a place in the news, and hard to get wrong."""
    ordered = sorted(weighed, key=lambda one: (one.evidence.event_at, one.evidence.claim))
    return [
        found
        for i, second in enumerate(ordered)
        for first in ordered[:i]
        if second.evidence.event_at - first.evidence.event_at <= SAME_EVENT
        for found in between(first, second)
        if found.kind != TIMING or not changed_hands(found, ordered)
    ]


def changed_hands(timing: Disagreement, claims: list[Weighed]) -> bool:
    start, end = timing.first.evidence, timing.second.evidence
    return any(
        start.event_at < one.evidence.event_at < end.event_at
        and one.evidence.kind in (FOR, LOST)
        and (one.evidence.kind == LOST) == bool(set(one.evidence.sides) & set(start.sides))
        for one in claims
    )


def move_by_move(found: list[Disagreement], weighed: list[Weighed]) -> list[Disagreement]:
    """Asking every later capture and loss."""
    moves = [
        one
        for one in weighed
        if one.evidence.weight
        and (one.evidence.kind == LOST or (one.evidence.kind == FOR and one.evidence.predicate == "captured"))
    ]
    return [
        one
        for one in found
        if not any(
            move.evidence.event_at > one.at and not between(one.first, move) and not between(one.second, move)
            for move in moves
        )
    ]


@st.composite
def statement(draw: st.DrawFn) -> Evidence:
    """One claim that may well contradict another: few days, few voices, every field that counts."""
    kind = draw(st.sampled_from((FOR, FOR, FOR, LOST, DENY_GAIN, DENY_LOST, CONTEST, INSIDE, NONE)))
    sides = draw(st.lists(st.sampled_from(("army", "clan")), min_size=1, max_size=2, unique=True))
    at = draw(st.integers(0, 32)) * 6 * HOUR
    before = draw(st.sampled_from((None, None, 0, 12 * HOUR, 3 * DAY)))
    return Evidence(
        claim="",
        kind=kind,
        sides=tuple(sorted(sides)),
        event_at=at,
        reported_at=at + draw(st.sampled_from((0, HOUR))),
        origin=draw(st.sampled_from(("wire", "monitor", "radio"))),
        predicate=draw(st.sampled_from(("captured", "holds", "fighting"))),
        earliest=None if before is None else at - before,
        lines=tuple((draw(st.sampled_from((side, "band", "guard"))), side) for side in sorted(sides)),
        taken_from=draw(st.sampled_from(((), (), ("clan",), ("army",)))),
        document=draw(st.sampled_from((None, None, "report"))),
        figures=draw(st.sampled_from((None, None, (1.0, 1.0), (2.0, 3.0)))),
        weight=draw(st.sampled_from((1.0, 1.0, 1.0, 0.0))),
    )


disputes = st.lists(statement(), min_size=2, max_size=12).map(
    lambda told: [claim._replace(claim=f"c-{n:02}") for n, claim in enumerate(told)]
)


@given(disputes)
def test_conflicts_are_those_of_every_pair(claims: list[Evidence]) -> None:
    _, weighed = fold(claims, SIDES)
    found = disagreements(weighed)
    assert found == pair_by_pair(weighed)
    assert unsettled(found, weighed) == move_by_move(found, weighed)
    for one in weighed:
        id_ = one.evidence.claim
        mine = [each for each in found if id_ in (each.first.evidence.claim, each.second.evidence.claim)]
        assert sorted(disagreements_of(id_, weighed), key=repr) == sorted(mine, key=repr)


@given(disputes)
def test_the_last_word_of_a_voice_stands_for_what_it_said_before(claims: list[Evidence]) -> None:
    """What is contradicted stays contradicted, in the same way and by the same voice."""

    def told(found: list[Disagreement]) -> set[tuple[object, ...]]:
        """Each claim with the voices that had contradicted it by its instant, and how."""
        return {
            (one.kind, later.evidence.claim, earlier.voice, earlier.evidence.kind, earlier.evidence.sides)
            for one in found
            if one.kind != "same-document"
            for earlier, later in ((one.first, one.second), (one.second, one.first))
            if earlier.evidence.event_at <= later.evidence.event_at
        }

    _, weighed = fold(claims, SIDES)
    every, few = disagreements(weighed), disagreements(weighed, every=False)
    assert set(few) <= set(every)
    assert told(few) == told(every)
    other = {one.evidence.claim: f"x{97 * n % 100:02}" for n, one in enumerate(weighed)}
    renamed = [
        one._replace(evidence=one.evidence._replace(claim=other[one.evidence.claim])) for one in weighed
    ]
    assert len(disagreements(renamed, every=False)) == len(few), "ids are nobody's doing"


def test_a_place_in_the_news_has_hundreds_of_conflicts_and_few_stories() -> None:
    """Four voices say the same every six hours for two weeks."""
    voices = {"wire": "army", "monitor": "army", "radio": "clan", "paper": "clan"}
    claims = [
        said(f"{voice}-{n:03}", FOR, side, day=n / 4, origin=voice, predicate="holds")
        for n in range(56)
        for voice, side in voices.items()
    ]
    weighed = [weigh(claim, (), ()) for claim in claims]
    few = disagreements(weighed, every=False)
    assert len(disagreements(weighed)) > 5 * len(few)
    assert len(few) <= 2 * len(claims)
