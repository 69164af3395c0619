"""Decides what is reckoned once for many: the answers that take seconds, as long as nothing else is so."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, NamedTuple

MOST: Final = 6
"""Answers that are kept: of 40,000 places one has some megabytes, packed."""
EFFORT: Final = 5
"""How hard gzip tries: more takes long and gains little."""


class Answer(NamedTuple):
    """An answer as it is kept, packed, and the mark by which somebody knows that he has it."""

    packed: bytes
    mark: str

    @property
    def plain(self) -> bytes:
        """The answer as it was made."""
        import gzip

        return gzip.decompress(self.packed)


class Kept:
    """The last answers. Who asks for one that somebody else has reckoned out just now waits for that."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}

    def answer(self, key: Hashable, make: Callable[[], bytes]) -> Answer:
        """The answer of a key, made if it is not kept."""
        with self._lock:
            if (found := self._answers.get(key)) is not None:
                self._answers.move_to_end(key)
                return found
            making = self._making.setdefault(key, Lock())
        with making:
            with self._lock:
                if (found := self._answers.get(key)) is not None:
                    return found
            from hashlib import sha256

            try:
                plain = make()
                made = Answer(packed(plain), f'W/"{sha256(plain).hexdigest()[:20]}"')
            except BaseException:
                with self._lock:
                    self._making.pop(key, None)
                raise
            with self._lock:
                self._making.pop(key, None)
                self._answers[key] = made
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
            return made


def packed(plain: bytes) -> bytes:
    """Bytes as gzip packs them, the same each time."""
    import gzip  # not before somebody takes it

    return gzip.compress(plain, EFFORT, mtime=0)
