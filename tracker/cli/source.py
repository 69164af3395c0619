"""Decides `tracker source`: who says things, how reliable they are, for whom they speak."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.session import ACTOR, DRY_RUN, SOURCE, Session, session
from tracker.cli.shell import Command
from tracker.cli.things import done, every, group
from tracker.judgement.vocabulary import GRADES, SOURCE_KINDS

command = group(
    "source", ("id", "name", "kind", "leans", "grade", "language"), "Sources: who says things, and for whom."
)


_FACTS = (
    click.option("--lean", type=ACTOR, metavar="ACTOR", help="Whom it speaks for or prefers."),
    click.option("--grade", type=click.Choice(GRADES), help="Admiralty grade; F: cannot be judged."),
    click.option("--language", metavar="CODE", help="In which language it writes."),
)


@command.command("add", cls=Command)
@click.argument("name")
@click.option("--kind", type=click.Choice(SOURCE_KINDS), required=True, help="What it is.")
@click.option("--id", "id_", metavar="ID", help="Its id; left out: made from the name.")
@every(_FACTS)
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name, in any script.")
@DRY_RUN
@session
def add(run: Session, name: str, **told: Any) -> None:
    """Register a source."""
    done(run, run.tracker(writing=True).source_add(name, **told))


@command.command("describe", cls=Command)
@click.argument("name", type=SOURCE)
@click.option("--kind", type=click.Choice(SOURCE_KINDS), help="What it is.")
@every(_FACTS)
@DRY_RUN
@session
def describe(run: Session, name: str, **told: Any) -> None:
    """Tell more of a source; what is not given stays."""
    done(run, run.tracker(writing=True).source_describe(name, **told))


@command.command("grade", cls=Command)
@click.argument("source", type=SOURCE)
@click.argument("grade")
@click.option("--reason", metavar="TEXT", help="Why.")
@DRY_RUN
@session
def grade(run: Session, source: str, grade: str, reason: str | None, dry_run: bool) -> None:
    """Grade a SOURCE from A (completely reliable) to E (unreliable), or F (cannot be judged)."""
    done(run, run.tracker(writing=True).source_grade(source, grade, reason=reason, dry_run=dry_run))


@command.command("lean", cls=Command)
@click.argument("source", type=SOURCE)
@click.option("--side", type=ACTOR, metavar="ACTOR", help="Whom it speaks for or prefers; left out: nobody.")
@click.option("--from", "since", metavar="TIME", help="From when on; left out: always.")
@DRY_RUN
@session
def lean(run: Session, source: str, side: str | None, since: str | None, dry_run: bool) -> None:
    """Say for whom a SOURCE speaks."""
    done(run, run.tracker(writing=True).source_lean(source, side=side, since=since, dry_run=dry_run))
