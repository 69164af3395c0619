"""Decides how typed names are looked up in the record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tracker.errors import AmbiguousName, NotFound, UnknownName
from tracker.names import AREA_KINDS, Named, Resolved, as_spelled, by_ids, fold, resolve
from tracker.reader import NOW, Reader, Row
from tracker.views.evidence import merged
from tracker.views.parties import TRUE, parties

_TABLES = {"place": "places", "actor": "actors", "source": "sources"}


def find(
    reader: Reader, thing: str, text: str, known: int = NOW, *, merged_at: int = NOW, proposing: bool = True
) -> Resolved:  # fmt: skip
    """What a typed name of a place, actor or source is bound to; UnknownName or AmbiguousName else.

    Merged ones answer with what they were merged into, as far as that was known at `merged_at`, and with
    whose name it is: that of the whole first, else of one whose main name it is. `proposing`: an unknown one
    is answered with those that are near, for which every name is read.
    """
    root = _roots(reader, thing, min(known, merged_at))
    rows = _candidates(reader, thing, text, known)
    typed = text.strip()
    bound = resolve(
        root.get(typed, text), _told_apart(reader, _read_as(reader, thing, rows, root, known), root, known),
        kind=thing, names=aliases(reader, thing, known) if proposing else (),
    )  # fmt: skip
    of_it = [row for row in rows if root.get(row.id, row.id) == bound.id]
    named = min(of_it, key=lambda row: (row.id != typed, row.id != bound.id, fold(row.name) != row.folded))
    return bound if named.id == bound.id else bound._replace(named=named.id, name=named.name)


def _candidates(reader: Reader, thing: str, text: str, known: int) -> list[Named]:
    """The rows of what goes by a name, as they were given; the region still by its id."""
    sql = (
        f"SELECT n.id, t.name, {_kind_and_region(thing)[0]}, n.folded, n.alias, {_kind_and_region(thing)[1]}"
        " FROM names n"
        f" JOIN {_TABLES[thing]} t ON t.id = n.id AND t.from_pos <= :known AND t.to_pos > :known"
        " WHERE n.thing = :thing AND n.from_pos <= :known AND n.to_pos > :known AND "
    )
    by_id = reader.rows(sql + "n.id = :id", thing=thing, id=text.strip(), known=known)
    rows = reader.rows(sql + "n.folded = :folded", thing=thing, folded=fold(text), known=known)
    # Sorted here: where SQLite is to sort, it reads every name there is, as they lie in that order.
    return [Named(*row) for found in (by_id, rows) for row in sorted(found, key=_by_id_and_alias)]


def _kind_and_region(thing: str) -> tuple[str, str]:
    return ("t.kind", "t.parent") if thing == "place" else (f"'{thing}'", "NULL")


def _read_as(
    reader: Reader, thing: str, rows: Sequence[Named], root: Mapping[str, str], known: int
) -> list[Named]:
    """The rows, those of what was merged as rows of what it is read as: all but the name that was given."""
    wholes = {root[row.id] for row in rows if row.id in root}
    sql = (
        f"SELECT t.id, t.name, {', '.join(_kind_and_region(thing))} FROM {_TABLES[thing]} t"
        f" WHERE id IN (:wanted) AND {TRUE}"
    )
    known_as = {row[0]: row for row in reader.among(sql, wholes, known=known)}
    read: list[Named] = []
    for row in rows:
        id_, name, kind, region = known_as.get(root.get(row.id, ""), (row.id, row.name, row.kind, row.region))
        read.append(row._replace(id=id_, name=name, kind=kind, region=region))
    return read


def _told_apart(reader: Reader, rows: list[Named], root: Mapping[str, str], known: int) -> list[Named]:
    """The rows with the names of their regions, where there are namesakes to tell apart."""
    if len({row.id for row in rows}) < 2:
        return rows
    regions = {row.region: root.get(row.region, row.region) for row in rows if row.region}
    sql = f"SELECT id, name FROM places WHERE id IN (:wanted) AND {TRUE}"
    names = {row[0]: row[1] for row in reader.among(sql, regions.values(), known=known)}
    return [row._replace(region=names.get(regions.get(row.region or "", ""))) for row in rows]


def _by_id_and_alias(row: Row) -> tuple[str, str]:
    return row[0], row[4]


def _roots(reader: Reader, thing: str, known: int) -> dict[str, str]:
    if thing == "place":
        return merged(reader, known)
    who = parties(reader, known)
    if thing == "actor":
        return {id_: who.actor(id_) for id_, row in who.actors.items() if row.merged_into}
    return {id_: who.source(id_) for id_, row in who.sources.items() if row.merged_into}


def merged_with(reader: Reader, thing: str) -> Callable[[str], Sequence[str]]:
    """A function that tells every id by which something goes: its own, and those merged with it."""
    root = _roots(reader, thing, NOW)

    def ids(id_: str) -> Sequence[str]:
        if not root:
            return (id_,)
        whole = root.get(id_, id_)
        return list(dict.fromkeys((id_, whole, *(one for one, into in root.items() if into == whole))))

    return ids


class Spelling(NamedTuple):
    """One name of something: whose it is, its main name, the name, the key it is looked up under."""

    id: str
    name: str
    alias: str
    folded: str


def spellings(reader: Reader, thing: str, ids: Sequence[str]) -> list[Spelling]:
    """Every name of some things, in the order of the ids and then of the names."""
    sql = (
        f"SELECT n.id, t.name, n.alias, n.folded FROM names n JOIN {_TABLES[thing]} t ON t.id = n.id"
        " AND t.to_pos > :known WHERE n.thing = :thing AND n.id IN (:wanted) AND n.to_pos > :known"
    )
    rows = [Spelling(*row) for row in reader.among(sql, ids, thing=thing, known=NOW)]
    return sorted(rows, key=lambda row: (ids.index(row.id), row.alias))


def find_then(reader: Reader, thing: str, text: str, known: int) -> Resolved:
    """What a name was bound to when the log had come to `known`; a name given since, what it is now.

    Either way as what it was read as then.
    """
    if known == NOW:
        return find(reader, thing, text)
    try:
        return find(reader, thing, text, known)
    except NotFound as then:
        try:
            return find(reader, thing, text, merged_at=known)
        except UnknownName:
            if isinstance(then, AmbiguousName):
                raise then from None
            raise


def aliases(reader: Reader, thing: str, known: int = NOW) -> Iterator[tuple[str, str]]:
    """Every name by which something of a kind can be found, with the main name it stands for."""
    sql = (
        f"SELECT n.alias, t.name FROM names n JOIN {_TABLES[thing]} t ON t.id = n.id"
        " AND t.from_pos <= :known AND t.to_pos > :known"
        " WHERE n.thing = :thing AND n.from_pos <= :known AND n.to_pos > :known ORDER BY n.alias, t.name"
    )
    for row in reader.each(sql, thing=thing, known=known):
        yield row[0], row[1]


def names_of(reader: Reader, thing: str, id_: str, known: int = NOW) -> list[str]:
    """Every name of one thing, in order."""
    sql = f"SELECT alias FROM names WHERE thing = :thing AND id = :id AND {TRUE} ORDER BY alias"
    return [row[0] for row in reader.rows(sql, thing=thing, id=id_, known=known)]


def all_names(reader: Reader, thing: str, known: int = NOW) -> dict[str, list[str]]:
    """Every name of every thing of a kind, by id, in order."""
    sql = f"SELECT id, alias FROM names WHERE thing = :thing AND {TRUE} ORDER BY id, alias"
    found: dict[str, list[str]] = {}
    for id_, alias in reader.each(sql, thing=thing, known=known):
        found.setdefault(id_, []).append(alias)
    return found


def namesakes(reader: Reader, thing: str, id_: str, name: str, known: int = NOW) -> list[str]:
    """Who else of that kind goes by a name, which then binds neither; a town and its area may share one."""
    root = _roots(reader, thing, known)
    rows = _read_as(reader, thing, _candidates(reader, thing, name, known), root, known)
    me = root.get(id_, id_)
    meant = as_spelled(name, by_ids(rows))
    mine = {row.kind in AREA_KINDS for row in rows if row.id == me}
    return sorted(one for one in meant if one != me and (meant[one][0].kind in AREA_KINDS) in mine)


def areas(reader: Reader, text: str, known: int = NOW, *, merged_at: int = NOW) -> list[str]:
    """The areas that go by a name; of those merged what they are read as."""
    root = _roots(reader, "place", min(known, merged_at))
    rows = _read_as(reader, "place", _candidates(reader, "place", text, known), root, known)
    return list(dict.fromkeys(row.id for row in rows if row.kind in AREA_KINDS))
