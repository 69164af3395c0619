"""Decides how an event of the log is a line of JSON, from which exactly its row can be made again.

The payload stands in it as the JSON that it is; the hashes and the salt in hexadecimal digits. A first line
tells where the log ends, so that a file that was cut off is known for one.
"""

from __future__ import annotations

import json

from tracker.importers.log import MARK, VERSION
from tracker.record import canonical
from tracker.record.envelope import Head, RowValues
from tracker.zones import iso


def first_line(head: Head) -> str:
    """The line before the first event."""
    told = {MARK: VERSION, "position": head.position, "chain_hash": head.chain_hash.hex()}
    return json.dumps(told) + "\n"


def event_line(row: RowValues) -> str:
    """One event."""
    position, event_id, stream, version, kind, schema, at, by, payload, salt, hashed, chained = row
    before = {
        "position": position, "event_id": event_id, "stream": stream, "version": version, "kind": kind,
        "schema": schema, "recorded_at": iso(at), "recorded_by": by,
    }  # fmt: skip
    after = {
        "salt": None if salt is None else bytes(salt).hex(), "payload_hash": bytes(hashed).hex(),
        "chain_hash": bytes(chained).hex(),
    }  # fmt: skip
    first, last = json.dumps(before, ensure_ascii=False), json.dumps(after)
    return f'{first[:-1]}, "payload": {_as_json(payload)}, {last[1:]}\n'


def _as_json(payload: str | None) -> str:
    """A payload as it stands in the line: as it is where it can be spelled again, else as a text."""
    if payload is None:
        return "null"
    try:
        same = canonical.dumps(canonical.stored(payload)) == payload
    except ValueError:
        same = False
    return payload if same else json.dumps(payload)
