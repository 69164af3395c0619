"""Decides what somebody who installs tracker gets: the wheel and the sdist, opened and looked into.

That the wheel also works on its own, in an environment without tests or linters, is `make smoke`.
"""

from __future__ import annotations

import configparser
import email
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

import tracker

ROOT = Path(__file__).parent.parent


def build(source: Path, target: str, into: Path) -> Path:
    """Build `target` (wheel or sdist) of `source` with the locked backend; the file made."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(into)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = into.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build(ROOT, "wheel", tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def unpacked_sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build(ROOT, "sdist", there)) as archive:
        # Early releases of 3.11 know no filters, later ones warn when none is chosen.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(there)
    return there / f"tracker-{tracker.__version__}"


def metadata(wheel: zipfile.ZipFile) -> Message:
    name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(wheel.read(name))


def files_under(folder: str) -> list[str]:
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def test_the_wheel_carries_source_fixtures_migrations_and_types(wheel: zipfile.ZipFile) -> None:
    inside = {name for name in wheel.namelist() if ".dist-info/" not in name}
    shipped = {f"tracker/{path}" for folder in ("fixtures", "migrations") for path in files_under(folder)}

    assert inside == shipped | set(files_under("tracker"))
    assert "tracker/py.typed" in inside


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    said = metadata(wheel)

    assert (said["Name"], said["Version"]) == ("tracker", tracker.__version__)
    assert said["License-Expression"] == "MIT"
    assert said["Requires-Python"] == ">=3.11"
    assert said.get_all("Provides-Extra") == ["parquet", "polygons", "postgres", "xlsx"]


def test_the_wheel_brings_the_command(wheel: zipfile.ZipFile) -> None:
    points = configparser.ConfigParser()
    name = next(n for n in wheel.namelist() if n.endswith(".dist-info/entry_points.txt"))
    points.read_string(wheel.read(name).decode())

    assert dict(points["console_scripts"]) == {"tracker": "tracker.cli:main"}


def test_the_sdist_builds_the_same_wheel(
    wheel: zipfile.ZipFile, unpacked_sdist: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(build(unpacked_sdist, "wheel", tmp_path)) as again:
        assert sorted(again.namelist()) == sorted(wheel.namelist())


def test_the_sdist_can_be_tested(unpacked_sdist: Path) -> None:
    """Who packages tracker for a distribution runs its tests from the sdist."""
    assert sorted(p.name for p in unpacked_sdist.iterdir() if p.name != "PKG-INFO") == sorted(
        [
            *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
            *("alembic.ini", "pyproject.toml", ".ci", ".gitignore"),
            *("benchmarks", "docs", "fixtures", "migrations", "requirements", "tests", "tracker"),
        ]
    )


def test_the_changelog_tells_of_this_version() -> None:
    assert f"## {tracker.__version__}" in (ROOT / "CHANGELOG.md").read_text()
