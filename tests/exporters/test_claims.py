"""Decides that an exported claim is imported as exactly that claim: nothing twice, and the same verdicts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.record import histories
from tests.record.effort import tries
from tests.record.histories import IMPORTS, fresh
from tracker.errors import BadInput, UnknownName
from tracker.importers.claims import NAMES
from tracker.record.events import ClaimRecorded, Event
from tracker.record.follow import project
from tracker.record.store import Store
from tracker.tracker import Tracker
from tracker.zones import DAY, parse_iso

NOW = parse_iso("2024-12-09T12:00:00.250000Z")
FORMATS = ("csv", "jsonl")


def furnished(where: str, now: int = NOW) -> Tracker:
    made = Tracker.create(where, clock=lambda: now, by="anna", zone="Asia/Damascus")
    for place in ("Ford", "Mill"):
        made.place_add(place, kind="town")
    for actor in ("Army", "Clan"):
        made.actor_add(actor, level="side")
    made.source_add("Wire", kind="wire")
    made.source_add("Radio", kind="media")
    made.source_add("Clan", kind="party", lean="clan")
    return made


@pytest.fixture
def tracker(where: str) -> Tracker:
    return furnished(where)


def other(tmp_path: Path) -> Tracker:
    """Another tracker with the same names, some days later."""
    return furnished(str(tmp_path / "other.db"), NOW + 5 * DAY)


def exported(tracker: Tracker, form: str, tmp_path: Path, **chosen: Any) -> Path:
    path = tmp_path / f"claims.{form}"
    tracker.export(out=path, **chosen)
    return path


def told(tracker: Tracker) -> list[Any]:
    """All that is said by the claims that count, and how; not when it came in, nor in which words."""
    words = {"text", "precision"}
    return [
        {
            **{key: one[key] for key in ("id", "predicate", "modality", "actors", "against", "taken_from",
               "place", "relation", "km", "bearing", "extent", "outcome", "details", "chain", "document",
               "confidence_text", "quote", "note", "url")},
            "occurred": {key: value for key, value in one["occurred"].items() if key not in words},
            "reported": one["reported"]["latest"],
        }
        for one in tracker.claims()["claims"] if one["standing"] not in ("retracted", "corrected", "undone")
    ]  # fmt: skip


def verdicts(tracker: Tracker) -> list[Any]:
    now = tracker.clock() if tracker.clock() > NOW else NOW
    found = tracker.status(at=min(now, NOW))["places"]
    return [[one["place"]["id"], one["status"], one["confidence"]] for one in found]


CLAIMS: tuple[dict[str, Any], ...] = (
    {"sentence": "Army holds Ford", "source": "Wire", "at": "2024-12-01", "url": "https://example.org/1"},
    {"sentence": "Clan captured Ford", "source": "Wire", "said_by": ["Clan; said-at=2024-12-05T08:00"]},
    {"sentence": "Clan captured Mill", "source": "Radio", "reported": "today"},
    {"sentence": "Army captured Mill", "source": "Radio", "reported": "2024-12"},
    {"sentence": "Army captured Mill", "source": "Wire", "reported": "2024-12-08T23:00Z/today",
     "at": "friday"},
    {"sentence": "Army captured Mill", "source": "Clan", "at": "../..", "reported": "~yesterday"},
    {"sentence": "Clan advanced on Ford", "source": "Radio", "km": 2.5, "bearing": "N",
     "channel": "Telegram; daily"},
    {"predicate": "holds", "actor": ["Army", "Clan"], "place": "Mill", "source": "Radio; stance=doubts",
     "said_by": ["unnamed: officials of > 3 towns; channel=phone", "Clan; basis=told"],
     "confidence": "likely", "details": {"manner": "force", "low": 3, "say": "7", "share": 0.5},
     "quote": "=2+2", "basis": "witnessed"},
    {"predicate": "captured", "actor": ["Clan"], "place": "Ford", "source": "Wire", "modality": "denies",
     "details": {"from": "Army"}, "note": "two\nlines, 'quoted'", "document": "paper-1", "at": "2024"},
    {"sentence": "Army captured Ford", "source": "Wire", "modality": "expects", "at": "2025-01"},
)  # fmt: skip


def typed(claim: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in claim.items() if key != "sentence"}


def say_all(tracker: Tracker) -> list[str]:
    return [str(tracker.add_claim(one.get("sentence"), **typed(one))["claim"]) for one in CLAIMS]


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_is_known_where_it_was_made_and_the_same_elsewhere(
    form: str, tracker: Tracker, tmp_path: Path
) -> None:
    """Also at noon of a day of which it was "reported today", and where only the clock said when."""
    say_all(tracker)
    path = exported(tracker, form, tmp_path)
    again = tracker.import_file(path)
    assert (again["rows"], again["known"], again["rejected"]) == (len(CLAIMS), len(CLAIMS), 0)
    there = other(tmp_path)
    done = there.import_file(path)
    assert (done["recorded"], done["rejected"]) == (len(CLAIMS), 0), done["reasons"]
    assert told(there) == told(tracker)
    assert verdicts(there) == verdicts(tracker)
    back = there.import_file(exported(there, form, tmp_path))
    assert (back["known"], back["rejected"]) == (len(CLAIMS), 0)


def test_json_lines_carry_the_words_and_the_precision_too(tracker: Tracker, tmp_path: Path) -> None:
    say_all(tracker)
    there = other(tmp_path)
    there.import_file(exported(tracker, "jsonl", tmp_path))
    apart = {"recorded", "standing", "standing_reason"}
    one, two = (
        [{key: value for key, value in claim.items() if key not in apart} for claim in t.claims()["claims"]]
        for t in (tracker, there)
    )
    assert one == two
    assert {claim["reported"]["text"] for claim in one} >= {"today", "2024-12", "~yesterday"}
    assert "Clan captured Mill" in {claim["sentence"] for claim in one}


def test_only_claims_that_count_are_written(tracker: Tracker, tmp_path: Path) -> None:
    first, second, *rest = say_all(tracker)
    tracker.retract(first)
    corrected = tracker.correct(second, note="misread")["claim"]
    path = exported(tracker, "jsonl", tmp_path)
    ids = [json.loads(line)["claim"] for line in path.read_text("utf-8").splitlines()]
    assert ids == sorted([corrected, *rest])
    assert tracker.import_file(path)["recorded"] == 0, "a correction says what the corrected claim said"


def test_a_claim_that_was_corrected_or_merged_since_stays_the_same(tracker: Tracker, tmp_path: Path) -> None:
    """What is named is read as something else now; an exported id still means itself."""
    say_all(tracker)
    tracker.merge("place", "Mill", "Ford")
    tracker.merge("source", "Radio", "Wire")
    tracker.rename("actor", "Clan", "Tribe")
    tracker.document_add("paper-1", source="Wire", url="https://example.org/2", published="2024-12-08")
    for form in FORMATS:
        done = tracker.import_file(exported(tracker, form, tmp_path))
        assert (done["known"], done["rejected"]) == (len(CLAIMS), 0), form


def test_a_table_is_for_people_too(tracker: Tracker, tmp_path: Path) -> None:
    say_all(tracker)
    with exported(tracker, "csv", tmp_path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["claim", "text", *[names[0] for names in NAMES.values()][2:]]
    (quoted,) = [row for row in rows if row["quote"]]
    assert quoted["quote"] == "'=2+2"
    assert quoted["text"].startswith("Army and Clan hold Mill (")
    assert next(row["recorded"] for row in rows if not row["reported"]) == "2024-12-09T12:00:00.250000Z"


def test_what_is_chosen_is_written_and_nothing_else(tracker: Tracker, tmp_path: Path) -> None:
    say_all(tracker)

    def count(**chosen: Any) -> int:
        out = io.StringIO()
        rows = tracker.export(out=out, **chosen)["rows"]
        assert len(list(csv.reader(io.StringIO(out.getvalue())))) == rows + 1
        return int(rows)

    assert count() == len(CLAIMS)
    for chosen in ({"place": "Ford"}, {"source": "Radio", "place": "Mill"}, {"predicate": "holds"},
                   {"since": "2024-12-05", "until": "2024-12-09"}, {"text": "two"}, {"origin": "Clan"},
                   {"actor": "Army"}, {"modality": "expects"}):  # fmt: skip
        assert 0 < count(**chosen) == len(tracker.claims(**chosen)["claims"]) < len(CLAIMS), chosen
    with pytest.raises(UnknownName):
        count(place="Frod")


def test_what_cannot_be_exported_is_refused(tracker: Tracker, tmp_path: Path) -> None:
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"what": "rumours"}, "'rumours' is nothing that can be exported"),
        ({"what": "log", "place": "Ford"}, "--place says nothing of an export of log"),
        ({"what": "claims", "file_format": "docx"}, "there is no format 'docx'"),
        ({"what": "log", "file_format": "csv"}, "csv does not hold the log"),
        ({"what": "claims", "out": tmp_path / "claims"}, "cannot be told by its name"),
        ({"what": "claims", "out": tmp_path}, "cannot be told by its name"),
        ({"what": "claims", "out": tmp_path, "file_format": "csv"}, "is a folder"),
    )
    for words, wrong in refused:
        with pytest.raises(BadInput, match=wrong):
            tracker.export(**{"out": io.StringIO(), **words})
    assert list(tmp_path.glob("*claims*")) == []


@pytest.mark.parametrize(
    ("time", "wrong"),
    [
        ({"earliest": 5}, "is no time"),
        ({"earliest": "2024-12-05T00:00:00Z", "precision": "roughly"}, "'roughly' is no precision"),
        ({"earliest": "2024-12-05T00:00:00Z", "text": "x" * 100}, "too long to be a time"),
        ({"earliest": "tomorrow week"}, "as a time"),
    ],
)
def test_times_as_objects_are_read_or_rejected(
    time: dict[str, Any], wrong: str, tracker: Tracker, tmp_path: Path
) -> None:
    path = tmp_path / "f.jsonl"
    row = {"sentence": "Clan captured Ford", "source": "Wire", "occurred": time}
    path.write_text(json.dumps(row) + "\n", "utf-8")
    done = tracker.import_file(path)
    assert (done["rejected"], wrong in done["reasons"][0]["why"]) == (1, True), done["reasons"]


def test_a_time_as_an_object_is_the_same_as_its_range(tracker: Tracker, tmp_path: Path) -> None:
    span = {"earliest": "2024-12-05T00:00:00Z", "latest": "2024-12-05T23:59:59.999999Z"}
    typed = {"sentence": "Clan captured Ford", "source": "Wire"}
    path = tmp_path / "f.jsonl"
    path.write_text(json.dumps({**typed, "occurred": {**span, "precision": "day"}}) + "\n", "utf-8")
    assert tracker.import_file(path)["recorded"] == 1
    (claim,) = tracker.claims()["claims"]
    assert claim["occurred"]["precision"] == "day"
    path.write_text(json.dumps({**typed, "occurred": "/".join(span.values())}) + "\n", "utf-8")
    assert tracker.import_file(path)["known"] == 1


# -- whatever happened -------------------------------------------------------------------------------


def recorded(store: Store, happened: Sequence[Event], by: str = "test") -> None:
    start = store.head().position
    for n, event in enumerate(happened):
        store.append([histories.new(event, start + n)], now=histories.END, by=by, project=project)


@pytest.mark.parametrize("form", FORMATS)
@settings(
    max_examples=tries(6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happened=histories.histories(most=16))
def test_whatever_happened_an_export_is_known_and_the_same_elsewhere(
    form: str, where: str, tmp_path: Path, happened: list[Event]
) -> None:
    """The claims of a history are brought in from an export of it; then all that befell them happens."""
    said = [event for event in happened if isinstance(event, ClaimRecorded)]
    befell = [event for event in happened if not isinstance(event, ClaimRecorded)]
    with fresh(where) as store, fresh(where) as second:
        with fresh(where) as first:
            recorded(first, [one.model_copy(update={"imported": None}) for one in said])
            path = exported(at(first), form, tmp_path)
        brought = at(store).import_file(path)
        names = renamed(path, at(store))
        recorded(store, [one for event in befell if (one := under(event, names)) is not None])
        mine = at(store)
        path = exported(mine, form, tmp_path)
        again = mine.import_file(path)
        assert (again["recorded"], again["rejected"]) == (0, 0), (again["reasons"], brought["reasons"])
        world = [event for event in befell if event.stream.startswith(("place/", "actor/", "source/"))]
        recorded(second, world)
        there = at(second)
        assert there.import_file(path)["rejected"] == 0
        assert told(there) == told(mine)
        if befell == world:
            assert verdicts_at_end(there) == verdicts_at_end(mine)


def at(store: Store) -> Tracker:
    return Tracker(store.where, clock=lambda: histories.END, by="test")


def verdicts_at_end(tracker: Tracker) -> list[Any]:
    return [[one["place"]["id"], one["status"], one["confidence"]] for one in tracker.status()["places"]]


def renamed(path: Path, tracker: Tracker) -> dict[str, str]:
    """The ids that the claims of a history have got, by those that it gave them."""
    ids = {one["id"]: one["id"] for one in tracker.claims()["claims"]}
    return {f"c-{n:02}": id_ for n, id_ in enumerate(ids)}


def under(event: Event, names: dict[str, str]) -> Event | None:
    """What befell a claim, by the id that it has now; None: the claim could not be brought in."""
    told = event.model_dump()
    if told.get("import_id") in IMPORTS:
        return None
    for key in ("claim", "other", "replaced_by"):
        if told.get(key) is not None:
            if told[key] not in names:
                return None
            told[key] = names[told[key]]
    if told.get("claim") is not None and told.get("claim") in (told.get("other"), told.get("replaced_by")):
        return None
    return type(event).model_validate(told)
