"""Decides what tracker is called and which version this is; the verbs are in `tracker.tracker`."""

__version__ = "0.1.0"
