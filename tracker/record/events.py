"""Decides the vocabulary of the log: one immutable class for each thing that can have happened.

`KINDS` maps the name on disk to the class; names on disk never change. `encode` makes the canonical
payload of an event, `decode` reads one back, whatever shape it had when it was written (`UPCASTS`).
Times are microseconds since the epoch in Python and UTC ISO 8601 text in the payload. A default
always means "nothing was said", so payloads leave defaults out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
)

from tracker.errors import BadInput
from tracker.record import canonical
from tracker.record.envelope import Envelope
from tracker.times import iso, parse_iso

Body = dict[str, Any]
"""A decoded payload as plain data, which is what projections read."""


def _instant(value: object) -> object:
    return parse_iso(value) if isinstance(value, str) else value


Instant = Annotated[int, BeforeValidator(_instant), PlainSerializer(iso, return_type=str)]


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("it has a NUL character in it")  # PostgreSQL has no place for it
    if not text.strip():
        raise ValueError("it is blank")
    return text


Name = Annotated[str, Field(max_length=500), AfterValidator(_storable)]
Text = Annotated[str, Field(max_length=20_000), AfterValidator(_storable)]
Id = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


def _date(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("it is no date such as 2024-12-07")
    return text


Day = Annotated[str, AfterValidator(_date)]
"""A calendar day, as 2024-12-07."""


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Event(Part):
    """Something that happened; subclasses name it in the past tense and are never changed."""

    kind: ClassVar[str]
    schema_version: ClassVar[int] = 1

    @property
    def stream(self) -> str:
        """The stream it belongs to: what it is about, e.g. ``claim/c-241207-7k2m9qx4``."""
        raise NotImplementedError


class Moment(Part):
    """When something happened or was said: bounds (inclusive), their precision, the text as typed."""

    earliest: Instant | None = None
    latest: Instant | None = None
    precision: str = ""
    text: str = ""


class Hop(Part):
    """One step of an attribution chain: `who` is a source id; `named` describes an origin without one."""

    who: Id | None = None
    named: Name | None = None
    n: int | None = Field(default=None, ge=1, le=1_000_000)
    channel: Name | None = None
    basis: str | None = None
    stance: str | None = None
    said_at: Instant | None = None


class Confidence(Part):
    """How sure the speaker was: as typed, on which scale, and the number it is read as."""

    text: str
    scale: str
    value: float | None = Field(default=None, ge=0, le=1)


# -- places ------------------------------------------------------------------------------------------


class PlaceEvent(Event):
    """Something about one place."""

    place: Id

    @property
    def stream(self) -> str:
        """``place/<id>``."""
        return f"place/{self.place}"


class PlaceRegistered(PlaceEvent):
    """A place came into the tracker; one without coordinates may lie `near` another (km, bearing).

    `imported` is the import that brought it.
    """

    kind = "place-registered"
    name: Name
    place_kind: str
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    parent: Id | None = None
    population: int | None = Field(default=None, ge=0)
    near: Id | None = None
    bearing: str | None = None
    km: float | None = Field(default=None, ge=0)
    gazetteer: Name | None = None
    aliases: tuple[Name, ...] = ()
    imported: Id | None = None


class PlaceDescribed(PlaceEvent):
    """More became known of the place: what is given here replaces what was, the rest stays."""

    kind = "place-described"
    place_kind: str | None = None
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    parent: Id | None = None
    population: int | None = Field(default=None, ge=0)
    near: Id | None = None
    bearing: str | None = None
    km: float | None = Field(default=None, ge=0)
    gazetteer: Name | None = None


class PlaceAliased(PlaceEvent):
    """The place is also called so."""

    kind = "place-aliased"
    aliases: tuple[Name, ...] = Field(min_length=1)


class PlaceUnaliased(PlaceEvent):
    """The place is not called so after all; claims that were typed with the name stay with it."""

    kind = "place-unaliased"
    aliases: tuple[Name, ...] = Field(min_length=1)
    reason: Text | None = None


class PlaceRenamed(PlaceEvent):
    """The place's main name changed; the old one stays an alias."""

    kind = "place-renamed"
    name: Name


class PlaceMerged(PlaceEvent):
    """The place turned out to be another one; its claims are read as claims about that."""

    kind = "place-merged"
    into: Id
    reason: Text | None = None


class PlaceUnmerged(PlaceEvent):
    """The merge was wrong: the place stands for itself again."""

    kind = "place-unmerged"
    reason: Text | None = None


