"""Decides what is known of each assessment: who holds what, when, how sure, until when, by whom."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Patch, Projection, Put
from tracker.times import parse_iso


def _made(event: Body, envelope: Envelope) -> Iterator[Put]:
    likelihood = event.get("likelihood", {})
    yield Put(
        (event["assessment"],),
        {
            "place": event["place"],
            "actors": " ".join(event["actors"]),
            "at": parse_iso(event["at"]),
            "until": parse_iso(event["until"]) if event.get("until") else None,
            "pinned": int(event.get("pinned", False)),
            "likelihood": likelihood.get("value"),
            "likelihood_text": likelihood.get("text"),
            "reason": event["reason"],
            "analyst": envelope.recorded_by,
            "made_at": envelope.recorded_at,
        },
        fresh=True,
    )


def _cleared(event: Body, envelope: Envelope) -> Iterator[Patch]:
    cleared = {"cleared_at": envelope.recorded_at, "cleared_by": envelope.recorded_by}
    yield Patch((event["assessment"],), {**cleared, "clear_reason": event.get("reason")})


PROJECTION = Projection(
    table="assessments",
    revision=1,
    key={"id": "TEXT NOT NULL"},
    columns={
        "place": "TEXT NOT NULL",
        "actors": "TEXT NOT NULL",
        "at": "BIGINT NOT NULL",
        "until": "BIGINT",
        "pinned": "INTEGER NOT NULL",
        "likelihood": "DOUBLE PRECISION",
        "likelihood_text": "TEXT",
        "reason": "TEXT NOT NULL",
        "analyst": "TEXT NOT NULL",
        "made_at": "BIGINT NOT NULL",
        "cleared_at": "BIGINT",
        "cleared_by": "TEXT",
        "clear_reason": "TEXT",
    },
    handlers={"assessment-made": _made, "assessment-cleared": _cleared},
    indexes=(("place", "at"), ("pinned", "until")),
)
