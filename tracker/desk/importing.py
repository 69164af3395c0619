"""Decides how a file of other people's claims is recorded: chunk by chunk, once, with its bad rows told.

A claim's id follows from what it says, so a row that is in the record already is known and nothing is
written. Whole chunks stay when it is interrupted; run again, it goes on. A bad row is data: it is counted
and told, with what would help.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from difflib import get_close_matches
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tracker.desk.binding import Binder, Parties
from tracker.desk.parts import Claim, Parts
from tracker.desk.recording import Recorder, new_event, payload
from tracker.desk.retyped import with_document
from tracker.errors import BadInput, Conflict, NotFound, TrackerError
from tracker.importers import log
from tracker.importers.claims import COLUMN, LeftOut, Told
from tracker.importers.formats import Format, Gazetteer, format_of
from tracker.importers.profile import Profile, read_profile
from tracker.importers.rows import Rejected, Row
from tracker.reader import Reader, last_position, over
from tracker.record import canonical, events
from tracker.record.envelope import Envelope, NewEvent
from tracker.record.follow import keep_up, note, project
from tracker.record.store import Store
from tracker.times import read_instant
from tracker.views.differences import changes, verdicts
from tracker.views.imports import import_of, undone_claims
from tracker.views.situation import Question

if TYPE_CHECKING:
    from sqlalchemy import Connection

Document = dict[str, Any]
_TELLERS: Final = frozenset({"source", "said_by", "sentence"})
CHUNK: Final = 2000
"""So many rows are recorded in one transaction."""
MOST_COLUMNS: Final = 10
"""So many columns are told of a file that has none of ours."""
MOST_REASONS: Final = 10_000
"""So many reasons are told apart."""


class Progress(NamedTuple):
    """How far an import has come: rows read and recorded, bytes read of how many.

    `weighing`: all are recorded, and what is believed by them is settled now.
    """

    rows: int
    recorded: int
    read: int
    size: int
    weighing: bool = False


class Importing:
    """What is done with one file."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def run(
        self, path: str, *, file_format: str | None, profile: str | None, encoding: str | None,
        dry_run: bool, strict: bool, told: Callable[[Progress], None], rejected: Callable[[Rejected], None],
        min_population: int | None = None,
    ) -> Document:  # fmt: skip
        """Record the claims, or places, of a file; with `strict` all of them or, if a row is bad, none.

        `profile` names what the columns of a table mean that is no file of claims.
        """
        how = format_of(path, file_format)
        meant: tuple[str, Profile] | None = None
        if isinstance(how, Gazetteer):
            _refuse_option("--map", profile, f"{how.name} needs none")
        else:
            _refuse_option("--min-population", min_population, "it is of gazetteers (--format geonames)")
        if profile is not None:
            assert isinstance(how, Format)
            meant = read_profile(profile)
            how = how._replace(told=meant[1].told)
        with opened(path) as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            if isinstance(how, Gazetteer):
                from tracker.desk.gazetteer import Places

                one: Import = Places(
                    self._recorder, how, path, sha256, told, rejected, min_population, encoding
                )
            else:
                one = Import(self._recorder, how, path, sha256, told, rejected, meant, encoding)
            if strict:
                one.check(file, encoding)
                file.seek(0)
            return one.tried(file, encoding) if dry_run else one.recorded(file, encoding)


def _refuse_option(option: str, value: object, why: str) -> None:
    if value is not None:
        raise BadInput(what=f"{option} says nothing here: {why}", try_=f"without {option}")


def log_in(path: str, named: str | None) -> bool:
    """Whether a file is a whole log: named as one, or JSON Lines that begin as one does."""
    if named is not None:
        return named == log.NAME
    with opened(path) as file:
        return format_of(path).name == "jsonl" and log.is_log(file)


@contextmanager
def opened(path: str) -> Iterator[BufferedReader]:
    """A file to be read. Raises BadInput."""
    # Refused before it is opened, as to open a pipe is to wait for who writes into it.
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise BadInput(what=f"{path} is no file, and is read more than once", try_="what it tells as a file")
    try:
        with open(path, "rb") as file:
            yield file
    except FileNotFoundError:
        raise BadInput(what=f"there is no file {path}", try_="the path of a file that is there") from None
    except (IsADirectoryError, PermissionError) as error:
        raise BadInput(
            what=f"{path} cannot be read: {error.strerror}", try_="a file that can be read"
        ) from None


