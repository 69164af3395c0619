"""Decides that the folders keep their direction: who may import whom, and which library lives where."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent

# A library and the rooms that may import it directly; everything else asks those rooms.
HOMES = {
    "alembic": ("tracker.record",),
    "apscheduler": ("tracker.night.schedule",),
    "click": ("tracker.cli",),
    "jinja2": ("tracker.web.pages",),
    "openpyxl": ("tracker.importers.workbook",),
    "psycopg": ("tracker.record", "tracker.reader"),
    "pydantic": ("tracker.record", "tracker.importers.profile"),  # the latter reads what people wrote
    "pyarrow": ("tracker.exporters.parquet",),
    "resvg_py": ("tracker.figures.png",),
    "shapely": ("tracker.geometry",),
    "sqlalchemy": ("tracker.record", "tracker.reader"),
    "starlette": ("tracker.web",),
    "uvicorn": ("tracker.web.server",),
    "xlsxwriter": ("tracker.exporters.workbook",),
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "tracker", include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
    )


def lies_in(module: str, rooms: tuple[str, ...]) -> bool:
    return any(module == room or module.startswith(room + ".") for room in rooms)


def test_the_layer_contract_is_kept() -> None:
    """`make layers` and the test run say the same."""
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_has_its_place_in_the_contract(graph: grimp.ImportGraph) -> None:
    """A module that no layer names could import anything unseen; packages only open a room."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    direction = next(contract for contract in config["contracts"] if contract["id"] == "direction")
    layers = tuple(
        name.strip(" ()") for layer in direction["layers"] for name in layer.replace(":", "|").split("|")
    )
    modules = {m for m in graph.modules if lies_in(m, ("tracker",)) and not graph.find_children(m)}

    assert sorted(m for m in modules if not lies_in(m, layers)) == []


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_stays_at_home(library: str, graph: grimp.ImportGraph) -> None:
    """SQLAlchemy in a view or click below the CLI would make every start slower and every test harder."""
    if library not in graph.modules:
        return  # nothing imports it yet

    importers = graph.find_modules_that_directly_import(library)

    assert sorted(m for m in importers if not lies_in(m, HOMES[library])) == []
