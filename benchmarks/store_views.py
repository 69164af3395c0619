"""Decides what an append costs with its views, beside the driver alone that writes the log and nothing else.

    python -m benchmarks.store_views [--claims 10000 100000] [--rounds 50]

By itself it asks whether that cost stays flat: for one claim more, the newest, a day or a year late, on
places with few claims and with many. Its other lines stand in the table of `benchmarks.store`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, product
from statistics import median
from typing import Final

from benchmarks.lines import NO_BAR, Line, Runs, in_turns, timed
from benchmarks.startup import CHAINS, SAID, villages
from benchmarks.store_rivals import NOW, Raw
from tracker import Tracker
from tracker.judgement.evidence import DAY
from tracker.record import canonical
from tracker.record.follow import catch_up, project, rebuild
from tracker.record.store import NewEvent, Store
from tracker.zones import iso

VILLAGES: Final = 2000
STANDING: Final = 30_000
"""Claims that are there before anything is measured."""
SPAN: Final = 400 * DAY
"""How long they tell of; the last of them is reported at `NOW`."""
BUSY: Final = (10, 1000, 10_000)
"""Claims on the places on which one claim more is recorded."""
BATCH: Final = 5000
MINUTE: Final = DAY // 1440
SCATTER: Final = 7919
"""Places are taken in steps of this, so that claims that come one after another are about distant places."""


def claim(series: str, n: int, place: str, at: int) -> NewEvent:
    """What the `n`th of a series of claims says about a place at an instant: about 500 bytes."""
    name = f"c-241207-{series}{n:08d}"
    payload = canonical.dumps(
        {
            "claim": name, **SAID[n * 3 % len(SAID)], "place": place, "place_text": place,
            "chain": [{"who": who} for who in CHAINS[n * 5 % len(CHAINS)]],
            "occurred": {"earliest": iso(at - DAY), "latest": iso(at), "precision": "day"},
            "reported": {"earliest": iso(at), "latest": iso(at), "precision": "minute"},
            "confidence": {"scale": "icd-203", "text": "likely", "value": 0.675},
            "url": f"https://news.example/2024/12/07/{n}",
        }
    )  # fmt: skip
    return NewEvent(name, f"claim/{name}", "claim-recorded", 1, payload, content_derived=True)


def standing(count: int) -> Iterator[NewEvent]:
    """The claims that are there already, about every village in turn."""
    for n in range(count):
        yield claim("a", n, f"village-{n % VILLAGES}", NOW - SPAN + SPAN * n // count)


def news(start: int, count: int, series: str) -> list[NewEvent]:
    """Claims that come in now, the `start`th and those after it, each the newest about its place."""
    return [
        claim(series, n, f"village-{n * SCATTER % VILLAGES}", NOW + (n + 1) * MINUTE)
        for n in range(start, start + count)
    ]


def settled(where: str, claims: Iterable[NewEvent]) -> Store:
    """A tracker with the starter's actors and sources, the villages, and some claims, its views built."""
    Tracker.create(where, starter="syria", clock=lambda: NOW - SPAN)
    store = Store.open(where)
    append_in_batches(store, list(villages(VILLAGES)))
    several = iter(claims)
    while batch := list(islice(several, BATCH)):
        store.append(batch, now=NOW, by="anna")
    catch_up(store)
    return store


def append_singly(store: Store, new: Sequence[NewEvent]) -> None:
    for one in new:
        store.append([one], now=NOW, by="anna", project=project)


def append_in_batches(store: Store, new: Sequence[NewEvent]) -> None:
    for at in range(0, len(new), BATCH):
        store.append(new[at : at + BATCH], now=NOW, by="anna", project=project)


# -- against the driver alone --------------------------------------------------------------------------


def with_views(where: str, raw: Raw, runs: Runs) -> Iterator[Line]:
    """The same claims with every view brought along, and into the log alone; both logs hold many already."""
    raw.timed_in_batches(list(standing(STANDING)), BATCH)
    with settled(where, standing(STANDING)) as store:
        yield _singly(store, raw, runs)
        yield _in_batches(store, raw, runs)
        yield _rebuilt(store, raw, runs)


