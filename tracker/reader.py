"""Decides how the record is read: one read-only connection, plain SQL with `:named` parameters.

On SQLite the standard library reads the file, on PostgreSQL psycopg does (loaded only then), so a
question costs no more to start than its answer. A reader sees one snapshot from its first query on.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

from tracker.errors import (
    DamagedDatabase,
    DatabaseBusy,
    DatabaseProblem,
    EmptyDatabase,
    NewerDatabase,
    OlderDatabase,
    TrackerError,
    UnwritableDatabase,
    typed,
)

SCHEMA: Final = "0002"
"""The revision of the lasting tables that this tracker reads and writes."""
VIEWS: Final = 56
"""The revisions of all views added up: raised with any of them, as a reader does not import them."""
NOW: Final = 2**62
"""A position after every event: what is known now."""
UNSETTLED: Final = "an import is under way, or was interrupted (tracker import FILE goes on with it)"
"""Why events may be recorded that are not weighed in yet."""
CHUNK: Final = 500
WAIT: Final = 30
"""Seconds that a reader waits for somebody who holds everything."""

_PARAMETER: Final = r"(?<!:):([a-z_]\w*)"

Row = tuple[Any, ...]
Answer = TypeVar("Answer")


class Reader:
    """A snapshot of one tracker; `rows` asks it."""

    def __init__(
        self, connection: Any, dialect: str, where: str, *, changing: bool = False,
        begin: Callable[[Any], None] | None = None,
    ) -> None:  # fmt: skip
        self.connection = connection
        self._begin = begin
        self.dialect = dialect
        self.where = where
        self._translated: dict[str, str] = {}
        self._once: dict[object, Any] | None = None if changing else {}

    def rows(self, sql: str, /, **values: object) -> list[Row]:
        """All rows of a query; parameters are written `:name`."""
        try:
            found: list[Row] = self._asked(sql, values).fetchall()
        except Exception as error:
            raise self._trouble(error) from error
        return found

    def each(self, sql: str, /, **values: object) -> Iterator[Row]:
        """The rows of a query, one after another."""
        try:
            # `yield from` would close a cursor left in the middle, which fails once the reader is closed.
            for row in self._asked(sql, values):  # noqa: UP028
                yield row
        except Exception as error:
            raise self._trouble(error) from error

    def chunks(self, size: int, sql: str, /, **values: object) -> Iterator[list[Row]]:
        """The rows of a query, so many at a time."""
        try:
            asked = self._asked(sql, values)
            while rows := asked.fetchmany(size):
                yield rows
        except Exception as error:
            raise self._trouble(error) from error

    def _asked(self, sql: str, values: dict[str, object]) -> Any:
        if self.dialect == "postgresql":
            sql = self._translated.setdefault(sql, re.sub(_PARAMETER, r"%(\1)s", sql.replace("%", "%%")))
        return self.connection.cursor().execute(sql, values)

    def _trouble(self, error: Exception) -> Exception:
        if isinstance(error, sqlite3.Error):
            return trouble(error, self.where)
        return _server_trouble(error, self.where) if self.dialect == "postgresql" else error

    def one(self, sql: str, /, **values: object) -> Row | None:
        """The first row of a query, if there is one."""
        return next(iter(self.rows(sql, **values)), None)

    def among(self, sql: str, wanted: Iterable[str], /, **values: object) -> Iterator[Row]:
        """The rows of a query that has `IN (:wanted)` in it, for any number of wanted values."""
        ids = list(dict.fromkeys(wanted))
        for start in range(0, len(ids), CHUNK):
            chunk = {f"w{i}": value for i, value in enumerate(ids[start : start + CHUNK])}
            yield from self.rows(_for(sql, len(chunk)), **chunk, **values)

    def once(self, key: object, ask: Callable[[], Answer]) -> Answer:
        """What `ask` found out, asked once: a snapshot never answers differently."""
        if self._once is None:
            return ask()
        if key not in self._once:
            self._once[key] = ask()
        return cast("Answer", self._once[key])

    @contextmanager
    def let_go(self) -> Iterator[None]:
        """Give the snapshot back meanwhile; afterwards the tracker is looked at as it is then.

        One that is kept while others write keeps the engine from clearing up: SQLite's WAL grows as long as
        anybody reads from it.
        """
        assert self._begin is not None, "what is read inside of somebody's transaction is as that has it"
        self._turn(lambda connection: connection.execute("COMMIT"))
        try:
            yield
        finally:
            self._turn(self._begin)
            if self._once is not None:
                self._once = {}

    def _turn(self, turn: Callable[[Any], None]) -> None:
        try:
            turn(self.connection)
        except Exception as error:
            raise self._trouble(error) from error

    def close(self) -> None:
        """Give the snapshot back."""
        self.connection.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@lru_cache(256)
def _for(sql: str, count: int) -> str:
    """A query with `IN (:wanted)` as it is for so many wanted values."""
    return sql.replace(":wanted", ",".join(f":w{i}" for i in range(count)))


def is_url(where: str) -> bool:
    """Whether an address names a PostgreSQL database rather than a file."""
    return where.startswith(("postgresql://", "postgresql+psycopg://", "postgres://"))


def open_reader(where: str, *, views: bool = True) -> Reader:
    """A reader of the tracker at a path or URL; `views` says whether it is going to ask the views.

    Raises NoDatabase, OlderDatabase, NewerDatabase, DamagedDatabase or another DatabaseProblem.
    """
    reader = _open_postgresql(where) if is_url(where) else _open_sqlite(where)
    try:
        try:
            check_schema(reader)
        except EmptyDatabase as error:
            raise _whose(reader, error) from error
        if views:
            check_views(reader)
    except BaseException:
        reader.close()
        raise
    return reader


def over(connection: Any, where: str, *, settled: bool = False) -> Reader:
    """A reader inside somebody's SQLAlchemy transaction, which sees what that has written.

    `settled`: nothing is written while this reader is in use, so it may remember what it has asked.
    """
    driver = connection.connection.driver_connection
    return Reader(driver, connection.dialect.name, where, changing=not settled)


def check_schema(reader: Reader) -> None:
    """Refuse a database whose lasting tables are not those that this tracker knows."""
    try:
        row = reader.one("SELECT version_num FROM alembic_version")
    except DatabaseProblem:
        raise
    except Exception as error:
        raise _no_tables(error, reader.where) from error
    found = row[0] if row else "none"
    if found == "none" or found < SCHEMA:
        raise OlderDatabase(where=reader.where, found=found, wanted=SCHEMA)
    if found > SCHEMA:
        raise NewerDatabase(where=reader.where, found=found, wanted=SCHEMA)


def check_views(reader: Reader) -> None:
    """Refuse views that another tracker built: they may mean something else."""
    row = reader.one("SELECT coalesce(sum(revision), 0) FROM checkpoints")
    if row is None or int(row[0]) != VIEWS:
        raise _no_views("built by another version", reader.where)


def trouble(error: sqlite3.Error, where: str) -> TrackerError:
    """What a failure of SQLite means to a person."""
    text = str(error)
    if "no such table: alembic_version" in text:
        return _no_tables(error, where)
    if "locked" in text or "busy" in text:
        return DatabaseBusy(where=where, why=text)
    if "no such table" in text or "no such column" in text:
        return _no_views(text, where)
    if (getattr(error, "sqlite_errorname", "") or "").startswith(_NO_ROOM):
        return UnwritableDatabase(where=where, why=f"{text} (to be read it needs a small file beside it)")
    return DamagedDatabase(where=where, why=text)


_NO_ROOM: Final = ("SQLITE_FULL", "SQLITE_IOERR_SHM", "SQLITE_IOERR_WRITE")
"""What SQLite says where it cannot make its index of the journal: nothing is damaged, a disk may be full."""


def _server_trouble(error: Exception, where: str) -> Exception:
    """What a failure of PostgreSQL means to a person; any other error is left as it is."""
    import psycopg

    text = (str(error).strip().splitlines() or [""])[0]
    if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return _no_tables(error, where) if "alembic_version" in text else _no_views(text, where)
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return DatabaseProblem(
            what=f"this user may not read the tracker at {where}: {text}",
            try_="a user with the role that reads it (docs/install.md, Roles); nothing is damaged",
        )
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return DatabaseBusy(where=where, why="its views are being made again")
    if isinstance(error, psycopg.errors.DeadlockDetected | psycopg.errors.SerializationFailure):
        return DatabaseBusy(where=where, why=text)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return DatabaseProblem(
            what=f"the database at {where} went away: {text}", try_="again, once the server runs"
        )
    return DamagedDatabase(where=where, why=text) if isinstance(error, psycopg.Error) else error


def _whose(reader: Reader, empty: EmptyDatabase) -> TrackerError:
    """What to say of a database without a tracker: that it is empty, or that it is somebody else's."""
    from tracker.location import foreign

    # A transaction of PostgreSQL answers nothing more once it has failed.
    if reader.dialect == "sqlite" and reader.one("SELECT 1 FROM sqlite_schema LIMIT 1"):
        return foreign(reader.where)
    return empty


