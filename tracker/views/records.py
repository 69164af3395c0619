"""Decides which track records count for a question: those that are kept, or settled anew as known then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from tracker.judgement.evidence import DAY, Evidence
from tracker.judgement.guard import gives
from tracker.judgement.learning import (
    SAME_EVENT,
    SETTLED_AFTER,
    UNATTENDED,
    Outcome,
    Record,
    boasts,
    first_of_round,
    outcomes,
)
from tracker.judgement.parties import Parties
from tracker.judgement.reliability import STANDING
from tracker.judgement.vocabulary import DENY_GAIN, DENY_LOST, FOR, LOST
from tracker.reader import NOW, Reader, Row
from tracker.views.evidence import UNNAMED, Maker, evidence, gathered
from tracker.views.guard import found_anew, held_back, with_release
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

    def weighed(self, claims: Sequence[Evidence]) -> list[Evidence]:
        """Claims with what their origins' records make of them."""
        asked = {claim.origin for claim in claims if boasts(claim)} - self._found.keys()
        if self._known != NOW and asked:  # what they said on one place is settled together
            self._found |= learned_anew(self._reader, self._backdrop, self._known, asked)
        found = ((claim, self.learned(claim)) for claim in claims)
        return [claim if r is None else claim._replace(learned=r) for claim, r in found]

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
        else:  # who asks for one by name is going to ask for the others
            everybody = {origin, *self._backdrop.who.leaning()}
            self._found |= learned_anew(self._reader, self._backdrop, self._known, everybody)


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


def learned_anew(reader: Reader, backdrop: Backdrop, known: int, origins: Iterable[str]) -> dict[str, Record]:
    """The records of some origins, settled as it was known at a position."""
    wanted = frozenset(origins)

    def ask() -> dict[str, Record]:
        found = added_up(settled_anew(reader, backdrop, known, wanted))
        return {origin: Record(found.get(origin, ())) for origin in wanted}

    return reader.once(("records", known, wanted), ask)


def settled_anew(
    reader: Reader, backdrop: Backdrop, known: int, origins: frozenset[str]
) -> Iterator[Outcome]:
    """Every statement of some origins settled as it was known at a position."""
    ids = [id_ for id_ in backdrop.who.sources if backdrop.who.source(id_) in origins]
    for place, claims in words(reader, backdrop, places_of(reader, backdrop, ids, known=known), known):
        yield from outcomes(claims, live=backdrop.settings(place).live, origins=origins)


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


# -- no more of claims than settling them needs ------------------------------------------------------------

_COLUMNS: Final = (
    "place", "id", "effect", "event_at", "reported_at", "predicate", "actors", "against", "origin", "source",
    "document", "weight",
)  # fmt: skip
WORDS: Final = ", ".join(_COLUMNS)
told: Final = itemgetter(*_COLUMNS)
SPOKEN: Final = f"fact = 'recorded' AND effect IN ({_SETTLED}) AND weight > 0"
"""The claims that say who holds a place, or does not; no other is a statement, or a witness's word."""
_ON_PLACE: Final = f"place IN (:wanted) AND {TRUE} AND {SPOKEN}"
NEXT: Final = 100
"""Among so many words after one that came late its origin's next is looked for."""
_DERIVED_THEN: Final = f"SELECT claim FROM links WHERE link = 'derived-from' AND {TRUE}"
_DERIVED_NOW: Final = f"id IN ({_DERIVED_THEN})"
_IN_LINE: Final = (
    "row_number() OVER (PARTITION BY place, origin ORDER BY event_at DESC, reported_at DESC, id DESC)"
)


def words(
    reader: Reader, backdrop: Backdrop, places: Iterable[str], known: int = NOW
) -> Iterator[tuple[str, list[Evidence]]]:
    """What was said of who holds each of some places: no more of it than settling needs."""
    wanted = list(places)
    voices = Voices(reader, backdrop.who, known)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        root_of = {id_: place for place in chunk for id_ in backdrop.members(place)}
        rows = reader.among(f"SELECT {WORDS} FROM claims WHERE place IN (:wanted) AND {TRUE} AND {SPOKEN}",
            root_of, known=known)  # fmt: skip
        found: dict[str, list[Evidence]] = {place: [] for place in chunk}
        for row, one in voices.heard(rows):
            found[root_of[row[0]]].append(one)
        for place, claims in found.items():
            claims.sort(key=_times)
            yield place, guarded(reader, backdrop, claims, known)


def guarded(reader: Reader, backdrop: Backdrop, claims: list[Evidence], known: int) -> list[Evidence]:
    """The words on a place, those held back as part of a batch with their release."""
    if known != NOW:
        return found_anew(reader, backdrop, claims, known, None)
    return with_release(claims, held_back(reader)) if any(map(gives, claims)) else claims


