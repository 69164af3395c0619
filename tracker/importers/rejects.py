"""Decides how rows that could not be imported are written down, so that they can be mended and read again."""

from __future__ import annotations

import csv
import json
import os
from contextlib import suppress
from types import TracebackType
from typing import IO

from tracker.errors import BadInput
from tracker.files import refuse_database
from tracker.importers.rows import Rejected
from tracker.importers.table import guarded

HEAD = ("line", "field", "reason", "row")


class Rejects:
    """A CSV of rejected rows: line, field, reason, and the row as JSON; made with the first of them."""

    def __init__(self, path: str | None, read: str) -> None:
        """`path`: where it is to be written; None: the rows are only counted. `read`: where they come from.

        Raises BadInput: what stands at `path` would be lost.
        """
        if path is not None:
            with suppress(OSError):  # one of them is not there
                if os.path.samefile(path, read):
                    raise BadInput(
                        what=f"{path} is the file that is imported, and would be lost",
                        try_="--rejected ANOTHER",
                    )
            refuse_database(path, "--rejected")
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None

    def take(self, one: Rejected) -> None:
        """Write one down."""
        self.count += 1
        if self.path is None:
            return
        if self._file is None:
            self._open(self.path)
        row = json.dumps(one.fields, ensure_ascii=False, default=str) if one.fields else ""
        csv.writer(self._file).writerow([one.line, one.field, guarded(one.why), row])  # type: ignore[arg-type]

    def _open(self, path: str) -> None:
        try:
            self._file = open(path, "w", encoding="utf-8", newline="")  # noqa: SIM115
        except OSError as error:
            raise BadInput(
                what=f"{path} could not be written: {error.strerror}",
                try_="--rejected FILE, where one can write",
            ) from None
        csv.writer(self._file).writerow(HEAD)

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
