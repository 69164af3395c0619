"""Decides how a comparison is measured, in turns, and how it is printed: one line of a table."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

HEADING = f"{'us an event':<62} {'tracker':>9} {'other':>9} {'ratio':>7}   {'bar':<22}"
NO_BAR = "(no bar)"


class Line(NamedTuple):
    """One comparison: both in microseconds an event, the ratio theirs / ours, and the bar it has to clear."""

    what: str
    ours: float
    theirs: float
    bar: str
    clears: bool

    def __str__(self) -> str:
        verdict = "ok" if self.clears else "BELOW"
        figures = f"{self.ours:9.1f} {self.theirs:9.1f} {self.ratio:7.2f}"
        return f"{self.what:<62} {figures}   {self.bar:<22} {verdict}"

    @property
    def ratio(self) -> float:
        """How much of the other's speed is reached."""
        return self.theirs / self.ours


@dataclass(frozen=True, slots=True)
class Runs:
    """How much is measured."""

    events: int
    singles: int
    rounds: int


def in_turns(
    rounds: int, ours: Callable[[int], float], theirs: Callable[[int], float]
) -> tuple[float, float]:
    """The best round of each, in microseconds."""
    pairs = [(ours(n), theirs(n)) for n in range(rounds)]
    return min(one for one, _ in pairs) * 1e6, min(one for _, one in pairs) * 1e6


def timed(work: Callable[..., object], per: int, *given: object) -> float:
    """Seconds that a piece of work takes, for each of `per` things."""
    start = time.perf_counter()
    work(*given)
    return (time.perf_counter() - start) / per
