"""Decides how rows become a table in text (CSV), in which nothing is that a spreadsheet would run."""

from __future__ import annotations

import csv
from typing import Any

from tracker.exporters import features
from tracker.exporters.claims import COLUMNS, cells
from tracker.exporters.content import CLAIMS, Content, Open
from tracker.importers.table import guarded


def write_table(content: Content, file: Open) -> int:
    """Write a row each, below their heads."""
    writer = csv.writer(file, lineterminator="\n")
    heads = heads_for(content)
    writer.writerow(heads)
    count = 0
    for row in content.rows:
        told = facts_of(content, row)
        writer.writerow([_cell(told[head]) for head in heads])
        count += 1
    return count


def heads_for(content: Content) -> tuple[str, ...]:
    """The columns of a table."""
    return COLUMNS if content.what == CLAIMS else (*features.COLUMNS[content.what], "lat", "lon")


def facts_of(content: Content, row: Any) -> dict[str, Any]:
    """What stands in the columns of a row."""
    if content.what == CLAIMS:
        return dict(cells(row))
    point, facts = features.located(content, row)
    return {**facts, **dict(zip(("lat", "lon"), point or (None, None), strict=True))}


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    return guarded(value) if isinstance(value, str) else "" if value is None else value
