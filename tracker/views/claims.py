"""Decides how claims are listed and shown: in words, with who said them, and where they stand."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from tracker import phrases
from tracker.judgement.parties import SOMEBODY_ELSE, Parties
from tracker.reader import NOW, Reader, begins
from tracker.views.evidence import UNNAMED, merged
from tracker.views.parties import TRUE, parties
from tracker.views.places import places
from tracker.zones import iso

Document = dict[str, Any]
PAGE: Final = 1000
"""So many claims are read at once where all are."""

_COLUMNS: Final = (
    "id", "place", "effect", "event_at", "reported_at", "recorded_at", "earliest", "latest", "predicate",
    "modality", "actors", "against", "taken_from", "relation", "km", "bearing", "extent", "outcome", "origin",
    "source", "document", "confidence", "weight", "fact", "fact_reason", "replaced_by", "confidence_text",
    "level_not_stated", "place_text", "chain", "details", "occurred", "reported", "url", "sentence", "quote",
    "note",
)  # fmt: skip


class Filter(NamedTuple):
    """Which claims are asked for; ids are resolved, instants are us since the epoch, None means any."""

    place: str | None = None
    actor: str | None = None
    source: str | None = None
    origin: str | None = None
    predicate: str | None = None
    modality: str | None = None
    since: int | None = None
    until: int | None = None
    text: str | None = None
    published_by: int | None = None
    happened_by: int | None = None
    documents: tuple[str, ...] = ()


def claim_documents(reader: Reader, ids: Iterable[str], known: int = NOW) -> dict[str, Document]:
    """Some claims by id, in words and in parts; without their standing."""
    sql = f"SELECT {', '.join(_COLUMNS)} FROM claims WHERE id IN (:wanted) AND {TRUE}"
    rows = list(reader.among(sql, ids, known=known))
    return {document["id"]: document for document in _documents(reader, rows, known)}


def texts(reader: Reader, ids: Iterable[str], known: int = NOW) -> dict[str, Document]:
    """Claims and assessments by id, in words: with `text`, `attribution`, `origin`, `place_name` at least."""
    wanted = list(ids)
    found = claim_documents(reader, wanted, known)
    missing = [id_ for id_ in wanted if id_ not in found]
    if missing:
        from tracker.views.judgements import among  # late: few claims stand beside an assessment

        found |= among(reader, missing, known)
    return found


def told(claim: Document) -> str:
    """A claim in words, with who said it."""
    return f"{claim['text']} ({claim['attribution']})"


def listed(reader: Reader, wanted: Filter, known: int = NOW) -> list[Document]:
    """The claims that pass a filter, in order of event time; without their standing."""
    tests, values = _tests(reader, wanted, known)
    where = " AND ".join([TRUE, *tests])
    rows = reader.rows(
        f"SELECT {', '.join(_COLUMNS)} FROM claims WHERE {where} ORDER BY event_at, reported_at, id",
        known=known, **values,
    )  # fmt: skip
    found = list(_documents(reader, rows, known))
    if wanted.text is None:
        return found
    needle = wanted.text.casefold()
    return [one for one in found if needle in _words(one)]


class Entered(NamedTuple):
    """A claim that counts, with the event that recorded it."""

    claim: Document
    event_id: str
    payload: str


def entered(reader: Reader, wanted: Filter, known: int = NOW) -> Iterator[Entered]:
    """The claims that count and pass a filter, by id, however many: a page of them is in memory."""
    tests, values = _tests(reader, wanted, known)
    columns = ", ".join(f"c.{column}" for column in _COLUMNS)
    where = " AND ".join([TRUE, "fact = 'recorded'", "c.id > :after", *tests])
    needle = None if wanted.text is None else wanted.text.casefold()
    after = ""
    while True:
        rows = reader.rows(
            f"SELECT {columns}, e.event_id, e.payload FROM claims c JOIN events e"
            " ON e.stream = 'claim/' || c.id AND e.version = 1"
            f" WHERE {where} ORDER BY c.id LIMIT {PAGE}",
            known=known, after=after, **values,
        )  # fmt: skip
        told = _documents(reader, [row[:-2] for row in rows], known)
        for document, row in zip(told, rows, strict=True):
            if needle is None or needle in _words(document):
                yield Entered(document, row[-2], row[-1])
        if len(rows) < PAGE:
            return
        after = rows[-1][0]


def _words(document: Document) -> str:
    told = (document[key] for key in ("text", "attribution", "quote", "note", "sentence"))
    return " ".join(str(part) for part in told if part).casefold()


def _tests(reader: Reader, wanted: Filter, known: int) -> tuple[list[str], dict[str, object]]:
    tests: list[str] = []
    values: dict[str, object] = {}
    if wanted.place is not None:
        ids = [
            wanted.place,
            *(place for place, root in merged(reader, known).items() if root == wanted.place),
        ]
        values |= {f"place{i}": id_ for i, id_ in enumerate(ids)}
        tests.append(f"place IN ({', '.join(f':place{i}' for i in range(len(ids)))})")
    for column in ("predicate", "modality"):
        value = getattr(wanted, column)
        if value is not None:
            tests.append(f"{column} = :{column}")
            values[column] = value
    if wanted.documents:
        values |= {f"document{i}": key for i, key in enumerate(wanted.documents)}
        tests.append(f"document IN ({', '.join(f':document{i}' for i in range(len(wanted.documents)))})")
    who = parties(reader, known)
    for column in ("source", "origin"):
        if (value := getattr(wanted, column)) is not None:
            ids = [id_ for id_ in who.sources if who.source(id_) == value]
            values |= {f"{column}{i}": id_ for i, id_ in enumerate(ids)}
            tests.append(f"{column} IN ({', '.join(f':{column}{i}' for i in range(len(ids)))})")
    if wanted.actor is not None:
        ids = [id_ for id_ in who.actors if who.actor(id_) == wanted.actor]
        values |= {f"actor{i}": f"% {id_} %" for i, id_ in enumerate(ids)}
        named = (f"' ' || actors || ' ' || against || ' ' LIKE :actor{i}" for i in range(len(ids)))
        tests.append(f"({' OR '.join(named)})")
    for name, test in (
        ("since", "event_at >= :since"),
        ("until", "event_at <= :until"),
        ("happened_by", "event_at <= :happened_by"),
        ("published_by", "reported_at <= :published_by"),
    ):
        if getattr(wanted, name) is not None:
            tests.append(test)
            values[name] = getattr(wanted, name)
    return tests, values


def near_claims(reader: Reader, text: str, limit: int = 3) -> list[str]:
    """Claim ids that somebody may have meant: those that begin alike, else the latest."""
    start = text[: max(4, len(text) - 3)]
    rows = reader.rows(
        f"SELECT id FROM claims WHERE {begins(reader, 'id')} AND {TRUE} ORDER BY id LIMIT {limit}",
        start=start.lower(), known=NOW,
    )  # fmt: skip
    return [row[0] for row in rows]


class _Names(NamedTuple):
    """How the ids in claims are called."""

    who: Parties
    actors: Mapping[str, str]
    sources: Mapping[str, str]
    places: Mapping[str, str]

    def of_actors(self, ids: str) -> list[str]:
        """The names of actors, each once, also where several are read as one."""
        roots = dict.fromkeys(self.who.actor(id_) for id_ in ids.split())
        return [self.actors.get(id_, id_) for id_ in roots]


def source_names(who: Parties) -> dict[str, str]:
    """Every source's id -> the name it is shown by."""
    return {id_: who.sources[who.source(id_)].name for id_ in who.sources}


