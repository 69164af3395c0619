"""Decides what is told of one place where there is room for everything: the verdict, how it ran, every claim.

Nothing is concluded here: the parts are those of `why`, `history` and `claims`, of one snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from tracker import phrases
from tracker.reader import Reader
from tracker.views.claims import Filter, listed
from tracker.views.documents import why_document
from tracker.views.history import history_document
from tracker.views.places import Place
from tracker.views.situation import Question
from tracker.views.standing import with_standings

Document = dict[str, Any]
FOR, AGAINST, BESIDE = "for", "against", "beside"
"""What a claim does for the answer that is told."""
MOVES: Final = 0.0005
"""A weight (log-odds) smaller than this is told as none."""
_BY_RULE: Final = {"decides": FOR, "speaks against": AGAINST}


def dossier_document(reader: Reader, place: Place, question: Question, known: int) -> Document:
    """The keys of `why --json`, and with them the sentence, the course, and each claim with what it did.

    `evidence` has every claim about the place that was known, the latest first; each says what it `speaks`:
    for or against the holder that is told, or beside the question.
    """
    why = why_document(reader, place, question)
    wanted = Filter(place=place.id, published_by=question.published_by, happened_by=question.at)
    claims = with_standings(reader, question, listed(reader, wanted, known))
    course = history_document(reader, place, question, None)
    return {
        **why,
        "sentence": phrases.verdict(why["place"]["name"], why),
        "spans": course["spans"],
        "evidence": evidence_of(why["steps"], reversed(claims)),
    }


def evidence_of(steps: Iterable[Mapping[str, Any]], claims: Iterable[Document]) -> list[Document]:
    """Claims with what each is worth for the answer, and what it was taken for."""
    told: dict[str, Document] = {}
    for step in steps:
        if step["claim"] is not None:
            _add(told.setdefault(step["claim"], {"weight": None, "speaks": BESIDE, "stance": None}), step)
    return [
        {**one, **told.get(one["id"], {"weight": None, "speaks": BESIDE, "stance": None})} for one in claims
    ]


def _add(one: Document, step: Mapping[str, Any]) -> None:
    """Take another step that a claim made: its weights add up."""
    one["stance"] = step["stance"]
    if step["weight"] is None:
        one["speaks"] = _BY_RULE.get(step["step"], BESIDE)
        return
    one["weight"] = round((one["weight"] or 0.0) + step["weight"], 9)
    one["speaks"] = BESIDE if abs(one["weight"]) < MOVES else FOR if one["weight"] > 0 else AGAINST
