"""Decides what is known of each night that was swept: its instant, and which part of the log it looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Projection, Put
from tracker.times import parse_iso

_COUNTS: Final = ("considered", "held", "contested", "unknown", "due_tomorrow")


def _swept(event: Body, envelope: Envelope) -> Iterator[Put]:
    yield Put(
        (event["night"],),
        {
            "at": parse_iso(event["at"]),
            "zone": event["zone"],
            "after": event.get("after", 0),
            "cut_off": event["cut_off"],
            "position": envelope.position,
            **{column: event.get(column, 0) for column in _COUNTS},
            "tomorrow": " ".join(event.get("tomorrow", ())),
            "nobodys": " ".join(event.get("nobodys", ())),
            "covers": " ".join(event.get("covers", ())),
            "swept_at": envelope.recorded_at,
        },
        fresh=True,
    )


PROJECTION = Projection(
    table="nights",
    revision=1,
    key={"night": "TEXT NOT NULL"},
    columns={
        "at": "BIGINT NOT NULL",
        "zone": "TEXT NOT NULL",
        "after": "BIGINT NOT NULL",
        "cut_off": "BIGINT NOT NULL",
        "position": "BIGINT NOT NULL",
        **dict.fromkeys(_COUNTS, "INTEGER NOT NULL"),
        "tomorrow": "TEXT NOT NULL",
        "nobodys": "TEXT NOT NULL",
        "covers": "TEXT NOT NULL",
        "swept_at": "BIGINT NOT NULL",
    },
    handlers={"night-swept": _swept},
    indexes=(("at",),),
)
