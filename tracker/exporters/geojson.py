"""Decides how rows become GeoJSON (RFC 7946): a FeatureCollection of points, longitude first, in WGS 84.

What nobody knows the place of is a feature without geometry, which is in the table of a map and not on it.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tracker.exporters.coarse import Point
from tracker.exporters.content import Content, Open
from tracker.exporters.features import Facts, located

_DIGITS: Final = 6
"""A tenth of a metre; RFC 7946 advises against more."""


def write_geojson(content: Content, file: Open) -> int:
    """Write a feature for each row."""
    file.write('{"type": "FeatureCollection", "features": [')
    count = 0
    for row in content.rows:
        feature = json.dumps(_feature(*located(content, row)), ensure_ascii=False)
        file.write(f"{',' if count else ''}\n{feature}")
        count += 1
    file.write("\n]}\n")
    return count


def _feature(point: Point | None, facts: Facts) -> dict[str, Any]:
    key = facts.get("claim") or facts.get("id")
    geometry = None
    if point is not None:
        geometry = {"type": "Point", "coordinates": [round(point[1], _DIGITS), round(point[0], _DIGITS)]}
    return {"type": "Feature", "id": key, "geometry": geometry, "properties": facts}
