"""Decides that workbooks go out and come in as what they say, and that a hostile one is refused."""

from __future__ import annotations

import builtins
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from tests.exporters.test_claims import CLAIMS, exported, furnished, other, say_all, told, verdicts
from tracker.errors import BadInput, NotInstalled
from tracker.importers import archive
from tracker.tracker import Tracker


@pytest.fixture
def tracker(where: str) -> Tracker:
    return furnished(where)


@pytest.fixture
def mine(tmp_path: Path) -> Tracker:
    return furnished(str(tmp_path / "mine.db"))


def saved(path: Path, rows: list[list[Any]], title: str = "claims") -> Path:
    book = openpyxl.Workbook()
    book.create_sheet(title, 0)
    for row in rows:
        book[title].append(row)
    book.save(path)
    return path


HEAD = ["sentence", "source", "occurred"]
ROW = ["Clan captured Ford", "Wire", "2024-12-05"]


def test_an_export_is_known_where_it_was_made_and_the_same_elsewhere(
    tracker: Tracker, tmp_path: Path
) -> None:
    say_all(tracker)
    tracker.add_claim(
        "Army holds Mill", source="Wire", note="=1+1 _x0041_ \x1b\r\n'=x", url="https://x.org/_x0041_"
    )
    path = exported(tracker, "xlsx", tmp_path)
    again = tracker.import_file(path)
    assert (again["known"], again["rejected"]) == (len(CLAIMS) + 1, 0), again["reasons"]
    there = other(tmp_path)
    assert there.import_file(path)["recorded"] == len(CLAIMS) + 1
    assert told(there) == told(tracker)
    assert verdicts(there) == verdicts(tracker)


def test_nothing_in_it_is_run(mine: Tracker, tmp_path: Path) -> None:
    mine.add_claim(
        "Army holds Mill", source="Wire", note='=HYPERLINK("http://x")', quote="https://example.org"
    )
    written = member(exported(mine, "xlsx", tmp_path))
    assert b"=HYPERLINK(" in written
    assert b"<f>" not in written
    assert b"<hyperlink" not in written


