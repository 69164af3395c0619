"""Decides the map document: every place that something is claimed about, and how each verdict ran.

Columns, not rows, as there may be tens of thousands of places. The courses are those that `history` tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import expm1
from typing import Any, Final, NamedTuple

from tracker.judgement.alike import shape
from tracker.judgement.course import Span, clamped, course
from tracker.judgement.memory import Memory
from tracker.judgement.pin import Pin
from tracker.judgement.staleness import ageing, changes
from tracker.judgement.verdict import BAYES, CONTESTED_STATUS, HELD, UNKNOWN
from tracker.marks import Mark, marks
from tracker.names import AREA_KINDS
from tracker.reader import NOW, Reader, last_position
from tracker.views.claims import actor_names
from tracker.views.names import all_names
from tracker.views.nearness import Near
from tracker.views.places import Place, all_places
from tracker.views.situation import NEARBY_KM, Question, Situation
from tracker.zones import DAY, iso

Document = dict[str, Any]
STATUSES: Final = (HELD, CONTESTED_STATUS, UNKNOWN)
"""What the numbers in the column of statuses stand for."""


class Stretch(NamedTuple):
    """From when on (us) a place is told as this: its status, the side in control, how sure, whether stale.

    `confidence` is what its own claims make it at the beginning, in per cent, `fading` just before the end.
    """

    start: int
    status: str
    side: str | None
    confidence: int
    stale: bool
    fading: int


def map_document(reader: Reader, question: Question, start: int | None, zone: str) -> Document:
    """Every place and its course up to the question's instant, from `start` or the first claim on."""
    situation = Situation(reader, question)
    everywhere = {place.id: place for place in all_places(reader, situation.known)}
    chosen = [everywhere[id_] for id_ in situation.claimed(ever=True) if id_ in everywhere]
    courses = _courses(situation, chosen)
    shown = [_since(some, start) for some in courses]
    ranking = _ranking(situation, shown)
    told = {one.side for some in shown for one in some if one.side is not None}
    sides = sorted(told, key=lambda side: (-ranking[side], side))
    first = min((some[0].start for some in shown if some), default=None)
    return {
        "from": None if first is None else iso(first if start is None else start),
        "to": iso(question.at),
        "known_at": None if question.known_at is None else iso(question.known_at),
        "published_by": None if question.published_by is None else iso(question.published_by),
        "policy": question.policy,
        "position": last_position(reader) if situation.known == NOW else situation.known,
        "zone": zone,
        **_told(situation),
        "actors": _actors(situation, sides, marks(ranking), chosen, shown),
        "places": _places(situation, chosen, everywhere),
        "spans": _spans(shown, sides),
    }


def _told(situation: Situation) -> Document:
    """The latest time that any claim is about, and from when until when claims were recorded.

    Whatever was known: knowledge is what one goes through. What was not published is told of in no way.
    """
    published = situation.question.published_by
    bound = {} if published is None else {"published": published}
    last, first_recorded, last_recorded = situation.reader.rows(
        "SELECT max(event_at), min(recorded_at), max(recorded_at) FROM claims WHERE event_at <= :at"
        f" AND effect <> 'none'{' AND reported_at <= :published' if bound else ''}",
        at=situation.question.at, **bound,
    )[0]  # fmt: skip
    if last is None:
        return {"last_event": None, "recorded": None}
    return {"last_event": iso(last), "recorded": {"from": iso(first_recorded), "to": iso(last_recorded)}}


class Course(NamedTuple):
    """How the verdict on a place ran, or on one like it where the same was so much earlier (`ahead`, us)."""

    spans: Sequence[Span]
    changed: Sequence[tuple[int, int]]
    """When control had changed here in the last week."""
    ahead: int = 0


NOTHING: Final = Course((), ())


class Courses:
    """The courses of places up to the question's instant; of those that are alike the longest is reckoned."""

    def __init__(self, situation: Situation) -> None:
        self._situation = situation
        self._known: dict[object, tuple[int, Course]] = {}

    def of(self, place: Place) -> Course:
        """The course of a place, from its first claim on."""
        of = self._situation
        claims, settings = of.claims(place.id), of.settings(place.id)
        pins: Sequence[Pin] = of.pins(place.id) if of.question.policy == BAYES else ()
        if pins:
            begin = min((*(one.event_at for one in claims[:1]), *(pin.at for pin in pins)))
            memory = Memory(of.sides, settings, of.who.side, ageing=True)
            spans = course(claims, memory, begin, of.question.at, of.question.policy)
            return _course(clamped(spans, pins, memory))
        if not claims:
            return NOTHING
        begin = claims[0].event_at
        # Who joins another does so at one instant for all: then only what is of the same time is alike.
        key = shape(claims), settings, begin if of.sides.changes else None
        first, known = self._known.get(key, (begin, None))
        if known is None or first > begin:
            memory = Memory(of.sides, settings, ageing=True)
            known = _course(course(claims, memory, begin, of.question.at, of.question.policy))
            self._known[key] = first, _ = begin, known
        return known if first == begin else known._replace(ahead=begin - first)

    def each(self, places: Sequence[Place]) -> list[Course]:
        """The courses of some places, in their order; those that begin first are found first."""
        begun = [claims[0].event_at if (claims := self._situation.claims(one.id)) else 0 for one in places]
        found: list[Course] = [NOTHING] * len(places)
        for i in sorted(range(len(places)), key=begun.__getitem__):
            found[i] = self.of(places[i])
        return found


def _course(spans: Sequence[Span]) -> Course:
    footings = ((span, span.reading.footing) for span in spans)
    return Course(spans, changes((one.start, one.end, on.changed_at) for one, on in footings if on))


