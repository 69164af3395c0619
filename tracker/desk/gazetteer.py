"""Decides how a gazetteer is recorded: as a file of claims is, but that a row may wait for what it lies in.

Rows are read in order; those whose parent is not known yet are read again, as long as that gets any further.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from io import BufferedReader
from itertools import islice
from typing import TYPE_CHECKING

from tracker.desk import importing, placing
from tracker.desk.binding import Binder
from tracker.desk.importing import Import, Progress, import_id, rejected
from tracker.desk.recording import Recorder, new_event
from tracker.errors import BadInput
from tracker.importers.claims import LeftOut
from tracker.importers.formats import Gazetteer
from tracker.importers.rows import Rejected, Row
from tracker.names import SETTLEMENT_KINDS
from tracker.reader import over
from tracker.record import events
from tracker.record.envelope import NewEvent
from tracker.record.events import typed_by_somebody
from tracker.record.follow import keep_up, project
from tracker.record.store import Store
from tracker.views.imports import import_of

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Places(Import):
    """What is done with one file of places."""

    def __init__(
        self, recorder: Recorder, how: Gazetteer, path: str, sha256: str,
        told: Callable[[Progress], None], rejected: Callable[[Rejected], None], min_population: int | None,
        encoding: str | None,
    ) -> None:  # fmt: skip
        super().__init__(recorder, how, path, sha256, told, rejected)
        self._least = min_population
        self._profile = None if min_population is None else f"min-population={min_population}"
        self._encoding = encoding
        self.id = import_id(sha256, how.name, self._profile or "", encoding or "")
        self._placing = placing.Placing(self.id)
        self._twins: list[placing.Twin] = []
        self._outlines = 0

    def check(self, file: BufferedReader, encoding: str | None) -> None:
        """Try all of it, as what a place lies in is found while recording; BadInput if a row is bad."""
        assert isinstance(self._how, Gazetteer)
        tried = Places(
            self._recorder, self._how, self._path, self._sha256, lambda _: None, self._tell_rejected,
            self._least, self._encoding,
        )  # fmt: skip
        with self._recorder.store() as store, store.trial():
            tried._all(store, file, encoding)
        tried.refuse_bad()

    def _all(self, store: Store, file: BufferedReader, encoding: str | None) -> None:
        with self._recorder.reading() as reader:
            self._refuse_undone(reader)
        self._binder = Binder(reader)  # that is given another reader with each chunk
        step = placing.BY_AREA
        waiting = self._read(store, file, encoding, None, step)
        self._placing.was_read = True
        while waiting:
            still = self._read(store, file, encoding, waiting, step)
            step += len(still) == len(waiting)
            waiting = still
        self._finish(store)

    def _read(
        self, store: Store, file: BufferedReader, encoding: str | None, wanted: set[int] | None, step: int
    ) -> set[int]:
        """Record what can be of all rows, or of those wanted; answers with those that have to wait."""
        file.seek(0)
        waiting: set[int] = set()
        with closing(self._how.read(file, self._path, encoding)) as rows:
            places = self._placed(self._watched(rows, file), wanted, waiting, step)
            while chunk := list(islice(places, importing.CHUNK)):
                waiting.update(self._place(store, chunk, step))
                self._tell(file)
        return waiting

    def _placed(
        self, rows: Iterator[Row | Rejected], wanted: set[int] | None, waiting: set[int], step: int
    ) -> Iterator[placing.Drafted]:
        assert isinstance(self._how, Gazetteer)
        rows = rows if wanted is None else islice(rows, max(wanted) + 1)
        for at, row in enumerate(rows):
            if wanted is not None and at not in wanted:
                continue
            self.rows += wanted is None
            if isinstance(row, Rejected):
                self._reject(row)
                continue
            try:
                with typed_by_somebody():
                    told = self._how.told(row.fields)
            except BadInput as error:
                self._reject(rejected(row, error))
                continue
            if isinstance(told, LeftOut):
                self._leave(told)
            elif self._is_small(told.event):
                self._leave(LeftOut(f"fewer than {self._least:,} people, or nobody knows how many"))
            elif self._placing.has_to_wait(told, step):
                waiting.add(at)
            else:
                yield placing.Drafted(at, row, told)

    def _is_small(self, event: events.PlaceRegistered) -> bool:
        return (
            self._least is not None
            and event.place_kind in SETTLEMENT_KINDS
            and (event.population or 0) < self._least
        )

    def _place(self, store: Store, chunk: Sequence[placing.Drafted], step: int) -> list[int]:
        placed: list[placing.Placed] = []

        def decide(connection: Connection) -> list[NewEvent]:
            keep_up(connection)
            reader = over(connection, store.where, settled=True)
            assert self._binder is not None
            self._binder.reader = reader
            placed[:] = [self._placing.placed(reader, chunk, step, self._binder.find)]
            if not placed[0].events or import_of(reader, self.id) is not None:
                return placed[0].events
            return [new_event(self._started(), self.id), *placed[0].events]

        store.append((), now=self._recorder.clock(), by=self._recorder.by, decide=decide, project=project)
        (done,) = placed
        self._placing.done(done)
        self.new += len(done.events)
        self.known += done.known
        self._twins += done.twins
        self._outlines += done.outlines
        for row, error in done.refused:
            self._reject(rejected(row, error))
        return done.waiting

    def _notes(self) -> list[str]:
        told = [
            f"{one.name} ({one.id}) lies {one.km:.1f} km from {one.other}, a {one.kind} of the same name:"
            f" tracker place merge {one.id} {one.other}, if they are one"
            for one in self._twins
        ]
        if self._outlines:
            told.append(
                f"{self._outlines:,} areas are recorded with their centre; no outline is kept:"
                " tracker regions --within FILE takes it from the file"
            )
        return told