# -- actors ------------------------------------------------------------------------------------------


class ActorEvent(Event):
    """Something about one actor."""

    actor: Id

    @property
    def stream(self) -> str:
        """``actor/<id>``."""
        return f"actor/{self.actor}"


class ActorRegistered(ActorEvent):
    """An actor came into the tracker; `part_of` from the beginning of everything."""

    kind = "actor-registered"
    name: Name
    level: str
    part_of: Id | None = None
    aliases: tuple[Name, ...] = ()


class ActorDescribed(ActorEvent):
    """More became known of the actor; `part_of` from the beginning of everything."""

    kind = "actor-described"
    level: str | None = None
    part_of: Id | None = None


class ActorAliased(ActorEvent):
    """The actor is also called so."""

    kind = "actor-aliased"
    aliases: tuple[Name, ...] = Field(min_length=1)


class ActorUnaliased(ActorEvent):
    """The actor is not called so after all; claims that were typed with the name stay with it."""

    kind = "actor-unaliased"
    aliases: tuple[Name, ...] = Field(min_length=1)
    reason: Text | None = None


class ActorRenamed(ActorEvent):
    """The actor's main name changed; the old one stays an alias."""

    kind = "actor-renamed"
    name: Name


class ActorMerged(ActorEvent):
    """The actor turned out to be another one."""

    kind = "actor-merged"
    into: Id
    reason: Text | None = None


class ActorUnmerged(ActorEvent):
    """The merge was wrong."""

    kind = "actor-unmerged"
    reason: Text | None = None


class ActorJoined(ActorEvent):
    """From `since` on, the actor is part of `parent`: its claims count for that side from then."""

    kind = "actor-joined"
    parent: Id
    since: Instant


class ActorLeft(ActorEvent):
    """From `since` on, the actor stands for itself."""

    kind = "actor-left"
    since: Instant


# -- sources -----------------------------------------------------------------------------------------


class SourceEvent(Event):
    """Something about one source."""

    source: Id

    @property
    def stream(self) -> str:
        """``source/<id>``."""
        return f"source/{self.source}"


class SourceRegistered(SourceEvent):
    """A source came into the tracker; `lean` is the actor it speaks for or prefers, always."""

    kind = "source-registered"
    name: Name
    source_kind: str
    lean: Id | None = None
    grade: str | None = None
    language: Name | None = None
    aliases: tuple[Name, ...] = ()


class SourceDescribed(SourceEvent):
    """More became known of the source: what is given here replaces what was; `lean` always."""

    kind = "source-described"
    source_kind: str | None = None
    lean: Id | None = None
    grade: str | None = None
    language: Name | None = None


class SourceAliased(SourceEvent):
    """The source is also called so."""

    kind = "source-aliased"
    aliases: tuple[Name, ...] = Field(min_length=1)


class SourceUnaliased(SourceEvent):
    """The source is not called so after all; claims that were typed with the name stay with it."""

    kind = "source-unaliased"
    aliases: tuple[Name, ...] = Field(min_length=1)
    reason: Text | None = None


class SourceRenamed(SourceEvent):
    """The source's main name changed; the old one stays an alias."""

    kind = "source-renamed"
    name: Name


class SourceMerged(SourceEvent):
    """The source turned out to be another one."""

    kind = "source-merged"
    into: Id
    reason: Text | None = None


class SourceUnmerged(SourceEvent):
    """The merge was wrong."""

    kind = "source-unmerged"
    reason: Text | None = None


class SourceGraded(SourceEvent):
    """An analyst graded the source's reliability (Admiralty A-F; F: cannot be judged)."""

    kind = "source-graded"
    grade: str
    reason: Text | None = None


class SourceLeans(SourceEvent):
    """From `since` on, the source speaks for or prefers `side`; None: nobody."""

    kind = "source-leans"
    side: Id | None = None
    since: Instant | None = None


# -- documents and claims ----------------------------------------------------------------------------


class DocumentRegistered(Event):
    """A document that claims were read in."""

    kind = "document-registered"
    document: Id
    source: Id | None = None
    url: Text | None = None
    title: Text | None = None
    published: Instant | None = None

    @property
    def stream(self) -> str:
        """``document/<id>``."""
        return f"document/{self.document}"


class ClaimEvent(Event):
    """Something about one claim."""

    claim: Id

    @property
    def stream(self) -> str:
        """``claim/<id>``."""
        return f"claim/{self.claim}"


