"""Decides what is known of each flag: what was found where, since when, and whether somebody put it away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Patch, Projection, Put
from tracker.times import parse_iso

_AGAIN: Final = dict.fromkeys(
    (
        "cleared_at",
        "cleared_how",
        "cleared_by",
        "clear_reason",
        "snoozed_until",
        "snoozed_at_pos",
        "snoozed_by",
    )
)


def _raised(event: Body, envelope: Envelope) -> Iterator[Put]:
    yield Put(
        (event["flag"],),
        {
            "rule": event["rule"],
            "kind": event["flag_kind"],
            "place": event["place"],
            "claims": " ".join(event.get("claims", ())),
            "at": parse_iso(event["at"]),
            "since": parse_iso(event["since"]) if event.get("since") else None,
            "why": event["why"],
            "clears": event["clears"],
            **_AGAIN,
        },
    )


def _cleared(event: Body, envelope: Envelope) -> Iterator[Patch]:
    cleared = {"cleared_at": parse_iso(event["at"]), "cleared_how": event["how"]}
    yield Patch(
        (event["flag"],),
        {**cleared, "cleared_by": envelope.recorded_by, "clear_reason": event.get("why")},
    )


def _snoozed(event: Body, envelope: Envelope) -> Iterator[Patch]:
    until = parse_iso(event["until"])
    by = {"snoozed_by": envelope.recorded_by, "snoozed_at_pos": envelope.position}
    yield Patch((event["flag"],), {"snoozed_until": until, **by})


PROJECTION = Projection(
    table="flags",
    revision=1,
    key={"id": "TEXT NOT NULL"},
    columns={
        "rule": "TEXT NOT NULL",
        "kind": "TEXT NOT NULL",
        "place": "TEXT NOT NULL",
        "claims": "TEXT NOT NULL",
        "at": "BIGINT NOT NULL",
        "since": "BIGINT",
        "why": "TEXT NOT NULL",
        "clears": "TEXT NOT NULL",
        "cleared_at": "BIGINT",
        "cleared_how": "TEXT",
        "cleared_by": "TEXT",
        "clear_reason": "TEXT",
        "snoozed_until": "BIGINT",
        "snoozed_at_pos": "BIGINT",
        "snoozed_by": "TEXT",
    },
    handlers={"flag-raised": _raised, "flag-cleared": _cleared, "flag-snoozed": _snoozed},
    indexes=(("place",), ("cleared_at",)),
)
