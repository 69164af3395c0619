"""Decides how claims are shown with their standing, and one claim with everything that befell it."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.judgement.standings import HELD_BACK, standings
from tracker.reader import Reader, position_at
from tracker.views.claims import Document, claim_documents
from tracker.views.guard import decision_document
from tracker.views.log import events
from tracker.views.parties import TRUE
from tracker.views.situation import Question, Situation
from tracker.zones import iso


def with_standings(reader: Reader, question: Question, claims: Sequence[Document]) -> list[Document]:
    """Claims with where they stand at the question's instant: live, corroborated, contradicted, superseded,
    stale; or retracted or corrected."""
    situation = Situation(reader, question)
    roots = sorted({situation.root(one["place"]) for one in claims if one["place"]})
    situation.load(roots)
    found: dict[str, str] = {}
    decided: dict[str, Document] = {}
    for root in roots:
        found |= standings(situation.folded(root).weighed, question.at)
        found |= {one.claim: HELD_BACK for one in situation.held_back(root)}
        decided |= {one.claim: decision_document(how) for one, how in situation.decided(root)}
    return [
        {
            **one,
            "batch": decided.get(one["id"]),
            "standing": found.get(one["id"], "live") if one["standing"] == "recorded" else one["standing"],
        }
        for one in claims
    ]


def whole(reader: Reader, question: Question, claim: str) -> Document:
    """One claim with its links, its reviews and checks, and its history."""
    known = position_at(reader, question.known_at)
    document = with_standings(reader, question, [claim_documents(reader, [claim], known)[claim]])[0]
    links = reader.rows(
        f"SELECT claim, link, other FROM links WHERE (claim = :claim OR other = :claim) AND {TRUE}"
        " ORDER BY claim, link, other",
        claim=claim, known=known,
    )  # fmt: skip
    return {
        **document,
        "links": [
            {"link": link, "claim": other if first == claim else first, "from": first}
            for first, link, other in links
        ],
        "reviews": [
            {"answer": answer, "at": iso(at), "by": by, "url": url, "note": note}
            for answer, at, by, url, note in reader.rows(
                "SELECT answer, at, reviewer, url, note FROM reviews WHERE claim = :claim"
                f" AND {TRUE} ORDER BY at, position",
                claim=claim,
                known=known,
            )
        ],
        "history": list(events(reader, 0, None, f"claim/{claim}")),
    }
