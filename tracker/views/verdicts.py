"""Decides how a verdict is told: its keys, names beside ids, instants as text, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from tracker import phrases
from tracker.errors import typed
from tracker.judgement.conflicts import Disagreement
from tracker.judgement.evidence import Evidence
from tracker.judgement.verdict import BAYES, INFERRED, Verdict, WouldChange, would_change
from tracker.views.claims import Document, actor_names
from tracker.views.flags import awake
from tracker.views.places import Place, places
from tracker.views.situation import Folded, Situation
from tracker.zones import iso

LIKELY: Final = 0.05
"""Sides less likely than this are not told by name."""
DIGITS: Final = 9
"""To so many digits probabilities are told."""


class Verdicts:
    """Verdicts as documents: ids get their names, instants become text."""

    def __init__(
        self, situation: Situation, known: Mapping[str, Place], *, only: Iterable[str] | None = None
    ) -> None:
        """`only`: verdicts on no other places will be asked for."""
        self._situation = situation
        self._places = known
        self._actors = actor_names(situation.who)
        wanted = None if only is None else [id_ for place in only for id_ in situation.members(place)]
        asked = situation.question
        self._flags = awake(situation.reader, asked.at, situation.known, wanted, asked.published_by)

    def document(self, place: Place, verdict: Verdict) -> Document:
        """The keys that a place has in the table as well as alone."""
        question = self._situation.question
        inferred = self._inferred(place, verdict)
        likely = ranked(verdict.probabilities)
        region = self._places.get(place.parent) if place.parent else None
        return {
            "place": {
                "id": place.id, "name": place.name, "kind": place.kind,
                "region": region.name if region and region.id != place.id else None,
                "lat": place.lat, "lon": place.lon,
            },
            "at": iso(question.at),
            "known_at": None if question.known_at is None else iso(question.known_at),
            "published_by": None if question.published_by is None else iso(question.published_by),
            "policy": question.policy,
            "status": verdict.status,
            "controller": self._controller(verdict),
            "vacated_by": verdict.vacated_by,
            "denied": verdict.denied,
            "partly": verdict.partly,
            "front": bool(verdict.across),
            "confidence": round(verdict.confidence, DIGITS),
            "probabilities": [{"actor": side, "p": round(p, DIGITS)} for side, p in likely],
            "basis": INFERRED if inferred else verdict.basis,
            "inferred": inferred,
            "since": None if verdict.since is None else {
                "earliest": None if verdict.since[0] is None else iso(verdict.since[0]),
                "latest": iso(verdict.since[1]),
            },
            "freshness": verdict.freshness,
            "last_report": None if verdict.last_report is None else iso(verdict.last_report),
            "stale_at": None if verdict.stale_at is None else iso(verdict.stale_at),
            "pressure": [self._pressure(one) for one in verdict.pressure],
            "present": [
                {"actor": actor, "claim": one.claim} for one in verdict.present for actor in one.actors
            ],
            "origins": verdict.origins,
            "claims": verdict.claims,
            "conflicts": [conflict_document(one) for one in verdict.conflicts],
            "flags": [
                flag for id_ in self._situation.members(place.id) for flag in self._flags.get(id_, ())
            ],
            "pin": self._pin(verdict),
            "shadow": self._shadow(verdict),
            "names": {actor: self.name(actor) for actor in self._named(verdict, likely)},
            **self._apart(verdict),
        }  # fmt: skip

    def _apart(self, verdict: Verdict) -> Document:
        """Each side's own claim, the latest first, where the rule keeps them apart."""
        if self._situation.question.policy != "claimed":
            return {}
        return {"claimed_by": [
            {**self._party(word.actors[0]), "side": word.sides[0], "claim": word.claim}
            for word in verdict.claimants
        ]}  # fmt: skip

    def _pin(self, verdict: Verdict) -> Document | None:
        """The analyst's pin that is the answer, and in one sentence what the claims say to it."""
        pin = verdict.pin
        if pin is None:
            return None
        from tracker.judgement.pinned import disagrees

        until = None if pin.until is None else iso(pin.until)
        controller, shadow = self._controller(verdict), self._shadow(verdict)
        return {
            "assessment": pin.assessment, "by": pin.analyst, "reason": pin.reason, "at": iso(pin.at),
            "until": until, "made": iso(pin.made_at),
            "disagrees": disagrees(verdict),
            "text": phrases.pinned(pin.analyst, until, controller, shadow, disagrees=disagrees(verdict)),
        }  # fmt: skip

    def _shadow(self, verdict: Verdict) -> Document | None:
        """What the claims say, where a pin is the answer."""
        belief = verdict.shadow
        if belief is None:
            return None
        return {
            "status": belief.status, "controller": self._controller(belief),
            "confidence": round(belief.confidence, DIGITS), "basis": belief.basis,
        }  # fmt: skip

    def _named(self, verdict: Verdict, ranks: Iterable[tuple[str, float]]) -> list[str]:
        """The actors named by id: sides worth telling, the pressing, the present, the gone."""
        likely = [side for side, p in ranks if p >= LIKELY]
        shown = [actor for one in (*verdict.pressure, *verdict.present) for actor in one.actors]
        gone = [side for side in (verdict.vacated_by, verdict.denied) if side]
        return list(dict.fromkeys([*likely, *shown, *gone]))

    def _inferred(self, place: Place, verdict: Verdict) -> Document | None:
        """What neighbours make likely of a place that nobody speaks of: labelled, and apart from the rest."""
        found = None if verdict.claims or verdict.pin else self._situation.inferred(place)
        if found is None:
            return None
        of = self._situation
        near = places(of.reader, (one.place for one in found.neighbours), of.known)
        likely = ranked(found.probabilities)
        return {
            "actor": likely[0][0], "name": self.name(likely[0][0]), "p": round(likely[0][1], DIGITS),
            "probabilities": [{"actor": side, "p": round(p, DIGITS)} for side, p in likely],
            "from": [
                {"place": one.place, "name": near[one.place].name, "km": round(one.km, 1)}
                for one in found.neighbours
            ],
        }  # fmt: skip

    def name(self, actor: str) -> str:
        """An actor by name."""
        return self._actors.get(actor, actor)

    def would_change(self, place: Place, verdict: Verdict, folded: Folded) -> str:
        """The least news that would change the verdict, in one sentence."""
        of = self._situation
        if of.question.policy != BAYES:
            from tracker.judgement.policies import policy_of

            return policy_of(of.question.policy).would_change
        if verdict.pin is not None:
            ends = " until the pin ends" if verdict.pin.until is not None else ""
            back = f"tracker assess {typed(place.id)} --clear --id {verdict.pin.assessment}"
            return f"No claim would{ends}; {back} takes the pin back."
        least = would_change(folded.state, of.sides, of.question.at, of.settings(place.id))
        return _would_change_sentence(least, verdict, self._actors)

    def _controller(self, verdict: Verdict) -> Document | None:
        if not verdict.holders:
            return None
        side, *others = verdict.holders
        who = self._situation.who
        own = [actor for actor in verdict.actors if who.side(actor, verdict.at) == side] or [side]
        return {**self._party(own[0]), "side": side, "with": [self._party(other) for other in others]}

    def _party(self, actor: str) -> Document:
        return {"id": actor, "name": self.name(actor)}

    def _pressure(self, one: Evidence) -> Document:
        return {
            "kind": one.predicate, "actor": one.actors[0] if one.actors else None, "claim": one.claim,
            "relation": one.relation, "km": one.km, "bearing": one.bearing,
        }  # fmt: skip


