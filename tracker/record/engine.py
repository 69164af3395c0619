"""Decides which engine an address means: a path is a SQLite file, `postgresql://…` a PostgreSQL schema."""

from __future__ import annotations

import logging

from sqlalchemy.exc import ArgumentError

from tracker.errors import BadInput, DatabaseProblem
from tracker.location import refuse_scheme
from tracker.record.medium import Medium
from tracker.record.sqlite import SQLiteFile

_POSTGRESQL = ("postgresql", "postgres")

# What goes wrong is raised and told in one line; by default logging would print it a second time, with
# its traceback (Ctrl-C met by the driver while it closes). Whoever sets logging up still gets everything.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())


def medium(where: str) -> Medium:
    """The medium at an address; nothing is opened or made yet."""
    scheme, separator, _ = where.partition("://")
    if not separator:
        return SQLiteFile(where)
    if scheme.partition("+")[0] not in _POSTGRESQL:
        refuse_scheme(where)
    try:
        from tracker.record.postgresql import PostgreSQLSchema
    except ImportError:
        raise DatabaseProblem(
            what="PostgreSQL needs a driver that is not installed", try_="pip install 'tracker[postgres]'"
        ) from None
    try:
        return PostgreSQLSchema(where)
    except (ArgumentError, ValueError):
        raise BadInput(
            what="this PostgreSQL address cannot be read", try_="postgresql://user@host/database"
        ) from None
