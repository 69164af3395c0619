"""Decides what is known of each claim: what was said, in columns that can be asked and weighed.

`effect` is the step that the claim takes on the belief; `event_at` is the latest bound of "occurred",
at most `reported_at`; `origin` is the first hop of the chain, or, where that has no name, a voice of
the document (an unnamed origin is never independent of another one in the same document).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tracker.judgement.vocabulary import effect
from tracker.record import canonical
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Patch, PatchAll, Projection, Put
from tracker.times import parse_iso

RECORDED, RETRACTED, CORRECTED, UNDONE = "recorded", "retracted", "corrected", "undone"
_PLAIN = (
    "modality", "predicate", "place", "relation", "km", "bearing", "extent", "outcome", "url", "sentence",
    "quote", "note", "place_text", "imported",
)  # fmt: skip


def _recorded(event: Body, envelope: Envelope) -> Iterator[Put]:
    chain = event["chain"]
    reported_at = _bound(event["reported"], "latest")
    occurred = event.get("occurred", {})
    latest = _bound(occurred, "latest")
    event_at = reported_at if latest is None else min(latest, reported_at or latest)
    document = event.get("document") or event.get("url")
    confidence = event.get("confidence", {})
    yield Put(
        (event["claim"],),
        {
            **{column: event.get(column) for column in _PLAIN},
            "effect": effect(
                event["predicate"],
                event["modality"],
                relation=event.get("relation"),
                extent=event.get("extent"),
                outcome=event.get("outcome"),
            ),
            "actors": " ".join(event.get("actors", ())),
            "against": " ".join(event.get("against", ())),
            "taken_from": " ".join(event.get("taken_from", ())),
            "earliest": _bound(occurred, "earliest"),
            "latest": latest,
            "event_at": event_at,
            "reported_at": reported_at,
            "recorded_at": envelope.recorded_at,
            "origin": chain[0].get("who") or f"unnamed:{document or chain[-1]['who']}",
            "source": chain[-1]["who"],
            "chain": canonical.dumps(chain),
            "document": document,
            "confidence": confidence.get("value"),
            "confidence_text": confidence.get("text"),
            "level_not_stated": int(event.get("level_not_stated", False)),
            "details": canonical.dumps(event.get("details", {})),
            "occurred": canonical.dumps(occurred),
            "reported": canonical.dumps(event["reported"]),
            "weight": 1.0,
            "fact": RECORDED,
        },
        fresh=True,
    )


def _bound(moment: Body, which: str) -> int | None:
    text = moment.get(which)
    return None if text is None else _instant(text)


_instant = lru_cache(4096)(parse_iso)  # a claim, and an import more so, names few instants many times


def _corrected(event: Body, _: Envelope) -> Iterator[Patch]:
    changes = {"fact": CORRECTED, "fact_reason": event.get("reason"), "replaced_by": event["replaced_by"]}
    yield Patch((event["claim"],), changes)


def _retracted(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["claim"],), {"fact": RETRACTED, "fact_reason": event.get("reason")})


def _weighted(event: Body, _: Envelope) -> Iterator[Patch]:
    yield Patch((event["claim"],), {"weight": float(event["factor"])})


def _undone(event: Body, _: Envelope) -> Iterator[PatchAll]:
    yield PatchAll(
        {"imported": event["import_id"], "fact": RECORDED},
        {"fact": UNDONE, "fact_reason": event.get("reason")},
    )


def _restored(event: Body, _: Envelope) -> Iterator[PatchAll]:
    yield PatchAll({"imported": event["import_id"], "fact": UNDONE}, {"fact": RECORDED, "fact_reason": None})


PROJECTION = Projection(
    table="claims",
    revision=5,
    key={"id": "TEXT NOT NULL"},
    columns={
        "place": "TEXT",
        "effect": "TEXT NOT NULL",
        "event_at": "BIGINT NOT NULL",
        "reported_at": "BIGINT NOT NULL",
        "recorded_at": "BIGINT NOT NULL",
        "earliest": "BIGINT",
        "latest": "BIGINT",
        "predicate": "TEXT NOT NULL",
        "modality": "TEXT NOT NULL",
        "actors": "TEXT NOT NULL",
        "against": "TEXT NOT NULL",
        "taken_from": "TEXT NOT NULL",
        "relation": "TEXT",
        "km": "DOUBLE PRECISION",
        "bearing": "TEXT",
        "extent": "TEXT",
        "outcome": "TEXT",
        "origin": "TEXT NOT NULL",
        "source": "TEXT NOT NULL",
        "document": "TEXT",
        "confidence": "DOUBLE PRECISION",
        "weight": "DOUBLE PRECISION NOT NULL",
        "fact": "TEXT NOT NULL",
        "fact_reason": "TEXT",
        "replaced_by": "TEXT",
        "confidence_text": "TEXT",
        "level_not_stated": "INTEGER NOT NULL",
        "place_text": "TEXT",
        "chain": "TEXT NOT NULL",
        "details": "TEXT NOT NULL",
        "occurred": "TEXT NOT NULL",
        "reported": "TEXT NOT NULL",
        "url": "TEXT",
        "sentence": "TEXT",
        "quote": "TEXT",
        "note": "TEXT",
        "imported": "TEXT",
    },
    handlers={
        "claim-recorded": _recorded,
        "claim-corrected": _corrected,
        "claim-retracted": _retracted,
        "claim-weighted": _weighted,
        "import-undone": _undone,
        "import-restored": _restored,
    },
    indexes=(("place", "event_at"), ("origin", "reported_at"), ("source",)),
)
