"""Decides what readers and writers may do on a PostgreSQL server: writers add events and change none."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from tracker.errors import BadInput
from tracker.record.engine import medium
from tracker.record.medium import translated
from tracker.record.revisions import require_current
from tracker.record.schema import metadata

_LASTING = (*metadata.tables, "alembic_version")


class Roles(NamedTuple):
    """Names of roles nobody logs in as; a user is granted one and takes it with `options=-crole=…`."""

    owner: str
    writer: str
    reader: str


def create_roles(where: str, prefix: str = "tracker") -> Roles:
    """Makes the roles if they are missing and gives each its rights to the tracker at an address.

    Needs a user who may create roles and owns the tables. Afterwards the log belongs to the owner role;
    only a member of it can redact or upgrade.
    """
    place = medium(where)
    if place.dialect != "postgresql":
        raise BadInput(what="a SQLite file has no roles", try_="the permissions of the file: chmod")
    roles = Roles(f"{prefix}_owner", f"{prefix}_writer", f"{prefix}_reader")
    try:
        with translated(place):
            require_current(place)
            with place.writing() as connection:
                _create(connection, roles)
                _grant(connection, roles)
    finally:
        place.close()
    return roles


def _create(connection: Connection, roles: Roles) -> None:
    there = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
    for role in roles:
        if role not in there:
            connection.exec_driver_sql(f"CREATE ROLE {_quoted(role)} NOLOGIN")


def _grant(connection: Connection, roles: Roles) -> None:
    schema = _quoted(str(connection.execute(text("SELECT current_schema()")).scalar_one()))
    owner, writer, reader = map(_quoted, roles)
    views = [name for name in _tables(connection) if name not in _LASTING]
    for statement in (
        f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}, {writer}",
        f"GRANT USAGE ON SCHEMA {schema} TO {reader}",
        f"GRANT {reader} TO {writer}",
        *(f"ALTER TABLE {table} OWNER TO {owner}" for table in _LASTING),
        f"ALTER FUNCTION events_refuse_change() OWNER TO {owner}",
        *(f"REVOKE ALL ON {table} FROM PUBLIC, {writer}, {reader}" for table in _LASTING),
        f"GRANT SELECT ON {', '.join(_LASTING)} TO {reader}",
        f"GRANT INSERT ON events TO {writer}",
        f"GRANT UPDATE ON head TO {writer}",
        f"GRANT INSERT, UPDATE, DELETE ON checkpoints TO {writer}",
        # Views are dropped and built again by whoever writes.
        *(f"ALTER TABLE {_quoted(view)} OWNER TO {writer}" for view in views),
        *(f"GRANT SELECT ON {_quoted(view)} TO {reader}" for view in views),
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {writer} IN SCHEMA {schema} GRANT SELECT ON TABLES TO {reader}",
    ):
        connection.exec_driver_sql(statement)


def _tables(connection: Connection) -> list[str]:
    listed = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return [str(name) for name in connection.execute(listed).scalars()]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
