"""Decides what may be done to claims: adding, correcting, retracting, confirming, linking, checking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tracker.desk.intake import Drafted, Find, Typed, draft, identified, require
from tracker.desk.recording import Recorder, version
from tracker.desk.registry import named_only
from tracker.errors import BadInput, Conflict, NotFound, StaleVersion, UnknownClaim, UnknownName
from tracker.judgement import vocabulary
from tracker.names import Resolved
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import Event
from tracker.views.claims import claim_documents, near_claims
from tracker.views.documents import conflicts_of, status_document
from tracker.views.evidence import merged
from tracker.views.places import place_of
from tracker.views.situation import Question

Document = dict[str, Any]


class Claiming:
    """What people do with claims."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def add(self, typed: Typed, *, dry_run: bool, create: bool, like: str | None) -> Document:
        """Record a claim; answers with its id, the verdict before and after, and what it contradicts."""
        try:
            return self._add(typed, dry_run=dry_run, create=create, like=like)
        except StaleVersion:
            if not create:
                raise
            # Somebody else has just brought in the same name: read again, it is known now.
            return self._add(typed, dry_run=dry_run, create=create, like=like)

    def _add(self, typed: Typed, *, dry_run: bool, create: bool, like: str | None) -> Document:
        with self._recorder.reading() as reader:
            if like is not None:
                typed = typed.over(typed_again(known_claim(reader, like)))
            drafted = self._draft(reader, typed, create)
            fact = _fact(reader, drafted.event.claim)
            before = self._verdict(reader, drafted.event.place)
        if fact is not None and fact != "recorded":
            raise Conflict(
                what=f"{drafted.event.claim} is already in the record, and was {fact}",
                try_="if it was said again since, tell when: --reported DATE; tracker show "
                f"{drafted.event.claim} tells what happened to it",
            )
        if fact is not None:
            drafted = replace(drafted, notes=(*drafted.notes, *self._differs(drafted.event)))
        return self._recorded(drafted, before, dry_run=dry_run, known=fact is not None)

    def _differs(self, event: events.ClaimRecorded) -> list[str]:
        """What somebody who records a claim again should be told."""
        with self._recorder.reading() as reader:
            old = known_claim(reader, event.claim)
        given = event.confidence.text if event.confidence else None
        if given is None or given == old["confidence_text"]:
            return []
        before = old["confidence_text"] or "none"
        return [f"recorded with confidence {before}: tracker correct {event.claim} --confidence {given!r}"]

    def correct(self, claim: str, typed: Typed, *, reason: str | None, dry_run: bool) -> Document:
        """Record what was really said, and that it stands in the place of what we had recorded."""
        with self._recorder.reading() as reader:
            old = self._live(reader, claim)
            if typed == Typed():
                raise BadInput(what="what is to be corrected is not said", try_="--place, --at, --actor, …")
            # When it was reported is part of what was said, even where it was only the clock's.
            again = replace(typed_again(old), reported=_range(old["reported"]))
            drafted = self._draft(reader, typed.over(again), create=False)
            drafted = replace(drafted, event=_as_written(drafted.event, old, typed))
            if drafted.event.claim == claim:
                drafted = identified(drafted, replaces=claim)  # only words beside the claim differ
            if _fact(reader, drafted.event.claim) is not None:
                raise Conflict(
                    what=f"that would be {drafted.event.claim}, which is already in the record",
                    try_=f"tracker show {drafted.event.claim}; tracker retract {claim}, if it was never said",
                )
            before = self._verdict(reader, drafted.event.place)
            versions = {f"claim/{claim}": version(reader, f"claim/{claim}")}
            links = _links_anew(reader, claim, drafted.event.claim)
        event = events.ClaimCorrected(claim=claim, replaced_by=drafted.event.claim, reason=reason)
        drafted = replace(drafted, created=(*drafted.created, event, *links))
        answer = self._recorded(drafted, before, dry_run=dry_run, known=False, versions=versions)
        return {**answer, "corrected": claim}

    def retract(
        self, claim: str, *, reason: str | None, by: str | None, url: str | None, dry_run: bool
    ) -> Document:
        """The source took it back."""
        with self._recorder.reading() as reader:
            old = self._live(reader, claim)
            who = self._recorder.finding(reader)("source", by).id if by else None
        event = events.ClaimRetracted(claim=claim, reason=reason, by=who, url=url)
        return self._befell(old, event, dry_run=dry_run)

    def review(self, claim: str, answer: str, *, note: str | None, dry_run: bool) -> Document:
        """Somebody looked at the claim again."""
        require("answer", answer, vocabulary.REVIEWS)
        with self._recorder.reading() as reader:
            old = self._live(reader, claim)
        event = events.ClaimReviewed(claim=claim, answer=answer, at=self._recorder.clock(), note=note)
        return self._befell(old, event, dry_run=dry_run)

    def link(self, claim: str, other: str, *, link: str, note: str | None) -> Document:
        """Two claims belong together."""
        require("link", link, vocabulary.LINKS)
        with self._recorder.reading() as reader:
            old, second = self._live(reader, claim), known_claim(reader, other)
            if claim == second["id"]:
                raise Conflict(what="a claim cannot be linked to itself", try_="the id of another claim")
            if link == "derived-from" and claim in _ancestors(reader, other):
                raise Conflict(
                    what=f"{other} is already derived from {claim}",
                    try_=f"tracker show {other}, or --link same-event",
                )
        return self._befell(old, events.ClaimLinked(claim=claim, link=link, other=other, note=note))

    def check(self, claim: str, found: str, *, by: str | None, url: str | None, note: str | None) -> Document:
        """What a check of the claim found."""
        require("finding", found, vocabulary.CHECKS)
        with self._recorder.reading() as reader:
            old = self._live(reader, claim)
            who = self._recorder.finding(reader)("source", by).id if by else None
        return self._befell(old, events.ClaimChecked(claim=claim, found=found, by=who, url=url, note=note))

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
                return replace(drafted, created=tuple(made.values()))

    def _recorded(
        self,
        drafted: Drafted,
        before: Document | None,
        *,
        dry_run: bool,
        known: bool,
        versions: dict[str, int] | None = None,
    ) -> Document:
        event = drafted.event
        log: list[Event] = [one for one in drafted.created if one.kind.endswith("-registered")]
        log += [event, *(one for one in drafted.created if not one.kind.endswith("-registered"))]
        position: int | None = None
        if dry_run and not known:
            told, after, conflicts = self._recorder.preview(
                log, lambda reader: self._consequence(reader, event)
            )
        else:
            if not dry_run:
                said = self._recorder.record(log, ids={event.stream: drafted.event_id}, versions=versions)
                position = next(one.position for one in said if one.event_id == drafted.event_id)
                known = not next(one.new for one in said if one.event_id == drafted.event_id)
            with self._recorder.reading() as reader:
                told, after, conflicts = self._consequence(reader, event)
        return {
            "claim": event.claim,
            "recorded": not known and not dry_run,
            "known": known,
            "position": position,
            "dry_run": dry_run,
            "event": event.model_dump(mode="json", exclude_defaults=True),
            "created": [one.stream for one in drafted.created if one.kind.endswith("-registered")],
            "conflicts": conflicts,
            "before": before,
            "after": after,
            "told": told,
            "notes": list(drafted.notes),
        }

    def _consequence(
        self, reader: Reader, event: events.ClaimRecorded
    ) -> tuple[Document, Document | None, list[Document]]:
        claim = claim_documents(reader, [event.claim])[event.claim]
        told = {
            **claim,
            "actors": claim["actor_names"],
            "against": claim["against_names"],
            "place": claim["place_name"],
        }
        if event.place is None:
            return told, None, []
        place = place_of(reader, merged(reader).get(event.place, event.place))
        question = Question(self._recorder.clock())
        after = status_document(reader, place, question)
        return told, after, conflicts_of(reader, place, question, event.claim)

    def _verdict(self, reader: Reader, place: str | None) -> Document | None:
        if place is None or reader.one("SELECT 1 FROM places WHERE id = :place", place=place) is None:
            return None
        root = merged(reader).get(place, place)
        return status_document(reader, place_of(reader, root), Question(self._recorder.clock()))

    def _befell(self, claim: Document, event: Event, *, dry_run: bool = False) -> Document:
        """Record what happened to a claim; answers with its place's verdict before and after."""
        with self._recorder.reading() as reader:
            before = self._verdict(reader, claim["place"])
            stream = f"claim/{claim['id']}"
            versions = {stream: version(reader, stream)}
        position: int | None = None
        if dry_run:
            after = self._recorder.preview([event], lambda reader: self._verdict(reader, claim["place"]))
        else:
            position = self._recorder.record([event], versions=versions)[0].position
            with self._recorder.reading() as reader:
                after = self._verdict(reader, claim["place"])
        return {
            "claim": claim["id"], "text": claim["text"], "event": event.kind, "recorded": not dry_run,
            "position": position, "dry_run": dry_run, "before": before, "after": after,
        }  # fmt: skip

    def _live(self, reader: Reader, claim: str) -> Document:
        found = known_claim(reader, claim)
        if found["standing"] != "recorded":
            instead = (
                f"tracker show {found['replaced_by']}" if found["replaced_by"] else f"tracker show {claim}"
            )
            raise Conflict(what=f"{claim} was already {found['standing']}", try_=instead)
        return found


