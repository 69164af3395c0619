"""Decides that text which somebody else wrote is shown whole, and can harm no terminal and no spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.cli.running import on_a_terminal, tracker

NOW = ("--now", "2024-12-08T12:00:00Z")
HOSTILE = "=cmd|x\x1b[31m\u202eevil\x07\x9b2J\u200b\nline\u2028two"


@pytest.fixture
def hostile(fresh: str) -> str:
    """A tracker in which every free text tries to take the terminal over."""
    for words in (
        ["place", "add", HOSTILE, "--kind", "town", "--id", "evil", "--alias", HOSTILE + "!"],
        ["source", "add", "@" + HOSTILE, "--kind", "media", "--id", "foul"],
        [
            "add-claim",
            "--actor",
            "rebels",
            "--predicate",
            "lost",
            "--place",
            "evil",
            "--source",
            "foul",
            "--quote",
            HOSTILE,
            "--note",
            HOSTILE,
            "--detail",
            f"framing={HOSTILE}",
            "--document",
            HOSTILE,
        ],
        [
            "add-claim",
            "--actor",
            "SDF",
            "--predicate",
            "captured",
            "--place",
            "evil",
            "--source",
            "Reuters",
            "--said-by",
            f"unnamed: {HOSTILE}",
            "--note",
            "-" + HOSTILE,
        ],
    ):
        assert tracker(*words, "--db", fresh, *NOW).code == 0
    return fresh


def dangerous(text: str) -> list[str]:
    return [char for char in text if char != "\n" and not char.isprintable()]


@pytest.mark.parametrize(
    "words",
    [
        ["status", "evil"],
        ["status"],
        ["why", "evil"],
        ["claims"],
        ["log", "--after", "400"],
        ["place", "show", "evil"],
        ["place", "list"],
        ["source", "show", "foul"],
        ["status", HOSTILE + "?"],
        ["show", HOSTILE],
        ["add-claim", HOSTILE, "--source", HOSTILE],
        ["claims", "--text", HOSTILE],
        ["retract", HOSTILE],
        ["status", "evil", "--at", HOSTILE],
        [HOSTILE],
        ["place", HOSTILE],
        ["status", "--" + HOSTILE],
        ["status", "--region", HOSTILE],
        ["setting", "set", HOSTILE, HOSTILE],
        ["setting", "set", "zone", HOSTILE],
        ["add-claim", "SDF captured evil", "--source", "foul", "--confidence", HOSTILE],
        ["add-claim", "SDF captured evil", "--source", "foul", "--tz", HOSTILE],
    ],
    ids=lambda words: " ".join(words).encode("unicode_escape").decode()[:40],
)
def test_hostile_text_reaches_no_terminal(hostile: str, words: list[str]) -> None:
    for form in ([], ["--json"]):
        where = ["--db", hostile, *NOW] if words[0] not in (HOSTILE,) and words != ["place", HOSTILE] else []
        answer = tracker(*words, *where, *form)
        assert answer.code in (0, 2, 3)
        assert dangerous(answer.out + answer.err) == []
        if answer.code and not form:
            assert answer.refusal, "and even then it is one line and one line"


@pytest.mark.parametrize("verb", ["add", "alias", "rename"])
def test_of_a_name_with_control_characters_it_is_said(fresh: str, verb: str) -> None:
    """They came along with what was copied; the name is kept as it is, and found without them."""
    name, more = "Far\x1b[31m \u200cFarm", ["--kind", "village"]
    words = ["add", name, *more] if verb == "add" else [verb, "Homs", name]
    noted = "Far\\x1b[31m \\u200cFarm has control characters in it: were they copied along?\n"
    answer = tracker("place", *words, "--db", fresh, *NOW)
    assert (answer.code, noted in answer.err) == (0, True), answer.err
    plain = ["add", "Plain \u200cFarm", *more] if verb == "add" else [verb, "Homs", "Plain \u200cFarm"]
    assert "control" not in tracker("place", *plain, "--db", fresh, *NOW).err


def test_hostile_claims_are_shown_whole(hostile: str) -> None:
    for claim in tracker("claims", "--db", hostile, "--json").json["claims"]:
        told = tracker("show", claim["id"], "--db", hostile)
        assert dangerous(told.out) == []
        assert claim["note"].endswith(HOSTILE), "the data is what was typed"


def test_formulas_reach_no_spreadsheet(hostile: str) -> None:
    told = tracker("claims", "--csv", "--db", hostile, *NOW).out
    rows = list(csv.DictReader(io.StringIO(told)))
    assert {row["note"] for row in rows} == {"'" + HOSTILE, "'-" + HOSTILE}
    places = list(csv.DictReader(io.StringIO(tracker("place", "list", "--csv", "--db", hostile).out)))
    assert "'" + HOSTILE in {row["name"] for row in places}
    weights = [
        row["weight"]
        for row in csv.DictReader(io.StringIO(tracker("why", "evil", "--csv", "--db", hostile, *NOW).out))
    ]
    assert [float(weight) for weight in weights], "a negative number is no formula"


def test_rows_for_a_terminal_are_made_safe_too(hostile: str) -> None:
    told = on_a_terminal(["claims", "--csv", "--db", hostile], {}).replace("\r\n", "\n")
    assert dangerous(told) == []


def test_json_says_the_same_whatever_it_escapes(hostile: str) -> None:
    out = tracker("place", "show", "evil", "--db", hostile, "--json").out
    found: dict[str, Any] = json.loads(out)
    assert found["name"] == HOSTILE
