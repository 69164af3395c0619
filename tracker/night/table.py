"""Decides how a target's table in the configuration is read: each key once, and what is wrong named.

What a secret is does not stand in the file, and is looked up only when it is needed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tracker.errors import BadInput, typed
from tracker.names import propose


class BadTarget(BadInput):
    """{path}, [deliver.{name}]: {why}

    Try: {try_}
    """


@dataclass(frozen=True)
class Spot:
    """Where in the configuration something stands; `refuse` says what is wrong there."""

    path: str
    name: str

    def refuse(self, why: str, try_: str) -> NoReturn:
        """Raise BadTarget."""
        raise BadTarget(path=self.path, name=self.name, why=why, try_=try_)


@dataclass(frozen=True)
class Secret:
    """Where a secret is: in a variable of the environment or in a file; never what it is."""

    spot: Spot = field(repr=False)
    key: str
    source: str

    def reveal(self) -> str:
        """The secret. Raises BadTarget where there is none."""
        found = self._of_file() if self.key.endswith("_file") else os.environ.get(self.source, "")
        if not found:
            self.spot.refuse(
                f"{self.key}: {self._named()} is {'empty' if self._there() else 'not set'}",
                f"write it into {self.source}, readable by nobody else"
                if self.key.endswith("_file")
                else f"export {self.source}=…, for the service too that delivers",
            )
        return found

    def _of_file(self) -> str:
        try:
            with open(self.source, encoding="utf-8") as file:
                return file.read().rstrip("\r\n")
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no text"
            self.spot.refuse(
                f"{self.key}: {self.source} cannot be read ({why})", f"chmod 600 {typed(self.source)}"
            )

    def _there(self) -> bool:
        return self.key.endswith("_file") or self.source in os.environ

    def _named(self) -> str:
        return self.source if self.key.endswith("_file") else f"${self.source}"


class Keys:
    """The keys of one target's table, each asked for once."""

    def __init__(self, table: Mapping[str, object], spot: Spot) -> None:
        self.spot = spot
        self._left = dict(table)
        self._known: list[str] = []

    def text(self, key: str, example: str) -> str:
        """A text that must be there."""
        found = self.maybe(key, example)
        if found is None:
            self.spot.refuse(f"{key} is missing", f'{key} = "{example}"')
        return found

    def maybe(self, key: str, example: str) -> str | None:
        """A text of one line, if it is there."""
        found = self.take(key)
        if found is None:
            return None
        if not isinstance(found, str) or not found.strip() or re.search(r"[\0\r\n]", found):
            self.spot.refuse(f"{key} is no text of one line", f'{key} = "{example}"')
        return found

    def word(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        """One of some words."""
        found = self.take(key)
        if found is None and default is not None:
            return default
        if found not in words:
            said = "is missing" if found is None else f"is {found!r}"
            self.spot.refuse(f"{key} {said}", f'{key} = "{_near(found, words)}" (one of {", ".join(words)})')
        return str(found)

    def number(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number between two others."""
        found = self.take(key)
        if found is None:
            return default
        if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
            self.spot.refuse(f"{key} is {found!r}", f"{key} = {default} (a number from {low} to {high})")
        return found

    def flag(self, key: str) -> bool:
        """Whether something is said to be so."""
        found = self.take(key)
        if found is not None and not isinstance(found, bool):
            self.spot.refuse(f"{key} is {found!r}", f"{key} = true, or false")
        return bool(found)

    def texts(self, key: str, example: str) -> dict[str, str]:
        """A table of texts."""
        found = self.take(key)
        if found is None:
            return {}
        if not isinstance(found, dict) or not all(
            isinstance(value, str) and value for value in found.values()
        ):
            self.spot.refuse(f"{key} is no table of texts", f"{key} = {{ {example} }}")
        return found

    def several(self, key: str, example: str) -> tuple[str, ...]:
        """One text or more."""
        found = self.take(key)
        if isinstance(found, str):
            found = [found]
        if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
            said = "is missing" if found is None else "is no list of texts"
            self.spot.refuse(f"{key} {said}", f'{key} = ["{example}"]')
        return tuple(found)

    def file(self, key: str) -> str | None:
        """The path of a file, if it is there."""
        found = self.maybe(key, "/etc/tracker/…")
        return None if found is None else self.beside(found)

    def beside(self, path: str) -> str:
        """A path as the file means it: from its own folder on."""
        return os.path.join(os.path.dirname(os.path.abspath(self.spot.path)), os.path.expanduser(path))

    def secret(self, stem: str) -> Secret | None:
        """Where a secret is, if one is named: `…_env` or `…_file`."""
        variable, file = self.maybe(f"{stem}_env", f"TRACKER_{stem.upper()}"), self.file(f"{stem}_file")
        if variable and file:
            self.spot.refuse(f"{stem}_env and {stem}_file are both set", "one of them")
        if stem in self._left and stem not in self._known:
            self.spot.refuse(
                f"{stem} stands in the file, where others may read it",
                f'{stem}_env = "VARIABLE", or {stem}_file = "PATH"',
            )
        if variable:
            return self.variable(f"{stem}_env", variable)
        return Secret(self.spot, f"{stem}_file", file) if file else None

    def variable(self, key: str, name: str) -> Secret:
        """A secret in a variable of the environment."""
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            self.spot.refuse(
                f"{key} is no name of a variable", f'{key} = "TRACKER_SECRET"; the secret goes into it'
            )
        return Secret(self.spot, key, name)

    def refuse_rest(self) -> None:
        """Refuse keys that nobody asked for."""
        for key in self._left:
            near = propose(key, self._known, 1)
            asked = f"did you mean {near[0]}? " if near else ""
            self.spot.refuse(f"{key} means nothing here", f"{asked}known are {', '.join(self._known)}")

    def take(self, key: str) -> Any:
        """A value as it stands, and None where there is none."""
        self._known.append(key)
        return self._left.pop(key, None)


def _near(found: object, words: tuple[str, ...]) -> str:
    return next(iter(propose(str(found), words, 1)), words[0])
