"""Decides how the whole map is asked about another time than now: all claims read as columns, folded at once.

Row by row nothing is made but numbers: what many claims say, and who tells it, is resolved to sides, origins
and leanings once. Only recent claims become evidence, for a verdict to show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import compress
from typing import Final, NamedTuple

import numpy as np
from orjson import loads

from tracker.judgement.bulk import Folds
from tracker.judgement.columns import Columns, Entries, Ints, Teller, Told, Trust, alike, ints
from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.learning import boasts
from tracker.reader import NOW, Reader
from tracker.views.backdrop import Backdrop
from tracker.views.evidence import COLUMNS, UNNAMED, Maker
from tracker.views.guard import held_back
from tracker.views.packs import BOOKS, MARK, SIZE, TIMES, stretch


def whole_map(
    reader: Reader, backdrop: Backdrop, known: int, until: int, published_by: int | None = None
) -> Folds:
    """The folds of all places from their claims about times up to `until`, as known at a position.

    `published_by` leaves out what was reported later. What is kept of claims held back counts, so where any
    may have been, this is for questions about what is known now (see `guard`).
    """
    rows = read(reader, known, until, published_by)
    held = (
        {claim for claim, release in held_back(reader).items() if release > until} if known == NOW else set()
    )
    given = _Resolving(reader, backdrop, known, rows).columns(held)
    lam = [backdrop.settings(place).lam for place in given.places]
    return Folds(given, backdrop.sides, lam, until)


class _Columns(NamedTuple):
    """As `packs.READ` has them."""

    position: Ints
    event_at: Ints
    reported_at: Ints
    earliest: Ints
    place: Ints
    told: Ints
    teller: Ints
    confidence: Ints
    weight: Ints


class Rows(NamedTuple):
    """Claims as they were read: numbers, and what those of places, tellings and so on stand for."""

    of: _Columns
    claims: list[str]
    places: list[str]
    tolds: list[str]
    tellers: list[str]
    confidences: list[float | None]
    weights: list[float]


def read(reader: Reader, known: int, until: int, published_by: int | None = None) -> Rows:
    """The claims that count, in whatever order."""
    books, claims = [Entries() for _ in BOOKS], list[str]()
    width, ended = len(_Columns._fields), list[int]()
    parts = [np.zeros((width, 0), np.int64)]
    for closed, numbers, words in _packs(reader, known, until):
        ended += [began for at, began in loads(closed) if at <= known]
        part, found = np.frombuffer(numbers, "<i8").reshape(width, -1).astype(np.int64), loads(words)
        of = _Columns._make(part)
        counts = (of.event_at <= until) & (of.position <= known)
        if published_by is not None:
            counts &= of.reported_at <= published_by
        if not counts.all():
            part, found["claims"] = part[:, counts], compress(found["claims"], counts.tolist())
        for row, name, book in zip(part[TIMES:], BOOKS, books, strict=True):
            row[:] = ints(map(book.__getitem__, found[name]))[row]
        parts.append(part)
        claims += found["claims"]
    of = _Columns._make(np.concatenate(parts, axis=1))
    if ended:
        lasted = ~np.isin(of.position, ended)
        of = _Columns._make(column[lasted] for column in of)
        claims = list(compress(claims, lasted.tolist()))
    return Rows(of, claims, *map(list, books))


def _packs(reader: Reader, known: int, until: int) -> Iterator[tuple[str, bytes, str]]:
    """The claims about times up to `until`, and some others: those packed, and the latest, packed here."""
    sql = "SELECT ended, numbers, words FROM packs WHERE last < :end AND (since <= :until OR ended <> '[]')"
    yield from reader.each(sql, until=until, end=known + SIZE)
    ((after,),) = reader.rows("SELECT coalesce(max(last), 0) FROM packs")
    latest = stretch(reader, after, NOW)
    yield latest.ended, latest.numbers, latest.words


class _Resolving:
    """Rows resolved to sides, origins and leanings, as `views.evidence` does it claim by claim."""

    def __init__(self, reader: Reader, backdrop: Backdrop, known: int, rows: Rows) -> None:
        self._backdrop, self._rows = backdrop, rows
        self._maker = Maker(reader, backdrop.who, known, None)
        moments = backdrop.who.moments()
        self._epochs = len(moments) + 1
        self._epoch = np.searchsorted(np.array(moments, np.int64), rows.of.event_at, side="right")

    def columns(self, held: Collection[str] = ()) -> Columns:
        """The claims by place, and in order of event time, but for those held back."""
        rows, roots, root = self._rows, Entries(), self._backdrop.root
        first, kind = alike(rows.of.place)
        place = ints(roots[root(rows.places[one])] for one in rows.of.place[first].tolist())[kind]
        told, tolds = self._told()
        teller, tellers = self._tellers()
        trust, trusts = self._trusted(told, tolds, teller, tellers)
        order = np.lexsort((rows.of.event_at, place))
        if held:
            order = order[~np.array([claim in held for claim in rows.claims], bool)[order]]
        claims = np.array(rows.claims, object)[order].tolist()
        confirmed = self._maker.confirmed
        return Columns(
            place=place[order], event_at=rows.of.event_at[order], reported_at=rows.of.reported_at[order],
            told=told[order], teller=teller[order], trust=trust[order], earliest=rows.of.earliest[order],
            claims=claims, places=list(roots), tolds=tolds, tellers=tellers, trusts=trusts,
            confirmed={row: confirmed[claim] for claim, row in _rows_of(claims, confirmed).items()},
        )  # fmt: skip

    def _told(self) -> tuple[Ints, list[Told]]:
        """What the claims say, of sides as they were then."""
        rows, found = self._rows, Entries()
        first, kind = alike((rows.of.told * self._epochs + self._epoch) * len(rows.weights) + rows.of.weight)
        entries = ints(found[self._one_told(row)] for row in first.tolist())
        return entries[kind], list(found)

    def _one_told(self, row: int) -> Told:
        rows = self._rows
        effect, predicate, extent, actors, against = rows.tolds[rows.of.told[row]].split(MARK)
        one = self._evidence(
            row, effect=effect, predicate=predicate, extent=extent or None, actors=actors, against=against,
            weight=rows.weights[rows.of.weight[row]],
        )  # fmt: skip
        return Told(*(getattr(one, name) for name in Told._fields))

    def _tellers(self) -> tuple[Ints, list[Teller]]:
        """Who tells them, with the leanings of the time."""
        rows, texts, found = self._rows, Entries(), Entries()
        number = ints(texts[text] for text in rows.tellers)[rows.of.teller]
        parents = self._maker.parents
        for claim, row in _rows_of(rows.claims, parents).items():
            origin, source, document = parents[claim]
            unnamed = document is None and origin.startswith(UNNAMED)
            number[row] = texts[MARK + source if unnamed else origin]
        names = list(texts)
        first, kind = alike(number * self._epochs + self._epoch)
        entries = ints(found[self._one_teller(row, names[number[row]])] for row in first.tolist())
        return entries[kind], list(found)

    def _one_teller(self, row: int, text: str) -> Teller:
        unnamed = text.startswith(MARK)
        one = self._evidence(
            row,
            origin=UNNAMED if unnamed else text,
            source=text[1:],
            document=None if unnamed else "",
        )
        return Teller(*(getattr(one, name) for name in Teller._fields))

    def _trusted(
        self, told: Ints, tolds: list[Told], teller: Ints, tellers: list[Teller]
    ) -> tuple[Ints, list[Trust]]:
        """What was said of the claims' confidence, and what the records of their origins make of them."""
        rows, learned = self._rows, Entries()
        number = np.full(len(told), learned[None])
        if (records := self._backdrop.records) is not None:
            first, kind = alike(told * len(tellers) + teller)
            each = [_told_by(tolds[told[row]], tellers[teller[row]], 0) for row in first.tolist()]
            boasting = np.flatnonzero(np.array([boasts(one) for one in each], bool)[kind])
            day = rows.of.reported_at[boasting] // DAY
            day -= day.min() if len(day) else 0
            first, kind = alike(teller[boasting] * (day.max(initial=0) + 1) + day)
            entries = ints(
                learned[records.learned(_told_by(tolds[told[row]], tellers[teller[row]], reported_at))]
                for row, reported_at in zip(
                    boasting[first].tolist(), rows.of.reported_at[boasting[first]].tolist(), strict=True
                )
            )
            number[boasting] = entries[kind]
        values, found = list(learned), Entries()
        first, kind = alike(rows.of.confidence * len(values) + number)
        entries = ints(
            found[Trust(rows.confidences[rows.of.confidence[row]], None, values[number[row]])]
            for row in first.tolist()
        )
        return entries[kind], list(found)

    def _evidence(self, row: int, **said: object) -> Evidence:
        """A claim of the time of a row of which nothing but this is told."""
        said |= {"event_at": int(self._rows.of.event_at[row])}
        return self._maker.evidence(tuple((_BLANK | said)[name] for name in COLUMNS))


_BLANK: Final = dict.fromkeys(COLUMNS) | {
    "id": "", "actors": "", "against": "", "taken_from": "", "origin": "", "source": "", "details": "",
    "weight": 1.0,
}  # fmt: skip


def _told_by(told: Told, teller: Teller, reported_at: int) -> Evidence:
    return Evidence(
        claim="", event_at=reported_at, reported_at=reported_at, **told._asdict(), **teller._asdict()
    )


def _rows_of(claims: list[str], wanted: Mapping[str, object]) -> dict[str, int]:
    """Where some claims are."""
    return {claim: row for row, claim in enumerate(claims) if claim in wanted} if wanted else {}
