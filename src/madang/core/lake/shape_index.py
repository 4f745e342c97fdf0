"""Lines and areas of a dataset found by where they lie: held in memory where they are few, laid on the disk where many."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from madang.core.places.interface import choose_drawn, choose_large, tile_degrees

from .laid_shapes import Laid, find_laid, meet
from .reading import Reader
from .records import PLACE, AnyOf, Filter, Op, Order
from .shapes import NEAR_DEGREES, find_shape_column, mend_shapes, read_shapes

MOST_ROWS = 100_000
MOST_BYTES, ALL_BYTES, MOST_HELD = 48 << 20, 128 << 20, 256
MOST_NAMED = 5_000
"""Rows up to which each is asked for by its place; where there are more, all are read and the others left."""
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
        """Return whose boxes meet a box of degrees, edges included; it may cross the antimeridian."""
        return meet(self.bounds.T, box)

    def touch(self, box: Box) -> np.ndarray:
        """Return which themselves touch a box, read as `meet` reads it."""
        found = self.meet(box)
        unsure = np.flatnonzero(found & ~_lie_within(self.bounds, box))
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
        return read_at(reader, at, select), held.geometries[at]
    laid = find_laid(reader) if not where else None
    if laid is not None:
        at = laid.find(box)
        return read_at(reader, at, select), laid.take(at)
    place = _find_columns(reader)
    rows = reader.read(list(dict.fromkeys([*place, *select])), (*reach_around(reader, box), *where))
    found = Shapes(mend_shapes(read_shapes(rows, *place)[0]))
    is_near = found.meet(box)
    return rows.select(select).filter(pa.array(is_near)), found.geometries[is_near]


def read_seen(
    reader: Reader, select: Sequence[str], tile: tuple[int, int, int]
) -> tuple[pa.Table, np.ndarray]:
    """Return (the rows that a tile of all rows shows, as what it shows each), large areas first.

    Of laid shapes only those are taken out that are drawn as themselves.
    """
    lon, lat, _ = _find_columns(reader)
    box, columns = tile_degrees(*tile), list(dict.fromkeys([lon, lat, *select]))
    laid = find_laid(reader) if hold_shapes(reader) is None else None
    if laid is None:
        rows, shapes = read_touching(reader, columns, box)
        chosen, drawn = choose_drawn(shapes, rows.column(lon).to_numpy(), rows.column(lat).to_numpy(), *tile)
        return rows.take(pa.array(chosen)), drawn
    at = laid.find(box)
    bounds, dimensions, x, y = laid.measure(at)
    large, dots = choose_large(bounds, dimensions, x, y, *tile)
    shapes = laid.take(at[large])
    order = np.argsort(-shapely.area(shapes), kind="stable")
    drawn = np.concatenate([shapes[order], shapely.points(x[dots], y[dots])])
    return read_at(reader, at[np.concatenate([large[order], dots])], columns), drawn


def read_at(reader: Reader, at: np.ndarray, select: Sequence[str]) -> pa.Table:
    """Return the rows at some positions, from 0 and in any order, of a reader that has places."""
    if len(at) > MOST_NAMED:
        return reader.read(select, (), [Order(PLACE)]).take(pa.array(at))
    rows = reader.read_places(np.sort(at + 1).tolist(), select)
    return rows.take(pa.array(np.argsort(np.argsort(at))))


def find_touching(reader: Reader, box: Box) -> tuple[np.ndarray, Laid] | None:
    """Return (the positions of the rows whose shapes touch a box, all shapes), None where none are laid."""
    laid = find_laid(reader)
    if laid is None:
        return None
    at = laid.find(box)
    unsure = np.flatnonzero(~_lie_within(laid.measure(at)[0], box))
    apart = unsure[~shapely.intersects(laid.take(at[unsure]), draw_box(box))]
    return np.delete(at, apart), laid


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
    edges: list[np.ndarray] = []
    width = height = 0.0
    dimensions: set[int] = set()
    for bounds, kinds in _iter_boxes(reader):
        placed = bounds[np.isfinite(bounds).all(axis=1)]
        if not len(placed):
            continue
        left, low, right, high = placed.T
        edges.append(np.array([left.min(), low.min(), right.max(), high.max()]))
        width, height = max(width, (right - left).max()), max(height, (high - low).max())
        dimensions |= set(np.unique(kinds).tolist()) - {-1}
    if not edges:
        return Reach(None, 0.0, 0.0, ())
    low_edges, high_edges = np.min(edges, axis=0)[:2], np.max(edges, axis=0)[2:]
    west, south, east, north = (*low_edges.tolist(), *high_edges.tolist())
    return Reach((west, south, east, north), float(width), float(height), tuple(sorted(dimensions)))


def draw_box(box: Box) -> shapely.MultiPolygon:
    """Return a box as `Shapes.meet` reads it: two areas where it crosses the antimeridian."""
    return shapely.multipolygons([shapely.box(*part) for part in _split(box)])


def _lie_within(bounds: np.ndarray, box: Box) -> np.ndarray:
    """Return which boxes (n × 4) lie within a box, so that what they are around touches it."""
    left, low, right, high = bounds.T
    inside = np.zeros(len(bounds), bool)
    for west, south, east, north in _split(box):
        inside |= (left >= west) & (right <= east) & (low >= south) & (high <= north)
    return inside


def _split(box: Box) -> list[Box]:
    west, south, east, north = box
    return [box] if west <= east else [(west, south, 180.0, north), (-180.0, south, east, north)]


def has_outlines(reader: Reader) -> bool:
    """Return whether a dataset has lines or areas: geometries may as well be points."""
    return bool(find_shape_column(reader.table, reader.columns)) and any(measure_reach(reader).dimensions)


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


def _iter_boxes(reader: Reader) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (boxes n × 4, dimensions) of all shapes, from where they are soonest had."""
    held = hold_shapes(reader)
    laid = find_laid(reader) if held is None else None
    if laid is not None:
        yield from laid.iter_boxes()
        return
    for one in [held] if held is not None else _iter_shapes(reader, ()):
        yield one.bounds, shapely.get_dimensions(one.geometries)


def _iter_shapes(reader: Reader, order: Sequence[Order | str]) -> Iterator[Shapes]:
    place = _find_columns(reader)
    in_order = order or ((Order(PLACE),) if reader.has_places else ())
    for batch in reader.iter_batches(place, (), in_order):
        yield Shapes(mend_shapes(read_shapes(batch, *place)[0]))


def _find_columns(reader: Reader) -> tuple[str, str, str]:
    return str(reader.table.lon), str(reader.table.lat), find_shape_column(reader.table, reader.columns)
