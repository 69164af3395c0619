"""Decides how the belief does in simulated wars, beside simpler rules, and whether it clears its bars.

    python -m benchmarks.judgement.wars [--seeds tuning|test] [--jobs N] [--plots DIR]

Five regimes, five test seeds each: what could be answered at the end of each day is scored against
what was so. Brier scores are summed over the sides; `half` of it is, of two sides, that of one of them.

The belief that is held to the bars is used as its documentation says: with records, guard and front, and
with the tempo of a live feed where a map covers the war. Below it stand the fold alone and each part.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.judgement.causes import Causes, causes
from benchmarks.judgement.consensus import WINDOWS, available, dawid_skene
from benchmarks.judgement.rivals import (
    HALF_LIFE,
    LIVE_FEED,
    Rule,
    belief,
    last_claim,
    latest_per_source,
    vote,
)
from benchmarks.judgement.simulator import REGIMES, TEST, TUNING, Regime, War, knowledge, war
from benchmarks.judgement.surroundings import ALL, ALONE_AND_TOGETHER, Around, Known, near, surrounded
from benchmarks.judgement.trial import Answers, Result, answered, filled, hindsight, pooled, result
from tracker.judgement.belief import NEWS_ONLY, Settings
from tracker.judgement.evidence import Sides

Policy = Callable[[War, Known], Answers]
Tempo = Callable[[Regime], float]


def sides_of(war: War) -> Sides:
    """The parties of a war; none ever joins another."""
    return Sides.of(*war.sides)


def each_place(rule: Rule) -> Policy:
    """A rule that looks at one place at a time."""

    def policy(war: War, known: Known) -> Answers:
        return answered(known, sides_of(war), rule)

    return policy


def crowd(window: int) -> Policy:
    """Dawid and Skene's model."""

    def policy(war: War, known: Known) -> Answers:
        return dawid_skene(known, sides_of(war), window)

    return policy


def tempo(regime: Regime) -> float:
    """What somebody who keeps a tracker would set: a war that a map covers has a live feed."""
    return LIVE_FEED if regime.habits.map_sees else NEWS_ONLY


def default(regime: Regime) -> float:
    """The tempo of a tracker in which nothing was set."""
    return NEWS_ONLY


def live(regime: Regime) -> float:
    """As if a live feed covered every war."""
    return LIVE_FEED


def tracked(around: Around, lam: Tempo) -> Policy:
    """The fold, with what is used around it."""

    def policy(war: War, known: Known) -> Answers:
        rate = lam(war.regime)
        used = around._replace(live=Settings(rate).live)
        close = near({town.id: (town.x, town.y) for town in war.towns})
        return surrounded(known, sides_of(war), belief(rate), used, close)

    return policy


BELIEF: Final = "belief"
ALONE: Final = "fold alone"
LAST, MAJORITY = "last claim wins", "majority"
RULES: Final[tuple[tuple[str, Policy], ...]] = (
    (BELIEF, tracked(ALL, tempo)),
    (ALONE, tracked(Around(), tempo)),
    (LAST, each_place(last_claim)),
    ("latest per source", each_place(latest_per_source)),
    (MAJORITY, each_place(vote())),
    (f"vote, half-life {HALF_LIFE:.0f} d", each_place(vote(HALF_LIFE))),
    *((f"Dawid-Skene, {days} days", crowd(days)) for days in WINDOWS if available()),
)
"""The first is held to the bars. These are drawn, and asked about neighbours too."""
VARIANTS: Final[tuple[tuple[str, Policy], ...]] = (
    ("belief, default tempo", tracked(ALL, default)),
    ("fold alone, default tempo", tracked(Around(), default)),
    ("fold alone, live feed's", tracked(Around(), live)),
    *((f"fold + {around.name}", tracked(around, tempo)) for around in ALONE_AND_TOGETHER[:-1]),
)
"""The belief at another tempo, and what each thing around the fold does."""
FILLED: Final = " + neighbours"
ASKED_AFTERWARDS: Final = (BELIEF, ALONE, LAST, MAJORITY)


class Bar(NamedTuple):
    """What a figure may be at most, and how it is read off a result."""

    name: str
    most: float
    read: Callable[[Result], float]


BARS: Final = (
    Bar("Brier", 0.11, lambda one: one.scores.brier),
    Bar("Brier near events", 0.29, lambda one: one.near),
    Bar("half the Brier", 0.11, lambda one: one.scores.brier / 2),
    Bar("half the Brier near events", 0.29, lambda one: one.near / 2),
    Bar("false flips a place-year", 0.55, lambda one: one.scores.flips.false_a_year),
    Bar("ECE", 0.04, lambda one: one.scores.calibration.ece),
)
"""Brier scores in both readings: summed over the sides, and of one of two."""
BETTER: Final = 0.8
"""At most this much of what the last claim and the majority have."""


class Trial(NamedTuple):
    """The wars of one regime, with what is known in each, and what every policy answered."""

    regime: Regime
    wars: list[War]
    known: list[Known]
    answers: dict[str, list[Answers]]
    results: dict[str, Result]
    afterwards: dict[str, Result]
    """The same questions asked when the war is over: all claims about times up to then, whenever made."""


