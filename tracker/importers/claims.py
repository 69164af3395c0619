"""Decides what the columns of a file of claims mean: the same words as the options of `tracker add-claim`.

The template is `docs/claims-template.csv`. In a table several actors stand with semicolons between them and
the chain of who said it with ` > `, the origin first; in JSON both are lists. Columns that are not known say
nothing. What `tracker export` writes is read again as exactly what it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tracker.desk.intake import Typed
from tracker.desk.retyped import hop_text, span_text
from tracker.errors import BadInput
from tracker.importers.days import plain_days
from tracker.importers.lines import loads, unfit
from tracker.importers.rows import Fields
from tracker.times import PRECISIONS

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


_OPEN: Final = "../.."


class Near(NamedTuple):
    """Where a row says that its place lies (degrees), and how far (km) the place meant may be from there.

    `make`: a place of that kind is made where none goes by that name.
    """

    lat: float
    lon: float
    km: float
    make: str | None = None


class Told(NamedTuple):
    """A claim as a row tells it: as typed, when it was recorded first, and the id it had then.

    `worded`: how parts of it had been worded by whoever typed it first (fields of the event, which no id
    depends on).
    """

    typed: Typed
    recorded: str | None = None
    claim: str | None = None
    near: Near | None = None
    worded: Mapping[str, Any] = MappingProxyType({})


class LeftOut(NamedTuple):
    """Why a row tells nothing that a tracker holds; that is no fault of it."""

    why: str


def told(fields: Fields) -> Told:
    """The claim of a row. Raises BadInput where a cell cannot be read as what its column says."""
    worded: Mapping[str, Any] = _NOTHING
    if dict in map(type, fields.values()):
        fields, worded = _unworded(fields)
    found: dict[str, Any] = {}
    for column, value in zip(_columns(tuple(fields)), fields.values(), strict=True):
        if column is not None:
            found[column.field] = column.read(column.name, value)
    claim, recorded, taken_from = (found.pop(key, None) for key in ("claim", "recorded", "from"))
    if taken_from:
        found["details"] = {**found.get("details", {}), "from": taken_from}
    if isinstance(said := found.get("said_by"), _Chain):
        found["said_by"], found["source"] = said[:-1], said[-1]
        for key, value in said.apart.items():
            found.setdefault(key, value)
    return Told(Typed(**found), recorded, claim, worded=worded)


class _Column(NamedTuple):
    """A column of a file, what of a claim it says, and how it is read."""

    name: str
    field: str
    read: Callable[[str, object], Any]


@lru_cache(256)
def _columns(names: tuple[str, ...]) -> tuple[_Column | None, ...]:
    """What the columns of a row are; None: nothing that is known. Raises BadInput: one thing said twice."""
    fields = [COLUMN.get(name) for name in names]
    for field in fields:
        if field is not None and fields.count(field) > 1:
            raise BadInput(what=f"{NAMES[field][0]} stands in two columns", try_="only one of them")
    return tuple(
        None if field is None else _Column(name, field, _READ.get(field, _text))
        for name, field in zip(names, fields, strict=True)
    )


def _unworded(fields: Fields) -> tuple[Fields, Mapping[str, Any]]:
    """A row without what it tells of words alone: of times and names as they were typed first."""
    parts = [(name, value) for name, value in fields.items() if isinstance(value, dict)]
    worded: dict[str, Any] = {}
    plain = dict(fields)
    for name, value in parts:
        if name == "typed":
            worded |= _as_typed(value)
        elif (field := COLUMN.get(name)) in _TIMES:
            del plain[name]
            bounds = {key: value.get(key) for key in ("earliest", "latest")}
            text, precision = value.get("text"), value.get("precision")
            if not all(one is None or isinstance(one, str) for one in (*bounds.values(), text, precision)):
                raise BadInput(what=f"{name} is no time", try_=_TIME)
            if field == "reported" and not text and "recorded" in fields:
                continue  # nobody said when: then it was when it was recorded
            if span := span_text(bounds) or (_OPEN if text else None):
                plain[name] = span
            worded[_TIMES[field]] = _words(name, text, precision)
    return plain, worded


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_TIMES: Final = {"at": "occurred", "reported": "reported"}
_TIME: Final = '{"earliest": "2024-12-07T00:00:00Z", "latest": "2024-12-07T23:59:59Z", "precision": "day"}'
_LONGEST_WORDS: Final = 80
"""As the longest time that can be typed."""


def _words(name: str, text: str | None, precision: str | None) -> dict[str, str]:
    if precision is not None and precision not in PRECISIONS:
        raise BadInput(what=f"{precision!r} is no precision of a time", try_=", ".join(PRECISIONS))
    if text is not None and len(text) > _LONGEST_WORDS:
        raise BadInput(what=f"the text of {name} is too long to be a time", try_="what was typed")
    told = {"text": text or ""}
    return told if precision in (None, "unknown") else {**told, "precision": precision}


def _as_typed(value: Mapping[str, Any]) -> dict[str, Any]:
    """What `typed` tells: the sentence, and the name that stood for the place."""
    told: dict[str, Any] = {}
    for key, field in (("sentence", "sentence"), ("place", "place_text")):
        if (words := value.get(key)) is not None:
            told[field] = _text(key, words)
    if value.get("level_not_stated") is True:
        told["level_not_stated"] = True
    return told


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadInput(what=f"{name} is no text", try_=f'"{name}": "…"')
    return f"{value:g}" if isinstance(value, float) else str(value)


def _time(name: str, value: object) -> str:
    return plain_days(_text(name, value))


def _list(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        listed = _json_list(value) if value.startswith("[") else None
        parts: Sequence[object] = value.split(_SEVERAL[COLUMN[name]]) if listed is None else listed
    else:
        parts = value if isinstance(value, list) else [value]
    texts = [_text(name, part).strip() for part in parts]
    return tuple(text for text in texts if text)


def _json_list(text: str) -> list[Any] | None:
    """A list as JSON, in which a separator means nothing; None: it is none."""
    try:
        found = loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and unfit(found) is None else None


def _several(name: str, value: object) -> str:
    return ", ".join(_text(name, one) for one in value) if isinstance(value, list) else _text(name, value)


class _Chain(tuple[str, ...]):
    """All of a chain, the reporter too; `apart` is what has a column of its own."""

    apart: Mapping[str, str] = MappingProxyType({})


def _said_by(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        hops = [{key.replace("-", "_"): part for key, part in hop.items()} for hop in value]
        first, last = hops[0], hops[-1]
        told = {
            "basis": first.get("basis"), "channel": first.get("channel"), "stance": last.get("stance"),
        }  # fmt: skip
        chain = _Chain(
            hop_text(hop, apart=(*(("basis", "channel") if n == 0 else ()),
                                 *(("stance",) if n == len(hops) - 1 else ())))
            for n, hop in enumerate(hops)
        )  # fmt: skip
        chain.apart = {key: _text(key, part) for key, part in told.items() if part}
        return chain
    return _Chain(_list(name, value)) if name == "chain" else _list(name, value)


def _number(name: str, value: object) -> float:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        return float(_text(name, value))
    except (ValueError, OverflowError):
        told = repr(value)
        told = told if len(told) <= 40 else f"{told[:39]}…"
        raise BadInput(what=f"{name} {told} is no number", try_="such as 12.5") from None


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
            value = loads(value)
        except (ValueError, RecursionError):
            raise BadInput(what=f"{name} is no JSON object", try_='{"manner": "force"}') from None
        if why := unfit(value):
            raise BadInput(what=f"{name}: {why}", try_='{"manner": "force"}')
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
    "at": _time, "reported": _time, "from": _several, "actor": _list, "against": _list, "said_by": _said_by,
    "km": _number, "details": _details,
}  # fmt: skip
