"""Decides under which address a page finds its files: with a hash, so that a browser may keep them for ever.

All files share one hash, which is a folder in their addresses: so a module finds its neighbours by relative
names. Which files there are is a closed list (`tracker.page.assets`).
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Final

from tracker.page.assets import Asset, assets

PREFIX: Final = "/static"


@cache
def together() -> str:
    """A hash of all files, and of their names."""
    hashed = sha256()
    for name, one in assets().items():
        hashed.update(f"{name}\0{len(one.content)}\0".encode() + one.content)
    return hashed.hexdigest()[:16]


def address(name: str) -> str:
    """Where a page finds a file; KeyError for one that is not there."""
    return f"{PREFIX}/{together()}/{assets()[name].name}"


def asset(hash_: str, name: str) -> tuple[Asset, bool] | None:
    """A file, and whether it is the one that the hash means; None: there is none of that name."""
    found = assets().get(name)
    return None if found is None else (found, hash_ == together())
