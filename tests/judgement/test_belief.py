"""The one fold: the published cases, and what has to be true of every story."""

from __future__ import annotations

import json
from itertools import groupby
from math import exp, log
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.judgement.strategies import HOUR, LAST, NAMES, SIDES, realigned, said, stories
from tracker.judgement.belief import (
    CAP,
    ECHO_WINDOW,
    NEWS_ONLY,
    Fold,
    Settings,
    believe,
    fold,
)
from tracker.judgement.evidence import DAY, Evidence, Realignment, Sides
from tracker.judgement.verdict import deadline
from tracker.judgement.vocabulary import (
    AROUND,
    CONTEST,
    DENY_GAIN,
    DENY_LOST,
    FOR,
    INSIDE,
    LOST,
    MOVING,
    NONE,
    PRESENT,
    STRUCK,
)
from tracker.judgement.weights import explain

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "cases.json").read_text("utf-8"))
STILL = Settings(lam=0.0)


def _published(claim: dict[str, Any]) -> Evidence:
    return Evidence(
        claim=claim["id"],
        kind=claim["kind"],
        sides=tuple(sorted(claim["A"])),
        event_at=round(claim["te"] * DAY),
        reported_at=round(claim["rep"] * DAY),
        origin=claim["voice"],
        lean=claim["speaker"],
        reliability=claim["r"],
    )


@pytest.mark.parametrize("case", PUBLISHED["cases"], ids=lambda case: case["case"])
def test_published_case(case: dict[str, Any]) -> None:
    """Twenty-seven small stories with their answers: who gives these is right."""
    claims = [_published(claim) for claim in case["claims"]]
    settings = Settings(lam=PUBLISHED["lam"])
    p = believe(claims, round(case["at"] * DAY), tuple(PUBLISHED["sides"]), settings)
    assert p == pytest.approx(case["p"], abs=1e-6)


def test_no_published_case_is_missing() -> None:
    assert len(PUBLISHED["cases"]) == 27
    assert PUBLISHED["lam"] == NEWS_ONLY


# -- every story ---------------------------------------------------------------------------------


@given(realigned(), st.data())
def test_the_order_of_arrival_does_not_matter(
    story: tuple[list[Evidence], Sides], data: st.DataObject
) -> None:
    """Recorded on the day or found in an archive a year later: the same belief, to the last bit."""
    claims, sides = story
    shuffled = data.draw(st.permutations(claims))
    assert believe(shuffled, LAST, sides) == believe(claims, LAST, sides)


@given(stories)
def test_the_belief_is_a_distribution_and_never_certain(claims: list[Evidence]) -> None:
    """After every single step, not only at the end."""
    state, _ = fold(claims, SIDES, trace=True)
    for step in state.steps or []:
        assert sum(step.p) == pytest.approx(1.0, abs=1e-9)
        assert min(step.p) >= 0.0
    for p in believe(claims, LAST, SIDES).values():
        assert 0.0 <= p <= CAP + 1e-12


@given(realigned(), st.data())
def test_stopping_and_carrying_on_is_replaying(
    story: tuple[list[Evidence], Sides], data: st.DataObject
) -> None:
    """Stored as JSON between any two instants and loaded again, it ends exactly where it would have."""
    claims, sides = story
    ordered = sorted(claims, key=lambda claim: claim.event_at)
    instants = [list(group) for _, group in groupby(ordered, key=lambda claim: claim.event_at)]
    stop = data.draw(st.integers(0, len(instants)))
    whole = Fold(sides)
    weighed = list(whole.run(ordered))
    before = Fold(sides)
    taken = list(before.run([claim for instant in instants[:stop] for claim in instant]))
    after = Fold.load(json.loads(json.dumps(before.dump())), sides)
    taken += after.run([claim for instant in instants[stop:] for claim in instant])
    assert taken == weighed
    assert json.loads(json.dumps(after.dump())) == json.loads(json.dumps(whole.dump()))
    whole.move_to(LAST + DAY)
    after.move_to(LAST + DAY)
    assert after.p == whole.p


@given(realigned())
def test_the_weights_add_up_to_the_verdict(story: tuple[list[Evidence], Sides]) -> None:
    """What `why` says each step was worth sums to the log-odds of the best against any other side."""
    claims, sides = story
    state, _ = fold(claims, sides, trace=True)
    state.move_to(LAST)
    best = max(range(len(NAMES)), key=lambda i: state.p[i])
    for other, p in enumerate(state.p):
        if other != best and p > 0.0:
            weights = explain(state.steps or [], best, other)
            assert sum(one.weight for one in weights) == pytest.approx(log(state.p[best] / p), abs=1e-9)


