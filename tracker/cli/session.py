"""Decides what a command is run with (database, clock, zone, colours), from options, environment or file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracker.cli.output import note
from tracker.errors import BadInput, TrackerError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from tracker.night.targets import Target
    from tracker.reader import Reader
    from tracker.tracker import Tracker

Function = TypeVar("Function", bound=Callable[..., Any])
FILE = "tracker.db"
COLORS = ("auto", "always", "never")
CONFIGURED = ("db", "tz", "by", "color")
TABLES = ("deliver",)


class Session:
    """The surroundings of one command."""

    def __init__(
        self,
        db: str | None,
        now: str | None,
        tz: str | None,
        color: str | None,
        by: str | None,
        as_json: bool,
    ) -> None:
        told = _configured()
        self.db = db or os.environ.get("TRACKER_DB") or _text(told, "db")
        self.tz = tz or os.environ.get("TRACKER_TZ") or _text(told, "tz")
        self.by = by or os.environ.get("TRACKER_BY") or _text(told, "by") or ""
        self._deliver = told.get("deliver")
        self.as_json = as_json
        self._now = now or os.environ.get("TRACKER_NOW")
        self._instant: int | None = None
        self._tracker: Tracker | None = None
        self._color = (
            color
            or _color(os.environ.get("TRACKER_COLOR"), "TRACKER_COLOR")
            or _color(_text(told, "color"), "color in the configuration")
        )
        if self.tz:
            from tracker.times import zone_of

            zone_of(self.tz)

    def where(self, *, new: bool = False) -> str:
        """The database's address: the one named, else ./tracker.db, else the one in the user's data."""
        if self.db:
            return self.db
        if new or os.path.exists(FILE):
            return FILE
        kept = os.path.join(_data_directory(), FILE)
        return kept if os.path.exists(kept) else FILE

    def clock(self, *, writing: bool = False) -> Callable[[], int]:
        """The clock: the wall's, or the instant of `--now`, which a write may not set ahead."""
        from tracker.tracker import wall_clock

        if self._now is None:
            return wall_clock
        if self._instant is None:
            from tracker.times import read_instant

            self._instant = read_instant(self._now, now=wall_clock(), zone=self._zone_kept())
        instant = self._instant
        if writing and instant > wall_clock():
            raise BadInput(what=f"--now {self._now} is ahead of the clock", try_="a time that has come")
        return lambda: instant

    def tracker(self, *, writing: bool = False, new: bool = False) -> Tracker:
        """The tracker that the command is about."""
        from tracker.tracker import Tracker  # late: help and completion do without it

        clock = self.clock(writing=writing)
        self._tracker = Tracker(self.where(new=new), clock=clock, zone=self.tz, by=self.by, waiting=note)
        return self._tracker

    def targets(self) -> tuple[Target, ...]:
        """What a night's report is delivered to, by the configuration; read only where it is asked for."""
        from tracker.night.targets import read_targets

        return () if self._deliver is None else read_targets(self._deliver, _config_file())

    def zone(self) -> str:
        """The zone in which times are shown."""
        if self.tz:
            return self.tz
        try:
            return (self._tracker or self.tracker()).zone_shown()
        except TrackerError:
            return "UTC"

    def note_of(self, found: Mapping[str, Any]) -> None:
        """Say on the side what there is to say of a name; a JSON document has it under its key."""
        if found.get("note") and not self.as_json:
            note(found["note"])

    def note_ahead(self, *times: str | None) -> None:
        """Say once of an answer's times, as they stand in JSON, that the last of them has not come yet.

        The end of a day that has begun is no future: whoever asks for today means it so.
        """
        from tracker.zones import DAY, parse_iso, show

        self._note_behind()
        self._note_unsettled()
        last = max((parse_iso(text) for text in times if text), default=None)
        if last is not None and last - DAY >= self.clock()():
            note(f"{show(last, self.zone())} lies in the future: the belief is carried on without news")

    def _note_unsettled(self) -> None:
        """Say why an answer took long."""
        if self._tracker is not None and not self._tracker.was_settled and not self.as_json:
            from tracker.reader import UNSETTLED

            note(f"{UNSETTLED}: until it is at its end, answers are right but take longer")

    def _note_behind(self) -> None:
        """Say of a clock that was set back that more is known than was recorded by then."""
        if self._now is None or self._tracker is None or self.as_json:
            return
        from tracker.reader import last_recorded
        from tracker.zones import show

        with self._tracker.reading() as reader:
            last = last_recorded(reader)
        if last is not None and last > self.clock()():
            note(f"--now lies before the last recorded event, of {show(last, self.zone())}")

    def _zone_kept(self) -> str:
        """The zone in which `--now` is read: the clock is not set yet, and the setting needs none."""
        from tracker.tracker import Tracker

        if self.tz or self._now is None or self._now.endswith(("Z", "z")):
            return self.tz or "UTC"
        try:
            return Tracker(self.where()).zone_shown()
        except TrackerError:
            return "UTC"

    @property
    def colored(self) -> bool:
        """Whether to colour standard output; see no-color.org and bixense.com/clicolors."""
        if self._color and self._color != "auto":
            return self._color == "always"
        if os.environ.get("CLICOLOR_FORCE", "0") != "0":
            return True
        return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def session(function: Function) -> Function:
    """The options that every command has; the command gets a `Session` as its first argument."""

    def wrapped(
        db: str | None, now: str | None, tz: str | None, color: str | None, by: str | None, debug: bool,
        as_json: bool, **rest: Any,
    ) -> Any:  # fmt: skip
        return function(Session(db, now, tz, color, by, as_json), **rest)

    wrapped.__doc__ = function.__doc__
    wrapped.__name__ = function.__name__
    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    # click reads the list from its end: the command's own options come first in the help.
    wrapped.__click_params__ += getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    return wrapped  # type: ignore[return-value]


