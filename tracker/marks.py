"""Decides how sides look wherever a map is drawn: colour and shape, and who gets a mark of its own.

A colour always comes with one shape, so that nobody needs to see colours. The six are told apart also by
those who see few of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Mark(NamedTuple):
    """A shape with its colour, and the colour of the same hue that is seen on a dark ground."""

    shape: str
    colour: str
    dark: str


MARKS: Final = (
    Mark("circle", "#111111", "#E8E8E8"),
    Mark("square", "#2B8CC4", "#5EAEDC"),
    Mark("triangle", "#8A6D00", "#DFB000"),
    Mark("diamond", "#332288", "#A395E5"),
    Mark("cross", "#882255", "#E082B1"),
    Mark("plus", "#D1495B", "#E496A0"),
)
"""For so many sides: more would not be told apart at a glance."""
OTHER: Final = Mark("star", "#767676", "#A6A6A6")
"""What all other sides share."""
NOBODY: Final = Mark("dot", "#767676", "#A6A6A6")
"""A place of which nobody is known to hold it; small, so that it is not taken for a side's."""


def marks(ranking: Mapping[str, int]) -> dict[str, Mark]:
    """The mark of each side, by how many places each was ever said to hold: six have their own."""
    ranked = sorted(ranking, key=lambda side: (-ranking[side], side))
    return {side: MARKS[i] if i < len(MARKS) else OTHER for i, side in enumerate(ranked)}