@given(stories)
def test_a_step_that_only_scales_is_worth_nothing_of_its_own(claims: list[Evidence]) -> None:
    """Decay takes from what the claims gave; it is not evidence for anybody."""
    state, _ = fold(claims, SIDES, trace=True)
    state.move_to(LAST)
    for one in explain(state.steps or [], 0, 1):
        if one.step.name == "decay":
            assert one.weight == pytest.approx(0.0, abs=1e-9)


@given(stories)
def test_what_says_nothing_about_control_moves_nothing(claims: list[Evidence]) -> None:
    """Sieges, presences, strikes, expectations; only who is around may matter, to a later loss."""
    quiet = [claim._replace(kind=kind) for claim, kind in zip(claims, _endless(), strict=False)]
    assert set(believe(quiet, LAST, SIDES).values()) == {1 / len(NAMES)}


def _endless() -> list[str]:
    return [AROUND, PRESENT, STRUCK, NONE] * 10


@given(stories)
def test_an_excluded_claim_is_as_if_it_had_not_been_made(claims: list[Evidence]) -> None:
    """Weight 0 leaves a claim out altogether, also as an echo or as a sign of who is around."""
    kept = [claim for claim in claims if claim.weight > 0.0]
    assert believe(claims, LAST, SIDES, STILL) == pytest.approx(believe(kept, LAST, SIDES, STILL), abs=1e-9)


@given(stories, st.integers(0, 400))
def test_silence_brings_every_belief_toward_not_knowing(claims: list[Evidence], days: int) -> None:
    """p - 1/K shrinks by e^(-lam d), for each side alike, whatever the last word was."""
    state, _ = fold([said("z", NONE), *claims], SIDES)
    before, at = list(state.p), state.at
    state.move_to(at + days * DAY)
    for p, was in zip(state.p, before, strict=True):
        assert p - 0.25 == pytest.approx((was - 0.25) * exp(-NEWS_ONLY * days), abs=1e-12)


@given(st.floats(0.61, 0.98), st.sampled_from((1e-3, 5e-5, 0.02)), st.integers(2, 9))
def test_the_deadline_is_the_day_silence_reaches_the_threshold(p: float, lam: float, sides: int) -> None:
    """d = ln((p - pi) / (th - pi)) / lam days, and decaying that long does give the threshold."""
    pi, threshold = 1 / sides, 0.60
    end = deadline(p, pi, threshold, lam, 0)
    assert end is not None
    days = log((p - pi) / (threshold - pi)) / lam
    # Instants are whole microseconds, so a deadline is exact to half of one.
    assert end / DAY == pytest.approx(days, rel=1e-9, abs=1 / DAY)
    assert pi + (p - pi) * exp(-lam * end / DAY) == pytest.approx(threshold, abs=1e-9)


def test_at_the_default_a_neutral_report_lasts_for_523_days() -> None:
    """Published: .95 takes 523 days to reach .6 (so it is among eleven sides; among two, four years)."""
    ends = [deadline(0.95, 1 / sides, 0.60, NEWS_ONLY, 0) for sides in (11, 2)]
    assert [round((end or 0) / DAY) for end in ends] == [523, 1504]


def test_who_is_not_sure_enough_today_has_no_time_left() -> None:
    assert deadline(0.55, 0.2, 0.60, NEWS_ONLY, 7 * DAY) == 7 * DAY
    assert deadline(0.95, 0.2, 0.60, 0.0, 0) is None


# -- told stories --------------------------------------------------------------------------------


def test_the_latest_of_two_equally_dated_claims_is_the_more_reliable_one() -> None:
    """Their order is unknown, so it is not the order of their ids or of their arrival."""
    wire = said("a", FOR, "army", reliability=0.95)
    radio = said("b", FOR, "clan", reliability=0.75)
    assert believe([wire, radio], 0, SIDES)["army"] > 0.8


def test_what_is_said_of_later_times_is_not_used_for_earlier_ones() -> None:
    """A question about Monday is answered without Tuesday."""
    monday, tuesday = said("a", FOR, "army", day=1), said("b", FOR, "clan", day=2)
    assert believe([monday, tuesday], DAY, SIDES) == believe([monday], DAY, SIDES)


@pytest.mark.parametrize(("hours", "heard"), [(0.0, False), (1.0, True)])
def test_the_same_voice_is_heard_again_after_four_days(hours: float, heard: bool) -> None:
    """Within four days, to the hour, a repetition is worth a tenth."""
    first = said("a", FOR, "army", reliability=0.75)
    day = ECHO_WINDOW / DAY + hours / 24
    again = said("b", FOR, "army", day=day, reliability=0.75)
    p = believe([first, again], LAST, SIDES, STILL)["army"]
    assert (p == pytest.approx(0.9)) is heard
    assert p == pytest.approx(0.9 if heard else 1 / (1 + 3**-1.1), abs=1e-9)


