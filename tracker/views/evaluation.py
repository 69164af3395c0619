"""Decides how rules are scored against what turned out to be so: what is asked when, and judged how."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final, NamedTuple

from tracker.errors import BadInput, TrackerError
from tracker.judgement.answers import answers
from tracker.judgement.course import Memory
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.parties import Parties
from tracker.judgement.scoring import Answer, Outcome, Outcomes, Scores, score, together
from tracker.outcomes import NOBODY, Complaint, Row, Table
from tracker.phrases import joined
from tracker.reader import Reader, position_at
from tracker.times import read_instant
from tracker.views.knowledge import Knowledge
from tracker.views.names import find
from tracker.views.situation import Question, Situation
from tracker.zones import HOUR, MINUTE, instant_of, iso, local_of, zone_of

Document = dict[str, Any]
MOST: Final = 2_000_000
"""So many answers at most are asked for, of all rules together: about a minute."""
_UNITS: Final = {"min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
SCORES: Final = (
    ("right", True), ("brier", False), ("log_loss", False), ("ece", False), ("delay", False),
    ("false_flips", False),
)  # fmt: skip
"""What a rule may be best in, and whether more is better."""
NAMES: Final = {
    "right": "being right", "brier": "Brier", "log_loss": "log loss", "ece": "calibration",
    "delay": "detection delay", "false_flips": "false flips",
}  # fmt: skip


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


class Truth(NamedTuple):
    """What a file tells, by place id and actor id: outcomes, what is wrong, how many rows count."""

    outcomes: list[Outcome]
    complaints: list[Complaint]
    used: int
    notes: list[str]


class Names:
    """What the names in a file are bound to, each looked up once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._found: dict[tuple[str, str], str | TrackerError] = {}
        self.notes: list[str] = []

    def id(self, thing: str, text: str) -> str:
        """The id; the error of an unknown or ambiguous name."""
        key = thing, text
        if key not in self._found:
            try:
                bound = find(self._reader, thing, text)
                self._found[key] = bound.id
                self.notes += [bound.note] if bound.note else []
            except TrackerError as error:
                self._found[key] = error
        found = self._found[key]
        if isinstance(found, TrackerError):
            raise found
        return found


def truth_of(reader: Reader, table: Table, now: int, zone: str) -> Truth:
    """What the rows say, as far as they can be read; two that contradict each other: the first counts."""
    names = Names(reader)
    complaints = list(table.complaints)
    told: dict[tuple[str, int], str | None] = {}
    ends: dict[tuple[str, int], None] = {}
    used = 0
    for row in table.rows:
        wrong: list[Complaint] = []
        found = _read(row, names, now, zone, wrong)
        if found is not None and not wrong:
            place, at, controller, until = found
            before = told.setdefault((place, at), controller)
            if before != controller:
                why = f"another row says {before or 'nobody'} of that time"
                wrong.append(Complaint(row.line, "controller", row.controller, why))
            elif until is not None:
                ends[place, until] = None
        complaints += wrong
        used += not wrong
    outcomes = [Outcome(place, at, who) for (place, at), who in told.items()]
    outcomes += [Outcome(place, at, None) for place, at in ends if (place, at) not in told]
    return Truth(outcomes, sorted(complaints), used, list(dict.fromkeys(names.notes)))


def _read(
    row: Row, names: Names, now: int, zone: str, wrong: list[Complaint]
) -> tuple[str, int, str | None, int | None] | None:
    """What a row says; whatever is wrong with it is added to `wrong`."""

    def tried(field: str, text: str, read: Any) -> Any:
        try:
            return read(text)
        except TrackerError as error:
            step = error.next_step if "did you mean" in error.next_step or "its id" in error.next_step else ""
            wrong.append(Complaint(row.line, field, text, f"{error.message}{f' ({step})' if step else ''}"))
            return None

    def instant(text: str) -> int:
        at = read_instant(text, now=now, zone=zone)
        if at - DAY >= now:
            raise BadInput(what="it has not come yet", try_="a time that has come")
        return at

    def ended(text: str) -> int:
        return read_instant(text, now=now, zone=zone)

    place = tried("place", row.place, lambda text: names.id("place", text))
    at = tried("time", row.time, instant)
    nobody = row.controller.lower() in NOBODY
    who = None if nobody else tried("controller", row.controller, lambda text: names.id("actor", text))
    until = tried("until", row.until, ended) if row.until else None
    if at is not None and until is not None and until <= at:
        wrong.append(Complaint(row.line, "until", row.until, "it is not after the time"))
    return None if wrong else (place, at, who, until)


def told_truth(file: str, table: Table, truth: Truth, *, strict: bool) -> Document:
    """How much of a file is used, and why not the rest; refused if nothing is, or if all of it has to be."""
    wrong = len({one.line for one in truth.complaints})
    if wrong and (strict or not truth.used):
        first = truth.complaints[0]
        raise BadInput(
            what=f"{_rows(wrong)} of {file} cannot be used, the first in line {first.line}:"
            f" {first.field} {first.value!r}: {first.why}",
            try_="mend the file" + (", or leave --strict out" if truth.used else ""),
        )
    return {
        "file": file,
        "rows": {"read": truth.used + wrong, "used": truth.used, "left_out": wrong},
        "bad": [one._asdict() for one in truth.complaints],
        "notes": truth.notes,
    }


