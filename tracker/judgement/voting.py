"""Decides the rules that count voices: whose votes a side has, and when a change has voices enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tracker.judgement.belief import CAP, Settings
from tracker.judgement.book import AGAINST, Ballots, Book, Said
from tracker.judgement.conflicts import SAME_EVENT
from tracker.judgement.corroboration import independent
from tracker.judgement.evidence import DAY, Sides
from tracker.judgement.reliability import Weighed
from tracker.judgement.rules import Opinion
from tracker.judgement.verdict import CONTESTED_STATUS, HELD, NAMED_FROM, UNKNOWN
from tracker.judgement.vocabulary import CONTEST, FOR, INSIDE


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
        self.book.hear_others(said)
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
            denied=book.denied,
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
        book.hear_others(said)
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
        mine = [said for said in self._ballots.cast.values() if self._mine(said)]
        if not mine:  # nobody holds it, or whoever said so now says something that names nobody
            words = tuple(reversed(self._ballots.cast.values()))
            gone = tuple(filter(self._tells_who_is_gone, words))
            waiting = tuple(said for said in words if said not in gone)
            none = book.spread({})
            return Opinion(UNKNOWN, (), 0.0, none, book.vacated, gone, waiting, denied=book.denied)
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
        return _elsewhere(said, self.book.holders)

    def _tells_who_is_gone(self, said: Said) -> bool:
        """Whether a word is one of those by which the last holder has it no more."""
        gone = self.book.vacated or self.book.denied
        return gone is not None and said.at >= self._changed and _elsewhere(said, (gone,))

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


def _elsewhere(said: Said, sides: Iterable[str]) -> bool:
    """Whether a word says that some sides do not have it: they left, or somebody else has it."""
    overlap = bool(set(said.sides) & set(sides))
    return overlap if said.reading == AGAINST else not overlap


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
