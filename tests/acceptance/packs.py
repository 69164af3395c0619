"""Decides how a story reaches tracker as command lines: as it is in the fixtures, or told with other names.

A `Pack` is the rows and lines of a folder of fixtures. `retold` gives everything in it another name and
another id, the same one wherever the same is meant, and leaves what was said untouched.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tracker.names import fold

FOLDER: Final = Path(__file__).parent.parent.parent / "fixtures" / "syria"
THINGS: Final = ("actor", "source", "place")
"""In this order each can refer to those before it."""

Row = Mapping[str, str]
Line = Mapping[str, Any]

_OPTIONS: Final = (
    "predicate", "place", "source", "modality", "basis", "stance", "channel", "at", "reported", "extent",
    "relation", "km", "bearing", "outcome", "confidence", "quote", "note", "url", "document",
)  # fmt: skip
_DETAILS: Final = (
    "manner",
    "framing",
    "means",
    "kind",
    "what",
    "scope",
    "until",
    "from",
    "low",
    "best",
    "high",
)


@dataclass(frozen=True)
class Pack:
    """The rows of places, actors and sources, and what was said, line by line as it was recorded."""

    rows: Mapping[str, list[Row]]
    lines: list[Line]
    called: Callable[[str, str], str] = field(default=lambda _thing, text: text)
    """(thing, name or id in the fixtures) -> what it is called here."""

    def act(self, *acts: str) -> list[Line]:
        """The lines of some acts, in the order in which they were recorded."""
        return [line for line in self.lines if line["act"] in acts]


def syria() -> Pack:
    """The pack that ships, read as plain files."""
    rows = {thing: list(_rows(FOLDER / f"{thing}s.csv")) for thing in THINGS}
    lines = [
        json.loads(text)
        for name in ("report", "story")
        for text in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines()
    ]
    return Pack(rows, sorted(lines, key=lambda line: str(line["recorded"])))


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


# -- command lines -----------------------------------------------------------------------------------


def registering(pack: Pack) -> Iterator[list[str]]:
    """The command lines that bring in everybody, and every place that the story speaks of."""
    spoken_of = _spoken_of(pack)
    for thing in THINGS:
        for row in pack.rows[thing]:
            if thing != "place" or row["id"] in spoken_of:
                yield [thing, "add", row["name"], "--id", row["id"], *_facts(thing, row)]


def _spoken_of(pack: Pack) -> set[str]:
    """The places that a line names in any way, and those that they lie in or near."""
    said = {fold(line["place"]) for line in pack.lines if line.get("place")}
    said |= {
        line["mint"][key] for line in pack.lines if "mint" in line for key in ("near",) if key in line["mint"]
    }
    found: set[str] = set()
    for row in reversed(pack.rows["place"]):  # parents and neighbours come before those that name them
        names = {row["id"], *map(fold, (row["id"], row["name"], *row["aliases"].split("|")))}
        if row["id"] in found or names & said:
            found |= {row["id"], row["parent"], row["near"]}
    return found


def _facts(thing: str, row: Row) -> Iterator[str]:
    columns = {
        "actor": {"level": "level", "part_of": "part-of"},
        "source": {"kind": "kind", "lean": "lean", "grade": "grade", "language": "language"},
        "place": {"kind": "kind", "lat": "lat", "lon": "lon", "parent": "parent", "near": "near",
                  "bearing": "bearing", "km": "km"},
    }[thing]  # fmt: skip
    for column, option in columns.items():
        if row.get(column):
            yield f"--{option}={row[column]}"
    for alias in filter(None, (row.get("aliases") or "").split("|")):
        yield f"--alias={alias}"


def saying(line: Line) -> list[str]:
    """The command line that records one line of a story."""
    if "mint" in line:
        mint = line["mint"]
        facts = [f"--{key}={mint[key]}" for key in ("kind", "near", "bearing", "km", "parent") if key in mint]
        return ["place", "add", mint["name"], "--id", mint["id"], *facts]
    told = [f"--{key}={line[key]}" for key in _OPTIONS if key in line]
    for key, option in (("actor", "actor"), ("said_by", "said-by"), ("against", "against")):
        told += [f"--{option}={name}" for name in line.get(key, ())]
    details = {**line.get("detail", {}), **{key: line[key] for key in _DETAILS if key in line}}
    told += [f"--detail={key}={value}" for key, value in details.items()]
    return ["add-claim", *told, "--tz", str(line["zone"])]


# -- the same with other names ---------------------------------------------------------------------------


def retold(pack: Pack, salt: str) -> Pack:
    """The same story of other places, actors and sources; `salt` chooses the names."""
    ids = {thing: {row["id"] for row in pack.rows[thing]} for thing in THINGS}
    ids["place"] |= {line["mint"]["id"] for line in pack.lines if "mint" in line}

    def called(thing: str, text: str) -> str:
        if text in ids[thing]:
            return f"{thing[0]}-{_word(salt, thing, text)}".lower()
        return _word(salt, thing, fold(text))

    def row(thing: str, told: Row) -> Row:
        ties = {"part_of": "actor", "lean": "actor", "parent": "place", "near": "place"}
        aliases = "|".join(called(thing, alias) for alias in filter(None, told["aliases"].split("|")))
        tied = {column: called(other, told[column]) for column, other in ties.items() if told.get(column)}
        return {
            **told,
            **tied,
            "id": called(thing, told["id"]),
            "name": called(thing, told["name"] if told["name"] not in ids[thing] else told["name"].title()),
            "aliases": aliases,
        }

    rows = {thing: [row(thing, told) for told in pack.rows[thing]] for thing in THINGS}
    return Pack(rows, [_line_retold(line, called, salt) for line in pack.lines], called)


def _word(*parts: str) -> str:
    """A word that nobody has heard, always the same for the same parts."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    syllables = [f"{'bdfgklmnprstvz'[byte % 14]}{'aeiou'[byte // 14 % 5]}" for byte in digest[:7]]
    return "".join(syllables).capitalize()


def _line_retold(line: Line, called: Callable[[str, str], str], salt: str) -> Line:
    def each(thing: str, names: Iterable[str]) -> list[str]:
        return [name if name.startswith("unnamed:") else called(thing, name) for name in names]

    if "mint" in line:
        mint = {
            **line["mint"],
            "id": called("place", line["mint"]["id"]),
            "name": _word(salt, line["mint"]["name"]),
        }
        mint |= {key: called("place", mint[key]) for key in ("near", "parent") if key in mint}
        return {**line, "mint": mint}
    told = {
        **line,
        "source": called("source", line["source"]),
        "said_by": each("source", line.get("said_by", ())),
        "actor": each("actor", line.get("actor", ())),
        "against": each("actor", line.get("against", ())),
    }
    if "place" in line:
        told["place"] = called("place", line["place"])
    for key in ("document", "url"):
        if key in line:
            told[key] = f"https://example.org/{_word(salt, line[key]).lower()}" if key == "url" else _word(
                salt, line[key]
            )  # fmt: skip
    return {key: value for key, value in told.items() if key not in ("quote", "note")}
