"""Decides what is remembered of the latest claim for a side."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tracker.judgement.reliability import Weighed


class Word(NamedTuple):
    """The latest claim for a side: who exactly, when, in which words."""

    claim: str
    sides: tuple[str, ...]
    actors: tuple[str, ...]
    predicate: str
    earliest: int | None
    event_at: int
    reported_at: int
    voice: str
    confirmed_at: tuple[int, ...] = ()


def word_of(one: Weighed, sides: tuple[str, ...] | None = None) -> Word:
    """The word that a claim is, for some sides (left out: those it names)."""
    claim = one.evidence
    return Word(
        claim.claim, sides or claim.sides, claim.actors, claim.predicate, claim.earliest, claim.event_at,
        claim.reported_at, one.voice, claim.confirmed_at,
    )  # fmt: skip


def row_of(word: Word | None) -> list[Any] | None:
    """A word as JSON data."""
    return None if word is None else list(word)


def word_from(row: Sequence[Any] | None) -> Word | None:
    """A word from JSON data."""
    if row is None:
        return None
    claim, sides, actors, predicate, earliest, event_at, reported_at, voice, confirmed = row
    return Word(
        claim, tuple(sides), tuple(actors), predicate, earliest, event_at, reported_at, voice,
        tuple(confirmed),
    )  # fmt: skip
