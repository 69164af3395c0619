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

    def at_once(self, statements: Iterable[str]) -> None:
        """Statements without values and without rows, in one journey to a server."""
        if self.dialect == "sqlite":
            for statement in statements:
                self._cursor.execute(statement)
        elif joined := "; ".join(statements):
            self._cursor.execute(joined)

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


def empty(driver: Driver, wanted: Sequence[Table], family: Iterable[str]) -> None:
    """Leave tables in their shape and without rows, inside the transaction that fills them again.

    A snapshot of SQLite has its tables as they were. One of PostgreSQL does not: who waited for a table
    that was dropped goes on with the new one, and sees no row of it. So there a table that has its shape
    stays and is emptied; to make one, all who read are waited for (each holds a lock on `checkpoints`,
    see `reader`), and it is given to those who had it, or who have the others of its `family`.
    """
    if driver.dialect == "sqlite":
        driver.at_once(statement for table in wanted for statement in table.ddl())
        return
    there = _parts(driver, [table.name for table in wanted])
    anew = [table for table in wanted if there.get(table.name) != table.parts()]
    if anew:
        wait_for_readers(driver)
        rights = _rights(driver, anew, list(family))
        driver.at_once(statement for table in anew for statement in table.ddl())
        _give(driver, rights)
    driver.at_once(f"DELETE FROM {table.name}" for table in wanted if table not in anew)


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


# The rest is only of PostgreSQL. Sessions look in one schema only (see `postgresql`), so a name alone is
# enough to change a table; what a table is like is asked of that schema by name.

_HERE = "relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())"


class _Rights(NamedTuple):
    owner: str
    grants: list[tuple[str, str, str | None, bool]]
    """A privilege, who has it besides the owner, on which column if not on all, and who may pass it on."""


def _parts(driver: Driver, tables: Sequence[str]) -> dict[str, tuple[list[tuple[str, str]], set[str]]]:
    """Tables as they are, by their names, in the words of `Table.parts`; without those that are not there."""
    columns = driver.run(
        "SELECT pg_class.oid, relname, attname, upper(format_type(atttypid, atttypmod))"
        " || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        f" WHERE {_HERE} AND relname = ANY(?) AND attnum > 0 AND NOT attisdropped ORDER BY relname, attnum",
        [list(tables)],
    )
    names = {oid: name for oid, name, *_ in columns}
    if not names:
        return {}
    indexes = driver.run(
        "SELECT indrelid, relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid"
        " WHERE indrelid = ANY(?)",
        [list(names)],
    )
    return {
        name: (
            [(column, kind) for of, _, column, kind in columns if of == oid],
            {index for of, index in indexes if of == oid},
        )
        for oid, name in names.items()
    }


def _rights(driver: Driver, tables: Sequence[Table], family: Sequence[str]) -> dict[str, _Rights]:
    """What tables permit to whom, each by its name, or the first of the family there; none if none is."""
    asked = [*(table.name for table in tables), *family]
    found = driver.run(
        f"SELECT relname, oid, quote_ident(pg_get_userbyid(relowner)) FROM pg_class WHERE {_HERE}"
        " AND relname = ANY(?)",
        [asked],
    )
    if not found:
        return {}
    there = {name: (oid, owner) for name, oid, owner in found}
    grants = driver.run(
        "SELECT oid, attname, privilege_type,"
        " CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, is_grantable"
        " FROM (SELECT oid, relowner, NULL AS attname, relacl AS acl FROM pg_class WHERE oid = ANY(?)"
        " UNION ALL SELECT pg_class.oid, relowner, attname, attacl"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE pg_class.oid = ANY(?) AND NOT attisdropped) AS given, aclexplode(acl)"
        " WHERE grantee <> relowner",
        [[oid for oid, _ in there.values()]] * 2,
    )
    rights = {}
    for table in tables:
        name = next(one for one in (table.name, *family) if one in there)
        oid, owner = there[name]
        own = [None, *(table.columns if name == table.name else ())]
        rights[table.name] = _Rights(
            owner,
            [
                (privilege, whom, column, may_pass_on)
                for of, column, privilege, whom, may_pass_on in grants
                if of == oid and column in own
            ],
        )
    return rights


def _give(driver: Driver, rights: Mapping[str, _Rights]) -> None:
    ((who,),) = driver.run("SELECT quote_ident(current_user)")
    driver.at_once(statement for table, had in rights.items() for statement in _giving(table, had, who))


def _giving(table: str, had: _Rights, who: str) -> Iterator[str]:
    for privilege, whom, column, may_pass_on in had.grants:
        part = f" ({column})" if column else ""
        option = " WITH GRANT OPTION" if may_pass_on else ""
        yield f"GRANT {privilege}{part} ON {table} TO {whom}{option}"
    if who != had.owner:
        yield f"ALTER TABLE {table} OWNER TO {had.owner}"
