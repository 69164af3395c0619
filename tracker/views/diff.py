"""Decides the document that answers `diff`: where two verdicts part, and which claims make the difference."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from tracker import phrases
from tracker.judgement.evidence import Evidence
from tracker.judgement.verdict import BAYES
from tracker.reader import Reader, position_at
from tracker.views.claims import texts as texts_of
from tracker.views.claims import told
from tracker.views.documents import compared, verdict_documents
from tracker.views.evidence import merged
from tracker.views.places import Place, places
from tracker.views.situation import Question
from tracker.zones import iso

Document = dict[str, Any]
LEAST: Final = 0.0005
"""A claim worth less than this in log-odds makes no difference."""
FOR, AGAINST, NOTHING, ABSENT = "for", "against", "nothing", "absent"
"""What a claim says to an answer: for it, against it, nothing; or it is not known or not of that time."""


class Compared(NamedTuple):
    """A verdict as it is held against another one."""

    status: Document
    worth: dict[str, float]
    """What each claim on control is worth for the answer: log-odds; by another rule 1, -1 or 0."""
    claims: dict[str, Evidence]


def diff_document(reader: Reader, axis: str, a: Question, b: Question, place: str | None) -> Document:
    """The document of `diff --json`: one place, or every place that is held otherwise or by somebody else."""
    ids = _parted(reader, a, b) if place is None else [place]
    rows = [_Pair(reader, axis, (a, b), id_) for id_ in ids]
    chosen = [row for row in rows if place is None or row.differs()]
    chosen.sort(key=lambda row: (row.place.name, row.place.id))
    return {
        "axis": axis.replace("_", "-"), "a": _value(axis, a), "b": _value(axis, b),
        "places": [row.document() for row in chosen],
    }  # fmt: skip


def _parted(reader: Reader, a: Question, b: Question) -> list[str]:
    """The places that one answers otherwise than the other, by id; what was merged by then is not there."""
    one, other = ({row["place"]["id"]: row for row in verdict_documents(reader, q)} for q in (a, b))
    return sorted(id_ for id_ in one.keys() | other.keys() if _held(one.get(id_)) != _held(other.get(id_)))


def _held(one: Mapping[str, Any] | None) -> tuple[object, ...]:
    """Who holds it, as far as that makes another answer; a place that nobody spoke of is unknown."""
    if one is None:
        return ("unknown", None, None, None)
    holder = one["controller"]
    who = holder and (holder["id"], *(other["id"] for other in holder["with"]))
    claimed = sorted(side["id"] for side in one.get("claimed_by", ()))
    return (one["status"], who, one["vacated_by"], claimed or None)


def _value(axis: str, question: Question) -> str:
    value = getattr(question, axis)
    return str(value) if axis == "policy" else iso(value)


class _Pair:
    """Two verdicts on one place; none where the place is read as another one."""

    def __init__(self, reader: Reader, axis: str, questions: tuple[Question, Question], id_: str) -> None:
        self._reader = reader
        self._axis = axis
        self._sides = [self._compared(question, id_) for question in questions]
        self._policies = [question.policy for question in questions]
        self._known = max(position_at(reader, question.known_at) for question in questions)
        known = [place for question in questions if (place := _place(reader, id_, question))]
        self.place = known[-1] if known else places(reader, [id_])[id_]
        self._claims = self._differing()

    def _compared(self, question: Question, id_: str) -> Compared | None:
        known = position_at(self._reader, question.known_at)
        if id_ in merged(self._reader, known):
            return None
        place = _place(self._reader, id_, question) or places(self._reader, [id_])[id_]
        return Compared(*compared(self._reader, place, question))

    def differs(self) -> bool:
        """Whether the two read differently in any word or figure."""
        return self._told(0) != self._told(1)

    def document(self) -> Document:
        """The row of the place."""
        texts = texts_of(self._reader, self._claims, self._known)
        return {
            "place": {"id": self.place.id, "name": self.place.name},
            "a": self._sides[0].status if self._sides[0] else None,
            "b": self._sides[1].status if self._sides[1] else None,
            "claims": [
                {"claim": id_, "text": told(texts[id_]), "a": self._says(0, id_), "b": self._says(1, id_)}
                for id_ in self._claims
            ],
            "why": self._why({id_: told(texts[id_]) for id_ in self._claims}),
        }

    def _told(self, i: int) -> str | None:
        side = self._sides[i]
        return None if side is None else phrases.verdict("", side.status)

    def _says(self, i: int, claim: str) -> str:
        side = self._sides[i]
        if side is None or claim not in side.claims:
            return ABSENT
        worth = side.worth.get(claim, 0.0)
        if abs(worth) < LEAST or (self._axis == "policy" and not self._answers(i)):
            return NOTHING
        return FOR if worth > 0 else AGAINST

    def _answers(self, i: int) -> bool:
        """Whether there is an answer that a claim can be for: somebody is named, claims it, or is gone."""
        side = self._sides[i]
        return side is not None and any(
            side.status.get(key) for key in ("controller", "claimed_by", "vacated_by", "denied")
        )

    def _differing(self) -> list[str]:
        """The claims that make the difference, the weightiest first."""
        ids = dict.fromkeys(id_ for side in self._sides if side for id_ in side.claims)
        chosen = [id_ for id_ in ids if self._matters(id_)]
        if not chosen and self._axis != "policy":  # a loss where nobody is named is worth nothing in log-odds
            chosen = [id_ for id_ in ids if self._said(0, id_) != self._said(1, id_)]
        if self._axis == "policy" and (chosen or self._parted()):
            chosen += [id_ for i in (0, 1) for id_ in ids if self._decides_unlisted(i, id_, chosen)]
        latest = {id_: i for i, id_ in enumerate(ids)}
        return sorted(chosen, key=lambda id_: (-self._weight(id_), -latest[id_]))

    def _matters(self, id_: str) -> bool:
        one, other = self._says(0, id_), self._says(1, id_)
        if self._axis == "policy":
            return (one == FOR) != (other == FOR)
        return self._said(0, id_) != self._said(1, id_) and not {one, other} <= {ABSENT, NOTHING}

    def _decides_unlisted(self, i: int, id_: str, chosen: Collection[str]) -> bool:
        """Whether a claim decides an answer none of whose claims is told, as the other rule has them too."""
        told = any(self._says(i, other) == FOR for other in chosen)
        return not told and self._says(i, id_) == FOR and (bool(chosen) or self._policies[i] != BAYES)

    def _parted(self) -> bool:
        """Whether the two name another holder, or another status."""
        one, other = (_held(side.status if side else None) for side in self._sides)
        return one != other

    def _said(self, i: int, id_: str) -> Evidence | None:
        side = self._sides[i]
        return side.claims.get(id_) if side else None

    def _weight(self, id_: str) -> float:
        return max(abs(side.worth.get(id_, 0.0)) for side in self._sides if side)

    def _why(self, texts: Mapping[str, str]) -> str:
        """The difference in one sentence."""
        if None in self._sides:
            return "it is read as another place in one of the two"
        if pinned := self._pinned():
            return pinned
        if self._axis == "policy":
            parts = [*self._go_by(texts), *(self._minds(i) for i in (0, 1))]
            return "; ".join(part for part in parts if part) or "the same claims count, and weigh otherwise"
        new = [texts[id_] for id_ in self._claims if self._says(0, id_) == ABSENT]
        gone = [texts[id_] for id_ in self._claims if self._says(1, id_) == ABSENT]
        changed = [id_ for id_ in self._claims if ABSENT not in (self._says(0, id_), self._says(1, id_))]
        parts = [
            f"new: {_first(new)}" if new else "",
            f"no longer there: {_first(gone)}" if gone else "",
            f"taken otherwise: {_first([texts[id_] for id_ in changed])}" if changed else "",
            *self._fronts(),
        ]
        return "; ".join(part for part in parts if part) or self._silence()

    def _fronts(self) -> list[str]:
        """What a front, or its end, has to do with it: no claim on the place itself makes it."""
        one, other = (side.status["across"] if side else None for side in self._sides)
        if one is None and other is not None:
            return [f"on a front in the second: {phrases.across(other)}"]
        if one is not None and other is None:
            return [f"on a front in the first only: {phrases.across(one)}"]
        return []

    def _pinned(self) -> str:
        """What an analyst's pin has to do with it: one answer is that, and not what the claims say."""
        pins = [side.status["pin"] if side else None for side in self._sides]
        if pins[0] == pins[1]:
            return ""
        words = [
            f"{'the first' if i == 0 else 'the second'} is pinned by {pin['by']}: {pin['reason']}"
            for i, pin in enumerate(pins)
            if pin
        ]
        return "; ".join(words)

    def _go_by(self, texts: Mapping[str, str]) -> list[str]:
        """What each of the two goes by; that they go by the same is said once."""
        both = [texts[id_] for id_ in self._claims if self._says(0, id_) == self._says(1, id_) == FOR]
        if both and len(both) == len(self._claims):
            return [f"both go by: {_first(both)}, and weigh that otherwise"]
        return [self._goes_by(i, texts) for i in (0, 1)]

    def _goes_by(self, i: int, texts: Mapping[str, str]) -> str:
        if not self._answers(i):
            return f"{self._policies[i]} names nobody"
        mine = [texts[id_] for id_ in self._claims if self._says(i, id_) == FOR]
        return f"{self._policies[i]} goes by: {_first(mine)}" if mine else ""

    def _minds(self, i: int) -> str:
        """Whether one of the two calls it contested, the other not."""
        one, other = (self._sides[n] for n in (i, 1 - i))
        if one is None or other is None or one.status["status"] != "contested":
            return ""
        if other.status["status"] == "contested":
            return ""
        return f"{self._policies[i]} minds that others say otherwise, or fight for it"

    def _silence(self) -> str:
        if self._axis == "at":
            return "nothing on control was said of the time between: only time passed"
        return "the same claims count; what changed is who counts for whom, or a setting"


def _place(reader: Reader, id_: str, question: Question) -> Place | None:
    return places(reader, [id_], position_at(reader, question.known_at)).get(id_)


def _first(texts: Iterable[str]) -> str:
    first, *more = texts
    return f"{first} (and {len(more)} more)" if more else first
