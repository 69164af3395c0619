"""Decides what a night is in these tests: a small tracker in which nights are done, and targets for them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

from tests.furnished import furnished
from tracker.night.outbox import Row, rows
from tracker.night.shift import Worker, work
from tracker.night.sweep import Slot
from tracker.night.targets import Target, read_targets
from tracker.reader import open_reader
from tracker.tracker import Tracker
from tracker.zones import parse_iso

FILE = "config.toml"
NOW = parse_iso("2024-12-08T02:00:30Z")


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: int = NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def forward(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        self.now += int(1_000_000 * (seconds + 60 * minutes + 3600 * hours + 86400 * days))


def swept(where: str, targets: Iterable[str], days: Iterable[str] = ("2024-12-08",)) -> str:
    """A tracker at an address with nights that are done, each to go to some targets."""
    furnished(where, _told)
    for day in days:
        at = parse_iso(f"{day}T02:00:00Z")
        night = Clock(at + 30_000_000)
        work(Worker(where, night, night, "night", tuple(targets)), Slot(day, at, "UTC"))
    return where


def _told(where: str) -> None:
    clock = Clock(parse_iso("2024-12-05T12:00:00Z"))
    tracker = Tracker.create(where, clock=clock, by="anna")
    tracker.place_add("Hama", kind="city", lat=35.13, lon=36.75)
    tracker.actor_add("Rebels", level="side")
    tracker.source_add("Reuters", kind="wire")
    tracker.add_claim("rebels captured Hama", source="Reuters", reported="2024-12-05")


def targets(toml: str, path: str = FILE) -> tuple[Target, ...]:
    """Targets as a configuration file says them."""
    return read_targets(tomllib.loads(toml)["deliver"], path)


def outbox(where: str) -> list[Row]:
    """What the outbox holds."""
    with open_reader(where) as reader:
        return rows(reader)


def states(where: str) -> dict[tuple[str, str], str]:
    """The state of each night's report to each target."""
    return {(row.day, row.target): row.state for row in outbox(where)}
