"""Decides the documents that answer `status` and `why`: the keys of the JSON contract, and nothing else.

Times are UTC ISO 8601 text, probabilities are rounded to nine digits, ids stand beside names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import log
from typing import Final

from tracker import phrases
from tracker.errors import typed
from tracker.judgement.conflicts import Disagreement
from tracker.judgement.evidence import Evidence
from tracker.judgement.guard import NEVER
from tracker.judgement.pin import Shadow
from tracker.judgement.reliability import Weighed, by_record
from tracker.judgement.verdict import BAYES, INFERRED, Verdict, WouldChange, would_change
from tracker.judgement.vocabulary import MOVING
from tracker.judgement.weights import Step, Weight, explain
from tracker.reader import Reader
from tracker.views.claims import Document, actor_names, source_names, weighings
from tracker.views.claims import texts as texts_of
from tracker.views.context import beside, beside_each
from tracker.views.evidence import UNNAMED
from tracker.views.places import Place, all_places, containing, places
from tracker.views.ruled import Ruled
from tracker.views.situation import Folded, Question, Situation
from tracker.zones import iso

LIKELY: Final = 0.05
"""Sides less likely than this are not told by name."""
_DIGITS: Final = 9


def status_document(reader: Reader, place: Place, question: Question) -> Document:
    """The document of `status PLACE --json`."""
    return _Answer(reader, place, question).status()


def why_document(reader: Reader, place: Place, question: Question) -> Document:
    """The document of `why PLACE --json`: the status and every step of the belief with its weight."""
    return _Answer(reader, place, question, whole=True).why()


def table_documents(reader: Reader, question: Question, only: Iterable[str] | None = None) -> list[Document]:
    """The documents of `status --json`, for every place that something is claimed about, by name."""
    situation = Situation(reader, question)
    known, claimed = _claimed(situation)
    wanted = {place.id for place in claimed} if only is None else set(only)
    chosen = sorted(
        (place for place in claimed if place.id in wanted), key=lambda place: (place.name, place.id)
    )
    writer = _Writer(situation, known)
    judged = situation.judged(claimed)  # all of them, as a change nearby may be outside of what is wanted
    context = beside_each(situation, chosen, known, claimed)
    texts = texts_of(reader, (one.claim for claims in context.values() for one in claims), situation.known)
    return [
        {
            **writer.status(place, judged[place.id][0]),
            "context": _context(context[place.id], texts),
            "would_change": writer.would_change(place, *judged[place.id]),
        }
        for place in chosen
    ]


def verdict_documents(reader: Reader, question: Question) -> list[Document]:
    """The same without what stands beside each verdict, which takes longer to find than the verdict."""
    situation = Situation(reader, question)
    known, claimed = _claimed(situation)
    writer = _Writer(situation, known)
    judged = situation.judged(claimed)
    return [writer.status(place, judged[place.id][0]) for place in claimed]


def _claimed(situation: Situation) -> tuple[dict[str, Place], list[Place]]:
    """Every place by each id that is read as it, and those that something is claimed about."""
    places = all_places(situation.reader, situation.known)
    by_id = {place.id: place for place in places}
    known = by_id | {
        place.id: by_id.get(situation.root(place.id), place) for place in places if place.merged_into
    }
    return known, [by_id[id_] for id_ in situation.claimed() if id_ in by_id]


def _context(claims: Iterable[Evidence], texts: Mapping[str, Document]) -> list[Document]:
    return [
        {"claim": one.claim, "place": texts[one.claim]["place_name"], "text": told(texts[one.claim])}
        for one in claims
    ]


def told(claim: Document) -> str:
    """A claim in words, with who said it."""
    return f"{claim['text']} ({claim['attribution']})"


def compared(
    reader: Reader, place: Place, question: Question
) -> tuple[Document, dict[str, float], dict[str, Evidence]]:
    """The verdict on one place, what each claim is worth for it, and the claims that it was made of."""
    answer = _Answer(reader, place, question, whole=True)
    return answer.status(), answer.worth(), answer.claims()


class _Writer:
    """Puts verdicts into documents: ids get their names, instants become text."""

    def __init__(self, situation: Situation, known: Mapping[str, Place]) -> None:
        self._situation = situation
        self._places = known
        self._actors = actor_names(situation.who)

    def status(self, place: Place, verdict: Verdict) -> Document:
        """The keys that a place has in the table as well as alone."""
        question = self._situation.question
        inferred = self._inferred(place, verdict)
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
            "partly": verdict.partly,
            "front": bool(verdict.across),
            "confidence": round(verdict.confidence, _DIGITS),
            "probabilities": [
                {"actor": side, "p": round(p, _DIGITS)}
                for side, p in _ranked(verdict.probabilities)
            ],
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
            "conflicts": [_conflict(one) for one in verdict.conflicts],
            "flags": [],
            "pin": self._pin(verdict),
            "shadow": self._shadow(verdict),
            "names": {actor: self._actors.get(actor, actor) for actor in self._named(verdict)},
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
            "confidence": round(belief.confidence, _DIGITS), "basis": belief.basis,
        }  # fmt: skip

    def _named(self, verdict: Verdict) -> list[str]:
        """The actors named by id: sides worth telling, the pressing, the present, the gone."""
        likely = [side for side, p in _ranked(verdict.probabilities) if p >= LIKELY]
        shown = [actor for one in (*verdict.pressure, *verdict.present) for actor in one.actors]
        gone = [verdict.vacated_by] if verdict.vacated_by else []
        return list(dict.fromkeys([*likely, *shown, *gone]))

    def _inferred(self, place: Place, verdict: Verdict) -> Document | None:
        """What neighbours make likely of a place that nobody speaks of: labelled, and apart from the rest."""
        found = None if verdict.claims or verdict.pin else self._situation.inferred(place)
        if found is None:
            return None
        of = self._situation
        near = places(of.reader, (one.place for one in found.neighbours), of.known)
        likely = _ranked(found.probabilities)
        return {
            **self._named_actor(likely[0][0]), "p": round(likely[0][1], _DIGITS),
            "probabilities": [{"actor": side, "p": round(p, _DIGITS)} for side, p in likely],
            "from": [
                {"place": one.place, "name": near[one.place].name, "km": round(one.km, 1)}
                for one in found.neighbours
            ],
        }  # fmt: skip

    def _named_actor(self, actor: str) -> Document:
        return {"actor": actor, "name": self._actors.get(actor, actor)}

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

    def _controller(self, verdict: Verdict | Shadow) -> Document | None:
        if not verdict.holders:
            return None
        side, *others = verdict.holders
        who = self._situation.who
        own = [actor for actor in verdict.actors if who.side(actor, verdict.at) == side] or [side]
        return {**self._party(own[0]), "side": side, "with": [self._party(other) for other in others]}

    def _party(self, actor: str) -> Document:
        return {"id": actor, "name": self._actors.get(actor, actor)}

    def _pressure(self, one: Evidence) -> Document:
        return {
            "kind": one.predicate, "actor": one.actors[0] if one.actors else None, "claim": one.claim,
            "relation": one.relation, "km": one.km, "bearing": one.bearing,
        }  # fmt: skip


def _ranked(probabilities: Mapping[str, float]) -> list[tuple[str, float]]:
    """Sides with their probability, the likeliest first; equal to nine digits: by id."""
    return sorted(probabilities.items(), key=lambda one: (-round(one[1], _DIGITS), one[0]))


def _until(one: Evidence) -> str | None:
    """When a claim that is held back counts; None: never."""
    return None if one.held_until in (None, NEVER) else iso(one.held_until or 0)


def _conflict(one: Disagreement) -> Document:
    return {"kind": one.kind, "claims": [one.first.evidence.claim, one.second.evidence.claim]}


class _Answer:
    """Everything about one place for one question."""

    def __init__(self, reader: Reader, place: Place, question: Question, *, whole: bool = False) -> None:
        self._reader = reader
        self._place = place
        self._situation = Situation(reader, question)
        of = self._situation
        self._folded: Folded = of.folded(place.id, trace=True) if whole else of.latest(place.id)
        self._ruled = None if question.policy == BAYES else Ruled(of, place, self._folded)
        self._verdict = self._ruled.verdict if self._ruled else of.verdict(place, self._folded)
        # What the claims make of it: where a pin is the answer, the steps are still theirs.
        self._belief: Verdict | Shadow = self._verdict.shadow or self._verdict
        self._regions = containing(reader, place, self._situation.known)
        self._writer = _Writer(
            self._situation, {id_: area for area in self._regions for id_ in of.members(area.id)}
        )
        self._near = beside(self._situation, place, self._regions)
        self._sources = source_names(self._situation.who)
        self._actors = actor_names(self._situation.who)
        self._weights = self._explained()
        self._unordered = _unordered(self._folded.weighed)
        self._by_record = {
            one.evidence.claim for one in self._folded.weighed if by_record(one.evidence, one.stance)
        }
        self._doubted = of.held_back(place.id)
        weighed = (one.evidence.claim for one in self._folded.weighed if one.evidence.weight != 1.0)
        self._weighings = weighings(reader, weighed, of.known)
        self._texts = texts_of(reader, self._mentioned(), of.known)

    def _mentioned(self) -> list[str]:
        """The claims that are told, which may be few of those that count."""
        moved = [one.step.claim for one in self._weights if one.step.claim]
        if self._ruled is not None:
            moved = list(self._ruled.roles)
        return [
            *moved,
            *(one.claim for one in (*self._near, *self._doubted)),
            *self._named_beside(),
            *self._weighings,
        ]

    def status(self) -> Document:
        return {
            **self._writer.status(self._place, self._verdict),
            "held_back": self._held_back(),
            "because": self._because(),
            "context": _context(self._near, self._texts),
            "would_change": self._writer.would_change(self._place, self._verdict, self._folded),
            "beside": [{"claim": claim, "text": self._told(claim)} for claim in self._named_beside()],
            "weighed": [
                {"claim": claim, "text": self._told(claim), **how} for claim, how in self._weighings.items()
            ],
        }

    def _held_back(self) -> list[Document]:
        """The claims that are part of a feed's batch and do not count yet, or never will."""
        return [
            {"claim": one.claim, "text": self._told(one.claim), "until": _until(one)} for one in self._doubted
        ]

    def _named_beside(self) -> list[str]:
        """The claims that the document names without telling them: pressures, presences, conflicts."""
        verdict = self._verdict
        shown = [one.claim for one in (*verdict.pressure, *verdict.present)]
        disputed = [one.evidence.claim for pair in verdict.conflicts for one in (pair.first, pair.second)]
        return list(dict.fromkeys([*shown, *disputed]))

    def why(self) -> Document:
        against = self._against()
        best = self._best()
        status = self.status()
        if against is not None:
            status["names"][against] = self._actors.get(against, against)
        return {
            **status,
            "steps": self._ruled.steps(self._texts)
            if self._ruled
            else [self._step(one, best) for one in self._weights],
            "against": against,
            "log_odds": self._log_odds(),
        }

    def worth(self) -> dict[str, float]:
        """What each claim that counts is worth for the answer."""
        if self._ruled is not None:
            return self._ruled.worth()
        found: dict[str, float] = {}
        for one in self._weights:
            if one.step.claim:
                found[one.step.claim] = found.get(one.step.claim, 0.0) + one.weight
        return found

    def claims(self) -> dict[str, Evidence]:
        """The claims on control that the answer was made of."""
        evidence = (one.evidence for one in self._folded.weighed)
        return {one.claim: one for one in evidence if one.kind in MOVING}

    # -- the arithmetic, told --------------------------------------------------------------------

    def _best(self) -> int | None:
        names = self._folded.state.names
        if self._ruled is not None:
            return None
        if self._belief.holders:
            return names.index(self._belief.holders[0])
        if not self._folded.state.count:
            return None
        return names.index(min(names, key=lambda name: (-round(self._belief.probabilities[name], 9), name)))

    def _against(self) -> str | None:
        """The runner-up: the most probable side not among the holders; of equals one spoken of here."""
        best = self._best()
        if best is None:
            return None
        names = self._folded.state.names
        taken = {*self._belief.holders, names[best]}
        spoken_of = self._folded.state.around
        rest = [
            (-round(p, _DIGITS), name not in spoken_of, name)
            for name, p in self._belief.probabilities.items()
            if name not in taken
        ]
        return min(rest)[2] if rest else None

    def _log_odds(self) -> float | None:
        best, against = self._best(), self._against()
        if best is None or against is None:
            return None
        p = self._belief.probabilities
        if p[against] <= 0.0:
            return None
        return log(p[self._folded.state.names[best]] / p[against])

    def _explained(self) -> list[Weight]:
        best, against = self._best(), self._against()
        if best is None or against is None:
            return []
        steps: list[Step] = [*(self._folded.state.steps or [])]
        if self._belief.across:
            p = tuple(self._belief.probabilities[name] for name in self._folded.state.names)
            steps.append(Step("front", None, self._verdict.at, p))
        return explain(steps, best, self._folded.state.names.index(against))

    def _step(self, one: Weight, best: int | None) -> Document:
        step = one.step
        weighed = self._weighings.get(step.claim or "")
        echo = step.echo / weighed["factor"] if weighed else step.echo
        return {
            "claim": step.claim,
            "text": self._told(step.claim) if step.claim else None,
            "step": step.name,
            "at": iso(step.at),
            "reliability": None if step.reliability is None else round(step.reliability, _DIGITS),
            "stance": step.stance,
            "by_record": step.claim in self._by_record,
            "echo": round(echo, _DIGITS),
            "weighed": weighed,
            "order": "unknown" if step.claim in self._unordered else None,
            "weight": one.weight,
            "p": None if best is None else round(step.p[best], _DIGITS),
        }

    def _because(self) -> list[Document]:
        """The claims that moved the belief, of many the latest, the weightiest first."""
        if self._ruled is not None:
            return self._ruled.because(self._texts, self._origin)
        rows = [
            {
                "claim": claim, "text": self._texts[claim]["text"],
                "origin": self._origin(claim), "attribution": self._texts[claim]["attribution"],
                "weight": round(weight, _DIGITS),
            }
            for claim, weight in self.worth().items()
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (-abs(float(str(row["weight"]))), str(row["claim"])))

    def _origin(self, claim: str) -> str:
        origin = str(self._texts[claim]["origin"])
        return self._sources.get(origin, origin.removeprefix(UNNAMED))

    def _told(self, claim: str) -> str:
        return told(self._texts[claim])


