"""Decides how flags are read: which are open, which sleep, and what each says."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.judgement.vocabulary import FLAG_RULES
from tracker.reader import NOW, Reader, begins
from tracker.views.evidence import merged
from tracker.views.parties import TRUE
from tracker.views.places import places
from tracker.zones import iso

if TYPE_CHECKING:
    from tracker.views.nights import Night

Document = dict[str, Any]
BY_HAND: Final = "by-hand"
"""How a flag was cleared: somebody put it away, so the same finding does not raise it again."""
_COLUMNS: Final = (
    "id, rule, kind, place, claims, at, since, why, clears, cleared_at, cleared_how, cleared_by,"
    " clear_reason, snoozed_until, snoozed_at_pos, snoozed_by, from_pos"
)


class FlagRow(NamedTuple):
    """A flag as the record has it; instants are us since the epoch, `claims` ids with blanks between."""

    id: str
    rule: str
    kind: str
    place: str
    claims: str
    at: int
    since: int | None
    why: str
    clears: str
    cleared_at: int | None
    cleared_how: str | None
    cleared_by: str | None
    clear_reason: str | None
    snoozed_until: int | None
    snoozed_at_pos: int | None
    snoozed_by: str | None
    changed_pos: int

    @property
    def open(self) -> bool:
        """Whether it is neither cleared nor put away."""
        return self.cleared_at is None


def flags_of(reader: Reader, places: Iterable[str], known: int = NOW) -> list[FlagRow]:
    """The open flags of some places, by the ids that they were raised with."""
    rows = reader.among(
        f"SELECT {_COLUMNS} FROM flags WHERE place IN (:wanted) AND cleared_at IS NULL AND {TRUE}",
        places, known=known,
    )  # fmt: skip
    return sorted(FlagRow(*row) for row in rows)


def open_flags(reader: Reader, known: int = NOW) -> list[FlagRow]:
    """Every open flag."""
    rows = reader.rows(f"SELECT {_COLUMNS} FROM flags WHERE cleared_at IS NULL AND {TRUE}", known=known)
    return sorted(FlagRow(*row) for row in rows)


def awake(
    reader: Reader, at: int, known: int = NOW, wanted: Iterable[str] | None = None,
    published_by: int | None = None,
) -> dict[str, list[Document]]:  # fmt: skip
    """The open flags that do not sleep, as a verdict tells them, by the place that they were raised with.

    `published_by`: those that were raised by then, as what was published later may be why a later one was.
    """
    every = open_flags(reader, known) if wanted is None else flags_of(reader, wanted, known)
    found = [one for one in every if published_by is None or one.at <= published_by]
    quiet = asleep(reader, found, at, known)
    told: dict[str, list[Document]] = {}
    for one in sorted(found, key=lambda one: (FLAG_RULES.index(one.rule), one.id)):
        if one.id not in quiet:
            since = iso(one.at if one.since is None else one.since)
            told.setdefault(one.place, []).append(
                {"id": one.id, "rule": one.rule, "since": since, "why": one.why}
            )
    return told


def flagged(reader: Reader, rule: str, known: int = NOW) -> set[str]:
    """The claims that the open flags of a rule rest on."""
    found = (one.claims.split() for one in open_flags(reader, known) if one.rule == rule)
    return {claim for claims in found for claim in claims}


def put_away(reader: Reader, ids: Iterable[str], known: int = NOW) -> set[str]:
    """Of some flags those that somebody put away: the same finding is not told again."""
    rows = reader.among(
        f"SELECT id FROM flags WHERE id IN (:wanted) AND cleared_how = '{BY_HAND}' AND {TRUE}",
        ids, known=known,
    )  # fmt: skip
    return {row[0] for row in rows}


def asleep(reader: Reader, flags: Iterable[FlagRow], at: int, known: int = NOW) -> set[str]:
    """Of some flags those that sleep at an instant: it is not yet time, and nothing new was claimed there."""
    snoozed = [one for one in flags if one.snoozed_until is not None and one.snoozed_until > at and one.open]
    if not snoozed:
        return set()
    into = merged(reader, known)
    roots = {into.get(one.place, one.place) for one in snoozed}
    ids = [*roots, *(id_ for id_, root in into.items() if root in roots)]
    latest: dict[str, int] = {}
    for place, position in reader.among(
        f"SELECT place, max(from_pos) FROM claims WHERE place IN (:wanted) AND {TRUE} GROUP BY place",
        ids, known=known,
    ):  # fmt: skip
        root = into.get(str(place), str(place))
        latest[root] = max(position, latest.get(root, 0))
    return {
        one.id
        for one in snoozed
        if latest.get(into.get(one.place, one.place), 0) <= (one.snoozed_at_pos or 0)
    }


def changed_between(reader: Reader, after: int, until: int) -> tuple[list[FlagRow], list[FlagRow]]:
    """The flags that were raised, and those that were cleared by what was found, between two positions."""
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM flags WHERE from_pos > :after AND from_pos <= :until AND to_pos > :until",
        after=after, until=until,
    )  # fmt: skip
    found = sorted(FlagRow(*row) for row in rows)
    raised = [one for one in found if one.open and one.snoozed_until is None]
    return raised, [one for one in found if one.cleared_at is not None and one.cleared_how != BY_HAND]


def woken(reader: Reader, before: "Night", night: "Night") -> list[FlagRow]:
    """The open flags whose sleep has ended since a night: its time came, or something new was claimed."""
    snoozed = [one for one in open_flags(reader, night.position) if one.snoozed_until is not None]
    still = asleep(reader, snoozed, night.at, night.position)
    ended = [one for one in snoozed if one.id not in still]
    slept = asleep(reader, ended, before.at, before.position)
    return [one for one in ended if one.id in slept]


def flag_of(reader: Reader, id_: str) -> FlagRow | None:
    """A flag by its id, with or without its beginning."""
    typed = id_.strip().lower()
    wanted = typed if typed.startswith("f-") else f"f-{typed}"
    row = reader.one(f"SELECT {_COLUMNS} FROM flags WHERE id = :id AND {TRUE}", id=wanted, known=NOW)
    return None if row is None else FlagRow(*row)


def near_flags(reader: Reader, text: str) -> list[str]:
    """The open flags that somebody may have meant: those that begin alike."""
    start = text.strip().lower()[:5]
    rows = reader.rows(
        f"SELECT id FROM flags WHERE {begins(reader, 'id')} AND cleared_at IS NULL AND {TRUE}"
        " ORDER BY id LIMIT 3",
        start=start, known=NOW,
    )  # fmt: skip
    return [row[0] for row in rows] if len(start) > len("f-") else []


def flag_documents(
    reader: Reader, at: int, *, place: str | None = None, rule: str | None = None, sleeping: bool = False
) -> list[Document]:
    """The open flags, the most urgent rule first, then by place; those that sleep only if asked for."""
    into = merged(reader)
    found = [
        one
        for one in open_flags(reader)
        if (place is None or into.get(one.place, one.place) == place) and rule in (None, one.rule)
    ]
    quiet = asleep(reader, found, at)
    shown = [one for one in found if sleeping or one.id not in quiet]
    roots = {into.get(one.place, one.place) for one in shown}
    names = {id_: found.name for id_, found in places(reader, roots).items()}
    told = [_document(one, into, names, quiet=one.id in quiet) for one in shown]
    return sorted(told, key=lambda one: (FLAG_RULES.index(one["rule"]), one["name"], one["id"]))


def flag_document(reader: Reader, one: FlagRow, at: int) -> Document:
    """One flag, open or not."""
    into = merged(reader)
    root = into.get(one.place, one.place)
    names = {id_: place.name for id_, place in places(reader, [root]).items()}
    return _document(one, into, names, quiet=bool(asleep(reader, [one], at)))


def _document(one: FlagRow, into: dict[str, str], names: dict[str, str], *, quiet: bool) -> Document:
    root = into.get(one.place, one.place)
    return {
        "id": one.id, "rule": one.rule, "kind": one.kind, "place": root, "name": names.get(root, root),
        "claims": one.claims.split(), "since": iso(one.at if one.since is None else one.since),
        "raised": iso(one.at), "why": one.why, "clears": one.clears,
        "state": "cleared" if not one.open else "asleep" if quiet else "open",
        "until": iso(one.snoozed_until) if quiet and one.snoozed_until is not None else None,
    }  # fmt: skip
