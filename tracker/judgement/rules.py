"""Decides the simple rules: which claims of a place each of them counts, and how these add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import NamedTuple, Protocol, TypeVar

from tracker.judgement.belief import CAP, Settings
from tracker.judgement.book import AGAINST, Book, Readings, Said
from tracker.judgement.conflicts import SAME_EVENT
from tracker.judgement.corroboration import independent
from tracker.judgement.evidence import DAY, Realignment, Sides
from tracker.judgement.reliability import SELF_SERVING, Weighed
from tracker.judgement.verdict import CONTESTED_STATUS, HELD, NAMED_FROM, UNKNOWN
from tracker.judgement.vocabulary import CONTEST, FOR, INSIDE
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


class Rule(Protocol):
    """The state of a rule after some claims; each is taken once, in the order of the fold."""

    book: Book

    def take(self, one: Weighed) -> None:
        """Take the next claim."""

    def opinion(self, at: int) -> Opinion:
        """What it holds at an instant not before the last claim's; instants only go on."""


Kept = TypeVar("Kept")


def forked(kept: Kept) -> Kept:
    """A rule that goes on apart from this one: what it keeps is copied; the claims never change."""
    copied = copy(kept)
    for name, value in vars(copied).items():
        if isinstance(value, dict | list):
            setattr(copied, name, value.copy())
        elif isinstance(value, Book | Ballots | Readings):
            setattr(copied, name, forked(value))
    return copied


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
        if said.reading == CONTEST:
            if not set(said.sides) & set(book.holders):
                book.hear(said)
            return
        book.hear(said)
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
            return Opinion(UNKNOWN, (), 0.0, book.spread(gone), book.vacated, (said,))
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


class Ballots:
    """The latest word of each voice; an origin that speaks with another voice takes back its earlier word."""

    def __init__(self) -> None:
        self.cast: dict[str, Said] = {}

    def take(self, said: Said) -> None:
        """Put a word in the place of what the same voice, or the same origin, said before."""
        origin = said.one.evidence.origin
        for voice, before in list(self.cast.items()):
            if voice == said.one.voice or before.one.evidence.origin == origin:
                del self.cast[voice]
        self.cast[said.one.voice] = said

    def realign(self, change: Realignment) -> None:
        """Follow a side into another."""
        self.cast = {voice: said.realigned(change) for voice, said in self.cast.items()}


