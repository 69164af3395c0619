"""Decides how the command line is entered and left: arguments in, an exit code out; nothing heavy here."""

import gc
import os
import sys

# Ctrl-C while this is loaded ends in a traceback: so nothing is that Python has not loaded for itself.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn


def main(arguments: "Sequence[str] | None" = None) -> "NoReturn":
    """Run one command and exit with its code."""
    # A command is over before there is garbage worth looking for; long ones are still collected.
    gc.set_threshold(100_000, 10, 10)
    sys.unraisablehook = _not_lost
    if sys.stdout is None:  # closed before tracker was started: the answer goes nowhere
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  it lives as long as the process
    try:
        from tracker.cli.shell import run
    except KeyboardInterrupt:  # before anything was begun: nothing to tell
        _leave(130)

    _leave(run(sys.argv[1:] if arguments is None else list(arguments)))


def _not_lost(unraisable: "Any") -> None:
    """Ctrl-C where Python can raise nothing, as in a callback of an import: it comes once more, elsewhere."""
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        import _thread

        _thread.start_new_thread(_again, ())  # here it would be lost once more
    else:
        sys.__unraisablehook__(unraisable)


def _again() -> None:
    import _thread
    import time

    time.sleep(0.01)
    _thread.interrupt_main()


def _leave(code: int) -> "NoReturn":
    """Exit as soon as everything written is out.

    Nothing waits for the interpreter to be taken apart first, which takes a short command 2 ms: what was
    recorded is committed, and whoever opened a database or a lock has closed it.
    """
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # closed before tracker was started
                stream.flush()
    except BrokenPipeError:  # the reader has seen enough: no failure, and nobody left to tell
        pass
    except (OSError, ValueError):
        sys.exit(code)  # Python's own way out tells what could not be written
    os._exit(code)
