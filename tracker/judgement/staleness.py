"""Decides from when until when an answer is stale, to the microsecond: what it stands on, and for how long.

How old a word may be depends on the word, on how quiet the place has been and on what changed nearby. All of
that turns at instants that are known, so whole stretches of time are told at once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
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

    word: Word | None
    """The latest word for the holder; None: nobody spoke for it."""
    unchanged_since: int | None
    """Since when control has not changed here; None: that does not count."""
    silent: bool = False
    """Whether silence alone has brought the belief down by now."""
    changed_at: int | None = None
    """When control last changed here, by what was said of times up to then."""
    shortened: bool = True
    """Whether what changed nearby makes the word older."""


def pinned_footing(pin: Pin, at: int, on: Footing, *, same: bool) -> Footing:
    """What a pin stands on; `same`: the claims, which stand on `on`, say the same as it."""
    last = spoken_at(pin, at, last_word(on.word, at) if same and on.word else None)
    word = Word(pin.assessment, pin.sides, pin.actors, ASSESSED, None, last, last, pin.analyst)
    return Footing(word, None, changed_at=on.changed_at, shortened=False)


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

    Those stretches are in order of time and do not overlap.
    """
    word = on.word
    if word is None or on.silent:
        yield start, True
        return
    lives = shelf_lives(word.predicate)
    soonest, latest = last_word(word, start) + lives[0] + 1, last_word(word, end - 1) + lives[-1] + 1
    if end <= soonest:
        yield start, False
        return
    cuts = {start, *renewals(word)}
    for last in {last_word(word, at) for at in cuts if start <= at < end}:
        cuts.update([last + shelf + 1 for shelf in lives])
    if on.unchanged_since is not None:
        cuts.add(on.unchanged_since + QUIET + 1)
    near = _meeting(nearby, max(start, soonest), min(end, latest)) if on.shortened else ()
    cuts.update([at for one in near for at in one])
    before: bool | None = None
    for at in sorted([at for at in cuts if start <= at < end]):
        changed = bool(near) and any(since <= at < until for since, until in near)
        last = last_word(word, at)
        keeps = shelf_life(word.predicate, at, on.unchanged_since, changed_nearby=changed)
        stale = freshness(last, last + keeps, at) == STALE
        if stale != before:
            yield at, stale
        before = stale


def _meeting(stretches: Sequence[Stretch], start: int, end: int) -> Sequence[Stretch]:
    """Those of some stretches in order that have a part of another one."""
    first = bisect_right(stretches, start, key=_end)
    return stretches[first : bisect_left(stretches, end, lo=first, key=_start)]


_start, _end = itemgetter(0), itemgetter(1)
