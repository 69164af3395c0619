"""Decides that these tests may ask for the demo of the run."""

from __future__ import annotations

from tests.demonstrated import *  # noqa: F403 (the fixtures, which its `__all__` names)
