"""Decides which prepared databases these tests may ask for."""

from __future__ import annotations

from tests.acceptance.prepared import (
    fresh,
    new_schema,
    nobody_at_home,
    report_copy,
    report_file,
    starter_file,
    story_copy,
    story_file,
)

__all__ = [
    "fresh",
    "new_schema",
    "nobody_at_home",
    "report_copy",
    "report_file",
    "starter_file",
    "story_copy",
    "story_file",
]
