"""Decides what an analyst may judge of a place, and take back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

from tracker.desk.recording import Decision, Recorder, payload
from tracker.errors import BadInput, Conflict, NotFound
from tracker.errors import typed as shell_word
from tracker.judgement.confidence import read_confidence
from tracker.names import Resolved
from tracker.reader import Reader
from tracker.record import canonical, events
from tracker.record.events import Confidence
from tracker.times import iso, read_instant, read_past, read_span
from tracker.views.documents import status_document
from tracker.views.evidence import merged
from tracker.views.judgements import IN_FORCE, LATER, Made, among, made_of, standing
from tracker.views.places import place_of
from tracker.views.situation import Question

Document = dict[str, Any]
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LEAST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Judged:
    """An assessment as a person typed it; times may be microseconds."""

    holder: Sequence[str] = ()
    likelihood: str | None = None
    reason: str | None = None
    at: str | int | None = None
    until: str | int | None = None
    pin: bool = False

    @property
    def said(self) -> list[str]:
        """The options that were given."""
        return [f"--{one.name}" for one in fields(self) if getattr(self, one.name) not in ((), None, False)]


class _Decided(NamedTuple):
    """An assessment on its way into the record, its place as typed and read, and the verdict until then."""

    event: events.AssessmentMade | events.AssessmentCleared
    bound: Resolved
    before: Document
    known: bool
    notes: tuple[str, ...]


class Assessing:
    """What analysts do with places."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def make(self, place: str, judged: Judged, *, dry_run: bool) -> Document:
        """Judge who holds a place; the same judgement again is not recorded twice."""
        _check(judged)
        now = self._recorder.clock()

        def decide(reader: Reader) -> Decision[_Decided]:
            bound = self._recorder.finding(reader)("place", place)
            event = self._event(reader, bound.recorded, judged, now)
            mine = _of_place(reader, bound.id)
            same = next((one for one in mine if _same(one, event)), None)
            if same is not None:
                event = event.model_copy(update={"assessment": same.id})
            notes = (*_over(event, now), *_ended(mine, event)) if same is None else (_KNOWN,)
            told = _Decided(event, bound, self._verdict(reader, bound.id), same is not None, notes)
            return Decision([] if same else [event], told)

        return self._done(decide, dry_run=dry_run)

    def clear(self, place: str, id_: str | None, reason: str | None, *, dry_run: bool) -> Document:
        """Take an assessment back: the only one of the place that counts, or the one with an id."""
        now = self._recorder.clock()

        def decide(reader: Reader) -> Decision[_Decided]:
            bound = self._recorder.finding(reader)("place", place)
            one = _to_clear(reader, bound, id_, now)
            event = events.AssessmentCleared(assessment=one.id, reason=reason)
            return Decision([event], _Decided(event, bound, self._verdict(reader, bound.id), False, ()))

        return self._done(decide, dry_run=dry_run)

    def _done(self, decide: Callable[[Reader], Decision[_Decided]], *, dry_run: bool) -> Document:
        done = self._recorder.record(
            decide,
            lambda reader, told: (
                self._verdict(reader, told.bound.id),
                _judged(reader, told.event.assessment),
            ),
            dry_run=dry_run,
        )
        told = done.facts
        event, (after, judged) = told.event, done.seen
        notes = ((told.bound.note,) if told.bound.note else ()) + told.notes
        return {
            "assessment": event.assessment, **judged, "event": event.kind, "payload": payload(event),
            "recorded": bool(done.events) and not dry_run, "known": told.known, "position": done.position,
            "dry_run": dry_run,
            "conflicts": [one for one in after["conflicts"] if event.assessment in one["claims"]],
            "before": told.before, "after": after, "notes": list(notes),
        }  # fmt: skip

    def _event(self, reader: Reader, place: str, judged: Judged, now: int) -> events.AssessmentMade:
        """The judgement with names bound and times read, under an id of its own."""
        find, zone = self._recorder.finding(reader), self._recorder.zone(reader)
        at = now if judged.at is None else _past(judged.at, now, zone)
        until = None if judged.until is None else _end(judged.until, now, zone)
        if until is not None and until <= at:
            raise BadInput(
                what=f"it would end ({iso(until)[:16]}Z) before it begins ({iso(at)[:16]}Z)",
                try_="a later --until, or an earlier --at",
            )
        event = events.AssessmentMade(
            assessment="a-0", place=place, at=at, until=until, pinned=judged.pin, reason=judged.reason or "",
            actors=tuple(dict.fromkeys(find("actor", name).recorded for name in judged.holder)),
            likelihood=_likelihood(judged.likelihood),
        )  # fmt: skip
        return _identified(event, self._recorder.by, _count(reader))

    def _verdict(self, reader: Reader, place: str) -> Document:
        return status_document(reader, place_of(reader, place), Question(self._recorder.clock()))


_KNOWN: Final = "judged so already; nothing was recorded"


def refuse_together(place: str | None, judged: Judged, *, clear: bool, id_: str | None) -> None:
    """Refuse options that do not go together."""
    if place is None and (judged.said or clear or id_ is not None):
        raise BadInput(what="which place is meant is not said", try_="tracker assess PLACE …")
    if id_ is not None and not clear:
        raise BadInput(what="--id chooses what is taken back", try_="--clear --id ID")
    beside = [option for option in judged.said if option != "--reason"]
    if clear and beside:
        raise BadInput(
            what=f"--clear takes an assessment back, and {beside[0]} makes one",
            try_="one of them; a new --pin ends the one before it by itself",
        )


