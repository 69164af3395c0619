"""Decides that places near each other are found, wherever on the globe they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.views.places import Nearby, Place, distance

Point = tuple[float, float]

lats = st.floats(-90, 90)
lons = st.floats(-180, 180)
steps = st.floats(-0.4, 0.4)


def place(id_: str, point: Point | None) -> Place:
    lat, lon = point or (None, None)
    return Place(id_, id_, "village", lat, lon, None, None, None, None, None, None, None)


@given(
    st.tuples(lats, lons), st.lists(st.tuples(steps, steps), max_size=6), st.sampled_from([1.0, 25.0, 300.0])
)
def test_whoever_is_near_is_found_and_nobody_else(centre: Point, offsets: list[Point], km: float) -> None:
    """About any point, the poles and the date line too: what the cubes find is what measuring finds."""
    here = place("here", centre)
    others = [
        place(f"p{n}", (max(-90.0, min(90.0, centre[0] + north)), (centre[1] + east + 180) % 360 - 180))
        for n, (north, east) in enumerate(offsets)
    ]
    measured = [distance(here, other) for other in others]
    assert Nearby([here, *others], km).any(here) == any(away is not None and away <= km for away in measured)


def test_a_place_without_coordinates_is_near_nothing() -> None:
    homs, nowhere = place("homs", (34.73, 36.72)), place("nowhere", None)
    assert not Nearby([nowhere], 25).any(homs)
    assert not Nearby([homs], 25).any(nowhere)
    assert Nearby([homs], 25).any(place("talbiseh", (34.84, 36.73)))
