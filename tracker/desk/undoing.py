"""Decides when what an import brought may be taken out of the count, and put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker.desk.recording import Decision, Recorder, payload
from tracker.errors import Conflict, NotFound
from tracker.reader import Reader
from tracker.record import events
from tracker.views.differences import Verdicts, changes, verdicts
from tracker.views.imports import import_of, imports
from tracker.views.situation import Question

Document = dict[str, Any]


class Undoing:
    """What people do with imports that are recorded."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def undo(self, import_: str, reason: str | None, *, dry_run: bool) -> Document:
        """Nothing that it brought counts any more; answers with the verdicts that read differently."""

        def event(found: Document) -> events.ImportEvent:
            if found["state"] == "undone":
                raise Conflict(
                    what=f"{found['id']} is undone already", try_=f"tracker import restore {found['id']}"
                )
            return events.ImportUndone(import_id=found["id"], reason=reason)

        return self._done(import_, event, dry_run=dry_run)

    def restore(self, import_: str, reason: str | None, *, dry_run: bool) -> Document:
        """What it brought counts as before."""

        def event(found: Document) -> events.ImportEvent:
            if found["state"] != "undone":
                raise Conflict(what=f"{found['id']} is not undone", try_="tracker import list")
            return events.ImportRestored(import_id=found["id"], reason=reason)

        return self._done(import_, event, dry_run=dry_run)

    def _done(
        self, import_: str, event: Callable[[Document], events.ImportEvent], *, dry_run: bool
    ) -> Document:
        question = Question(self._recorder.clock())

        def decide(reader: Reader) -> Decision[Verdicts]:
            found = _known(reader, import_)
            return Decision([event(found)], verdicts(reader, question))

        def look(reader: Reader, before: Verdicts) -> tuple[Document, list[Document]]:
            return _known(reader, import_), changes(before, verdicts(reader, question))

        done = self._recorder.record(decide, look, dry_run=dry_run)
        found, changed = done.seen
        return {
            "import": found, "event": done.events[0].kind, "payload": payload(done.events[0]),
            "position": done.position, "dry_run": dry_run, "changes": changed,
        }  # fmt: skip


def _known(reader: Reader, typed: str) -> Document:
    """The import with an id; NotFound with those that there are."""
    found = import_of(reader, typed.strip())
    if found is None:
        latest = [one["id"] for one in imports(reader)[:3]]
        asked = f"did you mean {' or '.join(latest)}? " if latest else ""
        raise NotFound(what=f"no import has the id {typed!r}", try_=f"{asked}tracker import list shows them")
    return found