def actor_names(who: Parties) -> dict[str, str]:
    """Every actor's id -> the name it is shown by."""
    names = {id_: who.actors[who.actor(id_)].name for id_ in who.actors}
    return {**names, SOMEBODY_ELSE: "somebody else"}


def _documents(reader: Reader, rows: Iterable[tuple[Any, ...]], known: int) -> Iterable[Document]:
    claims = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    if not claims:
        return
    who = parties(reader, known)
    into = merged(reader, known)
    ids = {into.get(claim["place"], claim["place"]) for claim in claims if claim["place"]}
    found = {id_: place.name for id_, place in places(reader, ids, known).items()}
    called = {old: found.get(root, root) for old, root in into.items()} | found
    weighed = weighings(reader, (claim["id"] for claim in claims if claim["weight"] != 1.0), known)
    names = _Names(who, actor_names(who), source_names(who), called)
    for claim in claims:
        yield {**_document(claim, names), "weighed": weighed.get(claim["id"])}


def weighings(reader: Reader, claims: Iterable[str], known: int = NOW) -> dict[str, Document]:
    """Of some claims those that an analyst weighs otherwise: by how much, who, when, why."""
    sql = f"SELECT claim, factor, analyst, at, reason FROM weighings WHERE claim IN (:wanted) AND {TRUE}"
    return {
        claim: {"factor": factor, "by": analyst, "at": iso(at), "reason": reason}
        for claim, factor, analyst, at, reason in reader.among(sql, claims, known=known)
    }


