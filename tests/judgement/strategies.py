"""Decides what stories the property tests are told: every kind of claim, in any order, from any voice."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from tracker.judgement.evidence import DAY, Evidence, Realignment, Sides
from tracker.judgement.vocabulary import (
    AROUND,
    CONTEST,
    DENY_GAIN,
    DENY_LOST,
    FOR,
    GRADES,
    INSIDE,
    LOST,
    NONE,
    PRESENT,
    SOURCE_KINDS,
    STRUCK,
)

NAMES: Final = ("army", "clan", "front", "league")
SIDES: Final = Sides.of(*NAMES)
KINDS: Final = {
    FOR: "captured", LOST: "lost", CONTEST: "fighting", INSIDE: "advanced", AROUND: "besieges",
    DENY_GAIN: "captured", DENY_LOST: "lost", PRESENT: "present", STRUCK: "struck", NONE: "agreed",
}  # fmt: skip
HOUR: Final = DAY // 24
LAST: Final = 40 * DAY

instants = st.integers(0, LAST // (6 * HOUR)).map(lambda quarter: quarter * 6 * HOUR)
"""Six hours apart, so that claims of one instant, and echoes, are common."""

some_sides = st.lists(st.sampled_from(NAMES), max_size=3, unique=True).map(lambda names: tuple(sorted(names)))
probabilities = st.floats(0.0, 1.0)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    """One claim, without an id of its own yet."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    event_at = draw(instants)
    return Evidence(
        claim="",
        kind=kind,
        sides=draw(some_sides),
        event_at=event_at,
        reported_at=event_at + draw(st.sampled_from((0, HOUR, 5 * DAY))),
        origin=draw(st.sampled_from(("wire", "monitor", "radio", "blog"))),
        lean=draw(st.sampled_from((None, *NAMES))),
        source_kind=draw(st.sampled_from(SOURCE_KINDS)),
        grade=draw(st.sampled_from((None, *GRADES))),
        confidence=draw(st.none() | probabilities),
        reliability=draw(st.none() | probabilities),
        weight=draw(st.sampled_from((1.0, 1.0, 1.0, 0.5, 0.0, 10.0))),
        against=draw(st.sampled_from(((), ("clan",)))),
        predicate=KINDS[kind],
    )


stories = st.lists(evidence(), max_size=14).map(
    lambda claims: [claim._replace(claim=f"c{n:02}") for n, claim in enumerate(claims)]
)


@st.composite
def realigned(draw: st.DrawFn) -> tuple[list[Evidence], Sides]:
    """A story in which one side may join another, and may leave it again; claims name sides of their time."""
    left, joined = draw(st.permutations(NAMES))[:2]
    first, later = sorted((draw(instants), draw(instants)))
    both = (Realignment(first, left, left, joined), Realignment(later + HOUR, left, joined, left))
    sides = Sides(NAMES, both[: draw(st.integers(0, 2))])
    return [_of_its_time(claim, sides) for claim in draw(stories)], sides


def _of_its_time(claim: Evidence, sides: Sides) -> Evidence:
    home = {change.actor: change.joined for change in sides.changes if change.at <= claim.event_at}

    def at_home(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({home.get(name, name) for name in names}))

    lean = None if claim.lean is None else home.get(claim.lean, claim.lean)
    return claim._replace(sides=at_home(claim.sides), against=at_home(claim.against), lean=lean)


def said(claim: str, kind: str, *sides: str, day: float = 0.0, **more: object) -> Evidence:
    """A claim for a told story: `kind` about `sides`, both happened and reported on `day`."""
    at = round(day * DAY)
    plain = Evidence(claim, kind, tuple(sorted(sides)), at, at, origin="wire", predicate=KINDS[kind])
    return plain._replace(**more)  # type: ignore[arg-type]