def _singly(store: Store, raw: Raw, runs: Runs) -> Line:
    def new(turn: int) -> list[NewEvent]:
        return news(turn * runs.singles, runs.singles, "n")

    append_singly(store, news(runs.rounds * runs.singles, 1, "n"))  # whoever appends has read who is who
    ours, theirs = in_turns(
        runs.rounds,
        lambda n: timed(append_singly, runs.singles, store, new(n)),
        lambda n: raw.timed_singly(new(n)) / runs.singles,
    )
    what = f"{store.dialect}: one append with views / raw insert + commit"
    barred = store.dialect == "sqlite"
    return Line(what, ours, theirs, "<= +300 us" if barred else NO_BAR, not barred or ours - theirs <= 300)


def _in_batches(store: Store, raw: Raw, runs: Runs) -> Line:
    first = runs.rounds * runs.singles + 1

    def new(turn: int) -> list[NewEvent]:
        return news(first + turn * runs.events, runs.events, "b")

    ours, theirs = in_turns(
        min(runs.rounds, 3),
        lambda n: timed(append_in_batches, runs.events, store, new(n)),
        lambda n: raw.timed_in_batches(new(n), BATCH) / runs.events,
    )
    rival = "raw executemany" if store.dialect == "sqlite" else "plain COPY"
    return Line(f"{store.dialect}: batch append with views / {rival}", ours, theirs, NO_BAR, True)


def _rebuilt(store: Store, raw: Raw, runs: Runs) -> Line:
    ours, theirs = in_turns(
        min(runs.rounds, 3),
        lambda _: timed(rebuild, store.head().position, store),
        lambda _: timed(raw.read, raw.count()),
    )
    return Line(f"{store.dialect}: rebuild of every view / raw cursor", ours, theirs, NO_BAR, True)


# -- whether it stays flat -----------------------------------------------------------------------------


def busy(total: int) -> Iterator[NewEvent]:
    """So many claims: some places with more of them each, the rest about the villages."""
    many = [size for size in BUSY if size <= total // 2]
    for size in many:
        for n in range(size):
            yield claim(f"p{size}-", n, f"busy-{size}", NOW - SPAN + SPAN * n // size)
    yield from standing(total - sum(many))


def flat(total: int, rounds: int) -> None:
    """Print what one claim more costs on places with few claims and with many, in a tracker of so many."""
    with tempfile.TemporaryDirectory() as folder, settled(f"{folder}/ours.db", busy(total)) as store:
        append_singly(store, news(0, 1, "n"))
        places = [f"busy-{size}" for size in BUSY if size <= total // 2]
        moments: dict[str, Callable[[int], int]] = {
            "newest": lambda n: NOW + (n + 1) * MINUTE,
            "a day late": lambda n: NOW - DAY + (n + 1) * MINUTE,
            "a year late": lambda n: NOW - 365 * DAY + (n + 1) * MINUTE,
        }
        taken: dict[tuple[str, str], list[float]] = {}
        for n in range(rounds):
            for place, (when, at) in product(places, moments.items()):
                one = [claim(f"{place}-{when[0]}{when[2]}-", n, place, at(n))]
                taken.setdefault((place, when), []).append(timed(append_singly, 1, store, one) * 1e6)
        for place in places:
            figures = "".join(
                f"{median(taken[place, when]):12.0f} {min(taken[place, when]):9.0f}" for when in moments
            )
            what = f"{place.removeprefix('busy-')} claims on the place, {total:,} in the tracker"
            print(f"{what:<54} {figures}", flush=True)


def main() -> None:
    """Prints the table, which has no bar."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--claims", type=int, nargs="*", default=[10_000, 100_000])
    arguments.add_argument("--rounds", type=int, default=50)
    given = arguments.parse_args()
    late = f"{'newest':>22}{'a day late':>22}{'a year late':>22}"
    print(f"{'us a claim with its views, median and best':<54} {late}")
    for total in given.claims:
        flat(total, given.rounds)


if __name__ == "__main__":
    main()