class Import:
    """What is done with one file of claims."""

    def __init__(
        self, recorder: Recorder, how: Format | Gazetteer, path: str, sha256: str,
        told: Callable[[Progress], None], rejected: Callable[[Rejected], None],
        meant: tuple[str, Profile] | None = None, encoding: str | None = None,
    ) -> None:  # fmt: skip
        self._recorder, self._how, self._path, self._sha256 = recorder, how, path, sha256
        self._told, self._tell_rejected = told, rejected
        self._profile = None if meant is None else meant[0]
        self._columns = [] if meant is None else meant[1].columns()
        self._found: set[str] = set()  # the columns in which a row had anything
        self._parties = Parties(None if meant is None else meant[1])
        profile = "" if meant is None else meant[1].model_dump_json(exclude={"title", "about"})
        self.id = import_id(sha256, how.name, self._profile or "", profile, encoding or "")
        self._size = Path(path).stat().st_size
        self.rows = self.new = self.known = self.rejected = self.left_out = self._told_at = 0
        self._left: Counter[str] = Counter()
        self._reasons: dict[tuple[str, str], list[int]] = {}  # the first line, and how many
        self._binder: Binder | None = None
        self._has_begun = False

    # -- the three ways --------------------------------------------------------------------------

    def recorded(self, file: BufferedReader, encoding: str | None) -> Document:
        """Record what is new, chunk by chunk."""
        with self._recorder.store() as store:
            self._all(store, file, encoding)
        return self._document(dry_run=False)

    def tried(self, file: BufferedReader, encoding: str | None) -> Document:
        """The same, taken back at the end; with the verdicts that would change."""
        with self._recorder.reading():
            pass  # brings the views along, if they are behind
        question = Question(self._recorder.clock())
        with self._recorder.store() as store, store.trial() as connection:
            before = verdicts(over(connection, store.where, settled=True), question)
            self._all(store, file, encoding)
            after = verdicts(over(connection, store.where, settled=True), question)
        return {**self._document(dry_run=True), "changes": changes(before, after)}

    def check(self, file: BufferedReader, encoding: str | None) -> None:
        """Read all of it; BadInput if a row is bad."""
        with self._recorder.reading(settled=False) as reader:
            self._binder = self._binding(reader, file, encoding)
            with closing(self._how.read(file, self._path, encoding)) as rows:
                for _ in self._drafted(reader, rows):
                    pass
        self.refuse_bad()
        self.rows, self.left_out, self._left, self._binder = 0, 0, Counter(), None

    def refuse_bad(self) -> None:
        """BadInput if a row was bad."""
        if self.rejected:
            first = min(line for line, _ in self._reasons.values())
            raise BadInput(
                what=f"{self.rejected} of {self.rows} rows of {self._path} cannot be recorded, the first in"
                f" line {first}",
                try_="without --strict the others are; nothing was recorded",
            )

    # -- all rows --------------------------------------------------------------------------------

    def _all(self, store: Store, file: BufferedReader, encoding: str | None) -> None:
        with self._recorder.reading(settled=False) as reader:
            self._refuse_undone(reader)
            self._binder = self._binding(reader, file, encoding)
            with closing(self._how.read(file, self._path, encoding)) as rows:
                claims = self._drafted(reader, self._watched(rows, file))
                while chunk := list(islice(claims, CHUNK)):
                    with reader.let_go():
                        self._append(store, chunk)
                    self._tell(file)
        if self.new:
            self._told(Progress(self.rows, self.new, self._size, self._size, weighing=True))
        self._finish(store)

    def _watched(self, rows: Iterator[Row | Rejected], file: BufferedReader) -> Iterator[Row | Rejected]:
        """The same rows; how far it has come is told also where many of them tell nothing to record."""
        for row in rows:
            if self.rows - self._told_at > CHUNK:
                self._tell(file)
            yield row

    def _tell(self, file: BufferedReader) -> None:
        self._told_at = self.rows
        self._told(Progress(self.rows, self.new, min(file.tell(), self._size), self._size))

    def _refuse_undone(self, reader: Reader) -> None:
        before = import_of(reader, self.id)
        if before is not None and before["state"] == "undone":
            raise Conflict(
                what=f"this file was imported as {self.id}, and that was undone",
                try_=f"tracker import restore {self.id}",
            )

    def _drafted(self, reader: Reader, rows: Iterator[Row | Rejected]) -> Iterator[Claim]:
        zone, now = self._recorder.zone(reader), self._recorder.clock()
        parts = Parts(now=now, zone=zone, imported=self.id)
        for row in rows:
            self.rows += 1
            if isinstance(row, Rejected):
                self._reject(row)
                continue
            self._found.update(row.fields)
            try:
                drafted = [*self._drafts(reader, row, parts, now, zone)]
            except (BadInput, NotFound) as error:
                self._reject(rejected(row, error))
            else:
                yield from drafted

    def _binding(self, reader: Reader, file: BufferedReader, encoding: str | None) -> Binder:
        """Names as they are known, and as the profile calls those that it brings along.

        Where places are made of rows, the file is read for them first: so a row that lacks its coordinates
        is of the place as well that a later one makes.
        """
        binder = Binder(reader, self.id)
        self._parties.bind(binder)
        if not self._parties.makes_places:
            return binder
        assert isinstance(self._how, Format)
        with closing(self._how.read(file, self._path, encoding)) as rows:
            for row in rows:
                with suppress(BadInput, NotFound):
                    for told in () if isinstance(row, Rejected) else self._how.told(row.fields):
                        if isinstance(told, Told) and told.near is not None and told.typed.place:
                            binder.beside(told.near)("place", told.typed.place)
        file.seek(0)
        binder.begin()
        return binder

    def _drafts(self, reader: Reader, row: Row, parts: Parts, now: int, zone: str) -> Iterator[Claim]:
        assert isinstance(self._how, Format)
        assert self._binder is not None
        for told in self._how.told(row.fields):
            if isinstance(told, LeftOut):
                self._leave(told)
                continue
            bind = self._binder.beside(told.near)
            if told.recorded is None:
                typed, _ = with_document(reader, told.typed)
                yield parts.claim(typed, bind, told.worded)
            else:  # a tracker wrote it: it is whole, and an id in it means itself
                then = min(now, read_instant(told.recorded, now=now, zone=zone))
                exact = told.near is None
                bind = self._binder.exact if exact else bind
                yield parts.written(told.typed, bind, then, told.worded, exact=exact)

    def _leave(self, one: LeftOut) -> None:
        self.left_out += 1
        self._left[one.why] += 1

    def _reject(self, one: Rejected) -> None:
        self.rejected += 1
        what = (one.field, one.why)
        if len(self._reasons) >= MOST_REASONS and what not in self._reasons:
            what = ("", "for other reasons")
        self._reasons.setdefault(what, [one.line, 0])[1] += 1
        self._tell_rejected(one)

    def _append(self, store: Store, chunk: Sequence[Claim]) -> None:
        """Record what of a chunk is new, in one transaction; which that is, is found inside the lock."""
        new: list[Claim] = []
        again: list[events.ClaimReimported] = []
        begun: list[NewEvent] = []

        def decide(connection: Connection) -> list[NewEvent]:
            keep_up(connection, settled=False)
            reader = over(connection, store.where, settled=True)
            new[:], again[:] = self._news(reader, chunk)
            begun[:] = self._begun(reader) if (new or again) and not self._has_begun else ()
            at = last_position(reader)  # one may come with the same import more than once
            readmitted = (new_event(one, f"{self.id}-{one.claim}-{at}") for one in again)
            return [*begun, *map(_as_event, new), *readmitted]

        def follow(connection: Connection, envelopes: Sequence[Envelope]) -> None:
            if begun:
                project(connection, envelopes[: len(begun)])
            bodies = [*(one.body for one in new), *map(payload, again)]
            note(connection, envelopes[len(begun) :], bodies)

        store.append((), now=self._recorder.clock(), by=self._recorder.by, decide=decide, project=follow)
        recorded = len(new) + len(again)
        self._has_begun |= bool(recorded)
        self.new += recorded
        self.known += len(chunk) - recorded

    def _begun(self, reader: Reader) -> list[NewEvent]:
        """What comes before the first claim of an import that is new."""
        found = []
        if import_of(reader, self.id) is None:
            found.append(new_event(self._started(), self.id))
        assert self._binder is not None
        found += [
            new_event(event, f"{self.id}-{event.stream}")
            for event in (*self._parties.events, *self._binder.places)
            if reader.one("SELECT 1 FROM events WHERE stream = :stream", stream=event.stream) is None
        ]
        return found

    def _news(
        self, reader: Reader, chunk: Sequence[Claim]
    ) -> tuple[list[Claim], list[events.ClaimReimported]]:
        """The claims of a chunk that are not recorded, and those that are, by an import that was undone."""
        by_id = {one.event_id: one for one in chunk}
        asked = "SELECT event_id, stream FROM events WHERE event_id IN (:wanted)"
        there: dict[str, str] = dict(reader.among(asked, by_id))
        undone = undone_claims(reader, (stream.removeprefix("claim/") for stream in there.values()))
        again = [events.ClaimReimported(claim=claim, import_id=self.id) for claim in undone]
        return self._apart(reader, [one for id_, one in by_id.items() if id_ not in there]), again

    def _apart(self, reader: Reader, new: Sequence[Claim]) -> list[Claim]:
        """New claims, each under an id that no other has."""
        streams = [one.stream for one in new]
        taken = {
            row[0] for row in reader.among("SELECT stream FROM events WHERE stream IN (:wanted)", streams)
        }
        found = []
        for one in new:
            while one.stream in taken:  # the ids of two claims begin alike
                one = one.lengthened()
            taken.add(one.stream)
            found.append(one)
        return found

    def _started(self) -> events.ImportStarted:
        return events.ImportStarted(
            profile=self._profile,
            import_id=self.id,
            name=Path(self._path).name[:200],
            file_format=self._how.name,
            sha256=self._sha256,
        )

    def _finish(self, store: Store) -> None:
        """Note that it was read to its end, unless that is noted and nothing was new; settle the belief."""

        def decide(connection: Connection) -> list[NewEvent]:
            keep_up(connection)
            before = import_of(over(connection, store.where, settled=True), self.id)
            if before is None or (before["state"] == "finished" and not self.new):
                return []
            version = reader_version(over(connection, store.where, settled=True), self.id)
            told = events.ImportFinished(
                import_id=self.id, recorded=self.new, known=self.known, rejected=self.rejected,
                left_out=self.left_out,
            )  # fmt: skip
            return [new_event(told, f"{self.id}-finished-{version + 1}")]

        store.append((), now=self._recorder.clock(), by=self._recorder.by, decide=decide, project=project)

    # -- what is told of it ----------------------------------------------------------------------

    def _document(self, *, dry_run: bool) -> Document:
        assert self._binder is not None
        return {
            "import": self.id, "file": self._path, "format": self._how.name, "rows": self.rows,
            "profile": self._profile, "recorded": self.new, "known": self.known, "rejected": self.rejected,
            "left_out": self.left_out, "dry_run": dry_run, "left": dict(self._left.most_common()),
            "reasons": [
                {"field": field, "why": why, "count": count, "line": line}
                for (field, why), (line, count) in sorted(self._reasons.items(), key=lambda one: -one[1][1])
            ],
            "unresolved": self._binder.unresolved(), "places_made": len(self._binder.places),
            "notes": self._notes(),
        }  # fmt: skip

    def _notes(self) -> list[str]:
        """What a person should look at, though it was recorded."""
        missing = [names for names in self._columns if self._found.isdisjoint(names)]
        if self._found and missing:
            return [f"no row has anything in {' or '.join(one)}{self._meant(one[0])}" for one in missing]
        told = {COLUMN.get(name) for name in self._found}
        if self._profile is None and told and told.isdisjoint(_TELLERS) and self.new + self.known == 0:
            columns = ", ".join(sorted(self._found)[:MOST_COLUMNS])
            return [f"no column says who reported it; --map tells what other columns mean: {columns}"]
        return []

    def _meant(self, column: str) -> str:
        """What a profile may mean by a column that is not there."""
        free = self._found.difference(*self._columns)
        near = get_close_matches(column, sorted(free), 1)
        return f", which the profile reads; did you mean {near[0]}?" if near else ", which the profile reads"


