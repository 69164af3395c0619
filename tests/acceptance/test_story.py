"""Decides that the fortnight of December 2024, replayed, is followed; with other names and orders as well."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.packs import Line, Pack, retold, syria
from tests.acceptance.prepared import LATER, begin, register, say, shared
from tests.cli.running import command, tracker

Document = dict[str, Any]
ZONE = ("--tz", "Asia/Damascus")
NOVEMBER = [f"2024-11-{day}" for day in (27, 28, 29, 30)]
DECEMBER = [f"2024-12-{day:02}" for day in range(1, 13)]
DAYS = NOVEMBER + DECEMBER


def status(where: object, place: str, at: str, *more: str) -> Document:
    answer: Document = tracker(
        "status", place, "--db", where, "--at", at, "--now", LATER, *ZONE, "--json", *more
    ).json
    return answer


def table(where: object, at: str) -> dict[str, Document]:
    found = tracker("status", "--db", where, "--at", at, "--now", LATER, *ZONE, "--json").json
    return {one["place"]["id"]: one for one in found["places"]}


def holder(one: Document) -> str | None:
    return str(one["controller"]["id"]) if one["controller"] else None


# -- what the fortnight says -------------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS[3:])
def test_aleppo_is_the_rebels_from_the_30th_on(story_file: Path, day: str) -> None:
    assert holder(status(story_file, "Aleppo", day)) == "rebels"
    if day >= "2024-12-03":
        airport = status(story_file, "Nayrab military airport", day)
        assert [one["kind"] for one in airport["conflicts"]] == ["denial", "same-document"]


@pytest.mark.parametrize("day", DECEMBER[4:])
def test_hama_stays_with_the_rebels_though_a_report_of_the_7th_says_otherwise(
    story_file: Path, day: str
) -> None:
    assert holder(status(story_file, "Hama", day)) == "rebels"
    if day == "2024-12-07":
        late = tracker("claims", "--place", "Hama", "--since", day, "--db", story_file, *ZONE, "--json").json
        assert "Syrian government holds Hama" in [one["text"] for one in late["claims"]]


def test_deir_ez_zor_is_the_sdfs_then_the_rebels(story_file: Path) -> None:
    assert holder(status(story_file, "Deir ez-Zor", "2024-12-05")) == "government"
    assert holder(status(story_file, "Deir ez-Zor", "2024-12-06")) == "sdf"
    for day in DECEMBER[9:]:
        later = status(story_file, "Deir ez-Zor", day)
        assert (later["status"], holder(later)) == ("held", "rebels")
        assert later["conflicts"] == [], "both claims were true, at different times"


def test_homs_goes_from_withdrawal_through_denial_to_the_rebels(story_file: Path) -> None:
    assert holder(status(story_file, "Homs", "2024-12-05")) == "government"
    left = status(story_file, "Homs", "2024-12-06")
    assert left["status"] in ("unknown", "contested")
    assert {one["kind"] for one in left["conflicts"]} >= {"denial"}
    disputed = status(story_file, "Homs", "2024-12-07")
    assert disputed["status"] in ("unknown", "contested")
    assert holder(disputed) != "rebels"
    for day in DECEMBER[7:]:
        assert holder(status(story_file, "Homs", day)) == "rebels", day


def test_damascus_falls_on_the_8th(story_file: Path) -> None:
    assert holder(status(story_file, "Damascus", "2024-12-07")) == "government"
    fallen = status(story_file, "Damascus", "2024-12-08")
    assert (fallen["status"], holder(fallen)) == ("held", "rebels")


def test_the_turn_at_homs_as_it_was_known_before_it_was_told(story_file: Path) -> None:
    """The world of the 8th, from what had been recorded, or published, by the 6th."""
    for axis in ("--known-at", "--published-by"):
        before = status(story_file, "Homs", "2024-12-08", axis, "2024-12-06")
        assert holder(before) != "rebels"


@pytest.mark.parametrize("day", ["2024-11-30", "2024-12-06", "2024-12-08", "2024-12-12"])
def test_every_weight_is_there_and_they_add_up(story_file: Path, day: str) -> None:
    for place in table(story_file, day):
        why = tracker("why", place, "--db", story_file, "--at", day, "--now", LATER, *ZONE, "--json").json
        if why["log_odds"] is not None:
            assert sum(step["weight"] for step in why["steps"]) == pytest.approx(why["log_odds"], abs=1e-9)


# -- the same, whoever it is about, and in whatever order ------------------------------------------


def verdicts(where: object, at: str, pack: Pack) -> dict[str, tuple[object, ...]]:
    """What is concluded about every place, in the names of `pack`."""
    return {
        pack.called("place", place): (
            one["status"],
            pack.called("actor", who) if (who := holder(one)) else None,
            round(one["confidence"], 9),
            one["basis"],
            one["freshness"],
            one["partly"],
            Counter(conflict["kind"] for conflict in one["conflicts"]),
        )
        for place, one in table(where, at).items()
    }


def shuffled(lines: list[Line], seed: int) -> list[Line]:
    """The claims in another order; a place has to be minted before it is spoken of."""
    said = [line for line in lines if "mint" not in line]
    random.Random(seed).shuffle(said)
    return [line for line in lines if "mint" in line] + said


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story with its own names, in its own order, all of it recorded afterwards."""

    def tell(where: str) -> None:
        say(register(begin(where, starter=False), syria()), syria().lines, now=LATER)

    return shared(tmp_path_factory, "plain.db", tell)


