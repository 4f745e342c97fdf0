"""H3 grid cells."""

from __future__ import annotations

import h3
import h3.api.numpy_int as h3_numbers
import numpy as np

from madang.core.base.interface import BadInput


def cell_of_points(lon: np.ndarray, lat: np.ndarray, resolution: int) -> np.ndarray:
    """Return the H3 cell of each point as 15 hex digits, "" where a coordinate is missing or out of range.

    Resolution 9 has an edge of about 200 m, 8 of 530 m; 0–15 are allowed.
    """
    if isinstance(resolution, bool) or not isinstance(resolution, int) or not 0 <= resolution <= 15:
        raise BadInput(
            "places.resolution",
            f"H3 해상도는 0부터 15까지입니다: {resolution}",
            f"an H3 resolution is 0 to 15, not {resolution}",
        )
    lon, lat = np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)
    usable = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    cells = np.full(lon.shape, "", dtype="U15")
    pairs = zip(lat[usable].tolist(), lon[usable].tolist(), strict=True)
    cells[usable] = [h3.int_to_str(h3_numbers.latlng_to_cell(y, x, resolution)) for y, x in pairs]
    return cells
