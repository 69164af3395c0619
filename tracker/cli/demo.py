"""Decides `tracker demo`: the real story, told while it is replayed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tracker import phrases
from tracker.cli.output import Lines, as_json
from tracker.cli.session import Session, session
from tracker.cli.shell import Command

ANSWERS = ("Homs", "Sanamayn", "Deir ez-Zor", "Damascus", "Aleppo", "Hama")


@click.command(cls=Command)
@click.option(
    "--dir", "folder", default="demo", show_default=True, metavar="DIR", help="Where to put the trackers."
)
@session
def command(run: Session, folder: str) -> None:
    """Build a tracker from the real story of December 2024, tell what changed and why, say what to try."""
    from tracker.demo import build

    build(Path(folder), lambda unfinished, path: _tell(run, unfinished, path))


def _tell(run: Session, unfinished: Path, path: Path) -> None:
    """Make the trackers in a folder, and tell of them as of the one in which they will lie."""
    from tracker.demo import (
        MAP_FILE,
        NIGHT_FILE,
        REPORT_FILE,
        STORY_FILE,
        ZONE,
        make,
        replay,
        report_lines,
        story_lines,
        told_by_night,
        write_pages,
    )

    out = Lines(colored=run.colored)
    report, clock = make(unfinished / REPORT_FILE)
    quiet = run.as_json
    if not quiet:
        out.line("1. One wire report, Syria, 7 December 2024, and nothing else", "title")
    recorded = list(replay(report, clock, report_lines()))
    answers = {place: report.status(place) for place in ANSWERS}
    if not quiet:
        claims = sum(1 for one in recorded if one.claim)
        out.line(f"{claims} claims recorded from it. Who holds what, from this report alone?")
        for place, one in answers.items():
            _tell_answer(out, place, one)
    tracker, clock = make(unfinished / STORY_FILE)
    if not quiet:
        out.line()
        out.line("2. The fortnight as it came in: every voice, day by day", "title")
    for day in told_by_night(tracker, clock, story_lines()):
        if not quiet:
            _tell_night(out, day.night)
            _tell_day(out, day.recorded)
    write_pages(tracker, unfinished)
    if quiet:
        places = tracker.status()["places"]
        as_json(
            {
                "report": str(path / REPORT_FILE),
                "tracker": str(path / STORY_FILE),
                "map": str(path / MAP_FILE),
                "night": str(path / NIGHT_FILE),
                "answers": answers,
                "places": places,
            }
        )
        return
    out.line()
    from tracker.cli import tell

    ended = tracker.status()
    out.line(f"Where it ended: as of {tell.when(ended['at'], ZONE)}, as known then", "title")
    tell.table(out, ended["places"], ZONE)
    out.line()
    out.line(
        f"{path / MAP_FILE} is the map with all its evidence, {path / NIGHT_FILE} a night's report with it:"
    )
    out.line("open them in a browser; they need no network.")
    _tell_next(out, path / STORY_FILE, path / REPORT_FILE)


def _tell_answer(out: Lines, place: str, one: dict[str, Any]) -> None:
    out.line(f"  {phrases.verdict(one['place']['name'], one)}", one["status"])
    told = {row["claim"]: row["text"] for row in one["beside"]}
    for reason in one["because"][:2]:
        out.line(f"      {reason['weight']:+.2f}  {reason['text']} ({reason['attribution']})", "quiet")
    for pressure in one["pressure"][:2]:
        out.line(f"      beside it: {told[pressure['claim']]}", "quiet")
    for conflict in one["conflicts"][:1]:
        out.line(
            f"      {conflict['kind']}: {told[conflict['claims'][0]]}, against {told[conflict['claims'][1]]}",
            "quiet",
        )
    for context in one["context"][:1]:
        out.line(f"      context, moves nothing: {context['text']}", "quiet")


def _tell_night(out: Lines, report: dict[str, Any] | None) -> None:
    """What a night's report comes down to."""
    from tracker.reports.sections import heading, summary

    if report is not None:
        out.line(f"{heading(report)}: {summary(report)}", "title")


def _tell_day(out: Lines, told: list[Any]) -> None:
    """The claims of a day that changed a verdict or contradict another, each with what it did."""
    if not told:
        return
    from tracker.cli.tell import pairs
    from tracker.times import show

    day = told[0].line.recorded

    claims = [one.claim for one in told if one.claim]
    out.line(
        f"{show(day, 'Asia/Damascus')[:10]}: {len(claims)} {'claim' if len(claims) == 1 else 'claims'}",
        "title",
    )
    still = 0
    for answer in claims:
        before, after = answer["before"], answer["after"]
        if after is None or (_same(before, after) and not answer["conflicts"]):
            still += 1
            continue
        said = f"{phrases.proposition(answer['told'])} ({answer['told']['attribution']})"
        out.line(f"  {said}")
        if not _same(before, after):
            out.line(f"      -> {phrases.verdict(after['place']['name'], after)}", after["status"])
        texts = {row["claim"]: row["text"] for row in after["beside"]}
        for ends, kinds in list(pairs(answer["conflicts"]).items())[:2]:
            other = next(claim for claim in ends if claim != answer["claim"])
            if other in texts:
                out.line(f"      contradicts ({', '.join(kinds)}): {texts[other]}", "contested")
    if still:
        out.line(f"  {still} more changed no verdict", "quiet")


def _same(before: dict[str, Any] | None, after: dict[str, Any]) -> bool:
    """Whether the answer reads the same: status and holder."""
    if before is None:
        return False
    holders = [one["controller"]["id"] if one["controller"] else None for one in (before, after)]
    return bool(before["status"] == after["status"] and holders[0] == holders[1])


def _tell_next(out: Lines, path: Path, report: Path) -> None:
    from tracker.errors import typed

    story, one_report = typed(path), typed(report)
    out.line()
    out.line("Now try", "title")
    for text in (
        f"tracker serve --db {story} --open",
        f"tracker status Homs --db {story} --at 2024-12-07",
        f"tracker why Homs --db {story} --at 2024-12-08",
        f"tracker status Homs --db {story} --at 2024-12-08 --known-at 2024-12-06",
        f"tracker claims --place Hama --db {story}",
        f"tracker status --db {one_report} --now 2024-12-07T23:59+03:00",
        f'tracker add-claim "rebels captured Tartus" --source Reuters --said-by rebels --now 2024-12-12'
        f" --db {story} --dry-run",
        f"tracker report --for 2024-12-08 --db {story}",
        f"tracker flags --db {story}",
        f"tracker map --at 2024-12-07T18:00 --png map.png --db {story}",
        f"tracker verify --db {story}",
    ):
        out.line(f"  {text}")