def _check(judged: Judged) -> None:
    if not judged.holder:
        raise BadInput(what="who is judged to hold it is missing", try_="--holder NAME")
    if not judged.reason:
        raise BadInput(
            what="why it is judged so is missing", try_='--reason "what you have seen, or concluded"'
        )


def _likelihood(text: str | None) -> Confidence | None:
    if text is None:
        return None
    read = read_confidence(text)
    if read.value is None or read.value < LEAST:
        why = "says that it cannot be judged" if read.value is None else f"is read as {read.value:g}"
        raise BadInput(
            what=f"--likelihood {text} {why}: that names no holder",
            try_="whoever is the more likely holder, or tracker weigh CLAIM for a claim that you doubt",
        )
    return Confidence(text=read.text, scale=read.scale, value=read.value)


def _past(when: str | int, now: int, zone: str) -> int:
    if isinstance(when, str):
        return read_past(when, now=now, zone=zone)
    if when > now:
        raise BadInput(what=f"{iso(when)[:16]}Z lies in the future", try_="the time that was judged")
    return when


def _end(when: str | int, now: int, zone: str) -> int:
    """The first instant at which it counts no more: after the end of a day, at a time of day."""
    if isinstance(when, int):
        return when
    end, span = read_instant(when, now=now, zone=zone), read_span(when, now=now, zone=zone)
    return end + 1 if end == span.latest != span.earliest else end


def _identified(event: events.AssessmentMade, by: str, before: int) -> events.AssessmentMade:
    """The judgement under its id: the day it is about, and a hash of what was judged, by whom, after what."""
    told = {"event": event.model_dump(mode="json"), "by": by, "before": before}
    number = int.from_bytes(hashlib.sha256(canonical.dumps(told).encode()).digest()[:5], "big")
    letters = "".join(_ALPHABET[(number >> 5 * i) & 31] for i in reversed(range(8)))
    return event.model_copy(update={"assessment": f"a-{iso(event.at)[2:10].replace('-', '')}-{letters}"})


def _count(reader: Reader) -> int:
    return int(reader.rows("SELECT count(DISTINCT id) FROM assessments")[0][0])


def _of_place(reader: Reader, place: str) -> list[Made]:
    """The assessments that are read as of a place."""
    into = merged(reader)
    return made_of(reader, [place, *(one for one, root in into.items() if root == place)])


def _judged(reader: Reader, assessment: str) -> Document:
    """What was judged and by whom, in words."""
    one = among(reader, [assessment])[assessment]
    return {key: one[key] for key in ("text", "attribution", "at", "until")}


def _same(one: Made, event: events.AssessmentMade) -> bool:
    sure = event.likelihood.text if event.likelihood else None
    mine = (event.place, " ".join(event.actors), event.at, event.until, int(event.pinned), sure, event.reason)
    theirs = (one.place, one.actors, one.at, one.until, one.pinned, one.likelihood_text, one.reason)
    return one.cleared_at is None and theirs == mine


def _over(event: events.AssessmentMade, now: int) -> list[str]:
    if event.until is None or event.until > now:
        return []
    return [f"it counts for times from {_shown(event.at)} until {_shown(event.until)}, not for now"]


def _ended(mine: Iterable[Made], event: events.AssessmentMade) -> list[str]:
    """The pin that a new one ends."""
    if not event.pinned:
        return []
    return [
        f"it ends the pin {one.id} by {one.analyst}"
        for one in mine
        if one.pinned and one.cleared_at is None and one.at <= event.at
        and (one.until is None or one.until > event.at)
    ][-1:]  # fmt: skip


def _to_clear(reader: Reader, bound: Resolved, id_: str | None, now: int) -> Made:
    mine, place = _of_place(reader, bound.id), shell_word(bound.id)
    if id_ is not None:
        named = next((one for one in mine if one.id == id_.strip()), None)
        if named is None:
            raise NotFound(
                what=f"no assessment of {bound.name} has the id {id_!r}",
                try_=f"tracker assess {place} lists them",
            )
        if named.cleared_at is not None:
            raise Conflict(
                what=f"{named.id} was cleared already, by {named.cleared_by}",
                try_=f"tracker assess {place} lists those that count",
            )
        return named
    stand = standing(mine, merged(reader), now)
    counting = [one for one in mine if stand[one.id] in (IN_FORCE, LATER)]
    if not counting:
        over = next((one for one in reversed(mine) if one.cleared_at is None), None)
        step = f" --clear --id {over.id} takes back what has expired" if over else " lists all of them"
        raise Conflict(what=f"no assessment of {bound.name} counts now", try_=f"tracker assess {place}{step}")
    if len(counting) > 1:
        each = " or ".join(f"tracker assess {place} --clear --id {one.id}" for one in counting[-3:][::-1])
        raise Conflict(what=f"{len(counting)} assessments of {bound.name} count", try_=each)
    return counting[0]


def _shown(instant: int) -> str:
    return f"{iso(instant)[:16].replace('T', ' ')} UTC"
