"""Decides that these tests may ask for every prepared database, and for a short demo."""

from __future__ import annotations

from tests.acceptance.prepared import *  # noqa: F403 (the fixtures, which its `__all__` names)
from tests.demonstrated import *  # noqa: F403 (the same)
