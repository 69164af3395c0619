"""Decides how what a person typed becomes a claim: names bound, times and confidence read, an id made.

The id is a day and a hash of exactly what was given (chain, modality, predicate, actors, place,
occurred, reported, attributes, url), never of defaults, notes or the clock: recording the same claim
twice is recording it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice, product
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tracker.desk.attribution import Find, attribution, reporter
from tracker.desk.sentence import read_sentence
from tracker.desk.words import require
from tracker.errors import BadInput
from tracker.judgement import vocabulary
from tracker.judgement.confidence import read_confidence
from tracker.names import Resolved
from tracker.record import canonical
from tracker.record.events import ClaimRecorded, Confidence, Event, Hop, Moment
from tracker.times import Span, iso, read_span

Attribute = Callable[..., tuple[Hop, ...]]
_span = lru_cache(4096)(read_span)  # a file tells the same days again and again
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS: Final = [first + second for first, second in product(_ALPHABET, repeat=2)]
"""Ten bits in two digits."""
ID_LENGTH: Final = 8
_NO_DETAILS: Final[Mapping[str, str | int | float]] = MappingProxyType({})


class Typed(NamedTuple):
    """A claim as a person typed it: every field is text of the grammar of the command line."""

    sentence: str | None = None
    actor: Sequence[str] = ()
    predicate: str | None = None
    place: str | None = None
    source: str | None = None
    said_by: Sequence[str] = ()
    against: Sequence[str] = ()
    modality: str | None = None
    basis: str | None = None
    stance: str | None = None
    channel: str | None = None
    at: str | None = None
    reported: str | None = None
    extent: str | None = None
    relation: str | None = None
    km: float | None = None
    bearing: str | None = None
    outcome: str | None = None
    details: Mapping[str, str | int | float] = _NO_DETAILS
    confidence: str | None = None
    quote: str | None = None
    note: str | None = None
    url: str | None = None
    document: str | None = None

    def over(self, other: Typed) -> Typed:
        """This claim, with what it leaves open taken from another.

        Who says it anew also says anew how they know: the other's words on that are of somebody else.
        """
        if self.said_by:
            other = other._replace(basis=None, channel=None)
        if self.source:
            other = other._replace(stance=None)
            if not other.said_by:  # the source is the origin too
                other = other._replace(basis=None, channel=None)
        return Typed._make(
            theirs if ours == left_open else ours
            for ours, theirs, left_open in zip(self, other, Typed(), strict=True)
        )


@dataclass(frozen=True, slots=True)
class Drafted:
    """A claim ready to be recorded, its event id, and what the person should be told.

    `given` is what the id is a hash of.
    """

    event: ClaimRecorded
    event_id: str
    notes: tuple[str, ...]
    created: tuple[Event, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)


def draft(
    typed: Typed, *, find: Find, now: int, zone: str, attribute: Attribute = attribution,
    imported: str | None = None,
) -> Drafted:  # fmt: skip
    """Read a typed claim; raises BadInput (usage) or NotFound (names).

    `attribute` reads who said it: `attribution`, or something that remembers its answers. `imported` is the
    import that brings it.
    """
    if not typed.source:
        raise BadInput(
            what="who reported it is missing", try_="--source Reuters (tracker source list shows them)"
        )
    source = typed.source
    notes: list[str] = []
    typed, place, actors = _proposition(typed, find)
    _check_words(typed, actors)
    if place is not None and place.note:
        notes.append(place.note)
    chain = attribute(
        typed.said_by, source, find, now=now, zone=zone,
        basis=typed.basis, channel=typed.channel, stance=typed.stance,
    )  # fmt: skip
    if len(chain) == 1:
        notes.append(f"in {reporter(source, find)}'s own voice; quoting somebody? --said-by")
    occurred = _span(typed.at, now=now, zone=zone) if typed.at else None
    reported = _span(typed.reported, now=now, zone=zone) if typed.reported else None
    _check_times(typed, occurred, reported, now)
    taken_from = tuple(find("actor", name).recorded for name in _listed(typed.details.get("from")))
    event = ClaimRecorded(
        claim="c-0",
        chain=chain,
        modality=typed.modality or "asserts",
        predicate=typed.predicate or "",
        actors=tuple(actor.recorded for actor in actors),
        against=tuple(find("actor", name).recorded for name in typed.against),
        taken_from=taken_from,
        place=place.recorded if place else None,
        place_text=typed.place if place and typed.place not in (place.recorded, place.name) else None,
        level_not_stated=bool(place and place.level_not_stated),
        relation=typed.relation,
        km=typed.km,
        bearing=typed.bearing,
        extent=typed.extent,
        outcome=typed.outcome,
        details={key: value for key, value in typed.details.items() if key != "from"},
        occurred=_moment(occurred),
        reported=_reported(reported, now),
        confidence=_confidence(typed.confidence),
        document=typed.document,
        url=web_address(typed.url),
        sentence=typed.sentence,
        quote=typed.quote,
        note=typed.note,
        imported=imported,
    )
    given = _given(event, occurred, reported)
    event_id = f"c-{_day(occurred, reported, now)}-{letters(given)}"
    return Drafted(_with_id(event, event_id), event_id, tuple(notes), given=given)


# -- what is said ------------------------------------------------------------------------------------


def _proposition(typed: Typed, find: Find) -> tuple[Typed, Resolved | None, tuple[Resolved, ...]]:
    if typed.sentence is None:
        if typed.predicate is None:
            raise BadInput(
                what="what is claimed is missing",
                try_='a sentence such as "rebels captured Sanamayn", or --actor, --predicate and --place',
            )
        place = find("place", typed.place) if typed.place else None
        return typed, place, tuple(find("actor", name) for name in typed.actor)
    said = read_sentence(
        typed.sentence, actor=lambda text: find("actor", text), place=lambda text: find("place", text)
    )
    for given, read, option in (
        (typed.predicate, said.predicate, "--predicate"), (typed.relation, said.relation, "--relation"),
        (typed.extent, said.extent, "--extent"),
    ):  # fmt: skip
        if given and read and given != read:
            raise BadInput(what=f"the sentence says {read}, {option} says {given}", try_="only one of them")
    place = find("place", typed.place) if typed.place else said.place
    actors = tuple(find("actor", name) for name in typed.actor) or said.actors
    for named, read_as, option in ((actors, said.actors, "--actor"), ((place,), (said.place,), "--place")):
        if read_as and {one.id for one in named} != {one.id for one in read_as}:
            raise BadInput(
                what=f"the sentence says {_names(read_as)}, {option} says {_names(named)}",
                try_="only one of them",
            )
    told = typed._replace(
        predicate=said.predicate,
        modality=typed.modality or said.modality,
        relation=typed.relation or said.relation,
        km=typed.km if typed.km is not None else said.km,
        extent=typed.extent or said.extent,
        place=typed.place or said.place_text,
        details={**dict(said.details), **typed.details},
    )
    return told, place, actors


def _names(bound: Iterable[Resolved]) -> str:
    return " and ".join(one.name for one in bound)


_WORDS: Final[tuple[tuple[str, Iterable[str]], ...]] = (
    ("predicate", vocabulary.PREDICATES), ("modality", vocabulary.MODALITIES),
    ("relation", vocabulary.RELATIONS), ("extent", vocabulary.EXTENTS), ("outcome", vocabulary.OUTCOMES),
    ("basis", vocabulary.BASES), ("stance", vocabulary.STANCES), ("bearing", vocabulary.BEARINGS),
)  # fmt: skip


def _check_words(typed: Typed, actors: Sequence[Resolved]) -> None:
    for name, allowed in _WORDS:
        require(name, getattr(typed, name), allowed)
    _check_details(typed.details)
    require("manner", typed.details.get("manner"), vocabulary.MANNERS)
    if typed.predicate == "other":
        require("kind", typed.details.get("kind"), vocabulary.OTHER_KINDS)
    if typed.modality in (None, "asserts", "denies"):
        if typed.predicate not in ("agreed", "other") and not typed.place:
            raise BadInput(what=f"{typed.predicate} needs a place", try_="--place NAME")
        if typed.predicate in ("captured", "holds", "lost", "advanced") and not actors:
            raise BadInput(what=f"who {typed.predicate} it is missing", try_="--actor NAME")
    if typed.relation == "within" and typed.km is None:
        raise BadInput(what="within how many kilometres is not said", try_="--km 50")
    if typed.km is not None and not 0 <= typed.km <= 40_000:
        raise BadInput(what=f"{typed.km:g} km is no distance on Earth", try_="--km between 0 and 40000")


def _check_details(details: Mapping[str, object]) -> None:
    """Refuse a misspelt key of a detail: under it nobody would find what is meant; others are free."""
    for key in details:
        if key not in vocabulary.DETAILS:
            from difflib import get_close_matches

            near = get_close_matches(key.casefold(), vocabulary.DETAILS, 1, 0.8)
            if near:
                raise BadInput(what=f"{key!r} is nearly a detail", try_=f"did you mean {near[0]}=…?")


def _listed(value: object) -> list[str]:
    return [part.strip() for part in str(value).split(",") if part.strip()] if value else []


# -- how sure, and where it stands ----------------------------------------------------------------------


def _confidence(text: str | None) -> Confidence | None:
    if text is None:
        return None
    read = read_confidence(text)
    return Confidence(text=read.text, scale=read.scale, value=read.value)


def web_address(text: str | None) -> str | None:
    """The address, if it is one of the web; BadInput else."""
    if text is None or text.startswith(("https://", "http://")):
        return text
    raise BadInput(what=f"{text!r} is no web address", try_="--url https://…")


# -- when ----------------------------------------------------------------------------------------------


def _check_times(typed: Typed, occurred: Span | None, reported: Span | None, now: int) -> None:
    may_be_ahead = typed.modality == "expects" or typed.predicate == "agreed"
    if occurred and not may_be_ahead and occurred.earliest is not None and occurred.earliest > now:
        raise BadInput(
            what=f"{occurred.text} lies in the future (it is {iso(now)[:16]}Z now)",
            try_="the day it happened, or --modality expects for what has not happened yet",
        )
    if reported and reported.earliest is not None and reported.earliest > now:
        raise BadInput(
            what=f"it cannot have been reported in the future ({reported.text})", try_="--reported today"
        )
    end = reported.latest if reported else now
    start = occurred.earliest if occurred else None
    if start is not None and end is not None and not may_be_ahead and start > end:
        when = occurred.text if occurred else ""
        told = reported.text if reported else "now"
        raise BadInput(
            what=f"it was reported ({told}) before it happened ({when})", try_="check --at and --reported"
        )


def _moment(span: Span | None) -> Moment:
    if span is None:
        return Moment()
    return Moment(earliest=span.earliest, latest=span.latest, precision=span.precision, text=span.text)


def _reported(span: Span | None, now: int) -> Moment:
    """When it was reported: as given, at most now; now where nothing was given."""
    if span is None:
        return Moment(earliest=now, latest=now, precision="instant")
    latest = now if span.latest is None else min(span.latest, now)
    return Moment(earliest=span.earliest, latest=latest, precision=span.precision, text=span.text)


# -- identity ----------------------------------------------------------------------------------------


def identified(drafted: Drafted, *, replaces: str) -> Drafted:
    """The same claim under an id of its own, as the correction of another that says the same."""
    told = letters({"replaces": replaces, "event": drafted.event.model_dump(mode="json")})
    return _under(drafted, told)


def by_other_names(drafted: Drafted, merged: Mapping[str, Callable[[str], Sequence[str]]]) -> list[Drafted]:
    """The same claim as it would be by every other name of what it names: of those merged into one.

    `merged` tells of a place, an actor or a source by which ids it may have been named.
    """
    given = drafted.given
    named = dict.fromkeys([
        *([("place", given["place"])] if "place" in given else ()),
        *(("source", hop["who"]) for hop in given["chain"] if "who" in hop),
        *(("actor", actor) for key in _ACTORS for actor in given.get(key, ())),
    ])  # fmt: skip
    ways = product(*([(one, id_) for id_ in merged[one[0]](one[1])] for one in named))
    others = (_renamed(given, dict(way)) for way in islice(ways, _MOST_WAYS))
    return [_under(drafted, letters(other)) for other in others if other != given]


_ACTORS: Final = ("actors", "against", "taken_from")
_MOST_WAYS: Final = 1000


def _renamed(given: Mapping[str, Any], ids: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """What was given, by other names; `ids` has one for each (thing, id)."""
    told = dict(given)
    if "place" in told:
        told["place"] = ids["place", told["place"]]
    told["chain"] = [
        {**hop, "who": ids["source", hop["who"]]} if "who" in hop else hop for hop in told["chain"]
    ]
    for key in _ACTORS:
        if key in told:
            told[key] = [ids["actor", actor] for actor in told[key]]
    return told


def _under(drafted: Drafted, digits: str) -> Drafted:
    event_id = f"{drafted.event_id[: len('c-yymmdd-')]}{digits}"
    return replace(drafted, event=_with_id(drafted.event, event_id), event_id=event_id)


def _with_id(event: ClaimRecorded, event_id: str) -> ClaimRecorded:
    return event.model_copy(update={"claim": event_id[: len("c-yymmdd-") + ID_LENGTH]})


def letters(given: object) -> str:
    """130 bits of a hash in 26 digits."""
    told = int.from_bytes(hashlib.sha256(canonical.dumps(given).encode()).digest()[:17], "big") >> 6
    return "".join([_PAIRS[told >> shift & 1023] for shift in range(120, -1, -10)])


def says(event_id: str, event: ClaimRecorded, occurred: Span | None, reported: Span | None) -> bool:
    """Whether an event's id is that of a claim with these times given."""
    return event_id.endswith(f"-{letters(_given(event, occurred, reported))}")


