"""Decides how all the views follow the log: in the transaction of each append, or built again.

Every view has a checkpoint (revision, position). A view that is behind is caught up from the log; one
of another revision is made and replayed. Both give the same rows as following event by event.

What is believed (`control`) may stay behind while claims come in by the thousand: it is settled once, when
they are all there. Whoever reads in the meantime folds what is there (see `reader.position_at`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from tracker.reader import VIEWS, Reader, last_position, over, recorded_us
from tracker.record import control, packs
from tracker.record.derived import Driver, Table, empty
from tracker.record.envelope import Envelope
from tracker.record.events import Body
from tracker.record.projection import Rows, apply, decoded
from tracker.record.projections import ALL, claims
from tracker.record.store import REDACTED, Store
from tracker.views.backdrop import Backdrop

PAGE: Final = 5000
Progress = Callable[[int, int], None]
"""Told how many events are done, and how many there are."""

REVISIONS: Final = {
    **{one.table: one.revision for one in ALL},
    control.TABLE: control.REVISION,
    packs.TABLE: packs.REVISION,
}
_CLAIMS: Final = claims.PROJECTION.table
_CLAIM: Final = "claim-recorded"
MOST_SETTLED: Final = 100_000
"""So many claims at most are settled by folding again what they bear on."""
AS_MUCH: Final = 8
"""So many times as long takes a claim that is settled so as one of a tracker that is folded as a whole.

