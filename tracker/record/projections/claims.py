"""Decides what is known of each claim: what was said, in columns that can be asked and weighed.

`effect` is the step that the claim takes on the belief; `event_at` is the latest bound of "occurred",
at most `reported_at`; `origin` is the first hop of the chain, or, where that has no name, a voice of
the document (an unnamed origin is never independent of another one in the same document).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from tracker.judgement.vocabulary import effect
from tracker.record import canonical
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import OPEN, Patch, PatchAll, Projection, Put
from tracker.times import parse_iso

RECORDED, RETRACTED, CORRECTED, UNDONE = "recorded", "retracted", "corrected", "undone"


def _recorded(event: Body, envelope: Envelope) -> Iterator[Put]:
    yield Put((event["claim"],), _values(event, envelope.recorded_at, canonical.dumps), fresh=True)


def rows(claims: Iterable[tuple[Envelope, Body]]) -> list[tuple[object, ...]]:
    """The rows of claims that are new, for `Projection.insert`: what many of them share is spelled once."""
    spelled: dict[int, str] = {}  # by identity: nobody lets go of any of it meanwhile

    def spell(part: object) -> str:
        text = spelled.get(id(part))
        if text is None:
            text = spelled[id(part)] = canonical.dumps(part)
        return text

    return [
        (event["claim"], *_in_order(_values(event, envelope.recorded_at, spell)), envelope.position, OPEN)
        for envelope, event in claims
    ]


def _values(event: Body, recorded_at: int, spell: Callable[[object], str]) -> dict[str, Any]:
    told = event.get
    chain, reported, occurred = event["chain"], event["reported"], told("occurred", _NOTHING)
    predicate, modality, relation, extent, outcome = (
        event["predicate"], event["modality"], told("relation"), told("extent"), told("outcome"),
    )  # fmt: skip
    reported_at, latest = _bound(reported, "latest"), _bound(occurred, "latest")
    document = told("document") or told("url")
    confidence = told("confidence", _NOTHING)
    return {
        "place": told("place"),
        "effect": effect(predicate, modality, relation=relation, extent=extent, outcome=outcome),
        "event_at": reported_at if latest is None else min(latest, reported_at or latest),
        "reported_at": reported_at,
        "recorded_at": recorded_at,
        "earliest": _bound(occurred, "earliest"),
        "latest": latest,
        "predicate": predicate,
        "modality": modality,
        "actors": " ".join(told("actors", ())),
        "against": " ".join(told("against", ())),
        "taken_from": " ".join(told("taken_from", ())),
        "relation": relation,
        "km": told("km"),
        "bearing": told("bearing"),
        "extent": extent,
        "outcome": outcome,
        "origin": chain[0].get("who") or f"unnamed:{document or chain[-1]['who']}",
        "source": chain[-1]["who"],
        "document": document,
        "confidence": confidence.get("value"),
        "weight": 1.0,
        "fact": RECORDED,
        "fact_reason": None,
        "replaced_by": None,
        "confidence_text": confidence.get("text"),
        "level_not_stated": int(told("level_not_stated", False)),
        "place_text": told("place_text"),
        "chain": spell(chain),
        "details": spell(told("details", _NOTHING)),
        "occurred": spell(occurred),
        "reported": spell(reported),
        "url": told("url"),
        "sentence": told("sentence"),
        "quote": told("quote"),
        "note": told("note"),
        "imported": told("imported"),
    }


_NOTHING: Final[Body] = {}


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


def _reimported(event: Body, _: Envelope) -> Iterator[Patch]:
    changes = {"fact": RECORDED, "fact_reason": None, "imported": event["import_id"]}
    yield Patch((event["claim"],), changes)


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
        "claim-reimported": _reimported,
        "import-undone": _undone,
        "import-restored": _restored,
    },
    indexes=(("place", "event_at"), ("origin", "reported_at"), ("source",)),
)
_in_order: Final = itemgetter(*PROJECTION.columns)
