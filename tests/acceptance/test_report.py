"""Decides that one wire report is held without loss, and that tracker answers from it alone, on both engines.

The questions are those of the situation that tracker was made for: Syria, Saturday 7 December 2024, at the
end of that day, local time, before any other claim was recorded.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.packs import syria
from tests.acceptance.prepared import begin, say
from tests.cli.running import tracker

Document = dict[str, Any]
Ask = Callable[..., Document]
EVENING = ("--now", "2024-12-07T23:59:59+03:00", "--tz", "Asia/Damascus")
SOUTHWEST = ("Sanamayn", "Quneitra", "Deraa", "Suweida", "Nawa", "Jasim", "Inkhil", "Tafas", "Dael")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("report_file"))
    return say(begin(request.getfixturevalue("new_schema")()), syria().act("report"))


@pytest.fixture
def ask(where: str) -> Ask:
    def asked(*arguments: str) -> Document:
        answer: Document = tracker(*arguments, "--db", where, *EVENING, "--json").json
        return answer

    return asked


def held_by(one: Document) -> tuple[str, str | None]:
    return one["status"], one["controller"] and one["controller"]["id"]


def texts(rows: list[Document]) -> list[str]:
    return [row["text"] for row in rows]


def test_homs_is_the_governments_with_the_rebels_at_its_edge(ask: Ask) -> None:
    homs = ask("status", "Homs")
    assert held_by(homs) == ("held", "government")
    edge = next(one for one in homs["pressure"] if one["kind"] == "advanced")
    assert (edge["actor"], edge["relation"]) == ("rebels", "edge-of")
    assert not [one for one in homs["pressure"] if one["kind"] in ("fighting", "besieges")]
    assert homs["conflicts"] == []
    assert {one["actor"] for one in homs["present"]} == {"government", "hezbollah", "pro-government-militias"}


def test_homs_names_its_reasons_and_the_village_to_the_north_as_context(ask: Ask) -> None:
    homs = ask("status", "Homs")
    assert texts(homs["because"])[0] == "Syrian government holds Homs"
    assert all(one["weight"] for one in homs["because"][:1])
    village = next(one for one in homs["context"] if one["place"].startswith("unnamed village"))
    assert village["text"].startswith("rebels captured unnamed village, northern edge of Homs")


def test_sanamayn_is_only_claimed_and_inherits_nothing(ask: Ask) -> None:
    sanamayn = ask("status", "Sanamayn")
    assert held_by(sanamayn) == ("held", "rebels")
    assert (sanamayn["basis"], sanamayn["origins"], sanamayn["claims"]) == ("claimed", 1, 1)
    assert any(
        'withdrew from southern Syria ("repositioning")' in text for text in texts(sanamayn["context"])
    )
    weights = {step["claim"]: step["weight"] for step in ask("why", "Sanamayn")["steps"]}
    assert not weights.keys() & {one["claim"] for one in sanamayn["context"]}


def test_deir_ez_zor_is_contested_in_open_contradiction_within_one_document(ask: Ask) -> None:
    city = ask("status", "Deir ez-Zor")
    assert city["status"] == "contested"
    assert city["controller"]["id"] != "government"
    likely = {one["actor"] for one in city["probabilities"][:2]}
    assert likely == {"rebels", "sdf"}
    assert {one["kind"] for one in city["conflicts"]} == {"holder", "same-document"}
    by_whom = {row["attribution"] for row in city["because"]}
    assert by_whom == {"Reuters", "three Syrian sources (unnamed), via Reuters"}


def test_damascus_is_the_governments_under_pressure_at_a_distance(ask: Ask) -> None:
    damascus = ask("status", "Damascus")
    assert held_by(damascus) == ("held", "government")
    (pressure,) = damascus["pressure"]
    assert (pressure["actor"], pressure["relation"], pressure["km"]) == ("rebels", "within", 50)


@pytest.mark.parametrize("city", ["Aleppo", "Hama"])
def test_the_cities_taken_before_are_the_rebels(ask: Ask, city: str) -> None:
    one = ask("status", city)
    assert held_by(one) == ("held", "rebels")
    assert one["basis"] == "assessed", "the wire's own voice"


def test_no_town_gets_a_verdict_from_a_claim_on_its_region(ask: Ask) -> None:
    regional = ask("claims", "--place", "the southwest")["claims"]
    assert texts(regional) == ["rebels hold most of southwestern Syria"]
    for town in SOUTHWEST:
        why = ask("why", town)
        assert regional[0]["id"] not in {step["claim"] for step in why["steps"]}
        if town in SOUTHWEST[4:]:
            assert (why["status"], why["controller"], why["claims"]) == ("unknown", None, 0)


@pytest.mark.parametrize(
    "names",
    [
        ("Deir al-Zor", "Deir el-Zor", "Deir ez-Zor", "Dayr az-Zawr", "دير الزور"),
        ("Tartous", "Tartus"),
        ("Deraa", "Daraa", "Dar'a"),
        ("Suweida", "As-Suwayda", "Sweida"),
        ("Sanamayn", "As-Sanamayn"),
        ("Homs", "Hims", "حمص"),
    ],
    ids=lambda names: names[0],
)
def test_a_place_is_one_place_however_it_is_spelled(ask: Ask, names: tuple[str, ...]) -> None:
    assert len({ask("status", name)["place"]["id"] for name in names}) == 1


def test_where_town_or_governorate_was_not_said_it_is_kept_so(ask: Ask) -> None:
    for place, unsaid in (("Quneitra", True), ("Deraa", True), ("Suweida", True), ("Sanamayn", False)):
        (claim,) = ask("claims", "--place", place)["claims"]
        assert claim["level_not_stated"] is unsaid, place


def test_nothing_of_the_report_is_lost(ask: Ask) -> None:
    """The table of propositions, each with what must survive."""
    claims = ask("claims")["claims"]
    assert len(claims) == sum("mint" not in line for line in syria().act("report"))

    def one(**wanted: object) -> Document:
        found: Document
        (found,) = (c for c in claims if all(c[key] == value for key, value in wanted.items()))
        return found

    assert one(predicate="holds", place="southwestern-syria")["extent"] == "most"
    assert one(place="village-n-of-homs")["occurred"]["earliest"] == "2024-12-06T15:00:00Z"
    assert one(place="homs", predicate="advanced")["quote"] == "at the walls"
    left = one(modality="asserts", predicate="lost", place="southern-syria")
    assert (left["details"]["framing"], left["effect"]) == ("repositioning", "lost")
    assert one(modality="silent")["effect"] == "none"
    assert one(actors=["hezbollah"])["quote"] == "supervising forces"
    kurds = one(actors=["sdf"])
    assert (kurds["chain"][0]["named"], kurds["chain"][0]["n"]) == ("three Syrian sources", 3)
    assert kurds["place_text"] == "Deir el-Zor"
    expected = [c for c in claims if c["modality"] == "expects"]
    assert {c["place"] for c in expected} == {"tartus-naval-base", "hmeimim-air-base"}, "bases, not cities"
    assert one(predicate="agreed")["actors"] == ["iran", "russia", "turkey"]
    assert all(c["effect"] == "none" for c in claims if c["predicate"] in ("agreed", "other"))


def test_what_is_only_expected_gives_no_verdict(ask: Ask) -> None:
    for place in ("Tartus", "Russian naval base at Tartous", "Russian airbase at Hmeimim"):
        assert ask("status", place)["status"] == "unknown", place


def test_with_an_earlier_neutral_report_one_self_serving_claim_opens_a_contest(report_copy: str) -> None:
    earlier = ("holds", "--actor=government", "--place=Sanamayn", "--source=Reuters", "--at=2024-11-27")
    recorded = tracker(
        "add-claim", "--predicate", *earlier, "--reported=2024-11-27", "--db", report_copy, *EVENING
    )
    assert recorded.code == 0, recorded.err
    sanamayn = tracker("status", "Sanamayn", "--db", report_copy, *EVENING, "--json").json
    assert held_by(sanamayn) == ("contested", "government")
    assert "contested" in tracker("status", "Sanamayn", "--db", report_copy, *EVENING).out


def test_both_engines_answer_alike(where: str, report_file: Path) -> None:
    for arguments in (["status"], ["claims"], ["why", "Deir ez-Zor"], ["status", "Homs"]):
        here, there = (
            tracker(*arguments, "--db", one, *EVENING, "--json").json for one in (where, str(report_file))
        )
        assert here == there, arguments
