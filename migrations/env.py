"""Decides how a migration meets a database: on the connection tracker hands in, or by `-x db=WHERE`."""

from __future__ import annotations

from typing import Any

from alembic import context

from tracker.record.schema import metadata


def _of_this_dialect(thing: Any, _name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leaves the tables of the views alone, and those of another engine."""
    if kind != "table":
        return True
    ours = metadata.tables.get(thing.name)
    here = context.get_bind().dialect.name
    return ours is not None and ours.info.get("dialect", here) == here


def _run(connection: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=_of_this_dialect,
        transactional_ddl=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_by_hand() -> None:
    from tracker.record.engine import medium

    where = context.get_x_argument(as_dictionary=True).get("db")
    if not where:
        raise SystemExit("Try: alembic -x db=tracker.db upgrade head")
    with medium(where).writing() as connection:
        _run(connection)


if (given := context.config.attributes.get("connection")) is not None:
    _run(given)
else:
    _run_by_hand()