def _no_views(text: str, where: str) -> TrackerError:
    return DatabaseProblem(
        what=f"the views in {where} are missing or of another tracker ({text})",
        try_=f"tracker rebuild --db {typed(where)}",
    )


def _no_tables(error: Exception, where: str) -> TrackerError:
    text = str(error)
    if "alembic_version" in text:
        return EmptyDatabase(where=where)
    return DamagedDatabase(where=where, why=text)


def _open_sqlite(where: str) -> Reader:
    where = os.path.expanduser(where) if where.startswith("~") else where
    if not os.path.isfile(where):
        raise _no_file(where)
    address = f"file:{_quoted(os.path.join(os.getcwd(), where))}?mode=ro"
    try:
        try:
            connection = _connected(address)
        except sqlite3.OperationalError as error:
            if "unable to open" not in str(error) and "readonly" not in str(error):
                raise
            # A file in a folder that nobody may write to, such as a medium handed over: it cannot change.
            connection = _connected(address + "&immutable=1")
    except sqlite3.Error as error:
        from tracker.location import problem_at

        raise problem_at(where) or trouble(error, where) from error
    return Reader(connection, "sqlite", where, begin=_begin_sqlite)


def _no_file(where: str) -> TrackerError:
    from tracker.location import problem_at, refuse_scheme

    refuse_scheme(where)
    return problem_at(where) or DatabaseBusy(where=where, why="it came while it was looked for")


