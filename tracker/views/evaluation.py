"""Decides how rules are scored against what turned out to be so: what is asked when, of which places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from tracker.errors import BadInput
from tracker.judgement.answers import answers
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.memory import Memory
from tracker.judgement.parties import Parties
from tracker.judgement.scoring import Answer, Outcome, Outcomes, Scores, score, together
from tracker.judgement.vocabulary import MOVING
from tracker.reader import Reader, position_at
from tracker.views.knowledge import Knowledge
from tracker.views.places import places
from tracker.views.ranking import best_of, says
from tracker.views.situation import Question, Situation
from tracker.views.truth import Truth
from tracker.zones import HOUR, MINUTE, instant_of, iso, local_of, show, zone_of

Document = dict[str, Any]
MOST: Final = 2_000_000
"""So many answers at most are asked for, of all rules together: about a minute."""
_UNITS: Final = {"min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


class Asked(NamedTuple):
    """What is to be evaluated: `every` and `near` are us, `start` and `end` instants."""

    policies: Sequence[str]
    every: int
    start: int | None
    end: int | None
    near: int
    known: bool
    now: int
    zone: str


class _Place(NamedTuple):
    """How the rules did at one place: by rule the scores of all answers, and of those near a true change."""

    scores: dict[str, tuple[Scores, Scores]]
    silent: bool
    """Nothing was claimed about it by any of the instants."""


def read_every(text: str) -> int:
    """How often is asked, in us: `1d`, `6h`, `30min`, `2w`."""
    import re

    found = re.fullmatch(r"(\d{1,6})\s*(min|h|d|w)", text.strip().lower(), re.ASCII)
    if found is None or not int(found[1]):
        raise BadInput(what=f"cannot read {text!r} as a length of time", try_="1d, 6h, 30min or 2w")
    return int(found[1]) * _UNITS[found[2]]


def read_days(days: float) -> int:
    """A number of days in us."""
    if not 0 <= days <= 36525:
        raise BadInput(what=f"{days:g} days is not near", try_="--near with 0 to 36525 days")
    return round(days * DAY)


def evaluation_document(reader: Reader, truth: Truth, asked: Asked) -> Document:
    """Each rule's scores, the best of them, and what that says."""
    by_place = _by_place(truth.outcomes)
    start, end = _window(truth.outcomes, asked)
    grid = _instants(start, end, asked.every, asked.zone)
    begins = {place: max(start, told[0].at) for place, told in by_place.items()}
    wanted = {place: [at for at in grid if at >= first] for place, first in begins.items()}
    count = sum(map(len, wanted.values()))
    _refuse_many(count * len(asked.policies))
    situation = Situation(reader, Question(at=end))
    situation.load(wanted if not asked.known else ())
    each = [_of_place(situation, wanted[place], list(_sided(told, situation)), asked)
            for place, told in by_place.items()]  # fmt: skip
    rows = [_scored(policy, [one.scores[policy] for one in each], asked) for policy in asked.policies]
    names = places(reader, by_place)
    best = best_of(rows)
    return {
        "from": iso(start), "to": iso(end), "every": asked.every // 1_000_000, "known": asked.known,
        "near": asked.near / DAY, "places": sorted(by_place),
        "silent": [
            {"id": place, "name": names[place].name}
            for place, one in sorted(zip(by_place, each, strict=True)) if one.silent
        ],
        "policies": rows, "best": best,
        "says": says(rows, best),
    }  # fmt: skip


