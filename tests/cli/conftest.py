"""Decides that these tests may ask for every prepared database, and for the demo of the run."""

from __future__ import annotations

from tests.acceptance.prepared import *  # noqa: F403 (the fixtures, which its `__all__` names)
from tests.demonstrated import *  # noqa: F403 (the same)
