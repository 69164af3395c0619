"""Decides what the columns of a table of places mean, and what a row of any gazetteer tells.

What is not said is left open, but for the kind: a place of which nothing else is known is a town. A code (of
GeoNames, a p-code) is kept and is a name of the place too, so a claim may name it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from math import isfinite
from typing import Any, BinaryIO, Final, NamedTuple

from tracker.desk.registry import new_place
from tracker.errors import BadInput
from tracker.importers.lines import read_lines
from tracker.importers.rows import Fields, Rejected, Row
from tracker.importers.table import ARCHIVE, read_table
from tracker.importers.workbook import read_workbook
from tracker.names import slug
from tracker.record.events import PlaceRegistered

MOST_NAMES: Final = 500
"""So many other names a place has at most."""
_MOST_PEOPLE: Final = 10**11
_LONGEST_ID: Final = 80
KIND: Final = "town"
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "place_name", "place", "name_en"), "id": ("id", "place_id"),
    "code": ("code", "place_code", "pcode", "p_code", "gazetteer_code"),
    "geonames": ("geonameid", "geoname_id", "geonames", "geonames_id"), "gazetteer": ("gazetteer",),
    "kind": ("kind", "place_kind", "type", "place_type"), "lat": ("lat", "latitude", "y"),
    "lon": ("lon", "lng", "long", "longitude", "x"),
    "parent": ("parent", "parent_id", "parent_code", "parent_pcode", "part_of", "lies_in"),
    "population": ("population", "pop", "people"),
    "aliases": ("aliases", "alias", "names", "other_names", "alternate_names", "alternatenames"),
}  # fmt: skip
"""What a place has, and the columns that say it."""
_COLUMN: Final = {name: field for field, names in _NAMES.items() for name in names}


class Told(NamedTuple):
    """A place as a row tells it.

    `event` has all but what only the record can say: an id that is free, and the parent's. `id` is the one
    given. `parents` names what it lies in, the nearest first; where `needed` is false a place is recorded
    without it, if none of them is known. `keys` is what rows of the same file call it as their parent; with
    `inside` such a key is all that `parents` can be. `outline`: the file has its borders too.
    """

    event: PlaceRegistered
    id: str | None = None
    code: str | None = None
    parents: tuple[str, ...] = ()
    needed: bool = True
    keys: tuple[str, ...] = ()
    inside: bool = False
    outline: bool = False


def read_places(file: BinaryIO, path: str, encoding: str | None = None) -> Generator[Row | Rejected]:
    """The rows of a table, a workbook, or a file with a JSON object on each line, whichever it is."""
    start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    if start.startswith(ARCHIVE):
        return read_workbook(file, path, encoding)
    return (read_lines if start.startswith(b"{") else read_table)(file, path, encoding)


def told(fields: Fields) -> Told:
    """The place of a row. Raises BadInput where a cell cannot be read as what its column says."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        field = _COLUMN.get(name)
        if field in found:
            raise BadInput(what=f"{field} stands in two columns", try_="only one of them")
        if field is not None and (read := (_list if field == "aliases" else text)(name, value)):
            found[field] = read
    id_, codes = found.get("id"), []
    if id_ is not None and not is_id(id_):
        codes, id_ = [id_], None
    codes = [one for one in (found.get("code"), _geonames(found), _gazetteer(found), *codes) if one]
    return place(
        found.get("name"), kind=found.get("kind", KIND).casefold(), id_=id_,
        lat=number("lat", found.get("lat")), lon=number("lon", found.get("lon")),
        population=people(found.get("population")), codes=codes, aliases=found.get("aliases", ()),
        parents=(found["parent"],) if "parent" in found else (),
    )  # fmt: skip


def place(
    name: str | None, *, kind: str, id_: str | None = None, lat: float | None = None,
    lon: float | None = None, population: int | None = None, codes: Iterable[str] = (),
    aliases: Iterable[str] = (), parents: tuple[str, ...] = (), needed: bool = True,
    keys: tuple[str, ...] = (), inside: bool = False, outline: bool = False,
) -> Told:  # fmt: skip
    """A place; of its codes the first is kept as such, all are names of it. Raises BadInput."""
    if not name:
        raise BadInput(what="the place has no name", try_="a column called name")
    known_as = list(dict.fromkeys(codes))
    others = [one for one in dict.fromkeys((*aliases, *known_as)) if one != name]
    if len(others) > MOST_NAMES:
        raise BadInput(what=f"it has {len(others)} other names", try_=f"{MOST_NAMES} at most")
    code = known_as[0] if known_as else None
    event = new_place(
        name, kind=kind, id_=id_, lat=lat, lon=lon, population=population, gazetteer=code, aliases=others
    )
    called = (*known_as, *keys, *((id_,) if id_ else ()))
    return Told(event, id_, code, parents, needed, called, inside, outline)


def is_id(text: str) -> bool:
    """Whether something can be a place's id as it is."""
    return len(text) <= _LONGEST_ID and slug(text) == text


def number(name: str, value: object) -> float | None:
    """A number of a cell; None if there is none."""
    if value is None:
        return None
    try:
        if isinstance(value, bool) or "_" in str(value):
            raise ValueError
        read = float(value)  # type: ignore[arg-type]  # what is no number raises
    except (ValueError, TypeError, OverflowError):
        read = float("nan")
    if not isfinite(read):
        raise BadInput(what=f"{name} {_short(value)} is no number", try_="degrees, such as 34.73")
    return read


def people(value: object) -> int | None:
    """A number of people; None if there is none. A comma or a blank may stand between thousands."""
    if value is None:
        return None
    digits = str(value).strip()
    for mark in (",", " ", "\u00a0", "\u202f", "'", "’"):
        head, *groups = digits.split(mark)
        if groups and head.isdigit() and all(len(one) == 3 and one.isdigit() for one in groups):
            digits = "".join((head, *groups))
            break
    read = number("population", digits)
    assert read is not None
    if not read.is_integer() or not 0 <= read < _MOST_PEOPLE:
        raise BadInput(what=f"population {_short(value)} is no number of people", try_="such as 25702")
    return int(read)


def _geonames(found: dict[str, Any]) -> str | None:
    code = found.get("geonames")
    return f"gn:{code}" if code is not None and code.isdigit() else code


def _gazetteer(found: dict[str, Any]) -> str | None:
    """What `tracker place list` shows as such; the bare name of a gazetteer says nothing of a place."""
    code: str | None = found.get("gazetteer")
    return code if code is not None and ":" in code.strip(":") else None


def _list(name: str, value: object) -> list[str]:
    parts = value.split(";") if isinstance(value, str) else value if isinstance(value, list) else [value]
    return [one for part in parts if (one := text(name, part))]


def text(name: str, value: object) -> str:
    """What a cell says, without blanks around. Raises BadInput: it is no text."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(what=f"{name} is no text", try_=f'"{name}": "…"')
    if isinstance(value, int):
        if abs(value) >= 2**63:
            raise BadInput(what=f"{name} is too large a number", try_=f'"{name}": "…"')
        return str(value)
    return repr(value)


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:39]}…"
