"""Decides how an import is typed and told."""

from __future__ import annotations

import json
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cli.running import COMMAND, surroundings, tracker
from tracker.cli import import_
from tracker.desk import importing
from tracker.desk.importing import Progress
from tracker.record.store import Store

NOW = ("--now", "2024-12-09T12:00:00Z")
TABLE = """sentence;source;occurred
rebels captured Hama;AFP;2024-12-05
rebels captured Hommms;AFP;2024-12-08
rebels captured Hommms;SOHR;2024-12-08
SDF captured Tartus;The Herald;2024-12-09
rebels captured Homs;SOHR;soon
"""


@pytest.fixture
def where(tmp_path: Path) -> Path:
    made = tmp_path / "tracker.db"
    assert tracker("init", "--starter", "syria", "--db", made, *NOW).code == 0
    for name in ("claims.csv", "claims.doc"):
        (tmp_path / name).write_text(TABLE, encoding="utf-8")
    return made


def test_what_is_not_known_is_told_once_with_what_may_be_meant(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    tried = tracker("import", file, "--db", where, *NOW, "--dry-run")
    assert tried.out.splitlines()[0] == "1 would be recorded, 0 known, 4 rejected of 5 rows"
    assert "place        Hommms (2): did you mean Homs" in tried.out
    assert "source       The Herald (1):" in tried.out
    assert "actor " not in tried.out, "it was looked for among actors as well, and nobody asked for that"
    assert "line 6       cannot read 'soon' as a time" in tried.out
    assert "after        Hama: held by rebels" in tried.out
    assert list(tmp_path.glob("*.rejected.csv")) == []
    done = tracker("import", file, "--db", where, *NOW)
    assert done.out.startswith("1 recorded, 0 known, 4 rejected of 5 rows (i-")
    rejected = tmp_path / "claims.csv.rejected.csv"
    assert f"{rejected} has them with their reasons" in " ".join(done.out.split())
    assert len(rejected.read_text("utf-8").splitlines()) == 5
    again = tracker("import", file, "--db", where, *NOW, "--json").json
    assert (again["recorded"], again["known"], again["rejected"]) == (0, 1, 4)


def test_an_alias_given_the_rest_is_recorded(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "claims.csv"
    tracker("import", file, "--db", where, *NOW)
    assert tracker("place", "alias", "Homs", "Hommms", "--db", where, *NOW).code == 0
    again = tracker("import", file, "--db", where, *NOW)
    assert again.out.startswith("2 recorded, 1 known, 2 rejected of 5 rows")


def test_imports_are_listed_undone_and_restored(where: Path, tmp_path: Path) -> None:
    assert "nothing was imported yet" in tracker("import", "list", "--db", where, *NOW).err
    id_ = tracker("import", tmp_path / "claims.csv", "--db", where, *NOW, "--json").json["import"]
    row = tracker("import", "list", "--db", where, *NOW).out.splitlines()[1]
    assert row.split()[:5] == [id_, "claims.csv", "finished", "1", "4"]
    assert (
        tracker("import", "list", "--db", where, "--csv").out.splitlines()[1].startswith(f"{id_},claims.csv,")
    )
    for words in (("--db", where, "import", "list"), ("import", "--db", where, "list")):
        assert tracker(*words, *NOW).out.splitlines()[1] == row, "options may stand before the command"
    undone = tracker("import", "undo", id_, "--reason", "a test", "--db", where, *NOW).out
    assert undone.splitlines()[0].startswith(f"undone: claims.csv ({id_}), event ")
    assert "before       Hama: held by rebels" in undone
    refused = tracker("import", tmp_path / "claims.csv", "--db", where, *NOW)
    assert (refused.code, refused.refusal[1]) == (5, f"tracker import restore {id_}")
    assert tracker("import", "list", "--db", where, "--json").json["imports"][0]["reason"] == "a test"
    assert tracker("import", "restore", id_, "--db", where, *NOW).code == 0


@pytest.mark.parametrize(
    ("words", "code", "told", "step"),
    [
        (["none.csv"], 2, "there is no file none.csv", "the path"),
        (["claims.doc"], 2, "cannot be told by its name", "--format csv or --format jsonl"),
        (["undo", "i-x"], 3, "no import has the id 'i-x'", "tracker import list"),
        (["claims.csv", "--encoding", "klingon"], 2, "no encoding 'klingon'", "utf-8"),
        (["claims.csv", "--strict"], 2, "4 of 5 rows", "without --strict"),
        (["claims.csv", "--rejected", "no/such/folder.csv"], 2, "could not be written", "--rejected FILE"),
        (["file"], 2, "Missing argument 'FILE'", "--help"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    where: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: int,
    told: str,
    step: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = tracker("import", *words, "--db", where, *NOW)
    assert answer.code == code, answer.err
    assert told in answer.refusal[0]
    assert step in answer.refusal[1]


def test_ctrl_c_keeps_whole_chunks_and_says_so(where: Path, tmp_path: Path) -> None:
    rows = [
        {
            "sentence": "rebels captured Hama",
            "source": "AFP",
            "occurred": "2024-12-05",
            "url": f"https://a.org/{n}",
        }
        for n in range(30_000)
    ]
    file = tmp_path / "many.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    running = subprocess.Popen(
        [COMMAND, "import", str(file), "--db", where, *NOW], stderr=subprocess.PIPE, text=True,
        env=surroundings(),
    )  # fmt: skip
    counting = 0
    while counting < 4000:  # then of the first chunk it is known to the import itself that it is recorded
        assert running.poll() is None
        counting = sum(
            one["counting"] for one in tracker("import", "list", "--db", where, "--json").json["imports"]
        )
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "claims are recorded; the same command goes on from there" in err
    (half,) = tracker("import", "list", "--db", where, "--json").json["imports"]
    assert half["state"] == "started"
    assert half["counting"] % 2000 == 0
    assert 0 < half["counting"] < 30_000
    assert tracker("verify", "--db", where).code == 0


def test_where_another_writes_for_too_long_what_is_recorded_is_told(
    where: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.record.sqlite.WAIT", 0.1)
    monkeypatch.setattr(importing, "CHUNK", 2)
    file = tmp_path / "more.csv"
    file.write_text(TABLE[: TABLE.index("rebels captured Hommms")] + "".join(
        f"rebels captured Homs;AFP;2024-12-0{day}\n" for day in range(1, 9)), "utf-8")  # fmt: skip
    with ExitStack() as other:

        def begin(meter: import_._Meter, at: Progress) -> None:
            meter.recorded = at.recorded
            if at.recorded == 4:
                store = other.enter_context(Store.open(str(where)))
                other.enter_context(store.transaction())

        monkeypatch.setattr(import_._Meter, "__call__", begin)
        answer = tracker("import", file, "--db", where, *NOW)
    assert answer.code == 4
    assert "another process has been writing" in answer.refusal[0]
    assert answer.refusal[1] == "the same command, which goes on from there; 4 claims are recorded"
    monkeypatch.undo()
    assert tracker("import", file, "--db", where, *NOW).out.startswith("5 recorded, 4 known, 0 rejected of 9")


def test_of_many_changes_the_first_are_told(where: Path, tmp_path: Path) -> None:
    every = tracker("place", "list", "--db", where, "--json").json["places"]
    towns = [one for one in every if one["kind"] == "town"][:14]
    file = tmp_path / "many.csv"
    rows = [f"rebels,captured,{one['id']},AFP,2024-12-05\n" for one in towns]
    file.write_text("".join(("actors,predicate,place,source,occurred\n", *rows)), encoding="utf-8")
    tried = tracker("import", file, "--db", where, *NOW, "--dry-run").out
    assert (tried.count("before  "), tried.count("after  ")) == (10, 10)
    assert "and 4 more; --json has them all" in tried
    id_ = tracker("import", file, "--db", where, *NOW, "--json").json["import"]
    assert "and 4 more; --json has them all" in tracker("import", "undo", id_, "--db", where, *NOW).out


def test_a_gazetteer_is_told_as_claims_are_and_its_places_can_be_named(where: Path, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    table = (
        "place_id,name,lat,lon,parent\ngn:1,Homs,34.73,36.71,Homs Governorate\ngn:2,Mill,34.8,36.7,Nowhere\n"
    )
    file.write_text(table.replace("Homs,34.73", "Mill,34.8001"), encoding="utf-8")
    done = tracker("import", file, "--format", "places", "--db", where, *NOW)
    assert done.out.startswith("1 recorded, 0 known, 1 rejected of 2 rows (i-"), done.err
    assert "place        Nowhere (1):" in done.out
    more = tmp_path / "more.csv"
    more.write_text("code,name,lat,lon\ngn:3,Mill,34.8,36.71\n", encoding="utf-8")
    twin = tracker("import", more, "--format", "places", "--db", where, *NOW).out
    assert "note         Mill (mill-3) lies 0.0 km from mill, a town of the same name" in " ".join(
        twin.split("\n")[1:2]
    )
    said = tracker("add-claim", "rebels captured gn:1", "--source", "SOHR", "--db", where, *NOW)
    assert said.code == 0, said.err
    id_ = tracker("import", file, "--format", "places", "--db", where, *NOW, "--json").json["import"]
    refused = tracker("import", "undo", id_, "--db", where, *NOW)
    assert refused.code == 5
    assert "stands what is of other origin: 1 claim (c-2412" in refused.refusal[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--min-population", "5"], "--min-population says nothing here"),
        (["--format", "geonames"], "a GeoNames dump has 19"),
        (["--format", "geojson"], "it is no JSON"),
        (["--format", "pcodes"], "no column with p-codes"),
        (["--format", "places", "--map", "acled"], "--map says nothing here"),
    ],
)
def test_a_file_that_is_no_gazetteer_is_refused(
    where: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    answer = tracker("import", tmp_path / "claims.csv", *words, "--db", where, *NOW)
    assert (answer.code, told in answer.refusal[0]) == (2, True), answer.err
