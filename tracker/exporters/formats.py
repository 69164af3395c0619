"""Decides which formats there are to write, what each can hold, and which one a file has by its name."""

from __future__ import annotations

from collections.abc import Callable
from io import BufferedIOBase, RawIOBase
from pathlib import Path
from typing import Any, Final, NamedTuple

from tracker.errors import BadInput, typed
from tracker.exporters.content import CLAIMS, LOG, MAP, PLACES, STATUS, TEMPLATE, Content, Open
from tracker.exporters.geojson import write_geojson
from tracker.exporters.lines import write_lines
from tracker.exporters.page import write_page
from tracker.exporters.parquet import write_parquet
from tracker.exporters.table import write_table
from tracker.exporters.workbook import write_workbook
from tracker.files import whole

Write = Callable[[Content, Any], int]
"""Writes to an open file, and tells how many rows there were."""


class Format(NamedTuple):
    """How something is written. `binary`: as bytes, which no terminal shows.

    `placed`: of claims too it tells where they are.
    """

    name: str
    endings: tuple[str, ...]
    holds: tuple[str, ...]
    write: Write
    binary: bool = False
    placed: bool = False


ALL: Final[tuple[Format, ...]] = (
    Format("csv", (".csv",), (CLAIMS, PLACES, STATUS), write_table),
    Format("jsonl", (".jsonl", ".ndjson"), (CLAIMS, LOG), write_lines),
    Format("geojson", (".geojson", ".json"), (CLAIMS, PLACES, STATUS), write_geojson, placed=True),
    Format("xlsx", (".xlsx",), (CLAIMS, PLACES, STATUS, TEMPLATE), write_workbook, binary=True),
    Format("html", (".html", ".htm"), (MAP,), write_page, placed=True),
    Format("parquet", (".parquet",), (CLAIMS, LOG), write_parquet, binary=True, placed=True),
)
"""Every format; what more than one can hold is written in the first where none is named."""


def format_for(what: str, named: str | None = None, path: str | None = None) -> Format:
    """The format that is named, else that of a file's name, else the first that can hold it. BadInput."""
    fitting = [one for one in ALL if what in one.holds]
    choices = " or ".join(one.name for one in fitting)
    if named is not None:
        found = next((one for one in ALL if one.name == named), None)
        if found is None:
            raise BadInput(what=f"there is no format {named!r}", try_=f"--format {choices}")
    elif path is not None:
        ending = path.lower()
        found = next((one for one in ALL if ending.endswith(one.endings)), None)
        if found is None:
            raise BadInput(
                what=f"which format {typed(path)} is to have cannot be told by its name",
                try_=f"--format {choices}",
            )
    else:
        return fitting[0]
    if found not in fitting:
        raise BadInput(what=f"{found.name} does not hold {_the(what)}", try_=f"--format {choices}")
    return found


def usual(named: str | None, out: str | Path | Open) -> str:
    """What is exported where nothing is named: claims, or what alone the format can hold."""
    path = str(out).lower() if isinstance(out, str | Path) else ""
    for form in ALL:
        if (form.name == named if named else path.endswith(form.endings)) and len(form.holds) == 1:
            return form.holds[0]
    return CLAIMS


def _the(what: str) -> str:
    return f"the {what}" if what in (LOG, MAP, STATUS) else what


def written(content: Content, out: str | Path | Open, named: str | None = None) -> dict[str, Any]:
    """Write something to a file, whole or not at all, or to one that is open; and tell what was written."""
    if isinstance(out, str | Path):
        form = format_for(content.what, named, str(out))
        _check(form, content)
        with whole(str(out), what="export", named=f"export{form.endings[0]}", binary=form.binary) as file:
            count = form.write(content, file)
    else:
        form = format_for(content.what, named)
        _check(form, content)
        if form.binary and not isinstance(out, BufferedIOBase | RawIOBase):
            raise BadInput(
                what=f"{form.name} is nothing that can be printed", try_=f"--out export{form.endings[0]}"
            )
        count = form.write(content, out)
    file_name = str(out) if isinstance(out, str | Path) else None
    return {"what": content.what, "format": form.name, "file": file_name, "rows": count}


def _check(form: Format, content: Content) -> None:
    """Refuse to blur what is told without any coordinates: nothing would be any coarser."""
    if content.about.get("blur") is not None and not form.placed:
        raise BadInput(
            what=f"--blur: {content.what} as {form.name} tell of places by name alone",
            try_="--format geojson",
        )
