"""Decides how claims are kept packed: a stretch of the log together, as numbers and what they stand for.

A question about the whole map reads every claim, and a row each is what that costs. A pack is made once, of
a stretch that is full, and never changed: it has every version of a claim that began there. Of those that
came to an end, the pack of the stretch where they did says so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson

from tracker.judgement.evidence import NO_TIME
from tracker.judgement.vocabulary import NONE
from tracker.reader import Reader, Row
from tracker.views.evidence import UNNAMED

SIZE: Final = 2000
"""So many positions of the log are packed together."""
MARK: Final = "\x1f"
"""Stands between texts that are read as one; a claim has no such sign in these."""
_TOLD: Final = f" || '{MARK}' || ".join(("effect", "predicate", "coalesce(extent, '')", "actors", "against"))
_TELLER: Final = (
    f"CASE WHEN document IS NULL AND substr(origin, 1, {len(UNNAMED)}) = '{UNNAMED}'"
    f" THEN '{MARK}' || source ELSE origin END"
)
"""An unnamed origin is a voice of the document, or without one of whoever reported it."""
READ: Final = (
    "from_pos", "event_at", "reported_at", f"coalesce(earliest, {NO_TIME})", "place", _TOLD, _TELLER,
    "confidence", "weight", "id",
)  # fmt: skip
"""What is read of a claim: times, then what is kept as numbers of entries, then its id."""
TIMES: Final = 4
BOOKS: Final = ("places", "tolds", "tellers", "confidences", "weights")
COUNTS: Final = f"place IS NOT NULL AND fact = 'recorded' AND effect <> '{NONE}'"
"""Which claims say anything about control."""
_BEFORE: Final = (
    "SELECT earlier.from_pos FROM claims AS earlier"
    " WHERE earlier.id = claims.id AND earlier.to_pos = claims.from_pos"
)
_ROWS: Final = (
    f"SELECT CASE WHEN {COUNTS} THEN 1 ELSE 0 END, ({_BEFORE}), {', '.join(READ)} FROM claims"
    " WHERE id IN (:wanted) AND from_pos > :after AND from_pos <= :last"
)
"""Of each version of some claims whether it counts, where the one before it began, and what is read of it."""


_IMPORTS: Final = (
    "SELECT stream, position FROM events WHERE position > :after AND position <= :last"
    " AND kind IN ('import-undone', 'import-restored')"
)
"""What changes all claims of an import at once."""


class Pack(NamedTuple):
    """The claims of a stretch of the log.

    `since` is the earliest event time; `ended` has, as JSON, each position at which the version of a claim
    ended and the one at which it had begun; `numbers` the claims, column by column (those of `READ` but the
    id, eight bytes a number, the lowest first); `words` the entries that they are numbers of, and the ids.
    """

    since: int
    ended: str
    numbers: bytes
    words: str


def stretch(reader: Reader, after: int, last: int) -> Pack:
    """The claims of the log after a position up to another one.

    Which they are is asked of the log: an index by position would cost every append more than this does.
    """
    events = "SELECT stream FROM events WHERE position > :after AND position <= :last AND kind LIKE 'claim-%'"
    claims = [stream.removeprefix("claim/") for (stream,) in reader.rows(events, after=after, last=last)]
    for stream, position in reader.rows(_IMPORTS, after=after, last=last):
        brought = "SELECT id FROM claims WHERE imported = :imported AND from_pos = :position"
        rows = reader.rows(brought, imported=stream.removeprefix("import/"), position=position)
        claims += [row[0] for row in rows]
    # An import undone or restored changes all of its claims at one position: those in order of their ids.
    return _packed(sorted(reader.among(_ROWS, claims, after=after, last=last), key=itemgetter(2, -1)))


def _packed(rows: Iterable[Row]) -> Pack:
    counting, ended = [], []
    for counts, before, *claim in rows:
        if before is not None:
            ended.append((claim[0], before))
        if counts:
            counting.append(claim)
    columns = list(zip(*counting, strict=True)) or [()] * len(READ)
    books: list[dict[Any, int]] = [{} for _ in BOOKS]
    numbers = [value for column in columns[:TIMES] for value in column]
    for book, column in zip(books, columns[TIMES:], strict=False):
        numbers += [book.setdefault(thing, len(book)) for thing in column]
    words = {**dict(zip(BOOKS, map(list, books), strict=True)), "claims": columns[-1]}
    return Pack(
        min(columns[1], default=0), orjson.dumps(ended).decode(),
        struct.pack(f"<{len(numbers)}q", *numbers), orjson.dumps(words).decode(),
    )  # fmt: skip