class ClaimRecorded(ClaimEvent):
    """Somebody said something about a place: the attribution chain, the proposition, the words.

    `chain` runs from the origin to the reporter. `occurred` and `reported` are as they were read
    when recorded; `reported` is always there. `imported` is the import that brought it.
    """

    kind = "claim-recorded"
    chain: tuple[Hop, ...] = Field(min_length=1, max_length=32)
    modality: str
    predicate: str
    actors: tuple[Id, ...] = ()
    against: tuple[Id, ...] = ()
    taken_from: tuple[Id, ...] = ()
    place: Id | None = None
    place_text: Name | None = None
    level_not_stated: bool = False
    relation: str | None = None
    km: float | None = Field(default=None, ge=0, le=40_000)
    bearing: str | None = None
    extent: str | None = None
    outcome: str | None = None
    details: dict[str, str | int | float] = Field(default_factory=dict)
    occurred: Moment = Moment()
    reported: Moment
    confidence: Confidence | None = None
    document: Name | None = None
    url: Text | None = None
    sentence: Text | None = None
    quote: Text | None = None
    note: Text | None = None
    imported: Id | None = None


class ClaimCorrected(ClaimEvent):
    """We had recorded it wrongly: `replaced_by` says what was really said."""

    kind = "claim-corrected"
    replaced_by: Id
    reason: Text | None = None


class ClaimRetracted(ClaimEvent):
    """The source took it back."""

    kind = "claim-retracted"
    reason: Text | None = None
    by: Id | None = None
    url: Text | None = None


class ClaimReimported(ClaimEvent):
    """It came again with another import, as the one that had brought it was undone: it goes with this."""

    kind = "claim-reimported"
    import_id: Id


class ClaimReviewed(ClaimEvent):
    """Somebody looked again: still-true, changed, or cannot-tell."""

    kind = "claim-reviewed"
    answer: str
    at: Instant
    note: Text | None = None


class ClaimLinked(ClaimEvent):
    """Two claims tell of the same event, or this one was derived from the other."""

    kind = "claim-linked"
    link: str
    other: Id
    note: Text | None = None


class ClaimUnlinked(ClaimEvent):
    """The link was wrong: the two stand for themselves again."""

    kind = "claim-unlinked"
    link: str
    other: Id
    reason: Text | None = None


class ClaimChecked(ClaimEvent):
    """What a check of the claim found, by whom and when (None: when recorded); it moves nothing."""

    kind = "claim-checked"
    found: str
    by: Id | None = None
    at: Instant | None = None
    url: Text | None = None
    note: Text | None = None


class ClaimWeighted(ClaimEvent):
    """An analyst leaves the claim out (0) or weighs its log-odds by a factor; 1 clears it."""

    kind = "claim-weighted"
    factor: float = Field(ge=0, le=10)
    reason: Text | None = None


# -- what analysts judge -----------------------------------------------------------------------------


class AssessmentEvent(Event):
    """Something about one assessment."""

    assessment: Id

    @property
    def stream(self) -> str:
        """``assessment/<id>``."""
        return f"assessment/{self.assessment}"


class AssessmentMade(AssessmentEvent):
    """An analyst judged who holds a place at the instant `at`; from `until` on it counts no more.

    One that is `pinned` is the answer itself, whatever the claims say; another is weighed like a claim.
    """

    kind = "assessment-made"
    place: Id
    actors: tuple[Id, ...] = Field(min_length=1)
    at: Instant
    reason: Text
    likelihood: Confidence | None = None
    until: Instant | None = None
    pinned: bool = False


class AssessmentCleared(AssessmentEvent):
    """The analyst took it back: from here on it is as if it had never been made."""

    kind = "assessment-cleared"
    reason: Text | None = None


# -- what a feed turned over in a day ---------------------------------------------------------------


class BatchEvent(Event):
    """What was decided of all that a feed turned over on one day (of the report, UTC)."""

    source: Id
    day: Day

    @property
    def stream(self) -> str:
        """``batch/<source>@<day>``."""
        return f"batch/{self.source}@{self.day}"


class BatchReleased(BatchEvent):
    """An analyst knows that it is genuine: it counts as if it had never been held back."""

    kind = "batch-released"
    reason: Text


class BatchDropped(BatchEvent):
    """An analyst knows that it is wrong: it never counts."""

    kind = "batch-dropped"
    reason: Text


class BatchReopened(BatchEvent):
    """What was decided of it is taken back: it is held back, and released, by the rules again."""

    kind = "batch-reopened"
    reason: Text | None = None


# -- what other people's files brought ----------------------------------------------------------------


