"""Decides how a good file is spoiled: its bytes, its cells, its JSON; chance says how often and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from random import Random
from typing import Any, Final

from tracker.errors import TrackerError
from tracker.record import canonical
from tracker.record.chain import link, payload_hash
from tracker.record.envelope import GENESIS
from tracker.zones import parse_iso

Spoil = Callable[[Random, bytes], bytes]

DIGITS: Final = "9" * 100_000
HEADER: Final = ("position", "event_id", "stream", "version", "kind", "schema", "recorded_at", "recorded_by")
_DEEP: Final = 100_000
WORDS: Final = (
    "\0", "\ufeff", "\u202e", "\u2066x", "\x1b[31m", '"', "''", '"""', "\r", "\n", "\r\n", "\u2028", "\x85",
    ",", ";", "\t", "|", ">", "=", "'=1+1", "=cmd|'/c x'!A0", "@", "NaN", "nan", "-inf", "Infinity", "1e999",
    "-1e999", "1e308", "1e-400", "9" * 400, "9" * 5000, DIGITS, "-" + "9" * 400, "0x10", "1_000", "١٢", "½",
    "²", "0000-00-00", "9999-12-31", "9999-12-31T23:59:59+00:01", "0001-01-01T00:00:00+14:00", "-2024-01-01",
    "2024-02-30", "2024-12-09T25:61:61", "31/31/2024", "1/0/0", "0001-01-01/9999-12-31",
    "2024-12-05/2024-12-01", "٢٠٢٤-١٢-٠٩", "99999999999999999999", "1e15 days ago",
    "99999999999999 days ago", "now", "yesterday", "next month", "..", "../..", "../../etc/passwd", "[", "{",
    "}", "]", "[]", "{}", "[NaN]", '["\\ud800"]', '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud800"}',
    '{"\\ud800": 1}', '{"a": "\\u0000"}', '{"a": 1, "a": 2}', '{"a": ' + "9" * 400 + "}", '{"a": {"b": 1}}',
    "[" * _DEEP, '{"a":' * 20_000, "[" * 900 + "]" * 900, "x" * 70_000, "x" * (2**20 + 9), "\u0301" * 3000,
    "a > " * 500, "a;" * 20_000, "k=v;" * 20_000, "=;" * 100, "unnamed:", "unnamed: ", "> >", " ",
    "javascript:1", "https://", "https://[::1", "http://\u202e", "%s%n", "None", "null", "true",
    "\U0001f600" * 5, "ﷺ", "ß", "İ", "ǅ", "\ufffd", "\uffff", "_x0000_", "_xD800_", "-0.0", "1.5e3", "+5",
    "5 km", "near", "holds", "Army holds Ford", "Army captured Mill from Clan near Ford on 2024",
    "Clan " * 3000, "2024", "100%", "likely",
)  # fmt: skip
"""What is put in a cell, or anywhere."""
RAW: Final = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 400, "9" * 4000, DIGITS, "-" + DIGITS, "1e400",
    "0.1e-999", "-0", "null", "true", "false", "[]", "{}", '""', '"\\ud800"', '"\\udc00\\ud800"',
    '"\\u0000"', '"\\u202e"', "01", "+1", '{"a": 1, "a": 2}', '{"\\ud800": 1}', '{"\\u0000": 1}', '{"": ""}',
    "[[[]]]", "[" * 40 + "]" * 40, "[" * _DEEP, "[" * 5000 + "]" * 5000, '{"a":' * 20_000,
    '{"a":' * 900 + "1" + "}" * 900, "[1" * 20_000, "[" + "0," * 50_000 + "0]", "[" + "[]," * 50_000 + "[]]",
    "{" + ",".join(f'"k{n}": {n}' for n in range(2000)) + "}", '"' + "x" * (2**20) + '"', "9007199254740993",
    "-9007199254740993", "9223372036854775808", "1.0", "0.5", "1E5", "'x'", "undefined", "//x",
    '{"type": "Point"}', '{"name": "Ford"}', '["Army", ["Clan"]]', '{"earliest": 5}',
    '{"earliest": "x", "latest": []}', '[{"who": {}}]', '[{"who": "Wire", "since": []}, {}]',
    '[{"who": "\\ud800"}]', '[180.1, 90.1]', '["36", "34"]', "[36, 34, 0, 0]", "[]x", '"2024-12-05"',
    '"Army"',
)  # fmt: skip
"""JSON, or none, that is put in the place of a value."""
NAMES: Final = (
    "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1256", "cp1252", "utf-7", "utf-8-sig", "iso8859-6",
    "cp037",
)  # fmt: skip
ENCODINGS: Final = (
    *NAMES, "utf-8", "klingon", "hex", "zip", "idna", "punycode", "undefined", "unicode_escape",
    "raw_unicode_escape", "rot13", "", "utf\0", "../x", "x" * 500, "ascii", "mbcs", "\ud800",
)  # fmt: skip
"""What is named as a file's encoding."""


