"""Decides how a verdict by another rule than the belief gives its reasons: what it did with each claim."""

from collections.abc import Callable, Mapping

from tracker.views.claims import Document, told
from tracker.views.places import Place
from tracker.views.situation import Folded, Situation
from tracker.zones import iso


class Ruled:
    """One place by one rule. Nothing here is a weight: a rule counts a claim, or it does not."""

    def __init__(self, situation: Situation, place: Place, folded: Folded) -> None:
        ruling = situation.ruling(place, folded, nearby=situation.changed_nearby(place))
        self._weighed = folded.weighed
        self.verdict = ruling.verdict
        self._roles = ruling.roles
        self.against: str | None = None
        self.spoken_for: str | None = None
        self.log_odds: float | None = None

    @property
    def mentioned(self) -> list[str]:
        """The claims on control, in the order in which the rule took them."""
        return list(self._roles)

    def because(self, texts: Mapping[str, Document], origin: Callable[[str], str]) -> list[Document]:
        """The claims that carry the answer, that stand against it, or that wait for one, the latest first."""
        return [
            {
                "claim": claim, "text": texts[claim]["text"], "origin": origin(claim),
                "attribution": texts[claim]["attribution"], "weight": None, "step": step, "why": why,
            }
            for step in ("decides", "speaks against", "undecided")
            for claim, (role, why) in reversed(self._roles.items())
            if role == step
        ]  # fmt: skip

    def worth(self) -> dict[str, float]:
        """1 for the claims that carry the answer, -1 for those that stand against it, 0 for the others."""
        signs = {"decides": 1.0, "speaks against": -1.0}
        return {claim: signs.get(role, 0.0) for claim, (role, _) in self._roles.items()}

    def steps(self, texts: Mapping[str, Document]) -> list[Document]:
        """What the rule did with each claim on control, in the order in which it took them."""
        return [
            {
                "claim": one.evidence.claim,
                "text": told(texts[one.evidence.claim]),
                "step": self._roles[one.evidence.claim][0],
                "at": iso(one.evidence.event_at),
                "reliability": round(one.reliability, 9),
                "stance": one.stance,
                "echo": 1.0,
                "order": None,
                "weight": None,
                "p": None,
                "why": self._roles[one.evidence.claim][1],
            }
            for one in self._weighed
            if one.evidence.claim in self._roles
        ]
