"""Decides how a table made by others is read as claims: a profile says which claim each row tells.

A profile is a TOML file (docs/import.md, Profiles). It fills the columns of a file of claims from those of
the row; so what a claim needs, and how its cells are read, is the same for both.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from tracker.desk.attribution import UNNAMED
from tracker.errors import BadInput, typed
from tracker.importers.claims import COLUMN, LeftOut, Near, Told, told
from tracker.importers.rows import Fields
from tracker.importers.table import head
from tracker.judgement.vocabulary import PLACE_KINDS
from tracker.resources import folder

_SPOT: Final = re.compile(r"\{([^{}]*)\}")
_PARTING: Final = re.compile(r"[;>]")
"""What parts names in the cells of others, and means more in the column `said_by`."""
_DETAIL: Final = "details."
_TOLD: Final = "docs/import.md, Profiles"
ANY: Final = "*"
"""Of a word: whatever it is, as long as there is one."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Block(_Part):
    """A claim that a row tells if it has certain words, or why such a row tells none.

    `unless`: it does not fit a row that has any of these. The first block that fits decides, unless it says
    `also`: then the row may tell more.
    """

    when: dict[str, str | list[str]] = Field(default_factory=dict)
    unless: dict[str, str | list[str]] = Field(default_factory=dict)
    say: dict[str, str] = Field(default_factory=dict)
    leave: str | None = None
    also: bool = False


def _kind(text: str) -> str:
    if text not in PLACE_KINDS:
        raise ValueError(f"a place is one of {', '.join(PLACE_KINDS)}")
    return text


class Beside(_Part):
    """The columns with the coordinates of a row's place; one that is farther away is another place.

    `make`: a name that nobody knows is a new place of that kind, there.
    """

    lat: str
    lon: str
    km: float = Field(default=25.0, gt=0, le=1000)
    make: Annotated[str, AfterValidator(_kind)] | None = None


class Party(_Part):
    """An actor, or a source, that the profile names: made if it is not known yet."""

    name: str
    level: str | None = None
    part_of: str | None = None
    kind: str | None = None
    lean: str | None = None
    aliases: tuple[str, ...] = ()


class Profile(_Part):
    """What the columns of a table mean. `say` holds for every claim; `words` are lists to look up in."""

    title: str
    about: str = ""
    say: dict[str, str] = Field(default_factory=dict)
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    claim: list[Block] = Field(default_factory=list)
    near: Beside | None = None
    actors: dict[str, Party] = Field(default_factory=dict)
    sources: dict[str, Party] = Field(default_factory=dict)

    def told(self, fields: Fields) -> Iterator[Told | LeftOut]:
        """The claims of a row, or why there is none. Raises BadInput: a word stands for nothing."""
        fits = [block for block in self.claim if _fits(block, fields)]
        if self.claim and not fits:
            yield LeftOut("no claim of the profile fits it")
            return
        for block in fits or [Block()]:
            if block.leave is not None:
                yield LeftOut(block.leave)
            else:
                yield self._claim({**self.say, **block.say}, fields)
            if not block.also:
                break

    def columns(self) -> list[tuple[str, ...]]:
        """The columns that it reads; where any of several will do, those together."""
        says = [self.say, *(block.say for block in self.claim)]
        spots = [spot for say in says for template in say.values() for spot in _SPOT.findall(template)]
        tests = [column for block in self.claim for column in (*block.when, *block.unless)]
        beside = [] if self.near is None else [self.near.lat, self.near.lon]
        several = [spot.partition("|")[0].split(",") for spot in spots]
        alone = [[column] for column in (*tests, *beside)]
        return list(dict.fromkeys(tuple(map(head, names)) for names in (*several, *alone)))

    def _claim(self, say: Mapping[str, str], fields: Fields) -> Told:
        found: dict[str, Any] = {}
        details: dict[str, str] = {}
        for field, template in say.items():
            is_nameless = COLUMN.get(field) == "said_by" and template.casefold().startswith(UNNAMED)
            text = self._described(template, fields) if is_nameless else self._filled(template, fields)
            if text and field.startswith(_DETAIL):
                details[field.removeprefix(_DETAIL)] = text
            elif text:
                found[field] = text
        if details:
            found["details"] = {key: _plain(text) for key, text in details.items()}
        claim = told(found)
        return claim if self.near is None else claim._replace(near=_near(self.near, fields))

    def _filled(self, template: str, fields: Fields) -> str:
        return _SPOT.sub(lambda spot: self._word(spot[1], fields), template).strip()

    def _described(self, template: str, fields: Fields) -> str:
        """Who said it, where cells describe them: a semicolon there parts names; nothing if all are empty."""
        words = [self._word(spot, fields) for spot in _SPOT.findall(template)]
        if words and not any(map(str.strip, words)):
            return ""
        names = iter(", ".join(filter(None, map(str.strip, _PARTING.split(word)))) for word in words)
        return _SPOT.sub(lambda _: next(names), template).strip()

    def _word(self, spot: str, fields: Fields) -> str:
        """`{a,b}`: the first column with anything in it; `{a|sides}`: its word looked up in a list."""
        names, _, list_ = spot.partition("|")
        columns = [head(name) for name in names.split(",")]
        name, text = next(((one, _text(fields[one])) for one in columns if fields.get(one)), (columns[0], ""))
        if not list_:
            return text
        if list_ in _READ:
            return _READ[list_](name, text)
        return _looked_up(self.words[list_], name, text)


