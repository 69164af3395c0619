"""Decides which files a page may load: a closed list, kept in memory, under an address with its hash in it.

All share one hash, which is a folder in their addresses: so a module finds its neighbours by relative names,
and a browser may keep every one of them for ever.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).resolve().parent.parent / "page" / "static"
TYPES: Final = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
    ".png": "image/png", ".ico": "image/x-icon", ".json": "application/json", ".woff2": "font/woff2",
}  # fmt: skip
PREFIX: Final = "/static"


class File(NamedTuple):
    """One file as it is sent."""

    media_type: str
    body: bytes


class Static:
    """The files as they were when a page was last asked for: an editor's change is seen at a reload."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._seen: tuple[tuple[str, int, int], ...] | None = None
        self._files: dict[str, File] = {}
        self._hash = ""

    def address(self, name: str) -> str:
        """Where a page finds a file."""
        self._look()
        return f"{PREFIX}/{self._hash}/{name}"

    def names(self) -> list[str]:
        """Every file there is."""
        self._look()
        return sorted(self._files)

    def file(self, hash_: str, name: str) -> tuple[File, bool] | None:
        """A file, and whether it is the one that the hash means; None: there is none of that name."""
        if not self._files:
            self._look()
        found = self._files.get(name)
        return None if found is None else (found, hash_ == self._hash)

    def _look(self) -> None:
        found = []
        for entry in os.scandir(self._folder) if self._folder.is_dir() else ():
            if entry.is_file(follow_symlinks=False) and os.path.splitext(entry.name)[1] in TYPES:
                about = entry.stat()
                found.append((entry.name, about.st_mtime_ns, about.st_size))
        seen = tuple(sorted(found))
        if seen == self._seen:
            return
        files = {
            name: File(TYPES[os.path.splitext(name)[1]], (self._folder / name).read_bytes())
            for name, _, _ in seen
        }
        together = hashlib.sha256()
        for name, one in files.items():
            together.update(f"{name}\0{len(one.body)}\0".encode() + one.body)
        self._files, self._hash, self._seen = files, together.hexdigest()[:16], seen
