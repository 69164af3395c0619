"""Decides `tracker import`: other people's files recorded, listed, undone."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.output import Lines, answered, as_json, note, rows_options
from tracker.cli.session import DRY_RUN, Session, session
from tracker.cli.shell import Command, Group, behind_the_command
from tracker.errors import DatabaseProblem

if TYPE_CHECKING:
    from tracker.desk.importing import Progress

COLUMNS = (
    "id", "name", "format", "profile", "state", "recorded", "known", "rejected", "counting", "started_at",
    "started_by",
)  # fmt: skip
TOLD = 10
"""So many reasons, names and changes are told one by one."""
REASON = click.option("--reason", metavar="TEXT", help="Why.")


class _Group(Group):
    """`tracker import FILE` is `tracker import file FILE`: whatever is no command is the name of a file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing and any(not arg.startswith("-") for arg in args):
            args = behind_the_command(ctx, args)
            if args[0] not in self.commands:
                args = ["file", *args]
        return super().parse_args(ctx, args)


command = _Group(
    "import",
    help="Other people's files: tracker import FILE records its claims; list, undo, restore.",
    no_args_is_help=True,
)


@command.command("file", cls=Command)
@click.argument("file", type=click.Path())
@click.option(
    "--format", "file_format", metavar="WORD",
    help="csv, xlsx, jsonl, log; places, geonames, pcodes, geojson.",
)  # fmt: skip
@click.option("--map", "profile", metavar="NAME|FILE", help="What the columns mean: a profile.")
@click.option("--encoding", metavar="WORD", help="Of a table: cp1252, cp1256, …; else UTF-8, or its mark.")
@click.option(
    "--min-population", metavar="N", type=click.IntRange(0), help="Of a gazetteer: no smaller towns."
)
@click.option("--rejected", metavar="FILE", type=click.Path(), help="Where bad rows go: FILE.rejected.csv.")
@click.option("--strict", is_flag=True, help="Record nothing if there is a bad row.")
@click.option("--dry-run", is_flag=True, help="Show what would be recorded and change; write nothing.")
@session
def file_(
    run: Session, file: str, file_format: str | None, profile: str | None, encoding: str | None,
    min_population: int | None, rejected: str | None, strict: bool, dry_run: bool,
) -> None:  # fmt: skip
    """Record the claims of FILE, a row each (docs/import.md). The same file again records nothing.

    Rows that cannot be read are written to FILE.rejected.csv with the reason, and the others are recorded.
    Interrupted, whole chunks stay; run it again to go on.
    """
    meter = _Meter(quiet=run.as_json)
    try:
        found = run.tracker(writing=True).import_file(
            file, file_format=file_format, profile=profile, encoding=encoding, dry_run=dry_run, strict=strict,
            rejected=rejected or f"{file}.rejected.csv", told=meter,
            min_population=min_population,
        )  # fmt: skip
    except KeyboardInterrupt:
        meter.end()
        if meter.recorded and not dry_run:
            note(f"{meter.recorded:,} claims are recorded; the same command goes on from there")
        raise
    except DatabaseProblem as error:  # whose next step says that nothing was recorded: so it is of one chunk
        meter.end()
        if not meter.recorded or dry_run:
            raise
        step = f"the same command, which goes on from there; {meter.recorded:,} claims are recorded"
        raise DatabaseProblem(what=error.message, try_=step) from error
    meter.end()
    if run.as_json:
        as_json(found)
        return
    _tell(run, found)


