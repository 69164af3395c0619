"""Decides how a typed sentence is read as a claim: `[ACTOR] VERB [words] PLACE`.

Verbs come from the vocabulary; names are bound by whoever is asked to. What cannot be read exactly
is refused with a proposal, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

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


_PASSIVE: Final = {
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
_LITTLE: Final = _TENSE | {
    "is",
    "are",
    "was",
    "were",
    "did",
    "no",
    "still",
    "the",
    "a",
    "an",
    "in",
    "at",
    "to",
}
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
    for who, verb, rest in _readings(words):
        try:
            return _bound(text, who, verb, rest, actor, place)
        except NotFound as error:
            first = first or error
    from tracker.desk import rewording  # late: most sentences are read

    proposal = rewording.sentence(" ".join(words), _has_actor) if len(text) <= _LONGEST else None
    if proposal is not None:
        raise UnreadableSentence(text=text, why=proposal.why, try_=proposal.instead)
    if first is not None:
        raise first
    raise UnreadableSentence(text=text, why="no verb in it is known", try_=_hint(words))


def _has_actor(text: str) -> bool:
    """Whether a text can be cut at a known verb behind somebody."""
    return any(who for who, _, _ in _readings(text.split()))


def _readings(words: Sequence[str]) -> Iterator[tuple[str, Verb, str]]:
    """Every way to cut the sentence at a known verb, the first verb and the longest phrase first."""
    lowered = [word.lower() for word in words]
    for start in range(len(words)):
        for phrase, meant in _PASSIVE.items():
            size = len(phrase.split())
            if start and lowered[start : start + size] == phrase.split():
                yield " ".join(words[start + size :]), VERBS[meant], " ".join(words[:start])
        for tokens, verb in _PHRASES:
            if tuple(lowered[start : start + len(tokens)]) == tokens and start + len(tokens) < len(words):
                yield _plain(words[:start]), verb, " ".join(words[start + len(tokens) :])


def _plain(who: Sequence[str]) -> str:
    """The actor without what only makes the tense of the verb: "the rebels have" taken it."""
    return " ".join(who[:-1] if len(who) > 1 and who[-1].lower() in _TENSE else who)


def _bound(text: str, who: str, verb: Verb, rest: str, actor: Bind, place: Bind) -> Proposition:
    attributes = dict(verb.attributes)
    typed_place = rest
    rest, extent = _extent(rest)
    rest, km = _distance(rest)
    rest = _KIND.sub("", rest)
    actors = _actors(who, actor)
    if attributes.get("relation") == "within" and km is None:
        raise UnreadableSentence(
            text=text, why="within how many km?", try_=f'"{who} came within 50 km of {rest}"'
        )
    try:
        where = place(rest)
    except NotFound:
        if (match := _WHEN.match(rest)) is not None:
            shorter = text.strip().rstrip(".")[: -len(rest)] + match["place"]
            raise UnreadableSentence(
                text=text,
                why="the time does not belong into the sentence",
                try_=f"{quoted(shorter)} --at {quoted(match['when'])}",
            ) from None
        from tracker.desk import rewording

        before = text.strip().rstrip(".")[: -len(typed_place)].rstrip()
        proposal = rewording.place(before, rest, place, verb) if len(text) <= _LONGEST else None
        if proposal is not None:
            raise UnreadableSentence(text=text, why=proposal.why, try_=proposal.instead) from None
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


def _near(word: str) -> list[str]:
    """Verbs that a word may have been meant for: those it begins, else those it is a misspelling of."""
    from difflib import get_close_matches

    if word in _LITTLE:
        return []
    begun = [verb for verb in VERBS if verb.startswith(f"{word} ")]
    single = [verb for verb in VERBS if " " not in verb]
    return begun[:2] or get_close_matches(word, single, 1, 0.75)


def _hint(words: Sequence[str]) -> str:
    near = [verb for word in words[:_MANY] for verb in _near(word.lower())]
    asked = f"did you mean {' or '.join(dict.fromkeys(near[:2]))}? " if near else ""
    return f'{asked}A sentence such as "rebels captured Sanamayn", or --actor, --predicate and --place'
