"""Decides that what a second reader found wrong stays right: nobody named, corrections, merges, --create."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tracker import Tracker
from tracker.errors import BadInput, Conflict, UnknownName
from tracker.times import parse_iso

NOW = parse_iso("2024-12-10T12:00:00Z")


@pytest.fixture
def syria(tmp_path: Path) -> Tracker:
    return Tracker.create(tmp_path / "t.db", starter="syria", clock=lambda: NOW)


@pytest.mark.parametrize("sides", [["army"], ["army", "clan"]])
@pytest.mark.parametrize("said", ["army struck Ford", "army lost Ford", "army did not capture Ford"])
def test_nobody_holds_what_nobody_was_said_to_hold(tmp_path: Path, sides: list[str], said: str) -> None:
    """With one or two sides the rest of the probability would fall to somebody by arithmetic alone."""
    tracker = Tracker.create(tmp_path / "t.db", clock=lambda: NOW)
    for side in sides:
        tracker.actor_add(side, level="side")
    tracker.place_add("Ford", kind="town")
    tracker.source_add("Wire", kind="wire")
    status = tracker.add_claim(said, source="Wire")["after"]
    assert (status["status"], status["controller"]) == ("unknown", None)


def test_a_correction_keeps_what_it_was_derived_from(syria: Tracker) -> None:
    first = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-09")["claim"]
    second = syria.add_claim("SDF captured Tartus", source="SOHR", at="2024-12-09")["claim"]
    linked = syria.link(second, first, link="derived-from")["after"]
    again = syria.correct(second, at="2024-12-08")
    assert again["after"]["origins"] == linked["origins"] == 1
    moved = syria.correct(first, source="AP")
    assert moved["after"]["origins"] == 1, "the child follows its parent's true origin"
    assert syria.verify()["ok"]


def test_words_beside_a_claim_can_be_corrected(syria: Tracker) -> None:
    claim = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-09", confidence="low")[
        "claim"
    ]
    same = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-09", confidence="high")
    assert same["recorded"] is False
    assert any("--confidence" in note for note in same["notes"])
    better = syria.correct(claim, confidence="high")
    assert better["recorded"] is True
    shown = syria.show(better["claim"])
    assert (shown["confidence_text"], shown["occurred"]["text"]) == ("high", "2024-12-09")
    assert syria.show(claim)["replaced_by"] == better["claim"]


@pytest.mark.parametrize(
    "sentence",
    ["rebels nearly captured Homs", "rebels captured Homs on Friday"],
)
def test_create_makes_no_name_out_of_a_known_one(syria: Tracker, sentence: str) -> None:
    before = syria.verify()["position"]
    with pytest.raises((UnknownName, BadInput)):
        syria.add_claim(sentence, source="Reuters", create=True)
    assert syria.verify()["position"] == before


def test_create_reads_with_known_names_first(syria: Tracker) -> None:
    answer = syria.add_claim("rebels and SDF captured Homs", source="The Herald", create=True)
    assert answer["created"] == ["source/the-herald"]
    assert answer["told"]["actors"] == ["rebels", "Syrian Democratic Forces"]


def test_what_is_merged_already_is_not_merged_again(syria: Tracker) -> None:
    syria.place_add("Homs duplicate", kind="town", id_="homs-duplicate")
    syria.merge("place", "homs-duplicate", "homs")
    with pytest.raises(Conflict, match="already read as homs"):
        syria.merge("place", "homs-duplicate", "hama")


def test_joins_make_no_circle_at_any_time(syria: Tracker) -> None:
    syria.actor_join("sdf", "sfa", since="2024-12-10")
    with pytest.raises(Conflict):
        syria.actor_join("sfa", "sdf", since="2024-12-01")


def test_a_side_that_joins_another_goes_on_holding(syria: Tracker) -> None:
    syria.actor_add("Faction", level="side")
    syria.add_claim("SDF holds Jableh", source="AP", at="2024-12-05")
    syria.add_claim("Faction captured Jableh", source="AP", at="2024-12-08")
    syria.add_claim("Faction captured Jableh", source="Reuters", at="2024-12-08")
    syria.actor_join("Faction", "SDF", since="2024-12-09")
    status = syria.status("Jableh")
    assert (status["controller"]["side"], status["controller"]["id"]) == ("sdf", "faction")
    assert (status["status"], status["basis"]) == ("held", "assessed")


def test_merged_sources_are_found_by_what_they_became(syria: Tracker) -> None:
    claim = syria.add_claim("SDF captured Tartus", source="DW", at="2024-12-09")["claim"]
    syria.merge("source", "dw", "reuters")
    for name in ("dw", "Reuters"):
        assert [one["id"] for one in syria.claims(source=name)["claims"]] == [claim]


@pytest.mark.parametrize(
    "told", [{"predicate": "holds", "actor": ["rebels"]}, {"predicate": "captured", "place": "Homs"}]
)
def test_a_claim_about_nowhere_or_nobody_is_refused(syria: Tracker, told: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        syria.add_claim(source="Reuters", **told)


def test_a_sentence_counts_over_the_claim_that_is_copied(syria: Tracker) -> None:
    first = syria.add_claim("rebels captured Hama", source="Reuters", at="2024-12-05")["claim"]
    copied = syria.add_claim("SDF holds Aleppo", source="AFP", like=first)
    shown = syria.show(copied["claim"])
    assert (shown["predicate"], shown["actors"], shown["place"]) == ("holds", ["sdf"], "aleppo")
    assert shown["occurred"]["latest"].startswith("2024-12-05")


@pytest.mark.parametrize("told", [{"actor": ["SDF"]}, {"place": "Homs"}, {"predicate": "lost"}])
def test_options_may_not_say_something_else_than_the_sentence(syria: Tracker, told: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="the sentence says"):
        syria.add_claim("rebels captured Tartus", source="Reuters", **told)


def test_a_correction_must_correct_something(syria: Tracker) -> None:
    claim = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-09")["claim"]
    with pytest.raises(BadInput, match="nothing would be different"):
        syria.correct(claim, place="Tartous")


def test_links_are_made_once_and_to_what_still_stands(syria: Tracker) -> None:
    first = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-09")["claim"]
    second = syria.add_claim("SDF captured Tartus", source="SOHR", at="2024-12-09")["claim"]
    other = syria.add_claim("SDF captured Homs", source="SOHR", at="2024-12-09")["claim"]
    assert syria.link(second, first, link="derived-from")["notes"] == []
    with pytest.raises(Conflict, match="already"):
        syria.link(second, first, link="derived-from")
    assert "about Homs" in syria.link(other, first, link="derived-from", dry_run=True)["notes"][0]
    syria.retract(first)
    with pytest.raises(Conflict, match="retracted"):
        syria.link(other, first)


def test_nobody_leaves_what_he_is_not_in(syria: Tracker) -> None:
    with pytest.raises(Conflict, match="part of nobody"):
        syria.actor_leave("SDF", since="2024-12-01")


def test_a_question_is_no_claim(syria: Tracker) -> None:
    with pytest.raises(BadInput, match="question"):
        syria.add_claim("rebels captured Homs?", source="Reuters")


def test_a_wrong_correction_can_be_put_right(syria: Tracker) -> None:
    first = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-09")["claim"]
    wrong = syria.correct(first, actor=["rebels"])["claim"]
    right = syria.correct(wrong, actor=["SDF"])
    assert right["recorded"] is True
    assert right["after"]["controller"]["side"] == "sdf"
    assert syria.show(wrong)["replaced_by"] == right["claim"]


def test_another_source_brings_nothing_of_how_the_first_one_knew(syria: Tracker) -> None:
    told = syria.add_claim(
        "SDF captured Tartus", source="Reuters", at="2024-12-09", basis="witnessed", channel="Telegram"
    )
    claim = told["claim"]
    again = syria.correct(claim, source="SANA")["claim"]
    assert syria.show(again)["chain"] == [{"who": "sana"}]


def test_who_holds_a_place_together_with_another_is_found(syria: Tracker) -> None:
    syria.add_claim(
        actor=["rebels", "SDF"], predicate="captured", place="Homs", source="Reuters", at="2024-12-09"
    )
    for side in ("rebels", "SDF"):
        assert [one["place"]["id"] for one in syria.status(controller=side)["places"]] == ["homs"]
    assert syria.status(controller="Turkey")["places"] == []


def test_the_table_reads_merged_places_in_the_order_of_events(syria: Tracker) -> None:
    syria.place_add("Old Tartus", kind="town", id_="old-tartus")
    syria.add_claim("SDF holds most of Old Tartus", source="Reuters", at="2024-12-07")
    syria.add_claim("SDF holds Tartus", source="Reuters", at="2024-12-09")
    syria.merge("place", "old-tartus", "Tartus")
    (row,) = syria.status()["places"]
    assert row["partly"] == syria.status("Tartus")["partly"] is False


def test_a_place_merged_since_is_found_as_it_was_known_then(tmp_path: Path) -> None:
    clock = [NOW]
    tracker = Tracker.create(tmp_path / "t.db", starter="syria", clock=lambda: clock[0])
    tracker.place_add("Old Tartus", kind="town", id_="old-tartus")
    claim = tracker.add_claim("SDF holds Old Tartus", source="Reuters", at="2024-12-07")["claim"]
    clock[0] += 3_600_000_000
    tracker.merge("place", "old-tartus", "Tartus")
    then = tracker.status("Old Tartus", known_at=NOW)
    assert (then["place"]["id"], then["status"]) == ("old-tartus", "held")
    assert [one["id"] for one in tracker.claims(place="Old Tartus", known_at=NOW)["claims"]] == [claim]
    assert tracker.status("Old Tartus")["place"]["id"] == "tartus"
