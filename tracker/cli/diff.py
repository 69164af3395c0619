"""Decides `tracker diff`: two verdicts side by side, along one axis."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any, TypeVar

import click

from tracker.cli.output import Lines, answered, note, rows_options
from tracker.cli.policy import RULE
from tracker.cli.session import PLACE, Session, session
from tracker.cli.shell import Command

Function = TypeVar("Function", bound=Callable[..., Any])
COLUMNS = ("place", "a_status", "a_controller", "b_status", "b_controller", "claims", "why")
AXES = ("--policy", "--at", "--known-at", "--published-by")


class Diff(Command):
    """Each axis takes two values, or one that both verdicts share."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Tell an axis with one value from one with two."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        return super().parse_args(ctx, list(_one_or_two(args)))


def _one_or_two(args: list[str]) -> list[str]:
    """`--at T` becomes `--one-at T` where no second value follows; `--at=T` has one in any case."""
    told: list[str] = []
    for i, word in enumerate(args):
        name, has_value, _ = word.partition("=")
        values = [*takewhile(lambda value: not value.startswith("--"), args[i + 1 : i + 3])]
        if name in AXES and not has_value and not values:
            raise click.UsageError(
                f"{name} has no value\nTry: {name} with two values, or one for both verdicts"
            )
        one = name in AXES and (bool(has_value) or len(values) == 1)
        told.append(f"--one-{word[2:]}" if one else word)
    return told


def _axis(name: str, metavar: str, help_: str, **more: Any) -> Callable[[Function], Function]:
    def wrapped(function: Function) -> Function:
        one = click.option(f"--one-{name}", hidden=True, help="The same for both.", **more)(function)
        return click.option(f"--{name}", nargs=2, metavar=metavar, help=help_, **more)(one)

    return wrapped


@click.command(cls=Diff)
@click.argument("place", required=False, type=PLACE)
@_axis("policy", "A B", "Two rules: bayes, latest, vote, decayed-vote, two-origins, …", type=RULE)
@_axis("at", "T1 T2", "Two times of the world.")
@_axis("known-at", "T1 T2", "What had been recorded by two times.")
@_axis("published-by", "T1 T2", "What had been published by two times.")
@rows_options
@session
def command(run: Session, place: str | None, as_rows: str | None, **told: Any) -> None:
    """Two verdicts on PLACE side by side, and the claims that make the difference.

    Along exactly one axis, which takes two values; the others may be fixed with one value for both. PLACE
    comes first. Without PLACE: every place that is held otherwise, or by somebody else.
    """
    axes = {name: told[name] or told[f"one_{name}"] for name in ("policy", "at", "known_at", "published_by")}
    axes["policy"] = axes["policy"] or "bayes"
    found = run.tracker().diff(place, **axes)
    run.note_of(found)
    run.note_ahead(*(one[side]["at"] for one in found["places"] for side in ("a", "b") if one[side]))
    if answered(found, map(_row, found["places"]), COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    if found["places"]:
        _tell(Lines(colored=run.colored), found, run.zone())
    else:
        note("no difference" if place else "no place is held otherwise")


def _row(one: dict[str, Any]) -> dict[str, Any]:
    """A row of CSV or JSON Lines: the two answers in short."""
    return {
        "place": one["place"],
        **{
            f"{side}_{key}": one[side] and one[side][key]
            for side in ("a", "b")
            for key in ("status", "controller", "confidence")
        },
        "claims": [claim["claim"] for claim in one["claims"]],
        "why": one["why"],
    }


def _tell(out: Lines, found: dict[str, Any], zone: str) -> None:
    from tracker.cli.tell import when

    names = [found[side] if found["axis"] == "policy" else when(found[side], zone) for side in ("a", "b")]
    rows = [(one["place"]["name"], _said(one["a"]), _said(one["b"]), one["why"]) for one in found["places"]]
    out.table(("place", *names, "because"), rows)
    if len(found["places"]) == 1:
        out.line()
        claims = [(row["claim"], row["a"], row["b"], row["text"]) for row in found["places"][0]["claims"]]
        if claims:
            out.table(("claim", *names, "what, and who said it"), claims)


def _said(one: dict[str, Any] | None) -> str:
    from tracker.phrases import verdict

    return verdict("", one).removeprefix(": ").removesuffix(".") if one else "read as another place"
