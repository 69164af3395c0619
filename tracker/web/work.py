"""Decides how long work is done beside the loop that answers: in threads, so that nobody waits for another.

What takes seconds has threads of its own; what nobody waits for any more is not begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

Done = TypeVar("Done")
SHORT: Final = 8
LONG: Final = 2
"""Threads for what takes seconds: more would only take turns."""


class Gone(Exception):
    """Who asked has left."""


class Work:
    """The threads of one server."""

    def __init__(self) -> None:
        self._short = ThreadPoolExecutor(SHORT, "short")
        self._long = ThreadPoolExecutor(LONG, "long")

    async def do(
        self, task: Callable[[], Done], receive: Callable[[], Awaitable[Any]], *, long: bool = False
    ) -> Done:
        """What a task comes to; Gone where the connection was lost before."""
        loop = asyncio.get_running_loop()
        doing = loop.run_in_executor(self._long if long else self._short, task)
        left = asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait((doing, left), return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                doing.cancel()
                doing.add_done_callback(lambda one: one.cancelled() or one.exception())
                raise Gone
            return doing.result()
        finally:
            left.cancel()


async def _until_gone(receive: Callable[[], Awaitable[Any]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
