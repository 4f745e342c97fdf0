"""Lines and areas of a dataset found by where they lie: held in memory where they are few, else read by their places."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from .reading import Reader
from .records import PLACE, AnyOf, Filter, Op, Order
from .shapes import NEAR_DEGREES, find_shape_column, read_shapes

MOST_ROWS = 100_000
MOST_BYTES, ALL_BYTES, MOST_HELD = 48 << 20, 128 << 20, 256
MOST_NAMED = 5_000
"""Rows up to which each is asked for by its place; where there are more, all are read and the others left."""
AREA = 2
_A_COORDINATE, _A_SHAPE = 16, 250
Box = tuple[float, float, float, float]


class Shapes:
    """Geometries in EPSG:4326 with the box of each; None, in no box, where a row has no place."""

    def __init__(self, geometries: np.ndarray) -> None:
        self.geometries = geometries
        self.bounds = shapely.bounds(geometries).reshape(-1, 4)
        corners = int(shapely.get_num_coordinates(geometries).sum())
        self.size_bytes = corners * _A_COORDINATE + len(geometries) * _A_SHAPE
        """About how much memory they take."""

    def meet(self, box: Box) -> np.ndarray:
        """Return whose boxes meet a box of degrees, edges included.

        Where its west is beyond its east the box crosses the antimeridian.
        """
        west, south, east, north = box
        left, low, right, high = self.bounds.T
        after, before = right >= west, left <= east
        return (after & before if west <= east else after | before) & (high >= south) & (low <= north)

    def touch(self, box: Box) -> np.ndarray:
        """Return which themselves touch a box, read as `meet` reads it."""
        found = self.meet(box)
        left, low, right, high = self.bounds.T
        inside = np.zeros(len(found), bool)
        for a, b, c, d in _split(box):
            inside |= (left >= a) & (right <= c) & (low >= b) & (high <= d)
        unsure = np.flatnonzero(found & ~inside)
        found[unsure] = shapely.intersects(self.geometries[unsure], draw_box(box))
        return found


class Reach(NamedTuple):
    """How far a dataset's shapes go, in degrees.

    `bounds` is the box around all, None where nothing is placed; `width` and `height` those of the widest and of the
    highest; `dimensions` are those that they have (0 points, 1 lines, 2 areas).
    """

    bounds: Box | None
    width: float
    height: float
    dimensions: tuple[int, ...]


def hold_shapes(reader: Reader, order: Sequence[Order | str] = ()) -> Shapes | None:
    """Return the shapes of all rows in an order, as they are stored without one; None where they are too many."""
    return _held.get(reader, tuple(order))


def read_touching(
    reader: Reader, select: Sequence[str], box: Box, where: Sequence[Filter | AnyOf] = ()
) -> tuple[pa.Table, np.ndarray]:
    """Return the rows whose shapes' boxes meet a box of degrees, and those shapes."""
    held = hold_shapes(reader) if reader.has_places and not where else None
    if held is not None:
        at = np.flatnonzero(held.meet(box))
        if len(at) <= MOST_NAMED:
            return reader.read_places((at + 1).tolist(), select), held.geometries[at]
        return reader.read(select, (), [Order(PLACE)]).take(pa.array(at)), held.geometries[at]
    place = _find_columns(reader)
    rows = reader.read(list(dict.fromkeys([*place, *select])), (*reach_around(reader, box), *where))
    found = Shapes(mend_shapes(read_shapes(rows, *place)[0]))
    is_near = found.meet(box)
    return rows.select(select).filter(pa.array(is_near)), found.geometries[is_near]


def reach_around(reader: Reader, box: Box) -> tuple[Filter | AnyOf, ...]:
    """Return conditions on the place of a row that hold wherever its shape meets a box: the place lies within the shape."""
    lon, lat, _ = _find_columns(reader)
    reach = measure_reach(reader)
    across, up = reach.width + NEAR_DEGREES, reach.height + NEAR_DEGREES
    west, east = box[0] - across, box[2] + across
    along: Filter | AnyOf = Filter(lon, Op.BETWEEN, [west, east])
    if box[0] > box[2]:
        along = AnyOf(((Filter(lon, Op.GE, west),), (Filter(lon, Op.LE, east),)))
    return along, Filter(lat, Op.BETWEEN, [box[1] - up, box[3] + up])


