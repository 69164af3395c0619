"""Decides how the lines of an exported log become its rows again, and which file is one.

Whatever is not exactly such a line refuses the whole file: a log is taken over as it was, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import orjson

from tracker.errors import BadInput, TrackerError
from tracker.importers.rows import refuse
from tracker.record import canonical
from tracker.record.envelope import Envelope, Head, RowValues
from tracker.record.events import KINDS, decode
from tracker.zones import parse_iso

NAME: Final = "log"
MARK: Final = "tracker_log"
VERSION: Final = 1
"""Of this way to write a log; raised when who reads the old one could not read the new."""
LONGEST: Final = 2**24
"""So many bytes has a line at most: some times what the longest event can have."""
_AGAIN: Final = "tracker export log --out FILE.jsonl, from the tracker that it was made of"
_SPELLED: Final = "a log that tracker export wrote"
_INT4: Final = 2**31


def is_log(file: BinaryIO) -> bool:
    """Whether a file begins as an exported log does; it is left at its beginning."""
    first = file.readline(1000)
    file.seek(0)
    try:
        told = orjson.loads(first)
    except orjson.JSONDecodeError:
        return False
    return isinstance(told, dict) and MARK in told


def read_head(file: BinaryIO, path: str) -> Head:
    """Where the log ends, from the first line of its file. Raises BadInput."""
    try:
        told = orjson.loads(file.readline(1000))
        version, position, chain_hash = told[MARK], told["position"], bytes.fromhex(told["chain_hash"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise refuse(path, "it does not begin as an exported log does", _SPELLED) from None
    if version != VERSION:
        raise refuse(path, f"it is a log of another form ({version})", "a newer tracker")
    if type(position) is not int or position < 0:
        raise refuse(path, "it does not begin as an exported log does", _SPELLED)
    return Head(position, chain_hash)


def read_rows(file: BinaryIO, path: str) -> Iterator[RowValues]:
    """The rows of the log, from the lines below the first. Raises BadInput."""
    line = 1
    while text := file.readline(LONGEST + 1):
        line += 1
        if len(text) > LONGEST:
            raise refuse(path, f"line {line} is longer than {LONGEST:,} bytes", _SPELLED)
        try:
            row = _row(orjson.loads(text))
            _check(row)
        except (KeyError, TypeError, ValueError, TrackerError) as error:
            raise refuse(path, f"line {line} is no event of a log ({_why(error)})", _AGAIN) from None
        yield row


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no {error.args[0]}"
    return (str(error).splitlines() or ["?"])[0][:200]


def _row(told: Any) -> RowValues:
    numbers = tuple(_number(told, key) for key in ("position", "version", "schema"))
    event_id, stream, kind, by = (_text(told, key) for key in ("event_id", "stream", "kind", "recorded_by"))
    payload, salt = told["payload"], told["salt"]
    if payload is not None and not isinstance(payload, str):
        payload = canonical.dumps(payload)
    return (
        numbers[0], event_id, stream, numbers[1], kind, numbers[2], parse_iso(_text(told, "recorded_at")), by,
        payload, None if salt is None else bytes.fromhex(salt), bytes.fromhex(told["payload_hash"]),
        bytes.fromhex(told["chain_hash"]),
    )  # fmt: skip


def _number(told: Any, key: str) -> int:
    value = told[key]
    if type(value) is not int or not 0 < value < (2**62 if key == "position" else _INT4):
        raise ValueError(f"{key} is no number that it can be")
    return value


def _text(told: Any, key: str) -> str:
    value = told[key]
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(f"{key} is no text")
    return value


def _check(row: RowValues) -> None:
    """Refuse an event that the views could not follow: a chain can be right for any content."""
    if row[8] is None:
        return
    if row[4] not in KINDS:
        raise BadInput(what=f"events of the kind {row[4]} are of a newer tracker", try_="a newer tracker")
    event = decode(Envelope(*row[:9]))
    if event.stream != row[2]:
        raise ValueError("it is not of its stream")
