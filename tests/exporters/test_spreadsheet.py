"""Decides that a workbook opens in a spreadsheet program (LibreOffice) and shows there what was exported."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from tests.exporters.test_claims import furnished, say_all
from tracker.tracker import Tracker

Shown = Callable[[Path, int], list[list[str]]]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """What LibreOffice shows of a sheet of a workbook, cell by cell."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("soffice is missing; sh .ci/libreoffice installs it, as root")
    home = tmp_path_factory.mktemp("office")

    def show(path: Path, sheet: int) -> list[list[str]]:
        # 44: commas, 34: quotation marks, 76: UTF-8, 1: from the first line on; as shown; the sheet alone.
        told = f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
        done = subprocess.run(
            [program, f"-env:UserInstallation={(home / 'profile').as_uri()}", "--headless",
             "--convert-to", told, "--outdir", str(home / "out"), str(path)],
            capture_output=True, text=True, timeout=180, check=True,
        )  # fmt: skip
        (made,) = (home / "out").glob("*.csv")
        with made.open(encoding="utf-8", newline="") as file:
            cells = list(csv.reader(file))
        made.unlink()
        assert "Error" not in done.stderr, done.stderr
        return cells

    return show


@pytest.fixture
def tracker(tmp_path: Path) -> Tracker:
    made = furnished(str(tmp_path / "tracker.db"))
    say_all(made)
    made.add_claim(
        "Army holds Mill", source="Wire", note="=1+1 _x0041_\n'=x", quote="=HYPERLINK(\"http://x\")",
        url="https://example.org/?a=1&b=<2>", details={"say": "قال"},
    )  # fmt: skip
    return made


def cells_of(path: Path, sheet: str) -> list[list[str]]:
    """The texts that were written, as another reader finds them."""
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [["" if cell is None else unescape(str(cell)) for cell in row] for row in rows]


def filled(rows: list[list[str]]) -> list[list[str]]:
    """Without blanks at the ends of rows and of the sheet, of which each program has its own number."""
    cut = [row[: max((n for n, cell in enumerate(row, 1) if cell), default=0)] for row in rows]
    while cut and not cut[-1]:
        cut.pop()
    return cut


def test_an_export_shows_what_was_exported(tracker: Tracker, tmp_path: Path, shown: Shown) -> None:
    path, table = tmp_path / "claims.xlsx", tmp_path / "claims.csv"
    tracker.export("claims", out=path)
    tracker.export("claims", out=table)
    found = filled(shown(path, 1))
    for row, as_written in zip(found, filled(cells_of(path, "claims")), strict=True):
        assert row == as_written
    with table.open(encoding="utf-8", newline="") as file:
        written = list(csv.reader(file))
    assert found[0] == written[0]
    assert len(found) == len(written) == len(tracker.claims()["claims"]) + 1
    column = found[0].index("quote")
    assert '=HYPERLINK("http://x")' in [row[column] for row in found if len(row) > column], "it is not run"


def test_the_template_shows_its_columns_and_lists(tracker: Tracker, tmp_path: Path, shown: Shown) -> None:
    path = tmp_path / "template.xlsx"
    tracker.export("template", out=path)
    assert filled(shown(path, 1)) == filled(cells_of(path, "claims"))
    lists = filled(shown(path, 2))
    assert lists == filled(cells_of(path, "lists"))
    column = lists[0].index("place")
    assert [row[column] for row in lists[1:3]] == ["Ford", "Mill"]
