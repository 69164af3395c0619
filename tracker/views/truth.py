"""Decides what a file of outcomes tells: which place and actor a row means, and which rows cannot be used."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tracker.errors import BadInput, TrackerError, UnknownName, UnusableRows
from tracker.judgement.evidence import DAY
from tracker.judgement.scoring import Outcome
from tracker.outcomes import NOBODY, Complaint, Row, Table
from tracker.reader import Reader
from tracker.times import read_instant
from tracker.views.names import find

Document = dict[str, Any]


class Truth(NamedTuple):
    """What a file tells, by place id and actor id: outcomes, what is wrong, how many rows count."""

    outcomes: list[Outcome]
    complaints: list[Complaint]
    used: int
    notes: list[str]


PROPOSED: Final = 10
"""For so many unknown names of a file those that are near are looked for: as many as are told one by one."""


class Names:
    """What the names in a file are bound to, each looked up once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._unknown = 0
        self._found: dict[tuple[str, str], str | TrackerError] = {}
        self.notes: list[str] = []

    def id(self, thing: str, text: str) -> str:
        """The id; the error of an unknown or ambiguous name."""
        key = thing, text
        if key not in self._found:
            try:
                bound = find(self._reader, thing, text, proposing=self._unknown < PROPOSED)
                self._found[key] = bound.id
                self.notes += [bound.note] if bound.note else []
            except TrackerError as error:
                self._unknown += isinstance(error, UnknownName)
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
        raise UnusableRows(
            file=file, rows=_rows(wrong), first=truth.complaints[0].text,
            try_="mend the file" + (", or leave --strict out" if truth.used else ""),
            bad=truth.complaints,
        )  # fmt: skip
    return {
        "file": file,
        "rows": {"read": truth.used + wrong, "used": truth.used, "left_out": wrong},
        "bad": [one._asdict() for one in truth.complaints],
        "notes": truth.notes,
    }


def _rows(count: int) -> str:
    return f"{count} row{'s' if count > 1 else ''}"
