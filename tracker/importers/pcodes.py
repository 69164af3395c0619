"""Decides what a table of administrative areas with p-codes tells: each code once, with all its names.

Such tables (of OCHA) have a row for each area of the lowest level, and in it the names and codes of all that
it lies in: `admin1Name_en`, `admin1Pcode`, `admin2Name_ar`, …, or `ADM1_EN`, `ADM1_PCODE`, or `adm1_name`,
`adm1_pcode`. Its list of all countries has a row for each area instead: `Admin Level`, `P-Code`, `Name`,
`Parent P-Code`; what that says of the first level is the ISO code of a country that has no row, and is left.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any, BinaryIO, Final

from tracker.errors import BadInput
from tracker.importers.places import Told, number, people, place, text
from tracker.importers.rows import Fields, Rejected, Row, refuse
from tracker.importers.table import ARCHIVE, read_table
from tracker.importers.workbook import read_workbook

KINDS: Final = ("country", "governorate", "district", "district", "village", "village")
"""What an area of each level is here; the fourth is the communities of OCHA's tables."""
_LEVELS: Final = ("0", "1", "2", "3", "4", "5")
_HEAD: Final = re.compile(
    r"adm(?:in)?_?([0-5])_?"
    r"(?:(pcode?|code)|(?:(?:alt|ref)_?)?(?:name|n)?(?:alt)?(?:\d)?_?(?:[a-z]{2,3}|alias)?)"
)
"""The heads of a level; a shapefile cuts them after ten letters (`admin1Pcod`, `admin1RefN`)."""
_LEVEL: Final = ("admin_level", "adm_level", "adminlevel")
_CODE: Final = ("p_code", "pcode")
_ABOVE: Final = ("parent_p_code", "parent_pcode")
_NO_CODE: Final = frozenset({"-", "none", "null", "n/a", "not reported"})
"""What such tables write where there is none."""
_LAT: Final = ("latitude", "lat", "center_lat", "y_coord", "latitude_y", "y")
_LON: Final = ("longitude", "lon", "lng", "center_lon", "x_coord", "longitude_x", "x")
_PEOPLE: Final = ("population", "pop")


def read_pcodes(file: BinaryIO, path: str, encoding: str | None = None) -> Generator[Row | Rejected]:
    """A row for each p-code of a table, the country's first. Raises BadInput where it has none.

    Of a workbook every sheet is read that has p-codes: in OCHA's each level has a sheet, and an area has more
    to say in its own than in those of what lies in it.
    """
    seen: set[str] = set()
    above: dict[str, Row] = {}
    start = file.read(len(ARCHIVE))
    file.seek(0)
    read = _read_sheets if start == ARCHIVE else read_table
    with closing(read(file, path, encoding)) as rows:
        any_row = False
        for row in rows:
            any_row = True
            if isinstance(row, Rejected):
                yield row
            elif not any(str(cell).startswith("#") for cell in list(row.fields.values())[:1]):  # tags of HXL
                yield from _areas(row, path, seen, above if start == ARCHIVE else None)
        yield from (row for code, row in above.items() if code not in seen)
    if not any_row and start == ARCHIVE:
        raise _no_codes(path)


def _read_sheets(file: BinaryIO, path: str, encoding: str | None) -> Generator[Row | Rejected]:
    return read_workbook(file, path, encoding, wanted=_is_code)


def _is_code(head: str) -> bool:
    match = _HEAD.fullmatch(head)
    return head in _CODE or bool(match and match[2])


def _no_codes(path: str) -> BadInput:
    return refuse(path, "it has no column with p-codes", "columns such as admin1Pcode, or --format places")


def _areas(row: Row, path: str, seen: set[str], later: dict[str, Row] | None) -> Iterator[Row | Rejected]:
    """The areas of a row that were not seen; with `later`, those that it lies in are put there instead."""
    names: dict[int, dict[str, str]] = {}
    codes: dict[int, str] = {}
    for head, cell in row.fields.items():
        match = _HEAD.fullmatch(head)
        if match is None:
            continue
        level = int(match[1])
        if match[2]:
            if cell.casefold() not in _NO_CODE:
                codes[level] = cell
        else:
            names.setdefault(level, {})[head] = cell
    if not codes and any(head in row.fields for head in _LEVEL):
        yield from _area(row, seen)
        return
    if not codes:
        if not seen:
            raise _no_codes(path)
        yield Rejected(row.line, "", "it has no p-code", row.fields)
        return
    lowest = max(codes)
    for level, code in sorted(codes.items()):
        if code in seen:
            continue
        above = [codes[one] for one in range(level) if one in codes]
        area = Row(row.line, _fields(row.fields, level, code, names.get(level, {}), above, level == lowest))
        if later is not None and level != lowest:
            later.setdefault(code, area)
        else:
            seen.add(code)
            yield area


def _area(row: Row, seen: set[str]) -> Iterator[Row | Rejected]:
    """The area of a row that has one alone."""
    level, code, above, name = (
        next((row.fields[head] for head in heads if head in row.fields), None)
        for heads in (_LEVEL, _CODE, _ABOVE, ("name",))
    )
    if level not in _LEVELS:
        yield Rejected(row.line, "admin_level", f"{level!r} is no level from 0 to 5", row.fields)
    elif code is None or code.casefold() in _NO_CODE:
        yield Rejected(row.line, "p_code", "it has no p-code", row.fields)
    elif code not in seen:
        seen.add(code)
        found: dict[str, Any] = {"kind": KINDS[_LEVELS.index(level)], "code": code}
        found |= {"name": name} if name is not None else {}
        found |= {"parent": above} if above is not None and level not in ("0", "1") else {}
        yield Row(row.line, found)


def _fields(
    row: Fields, level: int, code: str, names: dict[str, str], above: list[str], is_lowest: bool
) -> dict[str, Any]:
    """An area as `told` reads it; what a row says of itself, such as where it is, it says of the lowest."""
    english = next((names[head] for head in names if head.endswith("_en")), None)
    main = english or next(filter(_is_latin, names.values()), next(iter(names.values()), None))
    found: dict[str, Any] = {"kind": KINDS[level], "code": code}
    if main is not None:
        found["name"] = main
    if others := [name for name in dict.fromkeys(names.values()) if name != main]:
        found["aliases"] = others
    if above:
        found["parent"] = above[-1]
    if is_lowest:
        for field, heads in (("lat", _LAT), ("lon", _LON), ("population", _PEOPLE)):
            value = next((row[head] for head in heads if head in row), None)
            if value is not None:
                found[field] = value
    return found


def _is_latin(name: str) -> bool:
    return any(char.isascii() and char.isalpha() for char in name)


def told(fields: Fields) -> Told:
    """The area of a row."""
    return place(
        fields.get("name"), kind=fields["kind"], codes=[text("code", fields["code"])],
        lat=number("lat", fields.get("lat")), lon=number("lon", fields.get("lon")),
        population=people(fields.get("population")), aliases=fields.get("aliases", ()),
        parents=(fields["parent"],) if "parent" in fields else (),
    )  # fmt: skip
