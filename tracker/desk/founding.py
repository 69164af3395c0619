"""Decides how a tracker begins: its database made, and what of a starter pack is not yet known brought in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.desk.recording import Decision, Recorder, unseen
from tracker.reader import NOW, Reader
from tracker.record.events import Event
from tracker.record.follow import catch_up
from tracker.record.store import Store

COUNTED = ("places", "actors", "sources", "claims")


def founded(recorder: Recorder, starter: str | None) -> dict[str, Any]:
    """Make the database if it is not there; answers with how much was recorded and how much it holds."""
    opening: Sequence[Event] = ()
    if starter is not None:
        from tracker.desk.starter import opening as opening_of

        opening = opening_of(starter)  # first: where no such pack is, nothing is made
    with Store.create(recorder.where) as store:
        catch_up(store)

    def missing(reader: Reader) -> Decision[None]:
        known = {row[0] for row in reader.rows("SELECT DISTINCT stream FROM events")}
        return Decision([event for event in opening if event.stream not in known], None)

    recorded = len(recorder.record(missing, unseen).events)
    with recorder.reading() as reader:
        counts = {
            thing: reader.rows(f"SELECT count(*) FROM {thing} WHERE to_pos > :known", known=NOW)[0][0]
            for thing in COUNTED
        }
    return {"where": recorder.where, "starter": starter, "recorded": recorded, **counts}
