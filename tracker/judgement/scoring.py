"""Decides how good a series of answers was, once it is known what was so.

An `Answer` says who holds a place at an instant, with what probability; an `Outcome` says who held it
from an instant on. Times are microseconds since the epoch; delays are told in days.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from math import log
from operator import attrgetter
from typing import Final, NamedTuple

from tracker.judgement.evidence import DAY

CLIP: Final = 1e-3
"""No answer is taken for surer than this when its logarithm is asked for: one mistake would cost infinity."""
BINS: Final = 10
EVEN: Final = 1e-9
"""Actors whose probabilities differ by less are equally probable."""
YEAR: Final = 365.25 * DAY


class Answer(NamedTuple):
    """What was answered about a place at an instant: a probability by actor, and who was named."""

    place: str
    at: int
    probabilities: Mapping[str, float]
    controller: str | None
    """None: nobody was named."""


class Outcome(NamedTuple):
    """From `at` on, until the place's next outcome, `controller` held it; None: nobody can say who."""

    place: str
    at: int
    controller: str | None


class Judged(NamedTuple):
    """An answer beside the actor that really held the place."""

    answer: Answer
    truth: str


class Bin(NamedTuple):
    """Answers whose confidence lies in [low, high): how sure they were on average, how often right."""

    low: float
    high: float
    answers: int
    confidence: float
    right: float


class Calibration(NamedTuple):
    """The bins, and the expected calibration error: their gaps weighed by their answers.

    Of the most probable actor (Naeini, Cooper, Hauskrecht 2015). 0 is perfect; `ece` of nothing is 0.
    `undecided` answers have no most probable actor, such as where nothing is claimed; they are in no bin.
    """

    bins: tuple[Bin, ...]
    ece: float
    undecided: int = 0


class Detection(NamedTuple):
    """How long true changes took to be answered.

    `days` has one delay for each change that was named while it lasted, in order. `missed` were
    over before anybody named them; `waiting` were still unnamed at the last answer, so their delays
    are censored: only known to be longer than was watched.
    """

    days: tuple[float, ...]
    missed: int = 0
    waiting: int = 0

    @property
    def changes(self) -> int:
        """All true changes that there were answers about."""
        return len(self.days) + self.missed + self.waiting

    @property
    def detected(self) -> float | None:
        """The share of changes that were named in time."""
        return len(self.days) / self.changes if self.changes else None

    @property
    def mean(self) -> float | None:
        """Mean days of those detected; a rule that detects only the easy ones looks quick."""
        return sum(self.days) / len(self.days) if self.days else None

    @property
    def median(self) -> float | None:
        """Days within which half of *all* changes were named; None if fewer than half ever were."""
        half = (self.changes + 1) // 2
        return sorted(self.days)[half - 1] if half and half <= len(self.days) else None


class Flips(NamedTuple):
    """Changes of who was named: all of them, those that no true change explains, and years watched."""

    changes: int
    false: int
    place_years: float

    @property
    def false_a_year(self) -> float:
        """False flips in a year at a place; 0 if nothing was watched."""
        return self.false / self.place_years if self.place_years else 0.0


class Scores(NamedTuple):
    """All scores of a series of answers; `answers` were judged, the share `named` named somebody."""

    answers: int
    named: float
    accuracy: float
    brier: float
    log_loss: float
    calibration: Calibration
    detection: Detection
    flips: Flips


def score(answers: Sequence[Answer], outcomes: Iterable[Outcome]) -> Scores:
    """Score answers against outcomes; of nothing to judge every mean is 0."""
    known = Outcomes(outcomes)
    judged = list(known.judge(answers))
    return Scores(
        answers=len(judged),
        named=_mean([one.answer.controller is not None for one in judged]),
        accuracy=accuracy(judged),
        brier=brier(judged),
        log_loss=log_loss(judged),
        calibration=calibration(judged),
        detection=detection(answers, known),
        flips=flips(answers, known),
    )


