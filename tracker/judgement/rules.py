"""Decides the rules that go by the latest word: whose counts, and what an answer of a rule is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from tracker.judgement.book import AGAINST, Book, Said
from tracker.judgement.evidence import Sides
from tracker.judgement.reliability import SELF_SERVING, Weighed
from tracker.judgement.verdict import CONTESTED_STATUS, HELD, UNKNOWN
from tracker.judgement.vocabulary import CONTEST, FOR
from tracker.judgement.words import Word


class Opinion(NamedTuple):
    """What a rule holds at an instant. `claimants`: each side's own word, where several claim it.

    `until` is when it may next change by itself: a contest is over; None: only by another claim.
    """

    status: str
    holders: tuple[str, ...] = ()
    confidence: float = 0.0
    probabilities: Mapping[str, float] = {}
    vacated: str | None = None
    deciding: tuple[Said, ...] = ()
    opposing: tuple[Said, ...] = ()
    claimants: tuple[Word, ...] = ()
    until: int | None = None
    denied: str | None = None
    """Who is only denied to have it, where nobody is said to."""


class Rule(Protocol):
    """The state of a rule after some claims; each is taken once, in the order of the fold."""

    book: Book

    def take(self, one: Weighed) -> None:
        """Take the next claim."""

    def opinion(self, at: int) -> Opinion:
        """What it holds at an instant not before the last claim's; instants only go on."""


class Latest:
    """Whoever the latest word names has it, as sure as that word is reliable; there is no memory.

    A loss by the holder leaves nobody there, a loss by anybody else changes nothing. Several actors hold it
    together; whichever of them is said to have left is gone. Fighting inside, or somebody in part of it,
    leaves the holder and makes it contested for three days, or until the next capture. Of claims of one
    instant the last in the fold's order counts: the later reported, then the more reliable.
    """

    def __init__(self, sides: Sides, counts: Callable[[Weighed], str | None] = lambda _: None) -> None:
        self.book = Book(sides)
        self._counts = counts
        self._deciding: Said | None = None

    def take(self, one: Weighed) -> None:
        """Take the next claim."""
        self._move(one.evidence.event_at)
        if (why := self._counts(one)) is not None:
            self.book.leave_out(one, why)
            return
        said = self.book.read(one)
        if said is None:
            return
        book = self.book
        book.hear_others(said)
        if said.reading == CONTEST:
            return
        if said.reading == FOR:
            self._deciding = said
            book.settle(said.sides, said)
        elif set(said.sides) & set(book.holders) or self._deciding is None:
            self._deciding = said
            book.settle(tuple(side for side in book.holders if side not in said.sides), said)

    def opinion(self, at: int) -> Opinion:
        """What it holds at an instant."""
        self._move(at)
        book, said = self.book, self._deciding
        if said is None:
            return Opinion(UNKNOWN, probabilities=book.spread({}))
        r = said.one.reliability
        if not book.holders:
            gone = {side: (1.0 - r) / len(said.sides) for side in said.sides}
            return Opinion(UNKNOWN, (), 0.0, book.spread(gone), book.vacated, (said,), denied=book.denied)
        contested, until = book.contested(at)
        against = (book.contest,) if contested and book.contest else ()
        shares = book.together(r)
        status = CONTESTED_STATUS if contested else HELD
        sure = sum(shares[side] for side in book.holders)
        return Opinion(status, book.holders, sure, shares, None, (said,), against, until=until)

    def _move(self, at: int) -> None:
        for change in self.book.realignments(at):
            self._deciding = self._deciding.realigned(change) if self._deciding else None


def self_serving(one: Weighed) -> str | None:
    """Why a claim does not count where nobody may speak for himself; None: it counts."""
    return "it serves the side that says it" if one.stance == SELF_SERVING else None


class Claimed:
    """What the sides say of themselves, each apart: the latest self-serving word of whoever leans to it.

    A side's claim stands until a voice of its own says that it left, or that another has it. One claimant:
    held, as sure as such a word is reliable. Several: contested, and nobody is put before the others. What
    neutral voices say does not count. A side that says it is inside, or took part of it, contests another's
    claim for three days.
    """

    def __init__(self, sides: Sides) -> None:
        self.book = Book(sides)
        self._claims: dict[str, Said] = {}
        self._gone: tuple[Said, ...] = ()

    def take(self, one: Weighed) -> None:
        """Take the next claim."""
        self._move(one.evidence.event_at)
        lean = one.evidence.lean
        if lean is None:
            self.book.leave_out(one, "whoever says it speaks for no side")
            return
        said = self.book.read(one)
        if said is None:
            return
        if one.stance != SELF_SERVING:
            self._admit(lean, said)
        elif said.reading == CONTEST:
            self.book.hear(said)
        elif said.reading == FOR and lean in said.sides:
            own = said._replace(sides=(lean,))
            self.book.hear(own)
            self._claims.pop(lean, None)
            self._claims[lean] = own
            self._gone = ()
        else:
            self.book.leave_out(one, "it is no claim of the side's own")
        self._settle(said)

    def _admit(self, lean: str, said: Said) -> None:
        given_up = lean in said.sides if said.reading == AGAINST else lean not in said.sides
        if lean in self._claims and given_up and said.reading != CONTEST:
            del self._claims[lean]
            self._gone = (said,)
        else:
            self.book.leave_out(said.one, "it is no claim of the side's own")

    def _settle(self, said: Said) -> None:
        claims = list(self._claims.values())
        self.book.settle(claims[0].sides if len(claims) == 1 else (), claims[0] if len(claims) == 1 else said)
        if len(claims) > 1:
            self.book.vacated = self.book.denied = None

    def opinion(self, at: int) -> Opinion:
        """What it holds at an instant."""
        self._move(at)
        book, claims = self.book, tuple(reversed(self._claims.values()))
        if not claims:
            none = book.spread({})
            return Opinion(UNKNOWN, (), 0.0, none, book.vacated, self._gone, denied=book.denied)
        claimants = tuple(book.words[said.sides[0]] for said in claims)
        if len(claims) > 1:
            even = {said.sides[0]: 1.0 / len(claims) for said in claims}
            shares = {**dict.fromkeys(book.living, 0.0), **even}
            return Opinion(CONTESTED_STATUS, (), 1.0 / len(claims), shares, None, claims, (), claimants)
        r = claims[0].one.reliability
        contested, until = book.contested(at)
        against = (book.contest,) if contested and book.contest else ()
        status = CONTESTED_STATUS if contested else HELD
        holders = claims[0].sides
        return Opinion(
            status, holders, r, book.spread({holders[0]: r}), None, claims, against, claimants, until
        )

    def _move(self, at: int) -> None:
        for change in self.book.realignments(at):
            moved = [said.realigned(change) for said in self._claims.values()]
            moved.sort(key=lambda said: said.at)
            self._claims = {said.sides[0]: said for said in moved}
