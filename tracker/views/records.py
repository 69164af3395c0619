"""Decides which track records count for a question: those that are kept, or settled anew as known then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.learning import Outcome, Record, boasts, outcomes
from tracker.judgement.parties import Parties
from tracker.judgement.vocabulary import DENY_GAIN, DENY_LOST, FOR, LOST
from tracker.reader import NOW, Reader
from tracker.views.evidence import evidence, gathered
from tracker.views.guard import found_anew
from tracker.views.parties import TRUE

if TYPE_CHECKING:
    from tracker.views.backdrop import Backdrop

CHUNK: Final = 500
"""So many places are read at once."""
_SETTLED: Final = ", ".join(f"'{kind}'" for kind in (FOR, LOST, DENY_GAIN, DENY_LOST))
DERIVED: Final = "id IN (SELECT claim FROM links WHERE link = 'derived-from')"
"""What was derived from another claim has the origin of that one, whatever its own row says."""


class Records:
    """The track record of every origin that speaks for a side, read when it is asked for."""

    def __init__(self, reader: Reader, backdrop: Backdrop, known: int = NOW) -> None:
        self._reader = reader
        self._backdrop = backdrop
        self._known = known
        self._found: dict[str, Record] = {}

    def learned(self, claim: Evidence) -> float | None:
        """What the origin's record makes of a claim: r of the gain row, or None where it has none to use."""
        if not boasts(claim):
            return None
        return self.of(claim.origin).reliability(claim.reported_at // DAY)

    def of(self, origin: str) -> Record:
        """The record of one origin."""
        if origin not in self._found:
            self._load(origin)
        return self._found[origin]

    def forget(self) -> None:
        """Read them again when they are asked for again."""
        self._found = {}

    def _load(self, origin: str) -> None:
        if self._known == NOW:
            self._found[origin] = Record(kept(self._reader, origin))
        else:
            settled = settled_anew(self._reader, self._backdrop, self._known)
            self._found[origin] = Record(added_up(settled).get(origin, ()))


def kept(reader: Reader, origin: str) -> list[tuple[int, int, int]]:
    """What is kept of an origin's record: day, witnesses for and against; in order of day."""
    rows = reader.rows(
        "SELECT due, borne_out, refuted FROM track_records WHERE origin = :origin ORDER BY due", origin=origin
    )
    return [(due, borne_out, refuted) for due, borne_out, refuted in rows]


def added_up(settled: Iterable[Outcome]) -> dict[str, list[tuple[int, int, int]]]:
    """Outcomes on many places by origin, and of each by day, in order."""
    found: dict[str, dict[int, tuple[int, int, int]]] = {}
    for one in settled:
        days = found.setdefault(one.origin, {})
        _, borne_out, refuted = days.get(one.due, (one.due, 0, 0))
        days[one.due] = (one.due, borne_out + one.borne_out, refuted + one.refuted)
    return {origin: [days[day] for day in sorted(days)] for origin, days in found.items()}


def settled_anew(reader: Reader, backdrop: Backdrop, known: int) -> list[Outcome]:
    """Every statement settled as it was known at a position."""

    def ask() -> list[Outcome]:
        places = places_of(reader, backdrop, leaning(backdrop.who), known=known)
        return [
            one
            for place, claims in by_place(reader, backdrop, places, known)
            for one in outcomes(claims, live=backdrop.settings(place).live)
        ]

    return reader.once(("settled", known), ask)


def leaning(who: Parties) -> list[str]:
    """Every id of a source that ever speaks for a side, those merged into one included."""
    roots = who.leaning()
    return sorted(id_ for id_ in who.sources if who.source(id_) in roots)


def places_of(
    reader: Reader,
    backdrop: Backdrop,
    origins: Iterable[str],
    *,
    known: int = NOW,
    since: int | None = None,
    before: int | None = None,
) -> list[str]:
    """The places on which some origins said who holds them, or does not; reported from an instant on."""
    bounds = "" if since is None else " AND reported_at >= :since"
    bounds += "" if before is None else " AND reported_at < :before"
    values = {"since": since, "before": before, "known": known}
    given = {name: value for name, value in values.items() if value is not None}
    sql = f"SELECT DISTINCT place FROM claims WHERE {TRUE} AND effect IN ({_SETTLED}){bounds}"
    rows = [*reader.among(f"{sql} AND origin IN (:wanted)", origins, **given)]
    rows += reader.rows(f"{sql} AND {DERIVED}", **given)
    return sorted({backdrop.root(place) for (place,) in rows if place is not None})


def by_place(
    reader: Reader, backdrop: Backdrop, places: Iterable[str], known: int = NOW
) -> Iterator[tuple[str, list[Evidence]]]:
    """The evidence about each of some places, as it is without any record."""
    wanted = list(places)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        members = {place: backdrop.members(place) for place in chunk}
        found = evidence(reader, backdrop.who, [id_ for ids in members.values() for id_ in ids], known=known)
        for place, ids in members.items():
            claims = list(gathered({id_: found[id_] for id_ in ids}))
            yield place, claims if known == NOW else found_anew(reader, backdrop, claims, known, None)
