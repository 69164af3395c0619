"""Decides what the map document costs: every place of a tracker, and how its verdict ran.

    python -m benchmarks.atlas [--places 40000 10000] [--claims 2 9] [--moments | --feed]
                               [--rounds 3] [--dir DIR] [--profile]

Each number of places comes with a number of claims, which is about what there is on each. Places lie in a
square of six degrees, as close as in a gazetteer of one country; four sides fight there for four hundred
days, and a place that is spoken of again changes hands in one of four cases. Processor time, the best of
several rounds; `spans` and the sizes are those of the document as JSON.

Claims are dated by days, as people date them and files do, and told by six voices. --moments: to the
microsecond, all at different times, so that only places of one claim are alike. --feed: what most maps of so
many places are, a starting position for each and one feed that tells what has changed, between two sides.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import gzip
import json
import pstats
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import Final

from tracker import Tracker
from tracker.judgement.evidence import DAY
from tracker.record import events
from tracker.record.events import Event, Hop, Moment, encode
from tracker.record.follow import catch_up
from tracker.record.store import NewEvent, Store

BAR: Final = 5.0
"""Seconds of processor time for each map."""
BEGIN: Final = 20_000 * DAY
LONGEST: Final = 400 * DAY
BATCH: Final = 20_000
SIDES: Final = ("army", "clan", "league", "tribe")
VOICES: Final = (
    ("monitor", "monitor", None), ("wire", "wire", None), ("paper", "media", None),
    ("spokesman", "party", "army"), ("herald", "party", "clan"), ("someone", "anonymous", None),
)  # fmt: skip
SAID: Final = (
    *[("captured", "asserts", None)] * 4, *[("holds", "asserts", None)] * 6, ("lost", "asserts", None),
    ("fighting", "asserts", "in"), ("advanced", "asserts", "near"), ("captured", "denies", None),
    ("struck", "asserts", None),
)  # fmt: skip


def happened(places: int, claims: int, unit: int) -> Iterator[Event]:
    """Everybody and every place, and what is said of it at times that are multiples of a unit (us)."""
    chance = Random(11)
    yield from (events.ActorRegistered(actor=one, name=one.title(), level="side") for one in SIDES)
    for name, kind, lean in VOICES:
        yield events.SourceRegistered(source=name, name=name.title(), source_kind=kind, lean=lean)
    for n in range(places):
        lat, lon = chance.uniform(33, 39), chance.uniform(36, 42)
        yield events.PlaceRegistered(
            place=f"p{n}", name=f"Place {n}", place_kind="village", lat=lat, lon=lon, aliases=(f"Other {n}",)
        )
    for n in range(places):
        holder = chance.choice(SIDES)
        times = sorted(
            chance.randrange(LONGEST // unit) * unit for _ in range(round(chance.uniform(0.5, 1.5) * claims))
        )
        for i, at in enumerate(times):
            holder = chance.choice(SIDES) if chance.random() < 0.25 else holder
            predicate, modality, relation = chance.choice(SAID) if i else ("holds", "asserts", None)
            yield events.ClaimRecorded(
                claim=f"c-{n}-{i}", chain=(Hop(who=chance.choice(VOICES)[0]),), modality=modality,
                predicate=predicate, actors=(holder,), place=f"p{n}", relation=relation,
                occurred=Moment(latest=BEGIN + at),
                reported=Moment(latest=BEGIN + at + chance.choice((0, 0, DAY // 3, 3 * DAY))),
            )  # fmt: skip


def fed(places: int, claims: int) -> Iterator[Event]:
    """The same places by a starting position and one feed."""
    chance = Random(12)
    yield from happened(places, 0, DAY)
    yield events.SourceRegistered(source="beginning", name="Beginning", source_kind="baseline")
    for n in range(places):
        start = BEGIN
        for i in range(1 + sum(chance.random() < 0.5 for _ in range(2 * claims - 2))):
            yield events.ClaimRecorded(
                claim=f"c-{n}-{i}", chain=(Hop(who="monitor" if i else "beginning"),), modality="asserts",
                predicate="holds", actors=(SIDES[(n + i) % 2],), place=f"p{n}",
                occurred=Moment(latest=start), reported=Moment(latest=start),
            )  # fmt: skip
            start += chance.randrange(1, LONGEST // DAY // (2 * claims)) * DAY


def make(where: str, told: Sequence[Event]) -> None:
    """A tracker with all of it, its views built once."""
    with Store.create(where) as store:
        for start in range(0, len(told), BATCH):
            some = told[start : start + BATCH]
            new = [
                NewEvent(f"e-{start + n}", one.stream, one.kind, one.schema_version, encode(one))
                for n, one in enumerate(some)
            ]
            store.append(new, now=BEGIN + LONGEST, by="bench")
        catch_up(store)


def measure(where: str, rounds: int) -> float:
    """Seconds of processor time for the map of a tracker; prints what is in it."""
    took = []
    for _ in range(rounds):
        asked = Tracker(where, clock=lambda: BEGIN + LONGEST + DAY)
        gc.collect()
        start = process_time()
        found = asked.map()
        took.append(process_time() - start)
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    columns = found["places"]["claims"], found["spans"]["place"]
    print(
        f"{len(columns[0]):>10,}{sum(columns[0]):>10,}{len(columns[1]):>10,}"
        f"{len(text) / 1e6:>9.2f}{len(gzip.compress(text)) / 1e6:>9.2f}{min(took):>9.2f}"
        f"   {'ok' if min(took) <= BAR else 'MISSED'}",
        flush=True,
    )
    return min(took)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 if the bar is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.atlas", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--places", type=int, nargs="+", default=[40_000, 10_000])
    parser.add_argument("--claims", type=int, nargs="+", default=[2, 9])
    parser.add_argument("--moments", action="store_true", help="claims at any microsecond, not by days")
    parser.add_argument("--feed", action="store_true", help="a starting position and one feed")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, help="where the trackers are made, and kept")
    parser.add_argument("--profile", action="store_true", help="show where the time goes instead")
    asked = parser.parse_args(arguments)
    print(f"{'places':>10}{'claims':>10}{'spans':>10}{'MB':>9}{'gzip':>9}{'seconds':>9}   at most {BAR:.0f}")
    cleared = True
    with tempfile.TemporaryDirectory() as folder:
        for places, claims in zip(asked.places, asked.claims, strict=True):
            how = "-moments" if asked.moments else "-feed" if asked.feed else ""
            where = Path(asked.dir or folder) / f"atlas-{places}-{claims}{how}.db"
            if not where.exists():
                unit = 1 if asked.moments else DAY
                make(str(where), [*(fed(places, claims) if asked.feed else happened(places, claims, unit))])
            if asked.profile:
                profiled(str(where))
            else:
                cleared &= measure(str(where), asked.rounds) <= BAR
    return 0 if cleared else 1


def profiled(where: str) -> None:
    """Print where the time of one map goes."""
    with cProfile.Profile() as profile:
        Tracker(where, clock=lambda: BEGIN + LONGEST + DAY).map()
    pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    raise SystemExit(main())
