"""Decides the documents that answer `status` and `why`: the keys of the JSON contract, and nothing else.

Times are UTC ISO 8601 text, probabilities are rounded to nine digits, ids stand beside names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tracker.judgement.evidence import Evidence
from tracker.judgement.guard import NEVER
from tracker.judgement.reliability import Weighed
from tracker.judgement.verdict import BAYES
from tracker.judgement.vocabulary import MOVING
from tracker.reader import Reader
from tracker.views.claims import Document, source_names, told, weighings
from tracker.views.claims import texts as texts_of
from tracker.views.context import beside, beside_each
from tracker.views.evidence import UNNAMED
from tracker.views.guard import decision_document
from tracker.views.places import Place, all_places, containing
from tracker.views.situation import Question, Situation
from tracker.views.verdicts import Verdicts, conflict_document
from tracker.zones import iso

if TYPE_CHECKING:
    from tracker.views.believed import Believed
    from tracker.views.ruled import Ruled


def status_document(reader: Reader, place: Place, question: Question) -> Document:
    """The document of `status PLACE --json`."""
    return _Answer(reader, place, question).status()


def why_document(reader: Reader, place: Place, question: Question) -> Document:
    """The document of `why PLACE --json`: the status and every step of the belief with its weight."""
    return _Answer(reader, place, question, whole=True).why()


def table_documents(reader: Reader, question: Question, only: Iterable[str] | None = None) -> list[Document]:
    """The documents of `status --json`, for every place that something is claimed about, by name.

    `only`: no more than of some places, by id.
    """
    table = _Table(reader, question, only)
    context = beside_each(table.situation, table.chosen, table.known, table.claimed)
    mentioned = (one.claim for claims in context.values() for one in claims)
    texts = texts_of(reader, mentioned, table.situation.known)
    return [
        {
            **row,
            "context": _context(context[place.id], texts),
            "would_change": table.verdicts.would_change(place, *table.judged[place.id]),
        }
        for place, row in zip(table.chosen, table.rows(), strict=True)
    ]


def verdict_documents(
    reader: Reader, question: Question, only: Iterable[str] | None = None
) -> list[Document]:
    """The same without what stands beside each verdict, which takes as long to find as the verdict."""
    return list(_Table(reader, question, only).rows())


class _Table:
    """The verdicts on the places that something is claimed about."""

    def __init__(self, reader: Reader, question: Question, only: Iterable[str] | None) -> None:
        self.situation = Situation(reader, question)
        self.known, self.claimed = _claimed(self.situation)
        wanted = None if only is None else set(only)
        chosen = (place for place in self.claimed if wanted is None or place.id in wanted)
        self.chosen = sorted(chosen, key=lambda place: (place.name, place.id))
        self.verdicts = Verdicts(self.situation, self.known)
        # All of them, as a change nearby may be outside of what is wanted.
        self.judged = self.situation.judged(self.claimed)

    def rows(self) -> Iterator[Document]:
        """The keys of each place that it also has alone."""
        return (self.verdicts.document(place, self.judged[place.id][0]) for place in self.chosen)


def _claimed(situation: Situation) -> tuple[dict[str, Place], list[Place]]:
    """Every place by each id that is read as it, and those that something is claimed about."""
    places = all_places(situation.reader, situation.known)
    by_id = {place.id: place for place in places}
    known = by_id | {
        place.id: by_id.get(situation.root(place.id), place) for place in places if place.merged_into
    }
    return known, [by_id[id_] for id_ in situation.claimed() if id_ in by_id]


def compared(
    reader: Reader, place: Place, question: Question
) -> tuple[Document, dict[str, float], dict[str, Evidence]]:
    """The verdict on one place, what each claim is worth for it, and the claims that it was made of."""
    answer = _Answer(reader, place, question, whole=True)
    return answer.status(), answer.worth(), answer.claims()


class _Answer:
    """Everything about one place for one question."""

    def __init__(self, reader: Reader, place: Place, question: Question, *, whole: bool = False) -> None:
        self._place = place
        self._situation = of = Situation(reader, question)
        self._folded = of.folded(place.id, trace=True) if whole else of.latest(place.id)
        weighed = (one.evidence.claim for one in self._folded.weighed if one.evidence.weight != 1.0)
        self._weighings = weighings(reader, weighed, of.known)
        self._reasons = self._reasoned()
        regions = containing(reader, place, of.known)
        known = {id_: area for area in regions for id_ in of.members(area.id)}
        self._verdicts = Verdicts(of, known, only=[place.id])
        self._near = beside(of, place, regions)
        self._sources = source_names(of.who)
        self._doubted = of.held_back(place.id)
        self._decided = of.decided(place.id)
        self._texts = texts_of(reader, self._mentioned(), of.known)

    def _reasoned(self) -> Believed | Ruled:
        """The verdict with its reasons, as the belief or another rule gives them."""
        if self._situation.question.policy == BAYES:
            from tracker.views.believed import Believed

            return Believed(self._situation, self._place, self._folded, self._weighings)
        from tracker.views.ruled import Ruled

        return Ruled(self._situation, self._place, self._folded)

    def _mentioned(self) -> list[str]:
        """The claims that are told, which may be few of those that count."""
        return [
            *self._reasons.mentioned,
            *(one.claim for one in (*self._near, *self._doubted)),
            *(one.claim for one, _ in self._decided),
            *self._named_beside(),
            *self._weighings,
        ]

    def status(self) -> Document:
        verdict = self._reasons.verdict
        return {
            **self._verdicts.document(self._place, verdict),
            "across": self._across(),
            "held_back": self._held_back(),
            "decided": [
                {"claim": one.claim, "text": self._told(one.claim), **decision_document(how)}
                for one, how in self._decided
            ],
            "because": self._reasons.because(self._texts, self._origin),
            "because_for": self._spoken_for(),
            "context": _context(self._near, self._texts),
            "would_change": self._verdicts.would_change(self._place, verdict, self._folded),
            "beside": [{"claim": claim, "text": self._told(claim)} for claim in self._named_beside()],
            "weighed": [
                {"claim": claim, "text": self._told(claim), **how} for claim, how in self._weighings.items()
            ],
        }

    def _across(self) -> Document | None:
        """The nearest place that makes the front; None: there is no front."""
        sides = self._reasons.verdict.across
        found = self._situation.facing(self._place, sides) if sides else None
        if found is None:
            return None
        other, away, side = found
        return {
            "place": other.id, "name": other.name, "km": round(away, 1),
            "side": side, "side_name": self._verdicts.name(side),
        }  # fmt: skip

    def _spoken_for(self) -> Document | None:
        """The side for which a plus speaks in the weights; it need not be the answer, as under a pin."""
        side = self._reasons.spoken_for
        return None if side is None else {"id": side, "name": self._verdicts.name(side)}

    def _held_back(self) -> list[Document]:
        """The claims that are part of a feed's batch and do not count yet, or never will."""
        return [
            {"claim": one.claim, "text": self._told(one.claim), "until": _until(one)} for one in self._doubted
        ]

    def _named_beside(self) -> list[str]:
        """The claims that the document names without telling them: pressures, presences, conflicts."""
        verdict = self._reasons.verdict
        shown = [one.claim for one in (*verdict.pressure, *verdict.present)]
        disputed = [one.evidence.claim for pair in verdict.conflicts for one in (pair.first, pair.second)]
        return list(dict.fromkeys([*shown, *disputed]))

    def why(self) -> Document:
        against, status = self._reasons.against, self.status()
        if against is not None:
            status["names"][against] = self._verdicts.name(against)
        return {
            **status,
            "steps": self._reasons.steps(self._texts),
            "against": against,
            "log_odds": self._reasons.log_odds,
        }

    def worth(self) -> dict[str, float]:
        """What each claim that counts is worth for the answer."""
        return self._reasons.worth()

    def claims(self) -> dict[str, Evidence]:
        """The claims on control that the answer was made of."""
        evidence = (one.evidence for one in self._folded.weighed)
        return {one.claim: one for one in evidence if one.kind in MOVING}

    def _origin(self, claim: str) -> str:
        origin = str(self._texts[claim]["origin"])
        return self._sources.get(origin, origin.removeprefix(UNNAMED))

    def _told(self, claim: str) -> str:
        return told(self._texts[claim])


def _context(claims: Iterable[Evidence], texts: Mapping[str, Document]) -> list[Document]:
    return [
        {"claim": one.claim, "place": texts[one.claim]["place_name"], "text": told(texts[one.claim])}
        for one in claims
    ]


def _until(one: Evidence) -> str | None:
    """When a claim that is held back counts; None: never."""
    return None if one.held_until in (None, NEVER) else iso(one.held_until or 0)


def conflicts_of(reader: Reader, place: Place, question: Question, claim: str) -> list[Document]:
    """The contradictions that one claim is part of, whatever their age."""
    from tracker.judgement.conflicts import disagreements_of

    weighed: list[Weighed] = Situation(reader, question).folded(place.id).weighed
    return [conflict_document(one) for one in disagreements_of(claim, weighed)]
