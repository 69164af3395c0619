"""Decides the one plain row that a claim becomes when it is weighed: `Evidence`.

Everything the pure rules need and nothing else: sides instead of actors where sides count, times
as microseconds since the epoch (UTC), the origin as a voice. Views make it, the rules read it.
"""

from typing import Final, NamedTuple

DAY: Final = 86_400_000_000
"""Microseconds in a day."""

ANALYSTS: Final = "analyst-judgement"
"""The kind of source that an analyst's own assessment has."""

BEGINNING: Final = -(2**53 - 1)
"""Earlier than any instant a claim can name."""
NO_TIME: Final = -(2**63) + 1
"""Stands for an instant that is not known where there are only numbers."""


class Evidence(NamedTuple):
    """One claim, resolved for folding. (A named tuple, as millions are made.)

    `kind` is a step of `vocabulary.effect`; `sides` and `against` are top-level actors at the time
    of the event, in id order; `lines` holds, for each actor named, its line of parents up to its
    side. `event_at` is the latest bound of "occurred", at most `reported_at`. `origin` names the
    voice that said it first, `lean` the side that voice speaks for or prefers.
    """

    claim: str
    kind: str
    sides: tuple[str, ...]
    event_at: int
    reported_at: int
    origin: str
    lean: str | None = None
    source_kind: str = "wire"
    grade: str | None = None
    confidence: float | None = None
    reliability: float | None = None
    """Given instead of computed: published test cases, an analyst's judgement."""
    held_until: int | None = None
    """Part of a feed's batch that is doubted: it counts in questions about no earlier instant."""
    expires: int | None = None
    """An analyst's judgement that ends: it counts in questions about no later instant, nor about this one."""
    weight: float = 1.0
    """An analyst's factor on its log-odds; 0 leaves it out."""
    learned: float | None = None
    """What its origin's record makes of a self-serving claim (r of the gain row); None: not looked up."""
    against: tuple[str, ...] = ()
    lines: tuple[tuple[str, ...], ...] = ()
    predicate: str = "holds"
    modality: str = "asserts"
    relation: str | None = None
    extent: str | None = None
    km: float | None = None
    bearing: str | None = None
    taken_from: tuple[str, ...] = ()
    earliest: int | None = None
    """Earliest bound of "occurred"; the latest is `event_at`."""
    document: str | None = None
    figures: tuple[float, float] | None = None
    """Lowest and highest of a counted harm."""
    confirmed_at: tuple[int, ...] = ()
    """When somebody looked again and found it still true."""

    @property
    def actors(self) -> tuple[str, ...]:
        """The actors it names, as precise as it named them."""
        return tuple([line[0] for line in self.lines]) or self.sides


class Realignment(NamedTuple):
    """From `at` on, `actor` counts for `joined` instead of `left` (either may be the actor itself)."""

    at: int
    actor: str
    left: str
    joined: str


class Sides(NamedTuple):
    """The parties that can hold a place: `names` at the beginning, in id order, and how that changed."""

    names: tuple[str, ...]
    changes: tuple[Realignment, ...] = ()

    @staticmethod
    def of(*names: str) -> "Sides":
        """Sides that never change."""
        return Sides(tuple(sorted(names)))
