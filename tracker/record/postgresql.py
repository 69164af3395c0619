"""Decides how the log lies in a PostgreSQL schema: sessions, locking, statements, its errors' meaning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from math import inf
from time import monotonic
from typing import Any, cast

import orjson
import psycopg
from sqlalchemy import URL, Connection, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError

from tracker.errors import (
    AppendOnly,
    DamagedDatabase,
    DatabaseBusy,
    DatabaseProblem,
    NoDatabase,
    TrackerError,
    UnwritableDatabase,
)
from tracker.record.envelope import Head, RowValues
from tracker.record.medium import WAIT, Dialect, Known, Seen, StillRead, blocks
from tracker.record.schema import COLUMNS, metadata

# Seen by every session of ours, whatever the server's or the role's defaults.
SETTINGS = {
    "synchronous_commit": "on",  # committed is on the disk
    "lock_timeout": f"{WAIT * 1000:.0f}",
    "timezone": "UTC",
}

# A connection that fails carries no code, only the server's words.
_NO_DATABASE = re.compile(r'FATAL:\s+database ".*" does not exist')

_MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"

# A tracker is all in one schema. Further down the path may be another tracker, with tables of the same names:
# whatever is missing here would be looked for there, and made empty, dropped or migrated there.
_OURS = """
SELECT set_config('search_path', quote_ident(current_schema()), false) WHERE current_schema() IS NOT NULL
"""

_LOCK = "SELECT position FROM head FOR UPDATE"

# Its own statement, after the lock: the snapshot of the locking one is older than the wait. The LIMITs keep
# the planner, which cannot know how far the log has grown, from ever thinking of a scan of the whole log.
# And JSON, as it guesses the same for any list of it: so it keeps one plan, and does not make it each time.
# Most appends are of ids and streams later than all others, or of days that nobody wrote about: where none is
# between the first and the last of those asked for, one look at the index answers for all of them.
_LOOK = f"""
SELECT 0, h.position, NULL, NULL, NULL::integer, {_MICROSECONDS.format("e.recorded_at")},
       e.chain_hash, h.chain_hash, NULL
  FROM (SELECT position, chain_hash FROM head LIMIT 1) h LEFT JOIN events e ON e.position = h.position
UNION ALL
SELECT 1, e.position, e.event_id, e.stream, e.version, {_MICROSECONDS.format("e.recorded_at")},
       e.salt, e.payload_hash, e.kind
  FROM json_array_elements_text(%s::json) AS asked (event_id)
  CROSS JOIN LATERAL (SELECT * FROM events WHERE event_id = asked.event_id LIMIT 1) AS e
 WHERE (SELECT event_id FROM events WHERE event_id >= %s ORDER BY event_id LIMIT 1) <= %s
UNION ALL
SELECT 2, NULL, NULL, asked.stream, newest.version, NULL, NULL, NULL, NULL
  FROM json_array_elements_text(%s::json) AS asked (stream)
  CROSS JOIN LATERAL (
    SELECT version FROM events WHERE stream = asked.stream ORDER BY version DESC LIMIT 1
  ) AS newest
 WHERE (SELECT stream FROM events WHERE stream >= %s ORDER BY stream LIMIT 1) <= %s
