"""Decides how a picture becomes pixels: drawn by resvg, in the font that comes with tracker.

Without the system's fonts wherever that one has all letters: a picture has the same pixels on every machine.
"""

from __future__ import annotations

from typing import Final

from tracker.errors import BadInput
from tracker.figures.letters import FAMILY, font_file, lacks

SCALES: Final = (1, 4)
_PIXELS: Final = 60_000_000
"""So many take 240 MB while they are drawn."""


def check_scale(scale: float, width: int) -> None:
    """Refuse what is no enlargement, and what no memory holds. Raises BadInput."""
    least, most = SCALES
    if not least <= scale <= most:
        raise BadInput(
            what=f"--scale {scale:g} is none", try_=f"--scale {least} to {most}; 2 suits dense screens"
        )
    if (width * scale) ** 2 > _PIXELS:
        raise BadInput(
            what=f"{width} pixels {scale:g} times over are more than a PNG is made of",
            try_="a smaller --width or --scale, or --svg",
        )


def png(svg: str, scale: float = 1) -> bytes:
    """The picture as PNG, so many times as large."""
    from resvg_py import svg_to_bytes

    family = FAMILY.partition(",")[0].strip("'")
    return svg_to_bytes(
        svg_string=svg, zoom=scale if scale != 1 else None, font_files=[str(font_file())], font_family=family,
        sans_serif_family=family, skip_system_fonts=not lacks("".join(set(svg) - {"\n"})),
    )  # fmt: skip
