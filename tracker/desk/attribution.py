"""Decides how who said it is typed: a chain from the origin to the reporter, with what is known of each.

One step is `NAME; key=value; …`: who (a source, or `unnamed:` and a description), and of them how many,
how they know, how they stand to it, through which channel, when they said it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tracker.desk.words import require
from tracker.errors import BadInput, NotFound, UnknownName, typed
from tracker.judgement import vocabulary
from tracker.names import Resolved
from tracker.record.events import Hop
from tracker.times import read_past

Find = Callable[[str, str], Resolved]
"""(thing, text) -> what it is bound to."""

_COUNTS: Final = {
    word: n
    for n, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"several": 3}
UNNAMED: Final = "unnamed:"
_LONGEST_COUNT: Final = 7
HOP_FACTS: Final = ("n", "basis", "stance", "channel", "said-at")
"""What can be typed of each step of a chain."""


def attribution(
    told: Sequence[str], source: str, find: Find, *, now: int, zone: str, basis: str | None = None,
    channel: str | None = None, stance: str | None = None,
) -> tuple[Hop, ...]:  # fmt: skip
    """The chain as typed: those who `told`, the origin first, then the `source` that reported it.

    `basis` and `channel` are the origin's, `stance` the reporter's. Raises BadInput or NotFound.
    """
    steps = [_hop(text, find, now, zone) for text in (*told, source)]
    hops = [hop for hop, _ in steps]
    if hops[-1].who is None:
        raise BadInput(
            what="who reported it needs a name",
            try_='--source NAME, and --said-by "unnamed: …" for the origin',
        )
    if len(hops) > 1 and steps[-1][1] == steps[-2][1]:
        hops.pop()  # "Reuters says that Reuters says": one hop
    hops[0] = _with(hops[0], {"basis": basis, "channel": channel})
    hops[-1] = _with(hops[-1], {"stance": stance})
    return tuple(hops)


def _with(hop: Hop, told: Mapping[str, str | None]) -> Hop:
    """A hop with what options say of it, which may not say something else than the hop itself."""
    given = {name: value for name, value in told.items() if value}
    for name, value in given.items():
        if (said := getattr(hop, name)) not in (None, value):
            raise BadInput(
                what=f"the {name} of {hop.who or hop.named} is typed as {said} and as {value}",
                try_="only one of them",
            )
    return hop.model_copy(update=given)


def _hop(text: str, find: Find, now: int, zone: str) -> tuple[Hop, str | None]:
    """One step of a chain, and who that is read as; None for `unnamed: three Syrian sources`."""
    name, *facts = (part.strip() for part in text.split(";"))
    told = dict(_hop_fact(fact, now, zone) for fact in facts)
    if not name.lower().startswith(UNNAMED):
        bound = _source(name, find)
        return Hop(who=bound.recorded, **told), bound.id
    described = name[len(UNNAMED) :].strip()
    if not described:
        raise BadInput(what="an unnamed origin needs a description", try_='"unnamed: three Syrian sources"')
    return Hop(named=described, **{"n": _count(described), **told}), None


def _source(name: str, find: Find) -> Resolved:
    """The source of a name; where only an actor has it, what makes one of what that actor says."""
    try:
        return find("source", name)
    except UnknownName as unknown:
        try:
            actor = find("actor", name)
        except NotFound:
            raise unknown from None
        step = f"tracker source add {typed(name)} --kind party --lean {actor.id}"
        raise UnknownName(**{**unknown.facts, "try_": step}) from None


def _hop_fact(text: str, now: int, zone: str) -> tuple[str, Any]:
    """What is said of one step: how many they are, how they know, when they said it, …"""
    key, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not value:
        raise BadInput(
            what=f"{text!r} after a name is not KEY=VALUE", try_='"SOHR; basis=told; stance=relays"'
        )
    require("fact about who said it", key, HOP_FACTS)
    if key == "n":
        if not _is_count(value):
            raise BadInput(what=f"{value!r} is no count", try_="n=3")
        return "n", int(value)
    if key == "said-at":
        return "said_at", read_past(value, now=now, zone=zone)
    require(key, value, {"basis": vocabulary.BASES, "stance": vocabulary.STANCES}.get(key, [value]))
    return key, value


def reporter(source: str, find: Find) -> str:
    """The name of whoever reported it."""
    return find("source", source.partition(";")[0]).name


def _is_count(word: str) -> bool:
    """Length first: int() reads no more than some thousand digits; and ² is a digit, but no number."""
    return word.isdecimal() and len(word) <= _LONGEST_COUNT and 0 < int(word) <= 1_000_000


def _count(described: str) -> int | None:
    for word in described.lower().split():
        if _is_count(word):
            return int(word)
        if word in _COUNTS:
            return _COUNTS[word]
    return None
