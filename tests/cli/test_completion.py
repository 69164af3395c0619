"""Decides what the shell completes: commands, options, words and the names in the record."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import command, tab_in_bash
from tracker.reader import open_reader
from tracker.tracker import Tracker
from tracker.views import completion


@pytest.mark.parametrize(("shell", "sign"), [("bash", "complete"), ("zsh", "#compdef"), ("fish", "complete")])
def test_completion_scripts(shell: str, sign: str) -> None:
    answer = command(environment={"_TRACKER_COMPLETE": f"{shell}_source"})
    assert answer.code == 0, answer.err
    assert sign in answer.out
    assert "tracker" in answer.out


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [
        ("tracker st", ["status"]),
        ("tracker source gr", ["grade"]),
        ("tracker status Deir e", ["Deir ez-Zor"]),
        ("tracker status حم", ["حمص", "حماة"]),
        ("tracker add-claim --source Reu", ["Reuters"]),
        ("tracker add-claim --actor H", ["HTS", "Hezbollah"]),
        ("tracker claims --sta", ["--standing"]),
        ("tracker claims --standing re", ["retracted"]),
        ("tracker actor join hts reb", ["rebels"]),
        ("tracker retract c-2412", ["c-2412"]),
        ("tracker status --at 2024 Aro", []),
        ("tracker --color never status Hom", ["Homs"]),
    ],
)
def test_names_are_completed(story_file: Path, typed: str, proposed: list[str]) -> None:
    words = typed.split(" ") if "Deir" not in typed else ["tracker", "status", "Deir e"]
    environment = {
        "_TRACKER_COMPLETE": "fish_complete",
        "COMP_WORDS": " ".join(words[:-1]).replace("Deir e", "'Deir e'"),
        "COMP_CWORD": words[-1],
        "TRACKER_DB": str(story_file),
    }
    answer = command(environment=environment)
    assert answer.code == 0, answer.err
    assert answer.err == ""
    for one in proposed:
        assert one in answer.out


def test_completion_without_a_tracker_is_silent(tmp_path: Path) -> None:
    environment = {"_TRACKER_COMPLETE": "bash_complete", "COMP_WORDS": "tracker status Ho", "COMP_CWORD": "2"}
    for where in (tmp_path / "none.db", tmp_path, "postgresql://nobody@127.0.0.1:1/none", "mysql://x"):
        answer = command(environment={**environment, "TRACKER_DB": str(where)})
        assert (answer.out.strip(), answer.err) == ("", "")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (r"tracker status Deir\ ez-Z", r"tracker status Deir\ ez-Zor"),
        ('tracker status "Deir ez-Z', 'tracker status "Deir ez-Zor'),
        ("tracker status Sanamay", "tracker status Sanamayn"),
        ("tracker status hom", "tracker status Homs"),
    ],
)
def test_a_tab_in_bash_goes_on_with_what_was_typed(story_file: Path, typed: str, line: str) -> None:
    """A shell of its own at a terminal: the line as it stands after TAB, with nothing of it taken away."""
    assert line in tab_in_bash(typed, line, {"TRACKER_DB": str(story_file)})


@pytest.mark.parametrize(
    ("start", "names"),
    [
        ("E", ["Eastville", "El Fasher", "El Obeid"]),
        ("El", ["El Fasher", "El Obeid"]),
        ("el ", ["El Fasher", "El Obeid"]),
        ("el f", ["El Fasher"]),
        ("EL F", ["El Fasher"]),
        ("Al", ["Al-Junaynah", "Alton"]),
        ("Al-", ["Al-Junaynah"]),
        ("Fash", ["El Fasher"]),
        ("fasher n", []),
        ("%", []),
    ],
)
def test_an_article_is_completed_as_it_is_spelled(where: str, start: str, names: list[str]) -> None:
    """The key of a name does without its article; whoever types it sees it in the name."""
    tracker = Tracker.create(where, clock=lambda: 1_733_572_800_000_000)
    for name in ("El Fasher", "El Obeid", "Al-Junaynah", "Alton", "Eastville"):
        tracker.place_add(name, kind="town")
    with open_reader(where) as reader:
        assert completion.names(reader, "place", start) == names
