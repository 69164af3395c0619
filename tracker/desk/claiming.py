"""Decides what may be done to claims: adding, correcting, retracting, confirming, linking, checking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from tracker.desk.attribution import Find
from tracker.desk.intake import Drafted, Typed, by_other_names, draft, identified, web_address
from tracker.desk.linking import linked, uncorrected, unlinked
from tracker.desk.recording import Decision, Recorder, payload
from tracker.desk.registry import named_only, told_of
from tracker.desk.retyped import as_written, copied, known_claim, span_text, typed_again, with_document
from tracker.desk.succession import links_anew, reviews_anew, weighing_anew
from tracker.desk.weighing import weighted
from tracker.desk.words import require
from tracker.errors import BadInput, Conflict, NotFound, UnknownName
from tracker.errors import typed as shell_word
from tracker.judgement import vocabulary
from tracker.names import Resolved
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import Event
from tracker.times import read_past
from tracker.views.claims import claim_documents
from tracker.views.claims import texts as told_texts
from tracker.views.documents import conflicts_of, status_document
from tracker.views.evidence import merged
from tracker.views.names import merged_with
from tracker.views.places import place_of
from tracker.views.situation import Question

Document = dict[str, Any]


class Claiming:
    """What people do with claims."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def add(self, typed: Typed, *, dry_run: bool, create: bool, like: str | None) -> Document:
        """Record a claim; answers with its id, the verdict before and after, and what it contradicts."""

        def decide(reader: Reader) -> Decision[_Claimed]:
            given = typed if like is None else typed.over(copied(known_claim(reader, like), typed))
            drafted = self._draft(reader, given, create)
            fact = _fact(reader, drafted.event.claim)
            if fact is None:
                drafted, fact = _by_another_name(reader, drafted)
            if fact is not None:
                drafted = replace(drafted, notes=(*drafted.notes, *_already(reader, drafted.event, fact)))
            before = self._verdict(reader, drafted.event.place)
            return _claimed(drafted, before, known=fact is not None)

        return self._recorded(decide, dry_run=dry_run)

    def correct(self, claim: str, typed: Typed, *, reason: str | None, dry_run: bool) -> Document:
        """Record what was really said, and that it stands in the place of what we had recorded."""

        def decide(reader: Reader) -> Decision[_Claimed]:
            old = _live(reader, claim)
            if typed == Typed():
                raise BadInput(what="what is to be corrected is not said", try_="--place, --at, --actor, …")
            # When it was reported is part of what was said, even where it was only the clock's.
            again = typed_again(old)._replace(reported=span_text(old["reported"]))
            drafted = self._draft(reader, typed.over(again), create=False)
            drafted = replace(drafted, event=as_written(drafted.event, old, typed))
            before = self._draft(reader, again, create=False)
            same = as_written(before.event, old, Typed())
            if _said(drafted.event) == _said(same):
                raise BadInput(
                    what="nothing would be different", try_=f"tracker show {old['id']} tells what it says"
                )
            names = [one.event_id for one in (before, *by_other_names(before, _members(reader)))]
            moved = drafted.event_id not in names
            if drafted.event.claim == claim or _fact(reader, drafted.event.claim) == "corrected":
                # Only words beside the claim differ; or an earlier correction was the mistake.
                drafted = identified(drafted, replaces=claim)
            successor = drafted.event.claim
            there = successor if _fact(reader, successor) is not None else None
            if there is None and moved:  # else it says what it said, if by another name
                there = _live_by_another_name(reader, drafted)
            if there is not None:
                raise Conflict(
                    what=f"that would be {there}, which is already in the record",
                    try_=f"tracker show {there}; tracker retract {old['id']} if it was never said",
                )
            reviews, note = reviews_anew(reader, old, drafted.event)
            drafted = replace(drafted, notes=(*drafted.notes, *note))
            corrected = events.ClaimCorrected(claim=claim, replaced_by=successor, reason=reason)
            weighed = weighing_anew(reader, claim, successor)
            after = [corrected, *links_anew(reader, claim, successor), *reviews, *weighed]
            return _claimed(drafted, self._verdict(reader, drafted.event.place), after)

        return {**self._recorded(decide, dry_run=dry_run), "corrected": claim}

    def retract(
        self, claim: str, *, reason: str | None, by: str | None, url: str | None, dry_run: bool
    ) -> Document:
        """The source took it back."""
        return self._befell(
            claim,
            lambda reader, id_: [
                events.ClaimRetracted(
                    claim=id_, reason=reason, by=self._source(reader, by), url=web_address(url)
                )
            ],
            dry_run=dry_run,
        )

    def review(self, claim: str, answer: str, *, note: str | None, dry_run: bool) -> Document:
        """Somebody looked at the claim again."""
        require("answer", answer, vocabulary.REVIEWS)
        now = self._recorder.clock()
        return self._befell(
            claim,
            lambda _, id_: [events.ClaimReviewed(claim=id_, answer=answer, at=now, note=note)],
            dry_run=dry_run,
        )

    def link(self, claim: str, other: str, *, link: str, note: str | None, dry_run: bool) -> Document:
        """Two claims belong together."""
        require("link", link, vocabulary.LINKS)
        notes: list[str] = []

        def tied(reader: Reader, id_: str) -> list[Event]:
            one, two = known_claim(reader, id_), _live(reader, other)
            second = two["id"]
            if _root(reader, one["place"]) != _root(reader, two["place"]):
                notes.append(f"{id_} is about {one['place_name']}, {second} about {two['place_name']}")
            return [linked(reader, id_, second, link, note)]

        return {**self._befell(claim, tied, dry_run=dry_run), "notes": list(dict.fromkeys(notes))}

    def unlink(self, claim: str, other: str, *, link: str, reason: str | None, dry_run: bool) -> Document:
        """The link was wrong: they stand for themselves again."""
        require("link", link, vocabulary.LINKS)

        def untied(reader: Reader, id_: str) -> list[Event]:
            return unlinked(reader, id_, uncorrected(reader, other)["id"], link, reason)

        return self._befell(claim, untied, old=uncorrected, dry_run=dry_run)

    def check(
        self, claim: str, found: str, *, by: str | None, at: str | None, url: str | None, note: str | None,
        dry_run: bool,
    ) -> Document:  # fmt: skip
        """What a check of the claim found."""
        require("finding", found, vocabulary.CHECKS)
        now = self._recorder.clock()

        def checked(reader: Reader, id_: str) -> list[Event]:
            when = None if at is None else read_past(at, now=now, zone=self._recorder.zone(reader))
            who, where = self._source(reader, by), web_address(url)
            return [events.ClaimChecked(claim=id_, found=found, by=who, at=when, url=where, note=note)]

        return self._befell(claim, checked, dry_run=dry_run)

    def weigh(self, claim: str, factor: float, *, reason: str | None, dry_run: bool) -> Document:
        """An analyst leaves the claim out (0), weighs it by a factor, or as it is (1)."""

        def weighed(reader: Reader, id_: str) -> list[Event]:
            return [weighted(reader, id_, factor, reason)]

        return self._befell(claim, weighed, dry_run=dry_run)

    # -- shared ----------------------------------------------------------------------------------

    def _draft(self, reader: Reader, typed: Typed, create: bool) -> Drafted:
        """The claim as it would be recorded; with `create`, names that are not known are brought in.

        Every reading with known names is tried first; only a name that none of them knows is made.
        """
        find = self._recorder.finding(reader)
        made: dict[tuple[str, str], Event] = {}

        def find_or_made(thing: str, text: str) -> Resolved:
            try:
                return find(thing, text)
            except UnknownName:
                event = made.get((thing, text.strip()))
                if event is None:
                    raise
                return Resolved(event.stream.partition("/")[2], text.strip())

        typed, read_in = with_document(reader, typed)
        now, zone = self._recorder.clock(), self._recorder.zone(reader)
        while True:
            try:
                drafted = draft(typed, find=find_or_made, now=now, zone=zone)
            except UnknownName as error:
                thing, name = str(error.facts["kind"]), str(error.facts["name"])
                if (
                    not create
                    or (thing, name) in made
                    or (typed.sentence and _begins_known(find, thing, name))
                ):
                    raise
                made[thing, name] = named_only(thing, name)
            else:
                notes = (*drafted.notes, *read_in, *map(told_of, made.values()))
                return replace(drafted, created=tuple(made.values()), notes=notes)

    def _recorded(self, decide: Callable[[Reader], Decision[_Claimed]], *, dry_run: bool) -> Document:
        """Record a claim and what comes with it; answers with what became of the verdict."""
        done = self._recorder.record(decide, self._consequence, dry_run=dry_run)
        drafted, before, known = done.facts
        event = drafted.event
        told, after, conflicts = done.seen
        mine = next((one for one in done.appended if one.event_id == drafted.event_id), None)
        return {
            "claim": event.claim,
            "recorded": mine is not None and mine.new,
            "known": known or (mine is not None and not mine.new),
            "position": None if mine is None else mine.position,
            "dry_run": dry_run,
            "event": payload(event),
            "created": [one.stream for one in drafted.created],
            "conflicts": conflicts,
            "before": before,
            "after": after,
            "told": told,
            "notes": list(drafted.notes),
        }

    def _consequence(
        self, reader: Reader, claimed: _Claimed
    ) -> tuple[Document, Document | None, list[Document]]:
        event = claimed.drafted.event
        claim = claim_documents(reader, [event.claim])[event.claim]
        told = {
            **claim,
            "actors": claim["actor_names"],
            "against": claim["against_names"],
            "place": claim["place_name"],
        }
        if event.place is None:
            return told, None, []
        place = place_of(reader, _root(reader, event.place))
        question = Question(self._recorder.clock())
        after = status_document(reader, place, question)
        conflicts = conflicts_of(reader, place, question, event.claim)
        known = {row["claim"] for row in after["beside"]}
        others = {claim for one in conflicts for claim in one["claims"]} - known
        texts = told_texts(reader, others)
        after["beside"] += [
            {"claim": id_, "text": f"{texts[id_]['text']} ({texts[id_]['attribution']})"}
            for id_ in sorted(others)
        ]
        return told, after, conflicts

    def _verdict(self, reader: Reader, place: str | None) -> Document | None:
        if place is None or reader.one("SELECT 1 FROM places WHERE id = :place", place=place) is None:
            return None
        return status_document(
            reader, place_of(reader, _root(reader, place)), Question(self._recorder.clock())
        )

    def _befell(
        self, claim: str, happened: Callable[[Reader, str], Sequence[Event]], *,
        old: Callable[[Reader, str], Document] | None = None, dry_run: bool,
    ) -> Document:  # fmt: skip
        """Record what happened to a claim, a live one unless `old` finds it otherwise.

        Answers with its place's verdict before and after.
        """

        def decide(reader: Reader) -> Decision[tuple[Document, Document | None]]:
            found = (old or _live)(reader, claim)
            return Decision(happened(reader, found["id"]), (found, self._verdict(reader, found["place"])))

        def look(reader: Reader, facts: tuple[Document, Document | None]) -> Document | None:
            return self._verdict(reader, facts[0]["place"])

        done = self._recorder.record(decide, look, dry_run=dry_run)
        claimed, before = done.facts
        event = done.events[0]
        return {
            "claim": claimed["id"], "text": claimed["text"], "event": event.kind, "payload": payload(event),
            "recorded": not dry_run, "position": done.position, "dry_run": dry_run, "before": before,
            "after": done.seen, "notes": [],
        }  # fmt: skip

    def _source(self, reader: Reader, name: str | None) -> str | None:
        return self._recorder.finding(reader)("source", name).recorded if name else None