class Vote:
    """One voice, one vote: its latest word. Whoever has most votes has it, as sure as its share of them.

    Origins are counted once, and self-serving origins of one side are one voice; what an origin says later
    takes back what it said before. A vote for several sides is shared evenly among them. A vote that a side
    lost it goes evenly to the others, one of fighting inside or of part of it taken evenly to the leader and
    the side named (nobody named: to all that were named here). Somebody being inside changes no vote. Nobody
    holds it whom no vote names. Ties: the side with the later word leads, and it is contested. An analyst's
    factor multiplies the vote. With a half-life older votes weigh less; the shares change only when somebody
    speaks. Unknown below the tracker's threshold; contested below its second one, or while a contest lasts.
    """

    def __init__(self, sides: Sides, settings: Settings, half_life: int | None = None) -> None:
        self.book = Book(sides)
        self._settings = settings
        self._half_life = half_life
        self._ballots = Ballots()
        self._votes: dict[str, float] = {}
        self._tied = False

    def take(self, one: Weighed) -> None:
        """Take the next claim."""
        at = one.evidence.event_at
        self._move(at)
        said = self.book.read(one)
        if said is None:
            return
        if said.reading != CONTEST or not set(said.sides) & set(self.book.holders):
            self.book.hear(said)
        if one.evidence.kind != INSIDE:
            self._ballots.take(said)
        self._votes = self._tally(at)
        self.book.settle(self._leader(), said)

    def opinion(self, at: int) -> Opinion:
        """What it holds at an instant."""
        self._move(at)
        book, total = self.book, sum(self._votes.values())
        if not total:
            return Opinion(UNKNOWN, probabilities=book.spread({}))
        shares = book.spread({side: votes / total for side, votes in self._votes.items()})
        shares = _capped(shares)
        share = sum(shares[side] for side in book.holders)
        contested, until = book.contested(at)
        named = book.holders if share >= NAMED_FROM else ()
        return Opinion(
            self._status(share, contested=contested), named, share, shares,
            book.vacated, self._with(named), self._without(named), until=until,
        )  # fmt: skip

    def _count_anew(self, at: int) -> None:
        """The votes of sides that joined are counted together; whoever leads then holds it by that word."""
        self._votes = self._tally(at)
        leader = self._leader()
        word = next((said for said in self._latest_first() if set(leader[:1]) & set(said.sides)), None)
        if word is not None:
            self.book.settle(leader, word)

    def _status(self, share: float, *, contested: bool) -> str:
        if not self.book.holders or share < self._settings.threshold:
            return CONTESTED_STATUS if self._tied else UNKNOWN
        return CONTESTED_STATUS if contested or share < self._settings.contested_below else HELD

    def _move(self, at: int) -> None:
        changes = list(self.book.realignments(at))
        for change in changes:
            self._ballots.realign(change)
        if changes:
            self._count_anew(at)

    def _tally(self, at: int) -> dict[str, float]:
        votes: dict[str, float] = {}
        for said in self._ballots.cast.values():
            to = self._to(said)
            for side in to:
                votes[side] = votes.get(side, 0.0) + self._worth(said, at) / len(to)
        return votes

    def _worth(self, said: Said, at: int) -> float:
        weight = said.one.evidence.weight
        return weight if self._half_life is None else weight * 0.5 ** ((at - said.at) / DAY / self._half_life)

    def _to(self, said: Said) -> list[str]:
        if said.reading == FOR:
            return list(said.sides)
        if said.reading == AGAINST:
            return [name for name in self.book.living if name not in said.sides]
        return sorted({*self.book.holders, *said.sides} if said.sides else {*self.book.readings.named})

    def _leader(self) -> tuple[str, ...]:
        """The side with most votes, and those that its latest word names beside it."""
        named = {
            side for said in self._ballots.cast.values() if said.reading == FOR for side in said.sides
        } & set(self.book.words)
        self._tied = False
        if not named:
            return ()
        votes, words = self._votes, self.book.words
        most = max(votes.get(side, 0.0) for side in named)
        ahead = [side for side in sorted(named) if most - votes.get(side, 0.0) < 1e-9]
        ahead.sort(key=lambda side: -words[side].event_at)
        beside = [side for side in words[ahead[0]].sides if side != ahead[0]]
        self._tied = any(side not in beside for side in ahead[1:])
        return (ahead[0], *beside)

    def _with(self, holders: tuple[str, ...]) -> tuple[Said, ...]:
        return tuple(said for said in self._latest_first() if set(self._to(said)) & set(holders)
                     and said.reading != CONTEST)  # fmt: skip

    def _without(self, holders: tuple[str, ...]) -> tuple[Said, ...]:
        return tuple(said for said in self._latest_first() if said.reading == CONTEST
                     or not set(self._to(said)) & set(holders))  # fmt: skip

    def _latest_first(self) -> Iterable[Said]:
        return reversed(self._ballots.cast.values())


