"""Decides that hostile files are data to every importer; `python -m benchmarks.fuzz` tries thousands."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from xlsxwriter import Workbook

from benchmarks.fuzz import __main__ as campaign
from benchmarks.fuzz import archives, trial
from benchmarks.fuzz.seeds import ALL, Importer, good
from benchmarks.fuzz.trial import Hostile, Trial, Verdict, hostile
from tests.record.effort import tries
from tracker.errors import BadInput
from tracker.importers.rows import Row
from tracker.importers.workbook import read_workbook
from tracker.tracker import Tracker

EACH = tries(12)
XLSX = next(one for one in ALL if one.name == "xlsx")


@pytest.fixture
def given(tmp_path: Path) -> Callable[[Importer, Hostile], Verdict]:
    trials: dict[str, Trial] = {}

    def give(one: Importer, file: Hostile) -> Verdict:
        if one.name not in trials:
            trials[one.name] = Trial(one, tmp_path)
        return trials[one.name].give(file)

    return give


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_good_file_is_recorded_and_a_hostile_one_is_data(one: Importer, tmp_path: Path) -> None:
    """Each ends with a document or a refusal, the chain holds, and the views are those of the log."""
    tried = Trial(one, tmp_path)
    assert tried.give(Hostile(good(one.name), {})).end == "recorded"
    for number in range(EACH):
        verdict = tried.give(hostile(one, number))
        assert verdict.end in ("recorded", "refused"), (number, verdict)
    tried.whole()


@pytest.mark.parametrize("how", [*sorted(archives.HEAVY), *archives.ARCHIVES])
def test_no_workbook_of_a_few_kilobytes_crashes_or_hangs(
    how: str, given: Callable[[Importer, Hostile], Verdict]
) -> None:
    verdict = given(XLSX, Hostile(archives.changed(how, Random(0), good("xlsx")), {}))
    assert verdict.end in ("recorded", "refused"), verdict
    assert verdict.seconds < 10, "2 s is what the campaign asks; a test shares its machine"


@pytest.mark.parametrize("how", ["styles", "many merged", "blank rows", "many cells"])
def test_what_is_far_too_much_for_its_packed_bytes_is_not_read_to_its_end(how: str) -> None:
    """No sheet is as dense as 40,000 styles in 2 KB, though it may hold as many."""
    with pytest.raises(BadInput, match="far more comes out of it than a sheet holds"):
        list(read_workbook(BytesIO(archives.changed(how, Random(0), good("xlsx"))), "f.xlsx"))


def test_a_workbook_may_repeat_itself() -> None:
    """The same claim and link in many rows, bordered cells with nothing in them, blank rows, merged cells."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet, bordered = book.add_worksheet("claims"), book.add_format({"border": 1})
        sheet.write_row(0, 0, ("sentence", "source", "url"))
        for row in range(1, 10_000, 2):
            sheet.write_row(row, 0, ("Army holds Ford", "Wire"))
            sheet.write_url(row, 2, "https://example.org/1")
            for column in range(3, 10):
                sheet.write_blank(row, column, None, bordered)
            sheet.set_row(row + 1, 30, bordered)
        for row in range(10_001, 30_000):
            sheet.merge_range(row, 0, row, 1, "")
    rows = list(read_workbook(file, "f.xlsx"))
    assert (len(rows), {type(row) for row in rows}) == (5_000, {Row})


def test_the_same_number_is_the_same_file() -> None:
    for one in ALL:
        assert hostile(one, 7) == hostile(one, 7)
        assert len({hostile(one, number).data for number in range(9)}) > 4


def test_a_crash_a_hang_and_a_death_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What would find nothing, whatever there was, would prove nothing."""

    def broken(self: Tracker, file: object, **_: object) -> None:
        data = Path(str(file)).read_bytes()
        if data == b"die":
            raise SystemExit(3)
        if data == b"hang":
            time.sleep(60)
        if data == b"crash":
            raise KeyError("x")
        raise BadInput(what="it is refused", try_="another")

    files = (b"crash", b"", b"hang", b"die", b"")
    monkeypatch.setattr(Tracker, "import_file", broken)
    monkeypatch.setattr(campaign, "PATIENCE", 3)
    monkeypatch.setattr(campaign, "MEMORY", 10_000)  # the process of these tests is a large one itself
    monkeypatch.setattr(campaign, "hostile", lambda one, number, seed: Hostile(files[number], {}))
    tally = campaign.tried(ALL[0], range(5), trial.SEED, tmp_path)
    assert (tally.ends["crash"], tally.ends["refused"]) == (3, 2)
    assert [text[:2] for text in tally.found] == ["0:", "2:", "3:"]


def test_an_import_that_waits_takes_as_long_as_it_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what others had of the processor is left out."""
    tried = Trial(ALL[0], tmp_path)

    def waiting(self: Tracker, file: object, **_: object) -> None:
        time.sleep(0.3)
        raise BadInput(what="it is refused", try_="another")

    monkeypatch.setattr(Tracker, "import_file", waiting)
    assert tried.give(Hostile(b"", {})).seconds > 0.25


def test_what_was_recorded_of_a_file_that_is_refused_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = Trial(ALL[0], tmp_path)

    def careless(self: Tracker, file: object, **_: object) -> None:
        self.place_add("Glen", kind="town")
        raise BadInput(what="it is refused", try_="another")

    monkeypatch.setattr(Tracker, "import_file", careless)
    verdict = tried.give(Hostile(b"", {"strict": True}))
    assert (verdict.end, "something was recorded" in verdict.told) == ("crash", True)


def test_a_good_workbook_shares_its_texts(tmp_path: Path) -> None:
    """As spreadsheet programs write it; lies about them are tried on it."""
    (tmp_path / "f.xlsx").write_bytes(good("xlsx"))
    with zipfile.ZipFile(tmp_path / "f.xlsx") as archive:
        assert archives.TEXTS in archive.namelist()
