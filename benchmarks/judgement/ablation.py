"""Decides what each part of the belief is worth: all of it, and all but one part, in turn.

    python -m benchmarks.judgement.ablation [--data DIR] [--seeds tuning test] [--parts NAME ...]

A part is switched off from outside, by another constant or by leaving claims out: the model has no
flags. Above zero the model is worse without the part, so the part pays. What is done around the fold
(learning, guard, front) is not part of the whole it is measured with: there the figure is what the fold
alone is worse, or better, than the fold with it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from benchmarks.judgement import ukraine, windows
from benchmarks.judgement.rivals import LIVE_FEED, Rule, Shares
from benchmarks.judgement.rivals import belief as whole
from benchmarks.judgement.simulator import REGIMES, TEST, TUNING, Knowledge, War, knowledge, war
from benchmarks.judgement.surroundings import ALONE_AND_TOGETHER, Around, near, surrounded
from benchmarks.judgement.trial import result
from tracker.judgement import belief, reliability
from tracker.judgement.belief import NEWS_ONLY, Fold
from tracker.judgement.evidence import Evidence, Sides
from tracker.judgement.reliability import AGAINST_INTEREST, NEUTRAL, ROWS, Weighed
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, DENY_LOST, INSIDE, LOST

Said = Sequence[Evidence]


class Part(NamedTuple):
    """What is done to switch a part off: constants replaced, claims changed, no decay."""

    name: str
    instead: tuple[tuple[Any, str, object], ...] = ()
    said: Callable[[Said], Said] = lambda claims: claims
    decays: bool = True
    around: Around = Around()
    """What is added to the fold, if that is what is measured."""


def _without(*kinds: str) -> Callable[[Said], Said]:
    return lambda claims: [claim for claim in claims if claim.kind not in kinds]


def _unsure(claims: Said) -> Said:
    return [claim._replace(confidence=None) for claim in claims]


def _own_voice(evidence: Evidence, standing: str) -> str:
    """Every origin for itself, whomever it speaks for."""
    return evidence.origin


def _always_neutral(evidence: Evidence, holders: object, around: object) -> str:
    return NEUTRAL


_named = Fold._claim_for


def _first_like_any(
    fold: Fold, one: Weighed, sides: tuple[str, ...], g: float, *, denial: bool = False
) -> None:
    """The first claim moves the odds of a side as any other does, however many sides there are."""
    kept, first = fold._pi, not fold.named
    if first and len(sides) == 1:
        fold._pi = [0.5 for _ in kept]
    _named(fold, one, sides, g, denial=denial)
    if first:
        fold._pi = kept


_NEUTRAL_ROWS: Final = {
    said: {**stances, AGAINST_INTEREST: stances[NEUTRAL]} for said, stances in ROWS.items()
}

PARTS: Final = (
    Part("nothing"),
    Part("decay", decays=False),
    Part("doubt", ((belief, "DOUBT", 0.0),)),
    Part("echo discount", ((belief, "ECHO", 1.0),)),
    Part("one voice a side", ((reliability, "voice", _own_voice),)),
    Part("against interest", ((reliability, "ROWS", _NEUTRAL_ROWS),)),
    Part("stance", ((reliability, "stance", _always_neutral),)),
    Part("cap", ((belief, "CAP", 1.0 - 1e-9),)),
    Part("first naming", ((Fold, "_claim_for", _first_like_any),)),
    Part("lost", said=_without(LOST)),
    Part("denial", said=_without(DENY_GAIN, DENY_LOST)),
    Part("contest and entered", said=_without(CONTEST, INSIDE)),
    Part("contest", said=_without(CONTEST)),
    Part("entered", said=_without(INSIDE)),
    Part("kinds' upper bounds", ((reliability, "UPPER_BOUNDS", {}),)),
    Part("stated confidence", said=_unsure),
)
"""The first is the whole model."""
BESIDE: Final = tuple(Part(one.name, around=one) for one in ALONE_AND_TOGETHER)
"""What is done around the fold."""


@contextmanager
def off(part: Part) -> Iterator[None]:
    """The model without a part, as long as this lasts."""
    with ExitStack() as stack:
        for where, name, value in part.instead:
            stack.enter_context(patch.object(where, name, value))
        reliability._trusted.cache_clear()  # it remembers what the constants gave
        try:
            yield
        finally:
            reliability._trusted.cache_clear()


def rule(part: Part, lam: float) -> Rule:
    """The belief, to be asked while the part is `off`."""
    fold = whole(lam if part.decays else 0.0)

    def without(claims: Said, days: Sequence[int], sides: Sides) -> list[Shares]:
        return fold(part.said(claims), days, sides)

    return without


class Figures(NamedTuple):
    """What one model reached somewhere: Brier, near events, and false flips a place-year if counted."""

    brier: float
    near: float
    flips: float | None = None

    def less(self, other: Figures) -> Figures:
        """The difference to another model's."""
        flips = None if self.flips is None or other.flips is None else self.flips - other.flips
        return Figures(self.brier - other.brier, self.near - other.near, flips)