def _quoted(path: str) -> str:
    """A path as part of an address: without the signs that mean something there (sqlite.org/uri.html)."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _connected(address: str) -> sqlite3.Connection:
    """A connection in a snapshot, which can only read."""
    connection = sqlite3.connect(address, uri=True, timeout=float(WAIT), isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA query_only=ON")
        _begin_sqlite(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _begin_sqlite(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()


_BEGIN: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# Views are made again only while nobody holds this lock (see `record.derived`), which is taken before the
# snapshot is: so they are all of the time before, or all of the time after.
_LOCK: Final = "SET LOCAL lock_timeout = '{}s'; LOCK TABLE checkpoints IN ACCESS SHARE MODE"
# What this tracker lacks is not read from another one further down the search path (see `record.postgresql`).
# Asked for before the transaction: its first query would take the snapshot.
_WHERE: Final = "SELECT quote_ident(current_schema())"


def _open_postgresql(where: str) -> Reader:
    try:
        import psycopg
    except ImportError as error:
        raise DatabaseProblem(
            what="PostgreSQL needs the package psycopg", try_="pip install 'tracker[postgres]'"
        ) from error
    try:
        connection = psycopg.connect(
            where.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True
        )
        try:
            ((schema,),) = connection.execute(_WHERE).fetchall()
            begin = f"{_BEGIN}; SET LOCAL search_path = {schema}" if schema else _BEGIN
            whole = f"{begin}; {_LOCK.format(WAIT)}".encode()
            connection.execute(whole)
        except psycopg.errors.UndefinedTable:  # who asks will hear what is missing
            connection.rollback()
            connection.execute(begin.encode())
        except psycopg.Error as error:
            connection.close()
            raise _server_trouble(error, shown(where)) from error
    except psycopg.Error as error:
        raise DatabaseProblem(
            what=f"cannot reach the database at {shown(where)}: {_cause(str(error))}",
            try_="check that the server runs and the address is right",
        ) from error
    return Reader(connection, "postgresql", shown(where), begin=lambda one: one.execute(whole))


def _cause(text: str) -> str:
    """Why nobody could be reached, in one line: of each host that was tried, without the driver's advice."""
    lines = [line for line in text.splitlines() if line.strip() and not line[0].isspace()]
    tried = [line for line in lines if line.startswith("- ")] or lines
    causes = (re.sub(r"^.*?connection (failed|is bad): |^- ", "", line) for line in tried)
    return "; ".join(dict.fromkeys(" ".join(cause.split()) for cause in causes)) or "no reason is given"


