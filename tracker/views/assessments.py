"""Decides how analysts' assessments enter the judgement: as evidence, or as pins, as known at a position.

What counts for ever is in the states that are kept. What ends by the mere passing of time is in none of
them: a place of which such an assessment counts is folded anew.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tracker.judgement.evidence import ANALYSTS, Evidence
from tracker.judgement.parties import Parties
from tracker.judgement.pin import SURE, Pin
from tracker.judgement.vocabulary import FOR
from tracker.reader import NOW, Reader
from tracker.views.parties import TRUE

ORIGIN: Final = "analyst:"
"""The one voice of whoever assesses: analysts judge by the same claims. No source's id can be that."""
PREDICATE: Final = "assessed"
_STANDS: Final = f"cleared_at IS NULL AND {TRUE}"


def assessed(
    reader: Reader,
    who: Parties,
    places: Iterable[str],
    *,
    known: int = NOW,
    since: int | None = None,
    until: int | None = None,
    published_by: int | None = None,
) -> Iterator[tuple[str, Evidence]]:
    """The evidence that assessments of some places (ids as assessed) are, each with its place.

    Without `until`, the instant asked about, only those that never expire.
    """
    tests, values = ["pinned = 0", _STANDS], {"known": known}
    if until is None:
        tests.append("until IS NULL")
    else:
        tests.append("at <= :at")
        values["at"] = until
    if since is not None:
        tests.append("at >= :since")
        values["since"] = since
    if published_by is not None:
        tests.append("made_at <= :published_by")
        values["published_by"] = published_by
    sql = (
        "SELECT place, id, actors, at, likelihood, made_at, until FROM assessments"
        f" WHERE place IN (:wanted) AND {' AND '.join(tests)} ORDER BY at, id"
    )
    for place, id_, actors, at, likelihood, made_at, expires in reader.among(sql, places, **values):
        lines = tuple(who.line(actor, at) for actor in actors.split())
        yield (
            place,
            Evidence(
                claim=id_,
                kind=FOR,
                sides=tuple(sorted({line[-1] for line in lines})),
                event_at=at,
                reported_at=max(at, made_at),
                origin=ORIGIN,
                source_kind=ANALYSTS,
                expires=expires,
                reliability=SURE if likelihood is None else likelihood,
                lines=lines,
                predicate=PREDICATE,
            ),
        )


class Passing(NamedTuple):
    """What counts for one instant and not for ever: pins by place, and where an assessment will expire."""

    pins: dict[str, list[Pin]]
    expiring: frozenset[str]


def passing(reader: Reader, who: Parties, at: int, known: int, published_by: int | None) -> Passing:
    """The pins begun by an instant, and the places (as assessed) of which something that expires counts."""
    published = "" if published_by is None else " AND made_at <= :published_by"
    bound = {} if published_by is None else {"published_by": published_by}
    columns = "place, pinned, id, actors, at, until, likelihood, analyst, reason, made_at, from_pos"
    begun = f"SELECT {columns} FROM assessments WHERE {_STANDS} AND at <= :at{published}"
    rows = reader.rows(
        f"{begun} AND pinned = 1 UNION ALL {begun} AND pinned = 0 AND until > :at",
        known=known,
        at=at,
        **bound,
    )
    pins: dict[str, list[Pin]] = {}
    for place, pinned, id_, actors, begins, until, likelihood, analyst, reason, made_at, position in rows:
        if pinned:
            named = tuple(who.actor(actor) for actor in actors.split())
            sides = tuple(dict.fromkeys(who.side(actor, at) for actor in named))
            sure = SURE if likelihood is None else likelihood
            pins.setdefault(place, []).append(
                Pin(id_, sides, named, begins, until, sure, analyst, reason, made_at, position)
            )
    return Passing(pins, frozenset(row[0] for row in rows if not row[1]))


def assessed_places(
    reader: Reader, at: int, known: int, published_by: int | None, *, ever: bool = False
) -> list[str]:
    """The places that an assessment counts for at an instant, by the ids they were assessed by.

    `ever`: or did before it.
    """
    lasts = "" if ever else " AND (until IS NULL OR until > :at)"
    published = "" if published_by is None else " AND made_at <= :published_by"
    bound = {} if published_by is None else {"published_by": published_by}
    rows = reader.rows(
        f"SELECT DISTINCT place FROM assessments WHERE {_STANDS} AND at <= :at"
        f"{lasts}{published}",
        known=known, at=at, **bound,
    )  # fmt: skip
    return [row[0] for row in rows]
