"""Decides that these tests may ask for every prepared database."""

from __future__ import annotations

from tests.acceptance.prepared import *  # noqa: F403 (the fixtures, which its `__all__` names)