def shown(where: str) -> str:
    """An address as it may be printed: without a password."""
    return re.sub(r"(://[^:/@]+):[^@]*@", r"\1:***@", where)


def position_at(reader: Reader, known_at: int | None) -> int:
    """The last position recorded at or before `known_at` (us); for None `NOW`, or the log's end.

    That is as much, but nothing that is kept counts for it: claims are coming in whose belief is not settled.
    Recorded times never run backwards, so the log is searched by halves.
    """
    if known_at is None:
        return NOW if is_settled(reader) else last_position(reader)
    low, high = 0, last_position(reader)
    while low < high:
        middle = (low + high + 1) // 2
        if _recorded_at(reader, middle) <= known_at:
            low = middle
        else:
            high = middle - 1
    return low


def is_settled(reader: Reader) -> bool:
    """Whether what is kept of the belief is of all that is recorded."""

    return reader.once("settled", lambda: not unsettled(reader))


def unsettled(reader: Reader) -> int:
    """How many events came in since what is believed was settled last."""
    row = reader.one("SELECT position FROM checkpoints WHERE projection = 'control'")
    return last_position(reader) - (0 if row is None else int(row[0]))


def last_position(reader: Reader) -> int:
    """The position of the last event; 0 in an empty log."""
    return int(reader.rows("SELECT coalesce(max(position), 0) FROM events")[0][0])


def last_recorded(reader: Reader) -> int | None:
    """When the last event was recorded; None: nothing was."""
    last = last_position(reader)
    return _recorded_at(reader, last) if last else None


def recorded_us(reader: Reader) -> str:
    """The SQL that reads `recorded_at` as microseconds since the epoch."""
    if reader.dialect == "postgresql":
        return "(extract(epoch FROM recorded_at) * 1000000)::bigint"
    return "recorded_at"


def begins(reader: Reader, column: str) -> str:
    """The SQL test that a text begins with `:start`, found in the index where there is one.

    SQLite orders text by its code points, so it is a range; PostgreSQL in the way of a locale.
    """
    if reader.dialect == "postgresql":
        return f"starts_with({column}, :start)"
    return f"{column} >= :start AND {column} < :start || char({sys.maxunicode})"


def _recorded_at(reader: Reader, position: int) -> int:
    row = reader.one(
        f"SELECT {recorded_us(reader)} FROM events WHERE position = :position", position=position
    )
    if row is None:
        raise DamagedDatabase(where=reader.where, why=f"event {position} is missing")
    return int(row[0])
