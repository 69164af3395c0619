"""Decides what a claim, a verdict and a place tell beside where they are: flat facts, for maps and tables.

Times are instants in UTC: `time` is the one that a verdict is about, `start` and `end` those between which
something was so, for a slider over time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tracker.exporters.claims import Claim
from tracker.exporters.coarse import Point
from tracker.exporters.content import CLAIMS, PLACES, STATUS, Content
from tracker.views.claims import told

Facts = dict[str, str | int | float | bool | None]


def located(content: Content, row: Any) -> tuple[Point | None, Facts]:
    """Where a row is, None where nobody knows, and its facts."""
    if content.what == CLAIMS:
        return content.about["where"](row.document["place"]), claim_facts(row)
    if content.what == STATUS:
        return _point(row["place"]), status_facts(row)
    return _point(row), {name: row[name] for name in COLUMNS[PLACES]}


def claim_facts(claim: Claim) -> Facts:
    """A claim."""
    document = claim.document
    occurred, reported = document["occurred"], document["reported"]
    end = occurred["latest"] or reported["latest"]
    return {
        "claim": document["id"], "text": told(document), "predicate": document["predicate"],
        "modality": document["modality"], "actors": "; ".join(document["actors"]),
        "actor_names": "; ".join(document["actor_names"]), "place": document["place"],
        "place_name": document["place_name"], "source": document["source"], "origin": document["origin"],
        "start": occurred["earliest"] or end, "end": end, "reported": reported["latest"],
        "confidence": document["confidence"], "extent": document["extent"],
        "relation": document["relation"], "km": document["km"], "bearing": document["bearing"],
        "quote": document["quote"], "url": document["url"],
    }  # fmt: skip


def status_facts(row: Mapping[str, Any]) -> Facts:
    """The verdict on a place."""
    place, controller = row["place"], row["controller"] or {}
    since = row["since"] or {}
    return {
        "id": place["id"], "name": place["name"], "kind": place["kind"], "region": place["region"],
        "time": row["at"], "status": row["status"], "controller": controller.get("id"),
        "controller_name": controller.get("name"), "confidence": row["confidence"], "basis": row["basis"],
        "freshness": row["freshness"], "front": row["front"], "start": since.get("latest"), "end": row["at"],
        "last_report": row["last_report"], "stale_at": row["stale_at"], "claims": row["claims"],
        "origins": row["origins"], "conflicts": len(row["conflicts"]), "policy": row["policy"],
    }  # fmt: skip


COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    STATUS: (
        "id", "name", "kind", "region", "time", "status", "controller", "controller_name", "confidence",
        "basis", "freshness", "front", "start", "end", "last_report", "stale_at", "claims", "origins",
        "conflicts", "policy",
    ),
    PLACES: ("id", "name", "kind", "parent", "population", "names"),
}  # fmt: skip
"""The facts of what has a place of its own, in the order of a table."""


def _point(row: Mapping[str, Any]) -> Point | None:
    return None if row["lat"] is None or row["lon"] is None else (row["lat"], row["lon"])
