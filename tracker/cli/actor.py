"""Decides `tracker actor`: the parties, and who is part of whom."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.session import ACTOR, DRY_RUN, Session, session
from tracker.cli.shell import Command
from tracker.cli.things import done, group
from tracker.judgement.vocabulary import ACTOR_LEVELS

command = group(
    "actor",
    ("id", "name", "level", "part_of"),
    "Actors: the parties that hold places, and who is part of whom.",
)


@command.command("add", cls=Command)
@click.argument("name")
@click.option("--level", type=click.Choice(ACTOR_LEVELS), required=True, help="What it is.")
@click.option("--id", "id_", metavar="ID", help="Its id; left out: made from the name.")
@click.option("--part-of", type=ACTOR, metavar="ACTOR", help="Whom it has always been part of.")
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name, in any script.")
@DRY_RUN
@session
def add(run: Session, name: str, **told: Any) -> None:
    """Register an actor; without --part-of it is a side of its own."""
    done(run, run.tracker(writing=True).actor_add(name, **told))


@command.command("describe", cls=Command)
@click.argument("name", type=ACTOR)
@click.option("--level", type=click.Choice(ACTOR_LEVELS), help="What it is.")
@click.option("--part-of", type=ACTOR, metavar="ACTOR", help="Whom it has always been part of.")
@DRY_RUN
@session
def describe(run: Session, name: str, **told: Any) -> None:
    """Tell more of an actor; what is not given stays."""
    done(run, run.tracker(writing=True).actor_describe(name, **told))


@command.command("join", cls=Command)
@click.argument("actor", type=ACTOR)
@click.argument("parent", type=ACTOR)
@click.option("--from", "--since", "since", metavar="TIME", required=True, help="From when on.")
@DRY_RUN
@session
def join(run: Session, actor: str, parent: str, since: str, dry_run: bool) -> None:
    """ACTOR is part of PARENT from then on: its places count for that side."""
    done(run, run.tracker(writing=True).actor_join(actor, parent, since=since, dry_run=dry_run))


@command.command("leave", cls=Command)
@click.argument("actor", type=ACTOR)
@click.option("--from", "--since", "since", metavar="TIME", required=True, help="From when on.")
@DRY_RUN
@session
def leave(run: Session, actor: str, since: str, dry_run: bool) -> None:
    """ACTOR stands for itself from then on."""
    done(run, run.tracker(writing=True).actor_leave(actor, since=since, dry_run=dry_run))
