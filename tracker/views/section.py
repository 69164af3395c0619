"""Decides what of a map document lies in an area; marks stay those of the whole."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

Document = dict[str, Any]


def section(document: Document, inside: Collection[str], area: Document) -> Document:
    """The document with those places only, the area told under `region`, and who holds how many of them."""
    places, spans = document["places"], document["spans"]
    kept = [i for i, id_ in enumerate(places["id"]) if id_ in inside]
    numbers = {old: new for new, old in enumerate(kept)}
    rows = [i for i, place in enumerate(spans["place"]) if place in numbers]
    cut = {key: [column[i] for i in rows] for key, column in spans.items()}
    cut["place"] = [numbers[place] for place in cut["place"]]
    last = dict(zip(cut["place"], zip(cut["status"], cut["side"], strict=True), strict=True))
    held = [side for status, side in last.values() if status == 0]
    return {
        **document,
        "region": area,
        "actors": [{**actor, "held": held.count(i)} for i, actor in enumerate(document["actors"])],
        "places": {key: [column[i] for i in kept] for key, column in places.items()},
        "spans": cut,
    }
