"""Decides how days are read that tables write otherwise than people type them: never by a guess.

A day with dots has its day first, one that begins with the year its year; of two numbers and a year, with
slashes or hyphens, which is the month is known only where one of them can be none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from tracker.errors import BadInput

_DIGITS: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_YEAR_FIRST: Final = re.compile(r"(?<![\d/.])(\d{4})([/.])(\d{1,2})\2(\d{1,2})(?![\d/])", re.ASCII)
_DOTS: Final = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?![\d.])", re.ASCII)
_EITHER: Final = re.compile(r"(?<![\d/-])(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?![\d/-])", re.ASCII)
_NAMED: Final = re.compile(r"(?<![\w-])(\d{1,2})-([A-Za-z]{3,9})-(\d{4})(?![\d-])", re.ASCII)


@lru_cache(4096)  # a table tells the same few days in row after row
def plain_days(text: str) -> str:
    """A time with its days as ISO 8601 has them; anything else stays what it is.

    Raises BadInput where a day may be two.
    """
    if match := _DIGITS.fullmatch(text):
        return _iso(match, *match.groups())
    text = _YEAR_FIRST.sub(lambda match: _iso(match, match[1], match[3], match[4]), text)
    text = _DOTS.sub(lambda match: _iso(match, match[3], match[2], match[1]), text)
    text = _NAMED.sub(r"\1 \2 \3", text)
    return _EITHER.sub(_either, text)


def _either(match: re.Match[str]) -> str:
    first, _, second, year = match.groups()
    if int(first) <= 12 and int(second) <= 12 and int(first) != int(second):
        one, other = _iso(match, year, second, first), _iso(match, year, first, second)
        raise BadInput(what=f"{match[0]} may be {one} or {other}", try_="days as 2024-12-06")
    return _iso(match, year, first, second) if int(first) <= 12 else _iso(match, year, second, first)


def _iso(match: re.Match[str], year: str, month: str, day: str) -> str:
    """The day; what is none stays what it is, for whoever reads it to refuse."""
    if 1 <= int(month) <= 12 and 1 <= int(day) <= 31:
        return f"{year}-{int(month):02}-{int(day):02}"
    return match[0]
