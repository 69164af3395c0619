"""Decides how `tracker map` and `tracker chart` behave: what they write, refuse, say and load."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import shlex
import signal
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.running import command, surroundings, tracker

AT = ("--at", "2024-12-07T18:00+03:00")
SPAN = ("--from", "2024-11-26", "--to", "2024-12-11")
BOTH = pytest.mark.parametrize("words", [("map", *AT), ("chart", *SPAN)], ids=["map", "chart"])


@BOTH
def test_both_kinds_of_file_are_written_and_said(
    story_file: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    answer = tracker(*words, "--svg", "one.svg", "--png", "one.PNG", "--db", story_file)
    assert (answer.code, answer.out) == (0, "")
    assert [line.split(":")[0] for line in answer.err.splitlines()] == ["one.svg", "one.PNG"]
    assert ElementTree.parse(tmp_path / "one.svg").getroot().attrib["role"] == "img"
    assert (tmp_path / "one.PNG").read_bytes().startswith(b"\x89PNG")
    assert {path.name for path in tmp_path.glob("*.*")} == {"one.svg", "one.PNG"}, "nothing lies beside them"
    again = (tmp_path / "one.svg").read_bytes(), (tmp_path / "one.PNG").read_bytes()
    os.chmod("one.svg", 0o640)
    assert tracker(*words, "--svg", "one.svg", "--png", "one.PNG", "--db", story_file).code == 0
    assert again == ((tmp_path / "one.svg").read_bytes(), (tmp_path / "one.PNG").read_bytes())
    assert stat.S_IMODE((tmp_path / "one.svg").stat().st_mode) == 0o640


@BOTH
@pytest.mark.parametrize(
    ("more", "what", "step"),
    [
        ([], "where to draw it", "--svg FILE"),
        (["--svg", "one.png"], "ends in .svg", "--png one.png"),
        (["--png", "one.jpg"], "ends in .png", "--png one.png"),
        (["--png", "one"], "ends in .png", "--png one.png"),
        (["--svg", "it's.pdf"], "ends in .svg", """--svg "it's.svg\""""),
        (["--svg", "none/one.svg"], "no folder none", "mkdir -p none"),
        (["--svg", "."], "is a folder", "--svg ./map.svg"),
        (["--svg", "kept.svg"], "is a database", "--svg ANOTHER"),
        (["--svg", "one.svg", "--width", "20"], "20 pixels wide", "--width 240 to 8000"),
        (["--svg", "one.svg", "--width", "90000"], "no use", "--width 240"),
        (["--svg", "one.svg", "--scale", "2"], "--scale is for pixels", "--png FILE"),
        (["--png", "one.png", "--scale", "40"], "--scale 40", "--scale 1 to 4"),
        (["--png", "one.png", "--scale", "4", "--width", "8000"], "than a PNG is made of", "--svg"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_slip_of_the_hand_costs_nothing(
    story_file: Path, tmp_path: Path, words: tuple[str, ...], more: list[str], what: str, step: str
) -> None:
    (tmp_path / "kept.svg").write_bytes(story_file.read_bytes())
    answer = tracker(*words, *more, "--db", story_file)
    assert answer.code == 2
    assert what in answer.refusal[0]
    assert step in answer.refusal[1]
    assert shlex.split(answer.refusal[1]), "it can be typed"
    assert [path.name for path in tmp_path.glob("*.*")] == ["kept.svg"], "nothing was written"
    assert (tmp_path / "kept.svg").read_bytes() == story_file.read_bytes()


@BOTH
def test_what_cannot_be_written_is_no_half_of_a_file(story_file: Path, words: tuple[str, ...]) -> None:
    """The disk is full, or no file may be so large."""
    Path("kept.png").write_text("what was there", encoding="utf-8")
    done = command(*words, "--png", "kept.png", "--scale", "2", "--db", story_file, preexec_fn=_little_room)
    assert done.code == 1
    assert "kept.png could not be written: file too large" in done.refusal[0]
    assert Path("kept.png").read_text(encoding="utf-8") == "what was there"
    assert [path.name for path in Path().iterdir() if path.is_file()] == ["kept.png"]


def _little_room() -> None:
    """No file above 50,000 bytes, which is enough for what SQLite keeps beside a database."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))


def test_a_pipe_is_written_to_as_it_is(story_file: Path) -> None:
    answer = command("map", *AT, "--svg", "/dev/stdout", "--db", story_file)
    assert ElementTree.fromstring(answer.out).tag.endswith("svg")
    assert answer.err == ""


def test_json_is_the_document_that_maps_are_drawn_from(story_file: Path) -> None:
    found = tracker("map", *AT, "--json", "--svg", "one.svg", "--db", story_file)
    assert found.json["places"].keys() >= {"id", "name", "lat", "lon"}
    assert "one.svg" in found.err
    part = tracker("map", *AT, "--json", "--region", "Aleppo Governorate", "--db", story_file).json
    assert part["region"] == {"id": "aleppo-governorate", "name": "Aleppo Governorate"}
    assert "Aleppo" in part["places"]["name"]
    assert "Damascus" not in part["places"]["name"]
    assert tracker("map", *AT, "--json", "--region", "Nowhere", "--db", story_file).code == 3


def test_the_numbers_of_a_chart_come_as_rows_too(story_file: Path) -> None:
    document = tracker("chart", *SPAN, "--json", "--db", story_file).json
    rows = [*csv.DictReader(io.StringIO(tracker("chart", *SPAN, "--csv", "--db", story_file).out))]
    lines = tracker("chart", *SPAN, "--jsonl", "--db", story_file).out.splitlines()
    assert len(rows) == len(lines) == len(document["times"]) > 5
    assert [*rows[0]] == ["time", *document["held"], "contested", "unknown"]
    for i, (row, line) in enumerate(zip(rows, lines, strict=True)):
        wanted = {
            "time": document["times"][i],
            **{side: counts[i] for side, counts in document["held"].items()},
        }
        wanted |= {"contested": document["contested"][i], "unknown": document["unknown"][i]}
        assert json.loads(line) == wanted
        assert row == {key: str(value) for key, value in wanted.items()}


def test_chart_json_keeps_its_keys(story_file: Path) -> None:
    found = tracker("chart", *SPAN, "--count", "population", "--json", "--db", story_file).json
    assert found.keys() == {
        "from", "to", "known_at", "published_by", "policy", "position", "zone", "region", "count", "places",
        "areas", "without_population", "actors", "times", "held", "contested", "unknown",
    }  # fmt: skip
    assert {*found["actors"][0]} == {"id", "name", "shape", "colour", "dark"}
    assert found["count"] == "population"


def test_the_other_axes_are_drawn_and_told(story_file: Path) -> None:
    words = ("map", "--at", "2024-12-06", "--published-by", "2024-12-05", "--policy", "latest")
    assert tracker(*words, "--svg", "one.svg", "--title", "Of then", "--dark", "--db", story_file).code == 0
    told = Path("one.svg").read_text(encoding="utf-8")
    assert "only what had been published by 5 December 2024" in told
    assert "judged by the rule latest" in told
    assert ">Of then</text>" in told
    assert tracker("map", *AT, "--policy", "lates", "--svg", "b.svg", "--db", story_file).code == 2


def test_ones_own_boundaries_replace_the_others(story_file: Path) -> None:
    line = {"type": "LineString", "coordinates": [[36, 34], [38, 36]]}
    feature = {"type": "Feature", "properties": {"disputed": True}, "geometry": line}
    Path("mine.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8"
    )
    assert (
        tracker("map", *AT, "--svg", "one.svg", "--boundaries", "mine.geojson", "--db", story_file).code == 0
    )
    told = Path("one.svg").read_text(encoding="utf-8")
    assert told.count("stroke-dasharray") == 1
    assert "Natural Earth" not in told
    assert "Outlines: mine.geojson" in told
    missing = tracker("map", *AT, "--svg", "two.svg", "--boundaries", "none.geojson", "--db", story_file)
    assert missing.code == 2
    assert not Path("two.svg").exists()


def test_where_nothing_is_known_or_nothing_lies_anywhere_it_is_said(fresh: str) -> None:
    assert "of no place anything is known" in tracker("map", "--svg", "a.svg", "--db", fresh).refusal[0]
    assert "of no place anything is known" in tracker("chart", "--svg", "a.svg", "--db", fresh).refusal[0]
    tracker("place", "add", "Hidden", "--kind", "town", "--db", fresh)
    tracker("add-claim", "rebels captured Hidden", "--source", "Reuters", "--at", "2024-12-07", "--db", fresh)
    refused = tracker("map", "--at", "2024-12-08", "--svg", "a.svg", "--db", fresh)
    assert "has coordinates" in refused.refusal[0]
    assert "tracker place describe" in refused.refusal[1]
    assert tracker("chart", "--to", "2024-12-08", "--svg", "a.svg", "--db", fresh).code == 0


def test_of_letters_that_only_some_machines_have_it_is_said(fresh: str) -> None:
    words = ("place", "add", "東京", "--kind", "city", "--lat", "35.7", "--lon", "139.7")
    assert tracker(*words, "--db", fresh).code == 0
    tracker("add-claim", "rebels captured 東京", "--source", "Reuters", "--at", "2024-12-07", "--db", fresh)
    told = tracker("map", "--at", "2024-12-08", "--png", "a.png", "--db", fresh).err
    assert "a name has letters that the font of tracker lacks" in told
    assert "letters" not in tracker("map", "--at", "2024-12-08", "--svg", "a.svg", "--db", fresh).err


@BOTH
def test_only_a_png_loads_what_draws_pixels(story_file: Path, words: tuple[str, ...]) -> None:
    code = (
        "import json, sys; from tracker.cli.shell import run; code = run(sys.argv[1:])\n"
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    for more, heavy in (["--svg", "a.svg"], False), (["--png", "a.png"], True):
        done = subprocess.run(
            [sys.executable, "-c", code, *words, *more, "--db", str(story_file)],
            env=surroundings({}), capture_output=True, text=True, check=True,
        )  # fmt: skip
        status, modules = json.loads(done.stdout)
        assert status == 0
        assert ("resvg_py" in modules) == heavy
        assert not {"sqlalchemy", "pydantic", "xml.etree"} & {*modules}
