"""Decides that a window holds all its places, wherever on the Earth they lie."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.figures.mercator import bar, fitted, inside, latitude, northing

POINTS = st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1, max_size=30)


@given(POINTS)
def test_every_place_lies_in_the_window(points: list[tuple[float, float]]) -> None:
    window = fitted(points, 800, margin=40, lowest=400, highest=900)
    for lon, lat in points:
        x, y = window.at(lon, lat)
        assert -0.01 <= x <= window.width + 0.01
        assert 0 <= y <= window.height


def test_across_the_antimeridian_it_takes_the_short_way() -> None:
    window = fitted([(178.4, -18.1), (-171.8, -13.8)], 800, margin=40, lowest=400, highest=900)
    west, south, east, north = window.bounds
    assert 170 < west < 178.4
    assert 188.2 < east < 195
    assert south < -18.1 < -13.8 < north
    assert window.at(178.4, -18.1)[0] < window.at(-171.8, -13.8)[0]
    assert window.beside(188.2, 0)[0] == pytest.approx(window.at(-171.8, 0)[0])


def test_one_place_is_shown_with_what_lies_around_it() -> None:
    window = fitted([(37.16, 36.2)], 800, margin=40, lowest=400, highest=900)
    x, y = window.at(37.16, 36.2)
    assert (x, y) == pytest.approx((400, window.height / 2))
    assert window.pixels_of_km(120) == pytest.approx(720)


def test_places_all_around_the_earth_are_drawn_once() -> None:
    window = fitted([(lon, 0) for lon in range(-180, 180, 10)], 720, margin=10, lowest=300, highest=900)
    assert window.scale * 360 >= 720


@given(st.floats(-85, 85))
def test_latitudes_go_up_and_come_back(lat: float) -> None:
    assert latitude(northing(lat)) == pytest.approx(lat, abs=1e-6)


def test_the_scale_is_round_and_as_long_as_it_says() -> None:
    window = fitted([(36, 33), (41, 37)], 1000, margin=40, lowest=400, highest=900)
    km, long = bar(window, 200)
    assert km == 100
    degrees = 100 / (40_075.017 / 360)  # of longitude, at the equator; in the middle they are shorter
    middle = latitude(window.north - window.height / window.scale / 2)
    from math import cos, radians

    assert long == pytest.approx(degrees / cos(radians(middle)) * window.scale)


AROUND = st.lists(st.tuples(st.integers(-20, 30), st.integers(-20, 30)), min_size=2, max_size=12)


@given(AROUND)
def test_lines_are_cut_at_the_frame(points: list[tuple[int, int]]) -> None:
    """Nothing is drawn beyond it, and nothing within is lost: each point inside is on some piece."""
    pieces = inside(points, 10, 8)
    drawn = [point for piece in pieces for point in piece]
    assert all(-1e-9 <= x <= 10 + 1e-9 and -1e-9 <= y <= 8 + 1e-9 for x, y in drawn)
    for one, other in pairwise(points):
        for x, y in (one, other):
            if 0 < x < 10 and 0 < y < 8 and one != other:
                assert (x, y) in drawn


def test_a_line_that_leaves_and_comes_back_is_two() -> None:
    assert inside([(5, 4), (15, 4), (15, 6), (5, 6)], 10, 8) == [[(5, 4), (10, 4)], [(10, 6), (5, 6)]]
    assert inside([(-5, 4), (15, 4)], 10, 8) == [[(0, 4), (10, 4)]]
    assert inside([(-5, -4), (15, -4)], 10, 8) == []
