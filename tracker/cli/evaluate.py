"""Decides `tracker evaluate`: rules scored against what turned out to be so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tracker.cli.output import Lines, answered, note, rows_options
from tracker.cli.policy import RULE
from tracker.cli.session import Session, session
from tracker.cli.shell import Command
from tracker.errors import UnusableRows
from tracker.outcomes import Complaint

COLUMNS = (
    "policy", "places", "answers", "place_days", "right", "unknown", "brier", "log_loss", "ece", "undecided",
    "delay_median", "delay_mean", "found", "changes", "false_flips", "false_flips_a_year", "near_answers",
    "near_right", "near_brier",
)  # fmt: skip
TOLD = 10
"""So many rows that cannot be used are told one by one."""
BAR = 40


@click.command(cls=Command)
@click.argument("file", type=click.Path())
@click.option("--policy", metavar="RULE", type=RULE, multiple=True, help="A rule; again for more. Else all.")
@click.option("--from", "start", metavar="TIME", help="From that time on; else from the first outcome.")
@click.option("--to", "end", metavar="TIME", help="Up to that time; else --near days after the last outcome.")
@click.option("--every", metavar="TIME", default="1d", help="How often is asked: 1d (ends of days), 6h, 2w.")
@click.option("--known", is_flag=True, help="Each answer with what had been recorded by its time.")
@click.option("--near", metavar="DAYS", type=float, default=14.0, help="What is near a change; else 14 days.")
@click.option("--strict", is_flag=True, help="Refuse a file with a row that cannot be used.")
@click.option("--plot", metavar="FILE", type=click.Path(), help="Draw the calibration, as SVG.")
@rows_options
@session
def command(run: Session, as_rows: str | None, **asked: Any) -> None:
    """Rules scored against FILE, which says who really held which place from which time on.

    FILE is a table (CSV and the like) with the columns place, time and controller, and until if need be. A
    row holds until the place's next one. No controller, "-", "unknown" or "contested": nobody can say, and
    that time is not judged. A date means the end of that day. The first row of a place says who had it
    before anything changed.
    """
    try:
        found = run.tracker().evaluate(**asked)
    except UnusableRows as error:
        if not run.as_json:  # whose error is one document
            _tell_rows(error.facts["bad"])
        raise
    _complain(run, found)
    if not run.as_json:
        _tell_silent(found)
    rows = map(_row, found["policies"])
    if answered(found, rows, COLUMNS, as_json_=run.as_json, as_rows=as_rows):
        return
    _tell(Lines(colored=run.colored), found, run.zone())


def _complain(run: Session, found: Mapping[str, Any]) -> None:
    """Of names that fit two, and of the rows left out, on the side."""
    notes = () if run.as_json else found["notes"]
    for text in notes[:1]:
        note(text)
    if len(notes) > 1:
        note(f"and so with {len(notes) - 1} more names; --json has them all")
    _tell_rows([Complaint(**one) for one in found["bad"]], "" if run.as_json else "; --json has them all")
    if found["bad"]:
        left, read = found["rows"]["left_out"], found["rows"]["read"]
        note(f"{left} of {_count(read, 'row')} {'is' if left == 1 else 'are'} left out")


def _tell_silent(found: Mapping[str, Any]) -> None:
    """The first of the places of which nobody had said anything: of these no rule can know."""
    names = [one["name"] for one in found["silent"]]
    for name in names[:TOLD]:
        note(f"nothing is claimed about {name} then")
    if len(names) > TOLD:
        note(f"nor about {len(names) - TOLD} more places; --json has them all")


def _tell_rows(bad: Any, all_of_them: str = "") -> None:
    """The first of what is wrong in a file."""
    for one in bad[:TOLD]:
        note(one.text)
    if len(bad) > TOLD:
        note(f"and {len(bad) - TOLD} more{all_of_them}")


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as one row of a sheet."""
    delay, flips, near = one["detection"], one["flips"], one["near"]
    return {
        **{key: one[key] for key in COLUMNS[:10]},
        "delay_median": delay["median"], "delay_mean": delay["mean"], "found": delay["found"],
        "changes": delay["of"], "false_flips": flips["false"], "false_flips_a_year": flips["false_a_year"],
        "near_answers": near["answers"], "near_right": near["right"], "near_brier": near["brier"],
    }  # fmt: skip


def _tell(out: Lines, found: Mapping[str, Any], zone: str) -> None:
    from tracker.cli.tell import when

    first = found["policies"][0]
    what = "as it was known then" if found["known"] else "with what is known now"
    places, days = _count(first["places"], "place"), _count(round(first["place_days"]), "place-day")
    out.line(f"{places}, {days}, {when(found['from'], zone)} to {when(found['to'], zone)}, {what}", "title")
    out.line()
    out.table(
        ("rule", "right", "unknown", "Brier", "near", "log loss", "ECE"),
        [_sure(one) for one in found["policies"]],
    )
    out.line()
    out.table(
        ("rule", "named", "changes", "median", "mean", "flips", "false", "a year"),
        [_changes(one) for one in found["policies"]],
    )
    out.line()
    for label, text in _LEGEND:
        out.item(label, text.format(near=f"{found['near']:g}"))
    if first["calibration"]:
        out.line()
        _calibration(out, first)
    _undecided(out, first)
    if found["says"]:
        out.line()
        out.item("In short", found["says"])


_LEGEND = (
    ("right", "share of answers that name who held it; unknown: that name nobody"),
    ("Brier", "over all sides the sum of (p - so)², from 0 to 2, less is better; near: within {near} days of"
     " a change"),
    ("named", "of the true changes those that it named while they lasted; median, mean: after so many days"),
    ("flips", "how often it named another; false: without a true change; a year: false ones at a place"),
)  # fmt: skip


def _sure(one: Mapping[str, Any]) -> tuple[str, ...]:
    near = one["near"]
    told = [one[key] for key in ("right", "unknown", "brier")]
    told += [near["brier"], one["log_loss"], one["ece"]]
    return (one["policy"], *("-" if value is None else f"{value:.3f}" for value in told))


def _changes(one: Mapping[str, Any]) -> tuple[str, ...]:
    delay, flips = one["detection"], one["flips"]
    if not one["answers"]:
        return (one["policy"], *"-" * 7)
    return (
        one["policy"], str(delay["found"]), str(delay["of"]), _days(delay["median"]), _days(delay["mean"]),
        str(flips["changes"]), str(flips["false"]), f"{flips['false_a_year']:.1f}",
    )  # fmt: skip


def _days(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _calibration(out: Lines, one: Mapping[str, Any]) -> None:
    out.line(f"Calibration of {one['policy']}: # how often it was right, | how sure it was", "title")
    rows = [
        (f"{bin_['low']:.1f}-{bin_['high']:.1f}", f"{bin_['confidence']:.2f}", f"{bin_['right']:.2f}",
         str(bin_["answers"]), _bar(bin_["right"], bin_["confidence"]))
        for bin_ in one["calibration"]
    ]  # fmt: skip
    out.table(("sure", "mean", "right", "answers", f"0{'100 %':>{BAR}}"), rows)


def _undecided(out: Lines, one: Mapping[str, Any]) -> None:
    """The answers that calibration, and so ECE, leaves out."""
    if one["undecided"]:
        left = f"{_count(one['undecided'], 'answer')} of {one['policy']} left out of calibration and ECE"
        out.line(f"{left}: no side is the most probable")


def _bar(right: float, sure: float) -> str:
    cells = list(("#" * round(BAR * right)).ljust(BAR + 1, "."))
    cells[round(BAR * sure)] = "|"
    return "".join(cells)


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