def trial(regime: Regime, seeds: Sequence[int]) -> Trial:
    """Every policy in the wars of a regime, and with its neighbours' answer where a place has no claim."""
    wars = [war(regime, seed) for seed in seeds]
    known: list[Known] = [knowledge(one) for one in wars]
    answers: dict[str, list[Answers]] = {}
    afterwards: dict[str, Result] = {}
    for name, policy in (*RULES, *VARIANTS):
        answers[name] = [policy(one, told) for one, told in zip(wars, known, strict=True)]
        if (name, policy) in RULES:
            answers[name + FILLED] = [
                filled(given, one.towns) for one, given in zip(wars, answers[name], strict=True)
            ]
        if name in ASKED_AFTERWARDS:
            told_later = [policy(one, hindsight(told)) for one, told in zip(wars, known, strict=True)]
            afterwards[name] = result(wars, told_later)
    results = {name: result(wars, given) for name, given in answers.items()}
    return Trial(regime, wars, known, answers, results, afterwards)


COLUMNS: Final = ("Brier", "half", "near", "half", "flips", "ECE", "delay", "found", "right")
HEADING: Final = f"{'':34}{''.join(f'{name:>8}' for name in COLUMNS)}"


def line(name: str, one: Result) -> str:
    """A row of the table: `delay` in days, of the changes found; `flips` are false ones a place-year."""
    scores = one.scores
    delay = "-" if scores.detection.mean is None else f"{scores.detection.mean:.1f}"
    return (
        f"{name:34}{scores.brier:8.4f}{scores.brier / 2:8.4f}{one.near:8.4f}{one.near / 2:8.4f}"
        f"{scores.flips.false_a_year:8.2f}{scores.calibration.ece:8.4f}{delay:>8}"
        f"{scores.detection.detected or 0:8.3f}{scores.accuracy:8.4f}"
    )


def table(title: str, results: Mapping[str, Result], say: Callable[[str], None]) -> None:
    """All policies of a regime, or of all of them."""
    first = next(iter(results.values()))
    say(f"\n{title}: {first.scores.answers:,} place-days, {first.near_days:,} near, "
        f"{first.scores.detection.changes} changes")  # fmt: skip
    say(HEADING)
    for name, one in results.items():
        say(line(name, one))


def overall(trials: Sequence[Trial]) -> dict[str, Result]:
    """Every policy over all regimes."""
    return {name: pooled([one.results[name] for one in trials]) for name in trials[0].results}


def judge(results: Mapping[str, Result], say: Callable[[str], None]) -> bool:
    """Each bar, in figures and against the two simplest rules; whether all of them are cleared."""
    kept = True
    say(f"\n{'bars':28}{'belief':>8}{'at most':>9}         {'of the last claim':>18}{'of the majority':>18}")
    for bar in BARS:
        mine, last, most = (bar.read(results[name]) for name in (BELIEF, LAST, MAJORITY))
        told = [_verdict(mine <= bar.most), *(_ratio(mine, other) for other in (last, most))]
        kept = kept and mine <= bar.most and mine <= BETTER * last and mine <= BETTER * most
        say(f"{bar.name:28}{mine:8.3f}{bar.most:9.2f} {told[0]:8}{told[1]:>18}{told[2]:>18}")
    return kept


def _verdict(kept: bool) -> str:
    return "ok" if kept else "MISSED"


def _ratio(mine: float, other: float) -> str:
    return f"{mine / other:.2f} {_verdict(mine <= BETTER * other)}" if other else "- MISSED"


def why(trials: Sequence[Trial], say: Callable[[str], None]) -> None:
    """Where the Brier score comes from: what kind of day it was for the place."""
    say(f"\nBrier score by cause    {''.join(f'{name:>16}' for name in Causes._fields)}")
    for one in trials:
        for name in (BELIEF, LAST):
            found = causes(one.wars, one.known, one.answers[name])
            say(f"{one.regime.name:18}{name[:6]:6}{''.join(f'{part:16.4f}' for part in found)}")


def main(arguments: Sequence[str] | None = None) -> int:
    """0: every bar is cleared; 1: one is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement.wars", description=__doc__)
    parser.add_argument("--seeds", choices=("tuning", "test"), default="test")
    parser.add_argument("--jobs", type=int, default=2, help="regimes at a time")
    parser.add_argument("--plots", type=Path, help="folder to draw the pictures in")
    asked = parser.parse_args(arguments)
    seeds = TUNING if asked.seeds == "tuning" else TEST
    print(f"{asked.seeds} seeds {', '.join(map(str, seeds))}")
    if not available():
        print("Dawid-Skene is left out: crowd-kit is not installed (make bench installs it)")
    trials = []
    with ProcessPoolExecutor(asked.jobs) as pool:
        for one in pool.map(trial, REGIMES, [seeds] * len(REGIMES)):
            trials.append(one)
            table(one.regime.name, one.results, print)
    results = overall(trials)
    table("all regimes", results, print)
    why(trials, print)
    kept = judge(results, print)
    last = {name: pooled([one.afterwards[name] for one in trials]) for name in ASKED_AFTERWARDS}
    table("all regimes, asked when all is known", last, print)
    if asked.plots:
        from benchmarks.judgement.pictures import draw

        for file in draw(asked.plots, trials, results, [name for name, _ in RULES]):
            print(f"drawn: {file}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
