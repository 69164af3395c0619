"""Scores worked out by hand: each test's figures can be followed on paper."""

from __future__ import annotations

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.judgement.evidence import DAY
from tracker.judgement.scoring import (
    Answer,
    Bin,
    Detection,
    Flips,
    Judged,
    Outcome,
    Outcomes,
    accuracy,
    brier,
    brier_of,
    calibrate,
    calibration,
    detection,
    flips,
    log_loss,
    pooled,
    score,
    together,
)


def said(day: float, controller: str | None, place: str = "Homs", **p: float) -> Answer:
    told = p or ({controller: 1.0} if controller else {})
    return Answer(place, int(day * DAY), told, controller)


def daily(letters: str, place: str = "Homs") -> list[Answer]:
    """One answer a day from day 0 on; a dot names nobody."""
    return [said(day, None if who == "." else who, place) for day, who in enumerate(letters)]


def so(*turns: tuple[float, str | None], place: str = "Homs") -> Outcomes:
    return Outcomes(Outcome(place, int(day * DAY), who) for day, who in turns)


def judged(truth: str, **p: float) -> Judged:
    named = max(p, key=lambda actor: p[actor])
    return Judged(Answer("Homs", 0, p, named), truth)


def test_accuracy_counts_who_was_named_and_naming_nobody_is_not_right() -> None:
    told = [judged("A", A=0.6, B=0.4), judged("B", A=0.6, B=0.4), Judged(said(0, None, A=0.5, B=0.5), "A")]

    assert accuracy(told) == pytest.approx(1 / 3)


def test_brier_sums_over_the_actors() -> None:
    """(.5-1)^2 + .3^2 + .2^2 = .38; (.1-1)^2 + .9^2 = 1.62; their mean is 1."""
    told = [judged("A", A=0.5, B=0.3, C=0.2), judged("A", A=0.1, B=0.9)]

    assert brier(told) == pytest.approx(1.0)


def test_brier_of_one_of_two_sides_is_half_of_the_whole() -> None:
    told = [judged("A", A=0.8, B=0.2), judged("B", A=0.7, B=0.3)]

    assert brier_of("A", told) == pytest.approx((0.04 + 0.49) / 2)
    assert brier_of("B", told) == pytest.approx(brier(told) / 2)


def test_a_truth_that_nobody_thought_of_costs_all() -> None:
    assert brier([judged("C", A=0.5, B=0.5)]) == pytest.approx(1.5)
    assert log_loss([judged("C", A=0.5, B=0.5)], clip=0.01) == pytest.approx(-log(0.01))


def test_brier_of_clips_only_where_it_is_asked_to() -> None:
    assert brier_of("A", [judged("A", A=1.0)]) == 0.0
    assert brier_of("A", [judged("A", A=1.0)], clip=0.001) == pytest.approx(1e-6)


def test_log_loss_is_in_nats() -> None:
    told = [judged("A", A=0.5, B=0.5), judged("A", A=0.25, B=0.75)]

    assert log_loss(told) == pytest.approx((log(2) + log(4)) / 2)


def test_calibration_weighs_each_gap_by_its_answers() -> None:
    """Three at .85, two of them right: gap .18333; one at .65, right: gap .35; (3 x .18333 + .35) / 4."""
    told = [judged("A", A=0.85, B=0.15)] * 2 + [judged("B", A=0.85, B=0.15), judged("A", A=0.65, B=0.35)]

    found = calibration(told)

    assert found.bins[0] == pytest.approx(Bin(0.6, 0.7, 1, 0.65, 1.0))
    assert found.bins[1] == pytest.approx(Bin(0.8, 0.9, 3, 0.85, 2 / 3))
    assert found.ece == pytest.approx(0.225)


def test_certainty_belongs_to_the_last_bin() -> None:
    assert [one.low for one in calibrate([(1.0, True), (0.0, False)]).bins] == [0.0, 0.9]


def test_series_pooled_are_one_series() -> None:
    first, second = [(0.85, True), (0.65, False)], [(0.8, False), (0.95, True)]

    together = pooled([calibrate(first), calibrate(second)])

    assert together.ece == pytest.approx(calibrate(first + second).ece)
    assert [one.answers for one in together.bins] == [1, 2, 1]


def test_a_delay_runs_from_the_change_to_the_first_answer_that_names_it() -> None:
    """B takes it at noon of day 2; the answers of days 5 and 6 say so."""
    found = detection(daily("AAAAABB"), so((0, "A"), (2.5, "B")))

    assert found == Detection((2.5,))
    assert (found.mean, found.median, found.detected) == (2.5, 2.5, 1.0)


def test_what_was_said_beforehand_is_detected_at_once() -> None:
    assert detection(daily("ABBBB"), so((0, "A"), (3, "B"))).days == (0.0,)


def test_undetected_changes_are_counted_apart() -> None:
    """B on days 2 and 3 is over before it is named; A is named on its third day;
    C from day 7 is not named by the last answer."""
    found = detection(daily("AAAABBAAA"), so((0, "A"), (2, "B"), (4, "A"), (7, "C")))

    assert found == Detection((2.0,), missed=1, waiting=1)
    assert found.detected == pytest.approx(1 / 3)
    assert found.median is None


def test_the_median_takes_the_undetected_for_longer_than_any() -> None:
    assert Detection((9.0, 1.0, 3.0), missed=1, waiting=1).median == 9.0
    assert Detection((9.0, 1.0, 3.0)).median == 3.0
    assert Detection(()).median is None


def test_a_change_that_nobody_was_asked_about_does_not_count() -> None:
    told = [said(3, "A"), said(4, "A")]

    assert detection(told, so((0, "B"), (1, "A"), (9, "B"))).changes == 0


