"""Decides what a page that is one file carries of all places: each verdict, and every claim, in columns.

Texts stand in one list and are referred to by number; a place's own name in them is a mark, so that "rebels
captured X" is one text, however many places were captured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tracker import phrases
from tracker.judgement.verdict import BAYES
from tracker.reader import Reader
from tracker.views.believed import Believed
from tracker.views.claims import Filter, listed, weighings
from tracker.views.documents import table_documents
from tracker.views.dossier import evidence_of
from tracker.views.judgements import assessments
from tracker.views.places import Place, all_places
from tracker.views.ruled import Ruled
from tracker.views.situation import Question, Situation
from tracker.views.standing import with_standings
from tracker.views.verdicts import LIKELY
from tracker.zones import parse_iso

Document = dict[str, Any]
NAME: Final = "\x01"
"""Stands for the place's name in a text."""
STALE: Final = "\x02"
"""Stands for the time at which the word is stale, to the minute in UTC."""
_COLUMNS: Final = (
    "id", "text", "attribution", "event_at", "earliest", "latest", "reported_from",
    "reported", "recorded", "standing", "stance",
    "speaks", "weight", "url", "quote", "note",
)  # fmt: skip


class Texts:
    """Texts by number, each once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str | None, name: str = "") -> int | None:
        """The number of a text; None stays None."""
        if not text:
            return None
        kept = text.replace(name, NAME) if name else text
        return self._numbers.setdefault(kept, len(self._numbers))

    def all(self) -> list[str]:
        """The texts in the order of their numbers."""
        return list(self._numbers)


def handover_document(reader: Reader, question: Question, known: int) -> Document:
    """The verdicts on all places that something is claimed about, and the claims, latest last.

    `places` and `claims` are columns; the claims of place i are those from `first[i]` up to, not including,
    `first[i + 1]`. Instants are microseconds since the epoch, weights hundredths of log-odds.
    """
    texts = Texts()
    situation = Situation(reader, question)
    rows = table_documents(reader, question)
    claims = _claims(reader, question, known)
    everywhere = {place.id: place for place in all_places(reader, situation.known)}
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    first, numbers, told = [0], dict[str, int](), []
    judged = _judged(reader, question, situation, known)
    situation.load(row["place"]["id"] for row in rows)
    for row in rows:
        place = everywhere[row["place"]["id"]]
        members = set(situation.members(place.id))
        about = [one for id_ in sorted(members) for one in claims.get(id_, ())]
        for one in evidence_of(_steps(situation, place, about), sorted(about, key=_when)):
            numbers[one["id"]] = len(columns["id"])
            _add(columns, one, texts, place.name)
        first.append(len(columns["id"]))
        told.append(row)
    return {
        "at": question.at,
        "places": _places(told, first, texts, numbers, judged),
        "claims": columns,
        "texts": texts.all(),
    }


def _claims(reader: Reader, question: Question, known: int) -> dict[str, list[Document]]:
    """The claims about each place, with where they stand."""
    wanted = Filter(published_by=question.published_by, happened_by=question.at)
    found: dict[str, list[Document]] = {}
    for one in with_standings(reader, question, listed(reader, wanted, known)):
        if one["place"]:
            found.setdefault(one["place"], []).append(one)
    return found


def _judged(
    reader: Reader, question: Question, situation: Situation, known: int
) -> dict[str, list[Document]]:
    """What analysts judged of each place, by the id that it is read as."""
    found: dict[str, list[Document]] = {}
    for one in assessments(reader, question.at, known=known, published_by=question.published_by):
        found.setdefault(situation.root(one["place"]), []).append(one)
    return found


def _steps(situation: Situation, place: Place, about: Iterable[Document]) -> list[Document]:
    """What each claim did for the answer."""
    folded = situation.folded(place.id, trace=True)
    texts = {one["id"]: one for one in about}
    reasons: Believed | Ruled
    if situation.question.policy == BAYES:
        weighed = (one.evidence.claim for one in folded.weighed if one.evidence.weight != 1.0)
        reasons = Believed(situation, place, folded, weighings(situation.reader, weighed, situation.known))
    else:
        reasons = Ruled(situation, place, folded)
    return [step for step in reasons.steps(texts) if step["claim"] in texts]


def _when(claim: Document) -> tuple[int, int, str]:
    reported = _us(claim["reported"]["latest"])
    return _event_at(claim), 0 if reported is None else reported, claim["id"]


def _event_at(claim: Document) -> int:
    """From when on it counts: what is claimed has happened by the time at which it is reported."""
    bounds = (_us(claim[when]["latest"]) for when in ("occurred", "reported"))
    return min((one for one in bounds if one is not None), default=0)


def _add(columns: Mapping[str, list[Any]], one: Document, texts: Texts, name: str) -> None:
    weight = one["weight"]
    values = {
        "id": one["id"],
        "text": texts.number(one["text"], name),
        "attribution": texts.number(one["attribution"]),
        "event_at": _event_at(one),
        "earliest": _us(one["occurred"]["earliest"]),
        "latest": _us(one["occurred"]["latest"]),
        "reported_from": _us(one["reported"]["earliest"]),
        "reported": _us(one["reported"]["latest"]),
        "recorded": _us(one["recorded"]),
        "standing": texts.number(one["standing"]),
        "stance": texts.number(one["stance"]),
        "speaks": texts.number(one["speaks"]),
        "weight": None if weight is None else round(100 * weight),
        "url": texts.number(one["url"]),
        "quote": texts.number(one["quote"], name),
        "note": texts.number(one["note"], name),
    }
    for column, value in values.items():
        columns[column].append(value)


def _places(
    rows: Sequence[Document], first: Sequence[int], texts: Texts, numbers: Mapping[str, int],
    judged: Mapping[str, list[Document]],
) -> Document:  # fmt: skip
    """The verdicts by columns; what few places have stands in `more`, by the number of the place."""
    likely = [[one for one in row["probabilities"] if one["p"] >= LIKELY] for row in rows]
    actors = list(dict.fromkeys(one["actor"] for some in likely for one in some))
    index = {actor: i for i, actor in enumerate(actors)}
    names = {
        actor: row["names"].get(actor, actor) for row in rows for actor in actors if actor in row["names"]
    }
    stale = [row["stale_at"] for row in rows]
    return {
        "id": [row["place"]["id"] for row in rows],
        "first": list(first),
        "status": [texts.number(row["status"]) for row in rows],
        "holder": [texts.number(row["controller"]["name"]) if row["controller"] else None for row in rows],
        "sentence": [texts.number(phrases.verdict(NAME, row)) for row in rows],
        "would_change": [
            texts.number(row["would_change"].replace(_minute(row["stale_at"]), STALE), row["place"]["name"])
            for row in rows
        ],
        "confidence": [round(100 * row["confidence"]) for row in rows],
        "basis": [texts.number(row["basis"]) for row in rows],
        "freshness": [texts.number(row["freshness"]) for row in rows],
        "since": [_us(row["since"]["latest"]) if row["since"] else None for row in rows],
        "since_earliest": [_us(row["since"]["earliest"]) if row["since"] else None for row in rows],
        "last_report": [_us(row["last_report"]) for row in rows],
        "stale_at": [_us(one) for one in stale],
        "origins": [row["origins"] for row in rows],
        "counted": [row["claims"] for row in rows],
        "likely": [
            [value for one in some for value in (index[one["actor"]], round(100 * one["p"]))]
            for some in likely
        ],
        "actors": [names.get(actor, actor) for actor in actors],
        "more": {
            str(i): more
            for i, row in enumerate(rows)
            if (more := _more(row, texts, numbers, judged.get(row["place"]["id"], ())))
        },
    }  # fmt: skip


def _more(row: Document, texts: Texts, numbers: Mapping[str, int], judged: Sequence[Document]) -> Document:
    """Contradictions, flags, what goes on around it, judgements and a pin, of the places that have some."""
    name = row["place"]["name"]
    conflicts = [
        [texts.number(one["kind"]), *(numbers.get(claim) for claim in one["claims"])]
        for one in row["conflicts"]
    ]
    flags = [[texts.number(one["rule"]), texts.number(one["why"], name)] for one in row["flags"]]
    found = {
        "conflicts": conflicts,
        "flags": flags,
        "pressure": [numbers[one["claim"]] for one in row["pressure"] if one["claim"] in numbers],
        "present": [numbers[one["claim"]] for one in row["present"] if one["claim"] in numbers],
        "judged": [
            {key: one[key] for key in ("id", "text", "by", "reason", "until", "state")} for one in judged
        ],
        "pin": row["pin"] and texts.number(row["pin"]["text"]),
    }
    return {key: value for key, value in found.items() if value}


def _minute(stale_at: str | None) -> str:
    """The time of a deadline as the sentence has it; a text that is nowhere, if there is none."""
    return STALE if stale_at is None else f"{stale_at[:16].replace('T', ' ')} UTC"


def _us(text: str | None) -> int | None:
    return None if text is None else parse_iso(text)
