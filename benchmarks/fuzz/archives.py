"""Decides how a good workbook is spoiled: the archive, what it says of itself, and the XML in it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Final

from benchmarks.fuzz import spoiling

Members = dict[str, bytes]
Change = Callable[[Random, Members], object]
SHEET: Final = "xl/worksheets/sheet1.xml"
TEXTS: Final = "xl/sharedStrings.xml"
_NS: Final = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LAUGHS: Final = b"<!DOCTYPE x [<!ENTITY a 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10 if n > 1 else b"&a;" * 10) for n in range(1, 12)
)
_FILE: Final = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@cache
def _members(data: bytes) -> tuple[tuple[str, bytes], ...]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return tuple((name, archive.read(name)) for name in archive.namelist())


def packed(members: Members, how: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """An archive of these."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, how)
        archive.comment = comment
    return file.getvalue()


# -- what is in it ------------------------------------------------------------------------------------


def _sheet(rows: bytes, before: bytes = b"") -> Change:
    """A sheet of these rows; `{head}` and what comes with it is not asked for."""

    def change(_: Random, members: Members) -> None:
        members[SHEET] = b"<worksheet %s>%s<sheetData>%s</sheetData></worksheet>" % (_NS, before, rows)

    return change


def _told(text: bytes) -> bytes:
    return b'<c t="inlineStr"><is><t>%s</t></is></c>' % text


_HEAD: Final = b"<row r='1'>" + _told(b"sentence") + _told(b"source") + b"</row>"
_CLAIM: Final = _told(b"Army holds Ford") + _told(b"Wire")


def _texts(content: bytes) -> Change:
    def change(chance: Random, members: Members) -> None:
        members[TEXTS] = b"<sst %s>%s</sst>" % (_NS, content)

    return change


def _before(name: str, start: bytes) -> Change:
    def change(_: Random, members: Members) -> None:
        members[name] = start + members[name].partition(b"?>")[2]

    return change


def _in_utf_16(_: Random, members: Members) -> None:
    text = _LAUGHS.decode() + members[SHEET].decode().partition("?>")[2].replace("<v>", "<v>&a11;")
    members[SHEET] = text.encode("utf-16")


def _spoiled(chance: Random, members: Members) -> None:
    name = chance.choice((SHEET, SHEET, SHEET, TEXTS, *members))
    if name in members:
        members[name] = spoiling.some(chance, spoiling.BYTES, members[name])


def _value(chance: Random, members: Members) -> None:
    """Numbers, types, cells, indexes and styles are others than they can be."""
    sheet = members.get(SHEET, b"")
    old = chance.choice((b"<v>", b'r="', b't="', b's="', b"<row ", b"<c ", b'ref="'))
    spots = [n for n in range(len(sheet)) if sheet.startswith(old, n)]
    if not spots:
        return
    start = chance.choice(spots) + len(old)
    end = min(n for n in (sheet.find(b"<", start), sheet.find(b'"', start), len(sheet)) if n >= 0)
    new = chance.choice((
        b"-1", b"99999999999", b"1e999", b"NaN", b"9" * 400, b"9" * 100_000, b"x", b"", b"A0", b"XFD1", b"XFE1", b"ZZZZ9",
        b"A1048577", b"XFD1048576", b"ZZZ99999999999", b"-5", b"0", b"d", b"s", b"b", b"e", b"n", b"str", b"inlineStr",
        b"2024-12-05T25:00:00", b"A1:XFD1048576", b"1.5", b"\xd9\xa1", b"#REF!", b"&#0;", b"&#xD800;", b"&#x1b;", b"&a;",
        b"_x0000_", b"_xD800_", b"\0", b"99999", b"2958466", b"-1e308",
    ))  # fmt: skip
    members[SHEET] = sheet[:start] + new + sheet[end:]


def _text(chance: Random, members: Members) -> None:
    """A text of the sheet is another."""
    name = TEXTS if TEXTS in members else SHEET
    parts = members.get(name, b"").split(b"<t>")
    n = chance.randrange(1, len(parts)) if len(parts) > 1 else 0
    word = chance.choice((*spoiling.WORDS, "&amp;", "<![CDATA[x]]>", "<!-- x -->", "<t>", "<b/>", "&lt;"))
    parts[n] = word.encode("utf-8", "surrogatepass") + b"<" + parts[n].partition(b"<")[2]
    members[name] = b"<t>".join(parts)


