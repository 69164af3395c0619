"""Decides what each step of a belief is worth in the end: weights that add up to the verdict's log-odds."""

from collections.abc import Sequence
from math import log
from typing import NamedTuple


class Step(NamedTuple):
    """One change of the belief: `p` after it, over the sides in the fold's order.

    `scales` tells a step that only pulls the sides together or apart in proportion (decay, cap,
    doubt) from one that adds evidence of its own. `echo` is the independence g left to the claim.
    """

    name: str
    claim: str | None
    at: int
    p: tuple[float, ...]
    reliability: float | None = None
    stance: str | None = None
    echo: float = 1.0
    scales: bool = False


class Weight(NamedTuple):
    """A step and what it is worth today, in log-odds of the best side against the runner-up."""

    step: Step
    weight: float


def explain(steps: Sequence[Step], best: int, against: int) -> list[Weight]:
    """What each step contributes to ln(p_best / p_against) at the end; the weights add up to it.

    A step that only shrinks the belief (decay, doubt, cap) is worth nothing of its own: it
    multiplies what stood before by a factor. So a step's weight is its own change times the
    factors of all the steps after it.
    """
    before = 0.0
    own: list[tuple[Step, float, float]] = []
    for step in steps:
        after = log(step.p[best] / step.p[against]) if step.p[against] > 0 and step.p[best] > 0 else 0.0
        factor = after / before if step.scales and before else 1.0
        if not 0.0 <= factor <= 1.0:
            factor = 1.0
        own.append((step, after - factor * before, factor))
        before = after
    weights: list[Weight] = []
    later = 1.0
    for step, change, factor in reversed(own):
        weights.append(Weight(step, change * later))
        later *= factor
    return weights[::-1]
