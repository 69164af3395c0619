"""Decides how areas are summed up: which places lie in each, and how their verdicts are counted together.

Nothing is inherited. What is said of an area stands beside the count and is no part of it, and the
count gives the area no verdict. All verdicts come from one question to the `Situation`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from tracker.errors import BadInput
from tracker.judgement.evidence import Evidence
from tracker.judgement.neighbours import FRONT
from tracker.judgement.verdict import BAYES, Verdict
from tracker.names import AREA_KINDS
from tracker.reader import Reader
from tracker.views.claims import Document, actor_names
from tracker.views.claims import texts as texts_of
from tracker.views.places import Place, all_places, places, upward, within
from tracker.views.situation import Folded, Question, Situation
from tracker.views.tally import LOW, SETTLEMENTS, Counted, summary, tally
from tracker.zones import iso

if TYPE_CHECKING:
    from tracker.geometry import Area

USUAL: Final = "governorate"
"""The level that is told where none is asked for, if there are areas of it."""
SAID: Final = 5
"""So many claims on an area itself are told, the latest."""
POLYGON: Final = "polygon"
_ON_A_FRONT: Final = LOW / (1.0 - FRONT)
"""A front leaves a holder that is at least so sure no less than `LOW`."""


def level_document(reader: Reader, question: Question, kind: str | None) -> Document:
    """The areas of one kind, or of the usual one; else those that lie in no other."""
    land = _Land(reader, question)
    kind = kind or (USUAL if any(area.kind == USUAL for area in land.areas) else None)
    chosen = [area for area in land.areas if (area.kind == kind if kind else not land.line(area))]
    rows = [land.row(area, land.inside(area)) for area in chosen]
    ids = {area.id for area in chosen}
    outside = [one for one in land.counted if not ids.intersection(land.line(one.place))]
    return {**land.axes(), **_told(rows, land.sums(outside), land.sums(land.counted)), "kind": kind}


def area_document(reader: Reader, question: Question, area: Place) -> Document:
    """One area: the areas that lie in it directly, and its places that somebody speaks about."""
    land = _Land(reader, question)
    inside = land.inside(area)
    children = [one for one in land.areas if one.id != area.id and land.line(one)[:1] == [area.id]]
    parts: dict[str | None, list[Counted]] = {}
    for one in inside:
        parts.setdefault(land.branch(one.place, area.id), []).append(one)
    ids = {child.id for child in children}
    direct = [one for branch, some in parts.items() if branch not in ids for one in some]
    rows = [land.row(child, parts.get(child.id, [])) for child in children]
    told = _told(rows, land.sums(direct), land.sums(inside))
    return {
        **land.axes(), **told,
        "area": land.row(area, inside), "places": [land.short(one) for one in inside if one.verdict],
    }  # fmt: skip


def polygons_document(reader: Reader, question: Question, polygons: Sequence[Area], file: str) -> Document:
    """The polygons of a file, each with what lies in it or on its border."""
    from tracker.geometry import lying, turned

    land = _Land(reader, question)
    placed = [one for one in land.counted if one.place.lat is not None and one.place.lon is not None]
    points = [(one.place.lon or 0.0, one.place.lat or 0.0) for one in placed]
    found = lying(polygons, points)
    anywhere = {i for hits in found for i in hits}
    # Only where there is room for more than twice as many is it worth asking the other way round.
    other = lying(turned(polygons), points) if 2 * len(anywhere) < len(points) else []
    note = _swapped(file, anywhere, other)
    rows = [
        land.polygon(area.name, [placed[i] for i in hits]) for area, hits in zip(polygons, found, strict=True)
    ]
    outside = [one for i, one in enumerate(placed) if i not in anywhere]
    nowhere = [one for one in land.counted if one.place.lat is None or one.place.lon is None]
    told = _told(rows, land.sums(outside), land.sums(land.counted))
    return {**land.axes(), **told, "file": file, "without_position": land.sums(nowhere), **note}


def counts(told: Document) -> bool:
    """Whether the document of an area counts anything: areas in it, or places that are known."""
    known = (told["total"][those]["places"]["known"] for those in ("settlements", "facilities"))
    return bool(told["areas"]) or any(known)


def _swapped(file: str, hits: Collection[int], turned: Iterable[Collection[int]]) -> Document:
    """A word where far more places would lie in the polygons if their coordinates were swapped."""
    would = len({i for some in turned for i in some})
    if not hits and would:
        raise BadInput(
            what=f"{file} cannot be used: no place lies in it, but some would with its coordinates swapped",
            try_="a GeoJSON file with longitude first, as RFC 7946 has it",
        )
    if would > 2 * len(hits):
        told = f"{len(hits)} places lie in {file}, and {would} would with its coordinates swapped"
        return {"note": f"{told}; longitude comes first"}
    return {}


def summary_of(reader: Reader, question: Question, area: Place) -> str:
    """The line beside the verdict of an area: "5 of 7 known towns: rebels 4, contested 1"."""
    of = Situation(reader, question)
    inside = places(reader, within(reader, area.id, of.known), of.known)
    ids = [id_ for place in inside for id_ in of.members(place)]
    said = reader.among(
        "SELECT place FROM claims WHERE place IN (:wanted)"
        " UNION SELECT place FROM assessments WHERE place IN (:wanted)",
        ids,
    )
    spoken = {of.root(row[0]) for row in said}
    judged = of.judged((inside[id_] for id_ in sorted(spoken)), alone=True)
    towns = (place for place in inside.values() if place.kind in SETTLEMENTS)
    counted = (
        Counted(place, _fronted(of, place, *judged[place.id]) if place.id in judged else None)
        for place in towns
    )
    return summary(tally(counted, actor_names(of.who)))


def _fronted(of: Situation, place: Place, verdict: Verdict, folded: Folded) -> Verdict:
    """A verdict found without its neighbours; with them where a front may make it unsure."""
    return of.verdict(place, folded) if LOW <= verdict.confidence < _ON_A_FRONT else verdict


def _told(rows: list[Document], outside: Document, total: Document) -> Document:
    """The keys that every answer has."""
    return {
        "kind": None, "file": None, "area": None, "areas": rows, "outside": outside,
        "without_position": None, "total": total, "places": [],
    }  # fmt: skip


class _Land:
    """All places of one question with their verdicts, and what each lies in."""

    def __init__(self, reader: Reader, question: Question) -> None:
        self._situation = of = Situation(reader, question)
        self._sides = actor_names(of.who)
        by_id = {place.id: place for place in all_places(reader, of.known)}
        self._known = {id_: by_id.get(of.root(id_), place) for id_, place in by_id.items()}
        self._lines: dict[str, list[str]] = {}
        single = sorted((one for one in by_id.values() if of.root(one.id) == one.id), key=_order)
        self.areas = [place for place in single if place.kind in AREA_KINDS]
        claimed = [by_id[id_] for id_ in of.claimed() if id_ in by_id]
        self._judged = of.judged(claimed)  # all at once, areas too: a change nearby may be anywhere
        self.counted = [self._count(place) for place in single if place.kind not in AREA_KINDS]
        self._inside: dict[str, list[Counted]] = {}
        for one in self.counted:
            for id_ in self.line(one.place):
                self._inside.setdefault(id_, []).append(one)

    def _count(self, place: Place) -> Counted:
        found = self._judged.get(place.id)
        if found is None or not (found[0].claims or found[0].pin):
            return Counted(place)
        by_belief = self._situation.question.policy == BAYES  # a rule does not tell when it changed its mind
        return Counted(place, found[0], _changed_at(*found) if by_belief else None)

    def line(self, place: Place) -> list[str]:
        """The ids of what a place lies in, the smallest first, by what each is read as; never itself."""
        parent = self._known.get(place.parent) if place.parent else None
        if parent is None or parent.id == place.id:
            return []
        if parent.id not in self._lines:
            self._lines[parent.id] = [parent.id, *(one.id for one in upward(parent, self._known.get))]
        line = self._lines[parent.id]
        return line[: line.index(place.id)] if place.id in line else line

    def inside(self, area: Place) -> list[Counted]:
        """What lies in an area, at any depth."""
        return self._inside.get(area.id, [])

    def branch(self, place: Place, area: str) -> str | None:
        """What lies directly in the area and has the place in it; None: the place itself does."""
        line = self.line(place)
        where = line.index(area)
        return line[where - 1] if where else None

    def axes(self) -> Document:
        """What was asked about."""
        question = self._situation.question
        return {
            "at": iso(question.at),
            "known_at": None if question.known_at is None else iso(question.known_at),
            "published_by": None if question.published_by is None else iso(question.published_by),
            "policy": question.policy,
        }

    def sums(self, counted: Iterable[Counted]) -> Document:
        """The count of some places: settlements, and apart from them everything else."""
        counted = list(counted)
        towns = [one for one in counted if one.place.kind in SETTLEMENTS]
        told = tally(towns, self._sides)
        return {
            "summary": summary(told),
            "settlements": told,
            "facilities": tally((one for one in counted if one.place.kind not in SETTLEMENTS), self._sides),
            "latest_change": self._latest(towns),
        }

    def row(self, area: Place, inside: list[Counted]) -> Document:
        """An area with its count; beside it, what is said of the area itself."""
        found = self._judged.get(area.id)
        told = {"id": area.id, "name": area.name, "kind": area.kind, "region": self._region(area)}
        own = self.short(Counted(area, found[0])) if found and (found[0].claims or found[0].pin) else None
        return {"area": told, **self.sums(inside), "verdict": own, "said": self._said(area) if found else []}

    def polygon(self, name: str, inside: list[Counted]) -> Document:
        """A polygon with its count; nobody speaks about it."""
        told = {"id": None, "name": name, "kind": POLYGON, "region": None}
        return {"area": told, **self.sums(inside), "verdict": None, "said": []}

    def _latest(self, towns: Iterable[Counted]) -> Document | None:
        """The last change of control in some settlements."""
        changes = [(one.changed_at, one.place.id, one) for one in towns if one.changed_at is not None]
        if not changes:
            return None
        at, _, one = max(changes)
        told = self.short(one)
        return {key: told[key] for key in ("id", "name", "status", "controller")} | {"at": iso(at)}

    def short(self, one: Counted) -> Document:
        """A place that is spoken of, in one row."""
        place, verdict = one.place, one.verdict
        if verdict is None:
            raise ValueError(place.id)
        side = verdict.holders[0] if verdict.holders else None
        return {
            "id": place.id, "name": place.name, "kind": place.kind, "region": self._region(place),
            "population": place.population, "status": verdict.status,
            "controller": side and {"id": side, "name": self._sides.get(side, side)},
            "confidence": round(verdict.confidence, 9), "freshness": verdict.freshness,
            "changed": None if one.changed_at is None else iso(one.changed_at),
        }  # fmt: skip

    def _region(self, place: Place) -> str | None:
        line = self.line(place)
        return self._known[line[0]].name if line else None

    def _said(self, area: Place) -> list[Document]:
        """The latest claims on the area itself."""
        of = self._situation
        claims: list[Evidence] = sorted(of.claims(area.id), key=lambda one: (-one.event_at, one.claim))[:SAID]
        texts: Mapping[str, Document] = texts_of(of.reader, [one.claim for one in claims], of.known)
        return [
            {
                "claim": one.claim, "at": iso(one.event_at),
                "text": f"{texts[one.claim]['text']} ({texts[one.claim]['attribution']})",
            }
            for one in claims
        ]  # fmt: skip


def _changed_at(verdict: Verdict, folded: Folded) -> int | None:
    """When control last changed: by the claims, or by a pin that names others than they do."""
    belief = verdict.shadow
    if verdict.pin is None or belief is None or set(belief.holders) == set(verdict.holders):
        return folded.state.changed_at
    return None if folded.state.best is None else verdict.pin.at  # a first word is no change


def _order(place: Place) -> tuple[str, str]:
    return place.name, place.id
