"""The page's files: a closed list, one script without imports, and no name twice in it."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tracker.page import assets
from tracker.page.assets import ENTRIES, MODULES, STYLES, script, styles

STATIC = Path(assets.__file__).parent / "static"
NAMED = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class)\s+(\w+)", re.MULTILINE)
IMPORTED = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";$', re.MULTILINE)


def test_every_script_is_in_the_list() -> None:
    """A module that is not would be missing in the page that is one file."""
    assert {path.name for path in STATIC.glob("*.js")} == {*MODULES, *ENTRIES}
    assert set(STYLES) <= {path.name for path in STATIC.glob("*.css")}


def test_modules_stand_after_those_that_they_need() -> None:
    for entry in ENTRIES:
        order = [*MODULES, entry]
        for i, name in enumerate(order):
            for _, needed in IMPORTED.findall((STATIC / name).read_text("utf-8")):
                assert needed in order[:i], f"{name} needs {needed}, which stands after it"


def test_no_name_is_given_twice() -> None:
    """In one script all modules share their names."""
    names = Counter(name for path in STATIC.glob("*.js") for name in NAMED.findall(path.read_text("utf-8")))
    assert [name for name, count in names.items() if count > 1] == []


def test_what_is_imported_is_there_and_used() -> None:
    for path in STATIC.glob("*.js"):
        text = path.read_text("utf-8")
        for names, whence in IMPORTED.findall(text):
            there = (STATIC / whence).read_text("utf-8")
            for name in (one.strip() for one in names.split(",") if one.strip()):
                assert re.search(
                    rf"^export (?:async )?(?:const|let|function|class) {name}\b", there, re.MULTILINE
                )
                assert len(re.findall(rf"\b{name}\b", text)) > 1, f"{path.name} imports {name} for nothing"


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_one_script_has_no_imports_left(entry: str) -> None:
    told = script(entry)
    assert not re.search(r"^\s*(?:import|export)\b", told, re.MULTILINE)
    assert "</script" not in told.lower()
    assert "<!--" not in told


def test_no_module_reads_markup() -> None:
    """Text of the record reaches the page as text alone."""
    for path in STATIC.glob("*.js"):
        text = path.read_text("utf-8")
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ):
            assert word not in text, f"{path.name} has {word}"
        assert not re.search(r'"style"\s*:|style: ["`]', text), f"{path.name} sets a style attribute"


def test_no_text_goes_over_lines() -> None:
    """Indentation is taken away from the one script: nothing may mean it."""
    for path in STATIC.glob("*.js"):
        for line in path.read_text("utf-8").splitlines():
            assert line.count("`") % 2 == 0, f"{path.name}: a template goes over lines: {line}"


def test_both_grounds_have_every_colour() -> None:
    """Light, dark by the system, and dark by choice know the same names."""
    blocks = re.findall(r"\{([^{}]*--ground:[^{}]*)\}", styles())
    named = [set(re.findall(r"(--[\w-]+):", block)) - {"--font"} for block in blocks]
    assert len(named) == 3
    assert named[0] == named[1] == named[2]
