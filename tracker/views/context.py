"""Decides what stands beside a verdict and moves nothing: recent claims on areas around and places near."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tracker.judgement.evidence import DAY, Evidence
from tracker.views.places import Nearby, Place, around, upward
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


def beside_each(
    situation: Situation, places: Iterable[Place], known: Mapping[str, Place], claimed: Iterable[Place]
) -> dict[str, list[Evidence]]:
    """The same for each of many places, by id, read at once from what was claimed about anything.

    `known` has every place by each id that is read as it.
    """
    claimed = [place for place in claimed if place.merged_into is None]
    areas = {area.id for place in places for area in upward(place, known.get)}
    told = situation.recent_by_place(sorted({*areas, *(one.id for one in claimed)}), _since(situation))
    recent = {place: found for place, found in told.items() if found}
    claimed = [place for place in claimed if place.id in recent]
    near = Nearby(claimed, CONTEXT_KM)
    minted: dict[str | None, list[Place]] = {}
    for one in claimed:
        minted.setdefault(one.near and situation.root(one.near), []).append(one)
    ids = {
        place.id: {
            other.id for other in (*upward(place, known.get), *minted.get(place.id, ()), *near.to(place))
        }
        - {place.id}
        for place in places
    }
    return {
        place: _newest(one for id_ in others for one in recent.get(id_, ())) for place, others in ids.items()
    }


def _since(situation: Situation) -> int:
    return situation.question.at - CONTEXT_DAYS * DAY


def _newest(found: Iterable[Evidence]) -> list[Evidence]:
    return sorted(found, key=lambda one: (-one.event_at, one.claim))[:CONTEXT_LIMIT]
