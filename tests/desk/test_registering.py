"""Decides that changes of names, parties, sources and settings tell which verdicts they change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.furnished import furnished
from tracker import Tracker
from tracker.errors import BadInput, Conflict, NotFound
from tracker.times import parse_iso

NOW = parse_iso("2024-12-08T12:00:00Z")


@pytest.fixture
def syria(tmp_path: Path) -> Tracker:
    furnished(where := str(tmp_path / "t.db"), _syria)
    return Tracker(where, clock=lambda: NOW)


def _syria(where: str) -> None:
    tracker = Tracker.create(where, starter="syria", clock=lambda: NOW)
    tracker.add_claim("Syrian army holds Homs", source="SANA", at="2024-12-05")
    tracker.add_claim("rebels captured Homs", source="SOHR", at="2024-12-06")


def test_a_source_that_leans_otherwise_changes_the_verdict(syria: Tracker) -> None:
    tried = syria.source_lean("SOHR", side="rebels", dry_run=True)
    (change,) = tried["changes"]
    assert change["place"] == {"id": "homs", "name": "Homs"}
    assert (change["before"]["basis"], change["after"]["basis"]) == ("assessed", "claimed")
    assert syria.status("Homs")["basis"] == "assessed", "nothing was written"
    assert syria.source_lean("SOHR", side="rebels")["changes"] == tried["changes"], "it happens as announced"
    assert syria.status("Homs")["basis"] == "claimed"


def test_a_place_that_is_merged_has_no_verdict_of_its_own(syria: Tracker) -> None:
    syria.place_add("Hims old town", kind="town", id_="hims-old")
    syria.add_claim("Syrian army captured Hims old town", source="AP", at="2024-12-07")
    changes = syria.merge("place", "hims-old", "homs")["changes"]
    assert {one["place"]["id"]: one["after"] is None for one in changes} == {"hims-old": True, "homs": False}


def test_a_name_changes_no_verdict(syria: Tracker) -> None:
    assert syria.alias("place", "Homs", ["Emesa"])["changes"] == []
    assert syria.setting("zone", "Asia/Damascus")["changes"] == []


@pytest.mark.parametrize(
    ("key", "value", "place", "told"),
    [
        ("tempo", 0.001, None, False), ("tempo", None, None, False), ("threshold", "0.60", None, False),
        ("zone", "UTC", None, False), ("tempo", 0.002, None, True),
        ("threshold", 0.6, "Homs", True),  # holds there whatever the tracker's becomes
        ("threshold", None, "Homs", False),
    ],
)  # fmt: skip
def test_a_setting_that_is_so_already_is_told_and_not_recorded(
    syria: Tracker, key: str, value: str | float | None, place: str | None, told: bool
) -> None:
    head = syria.verify()["chain_hash"]
    answer = syria.setting(key, value, place=place)
    assert (answer["recorded"], answer["position"] is not None) == (told, told)
    assert (syria.verify()["chain_hash"] != head) is told
    assert ("already so" in " ".join(answer["notes"])) is not told
    assert syria.setting(key, value, place=place)["recorded"] is False, "the second time it is so"


def test_only_a_setting_of_places_can_be_one_place_s(syria: Tracker) -> None:
    with pytest.raises(BadInput, match="of the whole tracker"):
        syria.setting("zone", "UTC", place="Homs")


def test_a_document_fills_what_a_claim_leaves_open(syria: Tracker) -> None:
    syria.document_add(
        "wire-1", source="Reuters", url="https://news.example/1", title="One", published="2024-12-07T18:30"
    )
    answer = syria.add_claim("rebels captured Hama", document="wire-1", said_by=["rebels"])
    shown = syria.show(answer["claim"])
    assert (shown["source"], shown["url"], shown["document"]) == (
        "reuters",
        "https://news.example/1",
        "wire-1",
    )
    assert shown["reported"]["latest"] == "2024-12-07T18:30:00Z"
    assert any("from document wire-1" in note for note in answer["notes"])
    other = syria.add_claim("rebels captured Tartus", document="wire-1", source="AFP")
    assert syria.show(other["claim"])["source"] == "afp", "what is given counts"
    listed = syria.listed("document")["documents"]
    assert [(one["id"], one["claims"]) for one in listed] == [("wire-1", 2)]
    found = syria.show_thing("document", "wire-1")
    assert {one["id"] for one in found["claims"]} == {answer["claim"], other["claim"]}


def test_documents_are_registered_once_and_found_again(syria: Tracker) -> None:
    syria.document_add("wire-1", source="Reuters")
    with pytest.raises(Conflict, match="already a document"):
        syria.document_add("wire-1")
    with pytest.raises(NotFound) as refused:
        syria.show_thing("document", "wire-2")
    assert "did you mean wire-1" in refused.value.next_step
    with pytest.raises(BadInput, match="future"):
        syria.document_add("wire-3", published="2031")
    with pytest.raises(BadInput, match="no web address"):
        syria.document_add("wire-3", url="javascript:alert(1)")
    assert syria.listed("document", "nothing like it")["documents"] == []


def test_what_was_checked_goes_with_a_correction_of_other_words(syria: Tracker) -> None:
    claim = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-01")["claim"]
    syria.confirm(claim, note="a call")
    syria.check(claim, "confirmed", by="AP", at="2024-12-07", url="https://ap.example/1")
    again = syria.correct(claim, confidence="high")
    found = [(one["answer"], one["at"], one["by"]) for one in syria.show(again["claim"])["reviews"]]
    assert found == [
        ("confirmed", "2024-12-07T23:59:59.999999Z", "ap"),
        ("still-true", "2024-12-08T12:00:00Z", None),
    ]
    assert again["after"]["freshness"] == "fresh"


def test_what_was_checked_stays_with_what_was_looked_at(syria: Tracker) -> None:
    claim = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-01")["claim"]
    syria.check(claim, "confirmed", by="AP")
    moved = syria.correct(claim, place="Banias")
    assert syria.show(moved["claim"])["reviews"] == []
    assert any("look again" in note for note in moved["notes"])
    assert len(syria.show(claim)["reviews"]) == 1


def test_a_check_was_not_made_in_the_future(syria: Tracker) -> None:
    claim = syria.add_claim("SDF captured Tartus", source="Reuters", at="2024-12-01")["claim"]
    with pytest.raises(BadInput, match="future"):
        syria.check(claim, "confirmed", at="2031-01-01")


def test_a_name_that_somebody_else_goes_by_is_said_to_be(syria: Tracker) -> None:
    """Two of one kind cannot be told apart by it any more; a town and its governorate may share one."""
    assert syria.alias("place", "Hama", ["Epiphania Syriae"])["notes"] == []
    assert "homs" in syria.alias("place", "Hama", ["Homs"], dry_run=True)["notes"][0]
    assert syria.place_add("Homs", kind="region", id_="homs-region", dry_run=True)["notes"] != []
    assert syria.rename("actor", "SDF", "rebels", dry_run=True)["notes"] != []


def test_what_is_added_twice_is_shown_not_called_so_again(syria: Tracker) -> None:
    with pytest.raises(Conflict) as refused:
        syria.place_add("Homs", kind="city", id_="homs")
    assert refused.value.next_step == "tracker place show homs if it is the same, else another --id"
    with pytest.raises(Conflict) as refused:
        syria.place_add("Newtown", kind="city", id_="homs")
    assert refused.value.next_step.startswith("tracker place alias homs Newtown")


def test_a_name_that_it_has_is_not_given_again(syria: Tracker) -> None:
    answer = syria.rename("place", "Homs", "Homs")
    assert (answer["recorded"], answer["event"]) == (False, None)
