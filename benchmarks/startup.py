"""Decides what a command costs from start to exit, as ratios to bare Python and to sqlite-utils.

    python -m benchmarks.startup [--runs 15] [--sizes 10000 100000] [--full] [--db FILE] [--bin DIR]

Whole processes are timed, one after another in turns (pass, status, …, pass, status, …), so that whatever
else the machine does hits all of them alike. `wall` is the median time, `x pass` the ratio to the median of
`python -c pass` of the same environment; `cpu` is that ratio in processor time, which a busy machine disturbs
less. The first tracker holds the demo's story; the others hold as many claims as they are called after,
1,000 of them on the place that is asked about. --full adds one of 10^6.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from tracker import Tracker
from tracker.judgement.evidence import DAY
from tracker.record import canonical, events
from tracker.record.follow import catch_up
from tracker.record.store import NewEvent, Store
from tracker.tracker import wall_clock
from tracker.zones import iso

X_PASS, X_UTILS = 5.5, 0.45
"""The bars: at most so many times `python -c pass`, and so many times `sqlite-utils query`."""
BUSY: Final = 1000
"""Claims on the place asked about, in every generated tracker."""
EACH: Final = 50
"""Claims on each of the other places."""
BATCH: Final = 5000
LONGEST: Final = 400 * DAY
SAID: Final[tuple[Mapping[str, object], ...]] = (
    {"predicate": "captured", "modality": "asserts", "actors": ["rebels"]},
    {"predicate": "holds", "modality": "asserts", "actors": ["government"]},
    {"predicate": "advanced", "modality": "asserts", "actors": ["rebels"], "relation": "near"},
    {"predicate": "fighting", "modality": "asserts", "actors": ["rebels"], "relation": "in"},
    {"predicate": "captured", "modality": "denies", "actors": ["rebels"]},
    {"predicate": "holds", "modality": "asserts", "actors": ["hts"]},
    {"predicate": "struck", "modality": "asserts", "actors": ["israel"]},
)
CHAINS: Final = (
    ("rebels", "reuters"), ("sohr", "afp"), ("government", "sana"), ("reuters",), ("sohr",), ("anadolu",),
)  # fmt: skip


class Command(NamedTuple):
    """Something to be timed; `barred` says whether the bars are meant for it."""

    what: str
    words: Sequence[str]
    environment: Mapping[str, str] = {}
    barred: bool = True


class Spent(NamedTuple):
    """What one process took: seconds on the clock, seconds of processor."""

    wall: float
    cpu: float


# -- trackers of any size ------------------------------------------------------------------------------


def demo(folder: Path, binaries: Path) -> Path:
    """The story of December 2024, as `tracker demo` tells it."""
    done = subprocess.run(
        [binaries / "tracker", "demo", "--dir", folder / "demo"], capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return folder / "demo" / "tracker.db"


def generated(path: Path, claims: int) -> Path:
    """A tracker with so many claims, written through the store in bulk."""
    now = wall_clock()
    tracker = Tracker.create(path, starter="syria")
    others = max(1, (claims - BUSY) // EACH)
    with Store.open(tracker.where) as store:
        batch: list[NewEvent] = []
        for event in (*villages(others), *_claims(claims, others, now)):
            batch.append(event)
            if len(batch) == BATCH:
                store.append(batch, now=now, by="benchmark")
                batch = []
        store.append(batch, now=now, by="benchmark")
        catch_up(store)
    return path


def villages(count: int) -> Iterator[NewEvent]:
    """Villages scattered between the Nile and the Indus, a few within sight of each other."""
    for n in range(count):
        place = events.PlaceRegistered(
            place=f"village-{n}", name=f"Village {n}", place_kind="village",
            lat=20 + (n * 7919 % 30_000) / 1000, lon=25 + (n * 104_729 % 45_000) / 1000,
        )  # fmt: skip
        yield NewEvent(
            place.stream,
            place.stream,
            place.kind,
            place.schema_version,
            events.encode(place),
            content_derived=True,
        )


def _claims(count: int, others: int, now: int) -> Iterator[NewEvent]:
    first = now - LONGEST - DAY
    busy = count // min(BUSY, count)
    for n in range(count):
        said, chain = SAID[n // busy % len(SAID)], CHAINS[n * 5 // busy % len(CHAINS)]
        place = "homs" if n % busy == 0 else f"village-{n % others}"
        at = first + n * LONGEST // count
        moment = iso(at)
        claim = f"c-241207-{n:08d}"
        payload = canonical.dumps(
            {
                "claim": claim, **said, "place": place, "chain": [{"who": who} for who in chain],
                "occurred": {"earliest": iso(at - DAY), "latest": moment, "precision": "day"},
                "reported": {"earliest": moment, "latest": moment, "precision": "minute"},
                "confidence": {"scale": "icd-203", "text": "likely", "value": 0.675},
                "url": f"https://news.example/2024/12/07/{n}",
            }
        )  # fmt: skip
        yield NewEvent(claim, f"claim/{claim}", "claim-recorded", 1, payload, content_derived=True)


# -- what is timed -------------------------------------------------------------------------------------


def commands(binaries: Path, db: Path, *, large: bool) -> Iterator[Command]:
    """The reading commands on one tracker; of a large one the whole table has bars of its own."""
    tracker, on = str(binaries / "tracker"), ("--db", str(db))
    yield Command("python -c pass", [str(binaries / "python"), "-c", "pass"], barred=False)
    yield Command("status Homs", [tracker, "status", "Homs", *on])
    yield Command("status Homs --json", [tracker, "status", "Homs", "--json", *on])
    # The two below tell of every claim on the place, so they grow with it.
    yield Command("why Homs", [tracker, "why", "Homs", *on], barred=not large)
    yield Command("claims --place Homs", [tracker, "claims", "--place", "Homs", *on], barred=not large)
    if not large:
        yield Command("status", [tracker, "status", *on])
        yield Command("status Homs --at 2024-12-08", [tracker, "status", "Homs", "--at", "2024-12-08", *on])
        yield Command("--help", [tracker, "--help"])
        yield Command("status --help", [tracker, "status", "--help"])
        yield Command("completion: sta<TAB>", [tracker], _completing("tracker sta", 1))
    yield Command("completion: a place", [tracker], _completing(f"tracker status --db {db} Ho", 4))
    utils = binaries / "sqlite-utils"
    if utils.exists():
        query = "select id, predicate, actors from claims where place = 'homs' limit 20"
        yield Command("sqlite-utils query", [str(utils), "query", str(db), query], barred=False)


def _completing(line: str, word: int) -> dict[str, str]:
    return {"_TRACKER_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(word)}


def once(command: Command) -> Spent:
    """One run of a command, its answer thrown away."""
    nowhere = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    start = time.perf_counter()
    process = os.posix_spawn(
        command.words[0], list(command.words), {**os.environ, **command.environment}, file_actions=nowhere
    )
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - start
    if status:
        raise SystemExit(f"{' '.join(command.words)} ended with {os.waitstatus_to_exitcode(status)}")
    return Spent(wall, used.ru_utime + used.ru_stime)


def table(title: str, timed: Sequence[Command], runs: int) -> int:
    """Time commands in turns and print them; answers with how many missed a bar."""
    for command in timed:
        once(command)  # caches are warm for all or for none
    rounds = [[once(command) for command in timed] for _ in range(runs)]
    walls = [median(turn[i].wall for turn in rounds) for i in range(len(timed))]
    cpus = [median(turn[i].cpu for turn in rounds) for i in range(len(timed))]
    utils = walls[-1] if timed[-1].what.startswith("sqlite-utils") else None
    print(f"\n{title:<44} {'wall':>8} {'x pass':>7} {'cpu':>6} {'x utils':>8}   bars {X_PASS} and {X_UTILS}")
    missed = 0
    for command, wall, cpu in zip(timed, walls, cpus, strict=True):
        x_pass, x_utils = wall / walls[0], wall / utils if utils else 0.0
        clears = x_pass <= X_PASS and x_utils <= X_UTILS
        missed += command.barred and not clears
        verdict = ("ok" if clears else "ABOVE") if command.barred else ""
        told = f"{x_utils:8.2f}" if utils else f"{'-':>8}"
        print(
            f"{command.what:<44} {1000 * wall:5.1f} ms {x_pass:7.2f} {cpu / cpus[0]:6.2f} {told}   {verdict}"
        )
    return missed


def installed(binaries: Path) -> str:
    """What is measured: a package that was copied in, or a checkout that it points to."""
    asked = "import sys, tracker; print(sys.version.split()[0], 'site-packages' in tracker.__file__)"
    told = subprocess.run(
        [binaries / "python", "-P", "-c", asked], capture_output=True, text=True, check=True, cwd="/"
    )
    version, copied = told.stdout.split()
    return f"Python {version}, tracker {'installed' if copied == 'True' else 'editable'}"


def main() -> None:
    """Prints the tables; exit 1 if a bar is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000], help="claims")
    parser.add_argument("--full", action="store_true", help="10^6 claims too: some minutes")
    parser.add_argument("--db", type=Path, help="only this tracker, which knows of Homs")
    parser.add_argument(
        "--bin", type=Path, default=Path(sys.executable).parent, help="the environment measured"
    )
    given = parser.parse_args()
    print(f"{installed(given.bin)}; {given.runs} rounds, medians")
    if given.db:
        raise SystemExit(
            table(given.db.name, list(commands(given.bin, given.db, large=False)), given.runs) > 0
        )
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        story = list(commands(given.bin, demo(Path(folder), given.bin), large=False))
        missed += table("the demo's story", story, given.runs)
        for size in [*given.sizes, *([1_000_000] if given.full else [])]:
            path = generated(Path(folder) / f"{size}.db", size)
            missed += table(f"{size:,} claims", list(commands(given.bin, path, large=True)), given.runs)
            path.unlink()
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
