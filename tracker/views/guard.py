"""Decides which claims are held back as part of a feed's batch: as kept, or found anew as known then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.guard import BASELINE, LEAST, Batch, Position, batches, gives, releases
from tracker.judgement.reliability import STANDING
from tracker.judgement.vocabulary import FOR
from tracker.reader import NOW, Reader, Row
from tracker.views.parties import TRUE
from tracker.zones import iso, parse_iso

if TYPE_CHECKING:
    from tracker.views.backdrop import Backdrop

KEPT = ("origin", "day", "left_side", "joined_side", "reversed", "standing")


def day_of(date: str) -> int:
    """A date as a day since 1970 (UTC)."""
    return parse_iso(f"{date}T00:00:00Z") // DAY


def date_of(day: int) -> str:
    """A day since 1970 as a date."""
    return iso(day * DAY)[:10]


class Decided(NamedTuple):
    """What an analyst decided of all that a feed turned over on a day; when, in us."""

    decided: str
    by: str
    at: int
    reason: str


def decision_document(one: Decided) -> dict[str, str]:
    """What was decided of a batch, as answers tell it."""
    return {"decided": one.decided, "by": one.by, "at": iso(one.at), "reason": one.reason}


def decisions(reader: Reader, backdrop: "Backdrop", known: int = NOW) -> dict[tuple[str, int], Decided]:
    """What analysts decided, by source and day; of two on sources that are now one the later counts."""

    def ask() -> dict[tuple[str, int], Decided]:
        rows = reader.rows(
            f"SELECT source, day, decided, analyst, at, reason FROM decisions WHERE {TRUE} ORDER BY from_pos",
            known=known,
        )
        root = backdrop.who.source
        return {(root(source), day_of(day)): Decided(*told) for source, day, *told in rows}

    return reader.once(("decisions", known), ask)


def judged(reader: Reader, backdrop: "Backdrop", found: Iterable[Batch], known: int = NOW) -> list[Batch]:
    """Batches with what analysts decided of them."""
    told = decisions(reader, backdrop, known)
    if not told:
        return list(found)
    return [
        one._replace(decided=of.decided) if (of := told.get((one.origin, one.day))) else one for one in found
    ]


def kept(reader: Reader, backdrop: "Backdrop", origin: str, day: int) -> list[Batch]:
    """The batches of a feed on a day that are held back."""
    found = reader.once(("batches",), lambda: judged(reader, backdrop, all_kept(reader)))
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
    reader: Reader, backdrop: "Backdrop", claims: Sequence[Evidence], known: int, published_by: int | None
) -> list[Evidence]:
    """All the claims on a place, those held back with their release, as it was known or published then."""
    if not any(map(gives, claims)):
        return list(claims)

    def held(origin: str, day: int) -> list[Batch]:
        def ask() -> list[Batch]:
            found = of_days(reader, backdrop, origin, [day], known, published_by)
            return [one for one in judged(reader, backdrop, found, known) if one.held]

        return reader.once(("batches", origin, day, known, published_by), ask)

    return with_release(claims, releases(claims, held))


def of_days(
    reader: Reader,
    backdrop: "Backdrop",
    origin: str,
    days: Iterable[int],
    known: int = NOW,
    published_by: int | None = None,
) -> list[Batch]:
    """What a feed reversed on some days, held back or not; nothing on those on which it said too little."""
    asked = _Given(reader, backdrop, known, published_by)
    full = {day for day in days if asked.says_enough(origin, day)}
    if not full:
        return []
    last = max(full)
    return list(batches(origin, asked.by(origin, last), asked.at_first(last), full.__contains__))


def of_all_days(reader: Reader, backdrop: "Backdrop", origin: str) -> list[Batch]:
    """What a feed ever reversed."""
    asked = _Given(reader, backdrop)
    return list(batches(origin, asked.by(origin), asked.at_first(), lambda _: True))


def feeds(backdrop: "Backdrop") -> list[str]:
    """The sources that say how things are until they say otherwise."""
    who = backdrop.who
    return [id_ for id_, one in who.sources.items() if one.kind in STANDING and who.source(id_) == id_]


def names_of(backdrop: "Backdrop", origin: str) -> list[str]:
    """The ids under which a source's claims were recorded."""
    return [id_ for id_ in backdrop.who.sources if backdrop.who.source(id_) == origin]


