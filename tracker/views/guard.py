"""Decides which claims are held back as part of a feed's batch: as kept, or found anew as known then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.guard import LEAST, Batch, Position, batches, gives, releases
from tracker.judgement.reliability import STANDING
from tracker.judgement.vocabulary import FOR
from tracker.reader import NOW, Reader
from tracker.views.parties import TRUE

if TYPE_CHECKING:
    from tracker.views.backdrop import Backdrop

KEPT = ("origin", "day", "left_side", "joined_side", "reversed", "standing")


def kept(reader: Reader, origin: str, day: int) -> list[Batch]:
    """The batches of a feed on a day that are held back."""
    found = reader.once(("batches",), lambda: all_kept(reader))
    return [one for one in found if (one.origin, one.day) == (origin, day) and one.held]


def all_kept(reader: Reader) -> list[Batch]:
    """Everything that is kept of batches; there are few, if any."""
    return [Batch(*row) for row in reader.rows(f"SELECT {', '.join(KEPT)} FROM batches")]


def held_back(reader: Reader) -> dict[str, int]:
    """When each claim that is kept back counts; there are few, if any."""
    return reader.once(("held",), lambda: dict(reader.rows("SELECT claim, until FROM held")))


def with_release(claims: Sequence[Evidence], until: Mapping[str, int]) -> list[Evidence]:
    """Claims, those held back with the instant from which on they count."""
    return [
        one if one.held_until == until.get(one.claim) else one._replace(held_until=until.get(one.claim))
        for one in claims
    ]


def found_anew(
    reader: Reader, backdrop: Backdrop, claims: Sequence[Evidence], known: int, published_by: int | None
) -> list[Evidence]:
    """All the claims on a place, those held back with their release, as it was known or published then."""
    if not any(map(gives, claims)):
        return list(claims)

    def held(origin: str, day: int) -> list[Batch]:
        def ask() -> list[Batch]:
            return [one for one in of_day(reader, backdrop, origin, day, known, published_by) if one.held]

        return reader.once(("batches", origin, day, known, published_by), ask)

    return with_release(claims, releases(claims, held))


def of_day(
    reader: Reader,
    backdrop: Backdrop,
    origin: str,
    day: int,
    known: int = NOW,
    published_by: int | None = None,
) -> list[Batch]:
    """What a feed reversed on a day, held back or not; nothing if it said too little."""
    count = sum(1 for _ in _given(reader, backdrop, origin, known, published_by, day, day, LEAST))
    if count < LEAST:
        return []
    return list(batches(origin, _given(reader, backdrop, origin, known, published_by, None, day), day.__eq__))


def of_all_days(reader: Reader, backdrop: Backdrop, origin: str) -> list[Batch]:
    """What a feed ever reversed."""
    return list(batches(origin, _given(reader, backdrop, origin, NOW, None, None, None), lambda _: True))


def feeds(backdrop: Backdrop) -> list[str]:
    """The sources that say how things are until they say otherwise."""
    who = backdrop.who
    return [id_ for id_, one in who.sources.items() if one.kind in STANDING and who.source(id_) == id_]


def _given(
    reader: Reader,
    backdrop: Backdrop,
    origin: str,
    known: int,
    published_by: int | None,
    first: int | None,
    last: int | None,
    most: int | None = None,
) -> Iterator[Position]:
    """What a feed gave whom, in order of report, on days from `first` to `last`; at most so many."""
    who = backdrop.who
    ids = [id_ for id_ in who.sources if who.source(id_) == origin]
    bounds: dict[str, object] = {"known": known}
    tests = ""
    for name, test, value in (
        ("first", "reported_at >= :first", None if first is None else first * DAY),
        ("last", "reported_at < :last", None if last is None else (last + 1) * DAY),
        ("published_by", "reported_at <= :published_by", published_by),
    ):
        if value is not None:
            bounds[name], tests = value, f"{tests} AND {test}"
    limit = f" LIMIT {most}" if most else ""
    rows = reader.among(
        "SELECT place, actors, event_at, reported_at FROM claims WHERE origin IN (:wanted)"
        f" AND effect = '{FOR}' AND predicate <> 'fighting' AND weight > 0 AND fact = 'recorded'"
        f" AND place IS NOT NULL AND {TRUE}{tests}"
        f" ORDER BY reported_at, event_at, id{limit}",
        ids, **bounds,
    )  # fmt: skip
    for place, actors, event_at, reported_at in rows:
        sides = tuple(sorted({who.side(actor, event_at) for actor in actors.split()}))
        yield Position(backdrop.root(place), sides, reported_at)
