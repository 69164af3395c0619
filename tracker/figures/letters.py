"""Decides what of a text is drawn in a picture, and how wide that will be.

Measured in the font that comes with tracker, which is also the first that pictures ask for. It is wider than
most, so what has room in it has room in others.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from struct import unpack_from
from typing import Final
from unicodedata import category, normalize

from tracker.resources import folder

FAMILY: Final = "'DejaVu Sans', Verdana, sans-serif"
_JOINERS: Final = "\u200c\u200d"
"""How letters of Persian, Burmese or Hindi join: no spelling without them."""
_MARKS_ON_A_LETTER: Final = 4
"""More are drawn over what stands above and below; no writing needs them."""
_LONGEST: Final = 400
_UNKNOWN, _WIDE = 0.75, 1.0
_CLASSES: Final = (0x1100, 0x2E80)
"""From the one on letters are often as wide as they are high, from the other always."""


def font_file() -> Path:
    """The font that comes with tracker."""
    return folder("fixtures") / "fonts" / "DejaVuSans.ttf"


def plain(text: str) -> str:
    """Text without anything that is not drawn where it stands: controls of any kind, piled accents."""
    drawn: list[str] = []
    marks = 0
    for char in normalize("NFC", text):
        kind = category(char)
        if kind in ("Cc", "Zl", "Zp", "Zs"):
            char = " "
        elif kind in ("Cs", "Cn", "Co") or (kind == "Cf" and char not in _JOINERS):
            continue
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks <= _MARKS_ON_A_LETTER:
            drawn.append(char)
    return " ".join("".join(drawn).split())


def width(text: str, size: float) -> float:
    """How many pixels a text takes."""
    advances = _advances()
    return size * sum(advances.get(ord(char)) or _guessed(char) for char in text)


def cut(text: str, size: float, room: float) -> str:
    """A text, or so much of its beginning as has room, with an ellipsis."""
    if width(text, size) <= room:
        return text
    text = text[:_LONGEST]
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def lines(text: str, size: float, room: float) -> list[str]:
    """A text broken between words where it is wider than the room."""
    told = [""]
    for word in text.split(" "):
        longer = f"{told[-1]} {word}".strip()
        if told[-1] and width(longer, size) > room:
            told.append(word)
        else:
            told[-1] = longer
    return [cut(line, size, room) for line in told]


def lacks(text: str) -> bool:
    """Whether the font that comes with tracker has not all its letters."""
    advances = _advances()
    return any(ord(char) not in advances and char not in _JOINERS for char in text)


def _guessed(char: str) -> float:
    if category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    return _WIDE if ord(char) >= _CLASSES[1] else _UNKNOWN


@cache
def _advances() -> dict[int, float]:
    """How far each character that the font has moves on, in parts of the letters' size.

    The tables are those of the OpenType specification: head, hhea, hmtx, and cmap in its format 12.
    """
    data = font_file().read_bytes()
    (count,) = unpack_from(">H", data, 4)
    tables: dict[bytes, int] = {}
    for i in range(count):
        tag, _, offset, _ = unpack_from(">4sIII", data, 12 + 16 * i)
        tables[tag] = offset
    (unit,) = unpack_from(">H", data, tables[b"head"] + 18)
    (measured,) = unpack_from(">H", data, tables[b"hhea"] + 34)
    metrics = unpack_from(f">{2 * measured}H", data, tables[b"hmtx"])[::2]
    found: dict[int, float] = {}
    for first, last, glyph in _groups(data, tables[b"cmap"]):
        for code in range(first, last + 1):
            found[code] = metrics[min(glyph + code - first, measured - 1)] / unit
    return found


def _groups(data: bytes, start: int) -> list[tuple[int, int, int]]:
    """Runs of characters, each with the glyph of its first."""
    (count,) = unpack_from(">H", data, start + 2)
    for i in range(count):
        (offset,) = unpack_from(">I", data, start + 4 + 8 * i + 4)
        if unpack_from(">H", data, start + offset)[0] == 12:
            (groups,) = unpack_from(">I", data, start + offset + 12)
            at = start + offset + 16
            return [unpack_from(">III", data, at + 12 * n) for n in range(groups)]
    return []
