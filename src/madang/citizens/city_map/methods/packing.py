"""Tiles of one collection as one PMTiles file (version 3): for a site or an app without a server of tiles."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

DEEPEST = 14
MOST_TILES = 6_000
LAT_EDGE = 85.0511
Place = tuple[int, int, int]


def list_tiles(boxes: np.ndarray) -> list[Place]:
    """Return the tiles (z, x, y) that boxes of degrees (row, west south east north) reach into, from the whole world down.

    They go as deep as zoom 14, less deep where there would be more than MOST_TILES.
    """
    lon, lat = boxes[:, ::2], boxes[:, 1::2]
    placed = (np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= LAT_EDGE) & (np.abs(lon) <= 180)).all(
        axis=1
    )  # noqa: PLR2004
    lon, lat = lon[placed], np.radians(lat[placed])
    x = (lon + 180) / 360
    y = (1 - np.arcsinh(np.tan(lat)) / np.pi)[:, ::-1] / 2
    found: list[Place] = []
    for z in range(DEEPEST + 1):
        cells = np.clip(np.stack([x, y]) * 2**z, 0, 2**z - 1).astype(np.int64)
        ranges = np.unique(cells.transpose(1, 0, 2).reshape(-1, 4), axis=0)  # left, right, top, bottom
        sizes = (ranges[:, 1] - ranges[:, 0] + 1) * (ranges[:, 3] - ranges[:, 2] + 1)
        if sizes.max(initial=0) > MOST_TILES:
            break
        level = {
            (z, column, row)
            for left, right, top, bottom in ranges.tolist()
            for column in range(left, right + 1)
            for row in range(top, bottom + 1)
        }
        if len(found) + len(level) > MOST_TILES:
            break
        found += sorted(level)
    return found


def pack(
    path: Path, tiles: Sequence[Place], draw: Callable[[Place], bytes], bounds: Sequence[float], said: Any
) -> None:
    """Write the drawn tiles to `path`; `bounds` are west, south, east, north in degrees, `said` its metadata."""
    west, south, east, north = (round(one * 1e7) for one in bounds)
    with path.open("wb") as file:
        writer = Writer(file)
        for number, tile in sorted((zxy_to_tileid(*tile), tile) for tile in tiles):
            if content := draw(tile):  # the box of a line reaches into tiles that the line doesn't
                writer.write_tile(number, gzip.compress(content, 6, mtime=0))
        header = {
            "tile_type": TileType.MVT, "tile_compression": Compression.GZIP,
            "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
        }  # fmt: skip
        writer.finalize(header, said)
