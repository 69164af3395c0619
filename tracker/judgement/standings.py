"""Decides where each claim of a place stands among the others: live, corroborated, contradicted, …"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from tracker.judgement.conflicts import UNSETTLING, disagreements, unsettled
from tracker.judgement.corroboration import independent
from tracker.judgement.evidence import ANALYSTS, DAY, Evidence
from tracker.judgement.reliability import Weighed
from tracker.judgement.verdict import CONTEST_LASTS, SHELF, STALE
from tracker.judgement.vocabulary import CONTEST, FOR, INSIDE, LOST, MOVING

LIVE, CORROBORATED, CONTRADICTED, SUPERSEDED = "live", "corroborated", "contradicted", "superseded"
HELD_BACK = "held"


def standings(claims: Sequence[Weighed], at: int) -> dict[str, str]:
    """The standing of every claim of one place at `at`: live, corroborated, contradicted, superseded, stale.

    Retraction and correction are facts of the record, not of judgement, and are told by the views.
    """
    disputed = {
        one.evidence.claim
        for dispute in unsettled(disagreements(claims), claims)
        if dispute.kind in UNSETTLING
        for one in (dispute.first, dispute.second)
    }
    moves, peers = _Moves(claims), _Peers(claims)
    return {one.evidence.claim: _standing(one, moves, peers, disputed, at) for one in claims}


def _standing(one: Weighed, moves: _Moves, peers: _Peers, disputed: set[str], at: int) -> str:
    claim = one.evidence
    if claim.claim in disputed:
        return CONTRADICTED
    if moves.supersede(claim):
        return SUPERSEDED
    if peers.agree(one):
        return CORROBORATED
    last = max([claim.reported_at, *(instant for instant in claim.confirmed_at if instant <= at)])
    return STALE if at - last > SHELF.get(claim.predicate, 7 * DAY) else LIVE


class _Moves:
    """When the world last moved: the latest word for each side, and the latest loss by each."""

    def __init__(self, claims: Iterable[Weighed]) -> None:
        self._latest: dict[tuple[str, tuple[str, ...]], int] = {}
        for one in claims:
            claim = one.evidence
            if claim.weight and claim.kind in (FOR, LOST):
                key = (claim.kind, claim.sides)
                self._latest[key] = max(claim.event_at, self._latest.get(key, claim.event_at))

    def supersede(self, old: Evidence) -> bool:
        """Whether a later word on control names another holder, or a loss by this one."""
        if old.kind not in MOVING:
            return False
        return any(
            at > old.event_at and _supersedes(kind, bool(set(sides) & set(old.sides)), old.kind)
            for (kind, sides), at in self._latest.items()
        )


def _supersedes(new: str, same_side: bool, old: str) -> bool:
    if old == FOR:
        return (new == LOST) == same_side
    if old in (CONTEST, INSIDE):
        return new == FOR or same_side
    return new == FOR or old != LOST


class _Peers:
    """Who else said the same: independent voices and times by what was said, in order of event time.

    Whoever assesses what was said adds no voice to it.
    """

    def __init__(self, claims: Iterable[Weighed]) -> None:
        self._said: dict[tuple[str, tuple[str, ...]], list[tuple[int, str]]] = {}
        for one in claims:
            claim = one.evidence
            if claim.weight and claim.kind in MOVING and claim.source_kind != ANALYSTS:
                self._said.setdefault((claim.kind, claim.sides), []).append(
                    (claim.event_at, independent(one))
                )
        for said in self._said.values():
            said.sort()

    def agree(self, one: Weighed) -> bool:
        """Whether another independent voice has the same word on the same event."""
        claim, me = one.evidence, independent(one)
        said = self._said.get((claim.kind, claim.sides), [])
        for at, other in said[bisect_left(said, (claim.event_at - CONTEST_LASTS, "")) :]:
            if at > claim.event_at + CONTEST_LASTS:
                return False
            if other != me:
                return True
        return False