def test_a_change_after_a_time_nobody_knows_of_is_one() -> None:
    assert detection(daily("AAAB"), so((0, "A"), (1, None), (3, "B"))).days == (0.0,)
    assert detection(daily("AAAA"), so((0, "A"), (1, None), (3, "A"))).changes == 0


def test_a_flip_to_who_has_it_now_is_explained_once() -> None:
    assert flips(daily("AAABB"), so((0, "A"), (2, "B")))[:2] == (1, 0)


def test_wavering_is_false_both_ways() -> None:
    """Right, then wrong, then back: nothing happened, two changes were told."""
    assert flips(daily("ABAAA"), so((0, "A")))[:2] == (2, 2)


def test_a_flip_too_early_is_false_and_its_truth_explains_no_other() -> None:
    assert flips(daily("ABBBB"), so((0, "A"), (3, "B")))[:2] == (1, 1)
    assert flips(daily("ABBBAB"), so((0, "A"), (3, "B")))[:2] == (3, 3)


def test_putting_a_wrong_beginning_right_is_explained() -> None:
    assert flips(daily("BBAA"), so((0, "A")))[:2] == (1, 0)


def test_naming_nobody_for_a_while_is_no_flip() -> None:
    assert flips(daily("A..A"), so((0, "A")))[:2] == (0, 0)
    assert flips(daily("A..B"), so((0, "A")))[:2] == (1, 1)


def test_a_flip_while_nobody_knows_is_not_judged() -> None:
    assert flips(daily("AAB"), so((0, "A"), (1, None)))[:2] == (0, 0)


def test_place_years_add_up_over_the_places() -> None:
    year = 365.25
    told = [said(0, "A"), said(year, "B"), said(0, "A", "Hama"), said(year, "A", "Hama")]

    found = flips(told, so((0, "A")))

    assert found == pytest.approx(Flips(1, 1, 2.0))
    assert found.false_a_year == pytest.approx(0.5)


def test_all_scores_of_a_file_of_outcomes() -> None:
    """Four answers at .8; the one before any outcome is known is not judged, one of the others is wrong."""
    told = [said(day, "A", A=0.8, B=0.2) for day in range(4)]

    found = score(told, [Outcome("Homs", DAY, "A"), Outcome("Homs", 3 * DAY, "B"), Outcome("Hama", 0, "B")])

    assert (found.answers, found.named) == (3, 1.0)
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.brier == pytest.approx((0.08 + 0.08 + 1.28) / 3)
    assert found.log_loss == pytest.approx((-2 * log(0.8) - log(0.2)) / 3)
    assert found.calibration.ece == pytest.approx(0.8 - 2 / 3)
    assert (found.detection, found.flips[:2]) == (Detection((), waiting=1), (0, 0))


def test_nothing_to_judge_scores_nothing() -> None:
    found = score([said(0, "A")], [])

    assert (found.answers, found.accuracy, found.brier, found.calibration.ece) == (0, 0.0, 0.0, 0.0)
    assert (found.detection.mean, found.detection.detected, found.flips.false_a_year) == (None, None, 0.0)


def test_two_series_together_are_scored_as_one() -> None:
    """The second place is told of on more days, so it weighs more."""
    homs = [said(day, who, A=0.7, B=0.3) for day, who in enumerate("AAB")]
    hama = [said(day, who, "Hama", A=0.4, B=0.6) for day, who in enumerate("BABAB")]
    truth = [Outcome("Homs", 0, "A"), Outcome("Homs", DAY, "B"), Outcome("Hama", 0, "B")]

    both = together([score(homs, truth), score(hama, truth)])
    whole = score([*homs, *hama], truth)

    for mean in ("answers", "named", "accuracy", "brier", "log_loss"):
        assert getattr(both, mean) == pytest.approx(getattr(whole, mean)), mean
    assert both.calibration.ece == pytest.approx(whole.calibration.ece)
    assert both.detection == whole.detection
    assert both.flips == pytest.approx(whole.flips)
    assert both.flips.false != 0 != both.detection.changes


letters = st.text("AB.", min_size=2, max_size=30)
turns = st.lists(st.sampled_from("AB"), min_size=1, max_size=30)


@given(letters, turns)
def test_every_change_is_counted_somewhere(answers: str, truth: list[str]) -> None:
    known = so(*enumerate(truth))
    told = daily(answers)
    last = len(answers) - 1
    really = sum(1 for day in range(1, len(truth)) if truth[day] != truth[day - 1] and day <= last)
    named = answers.replace(".", "")
    found = flips(told, known)

    assert detection(told, known).changes == really
    assert found.changes == sum(a != b for a, b in pairwise(named))
    assert 0 <= found.false <= found.changes


@given(turns)
def test_the_truth_itself_has_no_delay_and_no_false_flip(truth: list[str]) -> None:
    known, told = so(*enumerate(truth)), daily("".join(truth))
    found = score(told, [Outcome("Homs", day * DAY, who) for day, who in enumerate(truth)])

    assert (found.accuracy, found.brier) == (1.0, 0.0)
    assert set(detection(told, known).days) <= {0.0}
    assert (found.detection.missed, found.detection.waiting, found.flips.false) == (0, 0, 0)


def test_where_no_actor_is_the_most_probable_calibration_compares_none() -> None:
    even = Judged(Answer("a", 0, {"x": 0.5, "y": 0.5}, None), "x")
    sure = Judged(Answer("a", 1, {"x": 0.8, "y": 0.2}, "x"), "x")
    found = calibration([even, sure, even])
    assert (found.undecided, [one.answers for one in found.bins]) == (2, [1])
    assert found.ece == pytest.approx(0.2)
    assert pooled([found, calibration([even])]).undecided == 3