class TwoOrigins:
    """A change counts once two independent voices say so within fourteen days of each other.

    Of each voice only the latest word stands, so whoever takes a word back no longer counts. Assessors are
    one voice together, and so are the self-serving origins of one side. Words from before the last change
    that counted do not count for the next. A side that two of them name is the holder, also beside another;
    two that say that the holder has it no more (it left, or somebody else has it) leave it to nobody. A lone
    voice that says otherwise, or a contest, makes it contested for three days and changes nothing. Confidence
    is the chance that not all of the holder's voices are wrong, never above the belief's cap.
    """

    def __init__(self, sides: Sides) -> None:
        self.book = Book(sides)
        self._ballots = Ballots()
        self._changed = -(2**62)

    def take(self, one: Weighed) -> None:
        """Take the next claim."""
        at = one.evidence.event_at
        self._move(at)
        said = self.book.read(one)
        if said is None:
            return
        book = self.book
        if said.reading != CONTEST or not set(said.sides) & set(book.holders):
            book.hear(said)
        if said.reading == CONTEST:
            return
        self._ballots.take(said)
        agreed = self._agreed(said)
        if not set(agreed) <= set(book.holders):
            self._changed = at
            book.settle(agreed, said)
            self._remember()
        elif self._mine(said):
            book.settle(book.holders, said)
        elif book.holders and self._two(self._otherwise, at):
            book.settle((), said)

    def opinion(self, at: int) -> Opinion:
        """What it holds at an instant."""
        self._move(at)
        book = self.book
        if not book.holders:
            waiting = tuple(reversed(self._ballots.cast.values()))
            return Opinion(UNKNOWN, (), 0.0, book.spread({}), book.vacated, (), waiting)
        mine = [said for said in self._ballots.cast.values() if self._mine(said)]
        others = [said for said in self._ballots.cast.values()
                  if self._otherwise(said) and said.at >= self._changed]  # fmt: skip
        contested, until = book.contested(at, besides=others)
        shares = book.together(self._sure(mine))
        sure = sum(shares[side] for side in book.holders)
        return Opinion(
            CONTESTED_STATUS if contested else HELD, book.holders, sure, shares, None,
            tuple(reversed(mine)), tuple(reversed(others)), until=until,
        )  # fmt: skip

    def _move(self, at: int) -> None:
        for change in self.book.realignments(at):
            self._ballots.realign(change)

    def _mine(self, said: Said) -> bool:
        return said.reading == FOR and bool(set(said.sides) & set(self.book.holders))

    def _otherwise(self, said: Said) -> bool:
        overlap = bool(set(said.sides) & set(self.book.holders))
        return overlap if said.reading == AGAINST else not overlap

    def _agreed(self, said: Said) -> tuple[str, ...]:
        """Those of the sides that a word is for that another independent voice names too."""
        if said.reading != FOR:
            return ()

        def named(side: str) -> bool:
            return self._two(lambda other: other.reading == FOR and side in other.sides, said.at)

        return tuple(side for side in said.sides if named(side))

    def _two(self, agrees: Callable[[Said], bool], at: int) -> bool:
        """Whether two independent voices, by words that are recent and of after the last change, say so."""
        since = max(self._changed, at - SAME_EVENT)
        return len({
            independent(said.one)
            for said in self._ballots.cast.values()
            if said.at >= since and agrees(said)
        }) > 1  # fmt: skip

    def _remember(self) -> None:
        for said in self._ballots.cast.values():
            if self._mine(said):
                self.book.voices[said.one.voice] = (said.one.stance, said.one.evidence.source_kind)

    @staticmethod
    def _sure(mine: Iterable[Said]) -> float:
        best: dict[str, float] = {}
        for said in mine:
            who = independent(said.one)
            best[who] = max(said.one.reliability, best.get(who, 0.0))
        wrong = 1.0
        for r in best.values():
            wrong *= 1.0 - r
        return min(CAP, 1.0 - wrong)


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
            self.book.vacated = None

    def opinion(self, at: int) -> Opinion:
        """What it holds at an instant."""
        self._move(at)
        book, claims = self.book, tuple(reversed(self._claims.values()))
        if not claims:
            return Opinion(UNKNOWN, (), 0.0, book.spread({}), book.vacated, self._gone)
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


def _capped(shares: dict[str, float]) -> dict[str, float]:
    top = max(shares, key=lambda side: shares[side])
    if shares[top] <= CAP or len(shares) < 2:
        return shares
    rest = sum(share for side, share in shares.items() if side != top)
    others = len(shares) - 1
    return {
        side: CAP if side == top else (1.0 - CAP) * (share / rest if rest else 1.0 / others)
        for side, share in shares.items()
    }
