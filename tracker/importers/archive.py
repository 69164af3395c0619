"""Decides how much of an archive of XML, a workbook, comes through to a parser that trusts what it is given.

What an archive says of itself may be a lie, and a kilobyte may become a gigabyte. So what its directory says
has to fit the file; and what comes out of a member is looked through before the parser sees it: no entities
are defined, a row comes to an end, and there is no more of anything than so many packed bytes can hold.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from lzma import LZMAError
from typing import IO, Any, BinaryIO, Final, NoReturn
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

MOST_MEMBERS: Final = 2_000
MOST_BYTES: Final = 2**30
"""Of all members together, as they come out."""
MOST_TEXTS: Final = 2**27
"""Of memory (bytes) for the texts that the sheets share."""
STEEPEST: Final = 200
"""So many bytes come out of one at most, in what is larger than `SMALL`; of sheets of claims 10 to 40."""
SMALL: Final = 2**20
LONGEST: Final = 2**21
"""Bytes from the beginning of one element to that of the next."""
MOST_IN_ROW: Final = 2**16
"""Elements in a row, or a text; a row of 16,384 cells has fewer than that."""
MOST_BESIDE: Final = 2**17
"""Elements outside of rows and texts, in all members together."""
DEEPEST: Final = 64
FEW: Final = 2**14
"""Elements that come out of any member, however small it is."""
DENSEST: Final = 8
"""So many elements come out of a packed byte, above `FEW`; of sheets of claims 0.4 to 0.9.

In a single row or text, and outside of them, it is one: there hardly anything repeats itself.
"""
_AGAIN: Final = 20
_TEXT_COSTS: Final = 4
_TEXT_TAKES: Final = 128
_SHEET: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROW, _TEXT = f"{_SHEET} row", f"{_SHEET} si"
BROKEN: Final = (
    BadZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    zlib.error,
    LZMAError,
)
"""What comes of an archive that is none."""
_SPLIT: Final = "smaller files, or save it as CSV"
_SAVED: Final = "a workbook as a spreadsheet program saves it (.xlsx), or save it as CSV"
Refuse = Callable[[str, str], Exception]


class Archive(ZipFile):
    """An archive of XML, watched. `refuse(why, step)` makes the error that is raised."""

    def __init__(self, file: BinaryIO, refuse: Refuse) -> None:
        super().__init__(file)
        self.refuse = refuse
        self.beside = self._opened = 0
        members = self.infolist()
        if len(members) > MOST_MEMBERS:
            raise refuse(f"there are {len(members):,} files in it", _SAVED)
        if sum(one.file_size for one in members) > MOST_BYTES:
            raise refuse(f"more than {MOST_BYTES // 2**20:,} MB come out of it", _SPLIT)
        if sum(one.compress_size for one in members) > file.seek(0, 2):
            raise refuse("it says that more is packed in it than it is long", _SAVED)
        for one in members:
            if one.file_size > SMALL and one.file_size > STEEPEST * max(1, one.compress_size):
                raise refuse("far more comes out of it than a sheet holds", _SAVED)

    def open(
        self, name: str | ZipInfo, mode: str = "r", pwd: bytes | None = None, *, force_zip64: bool = False
    ) -> Any:
        """A member, as a file that is watched."""
        self._opened += 1
        if self._opened > 3 * len(self.filelist) + _AGAIN:
            raise self.refuse("it says that it has more sheets than are in it", _SAVED)
        one = name if isinstance(name, ZipInfo) else self.getinfo(name)
        return _Watched(self, super().open(one, "r", pwd), one)


class _Watched:
    """A member that is read; what comes out is looked through first."""

    def __init__(self, archive: Archive, member: IO[bytes], one: ZipInfo) -> None:
        self._archive, self._member = archive, member
        self._most, self._most_loose = (FEW + each * one.compress_size for each in (DENSEST, 1))
        self._read = self._last = self._depth = self._all = self._loose = self._texts = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._begun
        self._parser.EndElementHandler = self._ended
        self._parser.StartDoctypeDeclHandler = self._declared
        self._broken = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if size < 0:
            parts = []
            while part := self.read(2**14):
                parts.append(part)
            return b"".join(parts)
        data = self._member.read(size)
        self._read += len(data)
        if not self._broken:
            try:
                self._parser.Parse(data, not data)
            except expat.ExpatError:
                self._broken = True  # as the parser will find, which sees no more of it than was seen here
        if self._read - self._last > LONGEST and not self._broken:
            raise self._archive.refuse(f"a cell of it is longer than {LONGEST:,} bytes", _SPLIT)
        return data

    def _begun(self, name: str, _: object) -> None:
        self._last = self._read
        self._depth += 1
        self._all += 1
        self._loose += 1
        if (name == _ROW and self._depth == 3) or (name == _TEXT and self._depth == 2):
            self._loose = 0
            if name == _TEXT:
                self._all += _TEXT_COSTS
                self._texts += 1
                if self._texts * _TEXT_TAKES + self._read > MOST_TEXTS:
                    raise self._archive.refuse(f"its texts take more than {MOST_TEXTS // 2**20} MB", _SPLIT)
        elif self._depth > DEEPEST:
            raise self._archive.refuse("it is nested too deep", _SAVED)
        elif self._loose > MOST_IN_ROW and self._depth > 2:
            raise self._archive.refuse(f"a row has more than {MOST_IN_ROW:,} parts", _SAVED)
        if (
            self._all > self._most
            or self._loose > self._most_loose
            or self._archive.beside + self._loose > MOST_BESIDE
        ):
            raise self._archive.refuse("far more comes out of it than a sheet holds", _SAVED)

    def _ended(self, _: str) -> None:
        self._depth -= 1

    def _declared(self, *_: object) -> NoReturn:
        raise self._archive.refuse("it defines entities, which no spreadsheet does", _SAVED)

    def close(self) -> None:
        """Leave it."""
        self._archive.beside += self._loose
        self._loose = 0
        self._member.close()

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
