"""Decides which forms a report has: `ALL`, a name, a file's ending, a media type, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tracker.reports.html import html
from tracker.reports.markdown import markdown

Document = Mapping[str, Any]


class Form(NamedTuple):
    """A form of the report."""

    name: str
    suffix: str
    media_type: str
    write: Callable[[Document], str]


def _json(report: Document) -> str:
    return json.dumps(report, ensure_ascii=False, indent=2) + "\n"


ALL: Final[tuple[Form, ...]] = (
    Form("markdown", ".md", "text/markdown; charset=utf-8", markdown),
    Form("html", ".html", "text/html; charset=utf-8", html),
    Form("json", ".json", "application/json", _json),
)
"""Every form that a report has."""


def written(report: Document, form: str) -> str:
    """A report in a form, by its name."""
    return next(one for one in ALL if one.name == form).write(report)
