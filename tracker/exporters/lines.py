"""Decides how rows become JSON Lines: a claim, or an event of the log, on each line."""

from __future__ import annotations

import json

from tracker.exporters.claims import whole
from tracker.exporters.content import LOG, Content, Open
from tracker.exporters.log import event_line, first_line


def write_lines(content: Content, file: Open) -> int:
    """Write a row a line; the log begins with a line that tells where it ends."""
    count = 0
    if content.what == LOG:
        file.write(first_line(content.about["head"]))
        for row in content.rows:
            file.write(event_line(row))
            count += 1
        return count
    for claim in content.rows:
        file.write(json.dumps(whole(claim), ensure_ascii=False) + "\n")
        count += 1
    return count
