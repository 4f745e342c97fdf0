"""The grid that tiles are cut by: WebMercatorQuad of OGC's two-dimensional tile matrix sets."""

from __future__ import annotations

import math
from typing import Any

GRID = "WebMercatorQuad"
ADDRESS = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{GRID}"
CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
LEVELS = 23
TILE_CELLS = 256
EDGE_M = math.pi * 6378137.0
PIXEL_M = 0.00028
"""Side of a pixel of the standard's rendering, in metres."""


def describe_grid() -> dict[str, Any]:
    """Return the grid as OGC's tile matrix set standard writes it."""
    return {
        "id": GRID,
        "title": "Google Maps Compatible for the World",
        "uri": ADDRESS,
        "crs": CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_describe_level(level) for level in range(LEVELS)],
    }


def _describe_level(level: int) -> dict[str, Any]:
    across = 2**level
    cell = 2 * EDGE_M / TILE_CELLS / across
    return {
        "id": str(level),
        "scaleDenominator": cell / PIXEL_M,
        "cellSize": cell,
        "pointOfOrigin": [-EDGE_M, EDGE_M],
        "tileWidth": TILE_CELLS,
        "tileHeight": TILE_CELLS,
        "matrixWidth": across,
        "matrixHeight": across,
    }
