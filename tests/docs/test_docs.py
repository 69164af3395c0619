"""Decides that the documentation is complete, current and true: its commands run, its links lead on."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from docs import make_cli, make_pictures, make_verbs, transcripts
from tests.demonstrated import Demo
from tracker.cli.commands import COMMANDS
from tracker.cli.shell import cli
from tracker.errors import EXIT_CODES
from tracker.judgement import vocabulary
from tracker.judgement.confidence import SCALES
from tracker.judgement.policies import HALF_LIFE, POLICIES
from tracker.judgement.verdict import SHELF
from tracker.judgement.vocabulary import VERBS
from tracker.record.events import ALL, KINDS, Event, encode
from tracker.tracker import Tracker

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def code(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", read(page), re.MULTILINE | re.DOTALL)


# -- what is printed is what is said -----------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("page", transcripts.PAGES)
def test_every_command_of_a_page_prints_what_the_page_says(page: str, tmp_path: Path, demo: Demo) -> None:
    """`python docs/transcripts.py --write` puts the real answers in."""
    wrong = transcripts.differences(page, tmp_path, demo.done)
    assert [(step.command, step.expected, answer) for step, answer in wrong] == []


def test_every_page_with_commands_is_run() -> None:
    with_commands = [
        page for page in PAGES if re.search(r"^```(console|pycon)$", page.read_text("utf-8"), re.MULTILINE)
    ]
    assert {str(page.relative_to(ROOT)) for page in with_commands} == set(transcripts.PAGES)


def test_dots_stand_for_anything_and_nothing_else_does() -> None:
    assert transcripts.agrees("a\n…\nd…f\n", "a\nb\nc\ndef\n")
    assert transcripts.agrees("a\n…\nb\n", "a\nb\n")
    assert not transcripts.agrees("a\n…\nd\n", "a\nb\n")
    assert not transcripts.agrees("a.c\n", "abc\n")


def test_python_is_talked_to_as_a_terminal_would_be(tmp_path: Path) -> None:
    """A statement over several lines, a value, nothing for None; what was named before is known."""
    page = "```pycon\n>>> for n in (1, 2):\n...     print(n)\n...\n1\n\n2\n>>> n\n2\n>>> None\n```\n"
    found = list(transcripts.steps(page))
    assert [step.expected for step in found] == ["1\n\n2\n", "2\n", ""]
    shell = transcripts.Session(tmp_path)
    assert [shell.answer(step) for step in found] == ["1\n2\n", "2\n", ""]
    (where,) = transcripts.steps("```pycon\n>>> __import__('os').getcwd()\n```\n")
    assert shell.answer(where) == f"{str(tmp_path)!r}\n"


@pytest.mark.slow
def test_the_pictures_are_what_the_terminal_shows(demo: Demo) -> None:
    """`python docs/make_pictures.py` draws them again."""
    shell = transcripts.Session(demo.folder)
    for name, drawn in make_pictures.pictures(shell).items():
        assert (make_pictures.FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawn, name


def test_every_picture_is_shown_somewhere() -> None:
    told = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [path.name for path in make_pictures.FOLDER.iterdir() if f"pictures/{path.name}" not in told] == []


def test_the_python_of_the_python_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in code("docs/python.md", "python"):
        exec(compile(block, "docs/python.md", "exec"), names)


def test_the_log_can_be_checked_without_tracker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script in events.md reads the file with the standard library and comes to the same head."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()
    tracker = Tracker.create("demo/tracker.db", starter="syria")
    tracker.add_claim("rebels captured Sanamayn", source="Reuters", quote="\u201cعاجل\u201d \u2028 \x7f é")
    (block,) = code("docs/events.md", "python")
    exec(compile(block, "docs/events.md", "exec"), {})
    head = tracker.verify()
    assert capsys.readouterr().out == f"{head['position']}:{head['chain_hash']}\n"


# -- nothing is missing ------------------------------------------------------------------------------


def test_the_reference_of_the_command_line_is_current() -> None:
    """`python docs/make_cli.py` writes it again."""
    assert read("docs/cli.md") == make_cli.page()


def test_the_list_of_verbs_is_that_of_the_vocabulary() -> None:
    """`python docs/make_verbs.py` writes it again."""
    assert read("docs/verbs.md") == make_verbs.page()
    assert [verb for verb in VERBS if verb not in read("docs/verbs.md")] == []


def commands(command: click.Command, name: str) -> Iterator[str]:
    yield name
    if isinstance(command, click.Group):
        for inner in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), inner)
            assert found is not None
            yield from commands(found, f"{name} {inner}")


def test_every_command_is_documented() -> None:
    page = read("docs/cli.md")
    missing = [
        full
        for name in COMMANDS
        if (command := cli.get_command(click.Context(cli), name)) is not None
        for full in commands(command, f"tracker {name}")
        if not re.search(rf"^##+ {re.escape(full)}$", page, re.MULTILINE)
    ]
    assert missing == []
    assert all(f"{number} {meaning}" in page for number, meaning in EXIT_CODES.items())


@pytest.mark.parametrize("kind", [event.kind for event in ALL])
def test_every_event_is_documented_with_its_fields_and_a_true_example(kind: str) -> None:
    section = _section("docs/events.md", kind)
    event: type[Event] = KINDS[kind]
    told = re.findall(r"^\| `(\w+)`( \(needed\))? \|", section, re.MULTILINE)
    needed = [
        (name, " (needed)" if field.is_required() else "") for name, field in event.model_fields.items()
    ]
    assert told == needed
    (example,) = re.findall(r"^```json\n(.*)\n```$", section, re.MULTILINE)
    made = event.model_validate_json(example)
    assert encode(made) == example
    pattern = re.sub(r"<\w+>", "X", "|".join(re.findall(r"`(\w+/<[^`]+)`", section)))
    assert re.fullmatch(pattern.replace("X", r"[^@]+"), made.stream)


def _section(page: str, title: str) -> str:
    found = re.search(rf"^### {re.escape(title)}$(.*?)(?=^###? |\Z)", read(page), re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no section {title}"
    return found[1]


def test_every_word_of_the_vocabulary_is_in_the_glossary() -> None:
    words = {
        *vocabulary.PREDICATES, *vocabulary.MODALITIES, *vocabulary.RELATIONS, *vocabulary.EXTENTS,
        *vocabulary.OUTCOMES, *vocabulary.BASES, *vocabulary.STANCES, *vocabulary.CHECKS, *vocabulary.GRADES,
        *vocabulary.PLACE_KINDS, *vocabulary.ACTOR_LEVELS, *vocabulary.SOURCE_KINDS,
        "held", "contested", "unknown", "assessed", "claimed", "none", "fresh", "ageing", "stale",
        "live", "corroborated", "contradicted", "superseded", "retracted", "corrected",
    }  # fmt: skip
    page = read("docs/glossary.md")
    assert sorted(word for word in words if f"`{word}`" not in page) == []
    assert sorted(word for word in vocabulary.MANNERS if word not in page) == []
    assert sorted(word for word in vocabulary.OTHER_KINDS if word not in page) == []


def test_the_glossary_means_what_the_vocabulary_means() -> None:
    page = read("docs/glossary.md")
    for word, meaning in [*vocabulary.PREDICATES.items(), *vocabulary.MODALITIES.items()]:
        if word not in ("advanced", "other"):
            assert f"| `{word}` | {meaning} |" in page


def test_every_term_of_the_house_is_in_the_glossary() -> None:
    page = read("docs/glossary.md")
    terms = (
        "claim", "origin", "source", "voice", "hop", "attribution", "predicate", "modality", "actor", "side",
        "place", "belief", "verdict", "status", "controller", "basis", "freshness", "conflict", "pressure",
        "context",
        "event", "stream", "position", "projection", "checkpoint", "head", "witness", "redact", "starter",
    )  # fmt: skip
    assert [term for term in terms if not re.search(rf"\*\*{term}\b|^### {term}", page, re.I | re.M)] == []


def test_the_figures_of_the_belief_are_those_of_the_code() -> None:
    from tracker.judgement import belief, reliability

    page = read("docs/belief.md")
    for row in reliability.ROWS.values():
        cells = " | ".join(f"{r:.2f}".lstrip("0") for r in row.values())
        assert f"| {cells} |" in page
    assert f"k = {belief.DOUBT:g} g" in page
    assert f"k = {belief.CONTESTED:g} g" in page
    assert f"k = {belief.ENTERED:g}" in page
    assert f"above {belief.CAP:g}".replace("0.", ".") in page
    assert f"lam = {belief.NEWS_ONLY:g} " in page
    assert f"{belief.ECHO:g}^n" in page
    for grade, r in reliability.GRADES.items():
        assert f"{grade} {r:.2f}".replace(" 0.", " .") in page
    days = {name: shelf // (24 * 3600 * 1_000_000) for name, shelf in SHELF.items()}
    assert (
        f"captured {days['captured']} days, holds {days['holds']}, an attack repelled {days['fighting']}"
        in page
    )


def test_every_verb_of_the_facade_is_documented() -> None:
    page = read("docs/python.md")
    verbs = [name for name, value in vars(Tracker).items() if not name.startswith("_") and callable(value)]
    assert [name for name in verbs if f"`{name}(" not in page] == []


def test_every_scale_is_documented() -> None:
    assert [scale for scale in SCALES if scale not in read("docs/events.md")] == []


# -- the JSON page -----------------------------------------------------------------------------------


def _keys(title: str) -> set[str]:
    """The keys in the first column of the tables of a section of json.md."""
    found = re.search(
        rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", read("docs/json.md"), re.MULTILINE | re.DOTALL
    )
    assert found, title
    rows = re.findall(r"^\| (`.+?`) \|(.*)$", found[1], re.MULTILINE)
    return {key for first, _ in rows for key in re.findall(r"`([a-z_]+)`", first)}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Tracker:
    """A tracker with two claims that contradict each other."""
    instant = 1_733_600_000_000_000  # 2024-12-07T19:33Z
    where = tmp_path_factory.mktemp("json") / "tracker.db"
    tracker = Tracker.create(where, starter="syria", clock=lambda: instant)
    tracker.add_claim("Syrian army holds Sanamayn", source="Reuters", at="2024-12-07")
    tracker.add_claim("rebels captured Homs", source="AFP", said_by=["rebels"], at="2024-12-07")
    return tracker


def test_the_keys_of_a_verdict_are_those_on_the_page(told: Tracker) -> None:
    status = told.status("Homs")
    assert set(status) == _keys("`status PLACE`")
    why = told.why("Homs")
    assert set(why) - set(status) == _keys("`why PLACE`")
    row = next(one for one in told.status()["places"] if one["place"]["id"] == "homs")
    assert set(status) - set(row) == {
        "because",
        "weighed",
        "beside",
        "held_back",
        "decided",
        "note",
        "across",
        "because_for",
    }
    page = read("docs/json.md")
    assert all(f"`{key}`" in page for key in why["steps"][0])


def test_the_keys_of_a_summed_up_area_are_those_on_the_page(told: Tracker) -> None:
    found = told.regions("Homs")
    row = found["area"]
    count = {"summary", "settlements", "facilities", "latest_change"}
    sums = set(row["settlements"]["places"])
    assert set(found) | {"note"} | count | sums == _keys("`regions`")
    assert set(found["total"]) == set(found["outside"]) == count
    assert set(row) - count == {"area", "verdict", "said"}
    page = read("docs/json.md").partition("## `regions`")[2].partition("\n## ")[0]
    side, place = row["settlements"]["sides"][0], found["places"][0]
    for key in (*row, *row["area"], *row["settlements"], *side, *place):
        assert f"`{key}`" in page, key
    assert set(told.status("homs-governorate")) - set(told.status("hama")) == {"summary"}


def test_the_keys_of_a_history_and_a_difference_are_those_on_the_page(told: Tracker) -> None:
    page = read("docs/json.md")
    for knowledge in (False, True):
        found = told.history("Homs", knowledge=knowledge)
        assert set(found) == _keys("`history PLACE`")
        assert [key for span in found["spans"] for key in span if f"`{key}`" not in page] == []
        assert found["spans"]
    found = told.diff("Homs", policy=("bayes", "two-origins"))
    assert set(found) == _keys("`diff [PLACE]`")
    assert [key for key in found["places"][0] if f"`{key}`" not in page] == []
    assert [key for claim in found["places"][0]["claims"] for key in claim if f"`{key}`" not in page] == []


def test_the_keys_of_a_map_are_those_on_the_page(told: Tracker) -> None:
    found = told.map()
    assert set(found) == _keys("`map`")
    page = read("docs/json.md").partition("## `map`")[2].partition("\n## ")[0]
    every = (*found["actors"][0], *found["places"], *found["spans"])
    assert [key for key in every if f"`{key}`" not in page] == []


def test_the_keys_of_an_evaluation_are_those_on_the_page(told: Tracker, tmp_path: Path) -> None:
    file = tmp_path / "outcome.csv"
    file.write_text("place,time,controller\nHoms,2024-12-06,rebels\nNowhere,2024-12-06,rebels\n")
    found = told.evaluate(file, end="2024-12-08")
    assert set(found) == _keys("`evaluate FILE`")
    page = read("docs/json.md").partition("## `evaluate FILE`")[2].partition("\n## ")[0]
    one = found["policies"][0]
    inner = (one[key] for key in ("detection", "flips", "near"))
    every = [*one, *(key for part in inner for key in part), *one["calibration"][0], *found["bad"][0]]
    assert [key for key in (*every, *found["best"], *found["rows"]) if f"`{key}`" not in page] == []


def test_the_keys_of_a_verdict_by_another_rule_are_those_on_the_page(told: Tracker) -> None:
    plain, claimed = told.why("Homs"), told.why("Homs", policy="claimed")
    assert set(claimed) - set(plain) == {"claimed_by"}
    assert set(claimed["steps"][0]) - set(plain["steps"][0]) == {"why"}
    assert set(claimed["because"][0]) - set(plain["because"][0]) == {"step", "why"}
    page = read("docs/json.md")
    assert all(f"`{key}`" in page for key in ("claimed_by", *claimed["claimed_by"][0], "step", "why"))


def test_every_rule_is_documented() -> None:
    page = read("docs/belief.md")
    assert [policy.name for policy in POLICIES if f"| `{policy.name}` |" not in page] == []
    assert f"half its weight in {HALF_LIFE} days" in page


def test_the_keys_of_a_claim_are_those_on_the_page(told: Tracker) -> None:
    (one,) = told.claims(place="Homs")["claims"]
    page = read("docs/json.md")
    assert [key for key in one if f"`{key}`" not in page] == []
    assert _keys("`claims`") - set(one) == set()
    whole = told.show(one["id"])
    assert set(whole) - set(one) == {"links", "reviews", "history"}


def test_the_keys_of_an_answer_are_those_on_the_page(told: Tracker) -> None:
    claim = told.claims(place="Homs")["claims"][0]["id"]
    corrected = told.correct(claim, place="Hama", dry_run=True)
    assert set(corrected) - {"notes"} == _keys("`add-claim`, `correct`")
    page = read("docs/json.md")
    for answer in (
        told.retract(claim, dry_run=True), told.verify(), told.doctor(), told.settings(), next(told.log()),
        told.db_current(), told.db_upgrade(), told.init(),
        told.show_thing("place", "Homs"), told.show_thing("actor", "SDF"), told.show_thing("source", "SOHR"),
    ):  # fmt: skip
        assert [key for key in answer if key != "note" and f"`{key}`" not in page] == []


def test_json_is_json(tmp_path: Path) -> None:
    """Every block that says so can be read as such."""
    for page in PAGES:
        for block in code(str(page.relative_to(ROOT)), "json"):
            json.loads(block)


# -- links -------------------------------------------------------------------------------------------


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            dead.append(target)
    assert dead == []


def test_the_scripts_of_the_documentation_need_nothing_but_tracker() -> None:
    """So that anybody with a checkout can write the generated parts again."""
    allowed = {*sys.stdlib_module_names, "click", "docs", "tracker"}
    for script in ROOT.glob("docs/*.py"):
        imported = re.findall(r"^(?:from|import) (\w+)", script.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(imported) <= allowed, script.name