"""

_INSERT = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join(['%b'] * len(COLUMNS))})"
_HEAD = "UPDATE head SET position = %s, chain_hash = %s"
_FEW = 4  # so many INSERTs answer sooner than a COPY

# A timestamp travels as the number of microseconds since 2000.
_COPY = f"COPY events ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_TYPES = "int8 text text int4 text int4 int8 text text bytea bytea bytea".split()  # noqa: SIM905
_Y2000 = 946_684_800_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Plans are kept only for what says so: one made while a table was small would scan it when it has grown.
_NEVER = 2**31

_REST = 1.0  # seconds

_LOST_TO_ANOTHER = {"40001", "40P01"}  # serialization failure, deadlock


class PostgreSQLSchema:
    """A tracker in the first schema of the search path that is there; sessions look nowhere else."""

    dialect: Dialect = "postgresql"
    columns = tuple(_MICROSECONDS.format(name) if name == "recorded_at" else name for name in COLUMNS)
    page = 5000  # a journey to the server each

    def __init__(self, where: str) -> None:
        self.where = where
        self.shown = make_url(where).render_as_string(hide_password=True)
        self._engine = create_engine(
            _with_psycopg(where),
            pool_size=2,
            max_overflow=8,
            isolation_level="READ COMMITTED",
            connect_args={"prepare_threshold": _NEVER},
            use_native_hstore=False,  # no journey to ask for a type that no table of ours has
        )
        event.listen(self._engine, "connect", _settle)
        event.listen(self._engine, "checkin", _note_rest)
        event.listen(self._engine, "checkout", _wake)
        self._reading = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    def schema_version(self) -> str | None:
        """See `Medium`."""
        try:
            found = self.rows("SELECT version_num FROM alembic_version")
        except psycopg.errors.UndefinedTable:
            return None
        return str(found[0][0]) if found else None

    def occupied(self) -> bool:
        """See `Medium`."""
        ours = "schemaname = current_schema() AND tablename = ANY(?)"
        return bool(self.rows(f"SELECT 1 FROM pg_tables WHERE {ours} LIMIT 1", (list(metadata.tables),)))

    def head(self) -> Head:
        """See `Medium`."""
        found = self.rows("SELECT position, chain_hash FROM head")
        if not found:
            raise DamagedDatabase(where=self.shown, why="its head is gone")
        return Head(*found[0])

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """See `Medium`."""
        with self._connected() as connection, connection.begin():
            # Only so that two that make the same tables at once wait for each other; no append needs it.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('tracker is making tables'))"))
            if connection.execute(text("SELECT current_schema()")).scalar() is None:
                self._make_schema(connection)
            yield connection

    @contextmanager
    def writing(self, *, soon: bool = False) -> Iterator[Connection]:
        """See `Medium`."""
        with self._connected() as connection, connection.begin():
            if not soon:
                with _at_once(_driver(connection)):
                    _driver(connection).execute(_LOCK)
            yield connection

    def look(self, connection: Connection, ids: Sequence[str], streams: Sequence[str]) -> Seen:
        """See `Medium`."""
        head: Head | None = None
        recorded_at = 0
        known: dict[str, Known] = {}
        versions: dict[str, int] = {}
        driver = _driver(connection)
        asked = (*_asked(ids), *_asked(streams))
        with _at_once(driver):
            driver.execute(_LOCK, prepare=True)  # for a writer who said `soon`
            found = driver.execute(_LOOK, asked, prepare=True, binary=True)
        # The head's row carries the last event's chain hash where the others have their salt.
        for what, at, event_id, stream, version, when, salt, hashed, kind in found:
            if what == 2:
                versions[stream] = version
            elif what == 1:
                known[event_id] = Known(at, stream, version, kind, when, salt, hashed)
            else:
                head, recorded_at = Head(at, hashed), when or 0
                if salt != (hashed if at else None):
                    raise DamagedDatabase(where=self.shown, why=f"its head does not fit event {at}")
        if head is None:
            raise DamagedDatabase(where=self.shown, why="its head is gone")
        return Seen(head.position, head.chain_hash, recorded_at, known, versions)

    def insert(self, connection: Connection, rows: Iterable[RowValues]) -> None:
        """See `Medium`."""
        driver = _driver(connection)
        rows = iter(rows)
        few = list(islice(rows, _FEW))
        if len(few) < _FEW:
            with _at_once(driver):
                for row in few:
                    driver.execute(
                        _INSERT, (*row[:6], _EPOCH + timedelta(microseconds=row[6]), *row[7:]), prepare=True
                    )
                driver.execute(_HEAD, (few[-1][0], few[-1][-1]), prepare=True)
            return
        with driver.cursor().copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for block in blocks(chain(few, rows)):
                for row in block:
                    copy.write_row((*row[:6], row[6] - _Y2000, *row[7:]))
        driver.execute(_HEAD, (row[0], row[-1]))

    def forget(self, connection: Connection, position: int) -> None:
        """See `Medium`."""
        _driver(connection).execute(
            "UPDATE events SET payload = NULL, salt = NULL WHERE position = %s", (position,)
        )

    def scrub(self) -> None:
        """See `Medium`: nothing; its vacuum takes the old row, its archived WAL is the administrator's."""

    def rows(self, select: str, parameters: Sequence[object] = ()) -> list[Any]:
        """See `Medium`. All at once, as psycopg makes single rows several times more slowly."""
        with self._reading.connect() as connection:
            return _driver(connection).execute(select.replace("?", "%s"), parameters, binary=True).fetchall()

    def problem(self, error: BaseException) -> TrackerError | None:
        """See `Medium`."""
        if isinstance(error, StillRead):
            return DatabaseBusy(
                where=self.shown,
                why="its tables are made anew only when nobody reads, and somebody still does"
                " (perhaps this program: an answer that it did not read to its end)",
            )
        if not isinstance(error, psycopg.Error):
            return None
        state, why = error.sqlstate or "", _first_line(error)
        if state == "23001" and why.startswith("append-only: "):
            return AppendOnly(why=why.removeprefix("append-only: "))
        if state in ("3D000", "3F000") or _NO_DATABASE.search(str(error)):
            return NoDatabase(where=self.shown)
        if state in ("53100", "25006", "42501", "53200"):
            return UnwritableDatabase(where=self.shown, why=why)
        if state in ("55P03", "53300") or state in _LOST_TO_ANOTHER:
            return DatabaseBusy(where=self.shown, why=why)
        if state in ("42P01", "XX001", "XX002"):
            return DamagedDatabase(where=self.shown, why=why)
        if state == "23505":
            of_log = getattr(error.diag, "table_name", None) == "events"
            twice = f"something is there twice ({why})"
            return DamagedDatabase(where=self.shown, why="its log goes on past its head" if of_log else twice)
        if isinstance(error, psycopg.OperationalError):
            return DatabaseProblem(
                what=f"the database at {self.shown} does not answer: {why}",
                try_="again when its server runs; recording the same thing twice records it once",
            )
        return None

    def passing(self, error: BaseException) -> bool:
        """See `Medium`."""
        return isinstance(error, psycopg.Error) and error.sqlstate in _LOST_TO_ANOTHER

    def close(self) -> None:
        """See `Medium`."""
        self._engine.dispose()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        connection = self._engine.connect()
        try:
            yield connection
        except TrackerError:
            raise  # rolled back, and nothing is wrong with the connection
        except BaseException:
            with suppress(Exception):
                connection.invalidate()  # nothing half done goes back to the pool
            raise
        finally:
            with suppress(Exception):
                connection.close()

    def _make_schema(self, connection: Connection) -> None:
        path = str(connection.execute(text("SHOW search_path")).scalar())
        name = path.split(",")[0].strip().strip('"')
        if name and not name.startswith("$"):
            connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
            connection.exec_driver_sql(_OURS)


