"""Decides how far one claim is trusted: its stance toward what it says, and the number r.

A partisan source is good evidence against its own side and weak evidence for it (the rule of
careful map editors, made computable): the stance comes from the side the origin speaks for and
the effect of the claim. Figures: belief model, section "Reliability r".
"""

from collections.abc import Collection
from functools import lru_cache
from math import exp, log
from typing import Final, NamedTuple

from tracker.judgement.evidence import Evidence
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, DENY_LOST, LOST

SELF_SERVING: Final = "self-serving"
NEUTRAL: Final = "neutral"
AGAINST_INTEREST: Final = "against-interest"

GAIN_ROW: Final = "gain"
ROWS: Final[dict[str, dict[str, float]]] = {
    GAIN_ROW: {SELF_SERVING: 0.75, NEUTRAL: 0.95, AGAINST_INTEREST: 0.95},
    "fighting": {SELF_SERVING: 0.70, NEUTRAL: 0.85, AGAINST_INTEREST: 0.85},
    "denial": {SELF_SERVING: 0.60, NEUTRAL: 0.80, AGAINST_INTEREST: 0.80},
    "lost": {SELF_SERVING: 0.75, NEUTRAL: 0.90, AGAINST_INTEREST: 0.95},
}
"""r by what is said (row) and by stance (column)."""

UPPER_BOUNDS: Final = {
    "media": 0.85, "encyclopaedia": 0.85, "aggregator": 0.85,
    "anonymous": 0.70, "unknown": 0.70, "baseline": 0.90,
}  # fmt: skip
"""Kinds of source that are never trusted further than this, unless an analyst graded them."""

GRADES: Final = {"A": 0.97, "B": 0.92, "C": 0.80, "D": 0.60, "E": 0.40}
"""An analyst's Admiralty grade as r of the gain row; F means "cannot be judged", so the kind decides."""

NAMELESS: Final = frozenset({"anonymous", "unknown"})
"""Kinds of source that have no name to lose."""

STANDING: Final = frozenset({"map", "encyclopaedia", "aggregator", "analyst"})
"""Kinds of source that say how things are until they say otherwise, so that their silence is an answer.

What a wire or a monitor reported of the time before a capture says nothing about the capture.
"""

FLOOR: Final = 0.02
CEILING: Final = 0.98
USUAL_CONFIDENCE: Final = 0.70
"""A stated confidence of this much leaves r as it is."""


def logit(p: float) -> float:
    """Log-odds of a probability strictly between 0 and 1."""
    return log(p / (1.0 - p))


def sigmoid(x: float) -> float:
    """The probability that has these log-odds."""
    return 1.0 / (1.0 + exp(-x))


def clip(p: float) -> float:
    """The probability, kept away from certainty by `FLOOR` and `CEILING`."""
    return min(CEILING, max(FLOOR, p))


def row(evidence: Evidence) -> str:
    """The row of `ROWS` that a claim belongs to."""
    if evidence.kind in (DENY_GAIN, DENY_LOST):
        return "denial"
    if evidence.kind == LOST:
        return "lost"
    if evidence.kind == CONTEST or evidence.predicate == "fighting":
        return "fighting"
    return GAIN_ROW


def stance(evidence: Evidence, holders: Collection[str], around: Collection[str]) -> str:
    """How the origin's own side stands to what it says.

    `holders` are the sides that a claim with an earlier time named here as holder, `around` those
    that any earlier claim but a loss mentioned.
    """
    lean = evidence.lean
    if lean is None:
        return NEUTRAL
    if evidence.kind == LOST:
        if lean in evidence.sides:
            return AGAINST_INTEREST
        return SELF_SERVING if lean in around else NEUTRAL
    if evidence.kind == DENY_GAIN:
        return AGAINST_INTEREST if lean in evidence.sides else SELF_SERVING
    if evidence.kind == DENY_LOST:
        return SELF_SERVING if lean in evidence.sides else AGAINST_INTEREST
    if lean in evidence.sides:
        return SELF_SERVING
    return AGAINST_INTEREST if lean in holders or lean in evidence.against else NEUTRAL


def reliability(evidence: Evidence, standing: str) -> float:
    """The r of one claim, in [.02, .98], given its stance."""
    if evidence.reliability is not None:
        return clip(evidence.reliability)
    learned = evidence.learned if standing == SELF_SERVING else None
    return _trusted(
        row(evidence), standing, evidence.grade, evidence.source_kind, evidence.confidence, learned
    )


def by_record(evidence: Evidence, standing: str) -> bool:
    """Whether its origin's record decided how far a claim is trusted."""
    ungraded = GRADES.get(evidence.grade or "F") is None
    return (
        standing == SELF_SERVING
        and ungraded
        and evidence.learned is not None
        and evidence.reliability is None
    )


@lru_cache(4096)  # few kinds of claims are told, over and over
def _trusted(
    said: str,
    standing: str,
    grade: str | None,
    source_kind: str,
    confidence: float | None,
    learned: float | None,
) -> float:
    r = ROWS[said][standing]
    graded = GRADES.get(grade or "F")
    known = learned if graded is None else graded
    if known is not None:
        r = sigmoid(logit(r) + logit(clip(known)) - logit(ROWS[GAIN_ROW][standing]))
    if graded is None:
        r = min(r, UPPER_BOUNDS.get(source_kind, 1.0))
    if confidence is not None:
        shift = 0.5 * (logit(clip(confidence)) - logit(USUAL_CONFIDENCE))
        r = max(min(r, 0.5), sigmoid(logit(clip(r)) + shift))
    return clip(r)


def voice(evidence: Evidence, standing: str) -> str:
    """Who counts as having spoken: self-serving origins of one side are one voice."""
    if standing == SELF_SERVING and evidence.lean is not None:
        return f"side:{evidence.lean}"
    return evidence.origin


class Weighed(NamedTuple):
    """A claim with what its place in the story makes of it."""

    evidence: Evidence
    stance: str
    reliability: float
    voice: str


def weigh(claim: Evidence, holders: Collection[str], around: Collection[str]) -> Weighed:
    """A claim weighed against what was known before its time."""
    standing = stance(claim, holders, around)
    return Weighed(claim, standing, reliability(claim, standing), voice(claim, standing))
