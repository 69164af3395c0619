"""Decides that text is measured as it is drawn, and that nothing in it moves what stands around."""

from __future__ import annotations

import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.figures.letters import cut, lacks, lines, plain, width
from tracker.figures.paper import text


@pytest.mark.parametrize(
    ("given_", "drawn"),
    [
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("a\x1b[31mb\x00c", "a [31mb c"),
        ("two\u2028lines\nof it", "two lines of it"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("Z" + "\u0301" * 40, "Ź" + "\u0301" * 4),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("half \ud800 a pair", "half a pair"),
        ("حمص", "حمص"),
    ],
)
def test_what_is_not_drawn_where_it_stands_is_left_out(given_: str, drawn: str) -> None:
    assert plain(given_) == drawn


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=40))
def test_any_text_makes_a_document_that_can_be_read(told: str) -> None:
    drawn = plain(told)
    found = ElementTree.fromstring(text(drawn, 0, 0, 10, "#000"))
    assert (found.text or "") == drawn
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in drawn)


def test_letters_have_the_widths_of_the_font() -> None:
    """DejaVu Sans at 2048 units: H is 1540, o 1253, m 1995, s 1067 wide."""
    assert width("Homs", 2048) == pytest.approx(1540 + 1253 + 1995 + 1067, abs=1)
    assert width("", 12) == 0
    assert width("e\u0301", 12) == pytest.approx(width("e", 12))
    assert width("東京", 10) == 20


def test_a_text_is_cut_or_broken_where_there_is_no_room() -> None:
    assert cut("Homs", 10, 100) == "Homs"
    short = cut("x" * 100_000, 10, 100)
    assert short.endswith("x…")
    assert width(short, 10) <= 100
    told = lines("With all that has been recorded, event 601.", 10, 120)
    assert len(told) == 2
    assert " ".join(told) == "With all that has been recorded, event 601."


def test_it_is_known_which_letters_the_font_has() -> None:
    for has in ("Homs", "حمص دير الزور", "Київ Їжакевич", "ירושלים", "Αθήνα", "Şanlıurfa", "می\u200cخواهم"):
        assert not lacks(has), has
    for has_not in ("မန္တလေး", "አዲስ አበባ", "東京"):
        assert lacks(has_not), has_not
