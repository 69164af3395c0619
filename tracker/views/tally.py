"""Decides how places are counted together: each settlement once, by its verdict, by heads and by people.

What nobody speaks about is "no claim", never "unknown"; what has no population is counted apart.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from tracker.judgement.verdict import CONTESTED_STATUS, HELD, STALE, UNKNOWN, Verdict
from tracker.phrases import per_cent
from tracker.views.places import Place

Document = dict[str, Any]

SETTLEMENTS: Final = frozenset({"city", "town", "village"})
"""What is counted as a town. Anything else that is no area is a facility, and is counted apart."""
LOW: Final = 0.7
"""Held at less than this is held with low confidence; in words, less than "moderate"."""
NO_CLAIM: Final = "no_claim"
KEYS: Final = ("known", "claimed", HELD, CONTESTED_STATUS, UNKNOWN, NO_CLAIM, "low_confidence", "stale")


class Counted(NamedTuple):
    """A place as it is counted; `verdict` None where nobody speaks about it."""

    place: Place
    verdict: Verdict | None = None
    changed_at: int | None = None
    """When control last changed here (us)."""


def tally(counted: Iterable[Counted], names: Mapping[str, str]) -> Document:
    """How many of some places are held, contested, unknown, and by whom; `names` has the sides' names."""
    found = _Tally()
    for one in counted:
        found.add(one)
    return found.document(names)


class _Tally:
    """Three sums of each kind: places, people, and places of which nobody knows how many live there."""

    def __init__(self) -> None:
        self._sums = {key: [0, 0, 0] for key in KEYS}
        self._sides: dict[str, dict[str, list[int]]] = {}

    def add(self, one: Counted) -> None:
        """Count one place."""
        for key in _counts_as(one.verdict):
            _plus(self._sums[key], one.place.population)
        if one.verdict is not None and one.verdict.holders:
            own = self._sides.setdefault(one.verdict.holders[0], {key: [0, 0, 0] for key in KEYS})
            for key in _counts_as(one.verdict):
                _plus(own[key], one.place.population)

    def document(self, names: Mapping[str, str]) -> Document:
        """The keys of the JSON contract."""
        sides = sorted(self._sides.items(), key=lambda one: (-one[1][HELD][0], -one[1]["claimed"][0], one[0]))
        places, people, blank = ({key: self._sums[key][i] for key in KEYS} for i in range(3))
        return {
            "places": places, "population": people, "without_population": blank,
            "sides": [self._side(side, names.get(side, side), sums) for side, sums in sides],
        }  # fmt: skip

    def _side(self, side: str, name: str, sums: Mapping[str, list[int]]) -> Document:
        claimed, people = self._sums["claimed"][0], self._sums["known"][1]
        return {
            "side": side, "name": name,
            HELD: sums[HELD][0], CONTESTED_STATUS: sums[CONTESTED_STATUS][0],
            "low_confidence": sums["low_confidence"][0], "stale": sums["stale"][0],
            "population_held": sums[HELD][1], "population_contested": sums[CONTESTED_STATUS][1],
            "population_low_confidence": sums["low_confidence"][1],
            "share": _share(sums[HELD][0], claimed), "population_share": _share(sums[HELD][1], people),
        }  # fmt: skip


def _counts_as(verdict: Verdict | None) -> Iterable[str]:
    """The sums that a place belongs to. Claims that were all taken back leave nobody who speaks."""
    yield "known"
    if verdict is None or not (verdict.claims or verdict.pin):
        yield NO_CLAIM
        return
    yield "claimed"
    yield verdict.status
    if verdict.status == HELD:
        if verdict.confidence < LOW:
            yield "low_confidence"
        if verdict.freshness == STALE:
            yield "stale"


def _plus(sums: list[int], population: int | None) -> None:
    sums[0] += 1
    sums[1] += population or 0
    sums[2] += population is None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 9) if whole else None


def summary(told: Document, one: str = "town", more: str = "towns") -> str:
    """A tally in half a sentence: "5 of 7 known towns: rebels 4, contested 1"."""
    places = told["places"]
    known = f"{places['known']} known {one if places['known'] == 1 else more}"
    if not places["known"]:
        return f"no known {one}"
    if not places["claimed"]:
        return f"none of {known} is spoken of"
    return f"{places['claimed']} of {known}: {', '.join([*held(told), *rest(told)])}"


def held(told: Document) -> list[str]:
    """Who holds how many, and how many of those with low confidence: "rebels 4 (1 unsure)"."""
    return [f"{side['name']} {side[HELD]}{_unsure(side)}" for side in told["sides"] if side[HELD]]


def _unsure(side: Document) -> str:
    return f" ({side['low_confidence']} unsure)" if side["low_confidence"] else ""


def rest(told: Document) -> list[str]:
    """What is claimed and held by nobody: "contested 1", "unknown 2"."""
    return [f"{key} {told['places'][key]}" for key in (CONTESTED_STATUS, UNKNOWN) if told["places"][key]]


def people(told: Document) -> str:
    """Where those live whose number is known: "rebels 41 %, contested 3 %, unknown 12 %, no claim 44 %"."""
    sums = told["population"]
    if not sums["known"]:
        return ""
    shares = [(side["name"], side["population_held"]) for side in told["sides"]]
    shares += [(key.replace("_", " "), sums[key]) for key in (CONTESTED_STATUS, UNKNOWN, NO_CLAIM)]
    return ", ".join(f"{name} {_part(part, sums['known'])}" for name, part in shares if part)


def _part(part: int, whole: int) -> str:
    return "100 %" if part == whole else per_cent(part / whole)
