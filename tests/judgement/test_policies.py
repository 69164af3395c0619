"""Decides what each rule beside the belief makes of losses, denials, contests, echoes, parts and ties."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.judgement.strategies import SIDES, realigned, said, stories
from tracker.judgement.belief import Settings, fold
from tracker.judgement.evidence import DAY, Evidence, Realignment, Sides
from tracker.judgement.policies import (
    DECIDING,
    NAMES,
    NOT_COUNTED,
    OPPOSING,
    OVERTAKEN,
    POLICIES,
    UNDECIDED,
    Ruling,
    policy_of,
    rule_on,
)
from tracker.judgement.standings import standings
from tracker.judgement.verdict import BAYES, judge
from tracker.judgement.vocabulary import ASSESSORS, CONTEST, DENY_GAIN, DENY_LOST, FOR, INSIDE, LOST, MOVING

RULES = tuple(name for name in NAMES if name != BAYES)
CLAN: dict[str, Any] = {"lean": "clan", "source_kind": "party", "origin": "spokesman"}
ARMY: dict[str, Any] = {"lean": "army", "source_kind": "party", "origin": "headquarters"}
Answer = tuple[str, tuple[str, ...]]


def ruling(name: str, *claims: Evidence, day: float | None = None, sides: Sides = SIDES) -> Ruling:
    at = round(day * DAY) if day is not None else max((one.event_at for one in claims), default=0)
    state, weighed = fold([one for one in claims if one.event_at <= at], sides)
    return rule_on(name, judge(state, weighed, at), weighed, sides)


def answer(name: str, *claims: Evidence, day: float | None = None) -> Answer:
    verdict = ruling(name, *claims, day=day).verdict
    return verdict.status, verdict.holders


def each(*claims: Evidence, day: float | None = None) -> dict[str, Answer]:
    return {name: answer(name, *claims, day=day) for name in RULES}


UNKNOWN: Answer = ("unknown", ())


def held(*sides: str) -> Answer:
    return "held", sides


def contested(*sides: str) -> Answer:
    return "contested", sides


def test_the_two_voices_by_which_somebody_is_gone_decide_that() -> None:
    held_by_two = [said("a", FOR, "army"), said("b", FOR, "army", day=1, origin="radio")]
    gone = [said("c", LOST, "army", day=2), said("d", LOST, "army", day=3, origin="radio")]
    found = ruling("two-origins", *held_by_two, *gone)
    assert (found.verdict.status, found.verdict.vacated_by) == ("unknown", "army")
    assert {claim: role for claim, (role, _) in found.roles.items()} == {
        "a": OVERTAKEN, "b": OVERTAKEN, "c": DECIDING, "d": DECIDING,
    }  # fmt: skip
    never = ruling("two-origins", *gone)
    assert never.verdict.vacated_by is None
    assert {role for role, _ in never.roles.values()} == {UNDECIDED}, "nobody was there to be gone"


# -- one story, every rule ---------------------------------------------------------------------------


def test_nothing_said_is_unknown_to_all() -> None:
    assert set(each().values()) == {UNKNOWN}


def test_one_neutral_report_is_enough_for_all_but_those_that_ask_for_more() -> None:
    assert each(said("a", FOR, "army")) == {
        "latest": held("army"), "vote": held("army"), "decayed-vote": held("army"), "two-origins": UNKNOWN,
        "against-interest": held("army"), "claimed": UNKNOWN,
    }  # fmt: skip


def test_one_self_serving_report() -> None:
    assert each(said("a", FOR, "clan", **CLAN)) == {
        "latest": held("clan"), "vote": held("clan"), "decayed-vote": held("clan"), "two-origins": UNKNOWN,
        "against-interest": UNKNOWN, "claimed": held("clan"),
    }  # fmt: skip


def test_the_party_against_two_neutral_voices() -> None:
    """Two say that the army has it, then the clan says that it does."""
    story = (
        said("a", FOR, "army"), said("b", FOR, "army", day=1, origin="monitor"),
        said("c", FOR, "clan", day=2, **CLAN),
    )  # fmt: skip
    assert each(*story) == {
        "latest": held("clan"), "vote": contested("army"), "decayed-vote": contested("army"),
        "two-origins": contested("army"), "against-interest": held("army"), "claimed": held("clan"),
    }  # fmt: skip
    assert answer("two-origins", *story, day=5.1) == held("army"), "one voice is forgotten after three days"


def test_a_side_that_admits_its_loss() -> None:
    story = (said("a", FOR, "army"), said("b", FOR, "army", origin="monitor", day=1),
             said("c", LOST, "army", day=2, **ARMY))  # fmt: skip
    found = each(*story)
    assert found["latest"] == found["against-interest"] == UNKNOWN
    assert found["vote"] == contested("army"), "two votes of three, and no more than that"
    assert found["two-origins"] == contested("army"), "one voice is not enough"
    assert ruling("latest", *story).verdict.vacated_by == "army"
    confirmed = said("d", LOST, "army", day=3, origin="wire")
    assert ruling("two-origins", *story, confirmed).verdict.vacated_by == "army"


def test_fighting_inside_is_a_contest_for_three_days_and_moves_nobody() -> None:
    story = (
        said("a", FOR, "army"), said("b", FOR, "army", origin="monitor"),
        said("c", INSIDE, "clan", day=1, origin="radio"),
    )  # fmt: skip
    for name in ("latest", "vote", "decayed-vote", "two-origins", "against-interest"):
        days = [answer(name, *story, day=day) for day in (0, 1, 4, 4.1)]
        assert days == [held("army"), contested("army"), contested("army"), held("army")], name
    taken = said("d", FOR, "clan", day=2, origin="wire")
    assert answer("latest", *story, taken) == held("clan"), "a capture ends it"
    mine = (said("a", FOR, "army"), said("b", INSIDE, "army", day=1, origin="radio"))
    assert answer("latest", *mine) == held("army"), "the holder contests nothing"


def test_a_denial_is_for_the_deniers_own_side() -> None:
    story = (
        said("a", FOR, "army"), said("b", FOR, "clan", day=1, origin="radio"),
        said("c", DENY_GAIN, "clan", day=2, **ARMY),
    )  # fmt: skip
    found = each(*story)
    assert found["latest"] == held("army")
    assert found["against-interest"] == held("clan"), "it serves the army"
    assert found["claimed"] == UNKNOWN, "nobody of the army's own had claimed it"
    claims = (said("a", FOR, "army", **ARMY), *story[1:])
    assert answer("claimed", *claims) == held("army")
    verdict = ruling("latest", *story).verdict
    assert verdict.actors == ("army",), "not the one that is denied"


def test_a_denial_by_nobodys_voice_is_for_whoever_was_named_before() -> None:
    story = [said("a", FOR, "army"), said("b", FOR, "clan", day=1, origin="radio")]
    assert answer("latest", *story, said("c", DENY_GAIN, "clan", day=2, origin="monitor")) == held("army")
    assert answer("latest", said("c", DENY_GAIN, "clan", origin="monitor")) == UNKNOWN
    assert answer("latest", said("c", DENY_LOST, "army", origin="monitor")) == held("army")


def test_an_attack_repelled_without_saying_by_whom_is_for_whoever_was_named_last() -> None:
    repelled = said("b", FOR, day=1, predicate="fighting", origin="radio")
    assert answer("latest", said("a", FOR, "army"), repelled) == held("army")
    assert answer("latest", repelled) == UNKNOWN


def test_several_hold_it_together() -> None:
    both = (said("a", FOR, "army", "clan"), said("b", FOR, "army", "clan", origin="radio"))
    for name in ("latest", "vote", "two-origins"):
        verdict = ruling(name, *both).verdict
        assert set(verdict.holders) == {"army", "clan"}, name
        assert verdict.confidence == pytest.approx(
            sum(verdict.probabilities[side] for side in verdict.holders)
        ), name
    left = said("c", LOST, "army", day=1, origin="monitor")
    assert answer("latest", *both, left) == held("clan")
    one = (said("a", FOR, "army", "clan"), said("b", FOR, "clan", origin="radio"))
    assert answer("two-origins", *one) == held("clan"), "only the clan is named twice"


def test_the_part_that_took_it_is_named() -> None:
    claim = said("a", FOR, "clan", lines=(("band", "clan"),))
    assert ruling("latest", claim).verdict.actors == ("band",)


@pytest.mark.parametrize("name", RULES)
def test_an_analyst_leaves_a_claim_out_of_every_rule(name: str) -> None:
    left_out = said("b", FOR, "clan", day=1, weight=0.0, **CLAN)
    found = ruling(name, said("a", FOR, "army"), left_out)
    assert (found.verdict.status, found.verdict.holders) == answer(name, said("a", FOR, "army"), day=1)
    assert found.roles["b"][0] == NOT_COUNTED


# -- votes -------------------------------------------------------------------------------------------


def test_origins_vote_once_and_may_change_their_minds() -> None:
    loud = [said(f"a{n}", FOR, "army", day=n) for n in range(9)]
    others = [said("b", FOR, "clan", day=9, origin="monitor"), said("c", FOR, "clan", day=9, origin="radio")]
    assert answer("vote", *loud, *others) == ("contested", ("clan",))
    assert ruling("vote", *loud, *others).verdict.confidence == pytest.approx(2 / 3)
    turned = said("d", FOR, "clan", day=10)
    assert answer("vote", *loud, *others, turned) == held("clan")


def test_voices_of_one_side_have_one_vote_and_an_admission_takes_it_back() -> None:
    party = (said("a", FOR, "clan", **CLAN), said("b", FOR, "clan", **{**CLAN, "origin": "paper"}))
    two = (said("c", FOR, "army", origin="monitor"), said("d", FOR, "army", origin="wire"))
    assert ruling("vote", *party, *two).verdict.confidence == pytest.approx(2 / 3)
    admitted = said("e", LOST, "clan", day=1, **{**CLAN, "origin": "paper"})
    found = ruling("vote", *party, *two, admitted).verdict
    assert found.holders == ("army",)
    assert found.confidence > 2 / 3, "the paper had the last word of its side"


def test_a_tie_is_contested_and_the_later_word_leads() -> None:
    army, clan = said("a", FOR, "army"), said("b", FOR, "clan", day=1, origin="radio")
    assert answer("vote", army, clan) == contested("clan")
    assert answer("vote", army._replace(event_at=2 * DAY), clan) == contested("army")
    assert answer("vote", army, clan._replace(event_at=0)) == contested("army"), "at once: the lower id"


def test_an_analysts_factor_multiplies_a_vote() -> None:
    story = (said("a", FOR, "army"), said("b", FOR, "clan", origin="radio", weight=3.0))
    assert ruling("vote", *story).verdict.confidence == pytest.approx(0.75)


def test_old_votes_lose_half_their_weight_in_thirty_days() -> None:
    story = (said("a", FOR, "army"), said("b", FOR, "clan", day=30, origin="radio"))
    found = ruling("decayed-vote", *story).verdict
    assert found.holders == ("clan",)
    assert found.confidence == pytest.approx(2 / 3)
    later = ruling("decayed-vote", *story, day=90).verdict
    assert later.confidence == pytest.approx(2 / 3), "silence makes nobody's share larger"


def test_a_part_taken_is_shared_with_the_leader() -> None:
    story = (said("a", FOR, "army"), said("b", CONTEST, "clan", day=1, origin="radio"))
    found = ruling("vote", *story, day=9).verdict
    assert found.holders == ("army",)
    assert found.confidence == pytest.approx(0.75)


# -- two origins -------------------------------------------------------------------------------------


def test_a_change_needs_a_second_voice_within_fourteen_days() -> None:
    first = said("a", FOR, "army")
    assert answer("two-origins", first, said("b", FOR, "army", day=14, origin="radio")) == held("army")
    assert answer("two-origins", first, said("b", FOR, "army", day=15, origin="radio")) == UNKNOWN
    assert answer("two-origins", first, said("b", FOR, "army", day=1)) == UNKNOWN, "the same one again"
    party = (said("a", FOR, "clan", **CLAN), said("b", FOR, "clan", **{**CLAN, "origin": "paper"}))
    assert answer("two-origins", *party) == UNKNOWN, "one side is one voice"


def test_who_takes_a_word_back_counts_no_more() -> None:
    story = (
        said("a", FOR, "clan"), said("b", FOR, "army", day=1), said("c", FOR, "clan", day=2, origin="radio"),
    )  # fmt: skip
    assert answer("two-origins", *story) == UNKNOWN


def test_words_from_before_a_change_do_not_undo_it() -> None:
    story = (
        said("a", FOR, "army", origin="paper"), said("b", FOR, "army", day=1, origin="blog"),
        said("c", FOR, "clan", day=2), said("d", FOR, "clan", day=3, origin="radio"),
        said("e", FOR, "army", day=4, origin="blog"),
    )  # fmt: skip
    assert answer("two-origins", *story) == contested("clan"), "the paper spoke of another time"
    assert answer("two-origins", *story, said("f", FOR, "army", day=5, origin="paper")) == held("army")


def test_two_that_say_it_is_no_longer_theirs_leave_it_to_nobody() -> None:
    story = (
        said("a", FOR, "army"), said("b", FOR, "army", origin="monitor"),
        said("c", LOST, "army", day=1, origin="radio"), said("d", FOR, "clan", day=2, origin="blog"),
    )  # fmt: skip
    found = ruling("two-origins", *story).verdict
    assert (found.status, found.holders, found.vacated_by) == ("unknown", (), "army")


@pytest.mark.parametrize("kind", sorted(ASSESSORS))
def test_assessors_corroborate_nobody_of_their_kind(kind: str) -> None:
    """Two maps, lists or baselines are one witness; one of them and a monitor are two."""
    two = (said("a", FOR, "army", source_kind="map"), said("b", FOR, "army", origin="x", source_kind=kind))
    with_monitor = (two[1], said("c", FOR, "army", origin="y", source_kind="monitor"))
    assert answer("two-origins", *two) == UNKNOWN
    assert answer("two-origins", *with_monitor) == held("army")
    assert set(standings(fold(two, SIDES)[1], 0).values()) == {"live"}
    assert set(standings(fold(with_monitor, SIDES)[1], 0).values()) == {"corroborated"}


def test_the_more_witnesses_the_surer() -> None:
    story = [said(f"a{n}", FOR, "army", origin=f"o{n}", reliability=0.7) for n in range(4)]
    sure = [ruling("two-origins", *story[:n]).verdict.confidence for n in (2, 3, 4)]
    assert sure == [pytest.approx(x) for x in (0.91, 0.973, 0.98)]


# -- whose words count -------------------------------------------------------------------------------


def test_against_interest_a_party_counts_only_against_itself() -> None:
    story = (
        said("a", FOR, "army"), said("b", FOR, "clan", day=1, **CLAN),
        said("c", DENY_GAIN, "clan", day=2, **ARMY),
    )  # fmt: skip
    found = ruling("against-interest", *story)
    assert found.verdict.holders == ("army",)
    assert [found.roles[id_][0] for id_ in "abc"] == [DECIDING, NOT_COUNTED, NOT_COUNTED]
    admitted = said("d", LOST, "army", day=3, **ARMY)
    assert answer("against-interest", *story, admitted) == UNKNOWN


def test_claims_of_both_sides_stand_apart() -> None:
    story = (
        said("n", FOR, "front", day=1.5), said("a", FOR, "army", **ARMY),
        said("b", FOR, "clan", day=1, **CLAN),
    )  # fmt: skip
    found = ruling("claimed", *story)
    assert (found.verdict.status, found.verdict.holders, found.verdict.basis) == ("contested", (), "claimed")
    assert [word.sides for word in found.verdict.claimants] == [("clan",), ("army",)]
    assert found.verdict.probabilities == pytest.approx({"army": 0.5, "clan": 0.5, "front": 0, "league": 0})
    assert found.roles["n"] == (NOT_COUNTED, "whoever says it speaks for no side")
    gone = said("c", LOST, "army", day=2, **ARMY)
    assert answer("claimed", *story, gone) == held("clan"), "the army says itself that it left"
    gone_too = said("d", FOR, "army", day=3, **CLAN)
    last = ruling("claimed", *story, gone, gone_too).verdict
    assert (last.status, last.claimants) == ("unknown", ())
    told_by_others = said("e", LOST, "clan", day=3, **ARMY)
    assert answer("claimed", *story, gone, told_by_others) == held("clan"), "others do not take it back"


def test_a_side_that_joins_another_takes_its_words_along() -> None:
    sides = Sides(("army", "clan", "front"), (Realignment(5 * DAY, "front", "front", "clan"),))
    front: dict[str, Any] = {"lean": "front", "source_kind": "party", "origin": "voice"}
    story = (said("a", FOR, "front", **front), said("b", FOR, "front", day=1, origin="monitor"))
    for name in RULES:
        before, after = (ruling(name, *story, day=day, sides=sides).verdict for day in (4, 6))
        assert (before.holders, after.holders) == (("front",), ("clan",)), name
        assert before.since == after.since, "the flag changed, not the hands"


def test_a_denial_goes_with_the_side_that_denied_and_comes_back_with_it() -> None:
    changes = (Realignment(5 * DAY, "front", "front", "clan"), Realignment(7 * DAY, "front", "clan", "front"))
    sides = Sides(("army", "clan", "front"), changes)
    front: dict[str, Any] = {"lean": "front", "source_kind": "party", "origin": "voice"}
    story = (
        said("a", FOR, "front", origin="monitor"),
        said("b", DENY_GAIN, "army", day=1, **front),
    )
    for name in RULES:
        told = [ruling(name, *story, day=day, sides=sides).verdict for day in (4, 6, 8)]
        assert [one.holders for one in told if one.holders] in ([], [("front",), ("clan",), ("front",)]), name
    own = (said("a", DENY_LOST, "army", "front", **ARMY), said("b", DENY_GAIN, day=1, **front))
    claimants = ruling("claimed", *own, day=8, sides=sides).opinion.claimants
    assert {word.sides for word in claimants} == {("army",), ("front",)}


# -- properties --------------------------------------------------------------------------------------


def test_two_voices_that_take_back_what_they_said_without_a_name_leave_nobody() -> None:
    """Of each only the latest word stands; one that names nobody is for nobody."""
    named = Evidence("c1", "for", ("army",), 0, 0, "wire", source_kind="wire")
    other = named._replace(claim="c2", origin="monitor", event_at=1, reported_at=1)
    back = [
        one._replace(claim=claim, kind="lost", sides=(), event_at=2, reported_at=2, predicate="lost")
        for claim, one in (("c3", named), ("c4", other))
    ]
    sides = Sides.of("army", "clan")
    assert ruling("two-origins", named, other, sides=sides).verdict.holders == ("army",)
    left = ruling("two-origins", named, other, *back, sides=sides).verdict
    assert (left.status, left.holders, left.confidence) == ("unknown", (), 0.0)


@pytest.mark.parametrize("name", RULES)
@given(told=realigned(), day=st.floats(0, 60))
@settings(max_examples=60, deadline=None)
def test_every_verdict_is_of_one_piece(name: str, told: tuple[list[Evidence], Sides], day: float) -> None:
    claims, sides = told
    found = ruling(name, *claims, day=day, sides=sides)
    one = found.verdict
    assert one.status in ("held", "contested", "unknown")
    assert 0 <= one.confidence <= 1 + 1e-9
    assert max(one.probabilities.values()) <= 0.98 + 1e-9, "no side is certain, however many votes it has"
    assert sum(one.probabilities.values()) == pytest.approx(1)
    assert all(p >= 0 for p in one.probabilities.values())
    if one.holders:
        assert one.confidence == pytest.approx(sum(one.probabilities[side] for side in one.holders))
        assert one.since is not None
        assert one.freshness is not None
        assert one.basis in ("assessed", "claimed", "analyst")
    else:
        assert (one.freshness, one.since) == (None, None)
    if one.status == "held":
        assert one.holders
    assert not (one.holders and one.vacated_by and one.status == "held")
    moving = {claim.claim for claim in claims if claim.kind in MOVING and claim.event_at <= one.at}
    assert found.roles.keys() == moving
    assert {role for role, _ in found.roles.values()} <= {
        DECIDING,
        OPPOSING,
        UNDECIDED,
        OVERTAKEN,
        NOT_COUNTED,
    }
    assert all(why for _, why in found.roles.values())
    if one.status == "held":
        assert DECIDING in {role for role, _ in found.roles.values()}


@pytest.mark.parametrize("name", RULES)
@given(claims=stories, order=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_order_of_arrival_changes_nothing(name: str, claims: list[Evidence], order: Any) -> None:
    other = [*claims]
    order.shuffle(other)
    assert ruling(name, *claims) == ruling(name, *other)


@pytest.mark.parametrize("name", RULES)
@given(claims=stories)
@settings(max_examples=25, deadline=None)
def test_what_does_not_depend_on_the_rule_is_the_beliefs(name: str, claims: list[Evidence]) -> None:
    at = max((one.event_at for one in claims), default=0)
    state, weighed = fold(claims, SIDES)
    base = judge(state, weighed, at, Settings())
    one = rule_on(name, base, weighed, SIDES).verdict
    shared = ("at", "present", "conflicts", "origins", "claims")
    assert [getattr(one, key) for key in shared] == [getattr(base, key) for key in shared]


def test_every_rule_says_what_it_does() -> None:
    assert [policy.name for policy in POLICIES] == list(NAMES)
    assert NAMES[0] == BAYES
    for name in RULES:
        policy = policy_of(name)
        assert all((policy.says, policy.would_change, policy.decides, policy.opposes))
