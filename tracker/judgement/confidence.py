"""Decides which number a stated confidence is read as; the words as typed stay beside it.

Sources: the words of estimative probability of US Intelligence Community Directive 203, *Analytic
Standards* (2015, D.6.e.2.a), each read as the middle of its range; the grades of NATO STANAG 2511 and
AJP-2.1, where a letter grades the source and a digit the information.
"""

from __future__ import annotations

from typing import NamedTuple

from tracker.errors import UnreadableConfidence

NUMBER, PERCENT, ICD_203, LEVEL, ADMIRALTY = SCALES = ("number", "percent", "icd-203", "level", "admiralty")

ICD_203_WORDS = {
    **dict.fromkeys(("almost no chance", "remote"), 0.03),
    **dict.fromkeys(("very unlikely", "highly improbable"), 0.125),
    **dict.fromkeys(("unlikely", "improbable", "improbably"), 0.325),
    **dict.fromkeys(("roughly even chance", "roughly even odds"), 0.5),
    **dict.fromkeys(("likely", "probable", "probably"), 0.675),
    **dict.fromkeys(("very likely", "highly probable"), 0.875),
    **dict.fromkeys(("almost certain", "almost certainly", "nearly certain"), 0.97),
}
# Analytic confidence: moderate is the point at which a statement leaves a source's reliability as it is.
LEVELS = {"low": 0.55, "moderate": 0.70, "high": 0.85}
# Credibility: confirmed, probably true, possibly true, doubtful, improbable; the sixth cannot be judged.
ADMIRALTY_DIGITS = dict(zip("123456", (0.95, 0.80, 0.60, 0.40, 0.15, None), strict=True))

_LONGEST = 60


class Confidence(NamedTuple):
    """How sure somebody said to be: the text as typed, its scale, and a probability in [0, 1].

    `value` is None where the scale says that it cannot be judged (F and 6).
    """

    text: str
    scale: str
    value: float | None


def read_confidence(text: str) -> Confidence:
    """Read a confidence on any of `SCALES`. Raises `UnreadableConfidence` for anything else.

    A bare digit from 1 to 6 is an Admiralty digit, so ``1`` is .95 while ``1.0`` is certainty. A letter
    with a digit keeps the digit's number, since the letter grades the source, which has its own grade.
    """
    words = " ".join(text.casefold().split()) if len(text) <= _LONGEST else ""
    scale, value = _word(words) or _grade(words) or _number(words) or (None, None)
    if scale is None:
        raise UnreadableConfidence(text=text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
    return Confidence(text, scale, value)


def _word(words: str) -> tuple[str, float] | None:
    if words in ICD_203_WORDS:
        return ICD_203, ICD_203_WORDS[words]
    level = words.removesuffix(" confidence")
    return (LEVEL, LEVELS[level]) if level in LEVELS else None


def _grade(words: str) -> tuple[str, float | None] | None:
    if words == "f":
        return ADMIRALTY, None
    digit = words[1:] if words[:1] in tuple("abcdef") else words
    return (ADMIRALTY, ADMIRALTY_DIGITS[digit]) if digit in ADMIRALTY_DIGITS else None


def _number(words: str) -> tuple[str, float] | None:
    import re

    percent = re.fullmatch(r"(\d{1,3}(?:\.\d+)?|\.\d+) ?(?:%|percent|per cent)", words, re.ASCII)
    if percent and float(percent[1]) <= 100:
        return PERCENT, float(percent[1]) / 100
    if re.fullmatch(r"0|[01]?\.\d+", words, re.ASCII) and float(words) <= 1:
        return NUMBER, float(words)
    return None
