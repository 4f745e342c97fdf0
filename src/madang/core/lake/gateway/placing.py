"""Where the rows of a file lie: the pair of columns, what was swapped, who lies outside his district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import coordinates as geo
from .districts import (
    find_district_column,
    find_elsewhere,
    find_provinces,
    named_districts,
    qualify,
    share_at_home,
)
from .records import Notes, Place
from .spool import POINT_X, POINT_Y
from .values import trim
from .written import InCell, InParts, find_in_cells, find_parts, parse_degrees

_NUMBER_SAMPLE = 100_000
_WORD_SAMPLE = 5_000
_MIN_HOME, _MIN_FOUND = 0.95, 20
_MOSTLY = 0.5


class Placing:
    """Finds the coordinates among a reading's columns and reads them as points in EPSG:4326.

    `batches()` gives the raw kept rows as often as asked, `convert(raw, name)` one typed column of them;
    `epsg` is the system that the source says its geometries, in the column `shape`, are in.
    """

    def __init__(
        self,
        batches: Callable[[], Iterator[pa.RecordBatch]],
        convert: Callable[[pa.RecordBatch, str], pa.Array],
        locate: geo.Locate | None,
        epsg: int | None,
        shape: str,
    ) -> None:
        self._epsg, self._shape = epsg, shape
        self._batches = batches
        self._convert = convert
        self._locate = locate
        self._district: str | None = None
        self._pair: geo.Pair | None = None
        self._written: InCell | InParts | None = None
        self._known: set[str] = set()
        self._last: tuple[pa.RecordBatch, geo.Points] | None = None
        self._elsewhere: list[np.ndarray] = []
        self._home = ""
        self.undecided = 0

    def find(self, numeric: list[str], texts: list[str], row_count: int) -> bool:
        """Return whether rows have a place, looking at rows spread over the whole file."""
        has_shapes = next(self._batches()).schema.get_field_index(POINT_X) >= 0
        self._written = None if has_shapes else find_parts(numeric)
        # A word among the numbers makes a column text, but its coordinates are still coordinates.
        numeric = [*numeric, *(name for name in texts if geo.is_named_so(name))]
        if has_shapes or self._written is not None:
            numeric = [POINT_X, POINT_Y]
        words = self._sample(texts, row_count, _WORD_SAMPLE, self._convert)
        wholes = {name: pa.concat_arrays(parts) for name, parts in words.items()}
        self._district = find_district_column(wholes)
        if self._find_pair(numeric, row_count):
            self._home = self._find_home(row_count, words)
            return True
        self._written = None if has_shapes or self.undecided else find_in_cells(wholes)
        if self._written is not None:
            self._epsg = self._written.epsg
        if self._written is None or not self._find_pair([POINT_X, POINT_Y], row_count):
            return False
        self._turn_cells(row_count)
        self._home = self._find_home(row_count, words)
        return True

    def _find_pair(self, numeric: list[str], row_count: int) -> bool:
        """Return whether two of the columns hold coordinates; else how many rows hold undecided ones is told."""
        if len(numeric) < 2:
            return False
        numbers = self._sample(numeric, row_count, _NUMBER_SAMPLE, self._numbers)
        columns = {name: np.concatenate(parts) for name, parts in numbers.items()}
        judge = self._make_judge(row_count)
        self._pair = (
            geo.find_declared(columns, self._epsg)
            or geo.find_degrees(columns, judge)
            or geo.find_plane(columns, judge)
        )
        if self._pair is None:
            # A sample's share of the file, where it is long.
            self.undecided = geo.find_undecided(columns) * row_count // max(map(len, columns.values()))
        return self._pair is not None

    def _turn_cells(self, row_count: int) -> None:
        """Take points in cells most of which are written the other way round as they are: either order is right there."""
        numbers = self._sample([self._pair.lon, self._pair.lat], row_count, _WORD_SAMPLE, self._numbers)
        points = geo.read_points(self._pair, *(np.concatenate(parts) for parts in numbers.values()))
        given = np.isfinite(points.lon)
        if isinstance(self._written, InCell) and points.swapped[given].mean() > _MOSTLY:
            split = self._written.split
            self._written = msgspec.structs.replace(self._written, split=lambda texts: split(texts)[::-1])
            self._pair = msgspec.structs.replace(self._pair, crossed=False)

    def count(self, notes: Notes) -> Place:
        """Return the place with its counts over all rows; repaired rows are noted."""
        swapped = outside = abroad = placed = 0
        self._known = self._list_known()
        for raw in self._batches():
            points = self._read_points(raw)
            elsewhere = self._find_elsewhere(raw, points)
            self._elsewhere.append(np.packbits(elsewhere))
            swapped += int(points.swapped.sum())
            outside += int(elsewhere.sum())
            abroad += int(points.abroad.sum())
            placed += int(np.isfinite(points.lon).sum())
            notes.fix("zero_coordinates", int(points.zero.sum()))
            notes.fix("coordinates_impossible", int(points.impossible.sum()))
        notes.fix("coordinates_swapped", swapped)
        notes.fix("coordinates_system_likely", placed if self._pair.is_likely else 0)
        notes.fix("coordinates_abroad", abroad if abroad * 2 < placed else 0)
        pair = self._pair
        lon, lat = self._name_source()
        return Place(lon=lon, lat=lat, crs=pair.crs, swapped=swapped, outside_district=outside)

    def _name_source(self) -> tuple[str, str]:
        """Return the source's columns that hold x and y."""
        if self._pair.lon not in {POINT_X, POINT_Y}:
            return self._pair.lon, self._pair.lat
        if isinstance(self._written, InParts):
            return self._written.lon[0], self._written.lat[0]
        name = self._written.name if self._written else self._shape
        return name, name

    def set_right(self, raw: pa.RecordBatch, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        """Return those of a batch's converted columns in which longitude and latitude change places.

        A plane pair exchanged throughout stays: x is north as often as east, and the source means it so.
        """
        pair = self._pair
        if pair.lon not in columns:
            return {}
        swapped = self._read_points(raw).swapped ^ pair.crossed
        kinds = {columns[name].type for name in (pair.lon, pair.lat)}
        if not swapped.any() or kinds == {pa.int64(), pa.float64()}:
            return {}
        return {
            name: pc.if_else(
                pa.array(swapped), self._as_in(raw, other, columns, columns[name].type), columns[name]
            )
            for name, other in ((pair.lon, pair.lat), (pair.lat, pair.lon))
        }

    def columns(self, raw: pa.RecordBatch, number: int) -> list[pa.Array]:
        """Return longitude, latitude and whether it is outside, for the batch of that number."""
        points = self._read_points(raw)
        elsewhere = np.unpackbits(self._elsewhere[number], count=raw.num_rows).astype(bool)
        missing = np.isnan(points.lon) | np.isnan(points.lat)
        return [pa.array(values, mask=missing) for values in (points.lon, points.lat, elsewhere)]

    def _sample(
        self,
        names: list[str],
        row_count: int,
        wanted: int,
        read: Callable[[pa.RecordBatch, str], pa.Array | np.ndarray],
    ) -> dict[str, list]:
        """Return the parts of each column at evenly spaced rows."""
        parts: dict[str, list] = {name: [] for name in names}
        step = max(1, row_count // wanted)
        position = 0
        for raw in self._batches() if names else ():
            rows = np.arange(-position % step, raw.num_rows, step)
            position += raw.num_rows
            if len(rows):
                spaced = raw if step == 1 else raw.take(pa.array(rows))
                for name in names:
                    parts[name].append(read(spaced, name))
        return parts

    def _make_judge(self, row_count: int) -> geo.Judge:
        named = None
        if self._district:
            words = self._sample([self._district], row_count, _NUMBER_SAMPLE, self._convert)
            named = named_districts(pa.concat_arrays(words[self._district]))

        def judge(lon: np.ndarray, lat: np.ndarray, rows: np.ndarray) -> geo.Verdict:
            if self._locate is None:
                return geo.Verdict(at_home=None, on_land=1.0)
            located = self._locate(lon, lat)
            return geo.Verdict(
                at_home=share_at_home(named[rows], located) if named is not None else None,
                on_land=float(np.mean([bool(name) for name in located])),
            )

        return judge

    def _find_home(self, row_count: int, words: dict[str, list]) -> str:
        """Return the province of a file of one city, whose rows needn't name it; "" where there is none."""
        if self._locate is None or not self._district or find_provinces(words):
            return ""
        names = [self._pair.lon, self._pair.lat]
        numbers = self._sample(names, row_count, _WORD_SAMPLE, self._numbers)
        x, y = (np.concatenate(numbers[name]) for name in names)
        points = geo.read_points(self._pair, x, y)
        given = np.isfinite(points.lon) & np.isfinite(points.lat)
        found = [
            name.partition(" ")[0] for name in self._locate(points.lon[given], points.lat[given]) if name
        ]
        province, count = Counter(found).most_common(1)[0] if found else ("", 0)
        return province if count >= _MIN_HOME * len(found) and len(found) >= _MIN_FOUND else ""

    def _list_known(self) -> set[str]:
        """Return the districts there are, or where `locate` doesn't say, those that the first rows lie in."""
        if self._locate is None or not self._district:
            return set()
        names = getattr(self._locate, "names", None)
        if names is not None:
            return set(names)
        known: set[str] = set()
        for raw, _ in zip(self._batches(), range(50), strict=False):
            points = self._read_points(raw)
            known.update(name for name in self._locate(points.lon, points.lat) if name)
        return known

    def _read_points(self, raw: pa.RecordBatch) -> geo.Points:
        """Return a batch's points; those of the last one asked for are remembered."""
        if self._last is None or self._last[0] is not raw:
            self._last = (raw, self._find_points(raw))
        return self._last[1]

    def _find_points(self, raw: pa.RecordBatch) -> geo.Points:
        x, y = (self._numbers(raw, name) for name in (self._pair.lon, self._pair.lat))
        points = geo.read_points(self._pair, x, y)
        if self._pair.system == 4326 or self._locate is None:
            return points
        return geo.exchange_strays(self._pair, points, x, y, self._locate)

    def _as_in(
        self, raw: pa.RecordBatch, name: str, columns: dict[str, pa.Array], kind: pa.DataType
    ) -> pa.Array:
        """Return a column of coordinates as it would stand in one of another type."""
        if columns[name].type == kind:
            return columns[name]
        if pa.types.is_string(kind):
            return trim(raw.column(name).cast(kind))
        return pa.array(self._numbers(raw, name), from_pandas=True).cast(kind)

    def _numbers(self, raw: pa.RecordBatch, name: str) -> np.ndarray:
        if name in {POINT_X, POINT_Y} and self._written is not None:
            return self._take_apart(raw, name)
        values = raw.column(name) if name in {POINT_X, POINT_Y} else self._convert(raw, name)
        values = parse_degrees(values) if pa.types.is_string(values.type) else values
        return np.asarray(pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False), float)

    def _take_apart(self, raw: pa.RecordBatch, name: str) -> np.ndarray:
        """Return x or y of points that aren't two plain numbers."""
        if isinstance(self._written, InCell):
            return self._written.split(self._convert(raw, self._written.name))[name == POINT_Y]
        names = self._written.lon if name == POINT_X else self._written.lat
        degrees, *rest = (self._numbers(raw, part) if part else None for part in names)
        sizes = ((3600 if number else 60, values) for number, values in enumerate(rest))
        added = sum(np.nan_to_num(values) / size for size, values in sizes if values is not None)
        return degrees + np.copysign(added, degrees)

    def _find_elsewhere(self, raw: pa.RecordBatch, points: geo.Points) -> np.ndarray:
        elsewhere = np.zeros(raw.num_rows, bool)
        given = np.isfinite(points.lon) & np.isfinite(points.lat)
        if self._locate is not None and self._district and given.any():
            named = qualify(named_districts(self._convert(raw, self._district)), self._home, self._known)
            located = self._locate(points.lon[given], points.lat[given])
            elsewhere[given] = find_elsewhere(named[given], located, self._known)
            self._ask_again(elsewhere, named, points)
        return elsewhere

    def _ask_again(self, elsewhere: np.ndarray, named: np.ndarray, points: geo.Points) -> None:
        """Take back what another survey of the borders doesn't bear out: nobody is accused in doubt."""
        second = getattr(self._locate, "second", None)
        rows = np.flatnonzero(elsewhere)
        if second is not None and len(rows):
            located = second(points.lon[rows], points.lat[rows])
            elsewhere[rows] = find_elsewhere(named[rows], located, self._known)
