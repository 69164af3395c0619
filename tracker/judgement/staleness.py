"""Decides from when until when an answer is stale, to the microsecond: what it stands on, and for how long.

How old a word may be depends on the word, on how quiet the place has been and on what changed nearby. All of
that turns at instants that are known, so whole stretches of time are told at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tracker.judgement.pin import Pin
from tracker.judgement.pinned import spoken_at
from tracker.judgement.verdict import (
    ASSESSED,
    NEARBY_CHANGE,
    QUIET,
    STALE,
    freshness,
    last_word,
    shelf_life,
    shelf_lives,
)
from tracker.judgement.words import Word

Stretch = tuple[int, int]
"""From an instant on, up to, not including, another."""


class Footing(NamedTuple):
    """What an answer stands on while it reads the same; instants in us."""

    last: int | None
    """When somebody last spoke for the holder; None: nobody did."""
    predicate: str
    """What was said then."""
    unchanged_since: int | None
    """Since when control has not changed here; None: that does not count."""
    silent: bool = False
    """Whether silence alone has brought the belief down by now."""
    changed_at: int | None = None
    """When control last changed here, by what was said of times up to then."""
    shortened: bool = True
    """Whether what changed nearby makes the word older."""


def footing(
    word: Word | None, at: int, unchanged_since: int | None, deadline: int | None, changed_at: int | None
) -> Footing:
    """What the latest word for a holder is worth at an instant."""
    silent = deadline is not None and at >= deadline
    if word is None:
        return Footing(None, "", None, silent, changed_at)
    return Footing(last_word(word, at), word.predicate, unchanged_since, silent, changed_at)


def pinned_footing(pin: Pin, at: int, on: Footing, *, same: bool) -> Footing:
    """What a pin stands on; `same`: the claims, which stand on `on`, say the same as it."""
    last = spoken_at(pin, at, on.last if same else None)
    return Footing(last, ASSESSED, None, changed_at=on.changed_at, shortened=False)


def renewals(word: Word | None) -> Iterable[int]:
    """The instants at which a word counts as said later than before: told at last, or confirmed."""
    return () if word is None else (word.reported_at, *word.confirmed_at)


def changes(stretches: Iterable[tuple[int, int, int | None]]) -> list[Stretch]:
    """When control had changed in the last week, from stretches that tell when it last had."""
    found: list[Stretch] = []
    for start, end, changed_at in stretches:
        if changed_at is None:
            continue
        since, until = max(start, changed_at), min(end, changed_at + NEARBY_CHANGE + 1)
        if found and found[-1][1] == since:
            found[-1] = found[-1][0], until
        elif since < until:
            found.append((since, until))
    return found


def ageing(start: int, end: int, on: Footing, nearby: Sequence[Stretch]) -> Iterator[tuple[int, bool]]:
    """From when on within a stretch an answer is stale, or is not; `nearby`: when control had changed there.

    Those stretches are in order of time.
    """
    if on.last is None or on.silent:
        yield start, True
        return
    last = on.last
    sooner, usual, later = (last + shelf + 1 for shelf in shelf_lives(on.predicate))
    if end <= sooner or start >= later:
        yield start, start >= later
        return
    near = [one for one in nearby if one[0] < end and one[1] > start] if on.shortened else []
    cuts = {sooner, usual, later, *(at for one in near for at in one)}
    if on.unchanged_since is not None:
        cuts.add(on.unchanged_since + QUIET + 1)
    before: bool | None = None
    for at in (start, *sorted(at for at in cuts if start < at < end)):
        changed = any(since <= at < until for since, until in near)
        keeps = shelf_life(on.predicate, at, on.unchanged_since, changed_nearby=changed)
        stale = freshness(last, last + keeps, at) == STALE
        if stale != before:
            yield at, stale
        before = stale
