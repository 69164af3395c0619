"""Decides how the belief gives its reasons: what each step of it is worth against the runner-up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from math import log

from tracker.judgement.reliability import Weighed, by_record
from tracker.judgement.vocabulary import MOVING
from tracker.judgement.weights import Step, Weight, explain
from tracker.views.claims import Document, told
from tracker.views.places import Place
from tracker.views.situation import Folded, Situation
from tracker.views.verdicts import DIGITS
from tracker.zones import iso


class Believed:
    """One place by the belief: its verdict, the arithmetic told. `weighings` are the analysts' factors."""

    def __init__(
        self, situation: Situation, place: Place, folded: Folded, weighings: Mapping[str, Document]
    ) -> None:
        self.verdict = situation.verdict(place, folded)
        # What the claims make of it: where a pin is the answer, the steps are still theirs.
        self._belief = self.verdict.shadow or self.verdict
        self._folded = folded
        self._names = folded.state.names
        self._weighings = weighings
        self._best = self._likeliest()
        self.against = self._runner_up()
        """The side that the weights are against; None: there is no other."""
        self._weights = self._explained()

    @property
    def mentioned(self) -> list[str]:
        """The claims that moved the belief, in its order."""
        return [one.step.claim for one in self._weights if one.step.claim]

    @property
    def spoken_for(self) -> str | None:
        """The side for which a plus speaks: the holder by the claims, or the likeliest."""
        return None if self._best is None else self._names[self._best]

    @property
    def log_odds(self) -> float | None:
        """What the weights add up to."""
        if self._best is None or self.against is None:
            return None
        p = self._belief.probabilities
        return None if p[self.against] <= 0.0 else log(p[self._names[self._best]] / p[self.against])

    def worth(self) -> dict[str, float]:
        """What each claim that moved the belief is worth, in log-odds."""
        found: dict[str, float] = {}
        for one in self._weights:
            if one.step.claim:
                found[one.step.claim] = found.get(one.step.claim, 0.0) + one.weight
        return found

    def because(self, texts: Mapping[str, Document], origin: Callable[[str], str]) -> list[Document]:
        """The claims that moved the belief, of many the latest, the weightiest first."""
        rows = [
            {
                "claim": claim, "text": texts[claim]["text"],
                "origin": origin(claim), "attribution": texts[claim]["attribution"],
                "weight": round(weight, DIGITS),
            }
            for claim, weight in self.worth().items()
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (-abs(float(str(row["weight"]))), str(row["claim"])))

    def steps(self, texts: Mapping[str, Document]) -> list[Document]:
        """Every step of the belief, in order, with what it is worth today."""
        weighed = self._folded.weighed
        unordered = _unordered(weighed)
        recorded = {one.evidence.claim for one in weighed if by_record(one.evidence, one.stance)}
        return [self._step(one, texts, recorded, unordered) for one in self._weights]

    def _step(
        self, one: Weight, texts: Mapping[str, Document], recorded: Collection[str | None],
        unordered: Collection[str | None],
    ) -> Document:  # fmt: skip
        step = one.step
        weighed = self._weighings.get(step.claim or "")
        echo = step.echo / weighed["factor"] if weighed else step.echo
        return {
            "claim": step.claim,
            "text": told(texts[step.claim]) if step.claim else None,
            "step": step.name,
            "at": iso(step.at),
            "reliability": None if step.reliability is None else round(step.reliability, DIGITS),
            "stance": step.stance,
            "by_record": step.claim in recorded,
            "echo": round(echo, DIGITS),
            "weighed": weighed,
            "order": "unknown" if step.claim in unordered else None,
            "weight": one.weight,
            "p": None if self._best is None else round(step.p[self._best], DIGITS),
        }

    def _likeliest(self) -> int | None:
        """The holder, or the most probable side where none is named; None: nobody spoke of the place."""
        if self._belief.holders:
            return self._names.index(self._belief.holders[0])
        if not self._folded.state.count:
            return None
        p = self._belief.probabilities
        return self._names.index(min(self._names, key=lambda name: (-round(p[name], DIGITS), name)))

    def _runner_up(self) -> str | None:
        """The most probable side not among the holders; of equals one spoken of here."""
        if self._best is None:
            return None
        taken = {*self._belief.holders, self._names[self._best]}
        spoken_of = self._folded.state.around
        rest = [
            (-round(p, DIGITS), name not in spoken_of, name)
            for name, p in self._belief.probabilities.items()
            if name not in taken
        ]
        return min(rest)[2] if rest else None

    def _explained(self) -> list[Weight]:
        if self._best is None or self.against is None:
            return []
        steps: list[Step] = [*(self._folded.state.steps or [])]
        if self._belief.across:
            p = tuple(self._belief.probabilities[name] for name in self._names)
            steps.append(Step("front", None, self.verdict.at, p))
        return explain(steps, self._best, self._names.index(self.against))


def _unordered(weighed: Iterable[Weighed]) -> set[str]:
    """The claims on control that have the same times as another: which came first is not known."""
    found: dict[tuple[int, int], list[str]] = {}
    for one in weighed:
        if one.evidence.kind in MOVING:
            times = (one.evidence.event_at, one.evidence.reported_at)
            found.setdefault(times, []).append(one.evidence.claim)
    return {claim for claims in found.values() if len(claims) > 1 for claim in claims}