def _links_anew(reader: Reader, claim: str, successor: str) -> list[Event]:
    """The links of a corrected claim, for the one that stands in its place."""
    rows = reader.rows(
        "SELECT claim, link, other FROM links WHERE (claim = :claim OR other = :claim) AND to_pos > :known"
        " ORDER BY claim, link, other",
        claim=claim, known=NOW,
    )  # fmt: skip
    ends = [
        (successor if one == claim else one, link, successor if other == claim else other)
        for one, link, other in rows
    ]
    return [events.ClaimLinked(claim=one, link=link, other=other) for one, link, other in ends]


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


def known_claim(reader: Reader, claim: str) -> Document:
    """The claim with an id; UnknownClaim with proposals."""
    found = claim_documents(reader, [claim.strip()])
    if claim.strip() not in found:
        near = near_claims(reader, claim)
        asked = f"did you mean {' or '.join(near)}? " if near else ""
        raise UnknownClaim(claim=claim, try_=f"{asked}tracker claims lists them")
    return found[claim.strip()]


def typed_again(claim: Document) -> Typed:
    """A recorded claim as somebody would have typed it."""
    hops = claim["chain"]
    details = dict(claim["details"])
    if claim["taken_from"]:
        details["from"] = ", ".join(claim["taken_from"])
    return Typed(
        actor=tuple(claim["actors"]), predicate=claim["predicate"], place=claim["place"],
        source=hops[-1]["who"], said_by=tuple(_hop_text(hop) for hop in hops[:-1]),
        against=tuple(claim["against"]), modality=claim["modality"], basis=hops[0].get("basis"),
        stance=hops[-1].get("stance"), channel=hops[0].get("channel"), at=_range(claim["occurred"]),
        reported=_range(claim["reported"]) if claim["reported"]["text"] else None,
        extent=claim["extent"], relation=claim["relation"], km=claim["km"], bearing=claim["bearing"],
        outcome=claim["outcome"], details=details, confidence=claim["confidence_text"], quote=claim["quote"],
        note=claim["note"], url=claim["url"],
        document=None if claim["document"] == claim["url"] else claim["document"],
    )  # fmt: skip


