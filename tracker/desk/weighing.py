"""Decides when an analyst may leave a claim out, weigh it otherwise, or take that back."""

from __future__ import annotations

from tracker.errors import BadInput, Conflict
from tracker.reader import Reader
from tracker.record import events
from tracker.record.events import Event
from tracker.views.claims import weighings

MOST = 10.0
OUT, AS_IT_IS = 0.0, 1.0


def factor_of(*, out: bool, factor: float | None, clear: bool) -> float:
    """The one of the three that was typed, as a factor on the claim's log-odds."""
    if out + clear + (factor is not None) != 1:
        raise BadInput(
            what="how the claim is to be weighed is not said"
            if not (out or clear)
            else "only one can be meant",
            try_="--out leaves it out, --factor 0.5 halves its weight, --clear takes that back",
        )
    if factor is None:
        return OUT if out else AS_IT_IS
    if not OUT < factor <= MOST or factor == AS_IT_IS:
        instead = {OUT: "--out leaves it out", AS_IT_IS: "--clear weighs it as it is"}
        raise BadInput(
            what=f"{factor:g} is no factor",
            try_=instead.get(factor, f"a number above 0, {MOST:g} at most; --out leaves it out"),
        )
    return factor


def weighted(reader: Reader, claim: str, factor: float, reason: str | None) -> Event:
    """The event by which a claim is weighed; Conflict where it is weighed so already."""
    now = weighings(reader, [claim]).get(claim)
    if now is None and factor == AS_IT_IS:
        raise Conflict(what=f"nobody left {claim} out or weighed it otherwise", try_=f"tracker show {claim}")
    if now is not None and now["factor"] == factor and reason in (None, now["reason"]):
        raise Conflict(
            what=f"{claim} is {weighed_words(now)} already",
            try_=f"tracker weigh {claim} --clear takes it back",
        )
    return events.ClaimWeighted(claim=claim, factor=factor, reason=reason)


def weighed_words(how: dict[str, object]) -> str:
    """How a claim is weighed, and by whom."""
    done = "left out" if how["factor"] == OUT else f"weighed x{how['factor']:g}"
    return f"{done} by {how['by']}"
