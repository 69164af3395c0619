"""Decides what an export is made of, whatever its format: what is exported, its rows, what is true of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol

CLAIMS: Final = "claims"
LOG: Final = "log"
STATUS: Final = "status"
PLACES: Final = "places"
TEMPLATE: Final = "template"
MAP: Final = "map"
SUBJECTS: Final = (CLAIMS, STATUS, PLACES, LOG, TEMPLATE, MAP)
"""What can be exported; the first is where nothing is named."""


class Open(Protocol):
    """What is written to: a file that is open, or whatever else takes text (bytes, of some formats)."""

    def write(self, text: Any, /) -> object:
        """Write some more."""


class Content(NamedTuple):
    """Something to be written, row by row: claims as `claims.Claim`, the log as `Row`, else documents."""

    what: str
    rows: Iterable[Any]
    about: Mapping[str, Any] = MappingProxyType({})
