"""Decides that what is asked of one place costs the same in a large tracker: no query reads a whole table.

Asked of SQLite, which says beforehand how it would go about a query.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import tracker
from tracker.reader import Reader, open_reader
from tracker.views import completion

SMALL = {
    "alembic_version", "checkpoints", "settings", "actors", "memberships", "sources", "leanings", "decisions",
}  # fmt: skip
"""Tables read whole: of people and settings there are few, however much they say."""


class Plans:
    """How each query asked was gone about: steps such as "SEARCH places USING INDEX places_near (near=?)"."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.steps: list[tuple[str, str]] = []
        asked = Reader._asked

        def planned(reader: Reader, sql: str, values: dict[str, object]) -> Any:
            steps = reader.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
            self.steps += [(step[3], sql) for step in steps]
            return asked(reader, sql, values)

        monkeypatch.setattr(Reader, "_asked", planned)

    def whole(self) -> list[tuple[str, str]]:
        """The steps that go through a table from end to end, or through everything of one kind."""
        return [
            (step, sql)
            for step, sql in self.steps
            if (step.startswith("SCAN ") and step.split()[1] not in {*SMALL, "CONSTANT"})
            or step.endswith("(thing=?)")
        ]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    return Plans(monkeypatch)


@pytest.mark.parametrize(
    "words",
    [
        ["status", "Homs"], ["status", "homs-governorate"], ["status", "Homs", "--at", "2024-12-07"],
        ["status", "Homs", "--known-at", "2024-12-07", "--published-by", "2024-12-07"], ["why", "Homs"],
        ["claims", "--place", "Homs"], ["place", "show", "Homs"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_question_about_a_place_reads_no_table_whole(
    story_file: Path, plans: Plans, words: list[str]
) -> None:
    assert tracker(*words, "--db", story_file).code == 0
    assert plans.steps
    assert plans.whole() == []


def test_completing_a_word_reads_no_table_whole(story_file: Path, plans: Plans) -> None:
    with open_reader(str(story_file)) as reader:
        assert "Homs" in completion.names(reader, "place", "ho")
        assert completion.names(reader, "place", "e")
        assert completion.claims(reader, "C-2412")
    assert plans.whole() == []


def test_a_claim_that_is_not_there_is_missed_without_reading_all(story_file: Path, plans: Plans) -> None:
    assert tracker("show", "c-241207-zzzzzzzz", "--db", story_file).code == 3
    assert plans.whole() == []


def test_places_of_which_nothing_was_published_by_then_are_not_listed(fresh: str) -> None:
    """Also where it had happened by then, and was recorded by then."""
    for place, reported in (("Homs", "2024-12-05"), ("Hama", "2024-12-07")):
        said = ("--source", "Reuters", "--at", "2024-12-04", "--reported", reported)
        assert (
            tracker("add-claim", f"rebels captured {place}", *said, "--db", fresh, "--now", "2024-12-08").code
            == 0
        )

    def listed(*axes: str) -> list[str]:
        found = tracker("status", "--db", fresh, "--now", "2024-12-09", *axes, "--json").json["places"]
        return [one["place"]["id"] for one in found]

    assert listed() == ["hama", "homs"]
    assert listed("--published-by", "2024-12-07") == ["hama", "homs"]
    assert listed("--published-by", "2024-12-06") == ["homs"]
    assert listed("--published-by", "2024-12-06", "--at", "2024-12-04") == ["homs"]
    assert listed("--published-by", "2024-12-04") == []
    assert [one["place"] for one in tracker(
        "claims", "--published-by", "2024-12-06", "--db", fresh, "--now", "2024-12-09", "--json"
    ).json["claims"]] == ["homs"]  # fmt: skip
