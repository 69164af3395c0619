"""Decides who controls a place and how sure that is: the one fold over its claims.

`believe` is a pure function of the claims, the sides and the instant asked about. The steps and
their constants are those of the belief model (`docs/belief.md`), each of which paid on real data;
traced, the fold notes its steps, and `weights.explain` says what each was worth.

The order is (event time, reported time, reliability, what is said, claim id): the order in which
claims arrived never matters, and what things are called only where nothing else tells two claims
apart. A `Fold` can be stopped, stored (`dump`), loaded and carried on.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from math import exp, log
from operator import attrgetter
from typing import Any, Final, NamedTuple

from tracker.judgement.evidence import BEGINNING, DAY, Evidence, Realignment, Sides
from tracker.judgement.reliability import Weighed, weigh
from tracker.judgement.vocabulary import (
    AROUND,
    CONTEST,
    DENY_GAIN,
    DENY_LOST,
    FOR,
    INSIDE,
    LOST,
    MOVING,
)
from tracker.judgement.weights import Step
from tracker.judgement.words import Word, row_of, word_from, word_of

DOUBT: Final = 0.25
"""Share of the belief that a claim against the holder unsettles."""
CONTESTED: Final = 0.6
"""Share that fighting inside, or part of the place changing hands, moves."""
ENTERED: Final = 0.3
CAP: Final = 0.98
NEAR: Final = 1e-8
"""Only shares this close can be equal to nine digits, which makes a tie."""
ECHO: Final = 0.1
"""What each repetition by the same voice is worth of the one before."""
ECHO_WINDOW: Final = 4 * DAY
DECIDES: Final = frozenset({"captured", "fighting"})
"""Claims for a side in these words (taken; repelled) end a contest; "holds" leaves it open."""
NEWS_ONLY: Final = 1e-3
"""Rate of unreported change a day where only news reaches us; 5e-5 where a live feed covers the place."""


LIVE_BELOW: Final = 2e-4
"""Below this rate a live feed is meant: halfway between the two, on the scale of factors."""


class Settings(NamedTuple):
    """What may differ between trackers and places; `lam` is the rate of unreported change, a day."""

    lam: float = NEWS_ONLY
    threshold: float = 0.60
    """Below this confidence nobody is said to hold the place."""
    contested_below: float = 0.80

    @property
    def live(self) -> bool:
        """Whether a live feed covers the place, so that its silence says something."""
        return self.lam < LIVE_BELOW


REMEMBERED: Final = frozenset({FOR, CONTEST, INSIDE, AROUND, DENY_GAIN, DENY_LOST})
"""What makes a side one that is "around" here. Presence does not: an ally's forces are no rival's."""


class Fold:
    """The belief about one place, claim by claim.

    Invariants after every step: `p` sums to 1 over `names`, no side is above `CAP`, and `best` is
    the most probable side once any claim for a side has named one (ties go to the lower id). `at` is
    the instant that `p` is for, `last_at` that of the last claim taken.
    """

    __slots__ = (
        "_changes", "_contests", "_echoes", "_indexed", "_pending", "_pi", "around", "at", "best",
        "changed_at", "count", "entered", "lam", "last_at", "named", "names", "origins", "p", "since",
        "steps", "vacated", "voices", "words",
    )  # fmt: skip

    def __init__(self, sides: Sides, lam: float = NEWS_ONLY, *, trace: bool = False) -> None:
        self.names: tuple[str, ...] = sides.names
        self._indexed = _indexed(sides.names)
        self.lam = lam
        self._changes: tuple[Realignment, ...] = sides.changes
        self._pending = 0
        count = len(self.names)
        self._pi = [1.0 / count for _ in range(count)]
        self.p = list(self._pi)
        self.at = BEGINNING
        self.last_at = BEGINNING
        self.named: set[str] = set()
        self.around: set[str] = set()
        self.best: str | None = None
        self.since: Word | None = None
        self.changed_at: int | None = None
        self.voices: dict[str, tuple[str, str]] = {}
        self.words: dict[str, Word] = {}
        self.vacated: str | None = None
        self.entered: Word | None = None
        self.count = 0
        self.origins: set[str] = set()
        self._echoes: dict[str, tuple[str, Sequence[int]]] = {}
        self._contests: dict[str, Sequence[int]] = {}
        self.steps: list[Step] | None = [] if trace else None

    # -- the claims in their order ---------------------------------------------------------------

    def run(self, claims: Iterable[Evidence]) -> Iterator[Weighed]:
        """Fold claims, given in order of event time and all later than any folded before.

        Claims of one instant are weighed against what was known before it, then taken in order of
        reported time, reliability, what is said, and id.
        """
        for at, group in groupby(claims, key=_event_at):
            weighed = [weigh(claim, self.named, self.around) for claim in group]
            if len(weighed) > 1:
                weighed.sort(key=_order)
            for one in weighed:
                if one.evidence.kind in MOVING:
                    self.move_to(at)
                self._take(one)
                self.last_at = at
                yield one

    def move_to(self, at: int) -> None:
        """Let time pass: decay toward not knowing, and sides that join others on the way."""
        while self._pending < len(self._changes) and self._changes[self._pending].at <= at:
            change = self._changes[self._pending]
            self._pending += 1
            self._decay(max(change.at, self.at))
            self._realign(change)
        self._decay(at)

    def _decay(self, at: int) -> None:
        if self.at != BEGINNING and at > self.at and self.p != self._pi:
            keep = exp(-self.lam * (at - self.at) / DAY)
            self.p = [pi + (p - pi) * keep for p, pi in zip(self.p, self._pi, strict=True)]
            self._note("decay", None, at, scales=True)
        self.at = max(self.at, at)

    def _take(self, one: Weighed) -> None:
        claim = one.evidence
        self.count += 1
        self.origins.add(claim.origin)
        if claim.weight <= 0.0:
            return
        kind = claim.kind
        if kind in MOVING:
            g = self._independence(one) * claim.weight
            if kind == FOR:
                self._claim_for(one, claim.sides or self._holder(), g)
            elif kind == LOST:
                self._claim_lost(one, g)
            elif kind in (CONTEST, INSIDE):
                self._contest(one, (CONTESTED if kind == CONTEST else ENTERED) * min(g, 1.0), g)
            elif kind == DENY_GAIN:
                self._deny_gain(one, g)
            elif kind == DENY_LOST:
                self._claim_for(one, claim.sides, g, denial=True)
        if kind in REMEMBERED:
            self.around.update(claim.sides, claim.against)

    def _independence(self, one: Weighed) -> float:
        """g = 0.1^n: how often this was said before, by this voice (a contest: by any voice)."""
        claim, at = one.evidence, one.evidence.event_at
        said = _said(claim.kind, claim.sides)
        contest = claim.kind in (CONTEST, INSIDE)
        if contest:
            times = self._contests.get(said, ())
        else:
            last, times = self._echoes.get(one.voice, _NOTHING_SAID)
            if last != said:
                times = ()
        recent = [then for then in times if at - then <= ECHO_WINDOW] if times else []
        g = float(ECHO ** len(recent)) if recent else 1.0
        recent.append(at)
        # Whatever anybody says about control ends a run of contests; a contest ends nobody's.
        if contest:
            self._contests = {said: recent}
        else:
            self._echoes[one.voice] = (said, recent)
            self._contests.clear()
        return g

    # -- the steps -------------------------------------------------------------------------------

    def _claim_for(self, one: Weighed, sides: tuple[str, ...], g: float, *, denial: bool = False) -> None:
        """Somebody has it: a first naming, or evidence for it after some doubt about the holder."""
        chosen = self._indexes(sides)
        if not chosen:
            return
        r = one.reliability
        odds = r / (1.0 - r)
        if not self.named:
            pi = sum(self._pi[i] for i in chosen)
            if 0.0 < pi < 1.0 - 1e-9:
                self._scale(chosen, (odds * (1.0 - pi) / pi) ** g)
            name = "first naming"
        else:
            if self.best not in sides:
                self._shift(DOUBT * min(g, 1.0), self._spread(self._holder(), sides))
                self._note("doubt", one, one.evidence.event_at, echo=g, scales=True)
            self._scale(chosen, odds**g)
            name = "denial" if denial else "for"
        self._note(name, one, one.evidence.event_at, echo=g)
        self.named.update(sides)
        self._cap(one)
        self._settle(one, sides, denial=denial)

    def _claim_lost(self, one: Weighed, g: float) -> None:
        """The holder no longer has it; who does is not said."""
        claim = one.evidence
        if self.named and self.best not in claim.sides:
            self._note("lost by one who did not hold it", one, claim.event_at, echo=g)
            return
        chosen = self._indexes(claim.sides)
        if not chosen:
            return
        if self.named:
            rest = sorted(self.around.difference(claim.sides)) or [
                name for name in self.names if name not in claim.sides
            ]
            self._shift(DOUBT * min(g, 1.0), self._spread(claim.sides, tuple(rest)))
            self._note("doubt", one, claim.event_at, echo=g, scales=True)
        self._scale(chosen, ((1.0 - one.reliability) / one.reliability) ** g)
        self._note("lost", one, claim.event_at, echo=g)
        self._cap(one)
        self.vacated = claim.sides[0]
        self._settle(one, ())

    def _deny_gain(self, one: Weighed, g: float) -> None:
        """It speaks for the denier's own side where that side was named, else for the best other one."""
        claim = one.evidence
        speaker = claim.lean
        if speaker is not None and speaker in self.named and speaker not in claim.sides:
            self._claim_for(one, (speaker,), g, denial=True)
            return
        others = [name for name in self.named if name not in claim.sides]
        if others:
            best = min(others, key=lambda name: (-self._p(name), name))
            self._claim_for(one, (best,), g, denial=True)
            return
        self._scale(self._indexes(claim.sides), ((1.0 - one.reliability) / one.reliability) ** g)
        self._note("denial", one, claim.event_at, echo=g)
        self._cap(one)
        self._settle(one, ())

    def _contest(self, one: Weighed, k: float, g: float) -> None:
        """Fighting inside, part of it taken, or entered: belief is shared out, not handed over."""
        claim = one.evidence
        if self.best is not None and self.best in claim.sides:
            self._note("by its holder", one, claim.event_at, echo=g)
            return
        if self.best is None:
            gain = [0.0] * len(self.p)
            for i, share in self._shares(claim.sides):
                gain[i] = k / 2 * share
            rest = 1.0 - sum(gain)
            self.p = [p * rest + g_i for p, g_i in zip(self.p, gain, strict=True)]
        else:
            self._shift(k, self._spread((self.best,), claim.sides or self._runner_up()))
        self._note(claim.kind, one, claim.event_at, echo=g)
        self._cap(one)
        self.entered = word_of(one)
        self._settle(one, ())

    # -- arithmetic ------------------------------------------------------------------------------

    def _scale(self, chosen: Sequence[int], factor: float) -> None:
        p = self.p
        for i in chosen:
            p[i] *= factor
        total = sum(p)
        self.p = [x / total for x in p]

    def _shift(self, k: float, to: Sequence[tuple[int, float]]) -> None:
        """Take k of everybody's share and give it out again in the shares `to` (which sum to 1)."""
        p = [x * (1.0 - k) for x in self.p]
        for i, share in to:
            p[i] += k * share
        self.p = p

    def _spread(self, one: tuple[str, ...], other: tuple[str, ...]) -> list[tuple[int, float]]:
        """Half to the first sides, in the ratio they have, half to the others, evenly if unnamed before."""
        halves = self._shares(one) + self._shares(other)
        if len(halves) == 2 and (i := halves[0][0]) != (j := halves[1][0]):
            return [(i, 0.5), (j, 0.5)]
        given = {i: 0.0 for i, _ in halves}
        for i, share in halves:
            given[i] += share / 2
        total = sum(given.values())
        return [(i, share / total) for i, share in given.items()]

    def _shares(self, sides: tuple[str, ...]) -> list[tuple[int, float]]:
        if len(sides) == 1 and sides[0] in self._indexed:
            return [(self._indexed[sides[0]], 1.0)]
        chosen = self._indexes(sides)
        total = sum(self.p[i] for i in chosen)
        return [(i, self.p[i] / total if total else 1.0 / len(chosen)) for i in chosen]

    def _cap(self, one: Weighed | None = None) -> None:
        top = max(self.p, default=0.0)
        if top <= CAP or self._pi.count(0.0) > len(self._pi) - 2:
            return
        i = self.p.index(top)
        others = [*self.p[:i], 0.0, *self.p[i + 1 :]]
        if not any(others):
            others = [*self._pi[:i], 0.0, *self._pi[i + 1 :]]
        rest = (1.0 - CAP) / sum(others)  # summed anew: 1 - top has lost its digits
        self.p = [x * rest for x in others]
        self.p[i] = CAP
        self._note("cap", one, one.evidence.event_at if one else self.at, scales=True)

    def _realign(self, change: Realignment) -> None:
        """A side joins another, or a part changes sides: its mass goes with it."""
        before, after = self._index(change.left), self._index(change.joined)
        if before is None or after is None or before == after:
            return
        whole = change.actor == change.left
        word = self.words.get(change.left)
        living = {i for i, pi in enumerate(self._pi) if pi > 0.0} | {after}
        if whole:
            living.discard(before)
        untouched = self.p == self._pi
        self._pi = [1.0 / len(living) if i in living else 0.0 for i in range(len(self._pi))]
        if untouched:
            self.p = list(self._pi)
            return
        if not whole and (word is None or change.actor not in word.actors):
            return
        p = self.p
        if whole:
            p[after] += p[before]
            p[before] = 0.0
        else:
            p[after], p[before] = p[before], p[after]
        for known in (self.named, self.around):
            if change.left in known:
                known.add(change.joined)
                if whole:
                    known.discard(change.left)
        mine = self.words.get(change.joined)
        if word is not None and (mine is None or word.event_at >= mine.event_at):
            self.words[change.joined] = word._replace(sides=(change.joined,))
        self._note("realigned", None, change.at)
        self._cap()
        if whole:
            self._rename(change.left, change.joined)
        if self._elect(change.at):
            self.since = word

    def _rename(self, left: str, joined: str) -> None:
        """The books of a side that is another's now: who held it goes on holding it, under that name."""
        self.words.pop(left, None)
        if self.entered is not None and left in self.entered.sides:
            sides = tuple(sorted({joined if side == left else side for side in self.entered.sides}))
            self.entered = self.entered._replace(sides=sides)
        if self.vacated == left:
            self.vacated = joined
        if self.best == left:
            self.best = joined

    # -- who is best -----------------------------------------------------------------------------

    def _settle(self, one: Weighed, sides: tuple[str, ...], *, denial: bool = False) -> None:
        """Keep the books after a step: the holder, since when, on whose word."""
        spoken = bool(sides) and not denial
        if spoken:
            word = word_of(one, sides)
            self.vacated = None
            for side in sides:
                before = self.words.get(side)
                kept = before.confirmed_at if before else ()
                self.words[side] = word._replace(confirmed_at=(*kept, *word.confirmed_at)) if kept else word
            if one.evidence.predicate in DECIDES and self.entered is not None:
                self.entered = None
        if self._elect(one.evidence.event_at):
            self.since = word_of(one, sides or None)
        if spoken and self.best in sides:
            # The weakest stance a voice has spoken in does not hide a better one of another voice.
            self.voices[one.voice] = (one.stance, one.evidence.source_kind)

    def _elect(self, at: int) -> bool:
        """Whether another side is best than before, or the first."""
        if not self.named or (best := self.names[_argmax(self.p)]) == self.best:
            return False
        if self.best is not None:
            self.changed_at = at
        self.best = best
        self.voices = {}
        return True

    def _holder(self) -> tuple[str, ...]:
        return () if self.best is None else (self.best,)

    def _runner_up(self) -> tuple[str, ...]:
        rest = [(-x, name) for x, name in zip(self.p, self.names, strict=True) if name != self.best]
        return (min(rest)[1],) if rest else ()

    def _index(self, name: str) -> int | None:
        return self._indexed.get(name)

    def _indexes(self, sides: Iterable[str]) -> list[int]:
        indexed = self._indexed
        return [indexed[side] for side in sides if side in indexed]

    def _p(self, name: str) -> float:
        index = self._index(name)
        return 0.0 if index is None else self.p[index]

    def _note(
        self, name: str, one: Weighed | None, at: int, *, echo: float = 1.0, scales: bool = False
    ) -> None:
        if self.steps is not None:
            claim = one.evidence.claim if one else None
            r, standing = (one.reliability, one.stance) if one else (None, None)
            self.steps.append(Step(name, claim, at, tuple(self.p), r, standing, echo, scales))

    # -- stopping and carrying on ----------------------------------------------------------------

    def seen(self, at: int) -> "Fold":
        """The state as it is at an instant not before this one's, to be read: it takes no claim."""
        pending = self._pending < len(self._changes) and self._changes[self._pending].at <= at
        if at <= self.at and not pending:
            return self
        other = self.kept() if pending else self._like()
        other.move_to(at)
        return other

    def confidence(self, sides: Sequence[str], now: float, at: int) -> float:
        """How probable some sides will be together later, if nobody speaks and nobody joins them.

        `now`: how probable they are together.
        """
        if self.p == self._pi:
            return now
        pi = sum([self._pi[self._indexed[side]] for side in sides])
        return pi + (now - pi) * exp(-self.lam * (at - self.at) / DAY)

    def reaches(self, sides: Sequence[str], now: float, level: float) -> int:
        """About when they are as probable as that; with too little to reckon by: now."""
        pi = sum([self._pi[self._indexed[side]] for side in sides])
        left = (now - pi) / (level - pi) if level != pi else 0.0
        return self.at + round(log(left) / self.lam * DAY) if left > 0.0 and self.lam > 0.0 else self.at

    def kept(self) -> "Fold":
        """The state as it is now, to be read when this fold has gone on: it takes no claim."""
        other = self._like()
        other.p = list(self.p)
        other.named, other.around = set(self.named), set(self.around)
        other.words, other.voices = dict(self.words), dict(self.voices)
        other.origins = set(self.origins)
        return other

    def _like(self) -> "Fold":
        """A fold with the same books in it, but for those that only a claim looks up."""
        other = Fold.__new__(Fold)
        other.names, other._indexed, other.lam = self.names, self._indexed, self.lam
        other._changes, other._pending, other._pi = self._changes, self._pending, self._pi
        other.p, other.at, other.last_at = self.p, self.at, self.last_at
        other.named, other.around, other.best = self.named, self.around, self.best
        other.since, other.changed_at, other.voices = self.since, self.changed_at, self.voices
        other.words, other.vacated, other.entered = self.words, self.vacated, self.entered
        other.count, other.origins, other.steps = self.count, self.origins, None
        return other

    def dump(self) -> dict[str, Any]:
        """The state as JSON data; `load` carries on from it as if it had never stopped.

        What was said too long ago to be echoed is left out.
        """
        since = self.last_at - ECHO_WINDOW
        echoes = {voice: said for voice, said in self._echoes.items() if said[1][-1] >= since}
        contests = {said: times for said, times in self._contests.items() if times[-1] >= since}
        return {
            "lam": self.lam, "pending": self._pending, "p": list(self.p),
            "gone": [i for i, pi in enumerate(self._pi) if pi == 0.0],
            "at": self.at, "last_at": self.last_at, "named": sorted(self.named),
            "around": sorted(self.around), "best": self.best,
            "since": row_of(self.since), "changed_at": self.changed_at, "voices": dict(self.voices),
            "words": {side: row_of(word) for side, word in self.words.items()},
            "vacated": self.vacated, "entered": row_of(self.entered),
            "echoes": echoes, "contests": contests,
            "count": self.count, "origins": sorted(self.origins),
        }  # fmt: skip

    @staticmethod
    def load(state: dict[str, Any], sides: Sides, *, trace: bool = False) -> "Fold":
        """A fold as `dump` left it; `sides` must be those that it was made with.

        Traced, it begins with one step for all that came before.
        """
        fold = Fold(sides, state["lam"], trace=trace)
        fold._pending, fold.p, fold.at = state["pending"], state["p"], state["at"]
        if gone := state["gone"]:
            share = 1.0 / (len(fold.p) - len(gone))
            fold._pi = [0.0 if i in gone else share for i in range(len(fold.p))]
        fold.named, fold.around = set(state["named"]), set(state["around"])
        fold.best, fold.changed_at, fold.vacated = state["best"], state["changed_at"], state["vacated"]
        fold.since, fold.entered = word_from(state["since"]), word_from(state["entered"])
        fold.voices = {voice: (said[0], said[1]) for voice, said in state["voices"].items()}
        fold.words = {side: word for side, row in state["words"].items() if (word := word_from(row))}
        fold.last_at = state["last_at"]
        fold.count, fold.origins = state["count"], set(state["origins"])
        fold._echoes = {voice: (said[0], list(said[1])) for voice, said in state["echoes"].items()}
        fold._contests = {said: list(times) for said, times in state["contests"].items()}
        fold._note("earlier", None, fold.at)
        return fold


