"""Decides how a pin clamps a verdict, and whether the claims, which are weighed on, say otherwise."""

from collections.abc import Mapping, Sequence

from tracker.judgement.belief import Settings
from tracker.judgement.pin import Pin
from tracker.judgement.reliability import clip
from tracker.judgement.verdict import ANALYST, HELD, SHELF, UNKNOWN, Verdict, freshness


def pinned(belief: Verdict, pin: Pin, settings: Settings | None = None) -> Verdict:
    """The verdict that a pin makes of what the claims say, which stays beside it as its `shadow`.

    What goes on around the place is told as ever: pressure, presence, contradictions of the claims.
    """
    settings = settings or Settings()
    confidence = clip(pin.likelihood)
    same = set(belief.holders) == set(pin.sides)
    last = spoken_at(pin, belief.at, belief.last_report if same else None)
    shelf_end = last + SHELF["assessed"]
    return belief._replace(
        status=HELD if confidence >= settings.threshold else UNKNOWN,
        holders=pin.sides,
        actors=pin.actors,
        confidence=confidence,
        probabilities=_clamped(belief.probabilities, pin.sides, confidence),
        basis=ANALYST,
        vacated_by=None,
        partly=same and belief.partly,
        since=belief.since if same else (None, pin.at),
        freshness=freshness(last, shelf_end, belief.at),
        last_report=last,
        stale_at=shelf_end if pin.until is None else min(shelf_end, pin.until),
        deadline=pin.until,
        across=(),  # a front makes what the claims say less sure, not what an analyst says
        pin=pin,
        shadow=belief,
    )


def disagrees(verdict: Verdict) -> bool:
    """Whether the claims give a pinned place to another holder, dispute it, or leave it open."""
    belief = verdict.shadow
    if belief is None or not belief.claims:
        return False
    return belief.status != verdict.status or set(belief.holders) != set(verdict.holders)


def spoken_at(pin: Pin, at: int, last_report: int | None) -> int:
    """When somebody last spoke for the holder: the analyst, or a claim that says the same."""
    judged = pin.made_at if pin.made_at <= at else pin.at
    return judged if last_report is None else max(judged, last_report)


def _clamped(p: Mapping[str, float], sides: Sequence[str], confidence: float) -> dict[str, float]:
    """The sides share the confidence in the ratio they have, all others what it leaves."""
    mine, rest = sum(p[side] for side in sides), sum(p[side] for side in p if side not in sides)
    return {
        side: confidence * _share(x, mine, len(sides))
        if side in sides
        else (1.0 - confidence) * _share(x, rest, len(p) - len(sides))
        for side, x in p.items()
    }


def _share(part: float, whole: float, count: int) -> float:
    return part / whole if whole > 0.0 else 1.0 / count