class ImportEvent(Event):
    """Something about one import: a file that was read in one way."""

    import_id: Id

    @property
    def stream(self) -> str:
        """``import/<id>``."""
        return f"import/{self.import_id}"


class ImportStarted(ImportEvent):
    """The first of what a file holds is recorded: its name, how it is read, the SHA-256 of its bytes (hex).

    The id follows from the bytes and from how they are read, so the same file read again goes on with the
    same import.
    """

    kind = "import-started"
    name: Name
    file_format: str
    profile: Name | None = None
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ImportFinished(ImportEvent):
    """The file was read to its end: so many rows were recorded, known before, rejected or left out."""

    kind = "import-finished"
    recorded: int = Field(ge=0)
    known: int = Field(default=0, ge=0)
    rejected: int = Field(default=0, ge=0)
    left_out: int = Field(default=0, ge=0)


class ImportUndone(ImportEvent):
    """It should not have been read: nothing that it brought counts any more."""

    kind = "import-undone"
    reason: Text | None = None


class ImportRestored(ImportEvent):
    """That was taken back: what it brought counts as before."""

    kind = "import-restored"
    reason: Text | None = None


# -- what the night shift finds ----------------------------------------------------------------------


class FlagEvent(Event):
    """Something about one flag."""

    flag: Id

    @property
    def stream(self) -> str:
        """``flag/<id>``."""
        return f"flag/{self.flag}"


class FlagRaised(FlagEvent):
    """A night's sweep found something about a place that deserves an eye; `at` is the night's instant.

    The id follows from rule, place and claims; `claims` has those that it rests on, the first ones first.
    `why` and `clears` are the two sentences that were told then.
    """

    kind = "flag-raised"
    rule: str
    flag_kind: str
    place: Id
    at: Instant
    why: Text
    clears: Text
    claims: tuple[Id, ...] = ()
    since: Instant | None = None


class FlagCleared(FlagEvent):
    """A sweep found that it is so no more, or somebody put it away: then it is not raised again."""

    kind = "flag-cleared"
    at: Instant
    how: str
    why: Text | None = None


class FlagSnoozed(FlagEvent):
    """Somebody does not want to hear of it before `until`, or before anything new is claimed there."""

    kind = "flag-snoozed"
    until: Instant
    note: Text | None = None


class NightSwept(Event):
    """A night is done: everything due was looked at, as the log stood at the position `cut_off`.

    `night` is a local calendar day in `zone`, `at` its instant, `after` the position at which the night
    before ended (0: there was none), `covers` the days missed before it. The counts are of places, as the
    belief has them at that instant. `nobodys` names some of the unknown ones, `tomorrow` some of those that
    go stale within a day.
    """

    kind = "night-swept"
    night: Day
    at: Instant
    zone: str
    after: int = Field(default=0, ge=0)
    cut_off: int = Field(ge=0)
    considered: int = Field(ge=0)
    held: int = Field(ge=0)
    contested: int = Field(ge=0)
    unknown: int = Field(ge=0)
    due_tomorrow: int = Field(default=0, ge=0)
    tomorrow: tuple[Id, ...] = ()
    nobodys: tuple[Id, ...] = ()
    covers: tuple[Day, ...] = ()

    @property
    def stream(self) -> str:
        """``night/<day>``: a day has one."""
        return f"night/{self.night}"


# -- the tracker itself ------------------------------------------------------------------------------


class SettingChanged(Event):
    """A setting of the tracker, or of one place, got another value (None: the default again)."""

    kind = "setting-changed"
    key: str
    value: str | float | None = None
    place: Id | None = None

    @property
    def stream(self) -> str:
        """``setting/<key>`` or ``setting/<key>@<place>``."""
        return f"setting/{self.key}" + (f"@{self.place}" if self.place else "")


class PayloadRedacted(Event):
    """The payload at `position` was taken out; its hash stays, so the chain still verifies."""

    kind = "payload-redacted"
    position: int = Field(ge=1)
    reason: Text | None = None

    @property
    def stream(self) -> str:
        """``redaction/<position>``."""
        return f"redaction/{self.position}"


