"""Decides which importers there are to try, each with a good file, and what tracker the files meet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from tracker.importers.geonames import COLUMNS
from tracker.tracker import Tracker
from tracker.zones import parse_iso

NOW: Final = parse_iso("2024-12-09T12:00:00Z")


class Importer(NamedTuple):
    """A way in: how it is asked for, and what its files are like (table, json, document or archive)."""

    name: str
    ending: str
    made: str
    file_format: str | None = None
    profile: str | None = None


ALL: Final = (
    Importer("csv", ".csv", "table"),
    Importer("tsv", ".tsv", "table"),
    Importer("jsonl", ".jsonl", "json"),
    Importer("xlsx", ".xlsx", "archive"),
    Importer("log", ".jsonl", "json", "log"),
    Importer("acled", ".csv", "table", None, "acled"),
    Importer("control-states", ".csv", "table", None, "control-states"),
    Importer("ucdp-ged", ".csv", "table", None, "ucdp-ged"),
    Importer("viina-control", ".csv", "table", None, "viina-control"),
    Importer("wikipedia-cities", ".csv", "table", None, "wikipedia-cities"),
    Importer("places", ".csv", "table", "places"),
    Importer("geonames", ".txt", "table", "geonames"),
    Importer("pcodes", ".csv", "table", "pcodes"),
    Importer("pcodes-list", ".csv", "table", "pcodes"),
    Importer("geojson", ".geojson", "document", "geojson"),
)

CLAIMS: Final[tuple[Mapping[str, object], ...]] = (
    {"sentence": "Army holds Ford", "source": "Wire", "occurred": "2024-12-01", "url": "https://example.org/1"},
    {"predicate": "holds", "actors": "Army; Clan", "place": "Mill", "source": "Radio", "reported": "2024-12-02",
     "details": "manner=force; low=3", "note": "من هناك"},
    {"predicate": "fighting", "actors": "Clan", "against": "Army", "place": "Ford", "relation": "near", "km": "4",
     "source": "Wire", "said_by": "Clan > unnamed: a farmer", "occurred": "2024-12-03/2024-12-04"},
    {"sentence": "Clan captured Mill", "source": "Radio", "occurred": "2024-12-07", "confidence": "likely"},
)  # fmt: skip
_LINES: Final[tuple[Mapping[str, object], ...]] = (
    *CLAIMS,
    {"predicate": "captured", "actors": ["Clan"], "place": "Ford", "chain": [
        {"who": "Clan", "basis": "saw"}, {"who": "Wire", "stance": "relays"}], "details": {"low": 3, "by": "x"},
     "occurred": {"earliest": "2024-12-07T00:00:00Z", "latest": "2024-12-07T23:59:59Z", "precision": "day"}},
)  # fmt: skip
_ACLED: Final = (
    {"event_id_cnty": "SYR1", "event_date": "2024-12-05", "time_precision": "1", "sub_event_type":
     "Government regains territory", "actor1": "Army", "inter1": "1", "actor2": "Clan", "inter2": "2",
     "location": "Ford", "latitude": "34.5", "longitude": "36.5", "geo_precision": "1", "source": "Wire",
     "notes": "it is told", "fatalities": "3"},
    {"event_id_cnty": "SYR2", "event_date": "05 December 2024", "time_precision": "1", "sub_event_type":
     "Armed clash", "actor1": "Army", "inter1": "1", "actor2": "Clan", "inter2": "2",
     "location": "Mill", "latitude": "34.9", "longitude": "36.9", "geo_precision": "1", "source": "Radio"},
)  # fmt: skip
_STATES: Final = (
    {"source": "nzz", "place_id": "Ford", "date": "2024-12-01", "state": "RU"},
    {"source": "ua_claims_via_isw", "place_id": "Mill", "date": "2024-12-02", "state": "UA"},
    {"source": "wikipedia", "place_id": "Mill", "date": "2024-12-03", "state": "CONTESTED"},
)
_VIINA: Final = (
    {"geonameid": "101", "date": "20241201", "status_wiki": "UA", "status_boost": "RU", "status_dsm": "CONTESTED",
     "status_isw": "NA", "status": "RU"},
    {"geonameid": "102", "date": "20241202", "status_wiki": "NA", "status_boost": "", "status_dsm": "NA",
     "status_isw": "RU", "status": "RU"},
)  # fmt: skip
_GED: Final = (
    {"id": "1", "type_of_violence": "1", "side_a": "Army", "side_b": "Clan", "where_prec": "1",
     "where_coordinates": "Ford", "latitude": "34.5", "longitude": "36.5", "date_start": "2024-12-01",
     "date_end": "2024-12-02", "source_date": "2024-12-03", "source_original": "a doctor", "source_headline": "h",
     "best": "3", "low": "1", "high": "9"},
    {"id": "2", "type_of_violence": "3", "side_a": "Clan", "side_b": "Civilians", "where_prec": "2",
     "where_coordinates": "Mill", "latitude": "34.9", "longitude": "36.9", "date_start": "2024-12-02",
     "date_end": "2024-12-02", "best": "1"},
)  # fmt: skip
_CITIES: Final = (
    {"name": "Ford", "held_by": "Ukraine", "as_of": "2024-12-01", "wiki_revision_time": "2024-12-02T10:00:00Z",
     "info": "[1]", "source_link": "https://example.org", "latitude": "34.5", "longitude": "36.5"},
    {"name": "Mill", "held_by": "Contested", "as_of": "", "wiki_revision_time": "2024-12-03T10:00:00Z",
     "info": "", "source_link": "", "latitude": "34.9", "longitude": "36.9"},
)  # fmt: skip
_PLACES: Final = (
    {"name": "Dale", "kind": "district", "code": "SY01", "lat": "34.1", "lon": "36.1", "parent": "",
     "population": "12,000", "aliases": "Dalle;ديل"},
    {"name": "Glen", "kind": "village", "code": "SY0102", "lat": "34.2", "lon": "36.2", "parent": "SY01",
     "population": "900", "aliases": ""},
)  # fmt: skip
_DUMP: Final = (
    {"geonameid": 1, "name": "Syria", "feature_class": "A", "feature_code": "PCLI", "country_code": "SY",
     "latitude": 35, "longitude": 38, "admin1_code": "00"},
    {"geonameid": 2, "name": "Hims", "feature_class": "A", "feature_code": "ADM1", "country_code": "SY",
     "latitude": 34.5, "longitude": 38, "admin1_code": "11", "alternatenames": "Homs,حمص"},
    {"geonameid": 3, "name": "Tall", "feature_class": "P", "feature_code": "PPL", "country_code": "SY",
     "latitude": 34.6, "longitude": 36.7, "admin1_code": "11", "population": 7000},
)  # fmt: skip
_PCODES: Final = (
    {"admin0Name_en": "Syria", "admin0Pcode": "SY", "admin1Name_en": "Homs", "admin1Name_ar": "حمص",
     "admin1Pcode": "SY04", "admin2Name_en": "Tall", "admin2Pcode": "SY0401", "lat": "34.6", "lon": "36.7"},
    {"admin0Name_en": "Syria", "admin0Pcode": "SY", "admin1Name_en": "Homs", "admin1Name_ar": "حمص",
     "admin1Pcode": "SY04", "admin2Name_en": "Qusayr", "admin2Pcode": "SY0402", "lat": "34.5", "lon": "36.5"},
)  # fmt: skip
_LIST: Final = (
    {"Location": "SYR", "Admin Level": "1", "P-Code": "SY04", "Name": "Homs", "Parent P-Code": "SYR"},
    {"Location": "SYR", "Admin Level": "2", "P-Code": "SY0401", "Name": "Tall", "Parent P-Code": "SY04"},
)  # fmt: skip
_FEATURES: Final = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "id": "n1", "properties": {"name": "Tall", "name:ar": "تل", "place": "village",
         "population": "800"}, "geometry": {"type": "Point", "coordinates": [36.7, 34.6]}},
        {"type": "Feature", "properties": {"ADM1_EN": "Homs", "ADM1_PCODE": "SY04", "ADM0_PCODE": "SY"},
         "geometry": {"type": "Polygon", "coordinates": [[[36, 34], [38, 34], [38, 35], [36, 34]]]}},
        {"type": "Feature", "properties": {"name": "Parts"}, "geometry": {"type": "MultiPolygon",
         "coordinates": [[[[36, 34], [37, 34], [37, 35], [36, 34]]], [[[39, 34], [40, 34], [40, 35], [39, 34]]]]}},
    ],
}  # fmt: skip


def furnish(where: str | Path) -> Tracker:
    """A small tracker that knows the names in the good files."""
    made = Tracker.create(where, clock=lambda: NOW, by="fuzz")
    made.place_add("Ford", kind="town", lat=34.5, lon=36.5, aliases=["gn:101"])
    made.place_add("Mill", kind="town", lat=34.9, lon=36.9, aliases=["gn:102"])
    for actor in ("Army", "Clan"):
        made.actor_add(actor, level="side")
    made.source_add("Wire", kind="wire")
    made.source_add("Radio", kind="media")
    made.source_add("Clan", kind="party", lean="clan")
    return made


@cache
def good(name: str) -> bytes:
    """A file of which all is recorded."""
    return _TEXTS[name].encode() if name in _TEXTS else {"xlsx": _workbook, "log": _log}[name]()


def table(rows: Sequence[Mapping[str, object]], delimiter: str = ",") -> str:
    """Rows as CSV."""
    heads = list(dict.fromkeys(key for row in rows for key in row))
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, heads, delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _dump() -> str:
    return "".join("\t".join(str(row.get(name, "")) for name in COLUMNS) + "\n" for row in _DUMP)


_TEXTS: Final = {
    "csv": table(CLAIMS), "tsv": table(CLAIMS, "\t"), "acled": table(_ACLED), "control-states": table(_STATES),
    "ucdp-ged": table(_GED), "viina-control": table(_VIINA), "wikipedia-cities": table(_CITIES),
    "places": table(_PLACES), "geonames": _dump(), "pcodes": table(_PCODES), "pcodes-list": table(_LIST),
    "geojson": json.dumps(_FEATURES, ensure_ascii=False),
    "jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _LINES),
}  # fmt: skip


def _workbook() -> bytes:
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:  # its texts are shared, as spreadsheet programs do it
        sheet = book.add_worksheet("claims")
        heads = list(dict.fromkeys(key for row in CLAIMS for key in row))
        sheet.write_row(0, 0, heads)
        for n, claim in enumerate(CLAIMS, 1):
            for column, head in enumerate(heads):
                if head in claim:
                    sheet.write(n, column, 4 if head == "km" else str(claim[head]))
    return file.getvalue()


def _log() -> bytes:
    with TemporaryDirectory() as folder:
        made, claims, out = furnish(Path(folder, "t.db")), Path(folder, "c.csv"), Path(folder, "l.jsonl")
        claims.write_bytes(good("csv"))
        made.import_file(claims)
        made.export("log", out=out)
        return out.read_bytes()
