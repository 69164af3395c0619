"""Decides what `place`, `actor` and `source` share: list, show, alias, rename, merge, and undoing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from tracker.cli.output import Lines, answered, as_json, note, rows_options
from tracker.cli.session import DRY_RUN, Name, Session, session
from tracker.cli.shell import Command, Group

Function = TypeVar("Function", bound=Callable[..., Any])


def group(thing: str, columns: Sequence[str], help_text: str) -> Group:
    """The group of commands for one kind of thing, without `add`, which differs."""
    made = Group(thing, help=help_text, no_args_is_help=True)
    for build in (_list, _show, _alias, _unalias, _rename, _merge, _unmerge):
        made.add_command(build(thing, columns))
    return made


def every(options: Sequence[Callable[[Function], Function]]) -> Callable[[Function], Function]:
    """All of some options, in their order."""

    def decorated(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorated


def done(run: Session, answer: Mapping[str, Any]) -> None:
    """The answer to a change: what it is, and which verdicts read differently because of it."""
    for text in answer["notes"]:
        note(text)
    if run.as_json:
        as_json({key: value for key, value in answer.items() if key != "notes"})
        return
    from tracker.cli import tell

    out, zone = Lines(colored=run.colored), run.zone()
    thing = next(iter(answer))
    if answer["event"] is None:  # and the note says why
        return
    told = _happened(thing, answer, zone)
    out.line(f"would be recorded: {told}" if answer["dry_run"] else f"{told} (event {answer['position']})")
    for one in answer.get("fields", ()):
        was = "" if one["before"] is None else f"  (was {one['before']})"
        out.item(one["field"].replace("_", " "), f"{one['after']}{was}")
    tell.changes(out, answer)


def _happened(thing: str, answer: Mapping[str, Any], zone: str) -> str:
    """A change in words: what is so from now on, or from some time on."""
    what, facts = answer["event"].removeprefix(f"{thing}-"), answer["payload"]
    told = f"{thing} {answer[thing]} "
    since = f" from {_when(facts['since'], zone)} on" if facts.get("since") else ""
    if what == "registered":
        return f"{told}added{_described(thing, facts, zone)}"
    if what == "aliased":
        return f"{told}is also called {', '.join(facts['aliases'])}"
    if what == "unaliased":
        return f"{told}is not called {', '.join(facts['aliases'])} any more"
    if what == "described":
        return f"{told}is described anew"
    if what == "renamed":
        return f"{told}is now called {facts['name']}; its other names still find it"
    if what == "merged":
        return f"{told}is read as {facts['into']} from now on"
    if what == "unmerged":
        return f"{told}stands for itself again"
    if what == "joined":
        return f"{told}is part of {facts['parent']}{since}"
    if what == "left":
        return f"{told}is part of nobody{since}"
    if what == "graded":
        return f"{told}is graded {facts['grade']}"
    return f"{told}speaks for {facts.get('side') or 'nobody'}{since}"


_FACTS = (
    ("name", ""), ("title", ""), ("kind", ""), ("place_kind", ""), ("source_kind", ""), ("level", ""),
    ("beside", ""), ("parent", "in "), ("population", "population "), ("part_of", "part of "),
    ("lean", "speaks for "), ("grade", "grade "), ("language", "writes in "), ("source", "by "),
    ("published", "published "), ("url", ""), ("aliases", "also called "),
)  # fmt: skip
"""What is told of something that is added, in this order, each with the words before it."""


def _described(thing: str, facts: Mapping[str, Any], zone: str) -> str:
    shown = {**facts, "beside": _beside(facts)}
    if facts.get("published"):
        shown["published"] = _when(facts["published"], zone)
    told = [
        f"{words}{_told(shown[key], zone)}"
        for key, words in _FACTS
        if key != thing and shown.get(key) not in (None, "", [])
    ]
    return f": {', '.join(told)}" if told else ""


def _beside(facts: Mapping[str, Any]) -> str:
    """Where a place lies: its position, or "5 km N of homs"."""
    if facts.get("lat") is not None:
        return f"at {facts['lat']:g}, {facts['lon']:g}"
    far = f"{facts['km']:g} km " if facts.get("km") else ""
    point = f"{facts['bearing']} of " if facts.get("bearing") else "from " if far else "near "
    return f"{far}{point}{facts['near']}" if facts.get("near") else ""


def _when(instant: str, zone: str) -> str:
    from tracker.cli.tell import when

    return when(instant, zone)


def _list(thing: str, columns: Sequence[str]) -> click.Command:
    @click.command("list", cls=Command, help=f"List every {thing}, or those with TEXT in a name.")
    @click.argument("text", required=False)
    @rows_options
    @session
    def command(run: Session, text: str | None, as_rows: str | None) -> None:
        found = run.tracker().listed(thing, text)
        rows = found[f"{thing}s"]
        if answered(found, rows, columns, as_json_=run.as_json, as_rows=as_rows):
            return
        if rows:
            zone = run.zone() if thing != "place" else "UTC"  # a place has no times
            cells = [[_cell(row.get(column), zone) for column in columns] for row in rows]
            Lines(colored=run.colored).table(columns, cells)
        elif text:
            note(f"no {thing} fits; tracker {thing} list shows every one")
        else:
            note(f"there is no {thing} yet; tracker {thing} add --help tells how one is made")

    return command


def _cell(value: object, zone: str) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    return "" if value is None else _told(value, zone)


def _show(thing: str, columns: Sequence[str]) -> click.Command:
    @click.command("show", cls=Command, help=f"One {thing} with all its names.")
    @click.argument("name", type=Name(thing))
    @session
    def command(run: Session, name: str) -> None:
        found = run.tracker().show_thing(thing, name)
        run.note_of(found)
        if run.as_json:
            as_json(found)
            return
        out, zone = Lines(colored=run.colored), run.zone()
        out.line(f"{found['id']}  {found['name']}", "title")
        for key, value in found.items():
            if key not in ("id", "name", "note") and value not in (None, [], ""):
                out.item(key.replace("_", " "), _told(value, zone))

    return command


def _told(value: object, zone: str) -> str:
    if isinstance(value, dict):
        return str(value["sentence"])
    if isinstance(value, list):
        return ", ".join(_tied(one, zone) if isinstance(one, dict) else str(one) for one in value)
    return str(value)


def _tied(one: Mapping[str, Any], zone: str) -> str:
    """An actor that something is tied to, and since when: a row of `part_of` or `leans`."""
    since = f" since {_when(one['since'], zone)}" if one.get("since") else ""
    return f"{one.get('actor') or one.get('side') or 'nobody'}{since}"


def _alias(thing: str, _: Sequence[str]) -> click.Command:
    @click.command("alias", cls=Command, help=f"Other names of one {thing}: NAME is also called ALIASES.")
    @click.argument("name", type=Name(thing))
    @click.argument("aliases", nargs=-1, required=True)
    @DRY_RUN
    @session
    def command(run: Session, name: str, aliases: Sequence[str], dry_run: bool) -> None:
        done(run, run.tracker(writing=True).alias(thing, name, aliases, dry_run=dry_run))

    return command


def _unalias(thing: str, _: Sequence[str]) -> click.Command:
    @click.command(
        "unalias", cls=Command, help=f"Take other names of one {thing} back: NAME is not called ALIASES."
    )
    @click.argument("name", type=Name(thing))
    @click.argument("aliases", nargs=-1, required=True)
    @click.option("--reason", metavar="TEXT", help="How you know.")
    @DRY_RUN
    @session
    def command(run: Session, name: str, aliases: Sequence[str], reason: str | None, dry_run: bool) -> None:
        done(run, run.tracker(writing=True).unalias(thing, name, aliases, reason=reason, dry_run=dry_run))

    return command


def _rename(thing: str, _: Sequence[str]) -> click.Command:
    @click.command(
        "rename", cls=Command, help=f"The main name of one {thing} changes; the old one stays an alias."
    )
    @click.argument("name", type=Name(thing))
    @click.argument("to")
    @DRY_RUN
    @session
    def command(run: Session, name: str, to: str, dry_run: bool) -> None:
        done(run, run.tracker(writing=True).rename(thing, name, to, dry_run=dry_run))

    return command


def _merge(thing: str, _: Sequence[str]) -> click.Command:
    @click.command("merge", cls=Command, help="NAME turned out to be INTO: read it as that from now on.")
    @click.argument("name", type=Name(thing))
    @click.argument("into", type=Name(thing))
    @click.option("--reason", metavar="TEXT", help="How you know.")
    @DRY_RUN
    @session
    def command(run: Session, name: str, into: str, reason: str | None, dry_run: bool) -> None:
        done(run, run.tracker(writing=True).merge(thing, name, into, reason=reason, dry_run=dry_run))

    return command


def _unmerge(thing: str, _: Sequence[str]) -> click.Command:
    @click.command("unmerge", cls=Command, help="The merge was wrong; ID is the one that was merged away.")
    @click.argument("id_", metavar="ID")
    @click.option("--reason", metavar="TEXT", help="How you know.")
    @DRY_RUN
    @session
    def command(run: Session, id_: str, reason: str | None, dry_run: bool) -> None:
        done(run, run.tracker(writing=True).unmerge(thing, id_, reason=reason, dry_run=dry_run))

    return command
