"""How far one claim is trusted: whose interest it serves, what kind of source, what an analyst said."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.judgement.strategies import NAMES, evidence, probabilities, said, some_sides
from tracker.judgement.evidence import Evidence
from tracker.judgement.reliability import (
    AGAINST_INTEREST,
    CEILING,
    FLOOR,
    GRADES,
    NEUTRAL,
    ROWS,
    SELF_SERVING,
    UPPER_BOUNDS,
    logit,
    reliability,
    row,
    stance,
    voice,
    weigh,
)
from tracker.judgement.vocabulary import (
    AROUND,
    CONTEST,
    DENY_GAIN,
    DENY_LOST,
    FOR,
    INSIDE,
    LOST,
    SOURCE_KINDS,
)
from tracker.judgement.vocabulary import GRADES as LETTERS

STANCES = (SELF_SERVING, NEUTRAL, AGAINST_INTEREST)
REPELLED = said("c", FOR, "army", predicate="fighting")
PART = said("c", CONTEST, "army", predicate="captured")
BY_ROW = {
    "gain": (said("c", FOR, "army"), said("c", FOR, "army", predicate="holds"), said("c", INSIDE, "army")),
    "fighting": (REPELLED, said("c", CONTEST, "army"), PART, said("c", AROUND, "army", predicate="fighting")),
    "denial": (said("c", DENY_GAIN, "army"), said("c", DENY_LOST, "army")),
    "lost": (said("c", LOST, "army"),),
}


def test_the_table_is_the_published_one() -> None:
    """Self-serving, neutral, against interest; a party's word on its own gain counts least."""
    published = {
        "gain": (0.75, 0.95, 0.95),
        "fighting": (0.70, 0.85, 0.85),
        "denial": (0.60, 0.80, 0.80),
        "lost": (0.75, 0.90, 0.95),
    }
    assert {name: tuple(columns[one] for one in STANCES) for name, columns in ROWS.items()} == published


@pytest.mark.parametrize("name", BY_ROW)
def test_every_kind_of_claim_has_its_row(name: str) -> None:
    for claim in BY_ROW[name]:
        assert row(claim) == name
        for standing in STANCES:
            assert reliability(claim, standing) == ROWS[name][standing]


@pytest.mark.parametrize(
    ("claim", "standing"),
    [
        # A party that says it took the town serves itself; one that says its enemy did admits it.
        (said("c", FOR, "army", lean="army"), SELF_SERVING),
        (said("c", FOR, "army", lean="clan"), AGAINST_INTEREST),
        # ... but only where it had something to lose.
        (said("c", FOR, "army", lean="league"), NEUTRAL),
        (said("c", FOR, "army", lean="league", against=("league",)), AGAINST_INTEREST),
        (said("c", FOR, "army"), NEUTRAL),
        # "We left" is an admission; "they left", said by one who stands there, is not news to trust.
        (said("c", LOST, "army", lean="army"), AGAINST_INTEREST),
        (said("c", LOST, "army", lean="front"), SELF_SERVING),
        (said("c", LOST, "army", lean="league"), NEUTRAL),
        # A denial serves everybody but the side it denies something of.
        (said("c", DENY_GAIN, "army", lean="clan"), SELF_SERVING),
        (said("c", DENY_GAIN, "army", lean="army"), AGAINST_INTEREST),
        (said("c", DENY_LOST, "army", lean="army"), SELF_SERVING),
        (said("c", DENY_LOST, "army", lean="clan"), AGAINST_INTEREST),
        (said("c", CONTEST, "army", lean="army"), SELF_SERVING),
        (said("c", INSIDE, "army", lean="clan"), AGAINST_INTEREST),
    ],
)
def test_the_stance_follows_from_whom_the_origin_speaks_for(claim: Evidence, standing: str) -> None:
    """Clan has been named here as holder; clan and front are around."""
    assert stance(claim, {"clan"}, {"clan", "front"}) == standing


@given(evidence(), some_sides, some_sides)
def test_who_speaks_for_nobody_is_neutral(
    claim: Evidence, holders: tuple[str, ...], around: tuple[str, ...]
) -> None:
    assert stance(claim._replace(lean=None), holders, around) == NEUTRAL