def _with_psycopg(where: str) -> URL:
    return make_url(where).set(drivername="postgresql+psycopg")


def _settle(connection: Any, _record: object) -> None:
    settings = [f"SET {name} = '{value}'" for name, value in SETTINGS.items()]
    connection.autocommit = True  # all in one journey to the server
    connection.execute("; ".join([*settings, _OURS]))
    connection.autocommit = False


def _note_rest(_connection: Any, record: Any) -> None:
    record.info["resting_since"] = monotonic()


def _wake(connection: Any, record: Any, _proxy: object) -> None:
    """Asks a connection that has rested whether it still lives: a server that was restarted is no error."""
    if monotonic() - record.info.get("resting_since", inf) < _REST:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def _asked(names: Sequence[str]) -> tuple[str, str, str]:
    """Names as `_LOOK` takes them: all, the first and the last in the order of the database."""
    ordered = sorted(names)
    return orjson.dumps(ordered).decode(), ordered[0], ordered[-1]


def _at_once(driver: psycopg.Connection[Any]) -> AbstractContextManager[object]:
    """Several statements in one journey to the server."""
    return driver.pipeline() if psycopg.Pipeline.is_supported() else nullcontext()


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _first_line(error: psycopg.Error) -> str:
    return (error.diag.message_primary or str(error).strip() or type(error).__name__).splitlines()[0]
