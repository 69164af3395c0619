"""Decides what a typed claim becomes: its parts, its times, and an id made of exactly what was given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.desk.intake import Typed, draft
from tracker.errors import BadInput
from tracker.names import Resolved
from tracker.times import parse_iso

NOW = parse_iso("2024-12-08T12:00:00Z")
SAID = Typed(
    actor=("rebels",),
    predicate="captured",
    place="homs",
    source="wire",
    said_by=("rebels",),
    at="2024-12-07",
    reported="2024-12-07",
    confidence="likely",
    url="https://example.org/1",
)


def find(thing: str, text: str) -> Resolved:
    return Resolved(text.lower().replace(" ", "-"), text)


def drafted(typed: Typed, now: int = NOW, zone: str = "UTC") -> Any:
    return draft(typed, find=find, now=now, zone=zone)


def test_the_id_begins_with_the_day_it_was_reported_else_occurred_else_recorded() -> None:
    assert drafted(SAID._replace(reported="2024-12-08")).event.claim.startswith("c-241208-")
    assert drafted(SAID._replace(reported=None)).event.claim.startswith("c-241207-")
    assert drafted(SAID._replace(at=None, reported=None)).event.claim.startswith("c-241208-")
    assert len(drafted(SAID).event.claim) == len("c-241207-7k2m9qx4")
    assert drafted(SAID).event_id.startswith(drafted(SAID).event.claim)


@pytest.mark.parametrize(
    "change",
    [
        {"note": "our words"},
        {"quote": "we are in"},
        {"confidence": "0.9"},
        {"document": "doc-7"},
        {"sentence": None},
        {"modality": "asserts"},
        {"place": "Homs"},
        {"at": "2024-12-07T00:00/2024-12-07T23:59:59.999999"},
    ],
    ids=str,
)
def test_what_is_no_part_of_the_claim_is_no_part_of_its_id(change: dict[str, Any]) -> None:
    assert drafted(SAID._replace(**change)).event_id == drafted(SAID).event_id


@pytest.mark.parametrize(
    "change",
    [
        {"actor": ("army",)},
        {"predicate": "holds"},
        {"place": "hama"},
        {"source": "paper"},
        {"said_by": ()},
        {"said_by": ("unnamed: two people",)},
        {"at": "2024-12-06"},
        {"reported": "2024-12-08"},
        {"reported": None},
        {"modality": "denies"},
        {"extent": "part"},
        {"details": {"manner": "force"}},
        {"against": ("army",)},
        {"url": "https://example.org/2"},
        {"basis": "witnessed"},
        {"stance": "doubts"},
        {"relation": "in"},
        {"details": {"from": "army"}},
    ],
    ids=str,
)
def test_what_is_part_of_the_claim_makes_another(change: dict[str, Any]) -> None:
    assert drafted(SAID._replace(**change)).event_id != drafted(SAID).event_id


@given(later=st.integers(0, 10**15))
def test_the_clock_is_no_part_of_it(later: int) -> None:
    assert drafted(SAID, now=NOW + later).event_id == drafted(SAID).event_id


def test_the_same_instant_in_two_zones_is_the_same_claim() -> None:
    here = SAID._replace(at="2024-12-07T10:00+03:00", reported="2024-12-07T12:00+03:00")
    there = SAID._replace(at="2024-12-07T07:00Z", reported="2024-12-07T09:00Z")
    assert drafted(here, zone="Asia/Damascus").event_id == drafted(there).event_id


def test_the_chain_runs_from_the_origin_to_the_reporter() -> None:
    event = drafted(
        SAID._replace(said_by=("unnamed: several locals", "agency"), basis="witnessed", stance="relays")
    ).event
    assert [(hop.who, hop.named, hop.n) for hop in event.chain] == [
        (None, "several locals", 3),
        ("agency", None, None),
        ("wire", None, None),
    ]
    assert event.chain[0].basis == "witnessed"
    assert event.chain[-1].stance == "relays"


def test_a_source_that_quotes_itself_is_one_hop() -> None:
    assert len(drafted(SAID._replace(said_by=("wire",))).event.chain) == 1


def test_what_was_reported_today_was_reported_by_now() -> None:
    event = drafted(SAID._replace(reported="today")).event
    assert event.reported.latest == NOW
    assert drafted(SAID._replace(reported=None)).event.reported.earliest == NOW


@pytest.mark.parametrize("typed", [SAID._replace(modality="expects"), SAID._replace(predicate="agreed")])
def test_only_what_is_expected_or_agreed_may_lie_ahead(typed: Typed) -> None:
    assert drafted(typed._replace(at="2024-12-31")).event.occurred.earliest > NOW
    with pytest.raises(BadInput, match="in the future"):
        drafted(SAID._replace(at="2024-12-31"))


@pytest.mark.parametrize("text", ["F", "6", "F6"])
def test_a_grade_that_cannot_be_judged_is_no_number(text: str) -> None:
    assert drafted(SAID._replace(confidence=text)).event.confidence.value is None


@given(st.data())
def test_a_claim_over_another_takes_only_what_it_leaves_open(data: st.DataObject) -> None:
    names = Typed._fields
    told = data.draw(st.sets(st.sampled_from([name for name in names if name not in ("km", "details")])))
    given: dict[str, Any] = {
        name: ("x",) if name in ("actor", "said_by", "against") else "x" for name in told
    }
    mine = Typed(**given)
    over = mine.over(SAID)
    for name in names:
        assert getattr(over, name) == getattr(mine if name in told else SAID, name)
