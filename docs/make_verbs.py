"""Decides how the list of verbs, `docs/verbs.md`, is written from the vocabulary."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tracker.desk.sentence import PASSIVE  # noqa: E402
from tracker.judgement.vocabulary import PREDICATES, VERBS, Verb  # noqa: E402

PAGE: Final = ROOT / "docs" / "verbs.md"
HEAD: Final = """\
# The verbs

Generated from the vocabulary by `docs/make_verbs.py`; do not edit. A sentence is *who*, one of these verbs,
*place*: `rebels captured Sanamayn`. What has no verb here is typed with `--actor`, `--predicate` and
`--place`. What the predicates mean: [glossary](glossary.md).
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_sections(), *_passive()])


def _sections() -> Iterator[str]:
    for predicate, meaning in PREDICATES.items():
        rows = _rows(predicate)
        if rows:
            yield f"## {predicate}\n\n{meaning[0].upper()}{meaning[1:]}.\n"
            yield "| settles | verbs |\n|---|---|"
            yield "\n".join(f"| {settles} | {', '.join(verbs)} |" for settles, verbs in rows.items()) + "\n"


def _rows(predicate: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for phrase, verb in VERBS.items():
        if verb.predicate == predicate:
            rows.setdefault(_settled(verb), []).append(phrase)
    return rows


def _settled(verb: Verb) -> str:
    modality = [] if verb.modality == "asserts" else [f"`--modality {verb.modality}`"]
    return ", ".join([*modality, *(f"{key} `{value}`" for key, value in verb.attributes)])


def _passive() -> Iterator[str]:
    yield "## The place first\n\n`Sanamayn fell to rebels` is read as `rebels captured Sanamayn`.\n"
    yield "| place … who | read as |\n|---|---|"
    yield "\n".join(f"| {phrase} | {verb} |" for phrase, verb in PASSIVE.items()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