def test_a_voice_that_said_something_else_between_is_heard_again() -> None:
    """ "They took it", "they lost it", "they took it" are three pieces of news."""
    claims = [said("a", FOR, "army"), said("b", LOST, "army", day=1), said("c", FOR, "army", day=2)]
    other = [claims[0], claims[1], claims[2]._replace(origin="monitor")]
    assert believe(claims, LAST, SIDES) == believe(other, LAST, SIDES)


def test_an_analyst_can_halve_what_a_claim_is_worth() -> None:
    """Weight .5 halves its log-odds: .95 among four sides counts as the root of its odds."""
    p = believe([said("a", FOR, "army", weight=0.5)], 0, SIDES)["army"]
    whole = (0.95 / 0.05) * 3.0
    assert log(p / (1 - p) * 3.0) == pytest.approx(log(whole) / 2, abs=1e-9)


@pytest.mark.parametrize("kind", [FOR, LOST, CONTEST, INSIDE, DENY_GAIN])
def test_a_claim_weighed_up_takes_no_more_than_there_is(kind: str) -> None:
    """Weight 10 strengthens the evidence; the share that is unsettled stays below the whole."""
    about = "army" if kind in (LOST, DENY_GAIN) else "clan"
    state, _ = fold([said("a", FOR, "army"), said("b", kind, about, day=1, weight=10.0)], SIDES, trace=True)
    assert all(min(step.p) >= 0.0 for step in state.steps or [])


def test_an_unknown_name_moves_nothing() -> None:
    """A claim for somebody who is no declared side leaves the sides as they were."""
    claims = [said("a", FOR, "army"), said("b", FOR, "nobody", day=1)]
    assert believe(claims, DAY, SIDES, STILL) == believe(claims[:1], DAY, SIDES, STILL)


@pytest.mark.parametrize(("kind", "moved"), [(CONTEST, 0.6), (INSIDE, 0.3)])
def test_a_contest_without_an_actor_helps_the_runner_up(kind: str, moved: float) -> None:
    """Somebody is fighting the holder: the likeliest is whoever came second."""
    p = believe([said("a", FOR, "army"), said("b", kind, day=1)], DAY, SIDES, STILL)
    assert p["army"] == pytest.approx(0.95 * (1 - moved) + moved / 2)
    assert p["clan"] == pytest.approx(0.05 / 3 * (1 - moved) + moved / 2)


def test_who_left_is_remembered_until_somebody_is_said_to_have_come() -> None:
    claims = [said("a", FOR, "army"), said("b", LOST, "army", day=1), said("c", FOR, "clan", day=2)]
    assert [fold(claims[:n], SIDES)[0].vacated for n in (1, 2, 3)] == [None, "army", None]


def test_the_day_the_holder_changed_and_on_whose_word() -> None:
    claims = [said("a", FOR, "army"), said("b", FOR, "clan", day=3)]
    state, _ = fold(claims, SIDES)
    assert state.best == "clan"
    assert state.changed_at == 3 * DAY
    assert state.since is not None
    assert state.since.claim == "b"
    assert set(state.voices) == {"wire"}


@given(stories)
def test_only_a_claim_on_control_can_be_a_reason(claims: list[Evidence]) -> None:
    """Every step of the trace but decay names the claim it comes from."""
    kinds = {claim.claim: claim.kind for claim in claims}
    state, _ = fold(claims, SIDES, trace=True)
    for step in state.steps or []:
        assert (step.claim is None) == (step.name == "decay")
        assert step.claim is None or kinds[step.claim] in MOVING


# -- sides that change ---------------------------------------------------------------------------


def test_a_side_that_joins_another_brings_what_it_held() -> None:
    """The clan joins the army on day 5: the army has both shares, the clan is nobody any more."""
    claims = [said("a", FOR, "clan"), said("b", FOR, "army", day=3)]
    joined = Sides(NAMES, (Realignment(5 * DAY, "clan", "clan", "army"),))
    apart, together = (believe(claims, 5 * DAY, sides, STILL) for sides in (SIDES, joined))
    assert together["clan"] == 0.0
    assert together["army"] == pytest.approx(min(CAP, apart["army"] + apart["clan"]))
    assert believe(claims, 5 * DAY - 1, joined, STILL) == believe(claims, 5 * DAY - 1, SIDES, STILL)


