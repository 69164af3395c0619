"""Decides how a GeoNames country dump is read: its columns, and which of its features are places here.

The dump (`SY.txt`; readme of download.geonames.org/export/dump) is a table without a head. A feature that
is none of our kinds of place (a hill, a school), or that is no more, is left out.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import BinaryIO, Final

from tracker.importers.claims import LeftOut
from tracker.importers.places import MOST_NAMES, Told, number, people, place
from tracker.importers.rows import LONGEST, Fields, Rejected, Row, refuse
from tracker.importers.table import known_encoding

COLUMNS: Final = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class",
    "feature_code", "country_code", "cc2", "admin1_code", "admin2_code", "admin3_code", "admin4_code",
    "population", "elevation", "dem", "timezone", "modification_date",
)  # fmt: skip
_KINDS: Final = {
    "PCLI": "country", "PCL": "country", "PCLD": "country", "PCLS": "country", "PCLF": "country",
    "ADM1": "governorate", "ADM2": "district", "ADM3": "district", "RGN": "region", "TERR": "region",
    "AIRP": "airport", "AIRF": "airport", "AIRB": "base", "INSM": "base", "MILB": "base", "NVB": "base",
    "PSTB": "crossing", "CSTM": "crossing", "BDG": "bridge", "DAM": "dam", "RD": "road", "RDJCT": "road",
    "PPLX": "other",
}  # fmt: skip
_SEATS: Final = {"PPLC": "city", "PPLA": "city", "PPLG": "city", "PPLA2": "town", "PPLA3": "town"}
"""A seat of government is this at least, however few live there, or if nobody knows how many."""
_GONE: Final = frozenset({"PPLH", "PPLCH", "PPLQ", "PPLW"})
_CITY, _TOWN = 100_000, 5_000
_LEVELS: Final = {"ADM1": 1, "ADM2": 2, "ADM3": 3}
_COUNTRIES: Final = frozenset(code for code in _KINDS if code.startswith("PCL"))
_NAME: Final = 500


def read_geonames(file: BinaryIO, path: str, encoding: str | None = None) -> Generator[Row | Rejected]:
    """The rows of a dump. Raises BadInput where the first line is none of it."""
    encoding = "utf-8" if encoding is None else known_encoding(encoding)
    line = 0
    while data := file.readline(LONGEST + 1):
        line += 1
        if len(data) > LONGEST:
            while data and not data.endswith(b"\n"):
                data = file.readline(LONGEST)
            yield Rejected(line, "", f"it is longer than {LONGEST:,} bytes")
            continue
        if line == 1:
            data = data.removeprefix(b"\xef\xbb\xbf")
            if data.startswith(b"PK\x03\x04"):
                raise refuse(path, "it is a ZIP archive", "unzip it: the country's file lies in it")
            if data.count(b"\t") != len(COLUMNS) - 1:
                raise refuse(
                    path, f"its first line has {data.count(9) + 1} cells, and a GeoNames dump has 19",
                    "a country's file of download.geonames.org/export/dump, or --format places",
                )  # fmt: skip
        if not data.isspace():
            yield _row(line, data, encoding)


def _row(line: int, data: bytes, encoding: str) -> Row | Rejected:
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return Rejected(line, "", f"it is not {encoding.upper()}; name the file's --encoding")
    cells = text.rstrip("\r\n").split("\t")
    if len(cells) != len(COLUMNS):
        return Rejected(line, "", f"it has {len(cells)} cells, and a GeoNames dump has {len(COLUMNS)}")
    fields = {name: cell.strip() for name, cell in zip(COLUMNS, cells, strict=True) if cell.strip()}
    if "\0" in text:
        shown = {name: cell.replace("\0", "") for name, cell in fields.items()}
        return Rejected(line, "", "there is a NUL character in it", shown)
    return Row(line, fields)


def told(fields: Fields) -> Told | LeftOut:
    """The place of a row, or why it is none. Raises BadInput where it cannot be read."""
    code = fields.get("feature_code", "")
    count = people(fields.get("population")) or None
    kind = _KINDS.get(code) or (_settlement(code, count) if fields.get("feature_class") == "P" else None)
    if kind is None:
        return LeftOut("no place, or none of our kinds")
    areas = _areas(fields)
    level = 0 if code in _COUNTRIES else _LEVELS.get(code)
    own = areas[level] if level is not None and level < len(areas) else None
    above = areas if level is None else areas[:level]
    return place(
        fields.get("name"), kind=kind,
        lat=number("latitude", fields.get("latitude")), lon=number("longitude", fields.get("longitude")),
        population=count, codes=[f"gn:{fields['geonameid']}"] if "geonameid" in fields else [],
        aliases=_aliases(fields), parents=tuple(reversed(above)), needed=False,
        keys=(own,) if own else (), inside=True,
    )  # fmt: skip


def _settlement(code: str, count: int | None) -> str | None:
    if code in _GONE:
        return None
    if (count or 0) >= _CITY:
        return "city"
    return _SEATS.get(code) or ("town" if (count or 0) >= _TOWN else "village")


def _aliases(fields: Fields) -> Sequence[str]:
    names = [fields.get("asciiname", ""), *fields.get("alternatenames", "").split(",")]
    kept = dict.fromkeys(name.strip() for name in names)
    return [name for name in kept if name and len(name) <= _NAME][: MOST_NAMES - 1]


def _areas(fields: Fields) -> list[str]:
    """The codes of the areas that a feature lies in, the country first, joined as GeoNames does."""
    found = [fields[name] for name in COLUMNS[8:9] if name in fields]
    for name in COLUMNS[10:13]:
        code = fields.get(name)
        if not found or code is None or not code.strip("0"):  # 00: of the country as a whole
            break
        found.append(f"{found[-1]}.{code}")
    return found
