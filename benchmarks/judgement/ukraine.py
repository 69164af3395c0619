"""Decides how the belief does on 2022 in Ukraine: each source of two held out in turn, Brier against it.

    python -m benchmarks.judgement.ukraine [--data DIR]

Default reliabilities. What is done around the fold (records, batch guard, front) has a line for each alone
and for them together. Dawid-Skene is added where crowd-kit is installed. Every place has a claim from the
first day on, so its neighbours are never asked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.judgement.consensus import available, dawid_skene
from benchmarks.judgement.rivals import (
    HALF_LIFE,
    LIVE_FEED,
    Rule,
    Shares,
    belief,
    in_instants,
    last_claim,
    latest_per_source,
    policy,
    vote,
)
from benchmarks.judgement.simulator import Knowledge
from benchmarks.judgement.surroundings import ALL, ALONE_AND_TOGETHER, Around, near, surrounded
from benchmarks.judgement.windows import EPOCH, FILES, SIDES, Window, read
from tracker.judgement.belief import NEWS_ONLY
from tracker.judgement.evidence import Sides
from tracker.judgement.policies import POLICIES

BESIDE_THE_PROJECT: Final = Path(__file__).resolve().parents[2].parent / "shared" / "data"
PARTIES: Final = Sides.of(*SIDES)
RUSSIA: Final = PARTIES.names.index("RU")
CLIP: Final = 0.001
FOR_EVER: Final = 10**5
"""Days; a source of these files tells only what changes."""
OVERALL_TOLERANCE: Final = 0.0005
NEAR_TOLERANCE: Final = 0.002


class Score(NamedTuple):
    """Brier on P(RU), over all place-days and over those near events, and how many there were."""

    overall: float
    near: float
    days: int
    near_days: int

    def agrees(self, other: Score) -> bool:
        """Within what an independent implementation is allowed to differ."""
        return (
            self[2:] == other[2:]
            and abs(self.overall - other.overall) <= OVERALL_TOLERANCE
            and abs(self.near - other.near) <= NEAR_TOLERANCE
        )


class Trial(NamedTuple):
    """A held-out source, its window, and the published figures: the fold, then more around it."""

    name: str
    held_out: str
    first: date
    last: date
    published: Score
    guarded: Score
    learned: Score


TRIALS: Final = (
    Trial(
        "ISW", "isw_assessed", date(2022, 3, 3), date(2022, 11, 30),
        Score(0.0568, 0.1666, 231_663, 26_752),
        Score(0.0567, 0.162, 231_663, 26_752),
        Score(0.0527, 0.144, 231_663, 26_752),
    ),
    Trial(
        "NZZ", "nzz", date(2022, 3, 3), date(2022, 12, 31),
        Score(0.0641, 0.1906, 279_680, 42_412),
        Score(0.0637, 0.186, 279_680, 42_412),
        Score(0.0627, 0.186, 279_680, 42_412),
    ),
)  # fmt: skip

RULES: Final[tuple[tuple[str, Rule], ...]] = (
    ("belief, live feed", belief(LIVE_FEED)),
    ("belief, news only", belief(NEWS_ONLY)),
    ("belief, reliable last", lambda claims, *asked: belief(LIVE_FEED)(in_instants(claims), *asked)),
    ("last claim wins", last_claim),
    ("latest per source", latest_per_source),
    ("majority", vote()),
    (f"vote, half-life {HALF_LIFE:.0f} d", vote(HALF_LIFE)),
    *((f"--policy {one.name}", policy(one.name)) for one in POLICIES if one.begin),
)
"""The first is held to the published figures."""
AROUND: Final = tuple((f"fold + {one.name}", one) for one in ALONE_AND_TOGETHER)
GUARDED: Final = Around(guard=True, front=True)
"""Held to the published figures too; with records the published ones are shown beside."""


def score(window: Window, rule: Rule) -> Score:
    """Mean squared distance of a rule's P(RU) from what the held-out source says."""
    return scored(window, lambda place, days: rule(window.claims(place), days, PARTIES))


