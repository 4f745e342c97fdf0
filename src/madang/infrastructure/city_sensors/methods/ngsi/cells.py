"""Cells of a grid of degrees, so that what lies near is found by equality, which any database's index is quick at."""

from __future__ import annotations

from math import floor

PER_DEGREE = 200
"""A cell is 0.005°, about 550 m from south to north."""
MOST = 400


def find_cell(box: tuple[float, float, float, float] | None) -> str | None:
    """Return the cell that a box (west, south, east, north) lies in, blank where it lies in several."""
    if box is None:
        return None
    cells = {(floor(x * PER_DEGREE), floor(y * PER_DEGREE)) for x, y in (box[:2], box[2:])}
    return "{}:{}".format(*cells.pop()) if len(cells) == 1 else ""


def list_cells(west: float, south: float, east: float, north: float) -> list[str]:
    """Return the cells that a box touches; none where those are too many to ask for."""
    columns = range(floor(west * PER_DEGREE), floor(east * PER_DEGREE) + 1)
    rows = range(floor(south * PER_DEGREE), floor(north * PER_DEGREE) + 1)
    return [f"{x}:{y}" for x in columns for y in rows] if len(columns) * len(rows) <= MOST else []