class Bearing:
    """The words on a place that settle what comes due on some days: no more than have to be read."""

    def __init__(self, reader: Reader, backdrop: Backdrop, place: str) -> None:
        self._reader = reader
        self._members = backdrop.members(place)
        self._voices = Voices(reader, backdrop.who)
        self._standing, self._wavering = _standing(backdrop.who)

    def after(self, at: int) -> list[Evidence]:
        """What was said of the time from an instant on; the next few words."""
        return list(self._read("event_at >= :at ORDER BY event_at LIMIT :most", at=at, most=NEXT))

    def latest_report(self, about: int) -> int | None:
        """When the last was reported of what was said of the time up to an instant."""
        sql = f"SELECT max(reported_at) FROM claims WHERE {_ON_PLACE} AND event_at <= :about"
        rows = self._reader.among(sql, self._members, known=NOW, about=about)
        return max((row[0] for row in rows if row[0] is not None), default=None)

    def on(self, first: int, last: int) -> list[Evidence]:
        """What bears on the statements settled on days from `first` to `last`.

        Of what was said of the time before them all, it is what was heard since then, and before that the
        latest word of each source whose words stand until it says otherwise.
        """
        said, silent = (day * DAY - SETTLED_AFTER * DAY for day in (first_of_round(first), last + 1))
        when = "event_at < :silent AND reported_at >= :said AND reported_at < :silent"
        found = list(self._read(when, said=said, silent=silent))
        begin = min((one.event_at for one in found if boasts(one)), default=None)
        if begin is None:
            return []
        bounds = {"begin": begin - SAME_EVENT, "first": first * DAY, "last": last * DAY}
        found += self._read(f"effect = '{FOR}' AND event_at >= :begin AND event_at < :last", **bounds)
        before = f"effect = '{FOR}' AND event_at < :begin AND reported_at"
        found += self._read(f"{before} >= :first AND reported_at < :last", **bounds)
        found += self._standing_before(bounds["begin"], bounds["first"])
        return sorted({one.claim: one for one in found}.values(), key=_times)

    def _standing_before(self, begin: int, first: int) -> Iterator[Evidence]:
        """The latest words of standing sources; of those that sometimes lean, and of what is derived, all."""
        before = {"begin": begin, "first": first}
        tests = f"effect = '{FOR}' AND event_at < :begin AND reported_at < :first"
        if self._voices.derived:
            yield from self._read(f"{tests} AND {_DERIVED_NOW}", **before)
        if self._wavering:
            named = {f"s{i}": id_ for i, id_ in enumerate(self._wavering)}
            yield from self._read(f"{tests} AND origin IN ({_marks(named)})", **before, **named)
        if self._standing:
            named = {f"s{i}": id_ for i, id_ in enumerate(self._standing)}
            rows = self._reader.among(
                f"SELECT {WORDS} FROM (SELECT {WORDS}, {_IN_LINE} AS in_line FROM claims WHERE {_ON_PLACE}"
                f" AND {tests} AND origin IN ({_marks(named)}) AND NOT {_DERIVED_NOW}) AS told"
                " WHERE in_line = 1",
                self._members, known=NOW, **before, **named,
            )  # fmt: skip
            yield from (one for _, one in self._voices.heard(rows))

    def _read(self, tests: str, **values: object) -> Iterator[Evidence]:
        sql = f"SELECT {WORDS} FROM claims WHERE {_ON_PLACE} AND {tests}"
        rows = self._reader.among(sql, self._members, known=NOW, **values)
        return (one for _, one in self._voices.heard(rows))


def _standing(who: Parties) -> tuple[list[str], list[str]]:
    """The ids of sources whose words stand until they say otherwise: who never leans, and who ever does."""
    leans = who.leaning()
    found: tuple[list[str], list[str]] = [], []
    for id_ in who.sources:
        root = who.source(id_)
        if who.sources[root].kind in {*STANDING, UNATTENDED}:
            found[root in leans].append(id_)
    return found


def _marks(named: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in named)


class Voices:
    """Who says what: words from rows (`WORDS`), each speaker and its actors looked up once for a time."""

    def __init__(self, reader: Reader, who: Parties, known: int = NOW) -> None:
        self._reader = reader
        self._who = who
        self._known = known
        from bisect import bisect_right  # a verdict does without

        self._count = bisect_right
        self._moments = who.moments()
        self._speakers: dict[tuple[str, str, int], tuple[str, str | None, str]] = {}
        self._sides: dict[tuple[str, int], tuple[str, ...]] = {}
        self._derived: frozenset[str] | None = None

    @property
    def derived(self) -> frozenset[str]:
        """The claims that were derived from others, whatever their own rows say."""
        if self._derived is None:
            self._derived = frozenset(row[0] for row in self._reader.rows(_DERIVED_THEN, known=self._known))
        return self._derived

    def heard(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Evidence]]:
        """Rows, each with the word that it is; what was derived from another has the origin of that one."""
        told = list(rows)
        derived = [row[1] for row in told if row[1] in self.derived] if self.derived else []
        parents = Maker(self._reader, self._who, self._known, derived).parents if derived else {}
        for row in told:
            yield row, self.word(row, parents.get(row[1]))

    def word(self, row: Row, parent: tuple[str, str, str | None] | None = None) -> Evidence:
        """The word that one row is."""
        _, claim, kind, at, reported_at, predicate, actors, against, origin, reporter, document, weight = row
        origin, reporter, document = parent or (origin, reporter, document)
        through = reporter if document is None and origin.startswith(UNNAMED) else ""
        since = self._count(self._moments, at)
        speaker = self._speakers.get((origin, through, since))
        if speaker is None:
            speaker = self._speakers[origin, through, since] = self._speaker(origin, through, at)
        named = against if predicate == "fighting" and kind == FOR else actors
        sides = self._sides.get((named, since))
        if sides is None:
            sides = tuple(sorted({self._who.side(actor, at) for actor in named.split()}))
            self._sides[named, since] = sides
        voice, lean, source_kind = speaker
        return Evidence(
            claim, kind, sides, at, reported_at, voice, lean, source_kind, weight=weight, predicate=predicate
        )

    def _speaker(self, origin: str, through: str, at: int) -> tuple[str, str | None, str]:
        """The root of an origin, the side that it leans to and its kind: as `evidence.Maker` has them."""
        voice = self._who.source(UNNAMED + self._who.source(through) if through else origin)
        source = self._who.sources.get(voice)
        return (voice, None, "anonymous") if source is None else (
            voice, self._who.lean(voice, at), source.kind
        )  # fmt: skip


def _times(one: Evidence) -> tuple[int, int, str]:
    return one.event_at, one.reported_at, one.claim