def _as_event(one: Claim) -> NewEvent:
    return NewEvent(
        event_id=one.event_id,
        stream=one.stream,
        kind=events.ClaimRecorded.kind,
        schema=events.ClaimRecorded.schema_version,
        payload=canonical.dumps(one.body),
        content_derived=True,
        expected_version=0,
    )


def import_id(sha256: str, file_format: str, profile: str = "", *ways: str) -> str:
    """The id of an import: the same for the same bytes, read in the same way.

    Of a profile its name and what is in it count, as with another one the same rows are other claims.
    """
    told = "\x1f".join((sha256, file_format, profile, *filter(None, ways)))
    number = int.from_bytes(hashlib.sha256(told.encode()).digest()[:5], "big")
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    return "i-" + "".join(letters[(number >> 5 * i) & 31] for i in reversed(range(8)))


def reader_version(reader: Reader, id_: str) -> int:
    """How many events an import has."""
    row = reader.one("SELECT max(version) FROM events WHERE stream = :stream", stream=f"import/{id_}")
    return int(row[0] or 0) if row else 0


def rejected(row: Row, error: TrackerError) -> Rejected:
    """A row that is refused as data."""
    field = str(error.facts.get("kind", "")) if isinstance(error, NotFound) else ""
    return Rejected(row.line, field, f"{error.message}; {error.next_step}", row.fields)