class _Claimed(NamedTuple):
    """A claim on its way into the record, its place's verdict until then, whether it is there already."""

    drafted: Drafted
    before: Document | None
    known: bool


def _claimed(
    drafted: Drafted, before: Document | None, after: Sequence[Event] = (), *, known: bool = False
) -> Decision[_Claimed]:
    """The decision to record a claim: what it needs first, then what comes of it."""
    event = drafted.event
    return Decision(
        [*drafted.created, event, *after],
        _Claimed(drafted, before, known),
        ids={event.stream: drafted.event_id},
    )


def _by_another_name(reader: Reader, drafted: Drafted) -> tuple[Drafted, str | None]:
    """The claim as it stands in the record by another name of what was merged, and its fact; else itself."""
    for other, fact in _by_other_names(reader, drafted):
        note = f"recorded by another name of the same: tracker show {other.event.claim}"
        return replace(other, notes=(*other.notes, note)), fact
    return drafted, None


def _live_by_another_name(reader: Reader, drafted: Drafted) -> str | None:
    """The id under which a claim stands in the record by another name, unless it was corrected since."""
    found = (other.event.claim for other, fact in _by_other_names(reader, drafted) if fact != "corrected")
    return next(found, None)


def _members(reader: Reader) -> Mapping[str, Callable[[str], Sequence[str]]]:
    return {thing: merged_with(reader, thing) for thing in ("place", "actor", "source")}


