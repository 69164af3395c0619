"""Decides how many claims are drafted: each part that comes again is taken as it was read the first time.

A file tells the same few actors, chains and days in row after row. A row all of whose parts are known is put
together from them; any other goes through `intake.draft`, and what that makes of it is kept, part by part.
Both give the same claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tracker.desk.attribution import Find, attribution
from tracker.desk.intake import ID_LENGTH, Attribute, Drafted, Typed, draft, letters
from tracker.desk.retyped import reworded
from tracker.record.events import Body, Event, Hop, typed_by_somebody

MOST: Final = 10_000
"""So many parts of each kind are kept at hand."""
LONGEST: Final = 20_000
LONGEST_NAME: Final = 500
"""Of a text, or a name, that is longer `intake.draft` tells what is wrong with it."""
_AHEAD: Final = ("expects", "agreed")
_SHAPE: Final = (
    "modality", "predicate", "actors", "against", "relation", "km", "bearing", "extent", "outcome",
    "confidence", "imported",
)  # fmt: skip
"""What of an event depends on the words of a claim alone."""
_TIMES: Final = ("occurred", "reported")
_AS_TYPED: Final[Mapping[str, Any]] = MappingProxyType({})


class Claim(NamedTuple):
    """A claim ready to be recorded: its event's id, its own, and what the event says as plain data."""

    event_id: str
    id: str
    body: Body

    @property
    def stream(self) -> str:
        """As of its event."""
        return f"claim/{self.id}"

    def lengthened(self) -> Claim:
        """The same claim with a longer piece of the hash in its id: another one's begins alike."""
        id_ = self.event_id[: len(self.id) + 2]
        return Claim(self.event_id, id_, {**self.body, "claim": id_})


class _Part(NamedTuple):
    """What a part adds to an event, and to what its id is a hash of."""

    body: Body
    given: Body


class _When(NamedTuple):
    """The times of a claim: as above, and the day that its id begins with."""

    body: Body
    given: Body
    day: str


class Parts:
    """Drafts the claims of one file. `now` and `zone` are as for `intake.draft`."""

    def __init__(self, *, now: int, zone: str, imported: str) -> None:
        self._now, self._zone, self._imported = now, zone, imported
        self._shapes: dict[tuple[object, ...], _Part] = {}
        self._chains: dict[tuple[object, ...], _Part] = {}
        self._times: dict[tuple[object, ...], _When] = {}
        self._hops: dict[tuple[object, ...], tuple[Hop, ...]] = {}

    def claim(self, typed: Typed, find: Find, worded: Mapping[str, Any] = _AS_TYPED) -> Claim:
        """The claim that somebody typed, `worded` otherwise if told. Raises as `intake.draft` does."""
        if worded or not _is_plain(typed):
            return self._whole(typed, find, self._now, worded, self._attributed)
        shape, chain, times = (
            self._shapes.get(_shape_of(typed)), self._chains.get(_chain_of(typed)),
            self._times.get(_times_of(typed)),
        )  # fmt: skip
        if shape is None or chain is None or times is None:
            return self._learned(typed, find)
        place = find("place", typed.place) if typed.place else None
        body = {**shape.body, **chain.body, **times.body}
        given = {**shape.given, **chain.given, **times.given}
        if place is not None:
            body["place"] = given["place"] = place.recorded
            if typed.place not in (place.recorded, place.name):
                body["place_text"] = typed.place
            if place.level_not_stated:
                body["level_not_stated"] = True
        if typed.url is not None:
            body["url"] = given["url"] = typed.url
        if typed.quote is not None:
            body["quote"] = typed.quote
        if typed.note is not None:
            body["note"] = typed.note
        event_id = f"c-{times.day}-{letters(given)}"
        body["claim"] = id_ = event_id[: len("c-yymmdd-") + ID_LENGTH]
        return Claim(event_id, id_, body)

    def written(
        self, typed: Typed, find: Find, then: int, worded: Mapping[str, Any], *, exact: bool
    ) -> Claim:
        """A claim that a tracker wrote at some instant, `worded` as it was there.

        `exact`: `find` takes an id for itself.
        """
        return self._whole(typed, find, then, worded, partial(self._attributed, exact=exact))

    def _whole(
        self, typed: Typed, find: Find, then: int, worded: Mapping[str, Any], attribute: Attribute
    ) -> Claim:
        with typed_by_somebody():
            drafted = self._drafted(typed, find, then, attribute)
            return _as_claim(drafted, reworded(drafted.event, worded) if worded else drafted.event)

    def _drafted(self, typed: Typed, find: Find, then: int, attribute: Attribute) -> Drafted:
        return draft(
            typed, find=find, now=then, zone=self._zone, attribute=attribute, imported=self._imported
        )

    def _learned(self, typed: Typed, find: Find) -> Claim:
        """The claim, whose parts are kept from now on."""
        with typed_by_somebody():
            drafted = self._drafted(typed, find, self._now, self._attributed)
        claim = _as_claim(drafted, drafted.event)
        for kept in (self._shapes, self._chains, self._times):
            if len(kept) >= MOST:
                kept.clear()
        self._shapes[_shape_of(typed)] = _part(_SHAPE, claim.body, drafted.given)
        self._chains[_chain_of(typed)] = _part(("chain",), claim.body, drafted.given)
        times = _part(_TIMES, claim.body, drafted.given)
        self._times[_times_of(typed)] = _When(*times, claim.event_id.split("-")[1])
        return claim

    def _attributed(
        self, told: Sequence[str], source: str, find: Find, *, exact: bool = False, **more: Any
    ) -> tuple[Hop, ...]:
        """Who said it; the same few chains stand in every row of a file."""
        key = (exact, tuple(told), source, *more.values())
        if key not in self._hops:
            if len(self._hops) >= MOST:
                self._hops.clear()
            self._hops[key] = attribution(told, source, find, **more)
        return self._hops[key]


def _as_claim(drafted: Drafted, event: Event) -> Claim:
    body = event.model_dump(mode="json", exclude_defaults=True)
    return Claim(drafted.event_id, body["claim"], body)


def _part(names: Sequence[str], body: Body, given: Mapping[str, Any]) -> _Part:
    return _Part(*({name: told[name] for name in names if name in told} for told in (body, given)))


def _is_plain(typed: Typed) -> bool:
    """Whether a claim has nothing in it that has to be read as a whole."""
    return (
        typed.sentence is None
        and typed.document is None
        and not typed.details
        and (typed.url is None or (_is_text(typed.url) and typed.url.startswith(("https://", "http://"))))
        and (typed.quote is None or _is_text(typed.quote))
        and (typed.note is None or _is_text(typed.note))
        and (typed.place is None or len(typed.place) <= LONGEST_NAME)
    )


def _is_text(text: str) -> bool:
    """Whether a text can be recorded without a closer look."""
    return len(text) <= LONGEST and text.isprintable() and not text.isspace() and text != ""


def _shape_of(typed: Typed) -> tuple[object, ...]:
    return (
        typed.predicate, typed.modality, tuple(typed.actor), tuple(typed.against), typed.relation, typed.km,
        typed.bearing, typed.extent, typed.outcome, typed.basis, typed.stance, typed.confidence,
        not typed.place,
    )  # fmt: skip


def _chain_of(typed: Typed) -> tuple[object, ...]:
    return tuple(typed.said_by), typed.source, typed.basis, typed.channel, typed.stance


def _times_of(typed: Typed) -> tuple[object, ...]:
    return typed.at, typed.reported, typed.modality in _AHEAD or typed.predicate in _AHEAD
