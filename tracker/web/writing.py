"""Decides what may be written from a page, and how its JSON is read: known words of known kinds, all flat."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tracker import phrases
from tracker.errors import BadInput
from tracker.tracker import Tracker
from tracker.web.refusals import refused, unreadable

Document = dict[str, Any]
Path = dict[str, str]
DEEPEST: Final = 3
"""How deep lists and objects may lie in each other: one deeper than anything that is meant."""
TEXT, TEXTS, NUMBER, TRUTH, DETAILS = "a text", "a list of texts", "a number", "true or false", "an object"
_TEXTS: Final = (
    "sentence", "predicate", "place", "source", "modality", "basis", "stance", "channel", "at", "reported",
    "extent", "relation", "bearing", "outcome", "confidence", "quote", "note", "url", "document", "like",
)  # fmt: skip
_CLAIM: Final = {
    **dict.fromkeys(_TEXTS, TEXT), "actor": TEXTS, "said_by": TEXTS, "against": TEXTS, "km": NUMBER,
    "details": DETAILS, "create": TRUTH,
}  # fmt: skip
_BY: Final = {"by": TEXT, "dry_run": TRUTH}
ANSWERS: Final = ("still-true", "changed", "cannot-tell")


class Writing(NamedTuple):
    """An address that writes: the words it takes with their kinds, and what is done."""

    path: str
    do: Callable[[Tracker, Document, Path], Document]
    takes: Mapping[str, str]


def _add(tracker: Tracker, told: Document, _: Path) -> Document:
    done = tracker.add_claim(told.pop("sentence", None), **told)
    return {**done, "before_sentence": _sentence(done["before"]), "after_sentence": _sentence(done["after"])}


def _assess(tracker: Tracker, told: Document, path: Path) -> Document:
    if not told.get("clear") and not {"holder", "likelihood", "reason"} & told.keys():
        raise BadInput(what="nothing is judged", try_='{"holder": …, "likelihood": …, "reason": …}')
    if "id" in told:
        told["id_"] = told.pop("id")
    done = tracker.assess(path["place"], **told)
    return {**done, "after_sentence": _sentence(done.get("after"))}


def _acknowledge(tracker: Tracker, told: Document, path: Path) -> Document:
    return tracker.acknowledge(path["flag"], why=told.pop("reason", None), **told)


def _snooze(tracker: Tracker, told: Document, path: Path) -> Document:
    return tracker.snooze(path["flag"], **told)


def _review(tracker: Tracker, told: Document, path: Path) -> Document:
    answer = told.pop("answer", None)
    if answer not in ANSWERS:
        raise unreadable(f"{answer!r} is no answer to whether it is still so", " or ".join(ANSWERS))
    return tracker.review(path["claim"], answer, **told)


WRITINGS: Final = (
    Writing("/claims", _add, _CLAIM),
    Writing("/claims/{claim}/review", _review, {"answer": TEXT, "note": TEXT}),
    Writing(
        "/places/{place}/assess", _assess,
        {"holder": TEXTS, "likelihood": TEXT, "reason": TEXT, "at": TEXT, "until": TEXT, "pin": TRUTH,
         "clear": TRUTH, "id": TEXT},
    ),
    Writing("/flags/{flag}/ack", _acknowledge, {"reason": TEXT}),
    Writing("/flags/{flag}/snooze", _snooze, {"until": TEXT, "note": TEXT}),
)  # fmt: skip
"""Everything that writes."""


def written(writing: Writing, tracker: Tracker, body: bytes, path: Path) -> Document:
    """Do what a body says, and answer as the command does with `--json`."""
    told = read(body, {**writing.takes, **_BY})
    if "by" in told:
        tracker.by = told.pop("by")
    return writing.do(tracker, told, path)


def read(body: bytes, takes: Mapping[str, str]) -> Document:
    """The words of a body, each once and of its kind; one that is empty or null is left out."""
    told = _parsed(body)
    if not isinstance(told, dict):
        raise unreadable("what is written comes as one object", '{"sentence": …}')
    found: Document = {}
    for name, value in told.items():
        if name not in takes:
            from difflib import get_close_matches

            near = get_close_matches(name[:80], takes, 1)
            asked = f"did you mean {near[0]}? " if near else ""
            raise unreadable(f"{name[:80]!r} is nothing that can be told here", f"{asked}{', '.join(takes)}")
        if value is None or value == "" or value == []:
            continue
        found[name] = _of_kind(name, value, takes[name])
    return found


def _of_kind(name: str, value: object, kind: str) -> object:
    if kind == TEXTS and isinstance(value, str):
        return (value,)
    if kind == TEXTS and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    if kind == NUMBER and _is_number(value):
        return value
    if kind == DETAILS and isinstance(value, dict) and all(map(_is_detail, value.values())):
        return value
    if (kind == TEXT and isinstance(value, str)) or (kind == TRUTH and isinstance(value, bool)):
        return value
    raise unreadable(f"{name} is not {kind}", f"{name} as {kind}")


def _is_detail(value: object) -> bool:
    return isinstance(value, str) or _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53


def _parsed(body: bytes) -> object:
    try:
        text = body.decode()
        _check_depth(text)
        found = json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_number)
        if "\\u0000" in json.dumps(found, ensure_ascii=False).encode().decode():
            raise ValueError("there is a NUL in it")
        return found
    except UnicodeDecodeError:
        raise unreadable("what is written is not UTF-8", "charset=utf-8") from None
    except UnicodeEncodeError:
        raise unreadable("there is half a character in what is written", "whole ones") from None
    except (ValueError, RecursionError) as error:
        raise unreadable(f"what is written is no JSON: {error}", '{"sentence": …}') from None


def _check_depth(text: str) -> None:
    """Refuse what is nested deep before a parser goes down there."""
    depth, inside, escaped = 0, False, False
    for char in text:
        if inside:
            inside = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            inside = True
        elif char in "[{":
            depth += 1
            if depth > DEEPEST:
                raise refused(400, "what is written is nested too deep", "flat words")
        elif char in "]}":
            depth -= 1


def _each_once(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a word is told twice")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _sentence(status: Mapping[str, Any] | None) -> str | None:
    return None if status is None else phrases.verdict(status["place"]["name"], status)
