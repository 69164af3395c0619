"""Decides how claims become evidence: resolved to sides, origins and times, as known at a position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tracker.judgement.evidence import Evidence
from tracker.judgement.guard import gives
from tracker.judgement.parties import Parties
from tracker.judgement.vocabulary import NONE
from tracker.reader import NOW, Reader
from tracker.views.assessments import assessed
from tracker.views.guard import held_back, with_release
from tracker.views.parties import TRUE

if TYPE_CHECKING:
    from tracker.views.records import Records

COLUMNS: Final = (
    "place", "id", "effect", "event_at", "reported_at", "earliest", "predicate", "modality", "actors",
    "against", "taken_from", "relation", "km", "bearing", "extent", "origin", "source", "document",
    "confidence", "weight", "details",
)  # fmt: skip
"""What of a claim's row evidence is made of."""
UNNAMED = "unnamed:"


def evidence(
    reader: Reader,
    who: Parties,
    places: Iterable[str],
    *,
    records: Records | None = None,
    known: int = NOW,
    since: int | None = None,
    until: int | None = None,
    published_by: int | None = None,
) -> dict[str, list[Evidence]]:
    """The evidence about each of some places (ids as claimed), in order of event time.

    `since` and `until` bound the event time (inclusive), `published_by` the reported time. `until` is the
    instant asked about; without it what an analyst judged only until some day is left out. `records` says
    what the track records of self-serving origins make of their claims.
    """
    wanted = list(places)
    bounds = "".join(
        f" AND {test}"
        for value, test in (
            (since, "event_at >= :since"),
            (until, "event_at <= :until"),
            (published_by, "reported_at <= :published_by"),
        )
        if value is not None
    )
    values: dict[str, object] = {"known": known}
    values |= {
        name: value
        for name, value in (("since", since), ("until", until), ("published_by", published_by))
        if value is not None
    }
    sql = (
        f"SELECT {', '.join(COLUMNS)} FROM claims WHERE place IN (:wanted){bounds}"
        f" AND {TRUE} AND fact = 'recorded' AND effect <> '{NONE}' ORDER BY event_at, reported_at, id"
    )
    rows = list(reader.among(sql, wanted, **values))
    found: dict[str, list[Evidence]] = {place: [] for place in wanted}
    for row, made in zip(rows, evidence_of(reader, who, rows, known, records=records), strict=True):
        found[row[0]].append(made)
    judged = assessed(reader, who, wanted, known=known, since=since, until=until, published_by=published_by)
    for place, one in judged:
        found[place].append(one)
        found[place].sort(key=_times)
    return found


def evidence_of(
    reader: Reader,
    who: Parties,
    rows: Sequence[tuple[Any, ...]],
    known: int = NOW,
    *,
    records: Records | None = None,
    noted: bool = True,
) -> list[Evidence]:
    """The evidence that claims are, from their rows (`COLUMNS`).

    `noted`: they may have been linked or confirmed. Claims that were recorded just now were not.
    """
    made = Maker(reader, who, known, [row[1] for row in rows] if noted else [])
    found = list(map(made.evidence, rows))
    if known == NOW and any(map(gives, found)):
        found = with_release(found, held_back(reader))
    return found if records is None else records.weighed(found)


_Sides = tuple[str, ...]
_Parties = tuple[_Sides, _Sides, tuple[_Sides, ...], _Sides]
"""The sides that a claim speaks of, those that it speaks against, its lines, from whom it was taken."""
_Teller = tuple[str, "str | None", str, "str | None"]
"""The root of an origin, the side that it leans to, its kind and its grade."""


class Maker:
    """Turns rows into evidence, with what the claims are linked to and how they were confirmed.

    `claims` are those that it is going to be given; None: any. `parents` has of each that was derived from
    another the origin, source and document that count instead of its own.
    """

    def __init__(self, reader: Reader, who: Parties, known: int, claims: list[str] | None) -> None:
        self._who = who
        self._moments = who.moments()
        self._named: dict[tuple[str, str, str, bool, int], _Parties] = {}
        self._tellers: dict[tuple[str, int], _Teller] = {}
        links, self.confirmed = _noted(reader, known, claims)
        self.parents = _parents(reader, known, links) if links else {}

    def evidence(self, row: tuple[Any, ...]) -> Evidence:
        """The evidence that one claim is."""
        (
            _, claim, kind, event_at, reported_at, earliest, predicate, modality, actors, against, taken_from,
            relation, km, bearing, extent, origin, reporter, document, confidence, weight, details,
        ) = row  # fmt: skip
        who = self._who
        origin, reporter, document_of = self.parents.get(claim, (origin, reporter, document))
        if document_of is None and origin.startswith(UNNAMED):  # a voice of whoever reported it
            origin = UNNAMED + who.source(reporter)
        since = sum(moment <= event_at for moment in self._moments)
        named = actors, against, taken_from, predicate == "fighting" and kind == "for", since
        parties = self._named.get(named)
        if parties is None:
            parties = self._named[named] = self._parties(*named[:4], event_at)
        teller = self._tellers.get((origin, since))
        if teller is None:
            teller = self._tellers[origin, since] = self._teller(origin, event_at)
        sides, other, lines, taken = parties
        voice, lean, source_kind, grade = teller
        return Evidence(
            claim=claim,
            kind=kind,
            sides=sides,
            event_at=event_at,
            reported_at=reported_at,
            origin=voice,
            lean=lean,
            source_kind=source_kind,
            grade=grade,
            confidence=confidence,
            weight=weight,
            against=other,
            lines=lines,
            predicate=predicate,
            modality=modality,
            relation=relation,
            extent=extent,
            km=km,
            bearing=bearing,
            taken_from=taken,
            earliest=earliest,
            document=document,
            figures=_figures(details),
            confirmed_at=self.confirmed.get(claim, ()),
        )

    def _parties(self, actors: str, against: str, taken_from: str, repelled: bool, at: int) -> _Parties:
        """Whom a claim names, as they stood at an instant; who `repelled` an attack is named as `against`."""
        who = self._who
        spoken, spoken_of = (against, actors) if repelled else (actors, against)
        lines = tuple(who.line(actor, at) for actor in spoken.split())
        sides = tuple(sorted({line[-1] for line in lines}))
        return sides, _sides(who, spoken_of, at), lines, _sides(who, taken_from, at)

    def _teller(self, origin: str, at: int) -> _Teller:
        who = self._who
        root = who.source(origin)
        source = who.sources.get(root)
        if source is None:
            return root, None, "anonymous", None
        return root, who.lean(origin, at), source.kind, source.grade


