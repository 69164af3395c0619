"""Decides what a verdict costs on a place in the news: many voices, many contradictions, two weeks.

    python -m benchmarks.judgement.news [--claims 100 300 700]

Beside it what the fold of the same claims costs, which is asked for anyway. Best of several rounds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from time import process_time
from typing import Final

from tracker.judgement.belief import fold
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.verdict import judge
from tracker.judgement.vocabulary import CONTEST, DENY_GAIN, FOR, LOST

VOICES: Final = 30
SPAN: Final = 14 * DAY
ROUNDS: Final = 5
SIDES: Final = Sides.of("army", "clan")
SAID: Final = (
    (FOR, "captured"), (FOR, "captured"), (FOR, "holds"), (LOST, "lost"), (DENY_GAIN, "captured"),
    (CONTEST, "fighting"),
)  # fmt: skip


def claims(count: int, seed: int = 1) -> list[Evidence]:
    """So many claims on one place, in order of event time."""
    chance = Random(seed)
    times = sorted(chance.randrange(SPAN) for _ in range(count))
    return [_claim(n, at, chance) for n, at in enumerate(times)]


def _claim(n: int, at: int, chance: Random) -> Evidence:
    kind, predicate = chance.choice(SAID)
    return Evidence(
        claim=f"c-{n:05}",
        kind=kind,
        sides=(chance.choice(SIDES.names),),
        event_at=at,
        reported_at=at,
        origin=f"voice-{chance.randrange(VOICES)}",
        predicate=predicate,
    )


def best(work: Callable[[], object]) -> float:
    """Milliseconds of processor time that something takes, at best."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        times.append((process_time() - start) * 1e3)
    return min(times)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each number of claims."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judgement.news", description=__doc__)
    parser.add_argument("--claims", type=int, nargs="+", default=[100, 300, 700])
    print(f"{'claims in two weeks':>20}{'fold':>10}{'verdict':>10}{'ratio':>8}{'contradictions open':>21}")
    for count in parser.parse_args(arguments).claims:
        told = claims(count)
        state, weighed = fold(told, SIDES)
        folded = best(partial(fold, told, SIDES))
        judged = best(partial(judge, state, weighed, SPAN))
        found = len(judge(state, weighed, SPAN).conflicts)
        print(f"{count:>20}{folded:>7.1f} ms{judged:>7.1f} ms{judged / folded:>8.1f}{found:>21}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
