"""Decides how what was believed of a place is followed through the record, as reports came in.

At each instant of recording the answer is that of `--known-at` then. Rows of claims are read once; what
they are read against is read again only where the record says that it changed, and the fold goes on from
what it has. In a long record an origin's track record is asked anew only where something on the place is
recorded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile
from typing import Final, NamedTuple

from tracker.judgement.course import Span, clamped, course, joined
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.guard import counting
from tracker.judgement.learning import boasts
from tracker.judgement.memory import Memory
from tracker.judgement.parties import Parties
from tracker.judgement.pin import Pin
from tracker.judgement.verdict import BAYES
from tracker.judgement.vocabulary import MOVING, NONE
from tracker.reader import NOW, Reader, Row, position_at, recorded_us
from tracker.views.assessments import assessed, passing
from tracker.views.backdrop import Backdrop
from tracker.views.evidence import COLUMNS, evidence_of, gathered
from tracker.views.guard import found_anew
from tracker.views.records import Records
from tracker.views.situation import Question

RECORD: Final = "record"
"""What begins a stretch of knowledge: something was recorded."""
ELSEWHERE: Final = 500
"""Of so many events about other claims at most it is asked whether they changed an origin's record."""
_WIDTH: Final = len(COLUMNS)
_BACKDROP: Final = (
    "kind LIKE 'actor-%' OR kind LIKE 'source-%' OR kind LIKE 'setting-%' OR kind LIKE 'batch-%'"
    " OR kind IN ('place-merged', 'place-unmerged')"
)


class Step(NamedTuple):
    """An instant of recording after which something may be judged otherwise, and the log's position then."""

    at: int
    position: int


class _Settled(NamedTuple):
    """Records settled at a position or before it, and the last day of which they tell what that one does."""

    position: int
    until: int
    records: Records


