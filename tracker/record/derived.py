"""Decides how a derived table is made, and made empty again under the eyes of people who read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from tracker.record.medium import StillRead


@dataclass(frozen=True)
class Table:
    """The shape of a derived table. `columns` maps names to SQL types that both engines know."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()

    def ddl(self) -> Iterator[str]:
        """The statements that make the table, whatever was there before."""
        yield f"DROP TABLE IF EXISTS {self.name}"
        parts = [f"{name} {kind}" for name, kind in self.columns.items()]
        parts.append(f"PRIMARY KEY ({', '.join(self.key)})")
        yield f"CREATE TABLE {self.name} ({', '.join(parts)})"
        for columns, index in zip(self.indexes, self._index_names(), strict=True):
            yield f"CREATE INDEX {index} ON {self.name} ({', '.join(columns)})"

    def parts(self) -> tuple[list[tuple[str, str]], set[str]]:
        """Its columns with their types, in their order, and its indexes as PostgreSQL calls them."""
        return list(self.columns.items()), {f"{self.name}_pkey", *self._index_names()}

    def _index_names(self) -> list[str]:
        return [f"{self.name}_{'_'.join(columns)}" for columns in self.indexes]


class Driver:
    """The driver's own cursor inside a SQLAlchemy transaction: the quick way to many rows."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect.name
        self._cursor: Any = connection.connection.cursor()
        self._marked = str if self.dialect == "sqlite" else _marked

    def run(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """One statement with `?` marks; its rows, if it has any."""
        self._cursor.execute(self._marked(sql), tuple(values))
        return list(self._cursor.fetchall()) if self._cursor.description else []

    def each(self, sql: str, rows: Sequence[Sequence[object]]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of one question for many values, in their order; a server is asked all at once."""
        if self.dialect == "sqlite" or len(rows) == 1:
            yield from (self.run(sql, values) for values in rows)
        elif rows:
            self._cursor.executemany(self._marked(sql), rows, returning=True)
            for _ in rows:
                yield list(self._cursor.fetchall())
                self._cursor.nextset()

    def many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """The same statement for many rows; for one, psycopg's way for many takes longer."""
        if len(rows) == 1:
            self._cursor.execute(self._marked(sql), rows[0])
        elif rows:
            self._cursor.executemany(self._marked(sql), rows)


def _marked(sql: str) -> str:
    """A statement with the marks of psycopg."""
    return sql.replace("?", "%s")


def empty(driver: Driver, table: Table, family: Iterable[str]) -> None:
    """Leave a table in its shape and without rows, inside the transaction that fills it again.

    A snapshot of SQLite has its tables as they were. One of PostgreSQL does not: who waited for a table
    that was dropped goes on with the new one, and sees no row of it. So there a table that has its shape
    stays and is emptied; to make one, all who read are waited for (each holds a lock on `checkpoints`,
    see `reader`), and it is given to those who had it, or who have the others of its `family`.
    """
    if driver.dialect == "sqlite":
        _make(driver, table)
    elif _parts(driver, table.name) == table.parts():
        driver.run(f"DELETE FROM {table.name}")
    else:
        wait_for_readers(driver)
        rights = _rights(driver, table, family)
        _make(driver, table)
        if rights is not None:
            _give(driver, table.name, rights)


def wait_for_readers(driver: Driver) -> None:
    """On PostgreSQL: from here to the end of the transaction nobody reads. Raises StillRead.

    Comes after the append lock, which whoever writes takes first, and before the lock of any other table,
    as readers take it before theirs.
    """
    try:
        driver.run("LOCK TABLE checkpoints IN ACCESS EXCLUSIVE MODE")
    except Exception as error:
        if getattr(error, "sqlstate", None) == "55P03":  # lock not available
            raise StillRead from error
        raise


def _make(driver: Driver, table: Table) -> None:
    for statement in table.ddl():
        driver.run(statement)


# The rest is only of PostgreSQL. Sessions look in one schema only (see `postgresql`), so a name alone is
# enough to change a table; what a table is like is asked of that schema by name.

_HERE = "relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
_ITS_OID = f"SELECT oid FROM pg_class WHERE {_HERE} AND relname = ?"


class _Rights(NamedTuple):
    owner: str
    grants: list[tuple[str, str, str | None, bool]]
    """A privilege, who has it besides the owner, on which column if not on all, and who may pass it on."""


def _parts(driver: Driver, table: str) -> tuple[list[tuple[str, str]], set[str]]:
    """A table as it is, in the words of `Table.parts`; nothing where there is none."""
    columns = driver.run(
        "SELECT attname, upper(format_type(atttypid, atttypmod))"
        " || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END FROM pg_attribute"
        f" WHERE attrelid = ({_ITS_OID}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [table],
    )
    indexes = driver.run(
        "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        f" WHERE indrelid = ({_ITS_OID})",
        [table],
    )
    return columns, {name for (name,) in indexes}


def _rights(driver: Driver, table: Table, family: Iterable[str]) -> _Rights | None:
    """What a table permits to whom, or the first of its family that is there; None if none is."""
    tables = [table.name, *family]
    found = driver.run(
        f"SELECT oid, quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE {_HERE} AND relname = ANY(?)"
        " ORDER BY array_position(?, relname::text) LIMIT 1",
        [tables, tables],
    )
    if not found:
        return None
    oid, owner = found[0]
    grants = driver.run(
        "SELECT privilege_type,"
        " CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,"
        " attname, is_grantable"
        " FROM (SELECT NULL AS attname, relacl AS acl FROM pg_class WHERE oid = ?"
        " UNION ALL SELECT attname, attacl FROM pg_attribute"
        f" WHERE attrelid = ({_ITS_OID}) AND attname = ANY(?)) AS given, aclexplode(acl)"
        " WHERE grantee <> (SELECT relowner FROM pg_class WHERE oid = ?)",
        [oid, table.name, list(table.columns), oid],
    )
    return _Rights(owner, [(*grant,) for grant in grants])


def _give(driver: Driver, table: str, rights: _Rights) -> None:
    for privilege, whom, column, may_pass_on in rights.grants:
        part = f" ({column})" if column else ""
        option = " WITH GRANT OPTION" if may_pass_on else ""
        driver.run(f"GRANT {privilege}{part} ON {table} TO {whom}{option}")
    ((who,),) = driver.run("SELECT quote_ident(current_user)")
    if who != rights.owner:
        driver.run(f"ALTER TABLE {table} OWNER TO {rights.owner}")
