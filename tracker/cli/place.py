"""Decides `tracker place`: the places."""

from __future__ import annotations

from typing import Any

import click

from tracker.cli.session import DRY_RUN, PLACE, Session, session
from tracker.cli.shell import Command
from tracker.cli.things import done, every, group
from tracker.judgement.vocabulary import PLACE_KINDS

command = group(
    "place",
    ("id", "name", "kind", "parent", "lat", "lon", "population"),
    "Places: what they are called and where they are.",
)


_FACTS = (
    click.option("--lat", type=float, metavar="DEGREES", help="Latitude."),
    click.option("--lon", type=float, metavar="DEGREES", help="Longitude."),
    click.option("--parent", type=PLACE, metavar="AREA", help="The area it lies in."),
    click.option("--population", type=int, metavar="N", help="How many live there."),
    click.option("--near", type=PLACE, metavar="PLACE",
                 help="For a place without a position: what it is near."),
    click.option("--bearing", metavar="POINT", help="In which direction from there: N, NE, …"),
    click.option("--km", type=float, metavar="N", help="How far from there."),
)  # fmt: skip


@command.command("add", cls=Command)
@click.argument("name")
@click.option("--kind", type=click.Choice(PLACE_KINDS), required=True, help="What it is.")
@click.option("--id", "id_", metavar="ID", help="Its id; left out: made from the name.")
@every(_FACTS)
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name, in any script.")
@DRY_RUN
@session
def add(run: Session, name: str, **told: Any) -> None:
    """Register a place; one without a name of its own can be described ("unnamed village")."""
    done(run, run.tracker(writing=True).place_add(name, **told))


@command.command("describe", cls=Command)
@click.argument("name", type=PLACE)
@click.option("--kind", type=click.Choice(PLACE_KINDS), help="What it is.")
@every(_FACTS)
@DRY_RUN
@session
def describe(run: Session, name: str, **told: Any) -> None:
    """Tell more of a place; what is not given stays."""
    done(run, run.tracker(writing=True).place_describe(name, **told))
