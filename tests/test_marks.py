"""Decides that sides are told apart on a map by whoever sees it, on a light ground and on a dark one."""

from __future__ import annotations

from colorsys import rgb_to_hls

import pytest

from tracker.marks import MARKS, NOBODY, OTHER, Mark, marks

LIGHT, DARK = "#FFFFFF", "#121417"


def channels(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 reckons it."""

    def luminance(colour: str) -> float:
        red, green, blue = (
            x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in channels(colour)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mark", [*MARKS, OTHER, NOBODY])
def test_a_mark_is_seen_on_either_ground(mark: Mark) -> None:
    assert contrast(mark.colour, LIGHT) >= 3, "what graphics need"
    assert contrast(mark.dark, DARK) >= 7


@pytest.mark.parametrize("mark", MARKS)
def test_a_side_keeps_its_hue_on_a_dark_ground(mark: Mark) -> None:
    (light, _, some), (dark, _, _) = (rgb_to_hls(*channels(one)) for one in (mark.colour, mark.dark))
    assert some == 0 or abs(light - dark) < 0.01


def test_no_two_marks_have_a_shape_or_a_colour_in_common() -> None:
    for looks in zip(*(one for one in (*MARKS, OTHER)), strict=True):
        assert len(set(looks)) == len(looks)


def test_the_six_that_held_most_have_a_mark_of_their_own() -> None:
    held = {"h": 1, "a": 1, "c": 9, "d": 4, "e": 4, "f": 4, "g": 3, "b": 2}
    assert [side for side, mark in marks(held).items() if mark != OTHER] == ["c", "d", "e", "f", "g", "b"]
    assert marks(held)["c"] == MARKS[0]
    assert marks({}) == {}
