"""Decides what is known of each import: which file was read how, what became of its rows, if it counts."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Patch, Projection, Put

STARTED, FINISHED, UNDONE = "started", "finished", "undone"


def _started(event: Body, envelope: Envelope) -> Iterator[Put]:
    values = {
        "name": event["name"], "format": event["file_format"], "profile": event.get("profile"),
        "sha256": event["sha256"], "state": STARTED, "started_at": envelope.recorded_at,
        "started_by": envelope.recorded_by,
    }  # fmt: skip
    yield Put((event["import_id"],), values)


def _finished(event: Body, envelope: Envelope) -> Iterator[Patch]:
    counts = {name: event.get(name, 0) for name in ("recorded", "known", "rejected", "left_out")}
    yield Patch(
        (event["import_id"],),
        {"state": FINISHED, "finished_at": envelope.recorded_at, "reason": None, **counts},
    )


def _undone(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["import_id"],), {"state": UNDONE, "reason": event.get("reason")})


def _restored(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["import_id"],), {"state": FINISHED, "reason": event.get("reason")})


PROJECTION = Projection(
    table="imports",
    revision=1,
    key={"id": "TEXT NOT NULL"},
    columns={
        "name": "TEXT NOT NULL",
        "format": "TEXT NOT NULL",
        "profile": "TEXT",
        "sha256": "TEXT NOT NULL",
        "state": "TEXT NOT NULL",
        "started_at": "BIGINT NOT NULL",
        "started_by": "TEXT NOT NULL",
        "finished_at": "BIGINT",
        "recorded": "INTEGER",
        "known": "INTEGER",
        "rejected": "INTEGER",
        "left_out": "INTEGER",
        "reason": "TEXT",
    },
    handlers={
        "import-started": _started,
        "import-finished": _finished,
        "import-undone": _undone,
        "import-restored": _restored,
    },
)
