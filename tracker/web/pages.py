"""Decides which templates pages are made of, and what these may use: words of reports, files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracker import __version__
from tracker.reports.sections import CLEARS, header, heading, quiet, sections, unchanged
from tracker.web.static import address
from tracker.web.values import ASKED, PAGES, joined, part, percent, plain, said, to, web, when

FOLDER: Final = Path(__file__).resolve().parent / "templates"


class Pages:
    """The templates. What they write out is put into `<bdi>`, unless a filter has made it markup.

    `takes` says which parameters the address of each page takes, its parts written `{}`.
    """

    def __init__(self, takes: Mapping[str, Collection[str]]) -> None:
        self._takes = takes
        self._env = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, finalize=said,
            trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip
        self._env.filters |= {
            "plain": plain, "web": web, "percent": percent, "part": part, "joined": joined,
        }  # fmt: skip
        self._env.globals |= {
            "static": lambda name: plain(address(name)),
            "everywhere": PAGES, "axes": ASKED, "version": __version__, "CLEARS": CLEARS,
            "report": {
                "header": header, "heading": heading, "quiet": quiet, "sections": sections,
                "unchanged": unchanged,
            },
        }  # fmt: skip

    def page(self, template: str, asked: Mapping[str, str], zone: str, **told: Any) -> str:
        """A page."""
        return self._env.get_template(template).render(
            asked=asked, zone=zone, when=partial(when, zone), to=partial(to, self._takes, asked), **told
        )