def member(path: Path, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def test_the_template_has_lists_and_can_be_filled_in(mine: Tracker, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    mine.export("template", out=path)
    book = openpyxl.load_workbook(path)
    sheet = book["claims"]
    heads = [cell.value for cell in sheet[1]]
    assert {"sentence", "predicate", "place", "source", "occurred"} <= set(heads)
    lists = {str(one.sqref).partition(":")[0]: one for one in sheet.data_validations.dataValidation}
    column = sheet.cell(2, heads.index("place") + 1).coordinate
    assert lists[column].type == "list"
    source = lists[column].formula1.partition("!")[2].replace("$", "")
    assert [row[0].value for row in book["lists"][source]] == ["Ford", "Mill"]
    assert mine.import_file(path)["rows"] == 0
    for head, value in {"predicate": "captured", "actors": "Clan", "place": "Ford", "source": "Wire",
                        "occurred": datetime(2024, 12, 5), "km": 2}.items():  # fmt: skip  # noqa: DTZ001
        sheet.cell(2, heads.index(head) + 1, value)
    book.save(path)
    done = mine.import_file(path)
    assert (done["recorded"], done["rejected"]) == (1, 0), done["reasons"]
    (claim,) = mine.claims()["claims"]
    assert claim["occurred"]["text"] == "2024-12-05"
    assert claim["km"] == 2.0


def test_cells_are_read_as_they_show(mine: Tracker, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Sentence", "Source", "Occurred", "Confidence", "Note"],
        ["Clan captured Ford", "Wire", datetime(2024, 12, 5, 18, 30), 0.7, 12.0],  # noqa: DTZ001
        [None, None, None, None, None],
        ["Army captured Ford", "Wire", datetime(2024, 12, 6), "likely", True],  # noqa: DTZ001
        ["#REF!", "Wire"],
        ["Army holds Mill", "Wire", None, None, None, "beyond"],
    ]
    path = saved(tmp_path / "f.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book["claims"]["A5"].data_type = "e"
    book.save(path)
    done = mine.import_file(path)
    assert (done["rows"], done["recorded"], done["rejected"]) == (4, 2, 2)
    assert {(one["line"], one["why"]) for one in done["reasons"]} == {
        (5, "the sheet shows an error there (#REF!)"), (6, "it goes on beyond the head"),
    }  # fmt: skip
    first, second = mine.claims()["claims"]
    assert (first["occurred"]["text"], first["confidence"], first["note"]) == (
        "2024-12-05T18:30:00",
        0.7,
        "12",
    )
    assert (second["occurred"]["text"], second["note"]) == ("2024-12-06", "true")


def test_of_several_sheets_that_of_claims_is_read(mine: Tracker, tmp_path: Path) -> None:
    path = saved(tmp_path / "f.xlsx", [["words"], ["of the day"]], "About")
    book = openpyxl.load_workbook(path)
    for row in (HEAD, ROW):
        book.create_sheet("Claims").append(row) if "Claims" not in book else book["Claims"].append(row)
    book.save(path)
    assert mine.import_file(path)["recorded"] == 1


def packed(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """A workbook whose members were changed behind its back."""
    saved(path, [HEAD, ROW])
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


BOOK = "xl/workbook.xml"


def replaced(old: bytes, new: bytes, name: str = SHEET) -> Callable[[dict[str, bytes]], object]:
    def change(members: dict[str, bytes]) -> None:
        assert old in members[name]
        members[name] = members[name].replace(old, new)

    return change


def more(rows: bytes) -> Callable[[dict[str, bytes]], object]:
    return replaced(b"</sheetData>", rows + b"</sheetData>")


BAD: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "bomb": (lambda m: m.update({"xl/media/a.bin": bytes(2**24)}), "far more comes out of it"),
    "many": (lambda m: m.update({f"x/{n}": b"" for n in range(3000)}), "files in it"),
    "entities": (
        lambda m: m.update({SHEET: b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + m[SHEET]}), "it defines entities"
    ),
    "broken": (lambda m: m.update({SHEET: m[SHEET][:200]}), "it is no whole workbook"),
    "no book": (lambda m: m.pop("xl/workbook.xml"), "it is no whole workbook"),
    "late": (
        lambda m: m.update({SHEET: b"<!--%70000s--><!DOCTYPE x [<!ENTITY a 'b'>]>" % b"" + m[SHEET]}),
        "it defines entities",
    ),
    "dense": (more(b"<row r='3'>" + b"<c/>" * 100_000 + b"</row>"), "far more comes out of it"),
    "wide": (
        more(b"<row r='3'>" + b"".join(b"<c r='%X'/>" % n for n in range(100_000)) + b"</row>"),
        "a row has more than",
    ),
    "deep": (more(b"<row r='3'>" + b"<c>" * 100 + b"</c>" * 100 + b"</row>"), "it is nested too deep"),
    "long": (
        more(b"<row r='3'><c><v>%s</v></c></row>" % Random(1).randbytes(2**21).hex().encode()),
        "a cell of it is longer than",
    ),
    "blank": (
        more(b"".join(b"<row r='%d'><c r='XFD%d'/></row>" % (n, n) for n in range(3, 99))),
        "hardly anything but blank cells",
    ),
    "same sheets": (
        replaced(b"</sheets>", b'<sheet name="x" sheetId="9" r:id="rId1"/>' * 200 + b"</sheets>", BOOK),
        "more sheets than are in it",
    ),
    "far away": (replaced(b'<row r="2"', b'<row r="99999999999"'), "up to line 65,536 hardly anything but"),
}  # fmt: skip


@pytest.mark.parametrize("how", BAD)
def test_a_hostile_workbook_is_refused(how: str, mine: Tracker, tmp_path: Path) -> None:
    change, wrong = BAD[how]
    path = packed(tmp_path / "f.xlsx", change)
    before = list(mine.log())
    with pytest.raises(BadInput) as refused:
        mine.import_file(path)
    assert wrong in str(refused.value)
    assert list(mine.log()) == before


def test_what_is_packed_cannot_be_more_than_there_is(mine: Tracker, tmp_path: Path) -> None:
    """How steep a bomb is would be told by its directory, which may lie."""
    path = packed(tmp_path / "f.xlsx", lambda members: members.update({"a.bin": bytes(2**24)}))
    data = bytearray(path.read_bytes())
    start = data.rfind(b"PK\x01\x02")
    data[start + 20 : start + 24] = (2**20).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(BadInput, match="more is packed in it than it is long"):
        mine.import_file(path)


def test_an_escape_that_stands_for_no_text_is_told(mine: Tracker, tmp_path: Path) -> None:
    done = mine.import_file(saved(tmp_path / "f.xlsx", [HEAD, ["Clan captured _xD800_", "Wire"], ROW]))
    assert (done["recorded"], done["rejected"]) == (1, 1)
    assert "a lone surrogate" in done["reasons"][0]["why"]


@pytest.mark.parametrize("claimed", [b"A1:XFD1048576", b"A1:A1"])
def test_what_a_sheet_says_of_its_size_is_not_asked(claimed: bytes, mine: Tracker, tmp_path: Path) -> None:
    path = packed(tmp_path / "f.xlsx", replaced(b'<dimension ref="A1:C2"', b'<dimension ref="%b"' % claimed))
    done = mine.import_file(path)
    assert (done["rows"], done["recorded"]) == (1, 1)


def test_too_much_is_refused_before_it_is_opened(
    mine: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "f.xlsx", [HEAD, ROW])
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    with pytest.raises(BadInput, match="MB come out of it"):
        mine.import_file(path)


def test_what_is_no_workbook_is_refused(mine: Tracker, tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    for content, wrong in (
        (b"sentence;source\n", "is no workbook"),
        (b"\xd0\xcf\x11\xe0" * 200, "is no workbook"),
    ):
        path.write_bytes(content)
        with pytest.raises(BadInput, match=wrong):
            mine.import_file(path)
    with pytest.raises(BadInput, match="there is nothing in it"):
        mine.import_file(saved(path, []))
    with pytest.raises(BadInput, match="how it is encoded"):
        mine.import_file(saved(path, [HEAD, ROW]), encoding="cp1256")
    with pytest.raises(BadInput, match="nothing that can be printed"):
        mine.export(out=io.StringIO(), file_format="xlsx")


def test_a_text_that_no_cell_holds_is_refused(mine: Tracker, tmp_path: Path) -> None:
    details = {f"word{n}": "x" * 4000 for n in range(9)}
    row = {"sentence": "Clan captured Ford", "source": "Wire", "details": details}
    (tmp_path / "f.jsonl").write_text(json.dumps(row), "utf-8")
    assert mine.import_file(tmp_path / "f.jsonl")["recorded"] == 1
    with pytest.raises(BadInput, match="a cell holds 32,767 characters"):
        exported(mine, "xlsx", tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir() if "mine" not in one.name) == ["f.jsonl"]


def test_without_the_extra_it_is_said_what_to_install(
    mine: Tracker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "f.xlsx", [HEAD, ROW])
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] in ("openpyxl", "xlsxwriter"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    for use in (lambda: mine.import_file(path), lambda: exported(mine, "xlsx", tmp_path)):
        with pytest.raises(NotInstalled) as refused:
            use()
        assert refused.value.next_step == "pip install 'tracker[xlsx]'"


def test_a_workbook_that_is_read_as_text_is_told_from_a_wrong_encoding(mine: Tracker, tmp_path: Path) -> None:
    path = saved(tmp_path / "claims.xlsx", [HEAD, ROW])
    with pytest.raises(BadInput, match="it is a workbook or another archive"):
        mine.import_file(path, file_format="csv")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_places_that_were_exported_are_the_same_elsewhere_with_all_their_names(
    form: str, mine: Tracker, tmp_path: Path
) -> None:
    mine.alias("place", "Ford", ["Al-Ford", "فورد"])
    path, again = tmp_path / f"places.{form}", tmp_path / "again.csv"
    mine.export("places", out=path)
    assert mine.import_file(path, file_format="places", dry_run=True)["known"] == 2
    there = Tracker.create(str(tmp_path / "there.db"))
    assert there.import_file(path, file_format="places")["recorded"] == 2
    there.export("places", out=again)
    mine.export("places", out=tmp_path / "mine.csv")
    assert again.read_bytes() == (tmp_path / "mine.csv").read_bytes()
