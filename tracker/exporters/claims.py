"""Decides how a claim is written so that `tracker import` reads exactly that claim again.

In a table every cell is text, in the columns of `tracker.importers.claims`; in JSON it is the whole of it:
the chain as hops, times with their bounds, precision and words. Things are named by their ids.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from tracker.desk.retyped import span_text, typed_again
from tracker.importers.claims import NAMES
from tracker.views.claims import told

Document = dict[str, Any]
_WRITTEN: Final = [names[0] for field, names in NAMES.items() if field != "sentence"]
COLUMNS: Final = (_WRITTEN[0], "text", *_WRITTEN[1:])
"""The columns of a table of claims: those that are read again, and the claim in words."""


class Claim(NamedTuple):
    """A claim to be written.

    `reported` is what was given for it, None where that was left to the clock; `recorded` is what the clock
    then showed.
    """

    document: Document
    reported: Document | None
    recorded: str


def cells(claim: Claim) -> dict[str, str]:
    """A claim as a row of a table."""
    typed = typed_again(claim.document)
    said = typed.said_by
    found = {
        "claim": claim.document["id"], "text": told(claim.document), "predicate": typed.predicate,
        "actors": "; ".join(typed.actor), "place": typed.place, "source": typed.source,
        "said_by": json.dumps(said, ensure_ascii=False) if any(">" in one for one in said) else
                   " > ".join(said),
        "against": "; ".join(typed.against), "modality": typed.modality, "basis": typed.basis,
        "stance": typed.stance, "channel": typed.channel, "occurred": _range(claim.document["occurred"]),
        "reported": _range(claim.reported) if claim.reported else None, "recorded": claim.recorded,
        "extent": typed.extent, "relation": typed.relation,
        "km": None if typed.km is None else repr(typed.km), "bearing": typed.bearing,
        "outcome": typed.outcome, "taken_from": ", ".join(claim.document["taken_from"]),
        "details": _details(claim.document["details"]), "confidence": typed.confidence,
        "quote": typed.quote, "note": typed.note, "url": typed.url, "document": typed.document,
    }  # fmt: skip
    return {name: value or "" for name, value in found.items()}


def whole(claim: Claim) -> Document:
    """A claim as an object of JSON, all of it; what is empty is left out."""
    document = claim.document
    typed = typed_again(document)
    words = {"sentence": document["sentence"], "place": document["place_text"],
             "level_not_stated": document["level_not_stated"]}  # fmt: skip
    found = {
        "claim": document["id"], "text": told(document), "predicate": document["predicate"],
        "actors": document["actors"], "place": document["place"],
        "chain": document["chain"], "against": document["against"], "modality": document["modality"],
        "occurred": _moment(document["occurred"]),
        "reported": _moment(claim.reported or document["reported"]), "recorded": claim.recorded,
        "extent": document["extent"], "relation": document["relation"], "km": document["km"],
        "bearing": document["bearing"], "outcome": document["outcome"],
        "taken_from": document["taken_from"], "details": document["details"],
        "confidence": document["confidence_text"], "quote": document["quote"], "note": document["note"],
        "url": document["url"], "document": typed.document,
        "typed": {key: value for key, value in words.items() if value},
    }  # fmt: skip
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _range(moment: Document) -> str | None:
    return span_text(moment) or ("../.." if moment["text"] else None)


def _moment(moment: Document) -> Document:
    told = {key: moment[key] for key in ("earliest", "latest", "precision", "text") if moment[key]}
    return {} if told == {"precision": "unknown"} else told


def _details(details: Document) -> str:
    return json.dumps(details, ensure_ascii=False, sort_keys=True) if details else ""
