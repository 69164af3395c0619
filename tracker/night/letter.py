"""Decides what is handed to a target: a night's report in its forms, and by what it is known again.

The same night gives the same target the same key, however often it is sent: so who gets it twice can tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from tracker.reader import Reader
from tracker.record import canonical
from tracker.reports.html import body, html
from tracker.reports.markdown import markdown
from tracker.reports.night import night_document
from tracker.reports.sections import heading, quiet, summary
from tracker.views.nights import night_of
from tracker.zones import parse_iso

Document = Mapping[str, Any]


class NotTaken(Exception):
    """The other side did not take the report, that is certain; it can be sent again. Says why, in a line."""


class Unsure(Exception):
    """The report was handed over, and whether the other side took it cannot be known. Says why, in a line."""


class Letter:
    """The report of one night, made once for all its targets."""

    def __init__(self, report: Document, page: Callable[[], str]) -> None:
        """`page` makes the report with the map above it, which takes longer than the rest."""
        self.report = report
        self.night: str = report["night"]
        self._page = page

    def key(self, target: str) -> str:
        """What this night's report to a target is known by: 32 hexadecimal digits.

        The hash of the log's chain is in it, which no other tracker has.
        """
        parts = ("delivery", self.report["chain_hash"], self.night, target)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]

    @property
    def title(self) -> str:
        """Night of 8 December 2024."""
        return heading(self.report)

    @cached_property
    def summary(self) -> str:
        """What was found, in one line."""
        return summary(self.report)

    @property
    def subject(self) -> str:
        """The title and what was found."""
        return f"{self.title}: {self.summary}"

    @cached_property
    def markdown(self) -> str:
        """The report as Markdown."""
        return markdown(self.report)

    @cached_property
    def html(self) -> str:
        """The report as an HTML page."""
        return html(self.report)

    @cached_property
    def map(self) -> str:
        """The report below the map, as an HTML page that is one file."""
        return self._page()

    @cached_property
    def json(self) -> str:
        """The report as canonical JSON: the bytes that the ledger has a hash of."""
        return canonical.dumps(self.report)

    def form(self, name: str) -> bytes:
        """The report in one of the forms `html`, `map`, `markdown` and `json`."""
        text: str = getattr(self, name)
        return text.encode()

    def value(self, name: str, target: str) -> Any:
        """What a placeholder of a template stands for."""
        match name:
            case "key":
                return self.key(target)
            case "report":
                return self.report
            case "highlights":
                return list(self.report["highlights"]) or [quiet(self.report)]
            case "cut_off":
                return self.report["cut_off"]
            case _:
                return getattr(self, name)


def night_page(reader: Reader, report: Document, boundaries: str | None = None) -> str:
    """A night's report below the map of its cut-off, as one file."""
    from tracker.desk.paging import page
    from tracker.views.situation import Question

    question = Question(at=parse_iso(report["cut_off"]), position=report["position"])
    text, _ = page(
        reader, question, report["position"], report["zone"], title=heading(report), below=body(report),
        boundaries=boundaries,
    )  # fmt: skip
    return text


def letter_of(reader: Reader, day: str) -> Letter:
    """The report of a night that is done. Raises NotTaken where the record has no such night."""
    night = night_of(reader, day)
    if night is None:
        raise NotTaken(f"the record has no night of {day}")
    report = night_document(reader, night)
    return Letter(report, lambda: night_page(reader, report))


def told(error: BaseException, *secrets: str) -> str:
    """An error in one line, without a secret."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return plain(str(text), *secrets)


def plain(text: str, *secrets: str) -> str:
    """What the other side said, in one short line of printable characters, without a secret."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= 200 else line[:199] + "…"
