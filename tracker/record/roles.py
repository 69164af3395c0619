"""Decides what readers and writers may do on a PostgreSQL server: writers add events and change none."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from tracker.errors import BadInput
from tracker.record.derived import Driver, wait_for_readers
from tracker.record.engine import medium
from tracker.record.follow import keep_up, tables
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

    Needs a user who may create roles and owns the schema and the tables. Afterwards the log belongs to the
    owner role; only a member of it, as that user is from then on, can redact or upgrade.
    """
    place = medium(where)
    if place.dialect != "postgresql":
        raise BadInput(what="a SQLite file has no roles", try_="the permissions of the file: chmod")
    roles = Roles(f"{prefix}_owner", f"{prefix}_writer", f"{prefix}_reader")
    try:
        with translated(place):
            require_current(place)
            with place.writing(soon=True) as connection:
                # In the order of who writes and who reads, or they and this wait for each other. The whole
                # table, as who waits for the row in it has the table in use.
                connection.exec_driver_sql("LOCK TABLE head IN ACCESS EXCLUSIVE MODE")
                wait_for_readers(Driver(connection))
                keep_up(connection)  # so that the views are there to be given
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
    member = connection.execute(text("SELECT pg_has_role(:role, 'MEMBER')"), {"role": roles.owner}).scalar()
    for statement in (
        f"GRANT USAGE, CREATE ON SCHEMA {schema} TO {owner}, {writer}",
        f"GRANT USAGE ON SCHEMA {schema} TO {reader}",
        f"GRANT {reader} TO {writer}",
        f"GRANT {writer} TO {owner}",
        *([] if member else [f"GRANT {owner} TO CURRENT_USER"]),
        *(f"ALTER TABLE {table} OWNER TO {owner}" for table in _LASTING),
        f"ALTER FUNCTION events_refuse_change() OWNER TO {owner}",
        *(f"REVOKE ALL ON {table} FROM PUBLIC, {writer}, {reader}" for table in _LASTING),
        f"GRANT SELECT ON {', '.join(_LASTING)} TO {reader}",
        f"GRANT INSERT ON events TO {writer}",
        f"GRANT UPDATE ON head TO {writer}",
        f"GRANT INSERT, UPDATE, DELETE ON checkpoints TO {writer}",
        f"GRANT INSERT, UPDATE ON sweep_runs, watches, outbox TO {writer}",
        # Views are made again by whoever writes, and keep their owner and these grants (see `derived`).
        *(f"ALTER TABLE {view} OWNER TO {writer}" for view in tables()),
        *(f"GRANT SELECT ON {view} TO {reader}" for view in tables()),
    ):
        connection.exec_driver_sql(statement)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
