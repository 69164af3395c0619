"""Decides what the fold costs a claim: place by place, and for a whole map at once.

    python -m benchmarks.fold [--claims 1000000] [--plain 100000] [--rounds 5] [--sides 4 13]

Beside it a bare loop over the same rows that only remembers the last holder named, which is the least that
any rule written in Python takes. Rows are made and sorted, and columns laid out, before anything is timed.
Processor time, the best of several rounds, all in turns.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Mapping, Sequence
from random import Random
from time import process_time
from typing import Final

from tracker.judgement.belief import Fold
from tracker.judgement.bulk import Folds
from tracker.judgement.columns import columns
from tracker.judgement.evidence import DAY, Evidence, Sides
from tracker.judgement.vocabulary import AROUND, CONTEST, DENY_GAIN, DENY_LOST, FOR, INSIDE, LOST, STRUCK

PLAIN, BULK = 200_000, 1_000_000
"""The bars: claims a second."""
SHAPES: Final = (1000, 25)
"""Claims on each place."""
SPAN: Final = 400 * DAY
SAID: Final = (
    *[(FOR, "captured")] * 4, *[(FOR, "holds")] * 4, (LOST, "lost"), (CONTEST, "fighting"),
    (INSIDE, "advanced"), (DENY_GAIN, "captured"), (DENY_LOST, "lost"), (AROUND, "besieges"),
    (STRUCK, "struck"),
)  # fmt: skip
Story = Mapping[str, Sequence[Evidence]]


def stories(claims: int, each: int, sides: Sequence[str], seed: int = 1) -> Story:
    """So many claims, so many on each place: two sides fight for it, forty voices tell, half of them lean."""
    chance = Random(seed)
    voices = [
        (f"voice-{n}", chance.choice((None, chance.choice(sides))), chance.choice(("wire", "media", "party")))
        for n in range(40)
    ]
    return {
        f"place-{place}": _story(place, each, chance.sample(sides, 2), voices, chance)
        for place in range(claims // each)
    }


def _story(
    place: int, count: int, near: Sequence[str], voices: Sequence[tuple[str, str | None, str]], chance: Random
) -> list[Evidence]:
    times = sorted(chance.randrange(SPAN // 1000) * 1000 for _ in range(count))
    told = []
    for n, at in enumerate(times):
        (kind, predicate), (origin, lean, source) = chance.choice(SAID), chance.choice(voices)
        told.append(Evidence(
            f"c-{place}-{n}", kind, (chance.choice(near),), at, at + chance.randrange(DAY), origin, lean,
            source, predicate=predicate, confidence=chance.choice((None, 0.675)),
        ))  # fmt: skip
    return told


def last_named(told: Story) -> int:
    """The bare loop: who was named last, for each place."""
    holders = {}
    for place, claims in told.items():
        for one in claims:
            if one.kind == FOR and one.weight > 0.0:
                holders[place] = one.sides
    return len(holders)


def plain(told: Story, sides: Sides) -> None:
    """Every place by itself."""
    for claims in told.values():
        for _ in Fold(sides).run(claims):
            pass


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one piece of work."""
    gc.collect()
    start = process_time()
    work()
    return process_time() - start


def measure(claims: int, few: int, each: int, count: int, rounds: int) -> bool:
    """Print the lines of one shape; whether both bars are cleared."""
    names = [f"side-{n:02}" for n in range(count)]
    sides, told = Sides.of(*names), stories(claims, each, names)
    some = dict(list(told.items())[: max(1, few // each)])
    fewer = sum(map(len, some.values()))
    given = columns(told)
    lam = [1e-3] * len(told)
    works: tuple[tuple[str, int, int | None, Callable[[], object]], ...] = (
        ("bare loop: last named", claims, None, lambda: last_named(told)),
        ("fold, plain", fewer, PLAIN, lambda: plain(some, sides)),
        ("fold, bulk", claims, BULK, lambda: Folds(given, sides, lam, SPAN)),
    )
    best = [
        min(times) for times in zip(*[[seconds(w[3]) for w in works] for _ in range(rounds)], strict=True)
    ]
    bare = best[0] / claims
    print(f"\n{len(told):,} places x {each}, {count} sides")
    cleared = True
    for (what, done, bar, _), time in zip(works, best, strict=True):
        rate = done / time
        cleared &= bar is None or rate >= bar
        told_bar = "" if bar is None else f"{bar:>12,}   {'ok' if rate >= bar else 'BELOW'}"
        print(f"  {what:<24}{time / done * 1e6:>8.2f} us{time / done / bare:>9.1f} x{rate:>13,.0f}{told_bar}")
    return cleared


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fold", description=__doc__)
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--plain", type=int, default=100_000, help="claims of the plain fold")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sides", type=int, nargs="+", default=[4])
    given = parser.parse_args(arguments)
    print(f"{'':<26}{'a claim':>11}{'x the loop':>11}{'claims a second':>16}{'bar':>9}")
    shapes = [(each, count) for count in given.sides for each in SHAPES]
    cleared = [measure(given.claims, given.plain, each, count, given.rounds) for each, count in shapes]
    return 0 if all(cleared) else 1


if __name__ == "__main__":
    raise SystemExit(main())
