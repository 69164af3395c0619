"""Decides what stands beside a verdict and moves nothing: recent claims on areas around and places near."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tracker.judgement.evidence import DAY, Evidence
from tracker.views.places import Place, around
from tracker.views.situation import CONTEXT_KM, Situation

CONTEXT_DAYS: Final = 7
CONTEXT_LIMIT: Final = 12


def beside(situation: Situation, place: Place, areas: Iterable[Place]) -> list[Evidence]:
    """The recent claims on the areas that contain one place and on what lies within 10 km, newest first."""
    near = (
        other.id
        for _, other in around(situation.reader, place, CONTEXT_KM, situation.known)
        if other.merged_into is None  # those merged count where they were merged into
    )
    ids = dict.fromkeys([*(area.id for area in areas), *near])
    return _newest(situation.recent((id_ for id_ in ids if id_ != place.id), _since(situation)))


def _since(situation: Situation) -> int:
    return situation.question.at - CONTEXT_DAYS * DAY


def _newest(found: Iterable[Evidence]) -> list[Evidence]:
    return sorted(found, key=lambda one: (-one.event_at, one.claim))[:CONTEXT_LIMIT]