(Four times the latest news, eleven times what is told of years ago.)
"""


def project(connection: Connection, events: Sequence[Envelope]) -> None:
    """Bring every view up to date with new events, inside the transaction that appends them."""
    if not events:
        return
    views = _Views(connection)
    before = events[0].position - 1
    if not views.all_at(before):
        views.catch_up(before)
    views.take(events)


def note(connection: Connection, events: Sequence[Envelope], bodies: Sequence[Body]) -> None:
    """Bring every view but what is believed up to date with what befell claims; the payloads are `bodies`."""
    views = _Views(connection)
    before = events[0].position - 1
    if not views.all_at(before, settled=False):
        views.catch_up(before)
    views.note(list(zip(events, bodies, strict=True)))


def catch_up(store: Store) -> int:
    """Bring every view up to the end of the log; answers with that position. Cheap when nothing is behind."""
    with store.transaction() as connection:
        return keep_up(connection)


def keep_up(connection: Connection, *, settled: bool = True) -> int:
    """The same inside a transaction that holds the append lock.

    Unless `settled`, what is believed may lag.
    """
    views = _Views(connection)
    end = views.end()
    if not views.all_at(end, settled=settled):
        views.catch_up(end)
    return end


def rebuild(store: Store, progress: Progress | None = None) -> int:
    """Empty every view and build it again from the log, in one transaction; answers with the position."""
    with store.transaction() as connection:
        views = _Views(connection)
        views.forget()
        return views.catch_up(views.end(), progress)


def behind(reader: Reader, *, settled: bool = True) -> dict[str, str]:
    """The views that do not stand where the log ends, or are of another revision; and which it is.

    Unless `settled`, what is believed may lag.
    """
    end = last_position(reader)
    rows = reader.rows("SELECT projection, revision, position FROM checkpoints")
    found = {name: (revision, position) for name, revision, position in rows}
    if not settled and control.TABLE in found:
        found[control.TABLE] = found[control.TABLE][0], end
    wrong = {name: _wrong(found.get(name), revision, end) for name, revision in REVISIONS.items()}
    return {name: what for name, what in wrong.items() if what}


def _wrong(found: tuple[int, int] | None, revision: int, end: int) -> str:
    if found is None:
        return "was never built"
    if found[0] != revision:
        return f"is of revision {found[0]}, and this tracker builds {revision}"
    return "" if found[1] == end else f"does not stand where the log ends, but at {found[1]}"


class _Memory(NamedTuple):
    """What one connection remembers from append to append, and after which event that is true.

    Another process may have appended since, or this one's append may have been taken back: then the log
    goes on from another hash (no two are alike), and what is remembered is of no use.
    """

    position: int
    chain_hash: bytes
    backdrop: Backdrop | None


class _Views:
    """The views as one transaction sees them."""

    def __init__(self, connection: Connection) -> None:
        self._driver = Driver(connection)
        self._reader = over(connection, "")
        self._info = connection.info  # lives as long as the driver's connection: on SQLite as the store
        memory: _Memory | None = self._info.pop(_Memory, None)
        if memory is not None and self._still_true(memory):
            self._at = dict.fromkeys(REVISIONS, memory.position)
            self._as_they_should_be = True
            self._backdrop = memory.backdrop
        else:
            found = self._driver.run("SELECT projection, revision, position FROM checkpoints")
            self._at = {name: at for name, revision, at in found if REVISIONS.get(name) == revision}
            self._as_they_should_be = len(self._at) == len(found) == len(REVISIONS)
            self._backdrop = None

    def _still_true(self, memory: _Memory) -> bool:
        found = self._driver.run(
            "SELECT count(*), sum(revision) FROM checkpoints WHERE position = ? AND chain_hash = ?",
            memory[:2],
        )
        return found == [(len(REVISIONS), VIEWS)]

    def all_at(self, position: int, *, settled: bool = True) -> bool:
        kept = settled or control.TABLE not in self._at  # one of another revision is no view at all
        at = self._at if kept else {**self._at, control.TABLE: position}
        return at == dict.fromkeys(REVISIONS, position)

    def end(self) -> int:
        return int(self._driver.run("SELECT coalesce(max(position), 0) FROM events")[0][0])

    def forget(self) -> None:
        self._at = {}
        self._as_they_should_be = False

    def catch_up(self, end: int, progress: Progress | None = None) -> int:
        """Bring every view to `end`, each from where it stands."""
        self._backdrop = None
        self._make([name for name in REVISIONS if self._at.get(name, end + 1) > end])
        if self._at[packs.TABLE] > self._at[_CLAIMS]:  # those packed are not the claims that there will be
            self._make([packs.TABLE])
        start = min(self._at.values())
        if start < end and start > 0 and self._redacted_since(start):
            # What was taken out of the log has to go out of the views, and no handler can tell where it went.
            self._make(REVISIONS)
            start = 0
        if start < end:
            lagging = self._at[control.TABLE] < end
            others = min(at for name, at in self._at.items() if name != control.TABLE)
            for page in self._pages(others, end):
                if not self._take_in(page):
                    self._apply(page)
                if progress:
                    progress(page[-1].position, end)
            packs.follow(self._reader, self._driver, self._at[packs.TABLE], end)
            if lagging and not self._settle(self._at[control.TABLE]):
                self._fold_everything()
        self._mark(end)
        return end

    def take(self, events: Sequence[Envelope]) -> None:
        """Follow events that come right after what every view has seen."""
        kinds = {event.kind for event in events}
        if REDACTED in kinds:
            self.forget()
            self.catch_up(events[-1].position)
            return
        if any(map(control.changes_backdrop, kinds)):
            self._backdrop = None
        pairs, claims = self._apply(events)
        packs.follow(self._reader, self._driver, events[0].position - 1, events[-1].position)
        if any(map(control.concerns, kinds)):
            self._backdrop = self._backdrop or Backdrop(self._reader)
            control.follow(self._reader, self._driver, self._backdrop, pairs, claims)
        self._mark(events[-1].position)

    def note(self, pairs: Sequence[tuple[Envelope, Body]]) -> None:
        """Follow what befell claims in every view but what is believed: mostly that they are new."""
        first, last = pairs[0][0].position, pairs[-1][0].position
        if all(envelope.kind == _CLAIM for envelope, _ in pairs):
            self._driver.many(claims.PROJECTION.insert, claims.rows(pairs))
        else:
            self._apply([envelope for envelope, _ in pairs])
        packs.follow(self._reader, self._driver, first - 1, last)
        self._mark(last, settled=False)

    def _take_in(self, events: Sequence[Envelope]) -> bool:
        """Follow events that are nothing but claims, which is quicker; False: they are not."""
        if {event.kind for event in events} != {_CLAIM} or self._at[_CLAIMS] >= events[0].position:
            return False
        if any(event.payload is None for event in events):
            return False
        self._driver.many(claims.PROJECTION.insert, claims.rows(decoded(events)))
        return True

    def _apply(self, events: Sequence[Envelope]) -> tuple[list[tuple[Envelope, Body]], Rows]:
        """Write what events change in the tables that need no folding; the events as data, and the claims."""
        pairs = decoded(events)
        kinds = {envelope.kind for envelope in events}
        found: Rows = {}
        for projection in ALL:
            if kinds.isdisjoint(projection.handlers):
                continue
            at = self._at[projection.table]
            rows = apply(projection, self._driver, [pair for pair in pairs if pair[0].position > at])
            if projection.table == _CLAIMS:
                found = rows
        return pairs, found

    def _redacted_since(self, position: int) -> bool:
        found = self._driver.run(
            "SELECT 1 FROM events WHERE position > ? AND kind = ? LIMIT 1", (position, REDACTED)
        )
        return bool(found)

    def _settle(self, after: int) -> bool:
        """Settle what is believed by claims that came in after a position; False: all has to be folded."""
        if not after:
            return False
        sql = "SELECT kind, count(*) FROM events WHERE position > ? GROUP BY kind"
        found = dict(self._driver.run(sql, (after,)))
        news = found.pop(_CLAIM, 0)
        if any(map(control.concerns, found)) or any(map(control.changes_backdrop, found)):
            return False
        ((held,),) = self._driver.run(f"SELECT count(*) FROM {_CLAIMS}")
        if news > MOST_SETTLED or news * AS_MUCH > held:
            return False
        control.settle(self._reader, self._driver, Backdrop(self._reader), after)
        return True

    def _fold_everything(self) -> None:
        empty(self._driver, control.LAYOUTS, tables())
        control.replay_all(self._reader, self._driver, Backdrop(self._reader))

    def _make(self, names: Collection[str]) -> None:
        if names:
            empty(self._driver, [table for name in names for table in _layouts(name)], tables())
        self._at |= dict.fromkeys(names, 0)

    def _pages(self, after: int, end: int) -> Iterator[list[Envelope]]:
        sql = (
            f"SELECT position, event_id, stream, version, kind, schema, {recorded_us(self._reader)},"
            " recorded_by, payload FROM events WHERE position > :after AND position <= :last"
            " ORDER BY position"
        )
        while after < end:
            last = min(after + PAGE, end)
            page = [Envelope(*row) for row in self._reader.rows(sql, after=after, last=last)]
            if page:
                yield page
            after = last

    def _mark(self, position: int, *, settled: bool = True) -> None:
        found = self._driver.run(
            f"SELECT chain_hash, {recorded_us(self._reader)} FROM events WHERE position = ?", (position,)
        )
        chain, recorded_at = (bytes(found[0][0]), found[0][1]) if found else (bytes(32), 0)
        if not settled:
            self._driver.run(
                "UPDATE checkpoints SET position = ?, chain_hash = ?, updated_at = ? WHERE projection <> ?",
                (position, chain, recorded_at, control.TABLE),
            )
            return
        if self._as_they_should_be:
            self._driver.run(
                "UPDATE checkpoints SET position = ?, chain_hash = ?, updated_at = ?",
                (position, chain, recorded_at),
            )
        else:
            self._mark_anew(position, chain, recorded_at)
        self._at = dict.fromkeys(REVISIONS, position)
        self._info[_Memory] = _Memory(position, chain, self._backdrop)

    def _mark_anew(self, position: int, chain: bytes, recorded_at: int) -> None:
        self._driver.run("DELETE FROM checkpoints")
        self._driver.many(
            "INSERT INTO checkpoints (projection, revision, position, chain_hash, updated_at)"
            " VALUES (?, ?, ?, ?, ?)",
            [(name, revision, position, chain, recorded_at) for name, revision in REVISIONS.items()],
        )
        self._as_they_should_be = True


def _layouts(view: str) -> Iterable[Table]:
    if view == control.TABLE:
        return control.LAYOUTS
    return [packs.LAYOUT if view == packs.TABLE else next(one.layout for one in ALL if one.table == view)]


def tables(*, settled: bool = True) -> Iterable[str]:
    """Every derived table; unless `settled`, without those of what is believed."""
    believed = [one.name for one in control.LAYOUTS]
    every = dict.fromkeys((*REVISIONS, *believed))
    return tuple(one for one in every if settled or one not in believed)
