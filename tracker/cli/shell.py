"""Decides how commands are found, how every error becomes one line and an exit code, and what help says."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from tracker import __version__
from tracker.cli.commands import COMMANDS, LATER
from tracker.errors import DONE, EXIT_CODES, FAILED, USAGE, TrackerError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

INTERRUPTED = 130
EXITS = "Exit: " + " · ".join(
    f"{code} {meaning}" for code, meaning in (*EXIT_CODES.items(), (INTERRUPTED, "interrupted"))
)


WITH_VALUE = frozenset({"--db", "--tz", "--now", "--by", "--color"})
"""The options of every command that take a value: typed again, the last counts, as behind an alias."""
_ANYWHERE = WITH_VALUE | {"--json", "--debug"}


class Command(click.Command):
    """A command whose help ends with the exit codes, and that takes nothing typed for nothing."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what click would pass over: an option typed twice, or with nothing in it."""
        options = [word.partition("=")[0] for word in args if word.startswith("--")]
        if len(options) > len(set(options)) and not ctx.resilient_parsing:
            self._refuse_twice(ctx, list(args))
        left = super().parse_args(ctx, args)
        if not ctx.resilient_parsing:
            self._refuse_empty(ctx)
        return left

    def _refuse_twice(self, ctx: click.Context, args: list[str]) -> None:
        """Words that look like options may be values: click itself says which are."""
        _, _, order = self.make_parser(ctx).parse_args(args=args)
        for one in order:
            if (
                isinstance(one, click.Option)
                and not (one.multiple or one.is_flag or WITH_VALUE.intersection(one.opts))
                and order.count(one) > 1
            ):
                raise click.UsageError(
                    f"{one.opts[0]} is typed twice, and only one can be meant"
                    "\nTry: one of them, and the command once more for the other",
                    ctx,
                )

    def _refuse_empty(self, ctx: click.Context) -> None:
        for one in self.params:
            told = ctx.params.get(one.name or "")
            for value in told if isinstance(told, tuple) else (told,):
                if isinstance(value, str) and not value.strip():
                    name = (
                        one.opts[0] if isinstance(one, click.Option) else one.make_metavar(ctx).strip("[].")
                    )
                    step = "leave it out, or fill it" if not one.required else f"{ctx.command_path} --help"
                    raise click.UsageError(f"{name} is empty\nTry: {step}", ctx)

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """`-h` and `--help`."""
        return _help_option()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Add the exit codes."""
        super().format_epilog(ctx, formatter)
        _exits(formatter)


class Group(click.Group):
    """A group of commands with the same manners."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let the options that every command has stand before it too: `tracker --db FILE status`."""
        if args and args[0].startswith("--"):
            args = behind_the_command(ctx, args)
        return super().parse_args(ctx, args)

    def get_help_option(self, ctx: click.Context) -> click.Option:
        """`-h` and `--help`."""
        return _help_option()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Add the exit codes."""
        super().format_epilog(ctx, formatter)
        _exits(formatter)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a subcommand; an unknown one is answered with those it may have meant."""
        name = args[0]
        if name in LATER and ctx.parent is None:
            raise click.UsageError(f"{name} is not in this version\nTry: {LATER[name]}", ctx)
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, self.list_commands(ctx), n=2, cutoff=0.6)
            asked = f"did you mean {' or '.join(near)}? " if near else ""
            raise click.UsageError(
                f"there is no command {name!r}\nTry: {asked}{ctx.command_path} --help lists them", ctx
            )
        return super().resolve_command(ctx, args)


_TAKEN = ("import",)
"""What Python takes for a word of its own."""


def module_of(command: str) -> Any:
    """The module in which a command is; imported now."""
    name = command.replace("-", "_")
    return importlib.import_module(f"tracker.cli.{name}{'_' if name in _TAKEN else ''}")