def scored(window: Window, answers: Callable[[str, Sequence[int]], Sequence[Shares | None]]) -> Score:
    """The same of any answers about a place on some days."""
    overall = near = 0.0
    days = near_days = 0
    for place in window.places:
        truth = window.truth(place)
        given = answers(place, [known.day for known in truth])
        for known, answer in zip(truth, given, strict=True):
            p = 0.5 if answer is None else answer[RUSSIA]
            error = (min(1.0 - CLIP, max(CLIP, p)) - known.russian) ** 2
            overall += error
            days += 1
            if known.near:
                near += error
                near_days += 1
    return Score(overall / days, near / near_days, days, near_days)


def consensus(window: Window) -> Score:
    """Dawid and Skene's model over each source's latest word, however old: what it said goes on."""
    first, last = (day.toordinal() - EPOCH for day in (window.first, window.last))
    known = {place: [Knowledge(first, last, tuple(window.claims(place)))] for place in window.places}
    found = dawid_skene(known, PARTIES, window=FOR_EVER)
    return scored(window, lambda place, days: [found[place][day - first] for day in days])


def surroundings(window: Window, around: Around) -> Score:
    """The belief with what is done around its fold, where a live feed covers the places."""
    first = window.first.toordinal() - EPOCH
    last = window.last.toordinal() - EPOCH
    known = {place: [Knowledge(first, last, tuple(window.claims(place)))] for place in window.places}
    used = around._replace(live=True)
    found = surrounded(known, PARTIES, belief(LIVE_FEED), used, near(window.positions))
    return scored(window, lambda place, days: [found[place][day - first] for day in days])


def report(trial: Trial, folder: Path, say: Callable[[str], None]) -> bool:
    """Score every rule in one window; whether the belief agrees with the published figures.

    Those with records are shown and not asked for: how they were settled was not published.
    """
    window = read(folder, trial.held_out, trial.first, trial.last)
    say(f"{trial.name} held out, {trial.first} to {trial.last}: {len(window.places)} places")
    say(f"  {'':32}{'Brier':>8}{'near':>8}{'place-days':>12}{'near':>9}")
    scores = [(name, score(window, rule)) for name, rule in RULES]
    around = {one: surroundings(window, one) for _, one in AROUND}
    if available():
        scores.append(("Dawid-Skene", consensus(window)))
    for name, reached in (*scores[:1], *((name, around[one]) for name, one in AROUND), *scores[1:]):
        say(_line(name, reached))
    agrees = True
    for name, reached, published in (
        (RULES[0][0], scores[0][1], trial.published),
        ("with guard and front", around[GUARDED], trial.guarded),
        ("with records too", around[ALL], trial.learned),
    ):
        found = reached.agrees(published)
        agrees = agrees and (found or published is trial.learned)
        say(f"  {name}: published {published.overall:.4f} {published.near:.4f}, "
            f"{'agrees' if found else 'DIFFERS'}")  # fmt: skip
    say(f"  (agrees: within {OVERALL_TOLERANCE}, near {NEAR_TOLERANCE}, place-days exactly)\n")
    return agrees


def _line(name: str, reached: Score) -> str:
    return f"  {name:32}{reached.overall:8.4f}{reached.near:8.4f}{reached.days:12,}{reached.near_days:9,}"


def main(arguments: Sequence[str] | None = None) -> int:
    """0: both windows agree with the published figures; 1: one does not; 2: no data."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement.ukraine", description=__doc__)
    parser.add_argument("--data", type=Path, default=BESIDE_THE_PROJECT, help="folder of the control files")
    folder: Path = parser.parse_args(arguments).data
    if not all((folder / name).is_file() for name in FILES):
        print(f"no {' and '.join(FILES)} in {folder}; name their folder with --data", file=sys.stderr)
        return 2
    agreed = [report(trial, folder, print) for trial in TRIALS]
    return 0 if all(agreed) else 1


if __name__ == "__main__":
    sys.exit(main())
