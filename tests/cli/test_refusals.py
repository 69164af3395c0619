"""Decides that a mistake is answered with what it was, how to go on, and the right exit code."""

from __future__ import annotations

import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import Answer, tracker
from tracker.cli.commands import COMMANDS

NOW = ("--now", "2024-12-08T12:00:00Z")
SAID = ("--source", "Reuters", "--said-by", "rebels")


def ask(where: object, *arguments: str) -> Answer:
    return tracker(*arguments, "--db", where, *NOW)


def head(where: str) -> str:
    return tracker("verify", "--db", where).out


@pytest.mark.parametrize(
    ("arguments", "error", "step"),
    [
        (["status", "Hommms"], "no place is called 'Hommms'", "did you mean Homs"),
        (["status", "Artouz"], "no place is called 'Artouz'", "did you mean Tartus"),
        (["status", "xqzzy"], "no place is called", "tracker place list"),
        (["add-claim", "rebls captured Homs", *SAID], "no actor is called 'rebls'", "did you mean rebels"),
        (["add-claim", "rebels captured Homs", "--source", "Reutters"], "no source is called", "Reuters"),
        (["claims", "--actor", "SDFF"], "no actor is called", "did you mean Syrian Democratic Forces"),
        (["retract", "c-241207-00000000"], "no claim has the id", "tracker claims"),
        (["confirm", "nothing"], "no claim has the id 'nothing'", "tracker claims"),
        (["init", "--starter", "siria"], "no starter pack is called 'siria'", "did you mean syria"),
        (["place", "unmerge", "Hommms"], "no place is called", "did you mean Homs"),
        (["log", "--stream", "nonsense"], "no stream is called 'nonsense'", "place/homs"),
        (["log", "--stream", "homs"], "no stream is called 'homs'", "did you mean place/homs?"),
        (["log", "--stream", "Reuters"], "no stream is called", "did you mean source/reuters?"),
        (["log", "--stream", "place/hommms", "--follow"], "no stream is called", "did you mean place/homs?"),
        (["log", "--stream", "claim/c-241207", "--json"], "no stream is called", "claim/c-…"),
        (
            ["add-claim", "rebels captured Homs", "--document", "wire-7"],
            "no document has the key",
            "--source",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_names_that_are_not_known(fresh: str, arguments: list[str], error: str, step: str) -> None:
    before = head(fresh)
    answer = ask(fresh, *(word for word in arguments if word != "--json"))
    assert answer.code == 3
    assert answer.refusal[0].startswith(error)
    assert step in answer.refusal[1]
    assert ask(fresh, *arguments).code == 3
    assert head(fresh) == before, "a refusal writes nothing"


@pytest.mark.parametrize(
    ("arguments", "error", "step"),
    [
        (["--confidence", "7"], "cannot read '7' as a confidence", "B2"),
        (["--confidence", "110%"], "cannot read '110%' as a confidence", "B2"),
        (["--at", "2024-12-07/2024-12-05"], "ends before it begins", "2024-12-05/2024-12-07"),
        (["--at", "2024-12-31"], "lies in the future", "--modality expects"),
        (["--reported", "tomorrow"], "", ""),
        (["--at", "2024-12-07", "--reported", "2024-12-01"], "before it happened", "--reported"),
        (["--at", "the day before"], "cannot read 'the day before' as a time", "2024-12-06"),
        (["--at", "2024-02-31"], "", ""),
        (["--modality", "asert"], "'asert' is no modality", "did you mean asserts"),
        (["--relation", "within"], "within how many kilometres", "--km"),
        (["--km", "-3", "--relation", "near"], "no distance on Earth", "--km"),
        (["--km", "nan"], "", ""),
        (["--detail", "manner"], "KEY=VALUE", "add-claim --help"),
        (["--detail", "maner=force"], "'maner' is nearly a detail", "did you mean manner"),
        (["--detail", "manner=forced"], "is no manner", "did you mean force"),
        (["--url", "javascript:alert(1)"], "is no web address", "https://"),
        (["--said-by", "unnamed:"], "needs a description", "three Syrian sources"),
        (["--predicate", "held"], "the sentence says", "only one"),
        (["--extent", "half"], "", ""),
        (["--tz", "Mars/Phobos"], "no time zone is called", "Asia/Damascus"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_claims_that_cannot_be_read(fresh: str, arguments: list[str], error: str, step: str) -> None:
    before = head(fresh)
    answer = ask(fresh, "add-claim", "rebels captured Sanamayn", *SAID, *arguments)
    assert answer.code == 2
    told = answer.refusal
    assert error in told[0]
    assert step in told[1]
    assert head(fresh) == before, "a refusal writes nothing"


@pytest.mark.parametrize(
    ("sentence", "error", "step"),
    [
        ("rebels capturd Sanamayn", "no verb in it is known", "did you mean captured"),
        ("rebels captured Sanamayn on Friday", "the time does not belong", '--at "Friday"'),
        ("rebels came within Damascus", "within how many km", "50 km"),
        ("", "", ""),
        ("captured", "", ""),
    ],
)
def test_sentences_that_cannot_be_read(fresh: str, sentence: str, error: str, step: str) -> None:
    answer = ask(fresh, "add-claim", sentence, *SAID)
    assert answer.code == 2
    assert error in answer.refusal[0]
    assert step in answer.refusal[1]


@pytest.mark.parametrize(
    "sentence",
    ["SOHR says rebels captured Homs", "rebels deny losing Homs", "rebels reportedly captured Homs",
     "rebels hold 80% of Homs", "rebels captured Homs city", "rebels captured eastern Homs",
     "rebels might capture Homs", "SOHR: rebels captured Homs", "rebels allegedly captured Homs"],
)  # fmt: skip
@pytest.mark.parametrize("create", [[], ["--create"]], ids=["", "create"])
def test_what_is_proposed_for_a_sentence_can_be_pasted(fresh: str, sentence: str, create: list[str]) -> None:
    """Also with `--create`: nobody called "SOHR says rebels" comes into the record."""
    before = head(fresh)
    answer = ask(fresh, "add-claim", sentence, "--source", "Reuters", *create)
    assert answer.code == 2
    assert head(fresh) == before
    pasted = shlex.split(answer.refusal[1])
    assert pasted[:2] == ["tracker", "add-claim"]
    assert tracker(*pasted[1:]).code == 0


@pytest.mark.parametrize(
    ("arguments", "step"),
    [
        (["statsu"], "did you mean status"),
        (["frobnicate"], "tracker --help"),
        (["place", "lst"], "did you mean list"),
        (["source", "garde", "Reuters", "A"], "did you mean grade"),
        (["why"], "tracker why --help"),
        (["status", "a", "b"], "tracker status --help"),
        (["status", "--nope"], "tracker status --help"),
        (["log", "--after", "x"], "tracker log --help"),
        (["link", "c-1"], "tracker link --help"),
        (["place", "add", "Foo", "--kind", "citty"], "tracker place add --help"),
        (["setting", "set", "temp", "3"], "did you mean tempo"),
        (["setting", "set", "tempo", "fast"], "a number from 0 to 1"),
        (["setting", "set", "tempo", "nan"], "a number from 0 to 1"),
        (["setting", "set", "zone", "Nowhere/At_All"], "UTC"),
        (["source", "grade", "Reuters", "Z"], "F (cannot be judged)"),
        (["verify", "--against", "abc"], "POSITION:HASH"),
        (["actor", "join", "hts", "rebels", "--from", "never"], "ISO date"),
        (["place", "add", "Foo", "--kind", "town", "--lat", "91", "--lon", "3"], "--lat between"),
        (["place", "add", "Foo", "--kind", "town", "--lat", "9"], "--lat"),
        (["place", "add", "Foo", "--kind", "town", "--id", "Not An Id"], "not-an-id"),
        (["claims", "--since", "gibberish"], "ISO date"),
        (["status", "--at", "2024-12-06/2024-12-08"], "2024-12-08 or 2024-12-06"),
        (["status", "--at", "2024-12-06/08"], "2024-12-08 or 2024-12-06"),
        (["status", "--known-at", "~2024-12-06T18:30"], "2024-12-06T18:30"),
        (["why", "Homs", "--at", "friday/.."], "friday"),
        (["status", "--only", "helds"], "did you mean held?"),
        (["claims", "--modality", "denied"], "tracker claims --help"),
        (["status", "--only", "held,nonsense"], "stale, conflict"),
        (["setting", "set", "zone", "Asia/Damascus", "--place", "Homs"], "setting set zone Asia/Damascus"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage(fresh: str, arguments: list[str], step: str) -> None:
    answer = ask(fresh, *arguments) if arguments[0] in COMMANDS else tracker(*arguments)
    assert answer.code == 2
    assert step in answer.refusal[1]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["claims", "--actor", "SDF", "--actor", "rebels"], "--actor is typed twice"),
        (["claims", "--place=Homs", "--place", "Hama"], "--place is typed twice"),
        (["status", "--at", "2024-12-07", "--at", "2024-12-08"], "--at is typed twice"),
        (["add-claim", "rebels captured Homs", *SAID, "--note", "a", "--note", "b"], "--note is typed twice"),
        (["status", "--csv", "--json"], "--json and --csv: an answer has one form"),
        (["claims", "--csv", "--jsonl"], "--csv and --jsonl: an answer has one form"),
        (["log", "--jsonl", "--json"], "--json and --jsonl: an answer has one form"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_excludes_each_other_is_refused(fresh: str, arguments: list[str], error: str) -> None:
    """Never the last one silently: half of what was asked for would be left out."""
    before = head(fresh)
    answer = ask(fresh, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert error in (answer.refusal[0] if "--json" not in arguments else answer.err)
    assert head(fresh) == before


def test_several_are_several_and_values_may_look_like_options(fresh: str) -> None:
    words = ("add-claim", "rebels captured Nawa", *SAID, "--quote", "--note", "--note", "--quote", "--json")
    told = tracker(*words, "--said-by", "SOHR", "--db", fresh, *NOW, *NOW).json["event"]
    assert (told["quote"], told["note"], len(told["chain"])) == ("--note", "--quote", 3)
    assert tracker("status", "--db", "/nowhere", "--db", fresh).code == 0, "behind an alias the last counts"


BLANK = [
    *(["add-claim", "rebels captured Homs", *SAID, option, ""]
      for option in ("--note", "--url", "--at", "--reported", "--confidence", "--quote", "--document",
                     "--modality", "--extent", "--channel", "--place", "--actor", "--like")),
    ["add-claim", "rebels captured Homs", "--source", ""],
    ["add-claim", "rebels captured Homs", "--source", " "],
    ["add-claim", "rebels captured Homs", *SAID, "--detail", "manner="], ["add-claim", "", *SAID],
    ["status", ""], ["status", "--at", ""], ["status", "--only", ""], ["status", "--region", ""],
    ["claims", "--place", ""], ["claims", "--text", ""], ["claims", "--since", ""], ["place", "list", ""],
    ["log", "--stream", ""], ["setting", "set", "zone", ""], ["retract", "c-1", "--reason", ""],
    ["source", "lean", "SOHR", "--side", ""], ["document", "add", "wire-1", "--title", ""],
    ["document", "add", "wire-1", "--published", ""], ["place", "alias", "Homs", ""],
]  # fmt: skip


@pytest.mark.parametrize("arguments", BLANK, ids=" ".join)
def test_what_is_typed_empty_is_never_passed_over(fresh: str, arguments: list[str]) -> None:
    """One rule for every option and argument: `--place "$PLACE"` with nothing in it asks nothing else."""
    before = head(fresh)
    answer = ask(fresh, *arguments)
    assert answer.code == 2
    assert "empty" in answer.refusal[0] or "KEY=VALUE" in answer.refusal[0]
    assert head(fresh) == before


@pytest.mark.parametrize(
    "before",
    [["--db"], ["--now", "2024-12-08", "--db"], ["--json", "--color", "never", "--now=2024-12-08", "--db"]],
    ids=" ".join,
)
def test_options_of_every_command_may_stand_before_it(story_file: Path, before: list[str]) -> None:
    for words in (["status", "Homs"], ["place", "list"], ["log", "--until", "2"]):
        first = tracker(*before, story_file, *words)
        assert first == tracker(*words, *before, story_file)
        assert (first.code, first.err) == (0, "") or words[0] == "status"
    assert tracker("place", *before, story_file, "list").code == 0
    assert tracker(f"--db={story_file}", "status", "--db", "/nowhere").code == 4, "the nearer one counts"


def test_options_without_a_command(story_file: Path) -> None:
    for words in (["--db", str(story_file)], ["--json"], ["--db"]):
        answer = tracker(*words)
        assert answer.code == 2
        assert "no command" in answer.err
    assert "no such option" in tracker("--at", "2024-12-07", "status").refusal[0].lower()


def test_a_name_of_two_of_one_kind_is_refused_naming_both(fresh: str) -> None:
    for id_, parent in (("rastan-north", "homs-governorate"), ("rastan-south", "deraa-governorate")):
        assert (
            ask(fresh, "place", "add", "Twin Rastan", "--id", id_, "--kind=town", "--parent", parent).code
            == 0
        )
    answer = ask(fresh, "status", "twin rastan")
    assert answer.code == 3
    for told in ("rastan-north (town, Homs Governorate)", "rastan-south (town, Deraa Governorate)"):
        assert told in answer.refusal[0]
    assert "rastan-north or rastan-south" in answer.refusal[1]


def test_the_same_claim_after_its_retraction(fresh: str) -> None:
    claim = ("add-claim", "rebels captured Sanamayn", *SAID, "--at", "2024-12-07")
    added = tracker(*claim, "--db", fresh, *NOW, "--json").json["claim"]
    assert ask(fresh, "retract", added, "--reason", "withdrawn").code == 0
    again = ask(fresh, *claim)
    assert again.code == 5
    assert added in again.refusal[0]
    assert "retracted" in again.refusal[0]
    assert "--reported" in again.refusal[1]
    assert ask(fresh, *claim, "--reported", "2024-12-08").code == 0, "said again, on another day"


def test_what_is_done_twice_or_cannot_be_undone(fresh: str) -> None:
    added = tracker("add-claim", "rebels captured Nawa", *SAID, "--db", fresh, *NOW, "--json").json["claim"]
    assert ask(fresh, "link", added, "--same-as", added).code == 5
    assert ask(fresh, "unlink", added, "--same-as", added).code == 5
    assert ask(fresh, "unlink", added).code == 2
    assert ask(fresh, "correct", added, "--place", "Jasim").code == 0
    assert ask(fresh, "retract", added).code == 5
    assert ask(fresh, "correct", added, "--place", "Tafas").code == 5
    assert ask(fresh, "confirm", added).code == 5
    assert ask(fresh, "place", "add", "Homs", "--kind", "city").code == 5
    assert ask(fresh, "place", "merge", "Nawa", "Nawa").code == 5
    assert ask(fresh, "place", "unmerge", "nawa").code == 5
    refused = ask(fresh, "place", "unalias", "Nawa", "Nineveh")
    assert (refused.code, refused.refusal) == (5, ("nawa is not called Nineveh", "tracker place show nawa"))
    refused = ask(fresh, "place", "unalias", "Nawa", "Nawa")
    assert (refused.code, refused.refusal[0]) == (5, "Nawa is the main name of nawa")
    assert ask(fresh, "actor", "join", "rebels", "hts", "--from", "2024-12-01").code == 5


def test_a_misspelt_document_is_said_and_one_of_one_s_own_is_not(fresh: str) -> None:
    """Keys may be free; one beside a registered one is likely meant to be it, and would fill no gap."""
    assert ask(fresh, "document", "add", "reuters-2024-12-07", "--source", "Reuters").code == 0
    claim = ("add-claim", "rebels captured homs", "--document")
    lacking = ask(fresh, *claim, "reuters-2024-12-7")
    assert lacking.code == 3
    assert "did you mean reuters-2024-12-07?" in lacking.refusal[1]
    said = ("--source", "AP", "--said-by", "rebels")
    assert "did you mean reuters-2024-12-07?" in ask(fresh, *claim, "reuters-2024-12-7", *said).err
    assert ask(fresh, *claim, "notebook", *said).err == ""
    assert ask(fresh, *claim, "reuters-2024-12-07").code == 0


def test_merges_cannot_go_round_in_circles(fresh: str) -> None:
    assert ask(fresh, "place", "merge", "nawa", "jasim").code == 0
    back = ask(fresh, "place", "merge", "jasim", "nawa")
    assert back.code == 5, "nawa is read as jasim by now"
    assert ask(fresh, "status", "Nawa").code == 0
    assert ask(fresh, "source", "merge", "AFP", "AP").code == 0
    assert ask(fresh, "source", "merge", "AP", "AFP").code == 5


@pytest.mark.parametrize(
    "words",
    [
        ["place", "add", "", "--kind", "town"],
        ["place", "rename", "Homs", ""],
        ["place", "alias", "Homs", "x" * 30_000],
        ["place", "add", "Farm", "--kind", "other", "--km", "-3"],
        ["source", "add", "  ", "--kind", "wire"],
        ["document", "add", "Not a key"],
        ["add-claim", "rebels captured Homs", "--source", "AP", "--quote", "x" * 30_000],
    ],
    ids=lambda words: " ".join(words)[:40],
)
def test_what_no_event_can_hold_is_a_wrong_use(fresh: str, words: list[str]) -> None:
    before = head(fresh)
    answer = ask(fresh, *words)
    assert answer.code == 2
    assert "tracker (" not in answer.refusal[0]
    assert head(fresh) == before


@pytest.mark.parametrize("command", [*COMMANDS])
def test_no_command_shows_a_traceback_without_a_tracker(tmp_path: Path, command: str) -> None:
    """Whatever is typed after it, where there is no database yet."""
    if command in ("demo", "init"):
        return
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text("place,time,controller\nHoms,2024-12-08,rebels\n", encoding="utf-8")
    words = {
        "add-claim": ["rebels captured Homs", "--source", "x"], "why": ["Homs"], "show": ["c-1"],
        "weigh": ["c-1", "--out"], "evaluate": [str(outcomes)],
        "history": ["Homs"], "diff": ["--policy", "bayes", "vote"],
        "correct": ["c-1", "--place", "x"], "retract": ["c-1"], "confirm": ["c-1"],
        "link": ["c-1", "--same-as", "c-2"], "unlink": ["c-1", "--same-as", "c-2"],
        "check": ["c-1", "confirmed"], "place": ["list"],
        "batch": ["list"], "scheduler": ["status"], "import": ["list"], "export": ["log"],
        "map": ["--svg", str(tmp_path / "a.svg")], "chart": ["--csv"],
        "actor": ["list"], "source": ["list"], "document": ["list"], "setting": ["list"], "db": ["upgrade"],
    }.get(command, [])  # fmt: skip
    answer = tracker(command, *words, "--db", tmp_path / "none.db")
    if command == "doctor":
        assert answer.code in (1, 4)
        return
    assert answer.code == 4
    assert "no tracker at" in answer.refusal[0]
    assert "tracker init" in answer.refusal[1]
    assert not list(tmp_path.glob("none.db*")), "nothing was made by asking"


def test_what_a_next_step_quotes_can_be_pasted(fresh: str, tmp_path: Path) -> None:
    """Paths and names with spaces, quotes or signs that mean something to a shell."""
    (folder := tmp_path / "my $HOME folder").mkdir()
    missing = folder / "it's.db"
    step = tracker("status", "--db", missing).refusal[1]
    assert shlex.split(step.partition(" makes ")[0]) == ["tracker", "init", "--db", str(missing)]
    assert tracker("init", "--db", missing).code == 0
    with closing(sqlite3.connect(missing)) as connection:
        connection.execute("UPDATE checkpoints SET revision = 0")
        connection.commit()
    step = tracker("status", "--db", missing).refusal[1]
    assert shlex.split(step) == ["tracker", "rebuild", "--db", str(missing)]
    assert ask(fresh, "place", "add", "Tell Dar'a Farm", "--kind=village").code == 0
    taken = ask(fresh, "place", "add", "Dar'a's Farm", "--kind=village", "--id=tell-dara-farm")
    assert shlex.split(taken.refusal[1].partition(" if ")[0])[-1] == "Dar'a's Farm"


@pytest.mark.parametrize(
    ("arguments", "error", "step"),
    [
        (["place", "add", "Q", "--kind", "town", "--km", "-3"], "--km cannot be -3.0", "--km 0 or more"),
        (["place", "add", "Q", "--kind", "town", "--km", "nan"], "--km cannot be nan", "--km and a number"),
        (["place", "describe", "Homs", "--population", "-1"], "--population cannot be -1",
         "--population 0 or more"),
        (["place", "add", "Q" * 600, "--kind", "town", "--id", "q"], "the name has 600 characters",
         "the name with 500 characters at most"),
        (["place", "add", "Q", "--kind", "town", "--alias", "Q" * 600], "the other name has 600 characters",
         "500 characters at most"),
        (["add-claim", "rebels captured Homs", *SAID, "--note", "n" * 30_000], "--note has 30,000 characters",
         "--note with 20,000 characters at most"),
        (["add-claim", "rebels captured Homs", *SAID, "--quote", "a\0b"],
         "--quote 'a\\x00b' cannot be recorded: it has a NUL character in it", "--quote with text"),
    ],
    ids=lambda value: " ".join(value)[:60].replace("\0", "") if isinstance(value, list) else "",
)  # fmt: skip
def test_what_no_event_can_hold_is_told_by_its_option(
    fresh: str, arguments: list[str], error: str, step: str
) -> None:
    """Which option, what is wrong with it, what is allowed: in our words, not in those of a library."""
    answer = ask(fresh, *arguments)
    assert answer.code == 2
    assert answer.refusal[0] == error
    assert answer.refusal[1].startswith(step) or step in answer.refusal[1]
    assert not any(word in answer.err.lower() for word in ("input", "should", "string", "another one"))


@pytest.mark.parametrize(
    ("arguments", "error", "step"),
    [
        (["claims", "--since", "2024-12-07", "--until", "2024-12-05"],
         "--since 2024-12-07 is after --until 2024-12-05: nothing lies between",
         "--since 2024-12-05 --until 2024-12-07"),
        (["claims", "--since", "yesterday", "--until", "3 days ago"],
         "--since yesterday is after --until 3 days ago: nothing lies between",
         '--since "3 days ago" --until yesterday'),
        (["log", "--after", "3", "--until", "2"],
         "--after 3 is beyond --until 2: nothing lies between", "--after 2 --until 3"),
        (["log", "--after", "3", "--until", "2", "--csv"],
         "--after 3 is beyond --until 2: nothing lies between", "--after 2 --until 3"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_an_end_before_the_beginning_is_refused(
    fresh: str, arguments: list[str], error: str, step: str
) -> None:
    """It would only find nothing; the same day at both ends, or the same position, is none of that."""
    answer = ask(fresh, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert answer.refusal == (error, step)
    assert ask(fresh, arguments[0], *shlex.split(step)).code == 0
    assert ask(fresh, "claims", "--since", "2024-12-05", "--until", "2024-12-05").code == 0
    assert ask(fresh, "log", "--after", "3", "--until", "3").code == 0


def test_where_nothing_is_the_next_step_is_to_add_something(where: str) -> None:
    """What is proposed can be pasted, and then there is something."""
    assert tracker("init", "--db", where).code == 0
    answer = ask(where, "claims", "--standing", "live")
    assert (answer.code, answer.out) == (0, "")
    said, _, step = answer.err.partition("; ")
    assert said == "nothing has been said yet"
    for thing in ("place", "actor", "source"):
        assert ask(where, thing, "list").err.startswith(f"there is no {thing} yet; tracker {thing} add")
    words = shlex.split(step.removesuffix(" records a first claim\n"))
    assert words[0] == "tracker"
    assert ask(where, *words[1:]).code == 0
    assert ask(where, "claims").out
    assert ask(where, "claims", "--text", "seaside").err == "no claim fits\n"
    assert ask(where, "place", "list", "seaside").err.startswith("no place fits; tracker place list")


@pytest.mark.parametrize(
    "sentence",
    [
        "army denies that rebels captured Homs",
        "rebels are in full control of Homs",
        "rebels captured farms near Homs",
        "rebels captured Homs and Hama",
        "rebels captured Homs late Friday",
        "Homs was captured by rebels, according to the Homs residents",
    ],
)
def test_what_is_proposed_for_a_sentence_is_a_whole_command(fresh: str, sentence: str) -> None:
    """It can be pasted: with the options that were typed, and into the same tracker."""
    typed = ["--source", "AFP", "--reported", "2024-12-07", "--note", "as heard", "--create"]
    before = head(fresh)
    answer = ask(fresh, "add-claim", sentence, *typed)
    assert answer.code == 2
    assert head(fresh) == before, "with --create too a refusal makes no place"
    commands = answer.refusal[1].split(" && ")
    for words in map(shlex.split, commands):
        assert words[0] == "tracker"
        assert words[words.index("--db") + 1] == fresh
        done = tracker(*words[1:])
        assert done.code == 0, done.err
    said = tracker("claims", "--db", fresh, *NOW, "--json").json["claims"]
    assert {one["note"] for one in said} == {"as heard"}
    assert len(said) == sum("add-claim" in one for one in commands)


def test_an_option_that_was_typed_goes_before_none_that_is_proposed(fresh: str) -> None:
    answer = ask(
        fresh, "add-claim", "army denies that rebels captured Homs", "--modality", "asserts", "--source",
        "AFP", "--said-by", "army", "--said-by", "SANA",
    )  # fmt: skip
    words = shlex.split(answer.refusal[1])
    assert [words[at + 1] for at, word in enumerate(words) if word == "--modality"] == ["denies"]
    assert [words[at + 1] for at, word in enumerate(words) if word == "--said-by"] == ["army", "SANA"]
