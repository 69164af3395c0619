"""Decides what the chart document says: how many places, or people, were whose at each change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tracker.errors import BadInput
from tracker.figures.moment import CONTESTED, HELD, UNKNOWN
from tracker.names import AREA_KINDS
from tracker.zones import iso, parse_iso

Document = dict[str, Any]
PLACES, POPULATION = "places", "population"
COUNTED: Final = (PLACES, POPULATION)
_KEPT: Final = ("from", "to", "known_at", "published_by", "policy", "position", "zone")


def chart_document(document: Mapping[str, Any], count: str = PLACES) -> Document:
    """The columns of a map document's course: `times`, `held` by side, `contested` and `unknown`.

    Areas are not counted, as what lies in them is; by population, nor are places of which none is known.
    """
    if count not in COUNTED:
        raise BadInput(what=f"{count!r} is nothing that is counted", try_=f"one of {', '.join(COUNTED)}")
    places, spans = document["places"], document["spans"]
    weights = [_weight(places, i, count) for i in range(len(places["id"]))]
    told = {place for place in spans["place"] if places["kind"][place] not in AREA_KINDS}
    if count == POPULATION and told and not any(weights):
        raise BadInput(
            what="of no place the record has the population", try_="--count places, or import places with it"
        )
    end = parse_iso(document["to"])
    rows = sorted(zip(spans["from"], spans["place"], spans["status"], spans["side"], strict=True))
    keys = [*range(len(document["actors"])), *_STATES.values()]
    columns = {key: i for i, key in enumerate(keys)}
    counts, before = [0] * len(keys), dict[int, int]()
    times: list[int] = []
    told_of: list[tuple[int, ...]] = []
    for i, (start, place, status, side) in enumerate(rows):
        if weight := weights[place]:
            if place in before:
                counts[before[place]] -= weight
            before[place] = column = columns[side if status == HELD else _STATES[status]]
            counts[column] += weight
        if (i + 1 < len(rows) and rows[i + 1][0] == start) or start > end:
            continue
        now = tuple(counts)
        if not told_of or told_of[-1] != now:
            times.append(start)
            told_of.append(now)
    of = [list(column) for column in zip(*told_of, strict=True)] or [[] for _ in keys]
    return {
        **{key: document[key] for key in _KEPT},
        "region": document.get("region"),
        "count": count,
        "places": len(told),
        "areas": len({*spans["place"]} - told),
        "without_population": sum(places["population"][place] is None for place in told),
        "actors": [
            {key: actor[key] for key in ("id", "name", "shape", "colour", "dark")}
            for actor in document["actors"]
        ],
        "times": [iso(instant) for instant in times],
        "held": {actor["id"]: of[i] for i, actor in enumerate(document["actors"])},
        "contested": of[-2],
        "unknown": of[-1],
    }


_STATES: Final = {CONTESTED: "contested", UNKNOWN: "unknown"}


def _weight(places: Mapping[str, Any], i: int, count: str) -> int:
    if places["kind"][i] in AREA_KINDS:
        return 0
    return 1 if count == PLACES else places["population"][i] or 0