def _courses(situation: Situation, chosen: Sequence[Place]) -> list[list[Stretch]]:
    """What is told of each place, from its first claim on."""
    situation.load(place.id for place in chosen)
    found = Courses(situation).each(chosen)
    changed = [_moved(one.changed, one.ahead) for one in found]
    near = Near(zip(chosen, changed, strict=True), NEARBY_KM).to(chosen)
    return [
        list(_stretches(one, situation.question.at, near.get(place.id, ()), situation.settings(place.id).lam))
        for place, one in zip(chosen, found, strict=True)
    ]


def _moved(stretches: Sequence[tuple[int, int]], by: int) -> Sequence[tuple[int, int]]:
    return [(start + by, end + by) for start, end in stretches] if by else stretches


def _stretches(course: Course, until: int, near: Sequence[tuple[int, int]], lam: float) -> Iterator[Stretch]:
    """What is told of a place, each time that it changes; `near`: when control had changed nearby."""
    ahead = course.ahead
    near, until = _moved(near, -ahead), until - ahead
    last: Stretch | None = None
    for span in course.spans:
        if span.start > until:
            break
        reading, end = span.reading, min(span.end, until + 1)
        side, on = reading.holders[0] if reading.holders else None, reading.footing
        aged: list[tuple[int, bool]] = [(span.start, False)]
        if side is not None and on is not None:
            aged = list(ageing(span.start, end, on, near))
        for (at, stale), (following, _) in zip(aged, [*aged[1:], (end, False)], strict=True):
            sure, fading = (round(100 * _sure(span, when, lam)) for when in (at, following - 1))
            one = Stretch(at + ahead, reading.status, side, sure, stale, fading)
            if last is not None and last[1:] == one[1:] and sure == fading:
                continue
            if last is not None:
                yield last
            last = one
    if last is not None:
        yield last


def _sure(span: Span, at: int, lam: float) -> float:
    """How sure it was at an instant of a span: belief fades towards what nothing is known at, ever slower."""
    first, last, longest = span.reading.confidence, span.confidence, span.end - 1 - span.start
    if first == last or longest <= 0:
        return first
    gone = (at - span.start) / longest
    if lam > 0:
        gone = expm1(-lam * (at - span.start) / DAY) / expm1(-lam * longest / DAY)
    return first + (last - first) * gone


def _ranking(situation: Situation, shown: Iterable[Sequence[Stretch]]) -> dict[str, int]:
    """Of how many places anybody ever said that a side has it, for all sides that are told of.

    Whatever time and knowledge is asked about: so a side keeps its mark from one map to the next.
    """
    rows = situation.reader.rows(
        "SELECT actors, place, min(event_at) FROM claims WHERE effect = 'for' AND place IS NOT NULL"
        " GROUP BY actors, place"
    )
    said: dict[str, set[str]] = {}
    for actors, place, at in rows:
        for actor in actors.split():
            said.setdefault(situation.who.side(actor, at), set()).add(situation.root(place))
    found = {side: len(places) for side, places in said.items()}
    return found | {
        one.side: found.get(one.side, 0) for some in shown for one in some if one.side is not None
    }


def _since(some: Sequence[Stretch], start: int | None) -> Sequence[Stretch]:
    """A course from an instant on."""
    if start is None:
        return some
    before = [one for one in some if one.start <= start][-1:]
    return [*(one._replace(start=start) for one in before), *(one for one in some if one.start > start)]


def _actors(
    situation: Situation, sides: Sequence[str], looks: Mapping[str, Mark], chosen: Sequence[Place],
    shown: Sequence[Sequence[Stretch]],
) -> list[Document]:  # fmt: skip
    """The sides that ever held something, their marks, how many places (no areas) they hold in the end."""
    names = actor_names(situation.who)
    held = dict.fromkeys(sides, 0)
    for place, some in zip(chosen, shown, strict=True):
        if place.kind in AREA_KINDS:
            continue
        if some and some[-1].side is not None and some[-1].status == HELD:
            held[some[-1].side] += 1
    return [
        {"id": side, "name": names.get(side, side), **looks[side]._asdict(), "held": held[side]}
        for side in sides
    ]


def _places(situation: Situation, chosen: Sequence[Place], everywhere: dict[str, Place]) -> Document:
    """The places by columns; those merged into another are read as it."""
    names = all_names(situation.reader, "place", situation.known)

    def region(place: Place) -> str | None:
        area = everywhere.get(situation.root(place.parent)) if place.parent else None
        return area.name if area and area.id != place.id else None

    def others(place: Place) -> list[str]:
        known = (name for id_ in situation.members(place.id) for name in names.get(id_, ()))
        return [name for name in dict.fromkeys(known) if name != place.name]

    return {
        "id": [place.id for place in chosen],
        "name": [place.name for place in chosen],
        "names": [others(place) for place in chosen],
        "kind": [place.kind for place in chosen],
        "region": [region(place) for place in chosen],
        "lat": [place.lat for place in chosen],
        "lon": [place.lon for place in chosen],
        "population": [place.population for place in chosen],
        "lam": [situation.settings(place.id).lam for place in chosen],
        "claims": [len(situation.counting(place.id)) for place in chosen],
    }


def _spans(shown: Sequence[Sequence[Stretch]], sides: Sequence[str]) -> Document:
    """The courses by columns, in order of place, then time."""
    numbers = {side: number for number, side in enumerate(sides)}
    rows = [(number, one) for number, some in enumerate(shown) for one in some]
    return {
        "place": [number for number, _ in rows],
        "from": [one.start for _, one in rows],
        "status": [STATUSES.index(one.status) for _, one in rows],
        "side": [-1 if one.side is None else numbers[one.side] for _, one in rows],
        "confidence": [one.confidence for _, one in rows],
        "stale": [int(one.stale) for _, one in rows],
        "fading": [one.fading for _, one in rows],
    }
