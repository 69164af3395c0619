"""Decides `tracker db`: the schema of the database."""

from __future__ import annotations

from tracker.cli.output import Lines, as_json
from tracker.cli.session import Session, session
from tracker.cli.shell import Command, Group

command = Group("db", help="The database's schema.", no_args_is_help=True)


@command.command("current", cls=Command)
@session
def current(run: Session) -> None:
    """The schema revision that the database is at, and the one that this tracker writes."""
    found = run.tracker().db_current()
    if run.as_json:
        as_json(found)
    else:
        Lines(colored=run.colored).line(
            f"{found['where']}: {found['current'] or 'no tracker'} (this tracker writes {found['head']})"
        )


@command.command("upgrade", cls=Command)
@session
def upgrade(run: Session) -> None:
    """Bring the database to this tracker's schema; no event is changed."""
    done = run.tracker(writing=True).db_upgrade()
    if run.as_json:
        as_json(done)
    else:
        Lines(colored=run.colored).line(
            f"{done['where']}: {done['before'] or 'nothing'} -> {done['current']}"
        )