def test_the_holder_joins_another_and_the_place_goes_with_it() -> None:
    joined = Sides(NAMES, (Realignment(5 * DAY, "clan", "clan", "army"),))
    state, _ = fold([said("a", FOR, "clan")], joined)
    state.move_to(6 * DAY)
    assert state.best == "army"
    assert state.changed_at is None, "the flag changed, not the hands"
    assert state.since is not None
    assert state.since.claim == "a"
    assert state.words["army"].claim == "a"
    assert "clan" not in state.words


def test_the_part_that_holds_a_place_takes_it_along_when_it_leaves() -> None:
    """The garrison of the clan goes over to the army; so does the town that it was said to hold."""
    garrison = said("a", FOR, "clan", lines=(("garrison", "clan"),))
    left = Sides(NAMES, (Realignment(5 * DAY, "garrison", "clan", "army"),))
    p = believe([garrison], 5 * DAY, left, STILL)
    assert p["army"] == pytest.approx(0.95)
    assert p["clan"] == pytest.approx(0.05 / 3)


def test_a_part_that_leaves_takes_nothing_of_what_others_hold() -> None:
    """The town is held by the clan, by whom in it is not said: it stays with the clan."""
    left = Sides(NAMES, (Realignment(5 * DAY, "garrison", "clan", "army"),))
    claims = [said("a", FOR, "clan")]
    assert believe(claims, 9 * DAY, left) == pytest.approx(believe(claims, 9 * DAY, SIDES), abs=1e-12)


@given(realigned())
def test_realigned_or_not_the_belief_is_a_distribution(story: tuple[list[Evidence], Sides]) -> None:
    claims, sides = story
    p = believe(claims, LAST + 2 * HOUR, sides)
    assert sum(p.values()) == pytest.approx(1.0, abs=1e-9)
    assert all(0.0 <= x <= CAP + 1e-12 for x in p.values())


# -- the edges -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FOR, LOST, CONTEST, INSIDE, DENY_GAIN])
def test_a_tracker_with_one_side_can_be_asked(kind: str) -> None:
    """The first actor that somebody registers is the only one; nobody else can hold anything yet."""
    assert believe([said("a", kind, "army")], 0, ["army"]) == {"army": 1.0}


def test_a_tracker_without_sides_can_be_asked() -> None:
    """Fighting was reported, by whom against whom is not known."""
    assert believe([said("a", CONTEST)], 0, []) == {}


def test_all_sides_together_is_no_news() -> None:
    """Two sides hold the town jointly and there are no others: which of them has it is as open as before."""
    claims = [said("a", FOR, "army", "clan")]
    assert believe(claims, DAY, ["army", "clan"]) == {"army": 0.5, "clan": 0.5}


def test_sides_that_joined_before_the_first_word_leave_the_place_untouched() -> None:
    """The first report sets p to its reliability, whoever joined whom before."""
    joined = Sides(NAMES, (Realignment(0, "clan", "clan", "army"),))
    assert believe([said("a", FOR, "army", day=1)], DAY, joined)["army"] == pytest.approx(0.95)


def test_a_side_that_left_again_can_hold_a_place() -> None:
    """The clan joined the army and left it within a week; then it takes a town of which nothing was known."""
    changes = (Realignment(DAY, "clan", "clan", "army"), Realignment(5 * DAY, "clan", "army", "clan"))
    p = believe([said("a", FOR, "clan", day=9)], 9 * DAY, Sides(NAMES, changes))
    assert p["clan"] == pytest.approx(0.95)


def test_two_sides_become_one_and_hold_everything() -> None:
    """Peace: the army takes in its only enemy; a town nobody had spoken of is reported as its own."""
    peace = Sides(("army", "clan"), (Realignment(DAY, "clan", "clan", "army"),))
    assert believe([said("a", FOR, "army", day=2)], 2 * DAY, peace) == {"army": 1.0, "clan": 0.0}


@given(stories, st.floats(0.5, 0.98), st.integers(0, 20), st.sampled_from((FOR, DENY_LOST)))
def test_an_independent_claim_that_agrees_never_lowers_the_confidence(
    told: list[Evidence], r: float, days: int, kind: str
) -> None:
    """Somebody new, trusted no less than a coin, says that the holder holds it; whatever was said before."""
    at = LAST + 5 * DAY + days * DAY
    before = believe(told, at, SIDES)
    state, _ = fold(told, SIDES)
    if state.best is not None:
        claim = said("agreeing", kind, state.best, day=at / DAY, origin="newcomer", reliability=r)
        after = believe([*told, claim], at, SIDES)
        assert after[state.best] >= before[state.best] - 1e-12
