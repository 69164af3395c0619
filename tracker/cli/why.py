"""Decides `tracker why`: the reasons for a verdict, step by step."""

from __future__ import annotations

from math import exp
from typing import Any

import click

from tracker.cli.output import Lines, answered, rows_options
from tracker.cli.policy import BY_RULE
from tracker.cli.session import PLACE, Session, session
from tracker.cli.shell import Command

COLUMNS = ("claim", "step", "at", "weight", "p", "reliability", "stance", "by_record", "echo", "text")
VISIBLE = 0.0005


@click.command(cls=Command)
@click.argument("place", type=PLACE)
@click.option("--at", metavar="TIME", help="The world at that time.")
@click.option("--known-at", metavar="TIME", help="Only what had been recorded by then.")
@click.option("--published-by", metavar="TIME", help="Only what had been published by then.")
@BY_RULE
@rows_options
@session
def command(
    run: Session, place: str, at: str | None, known_at: str | None, published_by: str | None,
    policy: str, as_rows: str | None,
) -> None:  # fmt: skip
    """The reasons for the verdict on PLACE: each claim with its weight, and what was discounted.

    The weights are log-odds of the holder against its strongest rival, and add up. Another rule has no
    weights: it tells of each claim whether it counts, and why.
    """
    found = run.tracker().why(place, at=at, known_at=known_at, published_by=published_by, policy=policy)
    run.note_of(found)
    run.note_ahead(found["at"])
    if not answered(found, found["steps"], COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        _tell(run, found)


def _tell(run: Session, found: dict[str, Any]) -> None:
    from tracker.cli import tell

    out = Lines(colored=run.colored)
    tell.status(out, found, run.zone(), reasons=0)
    if not found["steps"]:
        return
    out.line()
    if found["policy"] != "bayes":
        _tell_by_rule(out, found)
        return
    rival = found["names"].get(found["against"], found["against"])
    whose = ", what the claims say" if found["pin"] else ""
    out.line(f"Step by step{whose}, in log-odds against {rival}:", "title")
    rows = [
        (f"{step['weight']:+.3f}", f"{100 * step['p']:.1f} %", step["step"], _about(step), step["text"] or "")
        for step in _telling(found["steps"])
    ]
    out.table(("weight", "then", "step", "taken as", "claim"), rows)
    total = sum(step["weight"] for step in found["steps"])
    likely = exp(min(total, 700.0))
    out.line(f"{total:+.3f}  the sum: {likely:.2g} times as likely as {rival} (e^{total:.3f})", "title")


def _tell_by_rule(out: Lines, found: dict[str, Any]) -> None:
    out.line(f"Claim by claim, by the rule {found['policy']}:", "title")
    rows = [(step["step"], step["why"], step["text"]) for step in found["steps"]]
    out.table(("the claim", "because", "claim"), rows)


def _telling(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps without decay too small to be seen; the JSON answer has them all."""
    told: list[dict[str, Any]] = []
    before = None
    for step in steps:
        if step["step"] != "decay" or before is None or abs(step["p"] - before) >= VISIBLE:
            told.append(step)
        before = step["p"]
    return told


def _about(step: dict[str, Any]) -> str:
    if step["reliability"] is None:
        return ""
    echo = f", echo x{step['echo']:g}" if step["echo"] < 1 else ""
    weighed = f", x{step['weighed']['factor']:g} by {step['weighed']['by']}" if step["weighed"] else ""
    order = ", order unknown" if step["order"] else ""
    record = " by its record" if step["by_record"] else ""
    return f"{step['stance']} r {step['reliability']:.2f}{record}{echo}{weighed}{order}"
