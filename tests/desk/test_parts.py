"""Decides that a claim put together from parts is the claim that is read as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tracker.desk.intake import Typed, draft
from tracker.desk.parts import Claim, Parts
from tracker.errors import BadInput, NotFound, UnknownName
from tracker.judgement import vocabulary
from tracker.names import Resolved
from tracker.record.events import typed_by_somebody
from tracker.times import parse_iso

NOW = parse_iso("2024-12-08T12:00:00Z")
NAMES = ("Homs", "homs", "Ḥimṣ", "Al Qusayr", "x" * 600)


def find(thing: str, text: str) -> Resolved:
    if text == "Nowhere":
        raise UnknownName(name=text, kind=thing, try_="another")
    id_ = "homs" if "oms" in text or "im" in text else text.lower().replace(" ", "-")[:100]
    return Resolved(id_, id_.title(), level_not_stated=text == "Al Qusayr")


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from((None, None, *values))


texts = some("a text", "", " ", "two\nlines", "a\0b", "\ud800", "حمص", "\u202eturned", "x" * 20_001)
typeds = st.builds(
    Typed,
    sentence=some("rebels captured Homs"),
    actor=st.lists(st.sampled_from(("rebels", "army", "Nowhere")), max_size=2).map(tuple),
    predicate=st.sampled_from(
        (None, "took", "captured", "captured", "holds", "lost", "fighting", "agreed", "other")
    ),
    place=some(*NAMES, "Nowhere", ""),
    source=st.sampled_from((None, "wire", "wire", "monitor", "monitor; stance=reports", "Nowhere")),
    said_by=st.lists(st.sampled_from(("rebels", "unnamed: two men", "wire")), max_size=2).map(tuple),
    against=st.lists(st.sampled_from(("army", "Nowhere")), max_size=1).map(tuple),
    modality=some(*vocabulary.MODALITIES, "maybe"),
    basis=some(*vocabulary.BASES),
    stance=some(*vocabulary.STANCES, "none"),
    channel=some("television"),
    at=some("2024-12-07", "2024-12-07", "2024-12-09", "last week", "7 December", "soon"),
    reported=some("2024-12-07", "2024-12-08T06:00Z", "2024-12-09", "2024-12-06"),
    extent=some(*vocabulary.EXTENTS, "all"),
    relation=some(*vocabulary.RELATIONS),
    km=some(5.0, -1.0, 50_000.0, float("nan")),
    bearing=some(*vocabulary.BEARINGS),
    outcome=some(*vocabulary.OUTCOMES),
    details=st.sampled_from(({}, {}, {}, {"manner": "force"}, {"from": "army"}, {"maner": "force"})),
    confidence=some("likely", "0.9", "surely"),
    quote=texts,
    note=texts,
    url=some("https://example.org/1", "https://example.org/2", "ftp://example.org", "https://a\0"),
    document=some("doc-1"),
)


def outcome(make: Callable[[], Claim]) -> object:
    try:
        return make()
    except (BadInput, NotFound) as error:
        return type(error), error.message, error.next_step


def whole(typed: Typed) -> Claim:
    with typed_by_somebody():
        drafted = draft(typed, find=find, now=NOW, zone="UTC", imported="i-1")
        body = drafted.event.model_dump(mode="json", exclude_defaults=True)
    return Claim(drafted.event_id, body["claim"], body)


@given(st.lists(typeds, min_size=2, max_size=12))
def test_parts_and_the_whole_give_the_same_claims_and_refusals(rows: list[Typed]) -> None:
    parts = Parts(now=NOW, zone="UTC", imported="i-1")
    for typed in rows:
        assert outcome(lambda t=typed: parts.claim(t, find)) == outcome(lambda t=typed: whole(t))  # type: ignore[misc]


plain = st.builds(
    Typed,
    actor=st.sampled_from((("rebels",), ("army",), ("rebels", "army"))),
    predicate=st.sampled_from(("captured", "holds", "lost")),
    place=st.sampled_from(NAMES),
    source=st.sampled_from(("wire", "monitor")),
    said_by=st.sampled_from(((), ("rebels",))),
    modality=some("denies", "expects"),
    at=some("2024-12-07", "2024-12-09", "7 December"),
    reported=some("2024-12-07", "2024-12-08"),
    confidence=some("likely"),
    quote=texts,
    note=texts,
    url=some("https://example.org/1", "https://example.org/2"),
)


@given(st.lists(plain, min_size=5, max_size=15))
def test_the_rows_of_a_plain_table_too(rows: list[Typed]) -> None:
    test_parts_and_the_whole_give_the_same_claims_and_refusals.hypothesis.inner_test(rows)  # type: ignore[attr-defined]


def test_a_row_whose_parts_are_known_is_not_read_again() -> None:
    parts = Parts(now=NOW, zone="UTC", imported="i-1")
    first = Typed(actor=("rebels",), predicate="captured", place="homs", source="wire", at="2024-12-07")
    parts.claim(first, find)
    asked: list[str] = []

    def noting(thing: str, text: str) -> Resolved:
        asked.append(thing)
        return find(thing, text)

    parts.claim(first, noting)
    assert asked == ["place"]
