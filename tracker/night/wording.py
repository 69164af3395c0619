"""Decides the two sentences of a flag: why it was raised, and what would clear it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Any, Final

from tracker.judgement.evidence import DAY
from tracker.judgement.flags import (
    CIRCULAR,
    CONTRADICTED,
    FADED,
    LEFT,
    OVERTURNED,
    OWN_WORD,
    SINGLE_ORIGIN,
    STALE,
    STATUS,
    Case,
    Flag,
)
from tracker.judgement.verdict import CONTESTED_STATUS, HELD, UNKNOWN
from tracker.phrases import joined, verb
from tracker.zones import local_of

Texts = Mapping[str, Mapping[str, Any]]
MOST: Final = 4
"""Names told one by one; of more the number."""

_CLEARS: Final = {
    STALE: "A new claim about who holds it, tracker confirm {claim} if that is still true, or an assessment.",
    CONTRADICTED: "One of them is retracted or corrected, a later capture or loss settles it, or an analyst"
    " decides (tracker assess {place}).",
    SINGLE_ORIGIN: "A second, independent origin.",
    CIRCULAR: "A second, independent origin.",
    OVERTURNED: "The next night, or tracker flags ack {flag} once you have seen it.",
}
_CLEARS_JUDGED: Final = "A new claim about who holds it, or a new assessment (tracker assess {place})."
"""What clears a stale judgement: only a claim can be confirmed."""
_KINDS: Final = {
    "holder": "two different holders", "denial": "said and denied", "degree": "taken, yet fought for",
    "timing": "the same capture on different days", "number": "counts that do not meet",
    "actor-identity": "different captors of one side",
}  # fmt: skip


_WAS: Final = {
    HELD: "it was held", CONTESTED_STATUS: "it was contested", UNKNOWN: "who held it was not sure",
}  # fmt: skip


class Wording:
    """Puts flags into words. Names and the texts of claims are given; days are those of a zone."""

    def __init__(
        self, places: Mapping[str, str], actors: Mapping[str, str], sources: Mapping[str, str], zone: tzinfo
    ) -> None:
        self._places = places
        self._actors = actors
        self._sources = sources
        self._zone = zone

    def why(self, flag: Flag, case: Case, texts: Texts) -> str:
        """One sentence: what was found."""
        told: dict[str, Callable[[Flag, Case, Texts], str]] = {
            STALE: self._stale, CONTRADICTED: self._contradicted, SINGLE_ORIGIN: self._single,
            CIRCULAR: self._circular, OVERTURNED: self._overturned,
        }  # fmt: skip
        said = told[flag.rule](flag, case, texts)
        return said[:1].upper() + said[1:]

    def clears(self, flag: Flag, case: Case, texts: Texts) -> str:
        """One sentence: what would clear it."""
        claim = flag.claims[0] if flag.claims else ""
        judged = flag.rule == STALE and "likelihood" in texts.get(claim, {})  # an assessment's
        told = _CLEARS_JUDGED if judged else _CLEARS[flag.rule]
        return told.format(claim=claim, place=case.place, flag=flag.id)

    def _stale(self, flag: Flag, case: Case, texts: Texts) -> str:
        who, where, verdict = self._parties(flag.sides), self._places[case.place], case.verdict
        last = verdict.last_report or case.state.words[flag.sides[0]].reported_at
        silent = (verdict.at - last) // DAY
        if flag.kind == FADED:
            return (
                f"Belief that {who} {verb(who, 'holds', 'hold')} {where} has faded to"
                f" {verdict.confidence:.0%}: nothing new for {silent} days."
            )
        keeps = ((verdict.stale_at or last) - last) / DAY
        return (
            f"Nobody has spoken for {who} at {where} since {local_of(last, self._zone).date()},"
            f" {silent} days ago; the last word was good for {keeps:.2g}."
        )

    def _contradicted(self, flag: Flag, case: Case, texts: Texts) -> str:
        one, other, *more = (self._said(claim, texts) for claim in flag.claims)
        besides = f", and {len(more)} more" if more else ""
        return f"Cannot both be true ({_KINDS.get(flag.kind, flag.kind)}): {one}; {other}{besides}."

    def _single(self, flag: Flag, case: Case, texts: Texts) -> str:
        who, where = self._parties(flag.sides), self._places[case.place]
        rests = f"That {who} {verb(who, 'holds', 'hold')} {where} rests on"
        if flag.kind == OWN_WORD:
            return f"{rests} the word of those in whose favour it is: {self._said(flag.claims[0], texts)}."
        return f"{rests} one origin: {self._said(flag.claims[0], texts)}."

    def _circular(self, flag: Flag, case: Case, texts: Texts) -> str:
        who, where = self._parties(flag.sides), self._places[case.place]
        tellers = dict.fromkeys(case.tellers[one] for one in flag.claims if one in case.tellers)
        names = [self._sources.get(one, one) for one in tellers]
        told = joined(names) if len(names) <= MOST else f"{len(names)} sources"
        origin = self._sources.get(flag.kind, "an unnamed origin")
        return f"{told} tell that {who} {verb(who, 'holds', 'hold')} {where}, and all have it from {origin}."

    def _overturned(self, flag: Flag, case: Case, texts: Texts) -> str:
        where, before = self._places[case.place], self._parties(flag.sides[:1])
        rests = f": {self._said(flag.claims[0], texts)}" if flag.claims else ""
        if flag.kind == STATUS:
            return f"{self._status(where, before, case)}{rests}."
        if flag.kind == LEFT:
            return f"{before} {verb(before, 'is', 'are')} not believed to hold {where} any more{rests}."
        now = self._parties(flag.sides[1:])
        return f"{now} {verb(now, 'holds', 'hold')} {where} now, {before} did before{rests}."

    @staticmethod
    def _status(where: str, who: str, case: Case) -> str:
        """The same holder, held another way than the night before."""
        now, was = case.verdict.status, _WAS[case.status_before or UNKNOWN]
        if now == HELD:
            return f"{who} {verb(who, 'holds', 'hold')} {where} now, {was} before"
        unsure = f"Who holds {where} is not sure now" if now == UNKNOWN else f"{where} is contested now"
        return f"{unsure}, {was} before; {who} {verb(who, 'is', 'are')} still the likeliest to hold it"

    def _parties(self, sides: Iterable[str]) -> str:
        return joined([self._actors.get(side, side) for side in sides]) or "somebody"

    @staticmethod
    def _said(claim: str, texts: Texts) -> str:
        told = texts.get(claim)
        return f"{told['text']} ({told['attribution']})" if told else claim