def fold(
    claims: Iterable[Evidence], sides: Sides, settings: Settings | None = None, *, trace: bool = False
) -> tuple[Fold, list[Weighed]]:
    """Fold a place's claims, in whatever order they come; the fold and what each claim was taken for."""
    state = Fold(sides, (settings or Settings()).lam, trace=trace)
    return state, list(state.run(sorted(claims, key=_event_at)))


def believe(
    claims: Iterable[Evidence], at: int, sides: Sides | Sequence[str], settings: Settings | None = None
) -> dict[str, float]:
    """The probability that each side controls the place at the instant `at` (us since the epoch).

    Uses the claims about times up to `at`, whatever order they come in.
    """
    declared = sides if isinstance(sides, Sides) else Sides.of(*sides)
    state, _ = fold((claim for claim in claims if claim.event_at <= at), declared, settings)
    state.move_to(at)
    return dict(zip(state.names, state.p, strict=True))


_event_at: Final = attrgetter("event_at")
_NOTHING_SAID: Final[tuple[str, Sequence[int]]] = ("", ())
_TOLD: Final = (AROUND, INSIDE, CONTEST, DENY_GAIN, DENY_LOST, LOST, FOR)
"""Of claims with the same times and reliability, the order in which such things happen at a place."""


def _order(one: Weighed) -> tuple[object, ...]:
    """By what is said as far as that goes: an id depends on what things are called, so it comes last."""
    claim = one.evidence
    told = told_order(claim.kind, claim.predicate, claim.extent, claim.sides, claim.weight)
    return claim.reported_at, one.reliability, *told, one.stance, claim.source_kind, claim.claim


def told_order(
    kind: str, predicate: str, extent: str | None, sides: tuple[str, ...], weight: float
) -> tuple[int, str, str, int, float]:
    """In which order things are told of one instant."""
    return _TOLD.index(kind) if kind in _TOLD else -1, predicate, extent or "", len(sides), weight


def _argmax(p: Sequence[float]) -> int:
    """The most probable side; equal to nine digits is a tie, and ties go to the lower id."""
    most = max(p)
    if most - sorted(p)[-2:][0] >= NEAR:
        return p.index(most)
    top = round(most, 9)
    return next(i for i, x in enumerate(p) if most - x < NEAR and round(x, 9) == top)


@lru_cache(1024)
def _said(kind: str, sides: tuple[str, ...]) -> str:
    """What a claim says, as a key in the books."""
    return f"{kind} {' '.join(sides)}"


@lru_cache(64)
def _indexed(names: tuple[str, ...]) -> dict[str, int]:
    return {name: i for i, name in enumerate(names)}
