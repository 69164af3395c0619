"""Decides which nights of the story are shown as examples: the reports as they are, in `docs/nights/`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from tracker import demo
from tracker.reports.markdown import markdown

FOLDER: Final = Path(__file__).resolve().parent / "nights"
SHOWN: Final = ("2024-12-07", "2024-12-08", "2024-12-09")


def reports(where: Path) -> dict[str, dict[str, Any]]:
    """The report of every night of the story, by its day; `where` is a tracker to be made for that."""
    tracker, clock = demo.make(where)
    told = (day.night for day in demo.told_by_night(tracker, clock, demo.story_lines()))
    return {report["night"]: report for report in told if report is not None}


def lines(report: str) -> list[str]:
    """What is the same in every replay: all but the hash, as ids of events are new each time."""
    return [line for line in report.splitlines() if "chain hash" not in line]


def main() -> None:
    """Write the examples that differ."""
    with tempfile.TemporaryDirectory() as folder:
        found = reports(Path(folder) / "story.db")
    for day in SHOWN:
        page, told = FOLDER / f"{day}.md", markdown(found[day])
        if not page.exists() or lines(page.read_text(encoding="utf-8")) != lines(told):
            page.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
