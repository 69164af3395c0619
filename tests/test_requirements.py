"""Decides that an installation can be repeated anywhere: every lock is pinned, hashed and names no host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock: Path) -> list[list[str]]:
    """Each requirement of a lock as its logical line: the pin first, then its hashes."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE).replace("\\\n", "")
    return [re.split(r"\s+(?=--)", line.strip()) for line in text.splitlines() if line.strip()]


def pins(lock: str) -> dict[str, str]:
    found = (PIN.fullmatch(entry[0]) for entry in entries(ROOT / "requirements" / f"{lock}.txt"))
    return {match["name"]: match["version"] for match in found if match}


def wanted(requirement: str) -> str:
    """The name in a requirement, as a lock writes it: `psycopg[binary]>=3.2` is psycopg."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, requirement
    return match.group().lower().replace("_", "-").replace(".", "-")


def test_each_source_has_its_lock() -> None:
    assert [lock.stem for lock in LOCKS] == ["base", "bench", "dev", "pgserver"]
    assert [source.stem for source in sorted((ROOT / "requirements").glob("*.in"))] == [p.stem for p in LOCKS]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    for pin, *hashes in entries(lock):
        assert PIN.fullmatch(pin), pin
        assert hashes, f"{pin} has no hash"
        assert all(HASH.fullmatch(given) for given in hashes), pin


@pytest.mark.parametrize("file", [*LOCKS, *(p.with_suffix(".in") for p in LOCKS)], ids=lambda path: path.name)
def test_no_file_names_a_host_or_a_path_of_the_machine_it_was_made_on(file: Path) -> None:
    text = file.read_text()

    assert not re.search(r"\w://|git\+|--(extra-)?index-url|--find-links|--trusted-host", text)
    assert not re.search(r"(?<![\w.])/[a-z]+/", text)


@pytest.mark.parametrize("lock", ["dev", "bench"])
def test_every_lock_holds_exactly_what_runs(lock: str) -> None:
    """What is tested and measured is what users get."""
    assert pins("base").items() <= pins(lock).items()


def test_the_server_for_tests_agrees_with_the_tests() -> None:
    tests, server = pins("dev"), pins("pgserver")

    assert {name: server[name] for name in server.keys() & tests.keys()} == {
        name: tests[name] for name in server.keys() & tests.keys()
    }


def test_what_the_project_declares_is_in_the_lock() -> None:
    """A dependency added to pyproject.toml without `make lock` would be missing in a fresh clone."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, build = pyproject["project"], pyproject["build-system"]
    extras = [name for extra in project["optional-dependencies"].values() for name in extra]
    declared = [*project["dependencies"], *extras, *build["requires"]]

    assert sorted({wanted(name) for name in declared} - pins("base").keys()) == []
