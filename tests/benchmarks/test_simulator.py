"""The simulated wars keep their own rules: same seed same war, nobody wins a town from nowhere."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benchmarks.judgement.campaign import LEFT, TAKEN, distance
from benchmarks.judgement.simulator import (
    REGIMES,
    TEST,
    TUNING,
    Regime,
    War,
    end_of,
    knowledge,
    war,
)
from tracker.judgement.evidence import DAY
from tracker.judgement.scoring import Outcomes


@pytest.fixture(scope="module", params=REGIMES, ids=lambda regime: regime.name)
def told(request: pytest.FixtureRequest) -> War:
    regime: Regime = request.param
    return war(regime, 7, towns=20, days=100)


def test_the_same_seed_is_the_same_war_and_another_is_another(told: War) -> None:
    assert war(told.regime, 7, towns=20, days=100) == told
    assert war(told.regime, 8, towns=20, days=100).campaign != told.campaign


def test_seeds_for_tuning_and_for_testing_are_apart() -> None:
    assert not set(TUNING) & set(TEST)


def test_a_town_changes_hands_only_on_a_day_on_which_somebody_took_it(told: War) -> None:
    changed = {
        (place, day, after)
        for place, held in told.campaign.holders.items()
        for day, (before, after) in enumerate(pairwise(held), start=1)
        if before != after
    }
    taken = {
        (one.place, int(one.day), one.by) for one in told.campaign.happenings if one.what in (TAKEN, LEFT)
    }

    assert changed <= taken
    assert changed


def test_what_is_said_is_about_the_past_and_is_taken_back_later(told: War) -> None:
    for report in told.told:
        assert report.evidence.event_at <= report.evidence.reported_at < told.campaign.days * DAY
        assert report.withdrawn_at is None or report.withdrawn_at > report.evidence.reported_at


def test_outcomes_are_the_holders_at_the_end_of_each_day(told: War) -> None:
    known = Outcomes(told.outcomes())

    for place, held in told.campaign.holders.items():
        for day, side in enumerate(held):
            spell = known.spell(place, end_of(day))
            assert spell is not None
            assert spell.controller == side


def test_nothing_is_known_before_it_is_said_or_after_it_was_taken_back(told: War) -> None:
    withdrawn = {one.evidence.claim: one.withdrawn_at for one in told.told if one.withdrawn_at is not None}

    for stretches in knowledge(told).values():
        assert [stretches[0].first, stretches[-1].last] == [0, told.campaign.days - 1]
        assert all(one.last + 1 == after.first for one, after in pairwise(stretches))
        for one in stretches:
            for claim in one.claims:
                assert claim.reported_at <= end_of(one.first)
                assert withdrawn.get(claim.claim, end_of(one.last) + 1) > end_of(one.first)


def test_everything_said_is_known_in_the_end_unless_taken_back(told: War) -> None:
    last = {claim.claim for stretches in knowledge(told).values() for claim in stretches[-1].claims}
    end = end_of(told.campaign.days - 1)

    assert last == {
        one.evidence.claim for one in told.told if one.withdrawn_at is None or one.withdrawn_at > end
    }


def test_towns_at_the_front_have_an_enemy_nearby(told: War) -> None:
    held = told.campaign.holders

    for town in told.campaign.front(50):
        assert any(
            distance(town, other) < 25 and held[other.id][50] != held[town.id][50] for other in told.towns
        )
