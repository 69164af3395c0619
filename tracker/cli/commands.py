"""Decides which commands there are: each in a file of its own, loaded only when it is called."""

from __future__ import annotations

from typing import Final

COMMANDS: Final[dict[str, str]] = {
    "init": "make a tracker, and load a starter pack",
    "demo": "replay the real story of December 2024 and say what to try",
    "serve": "the map and the evidence in a browser, on this machine alone",
    "add-claim": "record what somebody said",
    "status": "who controls a place, how sure, since when, what speaks against it",
    "regions": "areas summed up: how many of their towns and people are whose",
    "why": "the reasons for a verdict, claim by claim, with their weights",
    "history": "who held a place when; or what was believed of it as reports came in",
    "diff": "two verdicts side by side: two rules, or two times",
    "evaluate": "rules scored against what turned out to be so",
    "map": "draw who held which places at a moment, for documents: SVG, PNG",
    "chart": "draw how many places each side held over time",
    "flags": "what deserves an eye, and why: open flags, put away or put to sleep",
    "review": "walk the open flags, one key each",
    "sweep": "the night's job now: flags raised and cleared, the report recorded",
    "report": "a night's report, in Markdown, HTML or JSON",
    "scheduler": "the night shift: run, status",
    "claims": "list claims",
    "show": "one claim whole, with its provenance and history",
    "correct": "our mistake: put right what we recorded",
    "retract": "the source took it back",
    "confirm": "looked again: still true",
    "link": "two claims tell of one event, or one was derived from the other",
    "unlink": "take a link back",
    "check": "note what a check of a claim found",
    "weigh": "an analyst leaves a claim out, or weighs it otherwise",
    "assess": "an analyst judges who holds a place, or pins it; what was judged so far",
    "batch": "what feeds turned over in a day and is held back: list, release, drop, undo",
    "place": "places: add, describe, list, show, alias, rename, merge, and undoing it",
    "actor": "actors: the same, and join, leave",
    "source": "sources: the same, and grade, lean",
    "document": "documents that claims are read in: add, list, show",
    "setting": "tempo, thresholds and zone",
    "import": "other people's files: record their claims, list, undo, restore",
    "export": "claims or the whole log, written for others",
    "log": "read the record, event by event",
    "verify": "prove that the record was not altered",
    "rebuild": "throw the views away and build them again from the log",
    "doctor": "versions, settings and what is unsafe",
    "db": "the database's schema: current, upgrade",
}
"""Name -> what it does, in the order of the help. `add-claim` is `tracker.cli.add_claim:command`."""

LATER: Final[dict[str, str]] = {
    "backup": "docs/install.md tells how to copy a tracker",
    "restore": "docs/install.md tells how to copy a tracker",
}
"""What is meant to come, and what to do until then."""
