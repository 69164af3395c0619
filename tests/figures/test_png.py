"""Decides that a PNG has the same pixels with and without the system's fonts, and that no text vanishes."""

from __future__ import annotations

import hashlib
import struct
import zlib

import pytest
import resvg_py

from tests.figures.hand import Town, document, mapped
from tracker.errors import BadInput
from tracker.figures.letters import FAMILY, font_file
from tracker.figures.paper import Look
from tracker.figures.png import check_scale, png

WORDS = ("Deir ez-Zor", "دير الزور", "Харків", "ירושלים")


def line(told: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40" font-family="{FAMILY}"'
        ' font-size="20">'
        f'<rect width="200" height="40" fill="#ffffff"/><text x="5" y="28">{told}</text></svg>'
    )


def size(data: bytes) -> tuple[int, int]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    return int(width), int(height)


def pixels(data: bytes) -> bytes:
    """The rows as they are filtered; enough to see whether anything is on them."""
    at, packed = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += 12 + length
    return zlib.decompress(packed)


@pytest.mark.parametrize("told", WORDS)
def test_each_script_is_drawn_alike_on_every_machine(told: str) -> None:
    drawn = png(line(told))
    with_fonts = resvg_py.svg_to_bytes(svg_string=line(told), font_files=[str(font_file())])
    assert hashlib.sha256(drawn).digest() == hashlib.sha256(with_fonts).digest()
    assert len({*pixels(drawn)}) > 10, "there is something on it"


def test_arabic_letters_are_joined() -> None:
    """What keeps them apart is drawn otherwise."""
    apart = "\u200c".join("حمص")
    assert png(line("حمص")) != png(line(apart))


@pytest.mark.parametrize("told", ["မန္တလေး", "አዲስ አበባ", "東京"])
def test_what_no_font_has_is_a_box_and_not_nothing(told: str) -> None:
    assert pixels(png(line(told))) != pixels(png(line("")))


@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_it_is_as_large_as_it_is_wanted(scale: float) -> None:
    svg = mapped(document([Town("Homs")]), Look(400))
    width, height = size(png(svg, scale))
    assert width == 400 * scale
    assert size(png(svg))[0] == 400
    assert height == pytest.approx(size(png(svg))[1] * scale, abs=1)


@pytest.mark.parametrize(("scale", "width"), [(0.5, 1000), (9, 1000), (float("nan"), 1000), (4, 8000)])
def test_what_no_memory_holds_is_refused(scale: float, width: int) -> None:
    with pytest.raises(BadInput):
        check_scale(scale, width)
    check_scale(2, 1000)
