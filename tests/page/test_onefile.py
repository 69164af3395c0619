"""The page that is one file: what it carries is what the record says, and it is the same when asked again."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Any

from tests.acceptance.prepared import *  # noqa: F403 (the fixtures, which its `__all__` names)
from tracker import Tracker, phrases
from tracker.zones import parse_iso

MINUTE = 60_000_000


def exported(where: Path | str, tmp_path: Path, **asked: Any) -> str:
    file = tmp_path / "page.html"
    Tracker(where).export("map", out=file, **asked)
    return file.read_text("utf-8")


def carried(page: str) -> dict[str, Any]:
    found = re.search(r'id="carried">([^<]+)<', page)
    assert found
    told: dict[str, Any] = json.loads(gzip.decompress(b64decode(found[1])))
    return told


def test_it_is_the_same_byte_for_byte(story_file: Path, tmp_path: Path) -> None:
    first = exported(story_file, tmp_path, at="2024-12-11", known_at="2024-12-11")
    assert exported(story_file, tmp_path, at="2024-12-11", known_at="2024-12-11") == first


def test_its_policy_allows_its_own_script_and_style_alone(story_file: Path, tmp_path: Path) -> None:
    page = exported(story_file, tmp_path, at="2024-12-11")
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert found
    policy = found[1]
    assert policy.startswith("default-src 'none';")
    for tag, inside in (
        ("style", r"<style>(.*?)</style>"),
        ("script", r'<script type="module">(.*?)</script>'),
    ):
        text = re.search(inside, page, re.DOTALL)
        assert text
        digest = b64encode(sha256(text[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "http" not in policy
    assert not re.search(r'\b(?:src|href)="(?!#)', page.split("<body", 1)[0])


def test_it_carries_every_verdict_and_every_claim(story_file: Path, tmp_path: Path) -> None:
    told = carried(exported(story_file, tmp_path, at="2024-12-07"))
    places, said = told["map"]["places"], told["evidence"]
    texts, claims = said["texts"], said["claims"]
    ends = list(accumulate(said["places"]["count"]))
    tracker = Tracker(story_file)
    for row in tracker.status(at="2024-12-07")["places"]:
        i = places["id"].index(row["place"]["id"])
        name = row["place"]["name"]
        sentence = texts[said["places"]["sentence"][i]].replace("\x01", name)
        assert sentence == phrases.verdict(name, row)
        listed = tracker.claims(place=row["place"]["id"], at="2024-12-07")["claims"]
        rows = range(ends[i] - said["places"]["count"][i], ends[i])
        assert {claims["id"][k] for k in rows} == {one["id"] for one in listed}
        wanted = {one["id"]: one for one in listed}
        for k in rows:
            one = wanted[claims["id"][k]]
            assert texts[claims["text"][k]].replace("\x01", name) == one["text"]
            assert texts[claims["attribution"][k]] == one["attribution"]
            assert texts[claims["standing"][k]] == one["standing"]


def test_what_a_claim_weighs_is_what_why_says(story_file: Path, tmp_path: Path) -> None:
    said = carried(exported(story_file, tmp_path, at="2024-12-07"))["evidence"]
    weights = dict(zip(said["claims"]["id"], said["claims"]["weight"], strict=True))
    sums: dict[str, float] = {}
    for step in Tracker(story_file).why("homs", at="2024-12-07")["steps"]:
        if step["claim"]:
            sums[step["claim"]] = sums.get(step["claim"], 0.0) + step["weight"]
    # A front is reckoned for one place at a time; weights are whole hundredths.
    assert {claim: weights[claim] for claim in sums} == {c: round(100 * round(w, 9)) for c, w in sums.items()}


def test_spans_are_those_of_the_map_to_the_minute(story_file: Path, tmp_path: Path) -> None:
    told = carried(exported(story_file, tmp_path, at="2024-12-11"))
    there = Tracker(story_file).map(end="2024-12-11")
    firsts = [0, *accumulate(told["evidence"]["places"]["count"])]
    events, first, unit = (told["evidence"]["claims"][name] for name in ("event_at", "first", "unit"))
    place = list(accumulate(told["map"]["spans"]["place"]))
    begun, last, used = [], 0, 0
    times: list[int] = []
    for i, step in enumerate(events):
        times.append((first if i in firsts else times[-1]) + step * unit)
    for i, step in enumerate(told["map"]["spans"]["from"]):
        if i == 0 or place[i] != place[i - 1]:
            last, used = 0, firsts[place[i]]
        if step < 0:
            used -= step
            last = times[used - 1]
        else:
            last += step
        begun.append(last)
    assert begun == [one // MINUTE for one in there["spans"]["from"]]
    for column in ("status", "side", "stale", "confidence"):
        assert told["map"]["spans"][column] == there["spans"][column]
    faded = [a + b for a, b in zip(there["spans"]["confidence"], told["map"]["spans"]["fading"], strict=True)]
    assert faded == there["spans"]["fading"]


def test_what_is_held_back_is_not_in_it(story_file: Path, tmp_path: Path) -> None:
    """What was published later than asked is in no column, text or date of knowledge."""
    page = exported(story_file, tmp_path, at="2024-12-11", published_by="2024-12-07")
    late = [
        one["id"]
        for one in Tracker(story_file).claims()["claims"]
        if one["reported"]["latest"]
        and parse_iso(one["reported"]["latest"]) > parse_iso("2024-12-07T20:59:59.999999Z")
    ]
    assert late
    told = carried(page)
    assert not {*told["evidence"]["claims"]["id"]} & set(late)
    # Nor does the latest event, or when something was recorded, betray that there is more.
    early = max(
        parse_iso(one["recorded"]) for one in Tracker(story_file).claims(published_by="2024-12-07")["claims"]
    )
    assert parse_iso(told["map"]["recorded"]["to"]) <= early
    assert told["map"]["last_event"] < "2024-12-08"
    assert all(parse_iso(one["known_at"]) <= early for one in told["knowledge"])


def test_a_flag_does_not_tell_what_is_held_back(story_copy: str, tmp_path: Path) -> None:
    """Flags quote claims: one that was raised later may rest on what was published later."""
    tracker = Tracker(story_copy)
    tracker.sweep(night="2024-12-08")
    asked: dict[str, Any] = {"at": "2024-12-08", "published_by": "2024-12-03"}
    flagged = [row["place"]["id"] for row in tracker.status(at="2024-12-08")["places"] if row["flags"]]
    assert flagged
    more = carried(exported(story_copy, tmp_path, **asked))["evidence"]["places"]["more"]
    assert more
    assert not any("flags" in one for one in more.values())
    assert not any(row["flags"] for row in tracker.status(**asked)["places"])
    assert not tracker.why(flagged[0], at="2024-12-08", published_by="2024-12-07")["flags"]


def test_a_blurred_map_tells_no_place_nearer(story_file: Path, tmp_path: Path) -> None:
    near, far = (
        carried(exported(story_file, tmp_path, at="2024-12-11", **asked))["map"]["places"]
        for asked in ({}, {"blur": 20.0})
    )
    assert near["lat"] != far["lat"]
    steps = {round(one % 1, 3) for one in far["lat"] if one is not None}
    assert steps == {0.0}


def test_days_of_knowledge_end_before_the_moment(story_file: Path, tmp_path: Path) -> None:
    told = carried(exported(story_file, tmp_path, at="2024-12-08"))
    days = [one["known_at"] for one in told["knowledge"]]
    assert days == sorted(days)
    assert days[-1] < "2024-12-08T21:00:00Z"