class Commands(Group):
    """The commands of `commands.py`, each imported only when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the one that is asked for."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = module_of(cmd_name).command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete their names without importing any."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=does) for name, does in COMMANDS.items() if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def behind_the_command(ctx: click.Context, args: list[str]) -> list[str]:
    """What was typed, with the options that every command has behind the command that they stand before."""
    end = 0
    while end < len(args) and args[end].partition("=")[0] in _ANYWHERE:
        end += 2 if args[end] in WITH_VALUE else 1
    if end and end >= len(args) and not ctx.resilient_parsing:
        raise click.UsageError(f"no command is typed\nTry: {ctx.command_path} --help lists them", ctx)
    return [*args[end : end + 1], *args[:end], *args[end + 1 :]]


def _exits(formatter: click.HelpFormatter) -> None:
    formatter.write_paragraph()
    formatter.write_text(EXITS)


@cache
def _help_option() -> click.Option:
    """What click makes by itself, but for a search for translations that costs every start 1 ms."""
    return click.Option(
        ["-h", "--help"], is_flag=True, is_eager=True, expose_value=False, callback=_show_help,
        help="Show this message and exit.",
    )  # fmt: skip


def _show_help(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


def _show_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        click.echo(f"tracker, version {__version__}", color=ctx.color)
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
    help="Show the version and exit.",
)  # fmt: skip
def cli() -> None:
    """Who controls each place, how sure that is, and why: from a record of who said what.

    Every claim is kept with who said it and who passed it on; what is true is always derived, for now
    or for any moment before, and every verdict can be taken apart to the last claim.
    """


def _came_of_ctrl_c(error: BaseException) -> bool:
    """Whether it was raised for an interruption, or while one was cleaned up after.

    Libraries in C wrap what their callbacks raise; a server that is left amid a query refuses the rollback.
    """
    seen: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        one = left.pop()
        if isinstance(one, KeyboardInterrupt):
            return True
        if one is not None and id(one) not in seen:  # what is raised anew may stand behind itself
            seen.add(id(one))
            left += [one.__cause__, one.__context__]
    return False


def run(arguments: Sequence[str]) -> int:
    """Run a command line; answers with the exit code."""
    if "_TRACKER_COMPLETE" in os.environ:
        from tracker.cli.completing import escape_names

        escape_names()
    output = sys.stdout
    try:
        answer: Any = cli.main(list(arguments), prog_name="tracker", standalone_mode=False)
    except TrackerError as error:
        if _came_of_ctrl_c(error):
            return _interrupted(arguments)
        if "--debug" in arguments:
            raise
        return _refuse(error.message, error.next_step, error.exit_code, arguments)
    except click.exceptions.Exit as error:
        return error.exit_code
    except SystemExit as left:  # click's way out once it has completed a word, or lost its reader
        if sys.stdout is not output:  # click has put something in its place that fails no more
            return DONE
        return left.code if isinstance(left.code, int) else DONE
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return USAGE
    except click.ClickException as error:
        message, _, step = error.format_message().partition("\nTry: ")
        message = " ".join(message.split())
        return _refuse(message, step or _help_of(error), USAGE, arguments)
    except (KeyboardInterrupt, click.Abort):
        return _interrupted(arguments)
    except UnicodeEncodeError as error:
        if error.encoding.lower() not in ("utf-8", "utf8"):
            what = f"the answer cannot be written in {error.encoding}"
            return _refuse(what, "PYTHONIOENCODING=utf-8", FAILED, arguments)
        return _refuse("what was typed is not text", "UTF-8", USAGE, arguments)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        return _refuse(
            f"cannot read or write{where}: {error.strerror or error}",
            "another place; what was recorded before stays recorded", FAILED, arguments,
        )  # fmt: skip
    except Exception as error:
        if _came_of_ctrl_c(error):
            return _interrupted(arguments)
        if "--debug" in arguments:
            raise
        text = f"{type(error).__name__}: {error}".splitlines()[0]
        return _refuse(
            f"something went wrong inside tracker ({text})",
            "again with --debug, and tell us",
            FAILED,
            arguments,
        )
    return answer if isinstance(answer, int) else 0


def _interrupted(arguments: Sequence[str]) -> int:
    return _refuse("interrupted", "the same again: nothing half-done was kept", INTERRUPTED, arguments)


def _help_of(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"{context.command_path if context else 'tracker'} --help"


def _refuse(message: str, step: str, code: int, arguments: Sequence[str]) -> int:
    if "--json" in arguments:
        import json

        from tracker.cli.output import escaped

        told = json.dumps({"error": message, "try": step, "exit": code}, ensure_ascii=False)
        print(escaped(told), file=sys.stderr)
    else:
        from tracker.names import safe

        print(f"Error: {safe(message)}\nTry: {safe(step)}", file=sys.stderr)
    return code
