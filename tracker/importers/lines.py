"""Decides how a file with a JSON object on each line is read, line by line.

NaN, duplicate keys and whatever is nested too deep are no JSON here: such a line is answered as `Rejected`.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any, BinaryIO, Final

from tracker.importers.rows import LONGEST, MOST_COLUMNS, Rejected, Row
from tracker.importers.table import head, known_encoding

DEEPEST: Final = 16


def read_lines(file: BinaryIO, path: str, encoding: str | None = None) -> Generator[Row | Rejected]:
    """The rows of a file, a line each."""
    encoding = "utf-8" if encoding is None else known_encoding(encoding)
    line = 0
    while text := file.readline(LONGEST + 1):
        line += 1
        if len(text) > LONGEST:
            while text and not text.endswith(b"\n"):
                text = file.readline(LONGEST)
            yield Rejected(line, "", f"it is longer than {LONGEST:,} bytes")
            continue
        if line == 1:
            text = text.removeprefix(b"\xef\xbb\xbf")
        if not text.isspace():
            yield _row(line, text, encoding)


def _row(line: int, text: bytes, encoding: str) -> Row | Rejected:
    if text.count(b"[") + text.count(b"{") > 10_000:  # json would go as deep, and only then say so
        return Rejected(line, "", "it is nested too deep")
    try:
        found = loads(text.decode(encoding))
    except UnicodeError:
        return Rejected(line, "", f"it is not {encoding.upper()}; name the file's --encoding")
    except RecursionError:
        return Rejected(line, "", "it is nested too deep")
    except ValueError as error:
        return Rejected(line, "", f"it is no JSON ({error})")
    if not isinstance(found, dict):
        return Rejected(line, "", "it is no JSON object")
    if len(found) > MOST_COLUMNS:
        return Rejected(line, "", f"it has {len(found)} keys")
    told = {key: value for key, value in found.items() if value not in (None, "", [], {})}
    if why := next((why for key in told if (why := unfit(key))), None):
        return Rejected(line, "", why)
    fields = {head(key): value for key, value in told.items()}
    if len(fields) < len(told):
        return Rejected(line, "", "two of its keys are the same but for case")
    for name, value in fields.items():
        if why := unfit(value):
            return Rejected(line, name, why)
    return Row(line, fields)


def loads(text: str) -> Any:
    """What a text says in JSON; NaN and keys that come twice are none. Raises ValueError, RecursionError."""
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def unfit(value: object, depth: int = DEEPEST) -> str | None:
    """Why a value cannot be recorded."""
    if isinstance(value, str):
        if "\0" in value:
            return "there is a NUL character in it"
        return "it is not text (a lone surrogate)" if any("\ud800" <= c <= "\udfff" for c in value) else None
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "it is too large a number"
    if isinstance(value, dict | list):
        if not depth:
            return "it is nested too deep"
        inner = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        return next((why for one in inner if (why := unfit(one, depth - 1))), None)
    return None
