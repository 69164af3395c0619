"""Decides what hostile files do to each importer: none may crash it, hang it or fill the memory.

    python -m benchmarks.fuzz [--inputs 5000] [--only csv xlsx] [--first 0] [--seed 9] [--dir DIR]

Each file is made from a good one by chance, the same for the same number and seed, and is imported as
`tracker import` does, in a process of its own kind that is watched: seconds for each file, the process's peak
of memory. After each file the chain of the log is followed; after each batch all is verified, views too.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import select
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks.fuzz import archives
from benchmarks.fuzz.seeds import ALL, Importer, good
from benchmarks.fuzz.trial import SEED, Trial, hostile

SLOWEST: Final = 2.0
"""Seconds for a file at most."""
MEMORY: Final = 300
"""MB at most."""
BATCH: Final = 250
PATIENCE: Final = 30
"""Seconds after which a process is ended that says nothing."""
_MB: Final = 1024 if sys.platform != "darwin" else 1024**2


@dataclass
class Tally:
    """What was seen of one importer."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    memory: float = 0.0
    found: list[str] = field(default_factory=list)

    def take(self, number: int, told: dict[str, Any]) -> None:
        """One file more."""
        self.ends[told["end"]] += 1
        self.slowest, before = max(self.slowest, told["seconds"]), self.memory
        self.memory = max(self.memory, told["memory"])
        if told["end"] == "crash":
            self.found.append(f"{number}: {told['told']}")
        if told["seconds"] > SLOWEST:
            self.found.append(f"{number}: {told['seconds']:.1f} s ({told['told'][:80]})")
        if told["memory"] > MEMORY and told["memory"] > before:
            self.found.append(f"{number}: {told['memory']:.0f} MB ({told['told'][:80]})")


def batch(one: Importer, numbers: range, seed: int, folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """What becomes of some files in a process of their own; it may end before the last of them."""
    inlet, outlet = os.pipe()
    child = os.fork()
    if not child:
        os.close(inlet)
        _work(one, numbers, seed, folder, outlet)
    os.close(outlet)
    with os.fdopen(inlet, "rb") as told:
        number = numbers.start
        while number < numbers.stop:
            ready, _, _ = select.select([told], [], [], PATIENCE)
            line = told.readline() if ready else b""
            if not line:
                os.kill(child, signal.SIGKILL)
                why = f"it hangs (> {PATIENCE} s)" if not ready else "its process died"
                yield number, {"end": "crash", "seconds": 0.0, "memory": 0, "told": why}
                break
            found = json.loads(line)
            if "batch" in found:
                yield (
                    max(number - 1, numbers.start),
                    {"end": "crash", "seconds": 0.0, "memory": 0, "told": found["batch"]},
                )
                break
            yield number, found
            number += 1
            if found["memory"] > MEMORY:
                break  # the peak of a process never falls again
    os.waitpid(child, 0)


def _work(one: Importer, numbers: range, seed: int, folder: Path, outlet: int) -> None:
    """In the child."""
    try:
        trial = Trial(one, folder)
        for number in numbers:
            verdict = trial.give(hostile(one, number, seed))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
            told = {**verdict._asdict(), "memory": peak}
            os.write(outlet, json.dumps(told).encode() + b"\n")
            if peak > MEMORY:
                os._exit(0)
        trial.whole()
    except BaseException as error:
        os.write(outlet, json.dumps({"batch": f"{type(error).__name__}: {error}"[:300]}).encode() + b"\n")
    os._exit(0)


def tried(one: Importer, numbers: range, seed: int, folder: Path) -> Tally:
    """What becomes of all of them."""
    tally, number = Tally(), numbers.start
    while number < numbers.stop:
        with tempfile.TemporaryDirectory(dir=folder) as kept:
            last = number
            some = range(number, min(number + BATCH, numbers.stop))
            for last, told in batch(one, some, seed, Path(kept)):
                tally.take(last, told)
        number = last + 1
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 if anything was found."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--inputs", type=int, default=500, help="of each importer")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", nargs="+", metavar="NAME", help=", ".join(one.name for one in ALL))
    parser.add_argument("--dir", help="where the databases lie; left out: the system's place for such files")
    asked = parser.parse_args(arguments)
    heads = ("inputs", "recorded", "refused", "slowest s", "peak MB", "crashes")
    print(f"{'importer':<17}" + "".join(f"{one:>{len(one) + 2}}" for one in heads))
    found = False
    for one in ALL:
        if asked.only and one.name not in asked.only:
            continue
        made = good(one.name)
        if one.made == "archive":
            archives.prepare(made)
        with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
            tally = tried(one, range(asked.first, asked.first + asked.inputs), asked.seed, Path(folder))
        ends = tally.ends
        told = (
            f"{ends.total():,}", f"{ends['recorded']:,}", f"{ends['refused']:,}", f"{tally.slowest:.2f}",
            f"{tally.memory:.0f}", f"{ends['crash']:,}",
        )  # fmt: skip
        cells = (f"{text:>{len(head) + 2}}" for text, head in zip(told, heads, strict=True))
        print(f"{one.name:<17}" + "".join(cells), flush=True)
        for text in tally.found[:40]:
            print(f"  {text}", flush=True)
        found = found or bool(tally.found)
    print(f"\nbars: no crash, {SLOWEST:g} s, {MEMORY} MB: {'MISSED' if found else 'met'}")
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
