"""Decides how a night's report reads as Markdown (CommonMark): in a terminal, a mail, a repository."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tracker.reports.sections import CLEARS, Item, Section, header, heading, quiet, sections, unchanged

Document = Mapping[str, Any]


def markdown(report: Document) -> str:
    """The report of a night as Markdown text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Document) -> Iterator[str]:
    yield f"# {heading(report)}"
    yield ""
    yield from (f"{_safe(line)}  " for line in header(report))
    yield ""
    if report["quiet"]:
        yield _safe(quiet(report))
        yield ""
    else:
        yield from (f"- **{_safe(line)}**" for line in report["highlights"])
        yield from ([""] if report["highlights"] else [])
        for section in sections(report):
            yield from _section(section)
        if line := unchanged(report):
            yield _safe(line)
            yield ""
    yield f"*{_safe(report['method'])}*"


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield ""
    for item in section.items:
        yield from _item(item)
    if section.more:
        yield f"- and {section.more} more"
    if section.note:
        yield from ("", f"{CLEARS} {_safe(section.note)}")
    yield ""


def _item(item: Item) -> Iterator[str]:
    name = f"**{_safe(item.name)}**" + (f" ({_safe(item.region)})" if item.region else "")
    links = "".join(f" <{url}>" for url in item.links if _address(url))
    yield (f"- {name}: {_safe(item.text)}" if item.text else f"- {name}") + links
    for claim in item.claims:
        said = f"{_safe(claim.text)}: {_safe(claim.attribution or 'nobody is named')}"
        yield f"  - {said}" + (f" <{claim.url}>" if claim.url and _address(claim.url) else "")
    if item.step:
        yield f"  - {CLEARS} {_safe(item.step)}"


def _address(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s<>]+", url) is not None


def _safe(text: str) -> str:
    """Text from a claim: nothing in it is markup, and it stays on its line."""
    return re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", " ".join(text.split()))
