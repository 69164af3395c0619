"""Decides how the reference of the command line, `docs/cli.md`, is written from the commands themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tracker.cli.commands import COMMANDS  # noqa: E402
from tracker.cli.shell import EXITS, cli  # noqa: E402

PAGE: Final = ROOT / "docs" / "cli.md"
COMMON: Final = ("as_json", "db", "tz", "now", "by", "color", "debug")
"""Parameters that every command has; they are told once."""

HEAD: Final = """\
# The command line

Generated from the commands by `docs/make_cli.py`; do not edit. `tracker COMMAND --help` says the same.
What the words mean: [glossary](glossary.md). What comes back with `--json`: [json.md](json.md).

## For every command

{common}

These may also stand before the command: `tracker --db mine.db status`.

- **Which tracker**: `--db`, else `TRACKER_DB`, else the configuration, else `./tracker.db`, else the one in
  your data directory ([install.md](install.md)).
- **Data** goes to standard output, messages to standard error.
- **Errors** are one line saying what is wrong and one line `Try: …`. With `--json` they are JSON too.
- **Exit codes**: {exits}. A reader that stops early (`tracker log | head`) is no failure: 0.
- **What is typed counts, or is refused**: an option that takes one value may not be typed twice (of those
  for every command the last one counts, as behind an alias), nothing may be typed empty (`--note ""`), and
  an answer has one form: `--json`, `--csv` or `--jsonl`.
- **`--dry-run`** does everything but keep it: it shows what would be recorded and every verdict that would
  change, then takes it back. So it needs the right to write to the database, and waits for its turn as a
  writer does.
- **Times** are typed as `2024-12-06`, `2024-12`, `2024-12-06T18:30`, ranges `a/b`, `~2024-12-06` (about),
  `now`, `today`, `yesterday`, `friday`, `late on friday`, `-3d`, `2 hours ago`. Without a zone they are in
  `--tz`, else the tracker's setting `zone`, else UTC. `--at 2024-12-06` means the end of that day.
- **Confidence** is typed as `0.7`, `70%`, `likely`, `"very likely"`, `low`, `moderate`, `high`, or an
  Admiralty grade (`B2`, or its digit alone).
- **Names** of places, actors and sources may be typed in any spelling or script that the tracker knows, or as
  the id. What is misspelt is proposed, never bound.

## The commands

{list}
"""


def page() -> str:
    """The whole page."""
    root = click.Context(cli, terminal_width=1000, info_name="tracker")
    listed = "\n".join(f"- [`{name}`](#tracker-{name}): {text}" for name, text in COMMANDS.items())
    first = cli.get_command(root, "status")
    assert first is not None
    common = _options(first, click.Context(first, root, "status"), shared=True)
    exits = EXITS.removeprefix("Exit: ")
    parts = [HEAD.format(common="\n".join(common), exits=exits, list=listed)]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        parts.extend(_sections(command, click.Context(command, root, name), "##"))
    return "\n".join(parts)


def _sections(command: click.Command, context: click.Context, level: str) -> Iterator[str]:
    yield f"{level} {context.command_path}\n"
    yield "```\n" + " ".join(command.get_usage(context).removeprefix("Usage: ").split()) + "\n```\n"
    yield _help(command.help or "") + "\n"
    options = list(_options(command, context, shared=False))
    if options:
        yield "\n".join(options) + "\n"
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _sections(inner, click.Context(inner, context, name), level + "#")


def _help(text: str) -> str:
    """The paragraphs of a help text; one that keeps its lines (`\\b`) is an example."""
    told = []
    for paragraph in text.replace("\r", "").split("\n\n"):
        if "\b" in paragraph:
            told.append("```\n" + paragraph.replace("\b", "").strip() + "\n```")
        else:
            told.append(" ".join(paragraph.split()))
    return "\n\n".join(told)


def _options(command: click.Command, context: click.Context, *, shared: bool) -> Iterator[str]:
    rows = [
        record
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option)
        and "--help" not in parameter.opts
        and (parameter.name in COMMON) == shared
        and (record := parameter.get_help_record(context))
    ]
    if rows:
        yield "| option | |"
        yield "|---|---|"
    for option, text in rows:
        yield f"| `{option.replace('|', chr(92) + '|')}` | {text.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