@pytest.mark.parametrize("kind", SOURCE_KINDS)
@pytest.mark.parametrize("standing", STANCES)
def test_some_kinds_of_source_are_never_trusted_further(kind: str, standing: str) -> None:
    """An upper bound: a self-serving anonymous source is no better for it."""
    for name, claims in BY_ROW.items():
        bound = UPPER_BOUNDS.get(kind, 1.0)
        expected = min(ROWS[name][standing], bound)
        assert reliability(claims[0]._replace(source_kind=kind), standing) == expected


@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize("standing", STANCES)
@pytest.mark.parametrize("kind", ["wire", "anonymous"])
def test_a_grade_replaces_the_gain_and_moves_the_other_rows_alike(
    grade: str, standing: str, kind: str
) -> None:
    """An analyst's B makes a capture .92, whoever says it; a loss moves by the same log-odds."""
    gain = reliability(said("c", FOR, "army", grade=grade, source_kind=kind), standing)
    assert gain == pytest.approx(GRADES[grade], abs=1e-12)
    moved = logit(gain) - logit(ROWS["gain"][standing])
    for name in ("fighting", "denial", "lost"):
        graded = reliability(BY_ROW[name][0]._replace(grade=grade, source_kind=kind), standing)
        expected = logit(ROWS[name][standing]) + moved
        assert logit(graded) == pytest.approx(min(logit(CEILING), expected), abs=1e-9)


def test_the_grades_are_the_published_ones_and_f_leaves_it_to_the_kind() -> None:
    assert GRADES == {"A": 0.97, "B": 0.92, "C": 0.80, "D": 0.60, "E": 0.40}
    assert set(LETTERS) == {*GRADES, "F"}
    assert reliability(said("c", FOR, "army", grade="F", source_kind="unknown"), NEUTRAL) == 0.70


@pytest.mark.parametrize("standing", STANCES)
def test_a_confidence_of_seven_in_ten_says_nothing_new(standing: str) -> None:
    claim = said("c", FOR, "army", confidence=0.70)
    assert reliability(claim, standing) == pytest.approx(ROWS["gain"][standing], abs=1e-12)


def test_a_stated_confidence_moves_the_log_odds_by_half() -> None:
    """.90 lifts .75 by half of logit .90 - logit .70, to .8307; .50 lowers it by half of logit .70."""
    high = reliability(said("c", FOR, "army", confidence=0.90), SELF_SERVING)
    low = reliability(said("c", FOR, "army", confidence=0.50), SELF_SERVING)
    assert logit(high) == pytest.approx(logit(0.75) + 0.5 * (logit(0.90) - logit(0.70)), abs=1e-9)
    assert logit(low) == pytest.approx(logit(0.75) - 0.5 * logit(0.70), abs=1e-9)


def test_doubt_never_turns_a_claim_into_evidence_against_itself() -> None:
    """However unsure somebody is, what they say is not made less likely by their saying it."""
    assert reliability(said("c", FOR, "army", confidence=0.01), SELF_SERVING) == 0.5
    # A source that an analyst thinks worse than that is not rescued by its doubts.
    assert reliability(said("c", FOR, "army", confidence=0.01, grade="E"), NEUTRAL) == pytest.approx(0.40)


@given(evidence(), probabilities, probabilities)
def test_who_states_more_confidence_is_never_trusted_less(claim: Evidence, one: float, other: float) -> None:
    low, high = sorted((one, other))
    for standing in STANCES:
        less = reliability(claim._replace(confidence=low), standing)
        more = reliability(claim._replace(confidence=high), standing)
        assert less <= more + 1e-12


@given(evidence(), some_sides, some_sides)
def test_reliability_stays_away_from_certainty(
    claim: Evidence, holders: tuple[str, ...], around: tuple[str, ...]
) -> None:
    assert FLOOR <= weigh(claim, holders, around).reliability <= CEILING


@pytest.mark.parametrize("side", NAMES)
def test_two_channels_of_one_side_are_one_voice_where_they_serve_it(side: str) -> None:
    """Its spokesman and its television saying that it won are one witness; admitting a loss, two."""
    spokesman, television = (said("c", FOR, side, lean=side, origin=one) for one in ("spokesman", "tv"))
    assert voice(spokesman, SELF_SERVING) == voice(television, SELF_SERVING)
    assert voice(spokesman, AGAINST_INTEREST) != voice(television, AGAINST_INTEREST)
    assert voice(spokesman, NEUTRAL) == "spokesman"
