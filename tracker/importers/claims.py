"""Decides what the columns of a file of claims mean: the same words as the options of `tracker add-claim`.

The template is `docs/claims-template.csv`. In a table several actors stand with semicolons between them and
the chain of who said it with ` > `, the origin first; in JSON both are lists. Columns that are not known say
nothing. What `tracker export` writes is read again as exactly what it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tracker.desk.intake import Typed
from tracker.desk.retyped import hop_text
from tracker.errors import BadInput
from tracker.importers.rows import Fields

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "claim": ("claim", "claim_id", "id"), "sentence": ("sentence",), "actor": ("actors", "actor"),
    "predicate": ("predicate",), "place": ("place",), "source": ("source",), "said_by": ("said_by", "chain"),
    "against": ("against",), "modality": ("modality",), "basis": ("basis",), "stance": ("stance",),
    "channel": ("channel",), "at": ("occurred", "at", "date"), "reported": ("reported", "published"),
    "recorded": ("recorded",), "extent": ("extent",), "relation": ("relation",), "km": ("km",),
    "bearing": ("bearing",), "outcome": ("outcome",), "from": ("taken_from", "from"), "details": ("details",),
    "confidence": ("confidence",), "quote": ("quote",), "note": ("note",), "url": ("url",),
    "document": ("document",),
}  # fmt: skip
"""What a claim has, and the columns that say it; the first is the one that is written."""
_SEVERAL: Final = {"actor": ";", "against": ";", "said_by": ">"}
COLUMN: Final = {name: field for field, names in NAMES.items() for name in names}


class Near(NamedTuple):
    """Where a row says that its place lies (degrees), and how far (km) the place meant may be from there.

    `make`: a place of that kind is made where none goes by that name.
    """

    lat: float
    lon: float
    km: float
    make: str | None = None


class Told(NamedTuple):
    """A claim as a row tells it: as typed, when it was recorded first, and the id it had then."""

    typed: Typed
    recorded: str | None = None
    claim: str | None = None
    near: Near | None = None


class LeftOut(NamedTuple):
    """Why a row tells nothing that a tracker holds; that is no fault of it."""

    why: str


def told(fields: Fields) -> Told:
    """The claim of a row. Raises BadInput where a cell cannot be read as what its column says."""
    found: dict[str, Any] = {}
    for name, value in fields.items():
        field = COLUMN.get(name)
        if field is None:
            continue
        if field in found:
            raise BadInput(what=f"{NAMES[field][0]} stands in two columns", try_="only one of them")
        found[field] = _READ.get(field, _text)(name, value)
    claim, recorded, taken_from = (found.pop(key, None) for key in ("claim", "recorded", "from"))
    if taken_from:
        found["details"] = {**found.get("details", {}), "from": taken_from}
    if isinstance(said := found.get("said_by"), _Chain):
        found["said_by"], found["source"] = said[:-1], said[-1]
    return Told(Typed(**found), recorded, claim)


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(what=f"{name} is no text", try_=f'"{name}": "…"')
    return f"{value:g}" if isinstance(value, float) else str(value)


def _list(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        parts: Sequence[object] = value.split(_SEVERAL[COLUMN[name]])
    else:
        parts = value if isinstance(value, list) else [value]
    texts = [_text(name, part).strip() for part in parts]
    return tuple(text for text in texts if text)


class _Chain(tuple[str, ...]):
    """All of a chain, the reporter too."""

    __slots__ = ()


def _said_by(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return _Chain(hop_text({key.replace("-", "_"): part for key, part in hop.items()}) for hop in value)
    return _Chain(_list(name, value)) if name == "chain" else _list(name, value)


def _number(name: str, value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return float(_text(name, value))
    except ValueError:
        raise BadInput(what=f"{name} {value!r} is no number", try_="such as 12.5") from None


def _details(name: str, value: object) -> Mapping[str, str | int | float]:
    if isinstance(value, str):
        if not value.startswith("{"):
            pairs = [part.partition("=") for part in value.split(";") if part.strip()]
            if not all(equals and key.strip() and text.strip() for key, equals, text in pairs):
                raise BadInput(
                    what=f"{name} {value!r} is not KEY=VALUE; KEY=VALUE", try_="manner=force; low=3"
                )
            return {key.strip(): _plain(text.strip()) for key, _, text in pairs}
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise BadInput(what=f"{name} is no JSON object", try_='{"manner": "force"}') from None
    if not isinstance(value, dict) or not all(
        isinstance(one, str | int | float) and not isinstance(one, bool) for one in value.values()
    ):
        raise BadInput(what=f"{name} is no object with texts and numbers", try_='{"manner": "force"}')
    return value


def _plain(text: str) -> str | int | float:
    for number in (int, float):
        try:
            read = number(text)
        except ValueError:
            continue
        if read == read and abs(read) < 2**53:
            return read
    return text


_READ: Final[dict[str, Callable[[str, object], Any]]] = {
    "actor": _list, "against": _list, "said_by": _said_by, "km": _number, "details": _details,
}  # fmt: skip
