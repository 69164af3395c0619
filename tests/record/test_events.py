"""Decides that every event can be read back for ever: as it was meant, and as it was ever written.

`tests/golden/every-event.jsonl` holds one line or more for each kind, with the payload as it stands in the
log. It is only ever appended to: a line that no longer decodes is somebody's record that cannot be read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.record.histories import WORLD, histories
from tracker.record import canonical
from tracker.record.envelope import Envelope
from tracker.record.events import ALL, KINDS, ClaimRecorded, Event, Moment, decode, encode

GOLDEN = Path(__file__).parent.parent / "golden" / "every-event.jsonl"
LINES: list[dict[str, Any]] = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]

OF_THE_DOMAIN = {
    *(f"{thing}-{happened}" for thing in ("place", "actor", "source")
      for happened in ("registered", "described", "aliased", "unaliased", "renamed", "merged", "unmerged")),
    "actor-joined", "actor-left", "source-graded", "source-leans", "document-registered",
    "claim-recorded", "claim-corrected", "claim-retracted", "claim-reviewed", "claim-linked",
    "claim-unlinked", "claim-checked", "claim-weighted", "claim-reimported",
    "assessment-made", "assessment-cleared", "setting-changed", "payload-redacted",
}  # fmt: skip


def envelope(kind: str, payload: str | None, schema: int = 1) -> Envelope:
    return Envelope(1, "e", "s", 1, kind, schema, 0, "x", payload)


def test_the_vocabulary_is_complete() -> None:
    assert set(KINDS) >= OF_THE_DOMAIN
    assert len({event.kind for event in ALL}) == len(ALL), "one class a kind"
    assert {line["kind"] for line in LINES} == set(KINDS), "a golden line for each; append, never change"


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["kind"])
def test_what_was_ever_written_is_still_read(line: dict[str, Any]) -> None:
    found = decode(envelope(line["kind"], line["payload"], line["schema"]))
    assert found.stream == line["stream"]
    if line["schema"] == found.schema_version:
        assert encode(found) == line["payload"], "to the last byte: it is what was hashed"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_every_event_is_in_the_golden_file(kind: str) -> None:
    written = set().union(*(json.loads(line["payload"]) for line in LINES if line["kind"] == kind))
    assert written == set(KINDS[kind].model_fields)


@settings(max_examples=30, deadline=None)
@given(happened=histories())
def test_encoding_and_decoding_gives_the_same_event(happened: list[Event]) -> None:
    for event in (*WORLD, *happened):
        payload = encode(event)
        assert decode(envelope(event.kind, payload)) == event
        assert canonical.dumps(json.loads(payload)) == payload


@settings(max_examples=50, deadline=None)
@given(at=st.integers(-2_208_988_800_000_000, 7_258_118_399_999_999))
def test_instants_are_text_in_the_log_and_lose_nothing(at: int) -> None:
    event = KINDS["claim-reviewed"].model_validate({"claim": "c-1", "answer": "still-true", "at": at})
    assert decode(envelope(event.kind, encode(event))) == event
    assert json.loads(encode(event))["at"].endswith("Z")


def test_an_event_cannot_be_changed_and_takes_nothing_unknown() -> None:
    event = ClaimRecorded(claim="c-1", chain=({"who": "x"},), modality="asserts", predicate="holds",
                          reported=Moment(latest=0))  # fmt: skip
    with pytest.raises(ValidationError):
        event.claim = "c-2"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        KINDS["place-renamed"].model_validate({"place": "x", "name": "X", "colour": "red"})
    with pytest.raises(ValidationError):
        KINDS["place-renamed"].model_validate({"place": "Not An Id", "name": "X"})


def test_a_redacted_payload_is_no_error_and_a_newer_kind_is() -> None:
    from tracker.record.events import body

    assert body(envelope("claim-recorded", None)) == {}
    with pytest.raises(KeyError):
        decode(envelope("place-evaporated", "{}"))