@lru_cache(maxsize=256)
def measure_reach(reader: Reader) -> Reach:
    """Return how far the shapes of a dataset go; all of them are looked through, once a version."""
    held = hold_shapes(reader)
    parts: Iterable[Shapes] = [held] if held is not None else _iter_shapes(reader, ())
    edges: list[np.ndarray] = []
    width = height = 0.0
    dimensions: set[int] = set()
    for one in parts:
        placed = one.bounds[np.isfinite(one.bounds).all(axis=1)]
        if not len(placed):
            continue
        left, low, right, high = placed.T
        edges.append(np.array([left.min(), low.min(), right.max(), high.max()]))
        width, height = max(width, (right - left).max()), max(height, (high - low).max())
        dimensions |= set(shapely.get_dimensions(one.geometries).tolist()) - {-1}
    if not edges:
        return Reach(None, 0.0, 0.0, ())
    low_edges, high_edges = np.min(edges, axis=0)[:2], np.max(edges, axis=0)[2:]
    west, south, east, north = (*low_edges.tolist(), *high_edges.tolist())
    return Reach((west, south, east, north), float(width), float(height), tuple(sorted(dimensions)))


def draw_box(box: Box) -> shapely.MultiPolygon:
    """Return a box as `Shapes.meet` reads it: two areas where it crosses the antimeridian."""
    return shapely.multipolygons([shapely.box(*part) for part in _split(box)])


def _split(box: Box) -> list[Box]:
    west, south, east, north = box
    return [box] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


def has_outlines(reader: Reader) -> bool:
    """Return whether a dataset has lines or areas: geometries may as well be points."""
    return bool(find_shape_column(reader.table, reader.columns)) and any(measure_reach(reader).dimensions)


def mend_shapes(geometries: np.ndarray) -> np.ndarray:
    """Mend the areas that cross themselves, in place: what does so can neither be drawn nor compared."""
    areas = np.flatnonzero(shapely.get_dimensions(geometries) == AREA)
    crossed = areas[~shapely.is_valid(geometries[areas])]
    geometries[crossed] = shapely.make_valid(geometries[crossed], method="structure")
    return geometries


class _Held:
    """Shapes by reader and order, None where they are too large; the least used are given up where all together are."""

    def __init__(self) -> None:
        self._shapes: OrderedDict[tuple[Reader, tuple[Order | str, ...]], Shapes | None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, reader: Reader, order: tuple[Order | str, ...]) -> Shapes | None:
        if reader.snapshot.rows > MOST_ROWS:
            return None
        key = reader, order
        with self._lock:
            if key in self._shapes:
                self._shapes.move_to_end(key)
                return self._shapes[key]
        shapes = _gather(reader, order)
        with self._lock:
            self._shapes[key] = shapes
            while len(self._shapes) > MOST_HELD or self._measure() > ALL_BYTES:
                self._shapes.popitem(last=False)
        return shapes

    def _measure(self) -> int:
        return sum(one.size_bytes for one in self._shapes.values() if one is not None)


_held = _Held()


def _gather(reader: Reader, order: tuple[Order | str, ...]) -> Shapes | None:
    parts, size = [np.empty(0, object)], 0
    for one in _iter_shapes(reader, order):
        parts.append(one.geometries)
        size += one.size_bytes
        if size > MOST_BYTES:
            return None
    return Shapes(np.concatenate(parts))


def _iter_shapes(reader: Reader, order: Sequence[Order | str]) -> Iterator[Shapes]:
    place = _find_columns(reader)
    in_order = order or ((Order(PLACE),) if reader.has_places else ())
    for batch in reader.iter_batches(place, (), in_order):
        yield Shapes(mend_shapes(read_shapes(batch, *place)[0]))


def _find_columns(reader: Reader) -> tuple[str, str, str]:
    return str(reader.table.lon), str(reader.table.lat), find_shape_column(reader.table, reader.columns)
