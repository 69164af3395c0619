"""Decides which formats there are, and which one a file has by its name."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

from tracker.errors import BadInput, typed
from tracker.importers import features, geonames, pcodes, places
from tracker.importers.claims import LeftOut, Told, told
from tracker.importers.lines import read_lines
from tracker.importers.log import NAME as LOG
from tracker.importers.rows import Fields, Rejected, Row
from tracker.importers.table import read_table
from tracker.importers.workbook import read_workbook

Read = Callable[[BinaryIO, str, str | None], Generator[Row | Rejected]]


class Format(NamedTuple):
    """How a file is taken apart into rows, and what a row tells."""

    name: str
    endings: tuple[str, ...]
    read: Read
    told: Callable[[Fields], Iterable[Told | LeftOut]]


class Gazetteer(NamedTuple):
    """How a file of places is taken apart into rows, and which place a row tells or why none."""

    name: str
    endings: tuple[str, ...]
    read: Read
    told: Callable[[Fields], places.Told | LeftOut]


def _one(fields: Fields) -> Iterator[Told]:
    yield told(fields)


ALL: Final[tuple[Format, ...]] = (
    Format("csv", (".csv", ".tsv", ".tab", ".txt"), read_table, _one),
    Format("jsonl", (".jsonl", ".ndjson"), read_lines, _one),
    Format("xlsx", (".xlsx",), read_workbook, _one),
)
"""Every format of claims; one that more than one could have is the first's."""
GAZETTEERS: Final[tuple[Gazetteer, ...]] = (
    Gazetteer("places", (), places.read_places, places.told),
    Gazetteer("geonames", (), geonames.read_geonames, geonames.told),
    Gazetteer("pcodes", (), pcodes.read_pcodes, pcodes.told),
    Gazetteer("geojson", (".geojson",), features.read_features, features.told),
)
"""Every format of places."""


def format_of(path: str, named: str | None = None) -> Format | Gazetteer:
    """The format that is named, else the one that a file's name ends in. Raises BadInput."""
    every: tuple[Format | Gazetteer, ...] = (*ALL, *GAZETTEERS)
    if named is not None:
        for one in every:
            if one.name == named:
                return one
        raise BadInput(
            what=f"there is no format {named!r}", try_=" or ".join([*(one.name for one in every), LOG])
        )
    ending = path.lower()
    for one in every:
        if one.endings and ending.endswith(one.endings):
            return one
    raise BadInput(
        what=f"which format {typed(path)} has cannot be told by its name",
        try_=f"--format {' or --format '.join(one.name for one in every)}",
    )