class Knowledge:
    """One place as it was known at any position of the log."""

    def __init__(self, reader: Reader, place: str, question: Question) -> None:
        self._reader = reader
        self._place = place
        self._question = question
        self._changes = [row[0] for row in reader.rows(
            f"SELECT position FROM events WHERE {_BACKDROP} ORDER BY position"
        )]  # fmt: skip
        self._rows: dict[str, list[Row]] = {}
        self._noted: dict[str, bool] = {}
        self._epoch = -1
        self._backdrop: Backdrop | None = None
        self._made: dict[tuple[str, int], Evidence] = {}
        self._memory: Memory | None = None
        self._learns = False
        self._records: _Settled | None = None
        self._judged = {
            edge
            for row in reader.among(
                "SELECT from_pos, to_pos FROM assessments WHERE place IN (:wanted)", self._ids()
            )
            for edge in row
        }

    def steps(self) -> list[Step]:
        """When something was recorded that touches the place, from its first claim on."""
        claims = [row[1] for place in self._ids() for row in self._versions(place)]
        touched = {edge for place in self._ids() for row in self._versions(place) for edge in row[_WIDTH:]}
        touched |= set(self._edges(claims)) | self._judged
        if not touched:
            return []
        first = min(touched)
        known = position_at(self._reader, self._question.known_at)
        edges = {*touched, *self._changes, *self._elsewhere(first, known)} - {NOW}
        wanted = sorted(edge for edge in edges if first <= edge <= known)
        instants: dict[int, int] = {}
        for position, at in self._recorded(wanted):
            instants[at] = max(position, instants.get(at, position))
        return [Step(at, position) for at, position in sorted(instants.items())]

    def _elsewhere(self, first: int, known: int) -> list[int]:
        """When claims on other places were recorded, which records and batches are made of; of many, none."""
        rows = self._reader.rows(
            "SELECT position FROM events WHERE kind LIKE 'claim-%' AND position > :first"
            " AND position <= :known LIMIT :most",
            first=first, known=known, most=ELSEWHERE + 1,
        )  # fmt: skip
        return [row[0] for row in rows] if len(rows) <= ELSEWHERE else []

    def at(self, position: int) -> tuple[list[Evidence], Memory]:
        """The evidence as known at a position, and what to fold it with."""
        backdrop = self._then(position)
        root = backdrop.root(self._place)
        found = {id_: self._evidence(id_, position) for id_ in backdrop.members(root)}
        settings = backdrop.settings(root)
        kept = self._memory
        if kept is None or (kept.sides, kept.settings) != (backdrop.sides, settings):
            self._memory = kept = Memory(backdrop.sides, settings)
        kept.side_of = backdrop.who.side
        if self._judged:
            judged = assessed(
                self._reader, backdrop.who, found, known=position, until=NOW,
                published_by=self._question.published_by,
            )  # fmt: skip
            for id_, one in judged:
                found[id_].append(one)
        claims = list(gathered(found))
        return found_anew(self._reader, backdrop, claims, position, self._question.published_by), kept

    def says(self, step: Step) -> bool:
        """Whether anything was claimed or judged of the place by then."""
        return bool(self.at(step.position)[0] or self.pins(step.position, step.at))

    def pins(self, position: int, end: int) -> list[Pin]:
        """The pins begun by an instant, as known at a position; another rule than the belief knows none."""
        if not self._judged or self._question.policy != BAYES:
            return []
        backdrop = self._then(position)
        counting_then = passing(self._reader, backdrop.who, end, position, self._question.published_by)
        members = backdrop.members(backdrop.root(self._place))
        return [pin for id_ in members for pin in counting_then.pins.get(id_, ())]

    def _then(self, position: int) -> Backdrop:
        epoch = bisect_right(self._changes, position)
        if self._backdrop is None or epoch != self._epoch:
            self._epoch = epoch
            self._backdrop = Backdrop(self._reader, position)
            self._learns = self._backdrop.records is not None
            self._made = {}
            self._records = None
        return self._backdrop

    def _evidence(self, place: str, position: int) -> list[Evidence]:
        rows = [row for row in self._versions(place) if row[_WIDTH] <= position < row[_WIDTH + 1]]
        plain = [row for row in rows if not self._noted[row[1]]]
        noted = [row for row in rows if self._noted[row[1]]]
        self._make([row for row in plain if (row[1], row[_WIDTH]) not in self._made])
        found = [self._made[row[1], row[_WIDTH]] for row in plain]
        found += evidence_of(self._reader, self._who, [row[:_WIDTH] for row in noted], position)
        published = self._question.published_by
        return self._by_record(
            [one for one in found if published is None or one.reported_at <= published], position
        )

    def _by_record(self, claims: list[Evidence], position: int) -> list[Evidence]:
        """Claims with what their origins' records made of them then."""
        days = [one.reported_at // DAY for one in claims if boasts(one)] if self._learns else []
        return self._records_then(position, max(days)).weighed(claims) if days else claims

    def _records_then(self, position: int, day: int) -> Records:
        """Records that tell of every day up to one what those of a position do.

        What is settled by a day depends on what was reported before it alone: new claims change nothing
        that is told of the days up to the first on which any of them was reported.
        """
        kept = self._records
        if kept is not None and kept.position <= position:
            kept = kept._replace(
                position=position, until=min(kept.until, self._first_news(kept.position, position))
            )
        if kept is None or kept.position != position or kept.until < day:
            assert self._backdrop is not None
            kept = _Settled(position, NOW, Records(self._reader, self._backdrop, position))
        self._records = kept
        return kept.records

    def _first_news(self, after: int, until: int) -> int:
        """The first day on which anything was reported that was recorded between two positions."""
        told = self._reader.rows(
            "SELECT kind, stream FROM events WHERE position > :after AND position <= :until"
            " AND (kind LIKE 'claim-%' OR kind LIKE 'batch-%')",
            after=after, until=until,
        )  # fmt: skip
        if any(kind != "claim-recorded" for kind, _ in told):
            return -NOW
        reported = self._reader.among(
            "SELECT min(reported_at) FROM claims WHERE id IN (:wanted)",
            [stream.removeprefix("claim/") for _, stream in told],
        )
        return min((row[0] // DAY for row in reported if row[0] is not None), default=NOW)

    def _make(self, rows: Sequence[Row]) -> None:
        """Evidence of claims that were never linked or looked at again, kept while the backdrop stays."""
        made = evidence_of(self._reader, self._who, [row[:_WIDTH] for row in rows], 0, noted=False)
        for row, one in zip(rows, made, strict=True):
            self._made[row[1], row[_WIDTH]] = one

    @property
    def _who(self) -> Parties:
        assert self._backdrop is not None
        return self._backdrop.who

    def _versions(self, place: str) -> list[Row]:
        """Every row that there ever was of the claims on a place that count."""
        if place not in self._rows:
            rows = list(self._reader.among(
                f"SELECT {', '.join(COLUMNS)}, from_pos, to_pos FROM claims WHERE place IN (:wanted)"
                f" AND fact = 'recorded' AND effect <> '{NONE}' ORDER BY event_at, reported_at, id",
                [place],
            ))  # fmt: skip
            self._rows[place] = rows
            noted = {row[0] for row in self._reader.among(
                "SELECT claim FROM links WHERE claim IN (:wanted) AND link = 'derived-from'"
                " UNION SELECT claim FROM reviews WHERE claim IN (:wanted)",
                [row[1] for row in rows],
            )}  # fmt: skip
            self._noted |= {row[1]: row[1] in noted for row in rows}
        return self._rows[place]

    def _ids(self) -> list[str]:
        """Every id whose claims were ever read as claims on the place."""
        ids = {self._place}
        while True:
            more = {
                row[0]
                for row in self._reader.among("SELECT id FROM places WHERE merged_into IN (:wanted)", ids)
            } | {
                row[0]
                for row in self._reader.among(
                    "SELECT merged_into FROM places WHERE id IN (:wanted) AND merged_into > ''", ids
                )
            }
            if more <= ids:
                return sorted(ids)
            ids |= more

    def _edges(self, claims: Iterable[str]) -> Iterator[int]:
        """The positions at which links, reviews, or the claims that these are derived from, changed."""
        seen: set[str] = set()
        frontier = set(claims)
        while frontier:
            seen |= frontier
            others: set[str] = set()
            for other, start, end in self._reader.among(
                "SELECT other, from_pos, to_pos FROM links WHERE claim IN (:wanted)", frontier
            ):
                others.add(other)
                yield from (start, end)
            for start, end in self._reader.among(
                "SELECT from_pos, to_pos FROM reviews WHERE claim IN (:wanted)", frontier
            ):
                yield from (start, end)
            frontier = others - seen
            for start, end in self._reader.among(
                "SELECT from_pos, to_pos FROM claims WHERE id IN (:wanted)", frontier
            ):
                yield from (start, end)

    def _recorded(self, positions: Iterable[int]) -> Iterator[tuple[int, int]]:
        wanted = list(positions)
        for start in range(0, len(wanted), 500):
            some = {f"p{i}": position for i, position in enumerate(wanted[start : start + 500])}
            yield from self._reader.rows(
                f"SELECT position, {recorded_us(self._reader)} FROM events"
                f" WHERE position IN ({', '.join(f':{name}' for name in some)})",
                **some,
            )


def believed(
    reader: Reader, place: str, question: Question, start: int | None, end: int, *, fixed: bool
) -> list[Span]:
    """The spans of what was believed, over the instants of recording from `start` to `end`.

    `fixed`: always about the question's instant; else each moment about itself. The claims of a span are
    those that were recorded, taken back or read otherwise while it lasted.
    """
    known = Knowledge(reader, place, question)
    steps = [*dropwhile(lambda step: not known.says(step), known.steps())]
    steps = [step for step in steps if step.at <= end]
    first = steps[0].at if steps else None
    if first is None or (start is None and first > end):
        return []
    begin = first if start is None else start
    return joined(_bits(known, steps, question, begin, end, fixed=fixed))


def _bits(
    known: Knowledge, steps: Sequence[Step], question: Question, start: int, end: int, *, fixed: bool
) -> Iterator[Span]:
    before: dict[str, Evidence] = {}
    if steps[0].at > start:
        steps = [Step(start, steps[0].position - 1), *steps]
    for step, following in zip(steps, [*(step.at for step in steps[1:]), end + 1], strict=True):
        if following <= start:
            continue
        claims, memory = known.at(step.position)
        now = {one.claim: one for one in claims if one.kind in MOVING}
        news = tuple(id_ for id_ in dict.fromkeys((*now, *before)) if now.get(id_) != before.get(id_))
        since = max(step.at, start)
        news, before = news if since == step.at else (), now
        if fixed:
            until = [one for one in counting(claims, question.at) if one.event_at <= question.at]
            (one,) = clamped(
                course(until, memory, question.at, question.at, question.policy),
                known.pins(step.position, question.at),
                memory,
            )
            yield Span(since, following, one.reading, one.confidence, RECORD, news)
            continue
        spans = course(claims, memory, since, following - 1, question.policy)
        pins = known.pins(step.position, following - 1)
        for i, one in enumerate(clamped(spans, pins, memory)):
            began = RECORD if i == 0 else one.began
            yield one._replace(began=began, claims=news if i == 0 else ())
