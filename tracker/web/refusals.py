"""Decides how a page refuses: for every error one HTTP status, its line, its next step and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from tracker.errors import CONFLICT, DATABASE, FAILED, NOT_FOUND, USAGE, BadInput, TrackerError
from tracker.names import safe

_STATUS = {FAILED: 500, USAGE: 400, NOT_FOUND: 404, DATABASE: 503, CONFLICT: 409}
_EXIT = {400: USAGE, 404: NOT_FOUND, 405: USAGE, 409: CONFLICT, 503: DATABASE}


class Refusal(NamedTuple):
    """What is said instead of an answer; `headers` are those that belong to the status."""

    status: int
    what: str
    try_: str
    exit_code: int
    headers: tuple[tuple[str, str], ...] = ()

    def document(self) -> Mapping[str, Any]:
        """As every error of the JSON contract."""
        return {"error": self.what, "try": self.try_, "exit": self.exit_code}

    def text(self) -> str:
        """As two lines for people, with nothing in them that moves a cursor."""
        return f"Error: {safe(self.what)}\nTry: {safe(self.try_)}\n"


class Refused(Exception):
    """A request is not answered; the refusal says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.what)
        self.refusal = refusal


def refused(status: int, what: str, try_: str, **headers: str) -> Refused:
    """A refusal that is no error of the tracker."""
    told = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Refused(Refusal(status, what, try_, _EXIT.get(status, FAILED), told))


def refusal_of(error: Exception) -> Refusal:
    """What is said of an error; one that nobody expected is told on standard error too."""
    if isinstance(error, Refused):
        return error.refusal
    if isinstance(error, TrackerError):
        again = (("Retry-After", "5"),) if error.exit_code == DATABASE else ()
        step = error.next_step or "tracker --help"
        return Refusal(_STATUS[error.exit_code], error.message, step, error.exit_code, again)
    text = safe(f"{type(error).__name__}: {error}".splitlines()[0])
    print(f"something went wrong inside tracker ({text})", file=sys.stderr, flush=True)
    return Refusal(
        500, f"something went wrong inside tracker ({text})",
        "again; if it stays, tracker serve --debug tells where it came from", FAILED,
    )  # fmt: skip


def unreadable(what: str, try_: str) -> BadInput:
    """What was asked cannot be read."""
    return BadInput(what=what, try_=try_)