ALL: Final[tuple[type[Event], ...]] = (
    PlaceRegistered, PlaceDescribed, PlaceAliased, PlaceUnaliased, PlaceRenamed, PlaceMerged, PlaceUnmerged,
    ActorRegistered, ActorDescribed, ActorAliased, ActorUnaliased, ActorRenamed, ActorMerged,
    ActorUnmerged, ActorJoined, ActorLeft,
    SourceRegistered, SourceDescribed, SourceAliased, SourceUnaliased, SourceRenamed, SourceMerged,
    SourceUnmerged, SourceGraded, SourceLeans,
    DocumentRegistered,
    ClaimRecorded, ClaimCorrected, ClaimRetracted, ClaimReviewed, ClaimLinked,
    ClaimUnlinked, ClaimChecked, ClaimWeighted, ClaimReimported,
    AssessmentMade, AssessmentCleared,
    BatchReleased, BatchDropped, BatchReopened,
    ImportStarted, ImportFinished, ImportUndone, ImportRestored,
    FlagRaised, FlagCleared, FlagSnoozed, NightSwept,
    SettingChanged, PayloadRedacted,
)  # fmt: skip
"""Every kind of event, in the order of the documentation."""

KINDS: Final[dict[str, type[Event]]] = {event.kind: event for event in ALL}

Upcast = Callable[[Body], Body]
UPCASTS: Final[dict[tuple[str, int], Upcast]] = {}
"""(kind, schema) -> how a payload of that shape becomes one of the next."""


def encode(event: Event) -> str:
    """The canonical payload of an event."""
    return canonical.dumps(event.model_dump(mode="json", exclude_defaults=True))


def body(envelope: Envelope) -> Body:
    """The payload as plain data in today's shape; empty where it was redacted."""
    if envelope.payload is None:
        return {}
    data: Body = canonical.stored(envelope.payload)  # type: ignore[assignment]  # our own payloads are objects
    current = KINDS[envelope.kind].schema_version if envelope.kind in KINDS else envelope.schema
    for schema in range(envelope.schema, current):
        data = UPCASTS[envelope.kind, schema](data)
    return data


_SAID_OF: Final[dict[str, str]] = {
    "name": "the name", "aliases": "the other name", "sentence": "the sentence", "place_text": "the name",
    "named": "--said-by", "who": "--said-by", "n": "n= in --said-by", "details": "--detail", "id": "the id",
    "place_kind": "--kind", "source_kind": "--kind", "level": "--level", "document": "the key",
}  # fmt: skip
"""What a field is typed as, where that is not the option of its name."""
_BOUNDS: Final[dict[str, tuple[str, str]]] = {
    "greater_than_equal": ("ge", "{} or more"), "greater_than": ("gt", "more than {}"),
    "less_than_equal": ("le", "{} at most"), "less_than": ("lt", "less than {}"),
    "string_too_long": ("max_length", "with {} characters at most"),
    "string_too_short": ("min_length", "with {} characters at least"),
}  # fmt: skip
_ELSE: Final[dict[str, str]] = {
    "string_pattern_mismatch": "with small letters, digits, dots and hyphens, a letter or a digit first",
    "finite_number": "and a number that is not infinite",
    "string_unicode": "with text in UTF-8",
}
"""What may stand in a field, by the word of the library that refuses something else."""


@contextmanager
def typed_by_somebody() -> Iterator[None]:
    """Around the making of events: what none can hold (an empty name, a text of a megabyte) is BadInput."""
    try:
        yield
    except ValidationError as error:
        raise _unfit(error.errors()[0]) from error


def _unfit(wrong: Mapping[str, Any]) -> BadInput:
    """The refusal of one value: as what it was typed, what is wrong with it, what is allowed."""
    field = next((str(part) for part in reversed(wrong["loc"]) if isinstance(part, str)), "value")
    option = _SAID_OF.get(field, f"--{field.replace('_', '-')}")
    kind, value, facts = wrong["type"], str(wrong["input"]), wrong.get("ctx", {})
    if kind == "string_too_long":
        why = f"has {len(value):,} characters"
    elif kind == "value_error":
        return BadInput(
            what=f"{option} {_short(value)} cannot be recorded: {facts['error']}",
            try_=f"{option} with text in it; nothing was recorded",
        )
    else:
        why = f"cannot be {_short(value) if isinstance(wrong['input'], str) else value}"
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        allowed = words.format(f"{facts[name]:,}".removesuffix(".0"))
    else:
        allowed = _ELSE.get(kind, "with something else")
    return BadInput(what=f"{option} {why}", try_=f"{option} {allowed}; nothing was recorded")


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else f"{value[:40]}…")


def decode(envelope: Envelope) -> Event:
    """The event as it was written, validated again; raises KeyError for a kind of a newer tracker."""
    return KINDS[envelope.kind].model_validate(body(envelope))
