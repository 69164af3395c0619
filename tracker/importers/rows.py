"""Decides what a file is made of, whatever its format: rows with a line, and rows that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tracker.errors import BadInput, typed

LONGEST: Final = 2**20
"""So many characters at most has a row, or a field of one."""
MOST_COLUMNS: Final = 1000

Fields = Mapping[str, Any]
"""What a row says, by column: text; of JSON also lists, objects and numbers. What is empty is left out."""


class Row(NamedTuple):
    """A row as it stands in a file; `line` is where it begins, counted from 1."""

    line: int
    fields: Fields


class Rejected(NamedTuple):
    """Why a row cannot be recorded: in which field, and what would help. A bad row is data, no accident."""

    line: int
    field: str
    why: str
    fields: Fields = MappingProxyType({})


def refuse(path: str, why: str, step: str) -> BadInput:
    """The refusal of a whole file."""
    return BadInput(what=f"{typed(path)} cannot be read: {why}", try_=step)