def _would_change_sentence(least: WouldChange | None, verdict: Verdict, names: Mapping[str, str]) -> str:
    if not verdict.claims:
        return "Any report of who holds it would give a first verdict."
    parts: list[str] = []
    if least is not None:
        rival = names.get(least.side, least.side) if least.side else "another side"
        reports = "one independent, neutral report" if least.reports == 1 else (
            f"{least.reports} independent, neutral reports"
        )  # fmt: skip
        parts.append(f"{reports} that {rival} captured it would change who holds it")
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


def _unordered(weighed: Iterable[Weighed]) -> set[str]:
    """The claims on control that have the same times as another: which came first is not known."""
    found: dict[tuple[int, int], list[str]] = {}
    for one in weighed:
        if one.evidence.kind in MOVING:
            times = (one.evidence.event_at, one.evidence.reported_at)
            found.setdefault(times, []).append(one.evidence.claim)
    return {claim for claims in found.values() if len(claims) > 1 for claim in claims}


def conflicts_of(reader: Reader, place: Place, question: Question, claim: str) -> list[Document]:
    """The contradictions that one claim is part of, whatever their age."""
    from tracker.judgement.conflicts import disagreements_of

    weighed: list[Weighed] = Situation(reader, question).folded(place.id).weighed
    return [_conflict(one) for one in disagreements_of(claim, weighed)]