def _rows(count: int) -> str:
    return f"{count} row{'s' if count > 1 else ''}"


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
    rows = [_scored(policy, [one[policy] for one in each], asked) for policy in asked.policies]
    best = _best(rows)
    return {
        "from": iso(start), "to": iso(end), "every": asked.every // 1_000_000, "known": asked.known,
        "near": asked.near / DAY, "places": sorted(by_place), "policies": rows, "best": best,
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
            what=f"nothing lies between {iso(start)} and {iso(end)}",
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
) -> dict[str, tuple[Scores, Scores]]:
    """The scores of each rule at one place: of all its answers, and of those near a true change."""
    given: dict[str, list[Answer]] = {policy: [] for policy in asked.policies}
    for claims, memory, some in _known(situation, outcomes[0].place, instants, known=asked.known):
        for policy in asked.policies:
            told = answers(outcomes[0].place, claims, memory, some, policy)
            given[policy] += (_as_now(one, situation.who) for one in told)
    changes = [change.at for change, _ in Outcomes(outcomes).changes(outcomes[0].place)]
    return {
        policy: (score(told, outcomes), score(list(_near(told, changes, asked.near)), outcomes))
        for policy, told in given.items()
    }


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
    return {
        "policy": policy,
        "places": sum(one.answers > 0 for one, _ in each),
        "answers": whole.answers,
        "place_days": round(whole.answers * asked.every / DAY, 6),
        "right": _round(whole.accuracy), "unknown": _round(1.0 - whole.named if whole.answers else 0.0),
        "brier": _round(whole.brier), "log_loss": _round(whole.log_loss),
        "ece": _round(whole.calibration.ece),
        "detection": {
            "median": told.median, "mean": told.mean, "found": len(told.days), "of": told.changes,
            "missed": told.missed, "waiting": told.waiting,
        },
        "flips": {
            "changes": whole.flips.changes, "false": whole.flips.false,
            "place_years": _round(whole.flips.place_years), "false_a_year": _round(whole.flips.false_a_year),
        },
        "near": {"answers": near.answers, "right": _round(near.accuracy), "brier": _round(near.brier)},
        "calibration": [
            {**one._asdict(), "confidence": _round(one.confidence), "right": _round(one.right)}
            for one in whole.calibration.bins
        ],
    }  # fmt: skip


def _near(given: Iterable[Answer], changes: Sequence[int], near: int) -> Iterator[Answer]:
    """The answers about times so near a true change, before or after it."""
    return (one for one in given if any(abs(one.at - at) <= near for at in changes))


def _value(row: Document, name: str) -> float | None:
    """A score as it is printed; None: there is none, or the rule named less than half of the changes."""
    if name == "delay":
        median = row["detection"]["median"]
        return None if median is None else float(round(median, 1))
    return float(row["flips"]["false"] if name == "false_flips" else round(row[name], 3))


def _best(rows: Sequence[Document]) -> dict[str, list[str]]:
    """For each score the rules that are best in it, as it is printed; none where nothing was to be judged."""
    found: dict[str, list[str]] = {}
    for name, more in SCORES:
        values = [value for row in rows if row["answers"] and (value := _value(row, name)) is not None]
        top = (max if more else min)(values, default=None)
        found[name] = [row["policy"] for row in rows if top is not None and _value(row, name) == top]
    return found


def says(rows: Sequence[Document], best: Mapping[str, Sequence[str]]) -> str:
    """Which rule is best in what, and where a simple one is as good as the belief, in words."""
    if not rows or not rows[0]["answers"]:
        return "Nothing could be judged: no answer falls into a time at which the file says who held a place."
    if len(rows) == 1:
        return ""
    alike = [name for name in best if len(best[name]) == len(rows)]
    by: dict[tuple[str, ...], list[str]] = {}
    for name, policies in best.items():
        if policies and name not in alike:
            by.setdefault(tuple(policies), []).append(NAMES[name])
    told = [f"Best in {joined(names)}: {joined(policies)}." for policies, names in by.items()]
    told += [f"All are alike in {joined([NAMES[name] for name in alike])}."] if alike else []
    return " ".join([*told, *_against_belief(rows, alike)])


def _against_belief(rows: Sequence[Document], alike: Sequence[str]) -> Iterator[str]:
    mine = next((row for row in rows if row["policy"] == "bayes"), None)
    others = [row for row in rows if row["policy"] != "bayes"]
    if mine is None or not others:
        return
    better: dict[str, list[str]] = {}
    for row in others:
        names = [
            NAMES[name] for name, more in SCORES if name not in alike and _as_good(row, mine, name, more=more)
        ]
        if names:
            better.setdefault(joined(names), []).append(row["policy"])
    told = [f"{joined(policies)} in {names}" for names, policies in better.items()]
    if told:
        yield f"As good as bayes, or better: {'; '.join(told)}."
    else:
        yield "No other rule is as good as bayes in anything."


def _as_good(row: Document, mine: Document, name: str, *, more: bool) -> bool:
    theirs, own = _value(row, name), _value(mine, name)
    if theirs is None or own is None:
        return theirs is not None
    return theirs >= own if more else theirs <= own


def _round(value: float) -> float:
    return round(value, 9)
