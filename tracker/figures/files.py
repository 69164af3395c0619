"""Decides which files a picture is written to, and what is refused before anything is worked out for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tracker.errors import BadInput, typed
from tracker.figures.paper import Look, check_look
from tracker.files import refuse_database, whole

Document = Mapping[str, Any]
ENDINGS: Final = {"--svg": ".svg", "--png": ".png"}


class Files:
    """An SVG, a PNG or both; `look` is the picture's width, dark, title and scale."""

    def __init__(
        self, svg: str | Path | None, png: str | Path | None, *, scale: float = 1, **look: Any
    ) -> None:
        self._look = check_look(Look(**{key: value for key, value in look.items() if value is not None}))
        self._scale = scale
        self._named = {
            option: str(file) for option, file in (("--svg", svg), ("--png", png)) if file is not None
        }
        for option, file in self._named.items():
            _check_name(option, file)
        if png is not None:
            from tracker.figures.png import check_scale

            check_scale(scale, self._look.width)

    def draw_map(self, document: Document, boundaries: str | None) -> None:
        """Write the map of the document's last moment. Raises BadInput where there is nothing to draw."""
        from tracker.figures.map import map_svg, window_of
        from tracker.outlines import outlines

        found, window = window_of(document, self._look)
        self._write(map_svg(document, outlines(window.bounds, boundaries), self._look, found, window), "map")

    def draw_chart(self, document: Document) -> None:
        """Write the chart. Raises BadInput where there is nothing to draw."""
        from tracker.figures.chart import chart_svg

        self._write(chart_svg(document, self._look), "chart")

    def _write(self, drawn: str, what: str) -> None:
        for option, file in self._named.items():
            ending = ENDINGS[option]
            content: str | bytes = drawn
            if ending == ".png":
                from tracker.figures.png import png

                content = png(drawn, self._scale)
            named = f"{what}{ending}"
            with whole(file, what=what, named=named, binary=ending == ".png", option=option) as out:
                out.write(content)


def _check_name(option: str, file: str) -> None:
    """Refuse a name by which another kind of file is expected, and a place where none can be put.

    Before anything is worked out: whoever has waited should not lose the answer to a slip of the hand.
    """
    ending = ENDINGS[option]
    if os.path.isdir(file):
        raise BadInput(
            what=f"{file} is a folder", try_=f"{option} {typed(os.path.join(file, f'map{ending}'))}"
        )
    if os.path.exists(file) and not os.path.isfile(file):
        return
    if not file.lower().endswith(ending):
        other = next((name for name, end in ENDINGS.items() if file.lower().endswith(end)), None)
        step = f"{other} {typed(file)}" if other else f"{option} {typed(os.path.splitext(file)[0] + ending)}"
        raise BadInput(what=f"{option} writes a file that ends in {ending}, and {file} does not", try_=step)
    refuse_database(file, option)
    directory = os.path.dirname(file) or "."
    if not os.path.isdir(directory):
        raise BadInput(what=f"there is no folder {directory} for {file}", try_=f"mkdir -p {typed(directory)}")