def _by_place(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    ordered = sorted(outcomes, key=lambda one: (one.place, one.at))
    return {place: list(told) for place, told in groupby(ordered, key=lambda one: one.place)}


def _window(outcomes: Sequence[Outcome], asked: Asked) -> tuple[int, int]:
    """From the first outcome to so long after the last as is near an event, or to now."""
    times = [one.at for one in outcomes]
    start = min(times) if asked.start is None else asked.start
    end = min(asked.now, max(times) + asked.near) if asked.end is None else asked.end
    if start > end:
        raise BadInput(
            what=f"it would begin after it ends: {show(start, asked.zone)} is after {show(end, asked.zone)}",
            try_="an earlier --from, or a later --to",
        )
    return start, end


def _instants(start: int, end: int, every: int, zone: str) -> list[int]:
    """When answers are asked for: at the ends of days in the zone, or else so often from the start on."""
    _refuse_many((end - start) // every)
    if every % DAY:
        return list(range(start, end + 1, every))
    from datetime import timedelta

    from tracker.dates import midnight

    where = zone_of(zone)
    step = timedelta(days=every // DAY)
    day = local_of(start, where).date() + timedelta(days=1)
    found: list[int] = []
    while (at := instant_of(midnight(day), where) - 1) <= end:
        found.append(at)
        day += step
    return found or [end]


def _refuse_many(count: int) -> None:
    if count > MOST:
        raise BadInput(
            what=f"that would be {count:,} answers, and {MOST:,} are too many",
            try_="a longer --every, fewer rules, or --from and --to closer together",
        )


def _sided(told: Sequence[Outcome], situation: Situation) -> Iterator[Outcome]:
    """A place's outcomes with the side that the actor counts for, also where it joins another later on."""
    changes = [change.at for change in situation.sides.changes]
    last = situation.question.at
    for one, end in zip(told, [*(after.at for after in told[1:]), last + 1], strict=True):
        if one.controller is None:
            yield one
            continue
        for at in (one.at, *(at for at in changes if one.at < at < end)):
            yield one._replace(at=at, controller=situation.who.side(one.controller, at))


def _of_place(
    situation: Situation, instants: Sequence[int], outcomes: Sequence[Outcome], asked: Asked
) -> _Place:
    """How the rules did at one place."""
    given: dict[str, list[Answer]] = {policy: [] for policy in asked.policies}
    silent = True
    for claims, memory, some in _known(situation, outcomes[0].place, instants, known=asked.known):
        silent = silent and not any(one.kind in MOVING and one.event_at <= some[-1] for one in claims)
        for policy in asked.policies:
            told = answers(outcomes[0].place, claims, memory, some, policy)
            given[policy] += (_as_now(one, situation.who) for one in told)
    changes = [change.at for change, _ in Outcomes(outcomes).changes(outcomes[0].place)]
    return _Place({
        policy: (score(told, outcomes), score(list(_near(told, changes, asked.near)), outcomes))
        for policy, told in given.items()
    }, silent)  # fmt: skip


def _known(
    situation: Situation, place: str, instants: Sequence[int], *, known: bool
) -> Iterator[tuple[Sequence[Evidence], Memory, list[int]]]:
    """The claims that count at some instants, what to fold them with, and those instants."""
    if not known:
        memory = Memory(situation.sides, situation.settings(place), situation.who.side)
        yield situation.claims(place), memory, list(instants)
        return
    then = Knowledge(situation.reader, place, situation.question)

    def position(at: int) -> int:
        return situation.reader.once(("position", at), lambda: position_at(situation.reader, at))

    for then_known, some in groupby(instants, key=position):
        claims, memory = then.at(then_known)
        yield claims, memory, list(some)


def _as_now(one: Answer, who: Parties) -> Answer:
    """An answer with sides as they are known now: who was merged since, or found to be part of another."""
    sides = {
        actor: who.side(actor, one.at)
        for actor in {*one.probabilities, *([one.controller] if one.controller else [])}
    }
    if all(actor == side for actor, side in sides.items()):
        return one
    shares: dict[str, float] = {}
    for actor, p in one.probabilities.items():
        shares[sides[actor]] = shares.get(sides[actor], 0.0) + p
    return one._replace(probabilities=shares, controller=one.controller and sides[one.controller])


def _scored(policy: str, each: Sequence[tuple[Scores, Scores]], asked: Asked) -> Document:
    whole, near = (together([one[i] for one in each]) for i in (0, 1))
    told = whole.detection

    def mean(of: Scores, value: float) -> float | None:
        return _round(value) if of.answers else None

    return {
        "policy": policy,
        "places": sum(one.answers > 0 for one, _ in each),
        "answers": whole.answers,
        "place_days": round(whole.answers * asked.every / DAY, 6),
        "right": mean(whole, whole.accuracy), "unknown": mean(whole, 1.0 - whole.named),
        "brier": mean(whole, whole.brier), "log_loss": mean(whole, whole.log_loss),
        "ece": _round(whole.calibration.ece) if whole.calibration.bins else None,
        "undecided": whole.calibration.undecided,
        "detection": {
            "median": told.median, "mean": told.mean, "found": len(told.days), "of": told.changes,
            "missed": told.missed, "waiting": told.waiting,
        },
        "flips": {
            "changes": whole.flips.changes, "false": whole.flips.false,
            "place_years": _round(whole.flips.place_years), "false_a_year": _round(whole.flips.false_a_year),
        },
        "near": {
            "answers": near.answers, "right": mean(near, near.accuracy), "brier": mean(near, near.brier),
        },
        "calibration": [
            {**one._asdict(), "confidence": _round(one.confidence), "right": _round(one.right)}
            for one in whole.calibration.bins
        ],
    }  # fmt: skip


def _near(given: Iterable[Answer], changes: Sequence[int], near: int) -> Iterator[Answer]:
    """The answers about times so near a true change, before or after it."""
    return (one for one in given if any(abs(one.at - at) <= near for at in changes))


def _round(value: float) -> float:
    return round(value, 9)