def _fits(block: Block, fields: Fields) -> bool:
    if any(_has(fields, column, words) for column, words in block.unless.items()):
        return False
    return all(_has(fields, column, words) for column, words in block.when.items())


def _has(fields: Fields, column: str, words: str | list[str]) -> bool:
    text = _text(fields.get(head(column), "")).strip().casefold()
    wanted = [words] if isinstance(words, str) else words
    return any(text == word.casefold() or (word == ANY and bool(text)) for word in wanted)


def _looked_up(words: Mapping[str, str], column: str, text: str) -> str:
    wanted = text.strip().casefold()
    found = next((meant for word, meant in words.items() if word.casefold() == wanted), words.get(ANY))
    if found is None:
        raise BadInput(
            what=f"{column} {text!r} stands for nothing in this profile", try_="a line for it there"
        )
    return found


def _near(beside: Beside, fields: Fields) -> Near | None:
    try:
        lat, lon = (float(_text(fields[head(one)])) for one in (beside.lat, beside.lon))
    except (KeyError, ValueError):
        return None
    return Near(lat, lon, beside.km, beside.make) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else f"{value}"


def _plain(text: str) -> str | int:
    return int(text) if text.isdecimal() and len(text) < 16 else text


def _month(column: str, text: str) -> str:
    """The month of a date: as a year and a month."""
    found = re.search(r"\b(\d{4})-(\d{2})\b", text)
    if found:
        return found[0]
    words = re.search(r"\b([^\W\d]{3,})\s+(\d{4})\b", text)
    if words is None:
        raise BadInput(what=f"{column} {text!r} is no date", try_="2024-12-09, or 9 December 2024")
    return words[0]


def _day(_: str, text: str) -> str:
    """A day as others write it: without hyphens, or with its first midnight; of several the first.

    Anything else stays what it is.
    """
    first = text.partition(";")[0].strip()
    found = re.fullmatch(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", first)
    return "-".join(found.groups()) if found else text


_READ: Final[Mapping[str, Callable[[str, str], str]]] = {"month": _month, "day": _day}
"""Words in the place of a list: how a column is read."""


def read_profile(name: str) -> tuple[str, Profile]:
    """A profile by the name of one that comes with tracker, or by its path; and what it is called."""
    shipped = folder("fixtures") / "profiles"
    path = shipped / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        path = Path(name)
    try:
        profile = Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        known = ", ".join(sorted(one.stem for one in shipped.glob("*.toml")))
        raise BadInput(
            what=f"there is no profile {typed(name)}", try_=f"one of {known}, or the path of a TOML file"
        ) from None
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(what=f"{typed(name)} cannot be read: {error}", try_=_TOLD) from None
    except ValidationError as error:
        every = error.errors()  # a misspelt word is told before the one that is missing by it
        wrong = next((one for one in every if one["type"] == "extra_forbidden"), every[0])
        where = ".".join(str(part) for part in wrong["loc"])
        raise BadInput(what=f"{typed(name)}, {where}: {wrong['msg']}", try_=_TOLD) from None
    _check(name, profile)
    return path.stem, profile


def _check(name: str, profile: Profile) -> None:
    """Refuse a field that no claim has, and a list that is not there."""
    for say in (profile.say, *(block.say for block in profile.claim)):
        for field, template in say.items():
            if field not in COLUMN and not field.startswith(_DETAIL):
                raise BadInput(
                    what=f"{typed(name)}: a claim has no {field!r}", try_="docs/import.md lists the columns"
                )
            if any(mark in _SPOT.sub("", template) for mark in "{}"):
                raise BadInput(
                    what=f"{typed(name)}: {field} has a brace without the other: {template!r}",
                    try_="{column} for what a column says",
                )
            for spot in _SPOT.findall(template):
                list_ = spot.partition("|")[2]
                if list_ and list_ not in _READ and list_ not in profile.words:
                    raise BadInput(
                        what=f"{typed(name)}: there is no list {list_!r}", try_=f"a table [words.{list_}]"
                    )
