"""Decides how a belief is put: status, holder, basis, freshness, deadline.

`judge` reads a fold at an instant. Nothing here moves the probabilities.
"""

from collections.abc import Collection, Mapping, Sequence
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tracker.judgement.belief import Fold, Settings
from tracker.judgement.conflicts import UNSETTLING, Disagreement, disagreements, unsettled
from tracker.judgement.evidence import ANALYSTS, DAY, Evidence, Sides
from tracker.judgement.neighbours import on_the_front
from tracker.judgement.pin import Pin
from tracker.judgement.reliability import AGAINST_INTEREST, NAMELESS, NEUTRAL, SELF_SERVING, Weighed
from tracker.judgement.vocabulary import AROUND, CONTEST, FOR, INSIDE, PRESENT, STRUCK
from tracker.judgement.words import Word

BAYES: Final = "bayes"
"""The name of the belief among the rules that verdicts can be reached by (`policies`)."""
NAMED_FROM: Final = 0.5
"""Who holds it is named wherever confidence is at least this."""
CONTEST_LASTS: Final = 3 * DAY
CONFLICT_LASTS: Final = 3 * DAY
SHOWN_FOR: Final = 14 * DAY
"""An unsettled conflict stays listed this long, whether or not it still makes the place contested."""
TAIL: Final = SHOWN_FOR + 3 * DAY
"""How far back `judge` needs the claims themselves; beyond it the fold has kept what matters."""

SHELF: Final = {
    "captured": 7 * DAY, "holds": 14 * DAY, "assessed": 14 * DAY, "fighting": DAY, "advanced": DAY,
    "struck": 2 * DAY, "besieges": 3 * DAY, "present": 7 * DAY,
}  # fmt: skip
"""How long a word stays fresh, or a pressure is shown, by predicate (us)."""
WEEK: Final = 7 * DAY
"""So long where nothing else is said."""
FAR: Final = 1e6
"""Days after which a deadline is no use to anybody."""
QUIET: Final = 90 * DAY
NEARBY_CHANGE: Final = 7 * DAY

HELD, CONTESTED_STATUS, UNKNOWN = "held", "contested", "unknown"
FRESH, AGEING, STALE = "fresh", "ageing", "stale"
ASSESSED, CLAIMED, ANALYST, NO_BASIS = "assessed", "claimed", "analyst", "none"
INFERRED = "inferred"

# A record cannot name itself among its fields but as text, which `typing` would compile at each start.
if TYPE_CHECKING:
    Shadow: TypeAlias = "Verdict"
else:
    Shadow = tuple


class Verdict(NamedTuple):
    """Who controls one place at `at`, and how that is known. Instants are us since the epoch."""

    at: int
    status: str
    holders: tuple[str, ...]
    """The side in control first, then the sides that hold it together with it; empty if not named."""
    actors: tuple[str, ...]
    """The holder as precisely as the latest claim for it named it."""
    confidence: float
    probabilities: dict[str, float]
    basis: str
    vacated_by: str | None
    partly: bool
    since: tuple[int | None, int] | None
    freshness: str | None
    last_report: int | None
    stale_at: int | None
    deadline: int | None
    pressure: tuple[Evidence, ...]
    present: tuple[Evidence, ...]
    conflicts: tuple[Disagreement, ...]
    origins: int
    claims: int
    across: tuple[str, ...] = ()
    """The other sides that hold a place within 10 km: it lies on the front."""
    claimants: tuple[Word, ...] = ()
    """Each side's own word, where the rule keeps them apart."""
    denied: str | None = None
    """Who is said not to have it, where a rule names nobody because of a denial, and nobody left."""
    pin: Pin | None = None
    """The analyst's pin that this is the answer of."""
    shadow: Shadow | None = None
    """The verdict of the claims, where a pin is the answer."""