def _as_written(event: events.ClaimRecorded, old: Document, typed: Typed) -> events.ClaimRecorded:
    """The times that were not typed again keep the words in which they were typed."""
    kept: dict[str, events.Moment] = {}
    for name, again in (("occurred", typed.at), ("reported", typed.reported)):
        if again is None:
            moment: events.Moment = getattr(event, name)
            words = {
                "text": old[name]["text"] or "",
                "precision": old[name]["precision"].replace("unknown", ""),
            }
            kept[name] = moment.model_copy(update=words)
    return event.model_copy(update=kept)


def _hop_text(hop: Document) -> str:
    return str(hop["who"]) if hop.get("who") else f"unnamed: {hop.get('named')}"


def _range(moment: Document) -> str | None:
    if moment["earliest"] is None and moment["latest"] is None:
        return None
    return f"{moment['earliest'] or '..'}/{moment['latest'] or '..'}"


def _fact(reader: Reader, claim: str) -> str | None:
    row = reader.one("SELECT fact FROM claims WHERE id = :claim AND to_pos > :known", claim=claim, known=NOW)
    return None if row is None else str(row[0])


def _ancestors(reader: Reader, claim: str) -> set[str]:
    found: set[str] = set()
    frontier = {claim}
    while frontier:
        rows = reader.among(
            "SELECT other FROM links WHERE claim IN (:wanted) AND link = 'derived-from' AND to_pos > :known",
            frontier, known=NOW,
        )  # fmt: skip
        frontier = {row[0] for row in rows} - found
        found |= frontier
    return found