Ground = tuple[str, Callable[[Part], Figures]]


def simulated(name: str, seeds: Sequence[int]) -> Ground:
    """All regimes with some seeds; default settings, as known at the end of each day."""
    wars: list[War] = [war(regime, seed) for regime in REGIMES for seed in seeds]
    known: list[Mapping[str, Sequence[Knowledge]]] = [knowledge(one) for one in wars]
    fronts = [near({town.id: (town.x, town.y) for town in one.towns}) for one in wars]

    def figures(part: Part) -> Figures:
        with off(part):
            asked = rule(part, NEWS_ONLY)
            given = [
                surrounded(told, Sides.of(*one.sides), asked, part.around, close)
                for one, told, close in zip(wars, known, fronts, strict=True)
            ]
        reached = result(wars, given)
        return Figures(reached.scores.brier, reached.near, reached.scores.flips.false_a_year)

    return name, figures


def held_out(trial: ukraine.Trial, folder: Path) -> Ground:
    """A window of 2022, at the rate for places that a live feed covers."""
    window = windows.read(folder, trial.held_out, trial.first, trial.last)

    def figures(part: Part) -> Figures:
        with off(part):
            asked = rule(part, LIVE_FEED)
            beside = part.around != Around()
            reached = ukraine.surroundings(window, part.around) if beside else ukraine.score(window, asked)
        return Figures(reached.overall, reached.near)

    return f"{trial.name} held out", figures


def report(grounds: Sequence[Ground], parts: Sequence[Part], say: Callable[[str], None]) -> None:
    """The whole model's figures, then what each part's absence costs; negative: better without it."""
    say(f"{'':34}{''.join(f'{name:>28}' for name, _ in grounds)}")
    say(f"{'':34}{''.join(f'{columns:>28}' for columns in ['Brier    near   flips'] * len(grounds))}")
    full = [figures(PARTS[0]) for _, figures in grounds]
    say(f"{'the whole fold':34}{''.join(map(_whole, full))}")
    for part in parts:
        found = [figures(part).less(all_) for (_, figures), all_ in zip(grounds, full, strict=True)]
        if part in BESIDE:  # the whole has not got it
            found = [Figures(0.0, 0.0, 0.0).less(one) for one in found]
        say(f"{'- ' + part.name:34}{''.join(map(_change, found))}")


def _whole(one: Figures) -> str:
    flips = "" if one.flips is None else f"{one.flips:.2f}"
    return f"{one.brier:12.4f}{one.near:8.4f}{flips:>8}"


def _change(one: Figures) -> str:
    flips = "" if one.flips is None else f"{one.flips:+.2f}"
    return f"{one.brier:+12.4f}{one.near:+8.4f}{flips:>8}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: the table is printed."""
    parts = (*PARTS[1:], *BESIDE)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement.ablation", description=__doc__)
    parser.add_argument("--data", type=Path, default=ukraine.BESIDE_THE_PROJECT, help="folder of the files")
    parser.add_argument("--seeds", nargs="*", choices=("tuning", "test"), default=("tuning", "test"))
    parser.add_argument("--parts", nargs="+", choices=[part.name for part in parts])
    asked = parser.parse_args(arguments)
    grounds = [simulated(f"{name} seeds", {"tuning": TUNING, "test": TEST}[name]) for name in asked.seeds]
    if all((asked.data / name).is_file() for name in windows.FILES):
        grounds += [held_out(trial, asked.data) for trial in ukraine.TRIALS]
    else:
        print(f"the windows of 2022 are left out: no files in {asked.data}")
    report(grounds, [part for part in parts if asked.parts is None or part.name in asked.parts], print)
    return 0


if __name__ == "__main__":
    sys.exit(main())
