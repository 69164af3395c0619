"""Decides how what analysts judged is told: assessments in words, where each stands, beside claims."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tracker import phrases
from tracker.judgement.parties import Parties
from tracker.reader import NOW, Reader
from tracker.views.claims import Document, actor_names
from tracker.views.evidence import merged
from tracker.views.parties import TRUE, parties
from tracker.views.places import places
from tracker.zones import iso

IN_FORCE, LATER, REPLACED, EXPIRED, CLEARED = "in force", "later", "replaced", "expired", "cleared"
_COLUMNS: Final = (
    "id, place, actors, at, until, pinned, likelihood, likelihood_text, reason, analyst, made_at, cleared_at,"
    " cleared_by, clear_reason, from_pos"
)


class Made(NamedTuple):
    """An assessment as it is in the record; instants are us."""

    id: str
    place: str
    actors: str
    at: int
    until: int | None
    pinned: int
    likelihood: float | None
    likelihood_text: str | None
    reason: str
    analyst: str
    made_at: int
    cleared_at: int | None
    cleared_by: str | None
    clear_reason: str | None
    position: int


def among(reader: Reader, ids: Iterable[str], known: int = NOW) -> dict[str, Document]:
    """Some assessments by id."""
    sql = f"SELECT {_COLUMNS} FROM assessments WHERE id IN (:wanted) AND {TRUE}"
    made = [Made(*row) for row in reader.among(sql, ids, known=known)]
    return {one["id"]: one for one in _documents(reader, made, known)}


def assessments(
    reader: Reader, at: int, places_: Iterable[str] | None = None, *, known: int = NOW,
    published_by: int | None = None,
) -> list[Document]:  # fmt: skip
    """Every assessment, or those of some places (ids as assessed), with where it stands at an instant."""
    everything = made_of(reader, places_, known)
    made = [one for one in everything if published_by is None or one.made_at <= published_by]
    stand = standing(made, merged(reader, known), at)
    return [{**one, "state": stand[one["id"]]} for one in _documents(reader, made, known)]


def made_of(reader: Reader, places_: Iterable[str] | None = None, known: int = NOW) -> list[Made]:
    """The same as they are in the record, in the order of the times that they are about."""
    asked = f"SELECT {_COLUMNS} FROM assessments WHERE {TRUE}"
    rows = (
        reader.rows(asked, known=known)
        if places_ is None
        else reader.among(f"{asked} AND place IN (:wanted)", places_, known=known)
    )
    return sorted((Made(*row) for row in rows), key=lambda one: (one.at, one.made_at, one.id))


def place_judged(reader: Reader, id_: str) -> str | None:
    """The place that an assessment is of; None where no assessment has the id."""
    row = reader.one("SELECT place FROM assessments WHERE id = :id", id=id_)
    return None if row is None else str(row[0])


def standing(made: Sequence[Made], into: Mapping[str, str], at: int) -> dict[str, str]:
    """Where each assessment stands at an instant; `made` are all of a place, `into` tells of merged ones."""
    latest: dict[str, Made] = {}
    for one in sorted(made, key=_begun):
        if one.pinned and one.cleared_at is None and one.at <= at:
            latest[into.get(one.place, one.place)] = one
    return {one.id: _stands(one, latest.get(into.get(one.place, one.place)), at) for one in made}


def _begun(one: Made) -> tuple[int, int]:
    return one.at, one.position


def _stands(one: Made, latest: Made | None, at: int) -> str:
    """`latest` is the pin of the place that ended all before it, also where that has expired since."""
    if one.cleared_at is not None:
        return CLEARED
    if one.at > at:
        return LATER
    if one.until is not None and one.until <= at:
        return EXPIRED
    return REPLACED if one.pinned and latest is not None and latest.id != one.id else IN_FORCE


def _documents(reader: Reader, made: Sequence[Made], known: int) -> list[Document]:
    if not made:
        return []
    who, into = parties(reader, known), merged(reader, known)
    roots = {one.place: into.get(one.place, one.place) for one in made}
    found = places(reader, roots.values(), known)
    called = {place: found[root].name for place, root in roots.items() if root in found}
    return [_document(one, who, called) for one in made]


def _document(one: Made, who: Parties, called: Mapping[str, str]) -> Document:
    names = actor_names(who)
    actors = list(dict.fromkeys(names.get(actor, actor) for actor in one.actors.split()))
    place = called.get(one.place, one.place)
    sure = f", {one.likelihood_text}" if one.likelihood_text else ""
    return {
        "id": one.id,
        "text": phrases.proposition({"predicate": "holds", "actors": actors, "place": place}),
        "attribution": f"analyst {one.analyst}{sure}: {one.reason}",
        "origin": "analyst",
        "place": one.place,
        "place_name": place,
        "actors": one.actors.split(),
        "actor_names": actors,
        "likelihood": one.likelihood,
        "likelihood_text": one.likelihood_text,
        "reason": one.reason,
        "by": one.analyst,
        "at": iso(one.at),
        "until": None if one.until is None else iso(one.until),
        "pinned": bool(one.pinned),
        "made": iso(one.made_at),
        "cleared": None
        if one.cleared_at is None
        else {"at": iso(one.cleared_at), "by": one.cleared_by, "reason": one.clear_reason},
    }