def _given(event: ClaimRecorded, occurred: Span | None, reported: Span | None) -> dict[str, Any]:
    """What was given of a claim. Its event id is `c-` day `-` hash; its own keeps eight digits of that."""
    given: dict[str, Any] = {"chain": _plain(event.chain)}
    for name in _TELLING:
        value = getattr(event, name)
        if value not in (None, (), {}):
            given[name] = list(value) if isinstance(value, tuple) else value
    if event.modality != "asserts":
        given["modality"] = event.modality
    for name, span in (("occurred", occurred), ("reported", reported)):
        if span is not None:
            given[name] = [None if bound is None else iso(bound) for bound in (span.earliest, span.latest)]
    return given


_TELLING: Final = (
    "predicate", "actors", "against", "taken_from", "place", "relation", "km", "bearing", "extent", "outcome",
    "details", "url",
)  # fmt: skip


@lru_cache(4096)
def _plain(chain: tuple[Hop, ...]) -> list[dict[str, Any]]:
    return [hop.model_dump(mode="json", exclude_defaults=True) for hop in chain]


def _day(occurred: Span | None, reported: Span | None, now: int) -> str:
    for span in (reported, occurred):
        for bound in (span.latest, span.earliest) if span else ():
            if bound is not None:
                return iso(bound)[2:10].replace("-", "")
    return iso(now)[2:10].replace("-", "")
