"""Decides the verdicts that can be set beside the belief: other rules, each said in a line.

A rule takes the claims of one place as the fold weighed them, in its order, and tells at an instant who
has it. Rules read a claim alike (`book.Readings`); they differ in which claims count and how these add up.
What does not depend on the rule (pressure, presence, contradictions, counts) is the belief's own verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from tracker.judgement.belief import Settings
from tracker.judgement.book import Book
from tracker.judgement.evidence import Sides
from tracker.judgement.reliability import Weighed
from tracker.judgement.rules import Claimed, Latest, Opinion, Rule, self_serving
from tracker.judgement.verdict import (
    BAYES,
    CLAIMED,
    NO_BASIS,
    UNKNOWN,
    Verdict,
    age_of,
    basis_of,
    partly_held,
    pressing,
)
from tracker.judgement.vocabulary import CONTEST, INSIDE, MOVING
from tracker.judgement.voting import TwoOrigins, Vote

VOTE, DECAYED_VOTE = "vote", "decayed-vote"
HALF_LIFE: Final = 30
"""Days in which a vote of `decayed-vote` loses half its weight."""

DECIDING, OPPOSING, OVERTAKEN, NOT_COUNTED = "decides", "speaks against", "overtaken", "does not count"
"""What a rule does with a claim on control."""
UNDECIDED: Final = "undecided"
"""And this: it counts, but there is no answer yet that it could speak for or against."""


class Policy(NamedTuple):
    """A way to a verdict: its name, what it does, what would change its answer, and how it begins.

    `decides` and `opposes` say of a claim that it carries the answer, or stands against it, and why.
    """

    name: str
    says: str
    would_change: str = ""
    decides: str = ""
    opposes: str = ""
    begin: Callable[[Sides, Settings], Rule] | None = None
    """None: the belief itself."""


POLICIES: Final[tuple[Policy, ...]] = (
    Policy(BAYES, "the belief: every claim weighed by who says it, what for, and when"),
    Policy(
        "latest",
        "whoever the latest word names",
        "A later word that names another side would change it.",
        "it is the latest word",
        "it contests the place, for three days",
        lambda sides, _: Latest(sides),
    ),
    Policy(
        VOTE,
        "one voice, one vote: its latest word",
        "It changes when another side has more votes, each voice counted once.",
        "a vote for the holder",
        "a vote for another side, or for nobody",
        lambda sides, settings: Vote(sides, settings),
    ),
    Policy(
        DECAYED_VOTE,
        f"one voice, one vote, which loses half its weight in {HALF_LIFE} days",
        "It changes when another side has more votes, each voice counted once and older ones less.",
        "a vote for the holder",
        "a vote for another side, or for nobody",
        lambda sides, settings: Vote(sides, settings, HALF_LIFE),
    ),
    Policy(
        "two-origins",
        "a change counts once two independent voices say so",
        "Two independent voices that name another side within fourteen days would change it.",
        "one of the voices that say so",
        "no second independent voice says the same",
        lambda sides, _: TwoOrigins(sides),
    ),
    Policy(
        "against-interest",
        "the latest word that does not serve the side that says it",
        "A later word that names another side, and does not serve whoever says it, would change it.",
        "it is the latest word that serves nobody who says it",
        "it contests the place, for three days",
        lambda sides, _: Latest(sides, self_serving),
    ),
    Policy(
        "claimed",
        "what each side says of itself, apart",
        "It changes when a side claims the place, or itself says that it left.",
        "a side's own latest word",
        "it contests the place, for three days",
        lambda sides, _: Claimed(sides),
    ),
)
"""Every way to a verdict. Another one is a class with `take` and `opinion`, and a line here."""

NAMES: Final = tuple(policy.name for policy in POLICIES)


def policy_of(name: str) -> Policy:
    """The policy of that name, which is one of `NAMES`."""
    return next(policy for policy in POLICIES if policy.name == name)


def begun(name: str, sides: Sides, settings: Settings) -> Rule:
    """A rule before its first claim; not for the belief, which is a fold."""
    begin = policy_of(name).begin
    assert begin is not None
    return begin(sides, settings)


class Ruling(NamedTuple):
    """A verdict by another rule than the belief, and what the rule did with each claim on control."""

    verdict: Verdict
    opinion: Opinion
    roles: dict[str, tuple[str, str]]
    """Claim -> one of `DECIDING`, `OPPOSING`, `UNDECIDED`, `OVERTAKEN`, `NOT_COUNTED`, and why."""


def rule_on(
    name: str, base: Verdict, weighed: Sequence[Weighed], sides: Sides, settings: Settings | None = None,
    *, changed_nearby: bool = False,
) -> Ruling:  # fmt: skip
    """The verdict of a rule at the instant of the belief's verdict on the same claims, all of them."""
    rule = begun(name, sides, settings or Settings())
    for one in weighed:
        rule.take(one)
    opinion = rule.opinion(base.at)
    verdict = _put(name, base, weighed, rule.book, opinion, changed_nearby=changed_nearby)
    return Ruling(verdict, opinion, _roles(policy_of(name), weighed, rule.book, opinion))


def _put(
    name: str, base: Verdict, weighed: Sequence[Weighed], book: Book, opinion: Opinion,
    *, changed_nearby: bool,
) -> Verdict:  # fmt: skip
    """An opinion as a verdict; what does not depend on the rule is the belief's."""
    holders = opinion.holders
    word = book.words.get(holders[0]) if holders else None
    since = book.since if holders else None
    age = age_of(word, base.at, book.unchanged_since, None, changed_nearby=changed_nearby)
    probabilities = dict.fromkeys(base.probabilities, 0.0) | dict(opinion.probabilities)
    basis = CLAIMED if name == "claimed" else basis_of(book.voices)
    return base._replace(
        status=opinion.status,
        holders=holders,
        actors=word.actors if word else holders,
        confidence=opinion.confidence,
        probabilities=probabilities,
        basis=basis if holders or opinion.claimants else NO_BASIS,
        vacated_by=opinion.vacated if opinion.status == UNKNOWN else None,
        denied=opinion.denied if opinion.status == UNKNOWN else None,
        partly=partly_held(weighed, holders),
        since=(since.earliest, since.event_at) if since else None,
        freshness=age.freshness if holders else None,
        last_report=age.last_report,
        stale_at=age.stale_at,
        deadline=None,
        pressure=pressing(weighed, base.at, holders),
        claimants=opinion.claimants,
    )


def _roles(
    policy: Policy, weighed: Iterable[Weighed], book: Book, opinion: Opinion
) -> dict[str, tuple[str, str]]:
    deciding = {said.one.evidence.claim for said in opinion.deciding}
    opposing = {said.one.evidence.claim for said in opinion.opposing}
    roles: dict[str, tuple[str, str]] = {}
    for one in weighed:
        claim = one.evidence.claim
        if one.evidence.kind not in MOVING:
            continue
        if claim in deciding:
            roles[claim] = (DECIDING, policy.decides)
        elif claim in opposing and not opinion.holders and not opinion.claimants:
            voting = policy.name in (VOTE, DECAYED_VOTE)
            roles[claim] = (UNDECIDED, "a vote; no side has enough of them" if voting else policy.opposes)
        elif claim in opposing:
            roles[claim] = (OPPOSING, policy.opposes)
        elif claim in book.left_out:
            roles[claim] = (NOT_COUNTED, book.left_out[claim])
        else:
            contest = one.evidence.kind in (CONTEST, INSIDE)
            roles[claim] = (
                OVERTAKEN,
                "a contest counts for three days" if contest else "a later word counts",
            )
    return roles
