"""Decides who counts as a second witness: another voice, unless both only put together what others said."""

from __future__ import annotations

from typing import Final

from tracker.judgement.reliability import Weighed
from tracker.judgement.vocabulary import ASSESSORS

ASSESSING: Final = "assessors"


def witness(one: Weighed) -> str:
    """As whom a claim's voice bears witness: maps, lists and other people's verdicts are one together.

    They draw on the same reports, so that two of them agree says no more than one does.
    """
    return ASSESSING if one.evidence.source_kind in ASSESSORS else one.voice
