"""Decides what a whole map believes: the folds of many places, taken across all of them at once.

What comes out are the folds of `belief`, to nine digits and more. Places that would not pay that way, or
need other books, go through `Fold` itself: the few with many more claims than all others, those where the
probabilities decide who was named, and all of them once a side has joined another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from tracker.judgement.belief import Fold
from tracker.judgement.columns import Bools, Columns, Floats, Ints
from tracker.judgement.evidence import BEGINNING, DAY, NO_TIME, Sides
from tracker.judgement.reliability import NEUTRAL
from tracker.judgement.rounds import MOST_NAMES, NOBODY, Rounds, inverse
from tracker.judgement.steps import KINDS, Telling, steps_of
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, FOR, LOST
from tracker.judgement.weighing import LATE, STANCES, weigh_all
from tracker.judgement.words import Word

STEP: Final = 15.0
"""What a round costs, in claims of the plain fold: it decides which places go through that."""


class Folds:
    """The beliefs of many places, each as `Fold` has it after the same claims.

    `lam` is the rate of unreported change of each place, a day; `until` the instant asked about, which no
    claim is later than. `books` has the places that were folded together; None: none was.
    """

    def __init__(self, given: Columns, sides: Sides, lam: Sequence[float], until: int) -> None:
        self.given, self._sides, self._lam = given, sides, lam
        self._names = _names(given, sides)
        changed = any(change.at <= until and change.left != change.joined for change in sides.changes)
        if changed or len(self._names) > MOST_NAMES or len(sides.names) < 2:
            self.books = None
        else:
            self.books = Books(given, sides, self._names, np.asarray(lam, float))
        self._plain: dict[int, tuple[Fold, dict[str, str]]] = {}

    def fold(self, place: int) -> Fold:
        """The belief about a place, by its number in the columns."""
        if self.books is None or self.books.alone[place]:
            return self._alone(place)[0]
        return self.books.fold(place)

    def stances(self, place: int, since: int) -> dict[str, str]:
        """The stances of the claims from an instant on, by claim; the neutral may be left out."""
        if self.books is None or self.books.alone[place]:
            return self._alone(place)[1]
        return self.books.stances(place, since)

    def _alone(self, place: int) -> tuple[Fold, dict[str, str]]:
        if place not in self._plain:
            first, end = np.searchsorted(self.given.place, [place, place + 1]).tolist()
            state = Fold(self._sides, float(self._lam[place]))
            taken = state.run(self.given.evidence(row) for row in range(first, end))
            self._plain[place] = state, {one.evidence.claim: one.stance for one in taken}
        return self._plain[place]


def _names(given: Columns, sides: Sides) -> tuple[str, ...]:
    """All names in use, those declared as sides first."""
    told = (name for one in given.tolds for name in (*one.sides, *one.against))
    leans = (one.lean for one in given.tellers if one.lean is not None)
    return (*sides.names, *sorted({*told, *leans} - set(sides.names)))


class Books:
    """What is known of each place after its last step, read back into folds."""

    def __init__(self, given: Columns, sides: Sides, names: tuple[str, ...], lam: Floats) -> None:
        self._given, self._sides, self._names, self._lam = given, sides, names, lam
        width, count, places = len(names), len(sides.names), len(given.places)
        self._weighing = weighing = weigh_all(given, names, count)
        self._telling = telling = Telling(given, names, count)
        steps = steps_of(weighing, telling, count, width)
        self.alone = _better_alone(steps.place, places)
        if self.alone.any():
            steps = steps.only(np.flatnonzero(~self.alone[steps.place]))
        self._steps = steps
        rounds = Rounds(steps, weighing.named, count, width, lam)
        rounds.go()
        self.alone[rounds.ranked[rounds.strange]] = True
        column, whence = inverse(rounds.ranked), np.append(inverse(rounds.where), -1)
        best, since = rounds.best[column], whence[rounds.since[column]]
        self.p, self.at = self._by_now(rounds.p[:count, column])
        self.best, self._from, self._to = best, since, whence[rounds.changed[column]]
        self._acted, self._target = rounds.acted[rounds.where], rounds.target[rounds.where]
        self._opened = False

    def _open(self) -> None:
        """Read the books of all places, which takes longer than to fold them."""
        given, weighing, width = self._given, self._weighing, len(self._names)
        self._p, self._at, self._best = self.p.tolist(), self.at.tolist(), self.best.tolist()
        self._since, self._changed = self._from.tolist(), self._to.tolist()
        self._rows = np.searchsorted(given.place, np.arange(len(given.places) + 1)).tolist()
        self._named, self._around = (_masks(first, width) for first in (weighing.named, weighing.around))
        self._record(self._acted, self._target, self.best, self._from)
        self._opened = True

    def _by_now(self, p: Floats) -> tuple[Floats, Ints]:
        """The shares at the last claim that could move them, whether it did or not, and when that was."""
        weighing, places = self._weighing, len(self._given.places)
        moving = np.flatnonzero(self._telling.moving[weighing.told])
        at = np.full(places, BEGINNING)
        at[weighing.place[moving]] = weighing.event_at[moving]  # of several, the last stays
        since = at.copy()
        since[self._steps.place] = self._steps.event_at
        pi = 1.0 / len(self._sides.names)
        keep = np.exp(-self._lam * (at - since).astype(float) / DAY)
        return ((p - pi) * keep + pi).T, at

    def _record(self, acted: Bools, target: Ints, best: Ints, since: Ints) -> None:
        """Who was heard, in which step, of what is remembered."""
        steps, places, telling = self._steps, len(self._given.places), self._telling
        told = self._weighing.told[steps.position]
        kind, nobody = telling.kind[told], telling.sides[told] == 0
        spoken = acted & (kind == KINDS.index(FOR))
        # A word's sides are those that were meant where it named none, or spoke against somebody.
        meant = np.where(target >= 0, np.left_shift(1, np.maximum(target, 0)), steps.to)
        named = np.where(nobody, meant, telling.sides[told])
        meant = np.where((kind == KINDS.index(DENY_GAIN)) | (spoken & nobody), meant, 0)

        def last(some: Bools) -> Ints:
            found = np.full(places, -1)
            found[steps.place[some]] = np.flatnonzero(some)
            return found

        left = last(acted & (kind == KINDS.index(LOST)))
        entered = last(acted & (kind >= KINDS.index(CONTEST)))
        entered = np.where(entered > last(spoken & telling.decides[told]), entered, -1)
        self._left, self._entered = np.where(left > last(spoken), left, -1).tolist(), entered.tolist()
        words = np.full((places, len(self._names)), -1)
        for name in range(len(self._names)):
            rows = np.flatnonzero(spoken & ((named >> name) & 1 == 1))
            words[steps.place[rows], name] = rows
        self._last = words.tolist()
        self._words = self._all_words(np.concatenate([words.ravel(), since, entered]), meant)
        self._confirmed = self._confirmations(spoken, named)
        rows = np.flatnonzero(spoken & ((named >> best[steps.place]) & 1 == 1))
        self._hear(rows[rows >= since[steps.place[rows]]])

    def _all_words(self, steps: Ints, meant: Ints) -> dict[int, Word]:
        """The words that some steps' claims are, for those that they were taken to speak for."""
        given, weighing, names = self._given, self._weighing, self._names
        wanted = np.unique(steps[steps >= 0])
        position = self._steps.position[wanted]
        row = weighing.row[position]
        columns = (wanted, row, given.told[row], given.earliest[row], given.event_at[row],
                   given.reported_at[row], weighing.voice[position], meant[wanted])  # fmt: skip
        actors = [told.actors for told in given.tolds]
        found = {}
        for step, at, said, earliest, event_at, reported_at, voice, whom in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            told = given.tolds[said]
            found[step] = Word(
                given.claims[at], (names[whom.bit_length() - 1],) if whom else told.sides, actors[said],
                told.predicate, None if earliest == NO_TIME else earliest, event_at, reported_at,
                weighing.voices[voice], given.confirmed.get(at, ()),
            )  # fmt: skip
        return found

    def _confirmations(self, spoken: Bools, named: Ints) -> dict[tuple[int, int], tuple[int, ...]]:
        """When what was said of each side was confirmed, by place and name."""
        found: dict[tuple[int, int], tuple[int, ...]] = {}
        rows = np.array(sorted(self._given.confirmed), np.int64)
        positions = inverse(self._weighing.row)[rows]
        for step in np.flatnonzero(np.isin(self._steps.position, positions) & spoken).tolist():
            row = int(self._weighing.row[self._steps.position[step]])
            for name in range(len(self._names)):
                if int(named[step]) >> name & 1:
                    key = int(self._steps.place[step]), name
                    found[key] = (*found.get(key, ()), *self._given.confirmed[row])
        return found

    def _hear(self, steps: Ints) -> None:
        """Keep the last word of each voice that has spoken for the best side since it is that."""
        weighing, place = self._weighing, self._steps.place[steps]
        voice = weighing.voice[self._steps.position[steps]]
        last = np.unique((place * len(weighing.voices) + voice)[::-1], return_index=True)[1]
        heard = np.sort(len(steps) - 1 - last)
        position = self._steps.position[steps[heard]]
        teller = self._given.teller[weighing.row[position]]
        self._voices = list(
            zip(voice[heard].tolist(), weighing.stance[position].tolist(), teller.tolist(), strict=True)
        )
        bounds = np.searchsorted(place[heard], np.arange(len(self._given.places) + 1))
        self._heard: list[int] = bounds.tolist()

    def fold(self, place: int) -> Fold:
        """The belief about a place, for whoever asks it something: what may be echoed is not kept."""
        if not self._opened:
            self._open()
        given, fold = self._given, Fold(self._sides, float(self._lam[place]))
        first, end = self._rows[place], self._rows[place + 1]
        fold.p, fold.at = self._p[place], self._at[place]
        fold.named, fold.around = self._some(self._named[place]), self._some(self._around[place])
        fold.count = end - first
        fold.last_at = int(given.event_at[end - 1]) if end > first else BEGINNING
        fold.origins = {given.tellers[teller].origin for teller in set(given.teller[first:end].tolist())}
        if self._best[place] != NOBODY:
            fold.best, fold.since = self._names[self._best[place]], self._words[self._since[place]]
        if self._changed[place] >= 0:
            fold.changed_at = int(self._steps.event_at[self._changed[place]])
        if self._left[place] >= 0:
            position = self._steps.position[self._left[place]]
            fold.vacated = given.tolds[self._weighing.told[position]].sides[0]
        fold.entered = self._words.get(self._entered[place])
        for name, step in enumerate(self._last[place]):
            if step >= 0:
                kept = self._confirmed.get((place, name))
                word = self._words[step]
                fold.words[self._names[name]] = word._replace(confirmed_at=kept) if kept else word
        for voice, stance, teller in self._voices[self._heard[place] : self._heard[place + 1]]:
            said = STANCES[stance], given.tellers[teller].source_kind
            fold.voices[self._weighing.voices[voice]] = said
        return fold

    def _some(self, mask: int) -> set[str]:
        return {name for number, name in enumerate(self._names) if mask >> number & 1}

    def stances(self, place: int, since: int) -> dict[str, str]:
        """The stances of a place's claims from an instant on but for the neutral, by claim."""
        weighing = self._weighing
        first, end = np.searchsorted(self._given.place, [place, place + 1]).tolist()
        first += int(np.searchsorted(weighing.event_at[first:end], since))
        told = zip(weighing.row[first:end].tolist(), weighing.stance[first:end].tolist(), strict=True)
        return {self._given.claims[row]: STANCES[said] for row, said in told if STANCES[said] != NEUTRAL}


def _masks(first: Ints, width: int) -> list[int]:
    """Which names are in a book of first positions at the end, for each place."""
    found: list[int] = ((first != LATE).reshape(-1, width) @ np.left_shift(1, np.arange(width))).tolist()
    return found


def _better_alone(place: Ints, places: int) -> Bools:
    """The places with so many more steps than others that the rounds of them alone cost more than `Fold`."""
    each = np.bincount(place, minlength=places)
    ranked = np.argsort(-each, kind="stable")
    rounds = np.append(each[ranked], 0)
    alone = np.zeros(places, bool)
    costs = np.cumsum(np.append(0, each[ranked])) + STEP * rounds
    alone[ranked[: int(np.argmin(costs))]] = True
    return alone
