"""Decides what a starter pack is: a folder of places, actors and sources that a tracker begins with.

A pack is `fixtures/<name>/places.csv`, `actors.csv` and `sources.csv`; several aliases are separated
by `|`. Packs may carry stories (`*.jsonl`): claims as somebody typed them, with the instant they did.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tracker.desk.intake import Typed
from tracker.desk.registry import new_place
from tracker.errors import NotFound
from tracker.names import propose
from tracker.record import events
from tracker.record.events import Event
from tracker.resources import folder
from tracker.times import read_instant

_DETAILS = ("manner", "framing", "means", "kind", "what", "scope", "until", "from", "low", "best", "high")


def packs() -> list[str]:
    """The names of the packs that come with tracker."""
    return sorted(path.parent.name for path in folder("fixtures").glob("*/places.csv"))


def pack(name: str) -> Path:
    """The folder of a pack; NotFound with proposals."""
    known = packs()
    if name not in known:
        near = propose(name, known, 1)
        asked = f"did you mean {near[0]}? " if near else ""
        raise NotFound(what=f"no starter pack is called {name!r}", try_=f"{asked}there is {', '.join(known)}")
    return folder("fixtures") / name


def opening(name: str) -> list[Event]:
    """The events that bring in everything of a pack, parents before what refers to them."""
    path = pack(name)
    actors = [_actor(row) for row in _rows(path / "actors.csv")]
    sources = [_source(row) for row in _rows(path / "sources.csv")]
    places = [_place(row) for row in _rows(path / "places.csv")]
    return [*actors, *sources, *places]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _text(row: dict[str, str], key: str) -> str | None:
    return row.get(key) or None


def _number(row: dict[str, str], key: str) -> float | None:
    return float(row[key]) if row.get(key) else None


def _aliases(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(alias for alias in (row.get("aliases") or "").split("|") if alias)


def _place(row: dict[str, str]) -> Event:
    gazetteer = f"geonames:{row['geonames']}" if row.get("geonames") else None
    return new_place(
        row["name"], kind=row["kind"], id_=row["id"], lat=_number(row, "lat"), lon=_number(row, "lon"),
        parent=_text(row, "parent"), population=int(row["population"]) if row.get("population") else None,
        near=_text(row, "near"), bearing=_text(row, "bearing"), km=_number(row, "km"), gazetteer=gazetteer,
        aliases=_aliases(row),
    )  # fmt: skip


def _actor(row: dict[str, str]) -> Event:
    return events.ActorRegistered(
        actor=row["id"],
        name=row["name"],
        level=row["level"],
        part_of=_text(row, "part_of"),
        aliases=_aliases(row),
    )


def _source(row: dict[str, str]) -> Event:
    return events.SourceRegistered(
        source=row["id"], name=row["name"], source_kind=row["kind"], lean=_text(row, "lean"),
        grade=_text(row, "grade"), language=_text(row, "language"), aliases=_aliases(row),
    )  # fmt: skip


class Line(NamedTuple):
    """One line of a story: a claim as typed, or a place that had to be minted for it."""

    recorded: int
    act: str
    zone: str
    claim: Typed | None
    mint: Event | None


def story(name: str, *acts: str) -> list[Line]:
    """The lines of a pack's stories, in the order in which they were recorded; of some acts, or all."""
    lines = [_line(json.loads(text)) for path in pack(name).glob("*.jsonl") for text in _lines(path)]
    wanted = [line for line in lines if not acts or line.act in acts]
    return sorted(wanted, key=lambda line: line.recorded)


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _line(told: dict[str, Any]) -> Line:
    recorded = read_instant(told["recorded"], now=0, zone="UTC")
    act, zone = str(told.get("act", "")), str(told.get("zone", "UTC"))
    if "mint" in told:
        mint = told["mint"]
        place = new_place(
            mint["name"], kind=mint["kind"], id_=mint["id"], near=mint.get("near"),
            bearing=mint.get("bearing"), km=mint.get("km"), parent=mint.get("parent"),
        )  # fmt: skip
        return Line(recorded, act, zone, None, place)
    return Line(recorded, act, zone, typed(told), None)


def typed(told: dict[str, Any]) -> Typed:
    """A line of a story as if it had been typed."""
    details = {**told.get("detail", {}), **{key: told[key] for key in _DETAILS if key in told}}
    plain = (
        "sentence", "predicate", "place", "source", "modality", "basis", "stance", "channel", "at",
        "reported", "extent", "relation", "km", "bearing", "outcome", "confidence", "quote", "note", "url",
        "document",
    )  # fmt: skip
    return Typed(
        **{key: told[key] for key in plain if key in told},
        actor=tuple(told.get("actor", ())),
        said_by=tuple(told.get("said_by", ())),
        against=tuple(told.get("against", ())),
        details=details,
    )