def some(chance: Random, spoils: tuple[Spoil, ...], data: bytes, most: int = 3) -> bytes:
    """A few of them, one after the other."""
    for _ in range(chance.randint(1, most)):
        data = chance.choice(spoils)(chance, data)
    return data


def seldom(chance: Random) -> bool:
    """Whether it is the turn of what takes long."""
    return chance.random() < 0.03


def _at(chance: Random, data: bytes) -> int:
    return chance.randint(0, len(data))


def flip(chance: Random, data: bytes) -> bytes:
    """Some bytes are others."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8) if data else 0):
        changed[chance.randrange(len(changed))] = chance.choice((chance.randrange(256), 0, 255, 34, 10, 44))
    return bytes(changed)


def cut(chance: Random, data: bytes) -> bytes:
    """A part is missing, often the end."""
    start, end = sorted((_at(chance, data), chance.choice((_at(chance, data), len(data)))))
    return data[:start] + data[end:]


def again(chance: Random, data: bytes) -> bytes:
    """A part comes several times."""
    start = _at(chance, data)
    part = data[start : start + chance.choice((1, 7, 60, 400))]
    times = min(700 if seldom(chance) else chance.choice((2, 3, 20)), 1_000_000 // max(1, len(part)))
    return data[:start] + part * times + data[start:]


def moved(chance: Random, data: bytes) -> bytes:
    """A part stands elsewhere."""
    start, end = sorted((_at(chance, data), _at(chance, data)))
    rest = data[:start] + data[end:]
    at = _at(chance, rest)
    return rest[:at] + data[start:end] + rest[at:]


def put_in(chance: Random, data: bytes) -> bytes:
    """Something stands anywhere in it."""
    at = _at(chance, data)
    word = chance.choice(WORDS).encode("utf-8", "surrogatepass")
    junk = (
        word,
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xff",
        b"\xfe\xff",
        b"\xff\xfe",
        b"\xf4\x90\x80\x80",
        b"\x1a",
        b"\0" * 9,
    )
    return data[:at] + chance.choice((word, *junk)) + data[at:]


def encoded(chance: Random, data: bytes) -> bytes:
    """It was saved in another encoding, with or without a mark, whole or in part."""
    text = data.decode("utf-8", "replace")
    other = text.encode(chance.choice(NAMES), "replace")
    return chance.choice(
        (other, other, b"\xff\xfe" + other, b"\xef\xbb\xbf" + other, data[: len(data) // 2] + other)
    )


def marked(chance: Random, data: bytes) -> bytes:
    """It begins with a mark that may not be its own."""
    return (
        chance.choice(
            (
                b"\xef\xbb\xbf",
                b"\xff\xfe",
                b"\xfe\xff",
                b"\xff\xfe\0\0",
                b"PK\x03\x04",
                b"\x1f\x8b",
                b"\n" * 5000,
            )
        )
        + data
    )


def noise(chance: Random, data: bytes) -> bytes:
    """Nothing of it is left."""
    return chance.choice((b"", b"\n", b"\0" * 5000, chance.randbytes(chance.choice((1, 100, 50_000)))))


BYTES: Final[tuple[Spoil, ...]] = (flip, flip, cut, cut, again, moved, put_in, put_in, encoded, marked, noise)


# -- tables -------------------------------------------------------------------------------------------


def _cells(data: bytes) -> tuple[list[list[bytes]], bytes]:
    lines = data.split(b"\n")
    delimiter = max((b",", b"\t", b";"), key=lines[0].count)
    return [line.split(delimiter) for line in lines], delimiter


def _joined(cells: list[list[bytes]], delimiter: bytes) -> bytes:
    return b"\n".join(delimiter.join(row) for row in cells)


def cell(chance: Random, data: bytes) -> bytes:
    """Some cells say something else, quoted or not."""
    cells, delimiter = _cells(data)
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(cells)
        text = chance.choice(WORDS)
        quoted = '"' + text.replace('"', '""') + '"'
        row[chance.randrange(len(row))] = chance.choice((text, quoted, quoted)).encode(
            "utf-8", "surrogatepass"
        )
    return _joined(cells, delimiter)


def width(chance: Random, data: bytes) -> bytes:
    """A row has other cells than the head."""
    cells, delimiter = _cells(data)
    n = chance.randrange(len(cells))
    more = 100_000 if seldom(chance) else chance.choice((1, 3, 990, 2000))
    cells[n] = chance.choice(
        (cells[n] * 2, cells[n][1:], cells[n] + [b"x"] * more, cells[n] + [b""] * more, [])
    )
    return _joined(cells, delimiter)


def length(chance: Random, data: bytes) -> bytes:
    """It has many rows, of which most say nothing, or the same, or are bad."""
    head, _, rest = data.partition(b"\n")
    row = chance.choice(
        (
            b"",
            b" ",
            b",,,",
            b'"',
            b'""',
            b"x",
            b"\0",
            b"\xff",
            b",".join([b"x"] * 40),
            rest.partition(b"\n")[0],
        )
    )
    many = seldom(chance)
    count = (1000 if many else chance.choice((3, 30))) if row else (200_000 if many else 100)
    return head + b"\n" + (row + b"\n") * count + rest


def heads(chance: Random, data: bytes) -> bytes:
    """The head is another."""
    cells, delimiter = _cells(data)
    row = cells[0]
    n, other = (chance.randrange(len(row)) for _ in range(2))
    row[n] = chance.choice(
        (row[other], row[n].upper(), b"", b" ", b"\xef\xbb\xbf" + row[n], b"x" * 5000, b"\0", row[n] + b" ")
    )
    if chance.random() < 0.3:
        chance.shuffle(row)
    return _joined(cells if chance.random() < 0.9 else cells[1:], delimiter)


TABLE: Final[tuple[Spoil, ...]] = (cell, cell, cell, cell, width, length, heads)


# -- JSON ---------------------------------------------------------------------------------------------

_MARK: Final = "@@here@@"
_SOME: Final = 100
"""So many of what stands in a list or an object are changed: a long one would draw all changes to itself."""


def _spots(value: Any) -> list[tuple[Any, Any]]:
    found = []
    for key, one in islice(value.items() if isinstance(value, dict) else enumerate(value), _SOME):
        found.append((value, key))
        if isinstance(one, dict | list):
            found += _spots(one)
    return found


def _replaced(chance: Random, text: bytes) -> bytes:
    try:
        return _with_another(chance, text)
    except (ValueError, RecursionError):  # no JSON, or deeper than some Python goes: broken enough
        return text


def _with_another(chance: Random, text: bytes) -> bytes:
    told = json.loads(text)
    if not isinstance(told, dict | list) or not told:
        return text
    inside, key = chance.choice(_spots(told))
    raw = chance.choice((*RAW, None))
    kept = json.dumps(inside[key])
    inside[key] = _MARK
    if isinstance(inside, dict) and chance.random() < 0.15:  # a key, not a value
        del inside[key]
        name = chance.choice(
            (
                json.dumps(chance.choice(WORDS)),
                '"\\ud800"',
                '"\\u0000x"',
                "5",
                json.dumps(key) + ": 1, " + json.dumps(key),
            )
        )
        inside[_MARK] = 0
        return json.dumps(told).replace(f'"{_MARK}": 0', f"{name}: {kept}").encode()
    raw = json.dumps(chance.choice(WORDS)) if raw is None else raw
    return json.dumps(told).replace(f'"{_MARK}"', raw).encode()


def values(chance: Random, data: bytes) -> bytes:
    """In some lines a value, or a key, is another."""
    rows = data.split(b"\n")
    for _ in range(chance.randint(1, 4)):
        n = chance.randrange(len(rows))
        rows[n] = _replaced(chance, rows[n])
    return b"\n".join(rows)


def lines(chance: Random, data: bytes) -> bytes:
    """Lines are missing, twice, in another order, many or very long."""
    rows = data.splitlines(keepends=True) or [b"{}\n"]
    n = chance.randrange(len(rows))
    ways: tuple[Callable[[], bytes], ...] = (
    lambda: b"".join(rows[:n] + rows[n + 1 :]), lambda: b"".join(rows[: n + 1] + rows[n:]),
    lambda: b"".join(chance.sample(rows, len(rows))), lambda: data.replace(b"\n", b"\r"),
    lambda: data.replace(b"\n", b""), lambda: data + b"{}\n", lambda: data + b"\n" * 200_000,
    lambda: data + b"{}\n" * 1500, lambda: data + b"[" * 2_000_000,
    lambda: data + b'{"a": "' + b"x" * 1_500_000, lambda: data + b'{"k": 1}\n' * 1500,
)  # fmt: skip
    return chance.choice(ways if seldom(chance) else ways[:6])()


def bulk(chance: Random, data: bytes) -> bytes:
    """A document has far more in it."""
    many = chance.choice((
        b"[]," * 200_000, b"{}," * 100_000, b"[[1,2]]," * 100_000, b"[36.5,34.5]," * 100_000,
        b'{"type":"Feature"},' * 5000, b"[" * 1_000_000,
    ))  # fmt: skip
    at = data.find(chance.choice((b"[", b"[[", b'{"type": "Feature",')))
    return data[: at + 1] + many + data[at + 1 :] if chance.random() < 0.7 else data[:at] + many + data[at:]


def chained(data: bytes) -> bytes:
    """A log whose hashes are right again, whatever its lines say now."""
    rows, previous, position = data.split(b"\n"), GENESIS, 0
    for n, text in enumerate(rows[1:], 1):
        try:
            told = json.loads(text)
            position += 1
            hashed = bytes.fromhex(told["payload_hash"])
            if (payload := told["payload"]) is not None:  # else it was redacted
                payload = payload if isinstance(payload, str) else canonical.dumps(payload)
                hashed = payload_hash(bytes.fromhex(told["salt"]), payload)
            header = [told[name] for name in HEADER]
            previous = link(previous, (*header[:6], parse_iso(header[6]), header[7]), hashed)
        except (ValueError, LookupError, TypeError, RecursionError, AttributeError, TrackerError):
            continue
        told |= {"payload_hash": hashed.hex(), "chain_hash": previous.hex()}
        rows[n] = json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")
    head = {"tracker_log": 1, "position": position, "chain_hash": previous.hex()}
    return b"\n".join([json.dumps(head).encode(), *rows[1:]])


JSON: Final[tuple[Spoil, ...]] = (values, values, values, values, values, lines)
DOCUMENT: Final[tuple[Spoil, ...]] = (*[values] * 30, bulk)
BY_MADE: Final = {"table": TABLE, "json": JSON, "document": DOCUMENT}


def spoiled(chance: Random, made: str, data: bytes) -> bytes:
    """A file like one that is good, but that nobody should have to expect."""
    own = BY_MADE[made]
    return some(chance, chance.choice((own, own, (*own, *BYTES), BYTES)), data)
