"""Decides how the log itself is read: events in order, with their payloads as recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tracker.errors import NotFound
from tracker.reader import NOW, Reader, begins, recorded_us
from tracker.zones import iso

PAGE = 2000


def events(reader: Reader, after: int, until: int | None, stream: str | None) -> Iterator[dict[str, Any]]:
    """The events past position `after` and up to `until`, in order; of one stream if asked."""
    if stream:
        _require_stream(reader, stream)
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


def cut_off(reader: Reader) -> dict[str, Any]:
    """Up to where the log goes: its last position (0: it is empty), when that was recorded, its hash."""
    row = reader.one(
        f"SELECT position, {recorded_us(reader)}, chain_hash FROM events ORDER BY position DESC LIMIT 1"
    )
    if row is None:
        return {"position": 0, "recorded": None, "chain_hash": None}
    return {"position": row[0], "recorded": iso(row[1]), "chain_hash": bytes(row[2]).hex()}


def _require_stream(reader: Reader, stream: str) -> None:
    """Refuse a stream that nothing is in, naming those that may have been meant."""
    if reader.one("SELECT 1 FROM events WHERE stream = :stream LIMIT 1", stream=stream) is None:
        near = _near(reader, stream)
        asked = f"did you mean {' or '.join(near)}? " if near else ""
        step = f"{asked}a stream is the kind of a thing and its id: claim/c-…, place/homs, source/reuters"
        raise NotFound(what=f"no stream is called {stream!r}", try_=step)


def _near(reader: Reader, stream: str) -> list[str]:
    """Streams of that id without its kind, or of ids alike; of a claim, those that begin alike."""
    from tracker.names import fold, propose

    kind, slash, id_ = stream.partition("/")
    if kind.casefold() == "claim" or kind.startswith("c-"):
        start = f"claim/{(id_ if slash else kind)[: len('c-241207-')]}"
        sql = f"SELECT DISTINCT stream FROM events WHERE {begins(reader, 'stream')}"
        return sorted(row[0] for row in reader.rows(f"{sql} ORDER BY stream LIMIT 2", start=start))
    rows = reader.rows("SELECT DISTINCT stream FROM events WHERE kind LIKE '%-registered'")
    known = [row[0] for row in rows]
    wanted = fold(id_ if slash else kind)
    same = [one for one in known if fold(one.partition("/")[2]) == wanted]
    of_kind = [one for one in known if not slash or one.partition("/")[0] == kind]
    return same[:3] or propose(wanted, ((one.partition("/")[2], one) for one in of_kind), 2)