def ranked(probabilities: Mapping[str, float]) -> list[tuple[str, float]]:
    """Sides with their probability, the likeliest first; equal to nine digits: by id."""
    return sorted(probabilities.items(), key=lambda one: (-round(one[1], DIGITS), one[0]))


def conflict_document(one: Disagreement) -> Document:
    """A contradiction by the claims that are in it."""
    return {"kind": one.kind, "claims": [one.first.evidence.claim, one.second.evidence.claim]}


def _would_change_sentence(least: WouldChange | None, verdict: Verdict, names: Mapping[str, str]) -> str:
    if not verdict.claims:
        return "Any report of who holds it would give a first verdict."
    parts: list[str] = []
    if least is not None:
        rival = names.get(least.side, least.side) if least.side else "another side"
        reports = "one independent, neutral report" if least.reports == 1 else (
            f"{least.reports} independent, neutral reports"
        )  # fmt: skip
        would = "change" if verdict.holders else "tell"
        parts.append(f"{reports} that {rival} captured it would {would} who holds it")
    elif not verdict.confidence and verdict.pin is None:
        parts.append("any report of who holds it would be the first to name somebody")
    if verdict.status == "contested":
        parts.append("an independent report of who holds it now would settle it one way or the other")
    elif verdict.basis == "claimed":
        parts.append("an independent origin that says the same would make it assessed")
    if verdict.stale_at is not None and verdict.freshness != "stale":
        parts.append(
            f"without a new word it is stale from {iso(verdict.stale_at)[:16].replace('T', ' ')} UTC on"
        )
    elif verdict.freshness == "stale":
        parts.append("any word that the holder is still there would make it fresh again")
    sentence = "; ".join(parts)
    return sentence[:1].upper() + sentence[1:] + "." if sentence else "Nothing said so far would change it."


def passes(row: Document, side: str | None, only: tuple[str, ...]) -> bool:
    """Whether a verdict is one that a side is a holder in, and that one of some words of filters fits."""
    holder = row["controller"]
    if side is not None:
        holding = [holder["id"], holder["side"], *(one["id"] for one in holder["with"])] if holder else []
        if side not in holding:
            return False
    return (
        not only
        or row["status"] in only
        or row["freshness"] in only
        or ("conflict" in only and bool(row["conflicts"]))
    )
