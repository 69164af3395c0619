"""Decides how fast the log is, as ratios to the engines underneath and to another event store in one run.

    python -m benchmarks.store [--events 20000] [--rounds 5] [--only sqlite|postgresql]

Every line is measured in turns (ours, theirs, ours, …); the best round of each counts, as anything else the
machine does can only make a round slower. PostgreSQL is a server of its own with fsync on.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from typing import Literal

from benchmarks.lines import HEADING, NO_BAR, Line, Runs, in_turns, timed
from benchmarks.store_rivals import NOW, EventSourcing, Raw, RawPostgreSQL, RawSQLite
from benchmarks.store_views import with_views
from tests.postgresql import Server
from tracker.record import canonical
from tracker.record.store import Envelope, NewEvent, Store
from tracker.record.verify import verify

BATCH = 5000
PATIENCE = 180  # seconds for one comparison with the other store
OTHER_BATCH = 500  # its best; from 2,000 in one save on it hangs on PostgreSQL

Engine = Literal["sqlite", "postgresql"]


def claims(count: int, series: str) -> list[NewEvent]:
    """Claims as an import makes them: an id that begins with the day, a stream each, about 500 bytes."""
    return [_claim(n, series) for n in range(count)]


def claims_among_others(count: int, series: str) -> list[NewEvent]:
    """Claims whose ids, in no order, lie on both sides of all that `claims` makes."""
    early, late = claims(count // 2, f"a{series}"), claims(count - count // 2, f"z{series}")
    return [one for pair in zip_longest(late, early) for one in pair if one is not None]


def _claim(n: int, series: str) -> NewEvent:
    name = f"c-241207-{series}{n:08d}"
    payload = canonical.dumps(
        {
            "claim": name,
            "predicate": "captured",
            "modality": "asserts",
            "actors": ["rebels"],
            "place": f"place-{n % 900}",
            "place_text": "Sanamayn",
            "chain": [{"who": "rebels"}, {"who": "afp"}, {"who": "reuters"}],
            "occurred": {
                "earliest": "2024-12-06T21:00:00Z",
                "latest": "2024-12-07T20:59:59.999999Z",
                "precision": "day",
            },
            "reported": {"earliest": "2024-12-07T18:30:00Z", "latest": "2024-12-07T18:30:00Z"},
            "confidence": {"scale": "icd-203", "text": "likely", "value": 0.675},
            "document": "reuters-2024-12-07",
            "url": f"https://news.example/2024/12/07/{n}",
        }
    )
    return NewEvent(name, f"claim/{name}", "claim-recorded", 1, payload, content_derived=True)


def append_singly(store: Store, events: Sequence[NewEvent]) -> None:
    for one in events:
        store.append([one], now=NOW, by="anna")


def append_in_batches(store: Store, events: Sequence[NewEvent]) -> None:
    for at in range(0, len(events), BATCH):
        store.append(events[at : at + BATCH], now=NOW, by="anna")


def read_decoded(store: Store) -> None:
    for envelope in store.read():
        canonical.stored(envelope.payload or "null")


def against_the_engine(store: Store, raw: Raw, runs: Runs) -> Iterator[Line]:
    """The store beside the driver alone: the same rows in the same table with the same triggers."""
    engine = store.dialect
    ours, theirs = in_turns(
        runs.rounds,
        lambda n: timed(append_singly, runs.singles, store, claims(runs.singles, f"s{n:02}")),
        lambda n: raw.timed_singly(claims(runs.singles, f"s{n:02}")) / runs.singles,
    )
    enough = theirs / ours >= 0.85 or ours - theirs <= 100
    bar = ">= 0.85 or +100 us" if engine == "sqlite" else NO_BAR
    yield Line(
        f"{engine}: one durable append / raw insert + commit", ours, theirs, bar, enough or engine != "sqlite"
    )

    ours, theirs = in_turns(
        runs.rounds,
        lambda n: timed(append_in_batches, runs.events, store, claims(runs.events, f"t{n:02}")),
        lambda n: raw.timed_in_batches(claims(runs.events, f"t{n:02}"), BATCH) / runs.events,
    )
    least = 0.6 if engine == "sqlite" else 0.75
    rival = "raw executemany" if engine == "sqlite" else "plain COPY"
    yield Line(f"{engine}: batch append / {rival}", ours, theirs, f">= {least}", theirs / ours >= least)
    others = in_turns(
        runs.rounds,
        lambda n: timed(append_in_batches, runs.events, store, claims_among_others(runs.events, f"{n:02}")),
        lambda n: raw.timed_in_batches(claims_among_others(runs.events, f"{n:02}"), BATCH) / runs.events,
    )
    yield Line(f"{engine}: batch append among older ids / {rival}", *others, "(no bar)", True)

    count = store.head().position
    ours, theirs = in_turns(
        runs.rounds,
        lambda _: timed(read_decoded, count, store),
        lambda _: timed(raw.read, raw.count(), Envelope._fields),
    )
    yield Line(f"{engine}: catch-up read, decoded / raw cursor", ours, theirs, ">= 0.5", theirs / ours >= 0.5)
    whole = in_turns(
        runs.rounds,
        lambda _: timed(read_decoded, count, store),
        lambda _: timed(raw.read, raw.count()),
    )
    yield Line(f"{engine}: catch-up read, decoded / raw cursor, all columns", *whole, "(no bar)", True)
    ours, theirs = in_turns(
        runs.rounds,
        lambda _: timed(lambda: verify(store), count),
        lambda _: timed(raw.read, raw.count()),
    )
    yield Line(f"{engine}: verify / raw cursor", ours, theirs, ">= 0.5", theirs / ours >= 0.5)


def against_another_store(store: Store, other: EventSourcing, runs: Runs) -> Iterator[Line]:
    """The same claims recorded and read back by the library `eventsourcing` (an aggregate a claim)."""
    engine = store.dialect
    measures: tuple[tuple[str, Callable[[int], float], Callable[[int], float]], ...] = (
        (
            "one append",
            lambda n: timed(append_singly, runs.singles, store, claims(runs.singles, f"u{n:02}")),
            lambda n: timed(other.save_singly, runs.singles, claims(runs.singles, f"u{n:02}")),
        ),
        (
            "batch append",
            lambda n: timed(append_in_batches, runs.events, store, claims(runs.events, f"v{n:02}")),
            lambda n: timed(other.save_in_batches, runs.events, claims(runs.events, f"v{n:02}"), OTHER_BATCH),
        ),
        (
            "catch-up read, decoded",
            lambda _: timed(read_decoded, store.head().position, store),
            lambda _: timed(other.read, other.count()),
        ),
    )
    for what, ours, theirs in measures:
        name = f"{engine}: {what} / eventsourcing"
        try:
            with patience(PATIENCE):
                line = in_turns(min(runs.rounds, 3), ours, theirs)
        except TimeoutError:
            print(f"{name:<62} no answer in {PATIENCE} s, left out", flush=True)
        else:
            yield Line(name, *line, "ahead: > 1", line[1] > line[0])


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """Give up with TimeoutError: now and then a save of the other store on PostgreSQL never ends."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def places(engine: Engine, folder: Path) -> Iterator[Callable[[str], str]]:
    """Where databases of some name are, on one engine; the one without a name is the server's own."""
    if engine == "sqlite":
        yield lambda name: str(folder / f"{name or 'other'}.db")
        return
    server = Server()
    try:
        server.make()
        yield lambda name: server.address() + (f"&options=-csearch_path%3D{name}" if name else "")
    finally:
        server.remove()


