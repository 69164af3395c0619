"""Decides where the files are that come with tracker: in the checkout's root, or inside the package."""

from __future__ import annotations

from pathlib import Path

from tracker.errors import TrackerError


def folder(name: str) -> Path:
    """`fixtures` or `migrations`, installed or in a checkout."""
    package = Path(__file__).resolve().parent
    for found in (package / name, package.parent / name):
        if found.is_dir():
            return found
    raise TrackerError(what=f"this installation of tracker lacks its {name}", try_="install tracker again")
