"""Decides what simple rules keep of a place: how claims read, who holds it since when, contests, votes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from typing import Final, NamedTuple, TypeVar

from tracker.judgement.belief import DECIDES
from tracker.judgement.evidence import Realignment, Sides
from tracker.judgement.reliability import Weighed
from tracker.judgement.verdict import CONTEST_LASTS
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, FOR, INSIDE, LOST, MOVING
from tracker.judgement.words import Word, word_of

Kept = TypeVar("Kept")
AGAINST: Final = "against"
EXCLUDED: Final = "an analyst left it out"
UNNAMED: Final = "it names nobody who could have it"


class Said(NamedTuple):
    """A claim as the rules read it: `FOR` some sides, `AGAINST` some, or a `CONTEST` by some."""

    one: Weighed
    reading: str
    sides: tuple[str, ...]
    read: tuple[str, ...] = ()
    """The sides as they were read, where they go by other names since."""

    @property
    def at(self) -> int:
        """When it was so (us since the epoch)."""
        return self.one.evidence.event_at

    @property
    def word(self) -> Word:
        """The word it is for its sides; a denial names its speaker's side, not the one denied."""
        word = word_of(self.one, self.sides)
        denied = self.one.evidence.kind == DENY_GAIN
        return word._replace(actors=self.read or self.sides, predicate="holds") if denied else word

    def realigned(self, change: Realignment) -> Said:
        """The same once a side has joined another, or a part has changed sides."""
        concerned = change.actor == change.left or change.actor in self.word.actors
        if change.left not in self.sides or not concerned:
            return self
        sides = tuple(sorted({_renamed(side, change) for side in self.sides}))
        return self._replace(sides=sides, read=self.read or self.sides)


class Readings:
    """What claims say, read alike by every rule; `named` are the sides named here, the latest last."""

    def __init__(self) -> None:
        self.named: list[str] = []

    def read(self, one: Weighed) -> Said | None:
        """A claim as the rules take it; None: it says nothing about control, or an analyst left it out.

        An attack repelled by nobody named is for the side named last. A denial that somebody took it is for
        the denier's own side where that was named here, else for the side named last other than the denied
        one, else against that one. A denial of a loss is for the side said not to have lost.
        """
        claim = one.evidence
        if claim.kind not in MOVING or claim.weight <= 0.0:
            return None
        if claim.kind in (CONTEST, INSIDE):
            return Said(one, CONTEST, claim.sides)
        if claim.kind == LOST:
            return Said(one, AGAINST, claim.sides)
        sides = self._for(one)
        if not sides:
            return Said(one, AGAINST, claim.sides) if claim.sides else None
        self.named = [*(side for side in self.named if side not in sides), *sides]
        return Said(one, FOR, sides)

    def _for(self, one: Weighed) -> tuple[str, ...]:
        claim = one.evidence
        if claim.kind != DENY_GAIN:
            return claim.sides or tuple(self.named[-1:])
        if claim.lean in self.named and claim.lean not in claim.sides:
            return (claim.lean,)
        return tuple([side for side in self.named if side not in claim.sides][-1:])

    def realign(self, change: Realignment) -> None:
        """A side that joins another is named under that name."""
        if change.actor == change.left and change.left in self.named:
            self.named = list(
                dict.fromkeys(change.joined if side == change.left else side for side in self.named)
            )