def spoken_of(reader: Reader, backdrop: "Backdrop", origin: str, day: int) -> list[str]:
    """The places that a feed spoke of on a day."""
    rows = reader.among(
        "SELECT DISTINCT place FROM claims WHERE origin IN (:wanted) AND reported_at >= :first"
        " AND reported_at < :last AND place IS NOT NULL",
        names_of(backdrop, origin), first=day * DAY, last=(day + 1) * DAY,
    )  # fmt: skip
    return sorted({backdrop.root(place) for (place,) in rows} - backdrop.into.keys())


def is_baseline(backdrop: "Backdrop", origin: str) -> bool:
    """Whether a source (the root of those merged) tells starting positions."""
    source = backdrop.who.sources.get(origin)
    return source is not None and source.kind == BASELINE


class _Given:
    """What was given to whom, as it was known and published then."""

    def __init__(
        self, reader: Reader, backdrop: "Backdrop", known: int = NOW, published_by: int | None = None
    ) -> None:
        self._reader = reader
        self._backdrop = backdrop
        self._known = known
        self._published_by = published_by

    def by(self, origin: str, last: int | None = None) -> Iterator[Position]:
        """By a feed, in order of report; until a day, if one is named."""
        return self._positions(self._read(names_of(self._backdrop, origin), None, last))

    def at_first(self, last: int | None = None) -> Iterator[Position]:
        """By the starting positions, in order of report."""
        who = self._backdrop.who
        ids = [id_ for id_ in who.sources if is_baseline(self._backdrop, who.source(id_))]
        return self._positions(self._read(ids, None, last))

    def says_enough(self, origin: str, day: int) -> bool:
        """Whether a feed spoke on a day of as many places as a batch has."""
        rows = self._read(names_of(self._backdrop, origin), day, day, LEAST)
        return sum(1 for _ in rows) >= LEAST

    def _positions(self, rows: Iterable[Row]) -> Iterator[Position]:
        from bisect import bisect_right  # a verdict does without

        who, root = self._backdrop.who, self._backdrop.root
        moments = who.moments()
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        for place, actors, event_at, reported_at in rows:
            since = bisect_right(moments, event_at)
            sides = found.get((actors, since))
            if sides is None:
                sides = tuple(sorted({who.side(actor, event_at) for actor in actors.split()}))
                found[actors, since] = sides
            yield Position(root(place), sides, event_at, reported_at)

    def _read(
        self, ids: Sequence[str], first: int | None, last: int | None, most: int | None = None
    ) -> Iterator[Row]:
        """The rows of some sources, reported on days from `first` to `last`; at most so many."""
        bounds: dict[str, object] = {"known": self._known}
        tests = ""
        for name, test, value in (
            ("first", "reported_at >= :first", None if first is None else first * DAY),
            ("last", "reported_at < :last", None if last is None else (last + 1) * DAY),
            ("published_by", "reported_at <= :published_by", self._published_by),
        ):
            if value is not None:
                bounds[name], tests = value, f"{tests} AND {test}"
        limit = f" LIMIT {most}" if most else ""
        return self._reader.among(
            f"SELECT place, actors, event_at, reported_at FROM claims WHERE origin IN (:wanted)"
            f" AND {GIVES} AND {TRUE}{tests} ORDER BY reported_at, event_at, id{limit}",
            ids, **bounds,
        )  # fmt: skip


GIVES = (
    f"effect = '{FOR}' AND predicate <> 'fighting' AND actors <> '' AND weight > 0 AND fact = 'recorded'"
    " AND place IS NOT NULL"
)
"""The claims that say who has a place, as `judgement.guard` reads them."""
