"""Decides how a proposal for a refused sentence is told, and what it is where place or verb is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from tracker.errors import NotFound, quoted
from tracker.judgement.vocabulary import VERBS
from tracker.names import Resolved

Bind = Callable[[str], Resolved]
BY_OPTIONS: Final = "--actor, --predicate and --place"
_SOME: Final = ("captured", "holds", "lost", "withdrew from", "entered", "fought in", "surrounded", "struck")
"""A verb for each thing that is mostly said of a place, the first one for examples."""
_TENSE: Final = frozenset({"have", "has", "had"})
_LITTLE: Final = _TENSE | {
    "is", "are", "was", "were", "did", "no", "still", "the", "a", "an", "in", "at", "to",
}  # fmt: skip
_NAME: Final = 3
"""Words of a sentence in which a name is looked for."""


class Step(NamedTuple):
    """A sentence to be typed in the place of the refused one, with options of its own, and a word on it."""

    sentence: str
    options: str = ""
    remark: str = ""


class Proposal(NamedTuple):
    """Why a sentence cannot be read as it stands, and what to type instead: sentences, other commands."""

    why: str
    steps: tuple[Step | str, ...]
    joined: str = ", then "

    @property
    def instead(self) -> str:
        """What to type, for somebody who knows the rest of what was typed."""
        return self.typed(lambda step: " ".join(filter(None, (quoted(step.sentence), step.options))))

    def typed(
        self, again: Callable[[Step], str], other: Callable[[str], str] = str, joined: str | None = None
    ) -> str:
        """What to type, each sentence told by `again`, each other command by `other`."""
        told = (
            other(step) if isinstance(step, str) else f"{again(step)}{step.remark}" for step in self.steps
        )
        return (joined or self.joined).join(told)


def one(why: str, sentence: str, options: str = "", remark: str = "") -> Proposal:
    """The proposal of one sentence."""
    return Proposal(why, (Step(sentence, options, remark),))


def without_place(sentence: str) -> Proposal:
    """What to type for a sentence that ends with its verb."""
    remark = f", with the PLACE that is meant, or {BY_OPTIONS}"
    return one("the place behind the verb is missing", f"{sentence} PLACE", remark=remark)


def without_verb(words: Sequence[str], actor: Bind, place: Bind) -> Proposal:
    """What to type for a sentence without a verb that is known: with the names in it that are."""
    near = list(dict.fromkeys(verb for word in words for verb in _near(word.lower())))[:2]
    sizes = range(min(_NAME, len(words)), 0, -1)
    ends = [" ".join(words[-size:]) for size in sizes if words[-size].lower() not in _LITTLE]
    begins = [" ".join(words[:size]) for size in sizes]
    where = next((text for text in ends if _known(text, place)), None)
    who = next((text for text in begins if text != where and _known(text, actor)), None)
    verbs = near or _SOME[:1]
    example = " or ".join(quoted(f"{who or 'rebels'} {verb} {where or 'Sanamayn'}") for verb in verbs)
    asked = f"did you mean {' or '.join(near)}? " if near else ""
    some = f"verbs are {', '.join(_SOME)}, … (all: docs/verbs.md)"
    told = f"{asked}A sentence such as {example}, or {BY_OPTIONS}; {some}"
    return Proposal("no verb in it is known", (told,))


def _known(name: str, bind: Bind) -> bool:
    try:
        bind(name)
    except NotFound:
        return False
    return True


def _near(word: str) -> list[str]:
    """Verbs that a word may have been meant for: those it begins, else those it is a misspelling of."""
    from difflib import get_close_matches

    if word in _LITTLE:
        return []
    begun = [verb for verb in VERBS if verb.startswith(f"{word} ")]
    single = [verb for verb in VERBS if " " not in verb]
    return begun[:2] or get_close_matches(word, single, 1, 0.75)