def judge(
    state: Fold, tail: Sequence[Weighed], at: int, settings: Settings | None = None, *,
    changed_nearby: bool = False, across: Collection[str] = (), counts: tuple[int, int] | None = None,
) -> Verdict:  # fmt: skip
    """The verdict at `at` from a fold of the claims up to then and the recent ones among them.

    `tail` holds at least the claims of the last `TAIL`; `across` are the sides that hold places within
    10 km; `counts` overrides (claims, origins).
    """
    settings = settings or Settings()
    state.move_to(at)
    tail = [one for one in tail if one.evidence.event_at > at - TAIL]
    conflicts = _open(tail, at)
    holders, belief = holders_of(state)
    named = holders if belief >= NAMED_FROM else ()
    others, p = _facing(state, named, across)
    disputed = any(one.kind in UNSETTLING and at - one.at <= CONFLICT_LASTS for one in conflicts)
    status = status_of(state, holders, belief, at, settings, disputed=disputed)
    word = state.words.get(named[0]) if named else None
    deadline = deadline_of(state, named, belief, at, settings)
    age = age_of(word, at, quiet_since(state), deadline, changed_nearby=changed_nearby)
    claims, origins = counts or (state.count, len(state.origins))
    return Verdict(
        at, status, named, word.actors if word else named,
        confidence=sum(p[state.names.index(side)] for side in holders),
        probabilities=dict(zip(state.names, p, strict=True)),
        basis=basis_of(state.voices) if named else NO_BASIS,
        vacated_by=state.vacated if status == UNKNOWN else None,
        partly=partly_held(tail, named),
        since=(state.since.earliest, state.since.event_at) if named and state.since else None,
        freshness=age.freshness if named else None,
        last_report=age.last_report, stale_at=age.stale_at, deadline=deadline,
        pressure=pressing(tail, at, named), present=_shown(tail, at, (PRESENT,), ()),
        conflicts=conflicts, origins=origins, claims=claims, across=others,
    )  # fmt: skip


def _open(tail: Sequence[Weighed], at: int) -> tuple[Disagreement, ...]:
    """The contradictions that nothing has settled and that are still told."""
    found = unsettled(disagreements(tail, every=False), tail)
    return tuple(one for one in found if at - one.at <= SHOWN_FOR)


def _facing(
    state: Fold, named: tuple[str, ...], across: Collection[str]
) -> tuple[tuple[str, ...], Sequence[float]]:
    """The other sides that the holders face across a front, and the probabilities that this leaves."""
    others = tuple(sorted(set(across) - set(named))) if named else ()
    return others, on_the_front(state.p, state.names, named[0], others) if others else state.p


def holders_of(state: Fold) -> tuple[tuple[str, ...], float]:
    """The best side with those its latest claim names beside it, and the sum of their shares."""
    best = state.best
    if not state.named or best is None:
        return (), 0.0  # a loss, a strike or a denial says who does not have it, and names nobody who does
    word = state.words.get(best)
    others = tuple(side for side in word.sides if side != best and side in state.names) if word else ()
    holders = (best, *others)
    return holders, sum(state.p[state.names.index(side)] for side in holders)


def status_of(
    state: Fold,
    holders: tuple[str, ...],
    confidence: float,
    at: int,
    settings: Settings,
    *,
    disputed: bool,
) -> str:
    """Whether it is held, contested or unknown; `disputed`: an unsettled contradiction is recent."""
    if confidence < settings.threshold:
        return UNKNOWN
    entered = state.entered is not None and at - state.entered.event_at <= CONTEST_LASTS
    if disputed or (entered and not set(state.entered.sides if state.entered else ()) & set(holders)):
        return CONTESTED_STATUS
    if confidence < settings.contested_below and _another_named(state, holders):
        return CONTESTED_STATUS
    return HELD


def _another_named(state: Fold, holders: tuple[str, ...]) -> bool:
    """Whether a claim for another side is newer than, or as new as, the latest one for the holder."""
    mine = state.words.get(holders[0])
    return any(
        side not in holders and (mine is None or word.event_at >= mine.event_at)
        for side, word in state.words.items()
        if not set(word.sides) & set(holders)
    )


def basis_of(voices: Mapping[str, tuple[str, str]]) -> str:
    """`assessed` needs more than self-serving voices, and more than one nameless voice.

    Voices come with stance and kind. Assessors cannot corroborate each other here: two voices are
    counted only where one of them is nameless, which no assessor is. An analyst who agrees with claims
    makes them no better; one who stands alone is told as that.
    """
    others = [said for said in voices.values() if said[1] != ANALYSTS]
    known = [stance for stance, kind in others if kind not in NAMELESS]
    if any(stance in (NEUTRAL, AGAINST_INTEREST) for stance in known):
        return ASSESSED
    independent = [stance for stance, _ in others if stance != SELF_SERVING]
    if independent and len(others) > 1:
        return ASSESSED
    return CLAIMED if len(others) == len(voices) else ANALYST


def partly_held(tail: Sequence[Weighed], holders: tuple[str, ...]) -> bool:
    """Whether the last word on how much of it the holder has is "most", "part" or "some"."""
    said = [
        one.evidence.extent
        for one in tail
        if one.evidence.predicate in ("captured", "holds")
        and one.evidence.kind in (FOR, CONTEST)
        and set(one.evidence.sides) & set(holders)
    ]
    return bool(said) and said[-1] in ("most", "part", "some")


def last_word(word: Word, at: int) -> int:
    """When it was last said by then. What was said later, and dated back, counts from its time."""
    said = word.reported_at if word.reported_at <= at else word.event_at
    if not word.confirmed_at:
        return said
    return max([said, *(confirmed for confirmed in word.confirmed_at if confirmed <= at)])


