"""Decides that what is written from a page is what the command would have written, and nothing else is."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from tests.cli.running import tracker
from tests.furnished import furnished
from tests.web.driven import NOW, Driven
from tracker import Tracker
from tracker.zones import parse_iso

CLAIM = {
    "sentence": "rebels captured Homs", "source": "Reuters", "said_by": ["rebels"], "at": "2024-12-07",
    "confidence": "likely", "url": "https://example.org/a", "quote": "We are in Homs.", "note": "seen",
}  # fmt: skip


def begin(where: str) -> None:
    Tracker.create(where, starter="syria", clock=lambda: parse_iso("2024-11-26T00:00:00Z"))


@pytest.fixture
def begun(where: str) -> str:
    """A tracker with the starter, on both engines."""
    furnished(where, begin)
    return where


@pytest.fixture
def served(begun: str) -> Driven:
    return Driven(begun, write=True)


def position(served: Driven) -> int:
    found: int = served.get("/healthz").json["position"]
    return found


def test_a_claim_is_recorded_as_by_the_command(served: Driven, begun: str) -> None:
    before = position(served)
    dry = served.post("/claims", {**CLAIM, "dry_run": True}).json
    assert (dry["recorded"], dry["dry_run"], position(served)) == (False, True, before)
    done = served.post("/claims", CLAIM).json
    assert (done["recorded"], done["position"]) == (True, before + 1)
    assert done["claim"] == dry["claim"]
    assert done["before_sentence"] == "Homs: nobody has said who holds it."
    assert done["after_sentence"].startswith("Homs: held by rebels")
    again = served.post("/claims", CLAIM).json
    assert (again["recorded"], again["known"], again["claim"]) == (False, True, done["claim"])
    words = [
        "add-claim", CLAIM["sentence"], "--source", "Reuters", "--said-by", "rebels", "--at", "2024-12-07",
        "--confidence", "likely", "--url", CLAIM["url"], "--quote", CLAIM["quote"], "--note", "seen",
    ]  # fmt: skip
    said = tracker(*words, "--db", begun, "--now", NOW, "--json").json
    assert (said["known"], said["claim"]) == (True, done["claim"])
    assert set(said) | {"notes", "before_sentence", "after_sentence"} == set(again)
    assert served.get(f"/claims/{done['claim']}.json").json["quote"] == "We are in Homs."


def test_an_analyst_judges_and_takes_it_back(served: Driven) -> None:
    told = {"holder": "rebels", "likelihood": "80%", "reason": "seen", "until": "2025-01-01", "by": "ana"}
    done = served.post("/places/Hims/assess", told).json
    assert (done["recorded"], done["attribution"]) == (True, "analyst ana, 80%: seen")
    assert done["after_sentence"].startswith("Homs: held by rebels")
    assert served.get("/places/homs.json").json["status"] == "held"
    joint = {**told, "holder": ["rebels", "hts"], "pin": True}
    assert served.post("/places/homs/assess", joint).json["recorded"] is True
    assert served.post("/places/homs/assess", {}).refusal[:2] == (400, "nothing is judged")
    cleared = served.post("/places/homs/assess", {"clear": True, "id": done["assessment"], "reason": "wrong"})
    assert cleared.json["event"] == "assessment-cleared"
    assert served.post("/places/Nowhere/assess", told).refusal[0] == 404


def test_a_claim_is_looked_at_again(served: Driven) -> None:
    claim = served.post("/claims", CLAIM).json["claim"]
    for answer in ("still-true", "changed", "cannot-tell"):
        done = served.post(
            f"/claims/{claim}/review", {"answer": answer, "note": "rang them", "by": "ana"}
        ).json
        assert (done["recorded"], done["event"]) == (True, "claim-reviewed")
    shown = served.get(f"/claims/{claim}.json").json
    assert [one["answer"] for one in shown["reviews"]] == ["still-true", "changed", "cannot-tell"]
    assert {one["by"] for one in shown["history"] if one["kind"] == "claim-reviewed"} == {"ana"}
    assert served.post(f"/claims/{claim}/review", {"answer": "perhaps"}).refusal[0] == 400
    assert served.post(f"/claims/{claim}/review", {}).refusal[2] == "still-true or changed or cannot-tell"
    assert served.post("/claims/c-1/review", {"answer": "changed"}).refusal[0] == 404


def test_flags_are_put_away_and_to_sleep(served: Driven, begun: str) -> None:
    served.post("/claims", CLAIM)
    served.post(
        "/claims", {**CLAIM, "sentence": "government holds Homs", "source": "SANA", "said_by": "SANA"}
    )
    tracker("sweep", "--for", "2024-12-08", "--db", begun, "--now", NOW)
    flags = [one["id"] for one in served.get("/flags.json").json["flags"]]
    assert flags
    slept = served.post(f"/flags/{flags[0]}/snooze", {"until": "+7d", "note": "later"}).json
    assert slept["flag"]["until"].startswith("2024-12-27")
    assert flags[0] not in [one["id"] for one in served.get("/flags.json").json["flags"]]
    done = served.post(f"/flags/{flags[0]}/ack", {"reason": "settled"}).json
    assert done["position"] == position(served)
    assert served.post(f"/flags/{flags[0]}/ack", {}).refusal[0] in (404, 409)
    assert served.post("/flags/f-1/snooze", {}).refusal[0] == 404


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"null", "one object"),
        (b"[]", "one object"),
        (b'"text"', "one object"),
        (b"\xff\xfe{}", "not UTF-8"),
        (b'{"sentence": "a", "sentence": "b"}', "told twice"),
        (b'{"sentence": NaN}', "NaN is no number"),
        (b'{"km": Infinity}', "Infinity is no number"),
        (b'{"km": 1e999}', "km is not a number"),
        (b'{"km": true}', "km is not a number"),
        (b'{"km": ' + b"9" * 5000 + b"}", "no JSON"),
        (b'{"sentence": 7}', "sentence is not a text"),
        (b'{"sentence": ["a"]}', "sentence is not a text"),
        (b'{"sentence": {"a": 1}}', "sentence is not a text"),
        (b'{"said_by": [1]}', "said_by is not a list of texts"),
        (b'{"said_by": [["a"]]}', "said_by is not a list of texts"),
        (b'{"dry_run": "yes"}', "dry_run is not true or false"),
        (b'{"details": {"a": [1]}}', "details is not an object"),
        (b'{"details": "a"}', "details is not an object"),
        (b'{"sentense": "a"}', "'sentense' is nothing that can be told here"),
        (b'{"__class__": "a"}', "is nothing that can be told here"),
        (b'{"typed": "a"}', "is nothing that can be told here"),
        (b'{"sentence": "rebels captured Homs \\ud800"}', "half a character"),
        (b'{"said_by": ["\\udfff"]}', "half a character"),
        (b'{"sentence": "rebels captured Homs\\u0000"}', "NUL"),
        (b'{"said_by": ["\\u0000"]}', "NUL"),
        (b'{"a": [[[[]]]]}', "nested too deep"),
        (b'{"a": ' * 40_000, "nested too deep"),
        (b"[" * 200_000, "nested too deep"),
        (json.dumps({**CLAIM, "at": "never"}).encode(), "cannot read 'never' as a time"),
        (json.dumps({**CLAIM, "confidence": "7"}).encode(), "cannot read '7' as a confidence"),
        (json.dumps({**CLAIM, "sentence": "rebels like Homs"}).encode(), "cannot read 'rebels like Homs'"),
        (json.dumps({**CLAIM, "url": "javascript:alert(1)"}).encode(), ""),
        (json.dumps({**CLAIM, "at": "2025-12-07"}).encode(), "lies in the future"),
        (json.dumps({"sentence": CLAIM["sentence"]}).encode(), "who reported it is missing"),
        (b"{}", "who reported it is missing"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(fresh: str, body: bytes, error: str) -> None:
    served = Driven(fresh, write=True)
    before = position(served)
    found = served.post("/claims", body)
    assert (found.status, found.json["exit"]) == (400, 2)
    assert error in found.refusal[1]
    assert position(served) == before


def test_a_name_that_is_not_known_is_proposed(fresh: str) -> None:
    served = Driven(fresh, write=True)
    found = served.post("/claims", {**CLAIM, "sentence": "rebels captured Hommms"}).refusal
    assert (found[0], found[1]) == (404, "no place is called 'Hommms'")
    assert "did you mean Homs" in found[2]
    made = served.post("/claims", {**CLAIM, "sentence": "rebels captured Newtown", "create": True})
    assert made.json["created"] == ["place/newtown"]


def test_braces_in_texts_are_no_nesting(fresh: str) -> None:
    served = Driven(fresh, write=True)
    told = {**CLAIM, "quote": '[[[[[[{{{{{{ \\" ]]]] \\', "details": {"manner": "force"}}
    assert served.post("/claims", told).json["recorded"] is True


def test_two_who_write_at_once_both_do(served: Driven) -> None:
    """Each waits for the other; nothing is lost and nothing is written twice."""
    before, done = position(served), []

    def write(n: int) -> None:
        for place in ("Homs", "Hama", "Aleppo", "Deraa"):
            told: dict[str, Any] = {**CLAIM, "sentence": f"rebels captured {place}", "note": f"{n}"}
            done.append(served.post("/claims", {**told, "source": ("Reuters", "AFP")[n]}).json)

    writers = [threading.Thread(target=write, args=(n,)) for n in (0, 1)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert sorted(one["position"] for one in done) == list(range(before + 1, before + 9))
    assert served.get("/map.json").json["position"] == before + 8


def test_a_pinned_clock_ahead_writes_nothing(fresh: str) -> None:
    done = tracker("serve", "--write", "--port", "0", "--db", fresh, "--now", "2199-01-01")
    assert (done.code, done.refusal[0]) == (2, "--now 2199-01-01 is ahead of the clock")