def together(scores: Sequence[Scores]) -> Scores:
    """The scores of several series as one: means weighed by their answers, the rest added up."""
    answers = sum(one.answers for one in scores)

    def mean(of: str) -> float:
        return sum(getattr(one, of) * one.answers for one in scores) / answers if answers else 0.0

    days = tuple(day for one in scores for day in one.detection.days)
    return Scores(
        answers=answers,
        named=mean("named"),
        accuracy=mean("accuracy"),
        brier=mean("brier"),
        log_loss=mean("log_loss"),
        calibration=pooled(one.calibration for one in scores),
        detection=Detection(
            days,
            sum(one.detection.missed for one in scores),
            sum(one.detection.waiting for one in scores),
        ),
        flips=Flips(
            sum(one.flips.changes for one in scores),
            sum(one.flips.false for one in scores),
            sum(one.flips.place_years for one in scores),
        ),
    )


class Outcomes:
    """What was so, place by place, to be asked for any instant. Outcomes that repeat the last are one."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self._of: dict[str, list[Outcome]] = {}
        for one in sorted(outcomes, key=attrgetter("place", "at")):
            told = self._of.setdefault(one.place, [])
            if not told or told[-1].controller != one.controller:
                told.append(one)
        self._times = {place: [one.at for one in told] for place, told in self._of.items()}

    def spell(self, place: str, at: int) -> Outcome | None:
        """The outcome in force at the instant, if any is known by then."""
        position = bisect_right(self._times.get(place, ()), at)
        return self._of[place][position - 1] if position else None

    def judge(self, answers: Iterable[Answer]) -> Iterator[Judged]:
        """Each answer about a time at which it is known who held the place."""
        for answer in answers:
            spell = self.spell(answer.place, answer.at)
            if spell is not None and spell.controller is not None:
                yield Judged(answer, spell.controller)

    def changes(self, place: str) -> Iterator[tuple[Outcome, int | None]]:
        """Each outcome that gave the place to another than the last known, and when that was over."""
        told = self._of.get(place, [])
        holder: str | None = None
        for one, after in zip_longest(told, told[1:]):
            if one.controller is None:
                continue
            if holder is not None and holder != one.controller:
                yield one, None if after is None else after.at
            holder = one.controller


def accuracy(judged: Sequence[Judged]) -> float:
    """Share of answers that named the actor that held the place; naming nobody is not right."""
    return _mean([one.answer.controller == one.truth for one in judged])


def brier(judged: Sequence[Judged]) -> float:
    """Mean over answers of the sum over actors of (p - outcome) squared, in [0, 2] (Brier 1950).

    Between two sides this is twice `brier_of` either of them.
    """
    return _mean([_squared(one) for one in judged])


def _squared(one: Judged) -> float:
    others = sum(p * p for actor, p in one.answer.probabilities.items() if actor != one.truth)
    return others + (1.0 - one.answer.probabilities.get(one.truth, 0.0)) ** 2


def brier_of(side: str, judged: Sequence[Judged], clip: float = 0.0) -> float:
    """Mean of (P(side) - whether it held the place) squared, in [0, 1]; P is kept in [clip, 1 - clip]."""
    return _mean(
        [
            (min(1.0 - clip, max(clip, one.answer.probabilities.get(side, 0.0))) - (one.truth == side)) ** 2
            for one in judged
        ]
    )


def log_loss(judged: Sequence[Judged], clip: float = CLIP) -> float:
    """Mean of -ln P(truth), in nats, with P at least `clip`."""
    return _mean([-log(max(clip, one.answer.probabilities.get(one.truth, 0.0))) for one in judged])


def calibration(judged: Iterable[Judged], bins: int = BINS) -> Calibration:
    """How often the most probable actor was right, by how probable it was said to be; ties are left out."""
    told = [_top(one) for one in judged]
    decided = [one for one in told if one is not None]
    return calibrate(decided, bins)._replace(undecided=len(told) - len(decided))


def _top(one: Judged) -> tuple[float, bool] | None:
    """How probable the most probable actor is, and whether it was so; None: several are equally probable."""
    top = max(one.answer.probabilities.values(), default=0.0)
    first = [actor for actor, p in one.answer.probabilities.items() if top - p < EVEN]
    return (top, first[0] == one.truth) if len(first) == 1 else None


def calibrate(told: Iterable[tuple[float, bool]], bins: int = BINS) -> Calibration:
    """Any probabilities beside whether the thing was so, in bins of equal width; empty bins are left out."""
    counts = [0] * bins
    confidence, right = [0.0] * bins, [0] * bins
    for p, so in told:
        i = min(bins - 1, max(0, int(p * bins)))
        counts[i] += 1
        confidence[i] += p
        right[i] += so
    return _calibration(
        Bin(i / bins, (i + 1) / bins, n, confidence[i] / n, right[i] / n) for i, n in enumerate(counts) if n
    )


def pooled(calibrations: Iterable[Calibration]) -> Calibration:
    """The calibration of several series together; their bins must have the same edges."""
    found = list(calibrations)
    every = sorted((one for of in found for one in of.bins), key=attrgetter("low"))
    pooled_ = _calibration(_one_bin(list(group)) for _, group in groupby(every, key=attrgetter("low")))
    return pooled_._replace(undecided=sum(of.undecided for of in found))


def _one_bin(same: Sequence[Bin]) -> Bin:
    n = sum(one.answers for one in same)
    confidence = sum(one.confidence * one.answers for one in same) / n
    right = sum(one.right * one.answers for one in same) / n
    return Bin(same[0].low, same[0].high, n, confidence, right)


def _calibration(bins: Iterable[Bin]) -> Calibration:
    told = tuple(bins)
    total = sum(one.answers for one in told)
    gaps = sum(one.answers * abs(one.confidence - one.right) for one in told)
    return Calibration(told, gaps / total if total else 0.0)


def detection(answers: Iterable[Answer], outcomes: Outcomes) -> Detection:
    """Days from each true change until an answer first names the new controller, while that still holds.

    No finer than the answers are spaced. Changes before a place's first answer or after its last are
    not counted: nobody was asked.
    """
    days: list[float] = []
    missed = waiting = 0
    for place, told in _series(answers).items():
        for change, over in outcomes.changes(place):
            if not told[0].at <= change.at <= told[-1].at:
                continue
            named = _first_named(told, change, over)
            if named is not None:
                days.append((named - change.at) / DAY)
            elif over is None or over > told[-1].at:
                waiting += 1
            else:
                missed += 1
    return Detection(tuple(days), missed, waiting)


def _first_named(told: Sequence[Answer], change: Outcome, over: int | None) -> int | None:
    for answer in told:
        if answer.at >= change.at and answer.controller == change.controller:
            return answer.at if over is None or answer.at < over else None
    return None


def flips(answers: Iterable[Answer], outcomes: Outcomes) -> Flips:
    """Changes of who is named, and how many of them no true change explains.

    A change is explained if it names who really holds the place and is the first to do so since
    that actor took it: wavering back to what was right before counts as well. Naming nobody for a
    while is no change; changes while it is unknown who holds the place are not judged.
    """
    changes = false = 0
    watched = 0
    for place, told in _series(answers).items():
        watched += told[-1].at - told[0].at
        named: str | None = None
        right: Outcome | None = None
        for answer in told:
            if answer.controller is None:
                continue
            spell = outcomes.spell(place, answer.at)
            known = spell is not None and spell.controller is not None
            so = known and spell is not None and spell.controller == answer.controller
            if named is not None and answer.controller != named and known:
                changes += 1
                false += not so or right is spell
            if so:
                right = spell
            named = answer.controller
    return Flips(changes, false, watched / YEAR)


def _series(answers: Iterable[Answer]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.place, []).append(answer)
    for told in found.values():
        told.sort(key=attrgetter("at"))
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
