"""Decides how a source's track record is told: what became of what it said, in a sentence and in numbers."""

from __future__ import annotations

from typing import Any, Final

from tracker.judgement.evidence import DAY
from tracker.judgement.learning import (
    ENOUGH,
    Settlement,
    Tally,
    boasts,
    learned,
    settlements,
    speaks_of_control,
    suggested_grade,
    tally,
)
from tracker.judgement.reliability import GAIN_ROW, ROWS, SELF_SERVING
from tracker.reader import NOW, Reader
from tracker.views.backdrop import Backdrop
from tracker.views.records import by_place, places_of

Document = dict[str, Any]
_USUAL: Final = ROWS[GAIN_ROW][SELF_SERVING]


def track_record(reader: Reader, source: str, now: int, known: int = NOW) -> Document:
    """What became of everything that a source was the origin of, at the instant `now` (us)."""
    backdrop = Backdrop(reader, known)
    root = backdrop.who.source(source)
    today = now // DAY
    settled = [one for one in _settled(reader, backdrop, root, known) if one.claim.reported_at <= now]
    whole, own = tally(settled, today), tally([one for one in settled if boasts(one.claim)], today)
    graded = backdrop.who.sources[root].grade
    r = _next(settled, today) if own.statements else None
    grade = suggested_grade(whole)
    return {
        **_numbers(whole),
        "own_interest": {**_numbers(own), "reliability": r},
        "suggested_grade": grade,
        "sentence": _sentence(whole, own, r, grade, graded, learns=backdrop.records is not None),
    }


def _settled(reader: Reader, backdrop: Backdrop, source: str, known: int) -> list[Settlement]:
    ids = [id_ for id_ in backdrop.who.sources if backdrop.who.source(id_) == source]
    places = places_of(reader, backdrop, ids, known=known)

    def said(claim: Any) -> bool:
        return claim.origin == source and speaks_of_control(claim)

    return [
        one
        for place, claims in by_place(reader, backdrop, places, known)
        for one in settlements(claims, said, live=backdrop.settings(place).live)
    ]


def _next(settled: list[Settlement], today: int) -> float:
    """The r of what it says today in its own side's favour, ungraded."""
    due = [one for one in settled if boasts(one.claim) and one.due <= today]
    return learned(sum(one.borne_out for one in due), sum(one.witnesses for one in due))


def _numbers(record: Tally) -> Document:
    return {**record._asdict(), "expected": round(record.expected, 1)}


def _sentence(
    whole: Tally, own: Tally, r: float | None, grade: str | None, graded: str | None, *, learns: bool
) -> str:
    if not whole.statements:
        return "It has said of no place who holds it."
    parts = [_told(whole)]
    if r is not None and own.statements:
        parts.append(_own(own, r, graded, learns=learns))
    if grade is not None and grade != graded:
        parts.append(f"by that it would be graded {grade}" + (f", and is graded {graded}" if graded else ""))
    elif grade is not None:
        parts.append(f"its grade {grade} fits that")
    elif whole.decided:
        parts.append(f"{ENOUGH} have to be settled before that says something of its grade")
    return "; ".join(parts) + "."


def _told(record: Tally) -> str:
    said = f"Of {record.statements} statements on who holds a place" if record.statements > 1 else (
        "Of one statement on who holds a place"
    )  # fmt: skip
    told = f"{said} none was borne out or refuted by others"
    if record.decided:
        told = f"{said} {_were(record.borne_out)} borne out by others and {_were(record.refuted)} not"
        told += f" (of {record.decided} such {record.expected:.1f} were to be expected)"
    beside = [
        f"{count} {what}"
        for count, what in (
            (record.undecided, "nobody neutral settled"),
            (record.open, "is open" if record.open == 1 else "are open"),
        )
        if count
    ]
    return f"{told}; {', '.join(beside)}" if beside else told


def _were(count: int) -> str:
    return f"{count} {'was' if count == 1 else 'were'}"


def _own(own: Tally, r: float, graded: str | None, *, learns: bool) -> str:
    told = f"of {own.decided} in its own side's favour {_were(own.borne_out)} borne out"
    if not own.decided:
        told = "of those in its own side's favour none is settled"
    if graded is not None and graded != "F":
        return f"{told}, but its grade decides how the next is weighed"
    if not learns:
        return f"{told}; learning is off, so the next is weighed at {_USUAL:.2f}"
    return f"{told}, so the next is weighed at {r:.2f} (usual {_USUAL:.2f})"
