"""Decides the one spelling of a payload: the JSON text that is hashed, stored and compared.

Keys are sorted, nothing is padded, text is UTF-8, and whatever two readers could read differently is
refused: NaN and Infinity, integers past 2^53, keys that are no strings or come twice, half a surrogate
pair. Times are the writer's matter: text in UTC (or an integer of microseconds).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import NoReturn

import orjson

from tracker.errors import BadInput

LARGEST = 2**53 - 1  # the largest integer that a reader with doubles keeps apart from its neighbour

_PLAIN = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def dumps(value: object) -> str:
    """The canonical JSON of plain data (dict, list, tuple, str, int, float, bool, None)."""
    try:
        text = orjson.dumps(value, option=_PLAIN)
    except orjson.JSONEncodeError as error:
        raise _refused(str(error)) from None
    if (
        b"null" in text
    ):  # orjson writes NaN and Infinity as null: look closer only where that may have happened
        _refuse_nan(value)
    return text.decode()


def loads(text: str | bytes) -> object:
    """Plain data from JSON that somebody else wrote; refuses what `dumps` would never write."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_small_int,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise _refused(f"it is not JSON ({error})") from None
    return value


stored: Callable[[str], object] = orjson.loads
"""Plain data from a payload of our own log, which was canonical when it was written."""


def _refused(why: str) -> BadInput:
    return BadInput(
        what=f"this cannot be recorded: {why}",
        try_="plain JSON: text, finite numbers up to 2^53, lists, objects",
    )


def _refuse_nan(value: object) -> None:
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise _refused(f"{value} is no number that JSON knows")
    elif isinstance(value, dict):
        for inner in value.values():
            _refuse_nan(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_nan(inner)


def _refuse_constant(name: str) -> NoReturn:
    raise _refused(f"{name} is no number that JSON knows")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _refused(f"{digits} is past the largest number")
    return number


def _small_int(digits: str) -> int:
    # Length first: int() of a million digits takes minutes.
    if len(digits) > 17 or abs(int(digits)) > LARGEST:
        raise _refused(f"the integer {digits[:20]} is past 2^53")
    return int(digits)


def _unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise _refused(f"the key {key!r} comes twice")
        found[key] = value
    return found
