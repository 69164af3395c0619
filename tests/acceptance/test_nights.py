"""Decides what the reports of the fortnight say, night by night, as somebody would have read them then."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from tracker import demo
from tracker.night.slots import between
from tracker.tracker import Tracker
from tracker.zones import zone_of

Document = dict[str, Any]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The story recorded as it came in, with a night at 02:00 of each day in Damascus."""
    where = tmp_path_factory.mktemp("nights") / "story.db"
    tracker, clock = demo.make(where)
    nights = between(date(2024, 11, 27), date(2024, 12, 12), time(2), zone_of(demo.ZONE))
    todo = [(line.recorded, 0, line) for line in demo.story_lines()] + [(at, 1, day) for day, at in nights]
    for at, _, one in sorted(todo, key=lambda step: step[:2]):
        if isinstance(one, date):
            clock[0] = at
            tracker.sweep()
        else:
            for _ in demo.replay(tracker, clock, [one]):
                pass
    told = Tracker(where)
    return {f"{day}": told.report(night=day) for day, _ in between(
        date(2024, 11, 27), date(2024, 12, 12), time(2), zone_of(demo.ZONE)
    )}  # fmt: skip


def under(report: Document, heading: str) -> dict[str, list[str]]:
    """What a heading has, by place: the sentences and the claims."""
    told: dict[str, list[str]] = {}
    for one in report[heading]["flags"]:
        told.setdefault(one["place"], []).extend([one["why"], *(claim["text"] for claim in one["claims"])])
    return told


def test_homs_is_withdrawn_from_denied_not_entered_entered_and_falls(reports: dict[str, Document]) -> None:
    seventh = under(reports["2024-12-07"], "contradicted")["homs"]
    assert "Syrian government withdrew from Homs" in seventh
    assert "denied: Syrian government lost Homs" in seventh
    eighth = under(reports["2024-12-08"], "contradicted")["homs"]
    assert "denied: rebels entered Homs" in eighth
    assert "rebels entered Homs" in eighth
    assert "homs" in under(reports["2024-12-09"], "changed")


def test_deir_ez_zor_has_two_captors(reports: dict[str, Document]) -> None:
    told = under(reports["2024-12-08"], "contradicted")["deir-ez-zor"]
    assert "rebels captured Deir ez-Zor" in told
    assert "Syrian Democratic Forces captured Deir ez-Zor" in told
    assert "deir-ez-zor" in under(reports["2024-12-07"], "changed")


def test_hama_is_denied_and_then_admitted(reports: dict[str, Document]) -> None:
    admitted = under(reports["2024-12-06"], "changed")["hama"]
    assert "Syrian government withdrew from Hama" in admitted
    denied = under(reports["2024-12-07"], "contradicted")["hama"]
    assert "denied: rebels entered Hama" in denied


def test_a_quiet_night_is_one_sentence(reports: dict[str, Document]) -> None:
    from tracker.reports.markdown import markdown

    assert reports["2024-12-10"]["quiet"]
    text = markdown(reports["2024-12-10"])
    assert "A quiet night: no new claims, and nothing changed at 19 places." in text
    assert "##" not in text


@pytest.mark.parametrize("day", ["2024-12-07", "2024-12-08", "2024-12-09"])
def test_the_reports_in_the_documentation_are_these(reports: dict[str, Document], day: str) -> None:
    from tracker.reports.markdown import markdown

    page = Path(__file__).resolve().parents[2] / "docs" / "nights" / f"{day}.md"
    told, shown = markdown(reports[day]).splitlines(), page.read_text(encoding="utf-8").splitlines()
    assert [line for line in told if "chain hash" not in line] == [
        line for line in shown if "chain hash" not in line
    ]


def test_what_was_told_is_not_told_again(reports: dict[str, Document]) -> None:
    seen: set[str] = set()
    for report in reports.values():
        new = {
            one["flag"]
            for heading in ("contradicted", "stale", "single_origin")
            for one in report[heading]["flags"]
        }
        assert not new & seen
        seen |= new
