"""Decides what the page consists of: a closed list of files, each with its hash, and all scripts as one.

The scripts are ES modules, served as they are. For a page that is one file they follow each other in one
script: imports go, as every name of every module is another's by then.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

_FOLDER: Final = Path(__file__).parent / "static"
_TYPES: Final = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
}  # fmt: skip

STYLES: Final = ("tracker.css", "map.css")
"""What the map's page is dressed with, in this order."""
MODULES: Final = (
    "dom.js", "moments.js", "atlas.js", "fold.js", "marks.js", "stamps.js", "view.js", "labels.js", "map.js",
    "timebar.js", "legend.js", "finder.js", "table.js", "panel.js", "write.js", "source.js", "app.js",
)  # fmt: skip
"""The modules, each after those that it needs."""
ENTRIES: Final = ("server.js", "carried.js", "flags.js")
"""Where a page begins: the map behind a server, or as a file; the page of flags."""


class Asset(NamedTuple):
    """A file of the page."""

    name: str
    media_type: str
    content: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of the content, as a content security policy has it."""
        return "sha256-" + b64encode(sha256(self.content).digest()).decode()


@cache
def assets() -> dict[str, Asset]:
    """Every file that the page may be asked for, by name."""
    found = sorted((path for path in _FOLDER.iterdir() if path.suffix in _TYPES), key=lambda path: path.name)
    return {path.name: Asset(path.name, _TYPES[path.suffix], path.read_bytes()) for path in found}


def styles() -> str:
    """The styles of the map's page as one text."""
    return _bare("\n".join(_read(name).decode() for name in STYLES))


_IMPORT: Final = re.compile(r"^import [^;]+;\n", re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ", re.MULTILINE)


def script(entry: str) -> str:
    """All modules and one entry as one script without imports."""
    parts = (_EXPORT.sub("", _IMPORT.sub("", _read(name).decode())) for name in (*MODULES, entry))
    return _bare("\n".join(parts))


_REMARK: Final = re.compile(r"^\s*(?://.*|/\*\*? .*\*/)\n", re.MULTILINE)
_INDENT: Final = re.compile(r"^ +", re.MULTILINE)


def _bare(text: str) -> str:
    """A script without the lines that are remarks, and without indentation, which a file has no room for.

    The modules have no text over several lines, so no line's indentation means anything.
    """
    return _INDENT.sub("", _REMARK.sub("", text))


def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