class Book:
    """What every rule keeps: who holds it since when on whose word, contests, and what did not count."""

    def __init__(self, sides: Sides) -> None:
        self.readings = Readings()
        self.living = list(sides.names)
        self.left_out: dict[str, str] = {}
        self.holders: tuple[str, ...] = ()
        self.since: Word | None = None
        self.changed_at: int | None = None
        self.vacated: str | None = None
        self.denied: str | None = None
        """Who is said not to have it, where the word that left it to nobody only denies that."""
        self.words: dict[str, Word] = {}
        self.voices: dict[str, tuple[str, str]] = {}
        self.contest: Said | None = None
        self._changes = sides.changes
        self._pending = 0

    @property
    def unchanged_since(self) -> int | None:
        """Since when control has not changed here (us); None: nobody ever had it."""
        if self.changed_at is not None:
            return self.changed_at
        return self.since.event_at if self.since else None

    def realignments(self, at: int) -> Iterable[Realignment]:
        """The realignments up to an instant that have not been told yet; the book itself follows them."""
        while self._pending < len(self._changes) and self._changes[self._pending].at <= at:
            change = self._changes[self._pending]
            self._pending += 1
            self._realign(change)
            yield change

    def _realign(self, change: Realignment) -> None:
        self.readings.realign(change)
        if self.contest is not None:
            self.contest = self.contest.realigned(change)
        whole = change.actor == change.left
        if whole:
            self.living = [name for name in self.living if name != change.left]
        if change.joined not in self.living:
            self.living = sorted([*self.living, change.joined])
        word = self.words.get(change.left)
        if word is None or not (whole or change.actor in word.actors):
            return
        words = sorted(self.words.items(), key=lambda one: one[1].event_at)
        self.words = {_renamed(side, change): _rewritten(word, change) for side, word in words}
        self.holders = tuple(dict.fromkeys(_renamed(side, change) for side in self.holders))
        if self.vacated == change.left:
            self.vacated = change.joined
        if self.denied == change.left:
            self.denied = change.joined

    def hear(self, said: Said) -> None:
        """Keep a word for its sides, and a contest; a capture or a repelled attack ends one."""
        if said.reading == CONTEST:
            self.contest = said
        elif said.reading == FOR:
            for side in said.sides:
                before = self.words.get(side)
                confirmed = (*(before.confirmed_at if before else ()), *said.word.confirmed_at)
                self.words[side] = said.word._replace(confirmed_at=confirmed)
            if said.one.evidence.predicate in DECIDES and said.one.evidence.kind == FOR:
                self.contest = None

    def hear_others(self, said: Said) -> None:
        """The same; where the holders themselves are said to fight there, nobody contests it."""
        if said.reading != CONTEST or not set(said.sides) & set(self.holders):
            self.hear(said)

    def settle(self, holders: tuple[str, ...], said: Said) -> None:
        """Who holds it after a claim; none: whoever did is gone."""
        if not holders and not self.holders and not self.readings.named and said.sides:
            self._gone(said.sides[0], said)
        if holders[:1] != self.holders[:1]:
            if self.holders:
                self.changed_at = said.at
            if not holders:
                self._gone(self.holders[0], said)
            self.since = said.word if holders else None
            self.voices = {}
        self.holders = holders
        if holders:
            self.vacated = self.denied = None
            if said.reading == FOR and set(said.sides) & set(holders):
                self.voices[said.one.voice] = (said.one.stance, said.one.evidence.source_kind)

    def _gone(self, side: str, said: Said) -> None:
        """Note what left the place to nobody: a loss, or a denial, which says of nobody that he left."""
        kind = said.one.evidence.kind
        if kind == DENY_GAIN:
            self.vacated, self.denied = None, side
        elif kind == LOST or said.reading == FOR:
            self.vacated, self.denied = side, None

    def contested(self, at: int, *, besides: Iterable[Said] = ()) -> tuple[bool, int | None]:
        """Whether others fought inside, took part or said otherwise in the last three days; till when."""
        other = self.contest is not None and not set(self.contest.sides) & set(self.holders)
        live = [self.contest.at] if other and self.contest is not None else []
        ends = [since + CONTEST_LASTS + 1 for since in (*live, *(one.at for one in besides))]
        open_ = [end for end in ends if at < end]
        return bool(open_), max(open_, default=None)

    def together(self, sure: float) -> dict[str, float]:
        """The holders as sure as that together, each alike."""
        return self.spread({side: sure / len(self.holders) for side in self.holders})

    def spread(self, sure: Mapping[str, float]) -> dict[str, float]:
        """Shares as probabilities over all sides: what is left is given to the others evenly."""
        others = [name for name in self.living if name not in sure]
        rest = max(0.0, 1.0 - sum(sure.values()))
        if not others:
            total = sum(sure.values()) or 1.0
            return {name: share / total for name, share in sure.items()}
        return {**{name: rest / len(others) for name in others}, **sure}

    def read(self, one: Weighed) -> Said | None:
        """What a claim says; none, with the reason noted, where that counts for nothing."""
        said = self.readings.read(one)
        if said is None:
            self.leave_out(one, UNNAMED if one.evidence.weight > 0.0 else EXCLUDED)
        return said

    def leave_out(self, one: Weighed, why: str) -> None:
        """Note that a claim on control does not count."""
        if one.evidence.kind in MOVING:
            self.left_out[one.evidence.claim] = why


class Ballots:
    """The latest word of each voice; an origin that speaks with another voice takes back its earlier word."""

    def __init__(self) -> None:
        self.cast: dict[str, Said] = {}

    def take(self, said: Said) -> None:
        """Put a word in the place of what the same voice, or the same origin, said before."""
        origin = said.one.evidence.origin
        for voice, before in list(self.cast.items()):
            if voice == said.one.voice or before.one.evidence.origin == origin:
                del self.cast[voice]
        self.cast[said.one.voice] = said

    def realign(self, change: Realignment) -> None:
        """Follow a side into another."""
        self.cast = {voice: said.realigned(change) for voice, said in self.cast.items()}


def _renamed(side: str, change: Realignment) -> str:
    return change.joined if side == change.left else side


def _rewritten(word: Word, change: Realignment) -> Word:
    return word._replace(sides=tuple(sorted({_renamed(side, change) for side in word.sides})))


def forked(kept: Kept) -> Kept:
    """A rule that goes on apart from this one: what it keeps is copied; the claims never change."""
    copied = copy(kept)
    for name, value in vars(copied).items():
        if isinstance(value, dict | list):
            setattr(copied, name, value.copy())
        elif isinstance(value, Book | Ballots | Readings):
            setattr(copied, name, forked(value))
    return copied
