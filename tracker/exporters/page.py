"""Decides how the map is exported: the page that is one file, as it was made."""

from __future__ import annotations

from typing import Any

from tracker.exporters.content import Content


def write_page(content: Content, file: Any) -> int:
    """Write the page; the places it tells of are counted."""
    file.write(content.about["text"])
    return sum(1 for _ in content.rows)
