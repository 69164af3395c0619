"""Decides what events look like in the tests of the log, which knows nothing of their meaning."""

from __future__ import annotations

from typing import Any

from tracker.record.store import NewEvent


def event(n: int, stream: str | None = None, **changes: Any) -> NewEvent:
    """The event `e-<n>`, the first of its stream unless one is given."""
    fields: dict[str, Any] = {"kind": "claim-recorded", "schema": 1, "payload": f'{{"n":{n}}}'} | changes
    return NewEvent(f"e-{n}", stream=stream or f"claim/c-{n}", **fields)


def events(count: int, start: int = 1) -> list[NewEvent]:
    """`count` events from `e-<start>` on."""
    return [event(n) for n in range(start, start + count)]
