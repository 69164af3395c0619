"""Decides when what an import brought may be taken out of the count, and put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.desk.recording import Decision, Recorder, payload
from tracker.errors import Conflict, NotFound
from tracker.reader import Reader
from tracker.record import events
from tracker.views.differences import Verdicts, changes, verdicts
from tracker.views.imports import brought_again, import_of, imports, nowhere, standing_on
from tracker.views.situation import Question

Document = dict[str, Any]


class Undoing:
    """What people do with imports that are recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def undo(self, import_: str, reason: str | None, *, dry_run: bool) -> Document:
        """Nothing that it brought counts any more; answers with the verdicts that read differently."""

        def event(reader: Reader, found: Document) -> events.ImportEvent:
            if found["state"] == "undone":
                raise Conflict(
                    what=f"{found['id']} is undone already", try_=f"tracker import restore {found['id']}"
                )
            _refuse_standing(reader, found["id"])
            return events.ImportUndone(import_id=found["id"], reason=reason)

        return self._done(import_, event, dry_run=dry_run)

    def restore(self, import_: str, reason: str | None, *, dry_run: bool) -> Document:
        """What it brought counts as before."""

        def event(reader: Reader, found: Document) -> events.ImportEvent:
            if found["state"] != "undone":
                raise Conflict(what=f"{found['id']} is not undone", try_="tracker import list")
            _refuse_displaced(reader, found["id"])
            return events.ImportRestored(import_id=found["id"], reason=reason)

        return self._done(import_, event, dry_run=dry_run)

    def _done(
        self, import_: str, event: Callable[[Reader, Document], events.ImportEvent], *, dry_run: bool
    ) -> Document:
        question = Question(self._recorder.clock())

        def decide(reader: Reader) -> Decision[Verdicts]:
            found = _known(reader, import_)
            return Decision([event(reader, found)], verdicts(reader, question))

        def look(reader: Reader, before: Verdicts) -> tuple[Document, list[Document]]:
            return _known(reader, import_), changes(before, verdicts(reader, question))

        done = self._recorder.record(decide, look, dry_run=dry_run)
        found, changed = done.seen
        return {
            "import": found, "event": done.events[0].kind, "payload": payload(done.events[0]),
            "position": done.position, "dry_run": dry_run, "changes": changed,
        }  # fmt: skip


_STEPS = {
    "claim": "tracker claims, then retract, or import undo of the file that brought them",
    "assessment": "tracker assess --clear",
    "place that lies in one": "tracker place describe {0} --parent …",
    "place near one": "tracker place describe {0} --near …",
    "merge": "tracker place unmerge {0}",
    "name given since": "tracker place unalias … {0}",
    "setting": "tracker setting … --place",
}
"""How what stands on a place is taken from it."""


def _refuse_standing(reader: Reader, id_: str) -> None:
    """Conflict where something of other origin stands on the places that an import brought."""
    found = standing_on(reader, id_)
    if found:
        told = ", ".join(f"{_counted(one.what, one.number)} ({one.example})" for one in found)
        raise Conflict(
            what=f"on places that {id_} brought stands what is of other origin: {told}",
            try_=f"take that away first: {_STEPS[found[0].what].format(found[0].example)}",
        )


def _counted(what: str, count: int) -> str:
    noun, _, rest = what.partition(" ")
    return f"{count:,} {noun}{'' if count == 1 else 's'} {rest}".rstrip()


def _refuse_displaced(reader: Reader, id_: str) -> None:
    """Conflict where a restored import would bring places twice, or claims on places that are gone."""
    again = brought_again(reader, id_)
    if again:
        raise Conflict(
            what=f"{len(again):,} of its places are in the record again since ({again[0]})",
            try_="tracker import list, and undo what brought them",
        )
    gone = nowhere(reader, id_)
    if gone:
        raise Conflict(
            what=f"{len(gone):,} of the places that its claims are about are no more ({gone[0]})",
            try_="tracker import list, and restore the import that brought them",
        )


def _known(reader: Reader, typed: str) -> Document:
    """The import with an id; NotFound with those that there are."""
    found = import_of(reader, typed.strip())
    if found is None:
        latest = [one["id"] for one in imports(reader)[:3]]
        asked = f"did you mean {' or '.join(latest)}? " if latest else ""
        raise NotFound(what=f"no import has the id {typed!r}", try_=f"{asked}tracker import list shows them")
    return found
