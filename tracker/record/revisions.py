"""Decides how a database gets this version's tables, and which databases are too old or too new for it."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import DamagedDatabase, NewerDatabase, OlderDatabase
from tracker.location import foreign, missing_at
from tracker.record.engine import medium
from tracker.record.medium import Medium, translated
from tracker.record.schema import SCHEMA_HEAD


def current(where: str) -> str | None:
    """The revision that the database at an address is at; None: no tracker there."""
    place = medium(where)
    try:
        with translated(place):
            return place.schema_version()
    finally:
        place.close()


def upgrade(where: str) -> None:
    """Brings the database at an address to this version's tables. Raises NoDatabase, NewerDatabase."""
    place = medium(where)
    try:
        with translated(place):
            found = _comparable(place)
            if found > SCHEMA_HEAD:
                raise NewerDatabase(where=place.shown, found=found, wanted=SCHEMA_HEAD)
            if found < SCHEMA_HEAD:
                _migrate(place)
    finally:
        place.close()


def make(place: Medium) -> None:
    """Makes the tables where there are none; leaves a tracker that is there as it is."""
    if place.schema_version() is None:
        if place.occupied():
            raise foreign(place.shown)
        _migrate(place)


def require_current(place: Medium) -> None:
    """Refuses a database that is not exactly at this version's tables."""
    found = _comparable(place)
    if found < SCHEMA_HEAD:
        raise OlderDatabase(where=place.shown, found=found, wanted=SCHEMA_HEAD)
    if found > SCHEMA_HEAD:
        raise NewerDatabase(where=place.shown, found=found, wanted=SCHEMA_HEAD)


def scripts() -> Path:
    """The folder of the migrations: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def _comparable(place: Medium) -> str:
    found = place.schema_version()
    if found is None:
        raise foreign(place.shown) if place.occupied() else missing_at(place.shown)
    if not (found.isdigit() and len(found) == len(SCHEMA_HEAD)):
        raise DamagedDatabase(where=place.shown, why=f"its schema {found!r} is none of tracker's")
    return found


def _migrate(place: Medium) -> None:
    from alembic.command import upgrade as run
    from alembic.config import Config

    config = Config()  # no ini file, so that nothing sets up logging or prints
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    with place.making() as connection:
        config.attributes["connection"] = connection
        run(config, "head")
