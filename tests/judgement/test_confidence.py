"""What people type for "how sure", and the number it is read as."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import UnreadableConfidence
from tracker.judgement.confidence import ADMIRALTY_DIGITS, ICD_203_WORDS, SCALES, read_confidence


@pytest.mark.parametrize(
    ("text", "scale", "value"),
    [
        ("0.7", "number", 0.7),
        (".7", "number", 0.7),
        ("0", "number", 0.0),
        ("0.0", "number", 0.0),
        ("1.0", "number", 1.0),
        ("1.000", "number", 1.0),
        ("70%", "percent", 0.7),
        ("70 %", "percent", 0.7),
        ("100%", "percent", 1.0),
        ("0%", "percent", 0.0),
        ("12.5%", "percent", 0.125),
        ("70 percent", "percent", 0.7),
        ("70 per cent", "percent", 0.7),
        ("almost no chance", "icd-203", 0.03),
        ("remote", "icd-203", 0.03),
        ("very unlikely", "icd-203", 0.125),
        ("highly improbable", "icd-203", 0.125),
        ("unlikely", "icd-203", 0.325),
        ("improbable", "icd-203", 0.325),
        ("roughly even chance", "icd-203", 0.5),
        ("roughly even odds", "icd-203", 0.5),
        ("likely", "icd-203", 0.675),
        ("probable", "icd-203", 0.675),
        ("very likely", "icd-203", 0.875),
        ("highly probable", "icd-203", 0.875),
        ("almost certain", "icd-203", 0.97),
        ("nearly certain", "icd-203", 0.97),
        ("  Very   LIKELY ", "icd-203", 0.875),
        ("low", "level", 0.55),
        ("moderate", "level", 0.70),
        ("high", "level", 0.85),
        ("High confidence", "level", 0.85),
        ("B2", "admiralty", 0.80),
        ("c3", "admiralty", 0.60),
        ("A1", "admiralty", 0.95),
        ("E5", "admiralty", 0.15),
        ("F2", "admiralty", 0.80),
        ("1", "admiralty", 0.95),
        ("2", "admiralty", 0.80),
        ("3", "admiralty", 0.60),
        ("4", "admiralty", 0.40),
        ("5", "admiralty", 0.15),
        ("6", "admiralty", None),
        ("B6", "admiralty", None),
        ("F6", "admiralty", None),
        ("F", "admiralty", None),
    ],
)
def test_it_is_read(text: str, scale: str, value: float | None) -> None:
    """The text stays as typed beside the number."""
    assert read_confidence(text) == (text, scale, pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "7",
            "0.7.1",
            "-1",
            "-0.5",
            "1.01",
            "2.0",
            "150%",
            "101 %",
            "-5%",
            "%",
            "nan",
            "inf",
            "-inf",
        ),
        *("1e-1", "0x1", "G2", "B7", "B0", "A", "B", "AB", "2B", "fairly sure", "certain", "likely likely"),
        *("٠.٧", "٧٠%", "²", "B²", "0,7", "1_0%", "\x00", "0.7\x00", "🤷", "9" * 10_000, "confidence"),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """One line that says what can be typed, never longer for a longer text."""
    with pytest.raises(UnreadableConfidence) as refused:
        read_confidence(text)
    assert len(refused.value.message) < 120
    assert "Admiralty" in refused.value.next_step
    assert refused.value.exit_code == 2


@given(st.text(max_size=70))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    """Nothing but a probability, or none, or the one refusal comes out."""
    try:
        read = read_confidence(text)
    except UnreadableConfidence:
        return
    assert read.text == text
    assert read.scale in SCALES
    assert read.value is None or 0 <= read.value <= 1


@given(st.floats(0, 1).map(lambda value: f"{value:.6f}"))
def test_a_number_is_itself(text: str) -> None:
    """``0.123456`` means just that."""
    assert read_confidence(text) == (text, "number", float(text))


def test_a_more_certain_word_is_a_greater_number() -> None:
    """The words are listed from remote to nearly certain, the digits from confirmed to improbable."""
    values = list(ICD_203_WORDS.values())
    assert values == sorted(values)
    digits = [value for value in ADMIRALTY_DIGITS.values() if value is not None]
    assert digits == sorted(digits, reverse=True)
