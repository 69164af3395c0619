"""Decides what the reports of the fortnight say, night by night, as somebody would have read them then."""

from __future__ import annotations

from typing import Any

import pytest

from docs import make_nights
from tracker.reports.markdown import markdown

Document = dict[str, Any]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The story recorded as it came in, with a night at 02:00 of each day in Damascus."""
    return make_nights.reports(tmp_path_factory.mktemp("nights") / "story.db")


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
    assert reports["2024-12-10"]["quiet"]
    text = markdown(reports["2024-12-10"])
    assert "A quiet night: no new claims, and nothing changed at 19 places." in text
    assert "##" not in text


@pytest.mark.parametrize("day", make_nights.SHOWN)
def test_the_reports_in_the_documentation_are_these(reports: dict[str, Document], day: str) -> None:
    """`python docs/make_nights.py` writes them again."""
    page = (make_nights.FOLDER / f"{day}.md").read_text(encoding="utf-8")
    assert make_nights.lines(page) == make_nights.lines(markdown(reports[day]))


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


def test_nothing_is_settled_that_is_so_in_another_way(reports: dict[str, Document]) -> None:
    """On the 8th Homs has another contradiction, and Deir ez-Zor another captor, on one origin too."""
    eighth = reports["2024-12-08"]
    assert {(one["place"], one["rule"]) for one in eighth["settled"]} == {
        ("aleppo", "circular"), ("aleppo", "single-origin"),
        ("hama", "contradicted"), ("hama", "single-origin"),
    }  # fmt: skip
    ninth = reports["2024-12-09"]
    assert {(one["place"], one["rule"]) for one in ninth["settled"]} == {("homs", "contradicted")}
