"""tracker: who controls a place, how sure that is, and why; from a record of who said what.

`Tracker` is the façade; see `tracker.tracker`.
"""

# Ctrl-C while this is loaded ends in a traceback: so nothing else is.
TYPE_CHECKING = False

__version__ = "0.1.0"
__all__ = ["Tracker", "__version__"]

if TYPE_CHECKING:
    from tracker.tracker import Tracker


def __getattr__(name: str) -> object:
    # Late, so that `import tracker` costs the command line nothing.
    if name == "Tracker":
        from tracker.tracker import Tracker

        return Tracker
    raise AttributeError(f"module 'tracker' has no attribute {name!r}")