class Age(NamedTuple):
    """How fresh the word is that a verdict stands on."""

    freshness: str
    last_report: int | None
    stale_at: int | None


def age_of(
    word: Word | None, at: int, unchanged_since: int | None, deadline: int | None, *, changed_nearby: bool
) -> Age:
    """How fresh the latest word for the holder is; none: stale."""
    if word is None:
        return Age(STALE, None, deadline)
    last = last_word(word, at)
    end = last + shelf_life(word.predicate, at, unchanged_since, changed_nearby=changed_nearby)
    return Age(freshness(last, end, at, deadline), last, end if deadline is None else min(end, deadline))


def shelf_life(predicate: str, at: int, unchanged_since: int | None, *, changed_nearby: bool) -> int:
    """How long a word keeps (us), read at an instant: shorter where much changes, longer in the quiet."""
    shortened, usual, prolonged = shelf_lives(predicate)
    if changed_nearby:
        return shortened
    return prolonged if unchanged_since is not None and at - unchanged_since > QUIET else usual


def shelf_lives(predicate: str) -> tuple[int, int, int]:
    """How long a word keeps (us) where control changed nearby, as a rule, and where it is quiet."""
    shelf = SHELF.get(predicate, WEEK)
    return shelf // 2, shelf, shelf * 2


def quiet_since(state: Fold) -> int | None:
    """Since when control has not changed (us); None: nobody ever had it."""
    if state.changed_at is not None:
        return state.changed_at
    return state.since.event_at if state.since else None


def freshness(last: int, shelf_end: int, at: int, deadline: int | None = None) -> str:
    """How fresh a last word is that keeps until `shelf_end`, where silence does not end it before."""
    if at > shelf_end or (deadline is not None and at >= deadline):
        return STALE
    return AGEING if at - last > (shelf_end - last) / 2 else FRESH


def deadline_of(
    state: Fold, holders: tuple[str, ...], confidence: float, at: int, settings: Settings
) -> int | None:
    """When silence alone brings the confidence down to the threshold; None if it never does."""
    if not holders or confidence <= settings.threshold:
        return None  # nobody is named, or not surely enough: silence has nothing to bring down
    pi = len(holders) / len(state.names)
    return deadline(confidence, pi, settings.threshold, state.lam, at)


def deadline(confidence: float, pi: float, threshold: float, lam: float, at: int) -> int | None:
    """The instant at which p, decaying toward `pi` at `lam` a day from `at`, reaches `threshold`."""
    if confidence <= threshold or threshold <= pi or lam <= 0:
        return at if confidence <= threshold else None
    days = log((confidence - pi) / (threshold - pi)) / lam
    return None if days > FAR else at + round(days * DAY)


def pressing(tail: Sequence[Weighed], at: int, holders: tuple[str, ...]) -> tuple[Evidence, ...]:
    """What others than the holders do in, at and around it."""
    return _shown(tail, at, (AROUND, CONTEST, INSIDE, STRUCK), holders)


def _shown(
    tail: Sequence[Weighed], at: int, kinds: tuple[str, ...], holders: tuple[str, ...]
) -> tuple[Evidence, ...]:
    """What is going on around it, newest first, while its shelf life lasts; the same thing once."""
    found: dict[tuple[object, ...], Evidence] = {}
    for one in tail:
        claim = one.evidence
        if claim.kind not in kinds or set(claim.sides) & set(holders) or not claim.weight:
            continue
        if at - claim.reported_at <= SHELF.get(claim.predicate, DAY):
            key = (claim.predicate, claim.actors, claim.relation)
            found.pop(key, None)
            found[key] = claim
    return tuple(reversed(found.values()))


class WouldChange(NamedTuple):
    """The least news that would change the answer: `reports` neutral ones that `side` took it."""

    side: str | None
    reports: int
    status: str


def would_change(state: Fold, sides: Sides, at: int, settings: Settings | None = None) -> WouldChange | None:
    """How many independent, neutral reports for the strongest rival change who holds it; at most five."""
    settings = settings or Settings()
    holders, _ = holders_of(state)
    rivals = [
        (-round(p, 9), name) for p, name in zip(state.p, state.names, strict=True) if name not in holders
    ]
    if not rivals or not holders:
        return None
    top, rival = min(rivals)
    unsure = sum(1 for p, _ in rivals if p == top) > 1
    trial = Fold.load(state.dump(), sides)
    for n in range(1, 6):
        claim = Evidence(f"~{n}", FOR, (rival,), at + n, at + n, f"~{n}", predicate="captured")
        list(trial.run([claim]))
        _, confidence = holders_of(trial)
        if trial.best == rival and confidence >= settings.threshold:
            return WouldChange(None if unsure else rival, n, HELD)
    return None
