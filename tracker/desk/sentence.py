"""Decides how a typed sentence is read as a claim: `[ACTOR] VERB [words] PLACE`.

Verbs come from the vocabulary; names are bound by whoever is asked to. What cannot be read exactly
is refused with a proposal, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from tracker.desk.proposal import Proposal, one, without_place, without_verb
from tracker.errors import NotFound, UnreadableSentence, quoted
from tracker.judgement.vocabulary import VERBS, Verb
from tracker.names import Resolved

Bind = Callable[[str], Resolved]


class Proposition(NamedTuple):
    """What a sentence says: the bound names, and what its words settle."""

    predicate: str
    modality: str
    actors: tuple[Resolved, ...]
    place: Resolved
    place_text: str
    relation: str | None = None
    km: float | None = None
    extent: str | None = None
    details: tuple[tuple[str, str], ...] = ()


PASSIVE: Final = {
    "fell to": "captured", "was captured by": "captured", "were captured by": "captured",
    "was seized by": "captured", "was taken by": "captured", "was liberated by": "liberated",
    "is held by": "holds", "is controlled by": "holds", "was abandoned by": "abandoned",
    "was entered by": "entered", "is besieged by": "besieged", "was encircled by": "encircled",
    "was struck by": "struck", "was bombed by": "bombed",
}  # fmt: skip
"""Sentences that name the place first -> the verb they mean."""

_EXTENT: Final = re.compile(
    r"^(almost all|nearly all|all|most|large parts?|parts?|some|half)(?: parts?)? of (?=\S)", re.IGNORECASE
)
_EXTENTS: Final = {"all": "all", "almost all": "most", "nearly all": "most", "most": "most", "some": "some"}
_DISTANCE: Final = re.compile(
    r"^(\d+(?:[.,]\d+)?)\s*(km|kms|kilometres?|kilometers?|miles?)\s+(?:of|from)\s+(?=\S)", re.IGNORECASE
)
_KIND: Final = re.compile(
    r"^(?:the )?(?:strategic |key )?(?:city|town|village|capital) of (?=\S)", re.IGNORECASE
)
_WHEN: Final = re.compile(r"^(?P<place>.+?) (?:on |at |in )?(?P<when>(?:late |early )?"
                          r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|\d{4}-\d\d(?:-\d\d)?).*)$",
                          re.IGNORECASE)  # fmt: skip
_TENSE: Final = frozenset({"have", "has", "had"})
_LONGEST, _MANY = 400, 40
"""Of a sentence: characters and words for which something is proposed; what is longer is a text."""
_MILE_KM: Final = 1.609344
_PHRASES: Final = sorted(
    ((tuple(phrase.split()), verb) for phrase, verb in VERBS.items()), key=lambda one: -len(one[0])
)


def read_sentence(text: str, *, actor: Bind, place: Bind) -> Proposition:
    """Read a sentence; raises UnreadableSentence, UnknownName or AmbiguousName."""
    if text.rstrip().endswith("?"):
        raise UnreadableSentence(
            text=text, why="a question asserts nothing", try_="the same without ?, if somebody says so"
        )
    words = text.strip().rstrip(".").split()
    first: NotFound | None = None
    for reading in _readings(words):
        try:
            return _bound(text, reading, actor, place)
        except NotFound as error:
            first = first or error
    from tracker.desk import rewording  # late: most sentences are read

    if len(text) <= _LONGEST:
        proposal = rewording.sentence(" ".join(words), _has_actor)
        if proposal is not None:
            raise _reworded(text, proposal)
    # A last word may be a name ("left"); two that are a verb are none.
    if len(text) <= _LONGEST and _ends_with_a_verb(words, least=2 if first else 1):
        raise _reworded(text, without_place(" ".join(words)))
    if first is not None:
        raise first
    raise _reworded(text, without_verb(words[:_MANY], actor, place))


def _reworded(text: str, proposal: Proposal) -> UnreadableSentence:
    return UnreadableSentence(text=text, why=proposal.why, try_=proposal.instead, proposal=proposal)


def _has_actor(text: str) -> bool:
    """Whether a text can be cut at a known verb behind somebody."""
    return any(one.who for one in _readings(text.split()))


def _ends_with_a_verb(words: Sequence[str], least: int) -> bool:
    lowered = tuple(word.lower() for word in words)
    return any(len(tokens) >= least and lowered[-len(tokens) :] == tokens for tokens, _ in _PHRASES)


class _Reading(NamedTuple):
    """One way to cut a sentence: who, the verb, what stands where the place should; the words before that."""

    who: str
    verb: Verb
    rest: str
    before: str


def _readings(words: Sequence[str]) -> Iterator[_Reading]:
    """Every way to cut the sentence at a known verb, the first verb and the longest phrase first."""
    lowered = [word.lower() for word in words]
    for start in range(len(words)):
        for phrase, meant in PASSIVE.items():
            size = len(phrase.split())
            if start and lowered[start : start + size] == phrase.split():
                who = " ".join(words[start + size :])
                yield _Reading(who, VERBS[meant], " ".join(words[:start]), f"{who} {meant}".strip())
        for tokens, verb in _PHRASES:
            if tuple(lowered[start : start + len(tokens)]) == tokens and start + len(tokens) < len(words):
                end = start + len(tokens)
                yield _Reading(_plain(words[:start]), verb, " ".join(words[end:]), " ".join(words[:end]))


def _plain(who: Sequence[str]) -> str:
    """The actor without what only makes the tense of the verb: "the rebels have" taken it."""
    return " ".join(who[:-1] if len(who) > 1 and who[-1].lower() in _TENSE else who)


def _bound(text: str, reading: _Reading, actor: Bind, place: Bind) -> Proposition:
    who, verb, typed_place, before = reading
    attributes = dict(verb.attributes)
    rest, extent = _extent(typed_place)
    rest, km = _distance(rest)
    rest = _KIND.sub("", rest)
    actors = _actors(who, actor)
    if attributes.get("relation") == "within" and km is None:
        raise _reworded(text, one("within how many km?", f"{who} came within 50 km of {rest}"))
    try:
        where = place(rest)
    except NotFound:
        if (match := _WHEN.match(rest)) is not None:
            shorter = f"{before} {typed_place[: len(typed_place) - len(rest)]}{match['place']}"
            why = "the time does not belong into the sentence"
            at = f"--at {quoted(match['when'])}"
            raise _reworded(text, one(why, shorter, at)) from None
        from tracker.desk import rewording

        proposal = (
            rewording.place(rewording.Cut(who, before, rest, verb), place) if len(text) <= _LONGEST else None
        )
        if proposal is not None:
            raise _reworded(text, proposal) from None
        raise
    return Proposition(
        predicate=verb.predicate,
        modality=verb.modality,
        actors=actors,
        place=where,
        place_text=rest,
        relation="within" if km is not None else attributes.pop("relation", None),
        km=km,
        extent=extent,
        details=tuple((key, value) for key, value in attributes.items() if key != "relation"),
    )


def _extent(rest: str) -> tuple[str, str | None]:
    match = _EXTENT.match(rest)
    if match is None:
        return rest, None
    return rest[match.end() :], _EXTENTS.get(match[1].lower(), "part")


def _distance(rest: str) -> tuple[str, float | None]:
    match = _DISTANCE.match(rest)
    if match is None:
        return rest, None
    number = float(match[1].replace(",", "."))
    return rest[match.end() :], round(number * _MILE_KM, 1) if match[2].lower().startswith("mile") else number


def _actors(who: str, actor: Bind) -> tuple[Resolved, ...]:
    """One actor, or several joined by "and"; nobody where the sentence begins with its verb."""
    if not who:
        return ()
    try:
        return (actor(who),)
    except NotFound:
        parts = [part for part in re.split(r",\s*|\s+and\s+|\s*&\s*", who) if part]
        if len(parts) < 2:
            raise
        return tuple(actor(part) for part in parts)