class _Meter:
    """How far it has come, on the side: a line that is written over at a terminal, else one now and then."""

    def __init__(self, *, quiet: bool) -> None:
        self.recorded = 0
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._began = self._last = time.monotonic()
        self._shown = False

    def __call__(self, at: Progress) -> None:
        self.recorded = at.recorded
        now = time.monotonic()
        pause = 0.5 if self._terminal else 10
        if self._quiet or now - (self._began if at.weighing else self._last) < pause:
            return
        self._last = now
        seconds = now - self._began
        left = seconds * (at.size - at.read) / at.read if at.read else 0
        text = f"{at.rows:,} rows, {at.rows / seconds:,.0f} a second, {_span(left)} left"
        if at.weighing:
            text = f"{at.rows:,} rows read; what is believed by them is worked out"
        click.echo(f"\r{text:<70}" if self._terminal else text, err=True, nl=not self._terminal)
        self._shown = self._terminal

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            click.echo(f"\r{'':<70}\r", err=True, nl=False)
        self._shown = False


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _tell(run: Session, found: dict[str, Any]) -> None:
    out = Lines(colored=run.colored)
    if found["format"] == "log":
        what = "can be taken over" if found["dry_run"] else "taken over"
        out.line(
            f"{found['rows']:,} events {what}; the log ends at {found['position']}:{found['chain_hash']}"
        )
        return
    would = "would be " if found["dry_run"] else ""
    left = f", {found['left_out']:,} left out" if found["left_out"] else ""
    by = f" ({found['import']})" if found["recorded"] and not found["dry_run"] else ""
    out.line(
        f"{found['recorded']:,} {would}recorded, {found['known']:,} known, {found['rejected']:,} rejected"
        f"{left} of {found['rows']:,} rows{by}",
        "title",
    )
    if found["places_made"]:
        out.item("places", f"{found['places_made']:,} {would or 'were '}made, where their rows have them")
    for why, count in found["left"].items():
        out.item("left out", f"{count:,}: {why}")
    for text in found["notes"][:TOLD]:
        out.item("note", text)
    _more(out, found["notes"])
    for one in found["unresolved"][:TOLD]:
        out.item(one["thing"], f"{one['name']} ({one['count']:,}): {one['try']}")
    _more(out, found["unresolved"])
    others = [one for one in found["reasons"] if one["field"] not in ("place", "actor", "source")]
    for one in others[:TOLD]:
        more = f" (and {one['count'] - 1:,} more)" if one["count"] > 1 else ""
        field = f"{one['field']}: " if one["field"] else ""
        out.item(f"line {one['line']}", f"{field}{one['why']}{more}")
    _more(out, others)
    if found["rejected_file"]:
        out.item("rejected", f"{found['rejected_file']} has them with their reasons")
    if found["dry_run"]:
        _tell_changes(out, {**found, "event": None})


def _tell_changes(out: Lines, answer: dict[str, Any]) -> None:
    from tracker.cli import tell

    tell.changes(out, {**answer, "changes": answer["changes"][:TOLD]})
    _more(out, answer["changes"])


def _more(out: Lines, told: list[Any]) -> None:
    if len(told) > TOLD:
        out.item("", f"and {len(told) - TOLD:,} more; --json has them all")


@command.command("list", cls=Command)
@rows_options
@session
def list_(run: Session, as_rows: str | None) -> None:
    """The files that were imported, the latest first, and how many of their claims count."""
    answer = run.tracker().imports()
    if answered(answer, answer["imports"], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if not answer["imports"]:
        note("nothing was imported yet; tracker import FILE")
        return
    from tracker.cli.tell import when

    zone = run.zone()
    rows = [
        (one["id"], one["name"], one["state"], f"{one['counting']:,}", str(one["rejected"] or 0),
         when(one["started_at"], zone) or "-")
        for one in answer["imports"]
    ]  # fmt: skip
    Lines(colored=run.colored).table(("import", "file", "state", "claims", "rejected", "begun"), rows)


@command.command("undo", cls=Command)
@click.argument("import_", metavar="IMPORT")
@REASON
@DRY_RUN
@session
def undo(run: Session, import_: str, reason: str | None, dry_run: bool) -> None:
    """Nothing that IMPORT brought counts any more; one event, and restore takes it back."""
    _tell_done(run, run.tracker(writing=True).import_undo(import_, reason=reason, dry_run=dry_run))


@command.command("restore", cls=Command)
@click.argument("import_", metavar="IMPORT")
@REASON
@DRY_RUN
@session
def restore(run: Session, import_: str, reason: str | None, dry_run: bool) -> None:
    """What IMPORT brought counts again, as before it was undone."""
    _tell_done(run, run.tracker(writing=True).import_restore(import_, reason=reason, dry_run=dry_run))


def _tell_done(run: Session, answer: dict[str, Any]) -> None:
    if run.as_json:
        as_json(answer)
        return
    out, one = Lines(colored=run.colored), answer["import"]
    told = f"{answer['event'].removeprefix('import-')}: {one['name']} ({one['id']})"
    out.line(f"would be {told}" if answer["dry_run"] else f"{told}, event {answer['position']}")
    _tell_changes(out, answer)
