"""Decides what a night costs where little is due, beside one in which everything is.

    python -m benchmarks.sweep [--places 100000] [--due 0.01] [--dir DIR]

Places on a plane of a thousand kilometres, each taken once; words on some of them go stale a day before those
on all the others. The bar is a ratio in one run: the night with few due against the night with all due.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from time import process_time
from typing import Final

from tracker.judgement.evidence import DAY
from tracker.night.shift import Worker, work
from tracker.night.sweep import Slot
from tracker.record import events
from tracker.record.events import Event, Hop, Moment, encode
from tracker.record.follow import catch_up
from tracker.record.store import NewEvent, Store
from tracker.zones import iso

BAR: Final = 0.05
BEGIN: Final = 20_000 * DAY
BATCH: Final = 20_000


def happened(places: int, due: float) -> Iterator[Event]:
    """Everybody and every place, and who took each when."""
    chance = Random(7)
    yield from (events.ActorRegistered(actor=one, name=one.title(), level="side") for one in ("army", "clan"))
    yield events.SourceRegistered(source="monitor", name="Monitor", source_kind="monitor")
    for n in range(places):
        lat, lon = chance.uniform(30, 40), chance.uniform(30, 40)
        yield events.PlaceRegistered(place=f"p{n}", name=f"P {n}", place_kind="town", lat=lat, lon=lon)
    for n in range(places):
        at = BEGIN - DAY if n < places * due else BEGIN
        yield events.ClaimRecorded(
            claim=f"c-{n}", chain=(Hop(who="monitor"),), modality="asserts", predicate="captured",
            actors=("army" if n % 2 else "clan",), place=f"p{n}", occurred=Moment(latest=at),
            reported=Moment(latest=at),
        )  # fmt: skip


def make(where: str, places: int, due: float) -> None:
    """A tracker with all of it, its views built once."""
    told = list(happened(places, due))
    with Store.create(where) as store:
        for start in range(0, len(told), BATCH):
            some = told[start : start + BATCH]
            store.append(
                [
                    NewEvent(f"e-{start + n}", one.stream, one.kind, one.schema_version, encode(one))
                    for n, one in enumerate(some)
                ],
                now=BEGIN, by="bench",
            )  # fmt: skip
        catch_up(store)


def night(where: str, at: int) -> tuple[float, int, int]:
    """Seconds of processor time, places looked at, flags raised."""
    start = process_time()
    done = work(Worker(where, lambda: at, lambda: at, "bench"), Slot(iso(at)[:10], at, "UTC"))
    return process_time() - start, done.night.considered, done.raised


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit 1 if the bar is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sweep", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--places", type=int, default=100_000)
    parser.add_argument("--due", type=float, default=0.01)
    parser.add_argument("--dir", type=Path)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
        where = str(Path(folder) / "sweep.db")
        make(where, asked.places, asked.due)
        print(f"{asked.places:,} places, {asked.due:.0%} of them due a day before the others")
        print(f"{'':24}{'looked at':>12}{'raised':>10}{'seconds':>10}")
        took = {}
        for name, at in (
            ("the first night", BEGIN + DAY), ("nothing due", BEGIN + 2 * DAY),
            ("few due", BEGIN + 6 * DAY + DAY // 2), ("all others due", BEGIN + 7 * DAY + DAY // 2),
        ):  # fmt: skip
            took[name], looked, raised = night(where, at)
            print(f"{name:24}{looked:>12,}{raised:>10,}{took[name]:>10.2f}", flush=True)
    ratio = took["few due"] / took["all others due"]
    print(f"few / all others: {ratio:.4f}, at most {BAR}: {'ok' if ratio <= BAR else 'MISSED'}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    raise SystemExit(main())
