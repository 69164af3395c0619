"""Decides which derived tables there are: `ALL`, one file each."""

from __future__ import annotations

from typing import Final

from tracker.record.projection import Projection
from tracker.record.projections import (
    actors,
    assessments,
    claims,
    decisions,
    documents,
    flags,
    imports,
    leanings,
    links,
    memberships,
    names,
    nights,
    places,
    reviews,
    settings,
    sources,
    weighings,
)

ALL: Final[tuple[Projection, ...]] = (
    names.PROJECTION,
    places.PROJECTION,
    actors.PROJECTION,
    memberships.PROJECTION,
    sources.PROJECTION,
    leanings.PROJECTION,
    documents.PROJECTION,
    claims.PROJECTION,
    links.PROJECTION,
    reviews.PROJECTION,
    weighings.PROJECTION,
    assessments.PROJECTION,
    decisions.PROJECTION,
    settings.PROJECTION,
    imports.PROJECTION,
    flags.PROJECTION,
    nights.PROJECTION,
)
"""Every projection that is a plain function of the log; `control`, which folds, follows them."""
