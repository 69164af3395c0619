"""Decides whose word corroborates another's: another voice's, unless both only assess what others said."""

from __future__ import annotations

from typing import Final

from tracker.judgement.reliability import Weighed
from tracker.judgement.vocabulary import ASSESSORS

ASSESSING: Final = "assessors"


def independent(one: Weighed) -> str:
    """Which independent voice a claim is: maps, lists and other people's verdicts are one together.

    They draw on the same reports, so that two of them agree says no more than one does.
    """
    return ASSESSING if one.evidence.source_kind in ASSESSORS else one.voice