def _sides(who: Parties, actors: str, at: int) -> tuple[str, ...]:
    return tuple(sorted({who.side(actor, at) for actor in actors.split()})) if actors else ()


def _figures(details: str) -> tuple[float, float] | None:
    if '"best"' not in details and '"low"' not in details:
        return None
    import json

    told: Mapping[str, object] = json.loads(details)
    numbers = [
        float(value) for key in ("low", "best", "high") if isinstance(value := told.get(key), int | float)
    ]
    return (min(numbers), max(numbers)) if numbers else None


_DERIVED: Final = (
    f"link = 'derived-from' AND {TRUE} AND NOT EXISTS"
    f" (SELECT 1 FROM claims WHERE id = other AND fact = 'corrected' AND {TRUE})"
)
"""The links that count: a corrected claim is nobody's origin, its successor has been linked instead."""

# One statement for both, as most claims have neither and are asked about one by one.
_NOTED: Final = (
    f"SELECT claim, other, NULL FROM links WHERE claim IN (:wanted) AND {_DERIVED} UNION ALL"
    " SELECT claim, NULL, at FROM reviews WHERE claim IN (:wanted)"
    f" AND answer = 'still-true' AND {TRUE}"
)


def _noted(
    reader: Reader, known: int, claims: Iterable[str] | None
) -> tuple[dict[str, list[str]], dict[str, tuple[int, ...]]]:
    """Of some claims, or of all: those derived from others with these, those confirmed with the instants."""
    whole = _NOTED.replace("claim IN (:wanted) AND ", "")
    rows = reader.each(whole, known=known) if claims is None else reader.among(_NOTED, claims, known=known)
    links: dict[str, list[str]] = {}
    confirmed: dict[str, tuple[int, ...]] = {}
    for claim, other, at in rows:
        if other is not None:
            links.setdefault(claim, []).append(other)
        else:
            confirmed[claim] = (*confirmed.get(claim, ()), at)
    return links, {claim: tuple(sorted(instants)) for claim, instants in confirmed.items()}


def _parents(
    reader: Reader, known: int, links: Mapping[str, list[str]]
) -> dict[str, tuple[str, str, str | None]]:
    """For each claim derived from another: the origin of the first in that line."""
    first = {claim: _first(reader, known, others, claim) for claim, others in links.items()}
    origins = {
        row[0]: (row[1], row[2], row[3])
        for row in reader.among(
            f"SELECT id, origin, source, document FROM claims WHERE id IN (:wanted) AND {TRUE}",
            first.values(),
            known=known,
        )
    }
    return {claim: origins[parent] for claim, parent in first.items() if parent in origins}


def _first(reader: Reader, known: int, others: list[str], claim: str) -> str:
    """The claim at the beginning of a line of derivations; a circle ends where it closes."""
    seen = {claim}
    while (parent := _earliest(reader, known, others)) not in seen:
        seen.add(parent)
        others = [
            row[0]
            for row in reader.rows(
                f"SELECT other FROM links WHERE claim = :claim AND {_DERIVED}", claim=parent, known=known
            )
        ]
        if not others:
            break
    return parent


def _earliest(reader: Reader, known: int, claims: list[str]) -> str:
    """Of several claims from which one is derived, the one whose origin it has; an id decides nothing."""
    if len(claims) == 1:
        return claims[0]
    sql = f"SELECT {', '.join(_TOLD_APART)}, id FROM claims WHERE id IN (:wanted) AND {TRUE}"
    rows = ([(value is not None, value) for value in row] for row in reader.among(sql, claims, known=known))
    return str(min(rows, default=[(True, min(claims))])[-1][1])


_TOLD_APART: Final = ("event_at", "reported_at", "origin", "source", "document")
"""In what order claims from which another was derived are told apart, before their ids."""


def merged(reader: Reader, known: int = NOW) -> dict[str, str]:
    """Every place that was merged into another -> where it ended up."""
    return reader.once(("merged", known), lambda: _merged(reader, known))


def _merged(reader: Reader, known: int) -> dict[str, str]:
    sql = f"SELECT id, merged_into FROM places WHERE merged_into > '' AND {TRUE}"
    into: dict[str, str] = {row[0]: row[1] for row in reader.rows(sql, known=known)}
    return {place: _end(place, into) for place in into}


def _end(place: str, into: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while place in into and place not in seen:
        seen.add(place)
        place = into[place]
    return place


def gathered(found: Mapping[str, list[Evidence]]) -> Iterator[Evidence]:
    """The evidence of several ids of one place, in order of event time."""
    yield from sorted((one for rows in found.values() for one in rows), key=_times)


def _times(one: Evidence) -> tuple[int, int, str]:
    return one.event_at, one.reported_at, one.claim