_OPTIONS = (
    click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document."),
    click.option("--db", metavar="PATH|URL", help="The tracker: a file, or postgresql://… (TRACKER_DB)."),
    click.option("--tz", metavar="ZONE", help="Read and show times in this zone (TRACKER_TZ; else UTC)."),
    click.option("--now", metavar="INSTANT", help="Set the clock (TRACKER_NOW)."),
    click.option("--by", metavar="NAME", help="Who does this; noted with every event (TRACKER_BY)."),
    click.option("--color", type=click.Choice(COLORS), help="Colour the answer."),
    click.option("--debug", is_flag=True, help="Show where an error came from."),
)


DRY_RUN = click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
"""The option of every command that writes."""


class Name(click.ParamType[str]):
    """A name of a place, actor or source; bound later, completed from the record."""

    def __init__(self, thing: str) -> None:
        self.thing = thing
        self.name = thing

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Names that begin so."""
        from tracker.views.completion import names

        return _completed(ctx, lambda reader: names(reader, self.thing, incomplete))


class ClaimId(click.ParamType[str]):
    """A claim's id, completed from the record."""

    name = "claim"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Ids that begin so."""
        from tracker.views.completion import claims

        return _completed(ctx, lambda reader: claims(reader, incomplete))


PLACE, ACTOR, SOURCE, CLAIM = Name("place"), Name("actor"), Name("source"), ClaimId()


def _completed(ctx: click.Context, ask: Callable[[Reader], list[str]]) -> list[CompletionItem]:
    """What the tracker of a half-typed line answers; nothing where it cannot be read."""
    from click.shell_completion import CompletionItem

    from tracker.reader import open_reader

    told = {**(ctx.parent.params if ctx.parent else {}), **ctx.params}
    try:
        with open_reader(Session(told.get("db"), None, None, None, None, False).where()) as reader:
            return [CompletionItem(word) for word in ask(reader)]
    except TrackerError:
        return []


def _text(told: dict[str, Any], key: str) -> str | None:
    value = told.get(key)
    return None if value is None else str(value)


def _configured() -> dict[str, Any]:
    """The user's settings file, where there is one."""
    path = _config_file()
    if not os.path.exists(path):
        return {}
    import tomllib

    try:
        with open(path, "rb") as file:
            told = tomllib.load(file)
    except (ValueError, OSError) as error:
        raise BadInput(what=f"{path} cannot be read: {error}", try_="mend it, or move it away") from error
    for key, value in told.items():
        _check_configured(path, key, value)
    return told


def _check_configured(path: str, key: str, value: object) -> None:
    """A misspelt `db` would mean another tracker, so what is not known is not passed over."""
    if key in TABLES:
        if not isinstance(value, dict):
            raise BadInput(what=f"{path}: {key} is no table", try_=f"[{key}.NAME], and its keys below")
        return
    if key not in CONFIGURED:
        from tracker.names import propose

        near = propose(key, (*CONFIGURED, *TABLES), 1)
        asked = f"did you mean {near[0]}? " if near else ""
        raise BadInput(
            what=f"{path} sets {key!r}, which means nothing",
            try_=f"{asked}known are {', '.join(CONFIGURED)} and [{'.NAME], ['.join(TABLES)}.NAME]",
        )
    if not isinstance(value, str) or not value.strip():
        raise BadInput(what=f"{path}: {key} is no text", try_=f'{key} = "…"')


def _color(word: str | None, where: str) -> str | None:
    if word and word not in COLORS:
        raise BadInput(what=f"{where} is {word!r}", try_=f"one of {', '.join(COLORS)}")
    return word


def _config_file() -> str:
    return os.path.join(_config_directory(), "config.toml")


def _config_directory() -> str:
    return _own_directory("XDG_CONFIG_HOME", ".config")


def _data_directory() -> str:
    return _own_directory("XDG_DATA_HOME", ".local/share")


def _own_directory(variable: str, else_in_home: str) -> str:
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Application Support/tracker")
    return os.path.join(os.environ.get(variable) or os.path.expanduser(f"~/{else_in_home}"), "tracker")


def address(where: str) -> str:
    """An address as it is printed."""
    from tracker.reader import is_url, shown

    return shown(where) if is_url(where) else where
