"""Decides `tracker flags`: what is open and why, and putting it away."""

from __future__ import annotations

from typing import Any

import click

from tracker import phrases
from tracker.cli.output import Lines, answered, as_json, note, rows_options
from tracker.cli.session import DRY_RUN, PLACE, Session, session
from tracker.cli.shell import Command, Group
from tracker.judgement.vocabulary import FLAG_RULES

COLUMNS = (
    "id", "rule", "kind", "place", "name", "claims", "since", "raised", "state", "until", "why", "clears",
)  # fmt: skip


class Flags(Group):
    """Lists by itself: `tracker flags` and `tracker flags list` are the same."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without a subcommand it is `list` that is meant."""
        known = {*self.commands, "-h", "--help"}
        if not any(word in known for word in args[:1]):
            args = ["list", *args]
        return super().parse_args(ctx, args)


command = Flags(
    "flags",
    help="What deserves an eye, as the nights have found it: listed, put away, put to sleep."
    "\n\nWithout a subcommand: list.",
)


@command.command("list", cls=Command)
@click.option("--place", type=PLACE, metavar="PLACE", help="Only there.")
@click.option("--rule", type=click.Choice(FLAG_RULES), help="Only of that rule.")
@click.option("--sleeping", is_flag=True, help="Those that sleep, too.")
@click.option("--exit-code", is_flag=True, help="Exit 1 if any flag is listed.")
@rows_options
@session
def list_(
    run: Session, place: str | None, rule: str | None, sleeping: bool, exit_code: bool, as_rows: str | None
) -> None:
    """The open flags, with why each was raised and what would clear it."""
    found = run.tracker().flags(place=place, rule=rule, sleeping=sleeping)
    flags = found["flags"]
    if found.get("note"):
        note(found["note"])
    if not answered(found, flags, COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        _tell(run, flags)
    if exit_code and flags:
        click.get_current_context().exit(1)


def _tell(run: Session, flags: list[dict[str, Any]]) -> None:
    from tracker.cli.tell import when

    if not flags:
        note(phrases.NO_FLAG)
        return
    out = Lines(colored=run.colored)
    for n, one in enumerate(flags):
        if n:
            out.line()
        asleep = f", asleep until {when(one['until'], run.zone())}" if one["until"] else ""
        out.line(f"{one['rule']}: {one['name']}  ({one['id']}{asleep})", "title")
        out.item("why", one["why"])
        out.item("clears", one["clears"])
        out.item("since", when(one["since"], run.zone()))


@command.command("ack", cls=Command)
@click.argument("flag")
@click.option("--reason", metavar="TEXT", help="Why it needs no eye any more.")
@DRY_RUN
@session
def ack(run: Session, flag: str, reason: str | None, dry_run: bool) -> None:
    """You have seen FLAG: it is put away, and the same finding is not raised again."""
    _done(run, run.tracker(writing=True).acknowledge(flag, why=reason, dry_run=dry_run), "put away")


@command.command("snooze", cls=Command)
@click.argument("flag")
@click.option("--until", metavar="TIME", help="Left out: a week.")
@click.option("--note", "text", metavar="TEXT", help="Why.")
@DRY_RUN
@session
def snooze(run: Session, flag: str, until: str | None, text: str | None, dry_run: bool) -> None:
    """Do not hear of FLAG before a time, or before anything new is claimed of its place."""
    _done(run, run.tracker(writing=True).snooze(flag, until=until, note=text, dry_run=dry_run), "asleep")


def _done(run: Session, answer: dict[str, Any], how: str) -> None:
    if run.as_json:
        as_json(answer)
        return
    from tracker.cli.tell import when

    flag = answer["flag"]
    until = (
        f" until {when(flag['until'], run.zone())}, or until anything new is claimed there"
        if flag["until"]
        else ""
    )
    would = "would be " if answer["dry_run"] else ""
    Lines(colored=run.colored).line(f"{flag['id']} {would}{how}{until}: {flag['rule']}, {flag['name']}")