def _lost(chance: Random, members: Members) -> None:
    del members[chance.choice([*members])]


def _named(chance: Random, members: Members) -> None:
    name = chance.choice([*members])
    new = chance.choice(
        ("../../etc/x", "/etc/passwd", "C:\\x", "x/" * 3000, "\u202e", name.upper(), "a\0b", "")
    )
    members[new] = members.pop(name)


def _links(chance: Random, members: Members) -> None:
    """What belongs to what, is said wrongly."""
    name = chance.choice([one for one in members if "Types" in one or one.endswith((".rels", "book.xml"))])
    content = members[name]
    new = chance.choice(
        (
            b"../../../etc/passwd",
            b"http://127.0.0.1:9/x",
            b"",
            b"xl/workbook.xml",
            b"\xff",
            b"worksheets/sheet1.xml",
        )
    )
    target = chance.choice(
        (b'Target="', b'PartName="', b'r:id="', b'Id="', b'name="', b'sheetId="', b'state="')
    )
    start = content.find(target)
    if start >= 0:
        start += len(target)
        members[name] = content[:start] + new + content[content.find(b'"', start) :]


CHANGES: Final[dict[str, Change]] = {
    "spoiled": _spoiled, "value": _value, "text": _text, "lost": _lost, "named": _named, "links": _links,
    "bomb beside": lambda _, m: m.update({"xl/media/a.bin": bytes(2**24)}),
    "bomb": lambda chance, m: _sheet(_HEAD + b"<row/>" * 3_000_000)(chance, m),  # not made before it is asked for
    "blank rows": _sheet(_HEAD + b"<row/>" * 170_000),
    "blank rows, far": _sheet(_HEAD + b"<row/>" * 100_000 + b"<row>" + _CLAIM + b"</row>"),
    "last row": _sheet(_HEAD + b"<row r='1048576'>" + _CLAIM + b"</row>"),
    "row beyond": _sheet(_HEAD + b"<row r='1048577'>" + _CLAIM + b"</row>"),
    "row far beyond": _sheet(_HEAD + b"<row r='" + b"9" * 18 + b"'>" + _CLAIM + b"</row>"),
    "row of digits": _sheet(_HEAD + b"<row r='" + b"9" * 5000 + b"'>" + _CLAIM + b"</row>"),
    "rows backwards": _sheet(_HEAD + b"".join(b"<row r='%d'>%s</row>" % (n, _CLAIM) for n in range(300, 1, -1))),
    "rows negative": _sheet(_HEAD + b"<row r='-5'>" + _CLAIM + b"</row><row r='0'>" + _CLAIM + b"</row>"),
    "rows apart": _sheet(_HEAD + b"".join(b"<row r='%d'>%s</row>" % (n * 9000, _CLAIM) for n in range(1, 110))),
    "cell in every last column": _sheet(
        _HEAD + b"".join(b"<row r='%d'><c r='XFD%d'><v>1</v></c></row>" % (n, n) for n in range(2, 12_000))
    ),
    "cell beyond": _sheet(_HEAD + b"".join(b"<row><c r='ZZZ%d'><v>1</v></c></row>" % n for n in range(2, 9_000))),
    "head in the last column": _sheet(b"<row><c r='XFD1' t='inlineStr'><is><t>source</t></is></c></row>" * 3000),
    "wide row": _sheet(_HEAD + b"<row>" + b"<c/>" * 200_000 + b"</row>"),
    "wider row": _sheet(_HEAD + b"<row>" + b"<c/>" * 1_500_000 + b"</row>"),
    "blank cells": _sheet(_HEAD + (b"<row>" + b"<c/>" * 900 + b"</row>") * 280),
    "many cells": _sheet(_HEAD + (b"<row>" + b"<c><v>1</v></c>" * 15 + b"</row>") * 4200),
    "deep": _sheet(_HEAD + b"<row>" + b"<c>" * 150_000 + b"</c>" * 150_000 + b"</row>"),
    "deep text": _sheet(b"<row><c t='inlineStr'><is>" + b"<t>" * 100_000 + b"</t>" * 100_000 + b"</is></c></row>"),
    "long text": _sheet(b"<row>" + _told(b"x" * 900_000) * 1 + b"</row>"),
    "longer text": _sheet(_HEAD + b"<row>" + _told(b"x" * 4_000_000) + _told(b"Wire") + b"</row>"),
    "size lies": _sheet(_HEAD + b"<row>" + _CLAIM + b"</row>", b'<dimension ref="A1:XFD1048576"/>'),
    "size lies more": _sheet(_HEAD + b"<row>" + _CLAIM + b"</row>", b'<dimension ref="A1:ZZZ99999999999"/>'),
    "size of nothing": _sheet(_HEAD + b"<row>" + _CLAIM + b"</row>", b'<dimension ref="x"/>'),
    "merged": lambda _, m: m.update({SHEET: m[SHEET].replace(
        b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')}),
    "many merged": lambda _, m: m.update({SHEET: m[SHEET].replace(
        b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:B9"/>' * 40_000 + b"</mergeCells>")}),
    "columns": lambda _, m: m.update({SHEET: m[SHEET].replace(
        b"<sheetData>", b"<cols>" + b'<col min="1" max="16384" width="9"/>' * 25_000 + b"</cols><sheetData>")}),
    "before the rows": _sheet(_HEAD, b"<x>" + b"<y/>" * 240_000 + b"</x>"),
    "texts": _texts(b"<si><t/></si>" * 18_000), "more texts": _texts(b"<si><t/></si>" * 70_000),
    "texts without end": lambda chance, m: _texts(b"<si><t/></si>" * 4_000_000)(chance, m),
    "texts, short": _texts(b"".join(b"<si><t>%x</t></si>" % n for n in range(50_000))),
    "texts, other": _texts(b"<x/>" * 240_000),
    "text of many runs": _texts(b"<si>" + b"<r><t>x</t></r>" * 60_000 + b"</si>"),
    "styles": lambda _, m: m.update({"xl/styles.xml": m["xl/styles.xml"].replace(
        b"</cellXfs>", b'<xf numFmtId="14"/>' * 40_000 + b"</cellXfs>")}),
    "laughs": _before(SHEET, _LAUGHS), "laughs of texts": _before("xl/workbook.xml", _LAUGHS),
    "laughs, used": lambda _, m: m.update({SHEET: _LAUGHS + m[SHEET].partition(b"?>")[2].replace(b"<v>", b"<v>&a11;")}),
    "file": lambda _, m: m.update({SHEET: _FILE + m[SHEET].partition(b"?>")[2].replace(b"<v>", b"<v>&a;")}),
    "laughs, late": _before(SHEET, b"<!--" + b" " * 70_000 + b"-->" + _LAUGHS),
    "laughs in UTF-16": _in_utf_16,
    "many members": lambda _, m: m.update({f"x/{n}": b"" for n in range(2500)}),
    "many sheets": lambda _, m: m.update({"xl/workbook.xml": m["xl/workbook.xml"].replace(
        b"</sheets>", b"".join(b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(9, 3000)) + b"</sheets>")}),
    "many types": lambda _, m: m.update({"[Content_Types].xml": m["[Content_Types].xml"].replace(
        b"</Types>", b'<Override PartName="/x" ContentType="y"/>' * 20_000 + b"</Types>")}),
}  # fmt: skip
"""By name, each way to change what is in it."""


# -- what it says of itself ---------------------------------------------------------------------------


def _field(chance: Random, data: bytes, mark: bytes, at: tuple[int, ...], size: int) -> bytes:
    spots = [n for n in range(len(data)) if data.startswith(mark, n)]
    if not spots:
        return data
    start = chance.choice(spots) + chance.choice(at)
    new = chance.choice((0, 1, 255, 2**16 - 1, 2**31, 2**32 - 1, chance.randrange(2**32))).to_bytes(
        8, "little"
    )[:size]
    return data[:start] + new + data[start + size :]


def _central(chance: Random, data: bytes) -> bytes:
    """The directory lies: flags, way of packing, times, sums, sizes, lengths of names, offsets."""
    return _field(
        chance, data, b"PK\x01\x02", (6, 8, 10, 12, 16, 20, 24, 28, 30, 32, 36, 42), chance.choice((1, 2, 4))
    )


def _local(chance: Random, data: bytes) -> bytes:
    return _field(chance, data, b"PK\x03\x04", (4, 6, 8, 14, 18, 22, 26, 28), chance.choice((1, 2, 4)))


def _end(chance: Random, data: bytes) -> bytes:
    return _field(chance, data, b"PK\x05\x06", (4, 6, 8, 10, 12, 16, 20), chance.choice((2, 4)))


def _locked(chance: Random, data: bytes) -> bytes:
    """It says that it is encrypted."""
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        parts = data.split(mark)
        data = mark.join(
            [
                parts[0],
                *(p[: at - 4] + bytes([p[at - 4] | 1]) + p[at - 3 :] for p in parts[1:] if len(p) > at),
            ]
        )
    return data


@cache
def _small_only_in_words(data: bytes) -> bytes:
    """The sheet is a bomb, of which the directory says that it is packed in a file that is large."""
    members = dict(_members(data))
    _sheet(_HEAD + b"<row/>" * 3_000_000)(Random(0), members)
    told = packed(members)
    start = next(
        n
        for n in range(len(told))
        if told.startswith(b"PK\x01\x02", n) and SHEET.encode() in told[n : n + 99]
    )
    return told[: start + 20] + (2**24).to_bytes(4, "little") + told[start + 24 :]


def _all_one(chance: Random, data: bytes) -> bytes:
    """All members lie at the same place."""
    parts = data.split(b"PK\x01\x02")
    return b"PK\x01\x02".join([parts[0], *(p[:38] + b"\0\0\0\0" + p[42:] for p in parts[1:])])


ARCHIVES: Final[dict[str, spoiling.Spoil]] = {
    "directory": _central, "headers": _local, "end": _end, "locked": _locked, "overlapping": _all_one,
    "packed size lies": lambda _, data: _small_only_in_words(data),
    "no directory": lambda _, data: data[: data.find(b"PK\x01\x02")],
    "before": lambda chance, data: chance.choice((b"MZ" * 500, b"\0" * 70_000)) + data,
    "after": lambda _, data: data + b"\0" * 70_000, "twice": lambda _, data: data + data,
    "stored": lambda _, data: packed(dict(_members(data)), zipfile.ZIP_STORED),
    "bzip2": lambda _, data: packed(dict(_members(data)), zipfile.ZIP_BZIP2),
    "lzma": lambda _, data: packed(dict(_members(data)), zipfile.ZIP_LZMA),
    "comment": lambda _, data: packed(dict(_members(data)), comment=b"PK\x05\x06" * 9000),
    "in another": lambda _, data: packed({"xl/workbook.xml": data, "x.xlsx": data}),
    "none": lambda _, data: packed({}),
    "old": lambda chance, _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + chance.randbytes(3000),
    "text": lambda _, data: b"sentence,source\nArmy holds Ford,Wire\n",
}  # fmt: skip
"""By name, each way to change the archive."""
HEAVY: Final = frozenset(CHANGES) - {"spoiled", "value", "text", "lost", "named", "links"}


def changed(name: str, chance: Random, data: bytes) -> bytes:
    """A workbook spoiled in one way."""
    if name in ARCHIVES:
        return ARCHIVES[name](chance, data)
    members = dict(_members(data))
    CHANGES[name](chance, members)
    return packed(members)


@cache
def _heavy(name: str, data: bytes) -> bytes:
    return changed(name, Random(0), data)


def prepare(data: bytes) -> None:
    """Make what takes far more memory to make than to read, which would else count as the importer's."""
    _small_only_in_words(data)
    for name in HEAVY:
        _heavy(name, data)


def spoiled(chance: Random, data: bytes) -> bytes:
    """A workbook like one that is good, but that nobody should have to expect."""
    way = chance.random()
    if way < 0.55:
        members = dict(_members(data))
        for _ in range(chance.randint(1, 3)):
            CHANGES[
                chance.choice(
                    ("spoiled", "value", "value", "value", "text", "text", "lost", "named", "links")
                )
            ](chance, members)
        return packed(members)
    if way < 0.85:
        return ARCHIVES[chance.choice([*ARCHIVES])](chance, data)
    if way < 0.95:
        return spoiling.some(chance, spoiling.BYTES, data)
    return _heavy(chance.choice(sorted(HEAVY)), data)