def _by_other_names(reader: Reader, drafted: Drafted) -> Iterator[tuple[Drafted, str]]:
    for other in by_other_names(drafted, _members(reader)):
        fact = _fact(reader, other.event.claim)
        if fact is not None and reader.one("SELECT 1 FROM events WHERE event_id = :id", id=other.event_id):
            yield other, fact


def _root(reader: Reader, place: str) -> str:
    return merged(reader).get(place, place)


def _already(reader: Reader, event: events.ClaimRecorded, fact: str) -> list[str]:
    """What somebody who records a claim again should be told; Conflict where it was taken back since."""
    if fact != "recorded":
        raise Conflict(
            what=f"{event.claim} is already in the record, and was {fact}",
            try_="if it was said again since, tell when: --reported DATE; tracker show "
            f"{event.claim} tells what happened to it",
        )
    old = known_claim(reader, event.claim)
    told = {
        "confidence": (event.confidence.text if event.confidence else None, old["confidence_text"]),
        "note": (event.note, old["note"]),
        "quote": (event.quote, old["quote"]),
    }
    return [
        f"recorded {f'with {key} {before}' if before else f'without {key}'}:"
        f" tracker correct {event.claim} --{key} {shell_word(given) if len(given) <= _SHORT else 'TEXT'}"
        for key, (given, before) in told.items()
        if given is not None and given != before
    ]


_SHORT: Final = 60


def _said(event: events.ClaimRecorded) -> events.ClaimRecorded:
    """What a claim says, without the spelling in which its place was typed."""
    return event.model_copy(update={"place_text": None, "level_not_stated": False})


def _live(reader: Reader, claim: str) -> Document:
    found = known_claim(reader, claim)
    if found["standing"] != "recorded":
        instead = f"tracker show {found['replaced_by'] or found['id']}"
        raise Conflict(what=f"{found['id']} was already {found['standing']}", try_=instead)
    return found


def _begins_known(find: Find, thing: str, name: str) -> bool:
    """Whether the beginning of a name in a sentence is a known one: "rebels nearly" is no new actor."""
    words = name.split()
    for end in range(len(words) - 1, 0, -1):
        try:
            find(thing, " ".join(words[:end]))
        except NotFound:
            continue
        return True
    return False


def _fact(reader: Reader, claim: str) -> str | None:
    row = reader.one("SELECT fact FROM claims WHERE id = :claim AND to_pos > :known", claim=claim, known=NOW)
    return None if row is None else str(row[0])
