"""Decides how claims and the log become Parquet: typed columns, for notebooks and DuckDB.

Instants are timestamps in UTC, to the microsecond; what a claim or an event holds beyond its columns is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from tracker.errors import NotInstalled
from tracker.exporters.claims import Claim
from tracker.exporters.content import LOG, Content, Open
from tracker.exporters.features import located
from tracker.record.envelope import RowValues
from tracker.views.claims import told
from tracker.zones import parse_iso

GROUP: Final = 20_000
"""So many rows are written together; no more are in memory."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME, _TEXT, _WORDS, _NUMBER, _COUNT, _BYTES = "time", "text", "words", "number", "count", "bytes"
CLAIMS: Final[dict[str, str]] = {
    "claim": _TEXT, "text": _TEXT, "predicate": _TEXT, "modality": _TEXT, "actors": _WORDS,
    "against": _WORDS, "taken_from": _WORDS, "place": _TEXT, "place_name": _TEXT, "lat": _NUMBER,
    "lon": _NUMBER, "source": _TEXT, "origin": _TEXT, "chain": _TEXT, "occurred_earliest": _TIME,
    "occurred_latest": _TIME, "occurred_precision": _TEXT, "reported_earliest": _TIME,
    "reported_latest": _TIME, "reported_precision": _TEXT, "recorded": _TIME, "confidence": _NUMBER,
    "confidence_text": _TEXT, "extent": _TEXT, "relation": _TEXT, "km": _NUMBER, "bearing": _TEXT,
    "outcome": _TEXT, "details": _TEXT, "weight": _NUMBER, "effect": _TEXT, "quote": _TEXT, "note": _TEXT,
    "url": _TEXT, "document": _TEXT,
}  # fmt: skip
EVENTS: Final[dict[str, str]] = {
    "position": _COUNT, "event_id": _TEXT, "stream": _TEXT, "version": _COUNT, "kind": _TEXT,
    "schema": _COUNT, "recorded_at": _TIME, "recorded_by": _TEXT, "payload": _TEXT, "salt": _BYTES,
    "payload_hash": _BYTES, "chain_hash": _BYTES,
}  # fmt: skip


def write_parquet(content: Content, file: Open) -> int:
    """Write row groups of columns. Raises NotInstalled."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise NotInstalled(what="Parquet", package="pyarrow", extra="parquet") from error
    kinds = {
        _TIME: arrow.timestamp("us", tz="UTC"), _TEXT: arrow.string(), _WORDS: arrow.list_(arrow.string()),
        _NUMBER: arrow.float64(), _COUNT: arrow.int64(), _BYTES: arrow.binary(),
    }  # fmt: skip
    columns = EVENTS if content.what == LOG else CLAIMS
    schema = arrow.schema([(name, kinds[kind]) for name, kind in columns.items()])
    rows = _rows(content)
    count = 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(rows, GROUP)):
            writer.write_table(arrow.Table.from_pylist(some, schema=schema))
            count += len(some)
    return count


def _rows(content: Content) -> Iterator[dict[str, Any]]:
    if content.what == LOG:
        return map(_event, content.rows)
    return (_claim(content, claim) for claim in content.rows)


def _event(row: RowValues) -> dict[str, Any]:
    found = dict(zip(EVENTS, row, strict=True))
    return {**found, "recorded_at": _EPOCH + timedelta(microseconds=row[6])}


def _claim(content: Content, claim: Claim) -> dict[str, Any]:
    document = claim.document
    occurred, reported = document["occurred"], document["reported"]
    point, _ = located(content, claim)
    lat, lon = point or (None, None)
    return {
        **{name: document.get(name) for name in CLAIMS},
        "claim": document["id"], "text": told(document), "lat": lat, "lon": lon,
        "chain": json.dumps(document["chain"], ensure_ascii=False),
        "details": json.dumps(document["details"], ensure_ascii=False) if document["details"] else None,
        "occurred_earliest": _instant(occurred["earliest"]), "occurred_latest": _instant(occurred["latest"]),
        "occurred_precision": occurred["precision"], "reported_earliest": _instant(reported["earliest"]),
        "reported_latest": _instant(reported["latest"]), "reported_precision": reported["precision"],
        "recorded": _instant(document["recorded"]),
    }  # fmt: skip


def _instant(text: str | None) -> datetime | None:
    return None if text is None else _EPOCH + timedelta(microseconds=parse_iso(text))
