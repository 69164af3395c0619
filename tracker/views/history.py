"""Decides the documents that answer `history`: a verdict over the world's time, or over the record's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.judgement.course import Span, clamped, course
from tracker.judgement.memory import Memory
from tracker.judgement.verdict import BAYES
from tracker.judgement.vocabulary import MOVING
from tracker.reader import Reader
from tracker.views.claims import actor_names, told
from tracker.views.claims import texts as texts_of
from tracker.views.knowledge import believed
from tracker.views.places import Place
from tracker.views.situation import Question, Situation
from tracker.zones import iso

Document = dict[str, Any]


def history_document(reader: Reader, place: Place, question: Question, start: int | None) -> Document:
    """Who held a place when, up to the question's instant, from `start` or its first claim on."""
    situation = Situation(reader, question)
    claims = situation.claims(place.id)
    pins = situation.pins(place.id) if question.policy == BAYES else []
    first = min((*(one.event_at for one in claims[:1]), *(pin.at for pin in pins)), default=None)
    begin = first if start is None else start
    spans: list[Span] = []
    if begin is not None and begin <= question.at:
        memory = Memory(situation.sides, situation.settings(place.id), situation.who.side)
        spans = course(claims, memory, begin, question.at, question.policy)
        spans = clamped(spans, pins, memory)
    moving = {one.claim for one in claims if one.kind in MOVING}
    shown = [span._replace(claims=tuple(id_ for id_ in span.claims if id_ in moving)) for span in spans]
    about = _about(place, question, over="world")
    return {**about, **_spans(situation, shown, question.at), "fronts": _fronts(situation, place)}


def knowledge_document(
    reader: Reader, place: Place, question: Question, start: int | None, end: int, *, fixed: bool
) -> Document:
    """What was believed of a place as reports came in, from `start` or its first report on, up to `end`."""
    spans = believed(reader, place.id, question, start, end, fixed=fixed)
    about = _about(place, question, over="knowledge")
    situation = Situation(reader, question)
    told = _spans(situation, spans, end)
    return {**about, "at": about["at"] if fixed else None, **told, "fronts": _fronts(situation, place)}


def _about(place: Place, question: Question, *, over: str) -> Document:
    return {
        "place": {"id": place.id, "name": place.name},
        "over": over,
        "at": iso(question.at),
        "known_at": None if question.known_at is None else iso(question.known_at),
        "published_by": None if question.published_by is None else iso(question.published_by),
        "policy": question.policy,
    }


def _fronts(situation: Situation, place: Place) -> list[Document]:
    """The places so near that with them it may lie on a front, which a history does not read out."""
    if situation.question.policy != BAYES:
        return []
    near = situation.beside_it(place)
    return [{"place": other.id, "name": other.name, "km": round(away, 1)} for away, other in near]


def _spans(situation: Situation, spans: Iterable[Span], end: int) -> Document:
    spans = list(spans)
    texts = texts_of(situation.reader, {id_ for span in spans for id_ in span.claims}, situation.known)
    names = actor_names(situation.who)
    gone = {span.reading.vacated for span in spans if span.reading.vacated}
    claimants = {side for span in spans for side in span.reading.claimants}
    return {
        "spans": [_span(situation, span, end) for span in spans],
        "names": {actor: names.get(actor, actor) for actor in sorted(gone | claimants)},
        "beside": [
            {"claim": id_, "text": told(texts[id_])}
            for id_ in dict.fromkeys(id_ for span in spans for id_ in span.claims)
            if id_ in texts
        ],
    }


def _span(situation: Situation, span: Span, end: int) -> Document:
    """A stretch; its actors have one name in all of a history, that of the question's knowledge."""
    reading, who = span.reading, situation.who
    holder: Document | None = None
    if reading.holders:
        names = actor_names(who)
        side, *others = reading.holders
        own = reading.actors[0] if reading.actors else side
        holder = {
            "id": own, "name": names.get(own, own), "side": side,
            "with": [{"id": other, "name": names.get(other, other)} for other in others],
        }  # fmt: skip
    return {
        "from": iso(span.start),
        "to": iso(min(span.end, end)),
        "status": reading.status,
        "controller": holder,
        "vacated_by": reading.vacated,
        "claimed_by": list(reading.claimants),
        "confidence_from": round(reading.confidence, 9),
        "confidence": round(span.confidence, 9),
        "began": span.began,
        "claims": list(span.claims),
    }