def _document(claim: Mapping[str, Any], names: _Names) -> Document:
    chain = json.loads(claim["chain"])
    details = json.loads(claim["details"])
    occurred, reported = json.loads(claim["occurred"]), json.loads(claim["reported"])
    told = {
        "predicate": claim["predicate"],
        "modality": claim["modality"],
        "actors": names.of_actors(claim["actors"]),
        "against": names.of_actors(claim["against"]),
        "place": names.places.get(claim["place"], claim["place"]),
        "relation": claim["relation"], "km": claim["km"], "extent": claim["extent"],
        "outcome": claim["outcome"], "details": details,
    }  # fmt: skip
    origin = claim["origin"]
    return {
        "id": claim["id"],
        "text": phrases.proposition(told),
        "attribution": phrases.attribution(chain, names.sources),
        "predicate": claim["predicate"],
        "modality": claim["modality"],
        "actors": claim["actors"].split(),
        "against": claim["against"].split(),
        "taken_from": claim["taken_from"].split(),
        "place": claim["place"],
        "place_name": told["place"],
        "actor_names": told["actors"],
        "against_names": told["against"],
        "relation": claim["relation"], "km": claim["km"], "bearing": claim["bearing"],
        "extent": claim["extent"], "outcome": claim["outcome"], "details": details,
        "origin": chain[0].get("named") if origin.startswith(UNNAMED) else origin,
        "via": [hop["who"] for hop in chain[1:] if hop.get("who")],
        "source": claim["source"],
        "chain": chain,
        "document": claim["document"],
        "occurred": _moment(occurred, claim["earliest"], claim["latest"]),
        "reported": _moment(reported, None, claim["reported_at"]),
        "recorded": iso(claim["recorded_at"]),
        "confidence": claim["confidence"],
        "confidence_text": claim["confidence_text"],
        "standing": claim["fact"],
        "standing_reason": claim["fact_reason"],
        "replaced_by": claim["replaced_by"],
        "weight": claim["weight"],
        "effect": claim["effect"],
        "level_not_stated": bool(claim["level_not_stated"]),
        "place_text": claim["place_text"],
        "sentence": claim["sentence"],
        "quote": claim["quote"],
        "url": claim["url"],
        "note": claim["note"],
    }  # fmt: skip


def _moment(told: Mapping[str, Any], earliest: int | None, latest: int | None) -> Document:
    return {
        "earliest": told.get("earliest") or (None if earliest is None else iso(earliest)),
        "latest": None if latest is None else iso(latest),
        "precision": told.get("precision") or "unknown",
        "text": told.get("text") or None,
    }