@contextmanager
def alone(engine: Engine, where: str) -> Iterator[Raw]:
    """The driver alone, on a log of its own."""
    Store.create(where).close()
    raw: Raw = RawSQLite(where) if engine == "sqlite" else RawPostgreSQL(where)
    yield raw
    raw.close()


def measure(engine: Engine, runs: Runs) -> Iterator[Line]:
    """All comparisons on one engine."""
    with tempfile.TemporaryDirectory() as folder, places(engine, Path(folder)) as place:
        with alone(engine, place("raw")) as raw, Store.create(place("ours")) as store:
            yield from against_the_engine(store, raw, runs)
            with suppress(ImportError):
                yield from against_another_store(store, EventSourcing(place("")), runs)
        with alone(engine, place("raw_views")) as raw:
            yield from with_views(place("views"), raw, runs)


def main() -> None:
    """Prints the table; exit 1 if a bar is missed."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--events", type=int, default=20_000, help="in a batch round")
    arguments.add_argument("--singles", type=int, default=200, help="in a round of single appends")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--only", choices=["sqlite", "postgresql"])
    given = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server is stopped then as well
    runs = Runs(given.events, given.singles, given.rounds)
    engines: tuple[Engine, ...] = ("sqlite", "postgresql")
    print(HEADING)
    missed = 0
    for engine in engines:
        if given.only in (None, engine):
            for line in measure(engine, runs):
                print(line, flush=True)
                missed += not line.clears
    raise SystemExit(1 if missed else 0)


if __name__ == "__main__":
    main()