@pytest.mark.parametrize("seed", [1, 2])
def test_other_names_and_another_order_give_the_same_verdicts(plain: Path, tmp_path: Path, seed: int) -> None:
    other = retold(syria(), f"salt {seed}")
    where = register(begin(str(tmp_path / "other.db"), starter=False), other)
    say(where, shuffled(other.lines, seed), now=LATER)
    told = tracker("status", "--db", where, "--now", LATER, "--json").out
    assert not [name for name in ("Homs", "Aleppo", "rebels", "Reuters", "government") if name in told]
    unchanged = Pack({}, [])
    for day in DAYS:
        assert verdicts(where, day, unchanged) == verdicts(plain, day, other), day


def test_the_story_on_postgresql_is_told_alike_to_the_last_letter(
    story_file: Path, new_schema: Callable[[], str]
) -> None:
    where = say(begin(new_schema()), syria().lines)
    questions: list[list[str]] = [
        *(["status", "--at", day] for day in DAYS),
        *(["why", place, "--at", "2024-12-08"] for place in ("Homs", "Hama", "Deir ez-Zor", "Damascus")),
        ["status", "Homs", "--at", "2024-12-08", "--known-at", "2024-12-06"],
        ["claims"],
        ["claims", "--origin", "SOHR", "--standing", "corroborated"],
    ]
    for question in questions:
        here, there = (
            tracker(*question, "--db", one, "--now", LATER, *ZONE, "--json").out
            for one in (where, story_file)
        )
        assert here == there, question
    assert tracker("verify", "--db", where).code == 0


# -- the demo ----------------------------------------------------------------------------------------


def test_the_demo_tells_the_story_in_under_a_minute(tmp_path: Path) -> None:
    start = time.monotonic()
    told = command("demo", "--dir", "d", cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    assert time.monotonic() - start < 60
    for line in (
        "Homs: held by Syrian government (69 %, claimed, not independently reported).",
        "Deir ez-Zor: contested; rebels hold it most likely (66 %, independently reported).",
        "      -> Damascus: held by rebels",
        "  tracker verify --db d/tracker.db",
    ):
        assert line in told.out
    events = tracker("log", "--db", tmp_path / "d" / "tracker.db", "--json").json["events"]
    assert events[0]["recorded"] == "2024-11-27T00:00:00Z"
    assert {one["by"] for one in events} == {"tracker demo"}
    assert tracker("verify", "--db", tmp_path / "d" / "tracker.db").code == 0


@pytest.mark.usefixtures("short_story")
def test_a_demo_made_again_never_removes_what_somebody_recorded(tmp_path: Path) -> None:
    """Not even what was recorded on the story's own clock, as the demo itself suggests."""
    mine, now = tmp_path / "d" / "tracker.db", ("--now", "2024-12-09T12:00")
    mine.parent.mkdir()
    begin(str(mine))
    added = tracker(
        "add-claim", "rebels captured Latakia", "--source=Reuters", "--db", mine, *now, "--json"
    ).json
    assert tracker("demo", "--dir", "d").code == 0
    assert tracker("show", added["claim"], "--db", mine).code == 0
    assert (tmp_path / "d-2" / "tracker.db").exists()
