"""Decides which names of something may be taken back, and what to tell of names given and taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.errors import AmbiguousName, Conflict, UnknownName
from tracker.names import Resolved, fold
from tracker.reader import NOW, Reader
from tracker.record import events
from tracker.record.events import Event
from tracker.views.names import Spelling, find, merged_with, namesakes, spellings

_TAKEN = (events.PlaceUnaliased, events.ActorUnaliased, events.SourceUnaliased)


def aliases_of(
    reader: Reader, thing: str, bound: Resolved, typed: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """Whose other names those typed are (it, or one merged with it), and how they are spelled there."""
    known = spellings(reader, thing, merged_with(reader, thing)(bound.recorded))
    taken = [row for text in typed for row in _meant(thing, bound, known, text)]
    ids = dict.fromkeys(row.id for row in taken)
    if len(ids) > 1:
        raise Conflict(
            what=f"those are names of {' and of '.join(ids)}",
            try_=f"tracker {thing} unalias, once for each",
        )
    return next(iter(ids)), tuple(dict.fromkeys(row.alias for row in taken))


def _meant(thing: str, bound: Resolved, known: Sequence[Spelling], text: str) -> list[Spelling]:
    """The names meant: the one that is spelled so, else those that are looked up as the same."""
    same = [row for row in known if row.alias == text] or [row for row in known if row.folded == fold(text)]
    if not same:
        raise Conflict(
            what=f"{bound.recorded} is not called {text}", try_=f"tracker {thing} show {bound.recorded}"
        )
    others = [row for row in same if row.alias != row.name]
    if not others:
        main = same[0]
        raise Conflict(
            what=f"{main.name} is the main name of {main.id}",
            try_=f"tracker {thing} rename {main.id} NAME, first"
            if main.id == bound.id
            else f"tracker {thing} unmerge {main.id}",
        )
    return [row for row in others if row.id == others[0].id]


def names_told(reader: Reader, thing: str, event: Event) -> list[str]:
    """What to say of the names that an event gives or takes back."""
    if isinstance(event, _TAKEN):
        id_ = event.stream.partition("/")[2]
        return [_taken_back(reader, thing, id_, name) for name in event.aliases]
    return [*_controlling(event), *_shared(reader, thing, event)]


def _controlling(event: Event) -> Iterator[str]:
    """Of names with control characters in them, which nobody types on purpose: they are kept as they are."""
    for name in (getattr(event, "name", ""), *getattr(event, "aliases", ())):
        if any(char < " " or "\x7f" <= char < "\xa0" for char in name):
            yield f"{name} has control characters in it: were they copied along?"


def _shared(reader: Reader, thing: str, event: Event) -> Iterator[str]:
    """Of names that somebody else of that kind goes by too."""
    told = event.model_dump()
    for name in dict.fromkeys(filter(None, (told.get("name"), *told.get("aliases", ())))):
        others = namesakes(reader, thing, str(told.get(thing)), name)
        if others:
            who = " and ".join(others)
            yield f"{name} is also a name of {who}: whoever types it will be asked which is meant"


def _taken_back(reader: Reader, thing: str, id_: str, name: str) -> str:
    """What somebody who types the name from now on will find."""
    try:
        found = find(reader, thing, name)
    except AmbiguousName as error:
        return f"{name} now fits {error.facts['candidates']}: whoever types it will be asked which is meant"
    except UnknownName:
        count = _typed_with(reader, thing, id_, name)
        claims = f"; {count} claim{'s' if count > 1 else ''} typed with it stay{'s' if count == 1 else ''}"
        return f"{name} binds nobody any more" + (f"{claims} with {id_}" if count else "")
    if id_ in merged_with(reader, thing)(found.id):
        return f"{name} still binds {found.id}, as another spelling of a name that it has"
    return f"{name} now binds {found.id}"


def _typed_with(reader: Reader, thing: str, id_: str, name: str) -> int:
    """How many claims were typed with the name, as far as they keep what was typed."""
    if thing == "place":
        rows = reader.rows(
            "SELECT place_text FROM claims WHERE place = :id AND place_text IS NOT NULL AND to_pos > :known",
            id=id_, known=NOW,
        )  # fmt: skip
        return sum(fold(row[0]) == fold(name) for row in rows)
    if thing == "actor":
        rows = reader.rows(
            "SELECT sentence FROM claims WHERE ' ' || actors || ' ' LIKE :actor AND sentence IS NOT NULL"
            " AND to_pos > :known",
            actor=f"% {id_} %", known=NOW,
        )  # fmt: skip
        return sum(f" {fold(name)} " in f" {fold(row[0])} " for row in rows)
    return 0
