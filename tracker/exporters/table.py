"""Decides how rows become a table in text (CSV), in which nothing is that a spreadsheet would run."""

from __future__ import annotations

import csv

from tracker.exporters.claims import COLUMNS, cells
from tracker.exporters.content import Content, Open
from tracker.importers.table import guarded


def write_table(content: Content, file: Open) -> int:
    """Write claims, a row each."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for claim in content.rows:
        row = cells(claim)
        writer.writerow([guarded(row[column]) for column in COLUMNS])
        count += 1
    return count
