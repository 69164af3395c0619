"""Decides how the log itself is read: events in order, with their payloads as recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tracker.reader import NOW, Reader, recorded_us
from tracker.zones import iso

PAGE = 2000


def events(reader: Reader, after: int, until: int | None, stream: str | None) -> Iterator[dict[str, Any]]:
    """The events past position `after` and up to `until`, in order; of one stream if asked."""
    one = " AND stream = :stream" if stream else ""
    sql = (
        f"SELECT position, event_id, stream, version, kind, schema, {recorded_us(reader)}, recorded_by,"
        f" payload, chain_hash FROM events WHERE position > :after AND position <= :until{one}"
        f" ORDER BY position LIMIT {PAGE}"
    )
    while True:
        rows = reader.rows(
            sql, after=after, until=NOW if until is None else until, **({"stream": stream} if stream else {})
        )
        for row in rows:
            yield {
                "position": row[0], "event_id": row[1], "stream": row[2], "version": row[3], "kind": row[4],
                "schema": row[5], "recorded": iso(row[6]), "by": row[7],
                "payload": None if row[8] is None else json.loads(row[8]), "chain_hash": bytes(row[9]).hex(),
            }  # fmt: skip
        if len(rows) < PAGE:
            return
        after = rows[-1][0]
