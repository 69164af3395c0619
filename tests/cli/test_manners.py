"""Decides how tracker behaves at a terminal: colours, clocks, dry runs, hostile text, completion."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.running import on_a_terminal, tracker
from tests.cli.test_help import EVERY_COMMAND
from tracker.cli.session import Session
from tracker.errors import BadInput

NOW = ("--now", "2024-12-08T12:00:00Z")
SAID = ("--source", "Reuters", "--said-by", "rebels", "--at", "2024-12-07")
CLAIM = ("add-claim", "rebels captured Sanamayn", *SAID)
ESCAPE = "\x1b["


def head(where: str) -> str:
    told: str = tracker("verify", "--db", where, "--json").json["chain_hash"]
    return told


def test_of_many_contradictions_the_latest_are_told(fresh: str) -> None:
    sources = ("Reuters", "AFP", "AP", "SOHR", "Anadolu", "SANA")
    last = None
    for n, source in enumerate(sources):
        who = "rebels" if n % 2 else "Syrian army"
        last = tracker(
            "add-claim",
            f"{who} captured Sanamayn",
            "--source",
            source,
            "--at",
            "2024-12-07",
            "--db",
            fresh,
            *NOW,
        )
    shown = tracker("status", "Sanamayn", "--db", fresh, *NOW).out
    assert shown.count("conflict ") == 5
    assert "and 4 earlier; --json tells them all" in shown
    assert last is not None
    assert last.out.count("contradicts ") == 3
    assert "earlier" not in last.out
    listed = tracker("claims", "--place", "Sanamayn", "--standing", "contradicted", "--db", fresh, *NOW)
    assert len(listed.out.splitlines()) == 1 + len(sources)


# -- what is said beside an answer -------------------------------------------------------------------


def test_a_town_that_shares_its_name_with_an_area_is_bound_and_said_so(fresh: str) -> None:
    added = tracker("add-claim", "rebels captured Homs", *SAID, "--db", fresh, *NOW, "--json")
    assert "the city is meant; for the governorate write homs-governorate" in added.err
    claim = added.json["claim"]
    shown = tracker("show", claim, "--db", fresh).out
    assert "city or area was not said" in shown
    assert tracker("show", claim, "--db", fresh, "--json").json["level_not_stated"] is True
    status = tracker("status", "Homs", "--db", fresh, *NOW)
    assert "the city is meant" in status.err
    assert "the city is meant" not in status.out
    exact = tracker("status", "homs", "--db", fresh, *NOW)
    assert exact.err == "", "an id is exact"


@pytest.mark.parametrize(
    "words",
    [
        "status", "why", "history", "assess", "place show", "diff --policy bayes vote", "evaluate",
    ],
)  # fmt: skip
def test_it_is_said_once_and_where_a_level_was_left_open(
    story_file: Path, tmp_path: Path, words: str
) -> None:
    """A document has it under its key; who writes the id, or "Homs Governorate", has said which is meant."""

    def said(place: str, *more: str) -> str:
        command, _, options = words.partition(" --")
        beside = [f"--{options}"] if options else []
        (file := tmp_path / "outcome.csv").write_text(f"place,time,controller\n{place},2024-12-08,rebels\n")
        asked = [*command.split(), file if words == "evaluate" else place, *" ".join(beside).split(), *more]
        return tracker(*asked, "--db", story_file, "--now", "2024-12-20").err

    assert said("Homs").count("the city is meant") == 1
    assert "meant" not in said("Homs", "--json")
    assert "meant" not in said("homs")
    assert "meant" not in said("Homs Governorate")


def test_a_source_in_its_own_voice_is_said_so(fresh: str) -> None:
    own = tracker("add-claim", "rebels captured Nawa", "--source", "Reuters", "--db", fresh, *NOW)
    assert "in Reuters's own voice; quoting somebody? --said-by" in own.err
    assert tracker(*CLAIM, "--db", fresh, *NOW).err == ""


@pytest.mark.parametrize(
    ("words", "ahead"),
    [
        ("status Homs --at 2027-01-01", "2027-01-01 23:59 +03"),
        ("status --at 2027-01-01", "2027-01-01 23:59"),
        ("status Homs --at 2024-12-11", ""),
        ("status Homs", ""),
        ("status Homs --at 2024-12-01", ""),
        ("why Homs --at 2027-01-01", "2027-01-01"),
        ("regions --at 2030-01-01", "2030-01-01"),
        ("history Homs --to 2030-01-01", "2030-01-01"),
        ("history Homs", ""),
        ("diff Homs --at 2024-12-05 2027-12-08", "2027-12-08"),
        ("diff Homs --at 2024-12-05 2024-12-08", ""),
    ],
)
def test_of_the_future_it_is_said_that_nobody_told_of_it(story_file: Path, words: str, ahead: str) -> None:
    now = ("--now", "2024-12-11T20:02+03:00", "--tz", "Asia/Damascus", "--db", story_file)
    told = [line for line in tracker(*words.split(), *now).err.splitlines() if "future" in line]
    assert len(told) == bool(ahead)
    for line in told:
        assert line.startswith(ahead)
        assert line.endswith(" lies in the future: the belief is carried on without news")


def test_of_an_old_report_it_is_said_how_to_ask_of_then(fresh: str) -> None:
    """Two years on, a report read today has faded; also where only the document says when it was."""
    words = ("add-claim", "rebels captured Izra", "--source", "Reuters", "--db", fresh, "--now", "2025-06-01")
    then = "; of then: tracker status Izra --at 2024-12-07\n"
    tracker(
        "document", "add", "wire-1", "--source", "Reuters", "--published", "2024-12-07T18:30", "--db", fresh
    )
    for told in (["--document", "wire-1"], ["--reported", "2024-12-07"], ["--at", "2024-12-07"]):
        assert then in tracker(*words, *told, "--dry-run").out.replace("Izraa", "Izra")
    assert "of then" not in tracker(*words, "--dry-run").out


def test_whoever_asks_for_the_wrong_end_of_a_chain_is_told_the_other(fresh: str) -> None:
    tracker("add-claim", "rebels captured Homs", "--source", "Reuters", "--said-by", "SOHR", "--db", fresh)
    for words, told in (
        (["--source", "SOHR"], "no claim fits; what SOHR said first does, 1 of them: --origin SOHR\n"),
        (["--origin", "Reuters"], "no claim fits; what Reuters reported does, 1 of them: --source Reuters\n"),
        (["--source", "SANA"], "no claim fits\n"),
        (["--source", "SOHR", "--place", "Hama"], "no claim fits\n"),
    ):
        assert tracker("claims", *words, "--db", fresh).err == told


def test_the_resolved_interval_is_echoed(fresh: str) -> None:
    answer = tracker(
        "add-claim",
        "rebels captured Nawa",
        *SAID[:-1],
        "yesterday",
        "--tz",
        "Asia/Damascus",
        "--db",
        fresh,
        *NOW,
    )
    assert "2024-12-07 00:00 +03 to 2024-12-07 23:59 +03" in answer.out


def test_unnamed_origins_are_described_never_registered(fresh: str) -> None:
    before = tracker("source", "list", "--db", fresh, "--json").json
    answer = tracker(
        "add-claim",
        "SDF captured Raqqa",
        "--source",
        "Reuters",
        "--said-by",
        "unnamed: three Syrian sources",
        "--db",
        fresh,
        *NOW,
        "--json",
    )
    assert answer.json["event"]["chain"][0] == {"named": "three Syrian sources", "n": 3}
    assert tracker("source", "list", "--db", fresh, "--json").json == before


# -- writing ---------------------------------------------------------------------------------------------


def test_create_brings_in_what_is_not_known(fresh: str) -> None:
    words = (
        "add-claim",
        "The Lions captured Newtown",
        "--source",
        "A Paper",
        "--said-by",
        "Nobody",
        "--db",
        fresh,
    )
    assert tracker(*words, *NOW).code == 3
    before = head(fresh)
    dry = tracker(*words, *NOW, "--create", "--dry-run", "--json").json
    assert set(dry["created"]) == {"actor/the-lions", "place/newtown", "source/a-paper", "source/nobody"}
    assert dry["after"]["status"] == "held"
    assert head(fresh) == before
    told = tracker(*words, *NOW, "--create", "--dry-run").err
    for step in (
        "Newtown is new, of kind other, without a position: tracker place describe newtown --kind",
        "The Lions is new, of level faction, part of nobody: tracker actor describe the-lions --level",
        "A Paper is new, of kind unknown: tracker source describe a-paper --kind",
    ):
        assert step in told
    made = tracker(*words, *NOW, "--create", "--json").json
    assert set(made["created"]) == set(dry["created"])
    assert made["claim"] == dry["claim"]
    assert tracker(*words, *NOW, "--json").json["recorded"] is False


def test_like_copies_what_is_not_said_anew(fresh: str) -> None:
    full = (
        "--confidence",
        "likely",
        "--quote",
        "it is ours",
        "--url",
        "https://example.org/1",
        "--tz",
        "Asia/Damascus",
    )
    first = tracker(*CLAIM, *full, "--db", fresh, *NOW, "--json").json["claim"]
    answer = tracker("add-claim", "--like", first, "--place", "Nawa", "--db", fresh, *NOW, "--json").json
    one, other = (tracker("show", claim, "--db", fresh, "--json").json for claim in (first, answer["claim"]))
    for key in ("predicate", "actors", "chain", "confidence_text", "quote", "url"):
        assert one[key] == other[key], key
    for key in ("earliest", "latest"):
        assert one["occurred"][key] == other["occurred"][key], "whatever zone it is copied in"
    assert (one["place"], other["place"]) == ("sanamayn", "nawa")
    same = tracker("add-claim", "--like", first, "--db", fresh, *NOW, "--json").json
    assert (same["claim"], same["recorded"]) == (first, False), (
        "a copy that changes nothing is the same claim"
    )


@pytest.mark.parametrize("verb", ["add-claim", "correct", "retract", "confirm"])
def test_a_dry_run_shows_the_change_and_writes_nothing(report_copy: str, verb: str) -> None:
    sanamayn = tracker("claims", "--place", "Sanamayn", "--db", report_copy, "--json").json["claims"][0]["id"]
    words = {
        "add-claim": ["add-claim", "government captured Sanamayn", "--source", "SOHR", "--at", "2024-12-08"],
        "correct": ["correct", sanamayn, "--actor", "SDF"],
        "retract": ["retract", sanamayn],
        "confirm": ["confirm", sanamayn],
    }[verb]
    before = head(report_copy)
    dry = tracker(*words, "--dry-run", "--db", report_copy, *NOW, "--json").json
    assert (dry["recorded"], dry["position"], dry["dry_run"]) == (False, None, True)
    assert head(report_copy) == before
    assert "would be" in tracker(*words, "--dry-run", "--db", report_copy, *NOW).out
    done = tracker(*words, "--db", report_copy, *NOW, "--json").json
    assert done["recorded"] is True
    assert head(report_copy) != before
    assert {**done["after"], "at": None} == {**dry["after"], "at": None}, "it happened as announced"


THINGS = ("place", "actor", "source", "document")
CHANGES = (
    "place add Newtown --kind town", "place alias Homs Emesa", "place rename Homs Hims",
    "place unalias Homs Emesa", "actor unalias SDF QSD", "source unalias DW Deutsche-Welle",
    "place describe Nawa --population 9000", "actor describe SDF --level side",
    "actor describe hts --part-of sna", "source describe DW --kind monitor --grade E",
    "place merge Nawa Jasim", "actor add Lions --level faction", "actor alias SDF QSD",
    "actor rename SDF Democrats", "actor merge sfa rebels", "actor join sfa rebels --from 2024-12-01",
    "actor leave hts --from 2024-12-01", "source add Herald --kind media", "source alias AFP Agence",
    "source rename AFP Agence", "source merge DW AFP", "source grade SOHR C",
    "source lean SOHR --side rebels", "document add wire-1 --source Reuters", "setting set threshold 0.7",
)  # fmt: skip


@pytest.mark.parametrize("line", CHANGES)
def test_a_dry_run_of_a_change_announces_it_and_writes_nothing(report_copy: str, line: str) -> None:
    before = head(report_copy)
    dry = tracker(*line.split(), "--dry-run", "--db", report_copy, *NOW, "--json").json
    assert (dry["recorded"], dry["position"], dry["dry_run"]) == (False, None, True)
    told = tracker(*line.split(), "--dry-run", "--db", report_copy, *NOW).out
    assert "would be recorded" in told
    assert head(report_copy) == before
    done = tracker(*line.split(), "--db", report_copy, *NOW, "--json").json
    assert head(report_copy) != before
    same = ("event", "payload", "changes")
    assert [done[key] for key in same] == [dry[key] for key in same]


def test_every_command_that_writes_can_be_tried_first() -> None:
    """But for those that make a database, build again what can be built again, or answer key by key."""
    reads = {
        "status", "why", "history", "diff", "regions", "map", "chart", "evaluate", "claims", "show", "log",
        "verify",
        "doctor", "db current", "setting list", "batch list", "import list", "export", "export template",
        "flags list", "report", "scheduler status",
        *(f"{thing} {what}" for thing in THINGS for what in ("list", "show")),
    }  # fmt: skip
    makes = {
        "init", "demo", "rebuild", "db upgrade", "review", "scheduler run", "scheduler redeliver", "serve",
    }  # fmt: skip
    for words in EVERY_COMMAND:
        group = any(other[: len(words)] == words and other != words for other in EVERY_COMMAND)
        if words and not group and " ".join(words) not in reads | makes:
            assert "--dry-run" in tracker(*words, "--help").out, words


def test_the_clock_can_be_set_back_and_never_ahead(fresh: str) -> None:
    ahead = tracker(*CLAIM, "--db", fresh, "--now", "2199-01-01")
    assert ahead.code == 2
    assert "ahead of the clock" in ahead.refusal[0]
    assert tracker("status", "--db", fresh, "--now", "2199-01-01").code == 0, "reading may look ahead"
    assert tracker(*CLAIM, "--db", fresh, *NOW).code == 0
    later = tracker(
        "add-claim", "rebels captured Nawa", *SAID, "--db", fresh, "--now", "2024-12-07T23:00Z", "--json"
    )
    assert later.code == 0
    recorded = [one["recorded"] for one in tracker("log", "--db", fresh, "--json").json["events"]]
    assert recorded == sorted(recorded), "recorded_at never runs backwards"


def test_the_environment_and_the_settings_file_are_heard(
    fresh: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_DB", fresh)
    monkeypatch.setenv("TRACKER_NOW", "2024-12-08T12:00:00Z")
    monkeypatch.setenv("TRACKER_BY", "anna")
    assert tracker(*CLAIM).code == 0
    (event,) = tracker("log", "--stream", "source/reuters", "--json").json["events"]
    last = tracker("log", "--json").json["events"][-1]
    assert (last["by"], last["recorded"]) == ("anna", "2024-12-08T12:00:00Z")
    assert event["kind"] == "source-registered"
    (tmp_path / "config" / "tracker").mkdir(parents=True)
    (tmp_path / "config" / "tracker" / "config.toml").write_text('tz = "Asia/Damascus"\n')
    assert "2024-12-08 15:00 +03" in tracker("status", "Sanamayn").out
    (tmp_path / "config" / "tracker" / "config.toml").write_text("tz = \n")
    assert tracker("status", "Sanamayn").code == 2


@pytest.mark.parametrize(
    ("line", "error", "step"),
    [
        ('colour = "never"', "sets 'colour', which means nothing", "did you mean color?"),
        ('database = "x.db"', "sets 'database'", "db, tz, by, color"),
        ('color = "purple"', "'purple'", "auto, always, never"),
        ("tz = 3", "tz is no text", "tz ="),
        ('db = ""', "db is no text", "db ="),
        ("deliver = 3", "deliver is no table", "[deliver.NAME]"),
        ("[delivr.x]", "sets 'delivr'", "did you mean deliver?"),
    ],
)
def test_a_settings_file_means_what_it_says_or_is_refused(
    story_file: Path, tmp_path: Path, line: str, error: str, step: str
) -> None:
    """A misspelt `db` would be another tracker, to be written to."""
    (tmp_path / "config" / "tracker").mkdir(parents=True)
    (tmp_path / "config" / "tracker" / "config.toml").write_text(f"{line}\n")
    answer = tracker("status", "--db", story_file)
    assert answer.code == 2
    assert error in answer.refusal[0]
    assert step in answer.refusal[1]


def test_what_is_delivered_is_read_where_it_is_asked_for(story_file: Path, tmp_path: Path) -> None:
    """A mistake there stops no question about a place."""
    (tmp_path / "config" / "tracker").mkdir(parents=True)
    path = tmp_path / "config" / "tracker" / "config.toml"
    path.write_text('[deliver.desk]\nkind = "directory"\npath = "reports"\n')
    assert tracker("status", "--db", story_file).code == 0
    (target,) = Session(None, None, None, None, None, False).targets()
    assert (target.name, getattr(target, "path", "")) == ("desk", str(path.parent / "reports"))
    path.write_text('[deliver.desk]\nkind = "pigeon"\n')
    assert tracker("status", "--db", story_file).code == 0
    with pytest.raises(BadInput, match=r"config.toml, \[deliver.desk\]: kind is 'pigeon'"):
        Session(None, None, None, None, None, False).targets()
    path.unlink()
    assert Session(None, None, None, None, None, False).targets() == ()


def test_a_colour_that_is_none_is_refused_wherever_it_stands(
    story_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_COLOR", "sometimes")
    answer = tracker("status", "--db", story_file)
    assert answer.code == 2
    assert answer.refusal == ("TRACKER_COLOR is 'sometimes'", "one of auto, always, never")
    assert tracker("status", "--db", story_file, "--color", "never").code == 0
    monkeypatch.setenv("TRACKER_COLOR", "")
    assert tracker("status", "--db", story_file).code == 0, "an empty variable is none"


# -- in words ----------------------------------------------------------------------------------------


IN_WORDS = [
    ("place add Newtown --kind town --near Homs --km 5 --bearing N --alias Nova",
     "place newtown added: Newtown, town, 5 km N of homs, also called Nova"),
    ("place add Newtown --kind town --lat 34.5 --lon 36.5",
     "place newtown added: Newtown, town, at 34.5, 36.5"),
    ("place alias Homs Emesa Himso", "place homs is also called Emesa, Himso"),
    ("place rename Homs Hims", "place homs is now called Hims; its other names still find it"),
    ("place merge Nawa Jasim", "place nawa is read as jasim from now on"),
    ("actor add Lions --level faction --part-of rebels", "actor lions added: Lions, faction, part of rebels"),
    ("actor join sfa rebels --from 2024-12-01", "actor sfa is part of rebels from 2024-12-01 00:00 +03 on"),
    ("actor leave hts --from 2024-12-01", "actor hts is part of nobody from 2024-12-01 00:00 +03 on"),
    ("source add Herald --kind media --lean rebels --grade C",
     "source herald added: Herald, media, speaks for rebels, grade C"),
    ("source grade SOHR C", "source sohr is graded C"),
    ("source lean SOHR --side rebels", "source sohr speaks for rebels"),
    ("source lean SOHR", "source sohr speaks for nobody"),
    ("document add wire-1 --source Reuters --published 2024-12-07",
     "document wire-1 added: by reuters, published 2024-12-07 23:59 +03"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "told"), IN_WORDS, ids=[line for line, _ in IN_WORDS])
def test_changes_are_told_in_words_and_in_the_zone(fresh: str, line: str, told: str) -> None:
    where = ("--db", fresh, *NOW, "--tz", "Asia/Damascus")
    assert tracker(*line.split(), "--dry-run", *where).out.splitlines()[0] == f"would be recorded: {told}"
    done = tracker(*line.split(), *where)
    position = tracker("verify", "--db", fresh, "--json").json["position"]
    assert done.out.splitlines()[0] == f"{told} (event {position})"


def test_times_of_things_are_in_the_zone_for_people_and_utc_for_programs(fresh: str) -> None:
    for line in ("document add wire-1 --published 2024-12-07T18:30Z",
                 "actor leave hts --from 2024-12-01T00:00Z",
                 "source lean SOHR --side rebels --from 2024-12-01T00:00Z"):  # fmt: skip
        assert tracker(*line.split(), "--db", fresh, *NOW).code == 0
    for line, told in (
        ("document list", "2024-12-07 21:30 +03"), ("document show wire-1", "2024-12-07 21:30 +03"),
        ("actor show hts", "nobody since 2024-12-01 03:00 +03"), ("actor list", "since 2024-12-01 03:00 +03"),
        ("source show SOHR", "rebels since 2024-12-01 03:00 +03"), ("source list", "2024-12-01 03:00 +03"),
    ):  # fmt: skip
        answer = tracker(*line.split(), "--db", fresh, "--tz", "Asia/Damascus")
        assert told in answer.out, line
        assert "00Z" not in answer.out
        assert "0:00Z" in tracker(*line.split(), "--db", fresh, "--tz", "Asia/Damascus", "--json").out


# -- width -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["status"], ["claims"], ["status", "Homs"], ["why", "Homs"]], ids=" ".join)
@pytest.mark.parametrize("width", [80, 100])
def test_lines_are_as_wide_as_wanted(
    story_file: Path, words: list[str], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COLUMNS counts, also into a pipe; every word is there, and none is broken."""
    where = ("--db", story_file, "--now", "2024-12-09")
    wide = tracker(*words, *where).out
    monkeypatch.setenv("COLUMNS", str(width))
    narrow = tracker(*words, *where).out
    assert sorted(narrow.split()) == sorted(wide.split())
    lines = [line for line in narrow.splitlines() if line.startswith(" ") or "  " in line]
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("value", ["", "0", "wide", "-3"])
def test_into_a_pipe_a_row_is_a_line(story_file: Path, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where = ("--db", story_file, "--now", "2024-12-09")
    places = tracker("status", *where, "--json").json["places"]
    monkeypatch.setenv("COLUMNS", value)
    told = tracker("status", *where).out.splitlines()
    assert len(told) == len(places) + 1
    assert max(map(len, told)) > 100


def test_no_line_begins_with_what_belongs_to_the_one_before(
    story_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for words in ("history Homs", "regions", "diff Homs --policy bayes vote", "status Homs"):
        told = tracker(*words.split(), "--db", story_file, "--now", "2024-12-09", "--tz", "Asia/Damascus")
        assert "+03" in told.out or "%" in told.out
        begun = [cell for line in told.out.splitlines() for cell in re.split(" {2,}", line)]
        assert not [cell for cell in begun if cell.startswith(("+03", "%"))], words
        assert not re.search(r"\d%", told.out)


@pytest.mark.parametrize("words", ["status", "status Homs", "regions", "regions Homs", "history Homs"])
def test_a_narrow_terminal_breaks_nothing_itself(
    story_file: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """Half a window, or a telephone: what is too wide is put below, and every word is there."""
    where = ("--db", story_file, "--now", "2024-12-09", "--tz", "Asia/Damascus")
    wide = tracker(*words.split(), *where).out
    for width in (40, 60):
        monkeypatch.setenv("COLUMNS", str(width))
        narrow = tracker(*words.split(), *where).out
        assert max(map(len, narrow.splitlines())) <= width
        told, seen = (set(re.findall(r"\w[\w.-]*", text)) for text in (wide, narrow))
        assert told - seen <= {"place", "area", "changed"}, "heads of the first column, and of an empty one"


def test_long_words_beside_a_table_go_below_it(story_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 80 columns they were a pillar of six lines, eighteen letters wide."""
    monkeypatch.setenv("COLUMNS", "80")
    told = tracker("history", "Homs", "--db", story_file, "--now", "2024-12-09").out.splitlines()
    assert told[1] == "    because"
    assert told[3] == "    Syrian government holds Homs (Starting positions, November 2024)"


def test_a_table_fits_the_terminal(story_file: Path) -> None:
    words = ["status", "--db", str(story_file), "--now", "2024-12-09", "--color", "never"]
    told = on_a_terminal(words, {}, columns=80).splitlines()
    assert 40 < max(map(len, told)) <= 80


# -- colour ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "options", "colored"),
    [
        ({}, [], False),
        ({}, ["--color", "always"], True),
        ({"CLICOLOR_FORCE": "1"}, [], True),
        ({"CLICOLOR_FORCE": "0"}, [], False),
        ({"CLICOLOR_FORCE": "1"}, ["--color", "never"], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"NO_COLOR": "1", "TRACKER_COLOR": "always"}, [], True),
    ],
)
def test_colours_away_from_a_terminal(
    story_file: Path,
    environment: dict[str, str],
    options: list[str],
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    answer = tracker("status", "Homs", "--db", story_file, "--now", "2024-12-12", *options)
    assert (ESCAPE in answer.out) is colored
    plain = tracker("status", "Homs", "--db", story_file, "--now", "2024-12-12", "--color", "never").out
    assert re.sub(r"\x1b\[[0-9;]*m", "", answer.out) == plain, "never colour alone"
    assert "held" in plain


@pytest.mark.parametrize(
    ("environment", "options", "colored"),
    [({}, [], True), ({"NO_COLOR": "1"}, [], False), ({}, ["--color=never"], False)],
)
def test_colours_on_a_terminal(
    story_file: Path, environment: dict[str, str], options: list[str], colored: bool
) -> None:
    told = on_a_terminal(["status", "Homs", "--db", str(story_file), *options], environment)
    assert (ESCAPE in told) is colored


def test_a_clock_that_was_set_back_behind_the_record_is_told(story_file: Path) -> None:
    for words in (("status", "Homs"), ("why", "Homs"), ("history", "Homs"), ("status",), ("regions",)):
        behind = tracker(*words, "--db", story_file, "--now", "2024-12-03")
        assert "--now lies before the last recorded event, of 2024-12-" in behind.err, words
        assert "last recorded" not in tracker(*words, "--db", story_file, "--now", "2024-12-20").err
    assert "last recorded" not in tracker("status", "Homs", "--db", story_file).err


def test_the_assessment_that_the_readme_speaks_of_does_what_it_says(fresh: str) -> None:
    """Who agrees without a pin is surer than the claims, and contradicts what a neutral one said of it."""
    told = (
        ("Syrian army holds Sanamayn", "Reuters", "2024-12-05", "2024-12-05T18:00Z"),
        ("rebels captured Sanamayn", "Reuters", "2024-12-07", "2024-12-07T12:00Z",
         "--said-by", "rebels", "--confidence", "likely"),
        ("Syrian army withdrew from Sanamayn", "AFP", "2024-12-07", "2024-12-07T21:00Z",
         "--said-by", "SOHR"),
    )  # fmt: skip
    for sentence, source, at, now, *more in told:
        words = ("add-claim", sentence, "--source", source, "--at", at, *more)
        assert tracker(*words, "--now", now, "--db", fresh).code == 0
    words = ("assess", "Sanamayn", "--holder", "rebels", "--reason", "seen")
    answer = tracker(*words, "--now", "2024-12-08T08:00Z", "--db", fresh)
    assert "contested; rebels hold it most likely (98 %" in answer.out
    assert "contested; rebels hold it most likely (98 %)" in " ".join(
        (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").split()
    )
    for now, status in (("2024-12-11T07:59Z", "contested"), ("2024-12-11T08:01Z", "held")):
        assert tracker("status", "Sanamayn", "--now", now, "--json", "--db", fresh).json["status"] == status
