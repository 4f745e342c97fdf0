"""Where rows lie: coordinate pairs found by their values, their system by where the points fall.

Longitude and latitude are told apart by value (Korea lies between 124 and 132 degrees east and 32
and 39 north), so swapped rows are found one by one. Plane coordinates are tried in each Korean
system, also as integers of centimetres or micro-degrees; the system that puts most points into the
district their own row names is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import permutations, product

import msgspec
import numpy as np
import pyproj

from .spool import POINT_X, POINT_Y

Locate = Callable[[np.ndarray, np.ndarray], np.ndarray]
LON_RANGE = (123.5, 132.5)
LAT_RANGE = (32.0, 39.5)
# Of car navigation, on the old datum; it has no number of EPSG's.
KATEC = "KATEC"
_KATEC = (
    "+proj=tmerc +lat_0=38 +lon_0=128 +k=0.9999 +x_0=400000 +y_0=600000 +ellps=bessel +units=m"
    " +towgs84=-115.80,474.99,674.11,1.16,-2.31,-1.63,6.43"
)
SYSTEMS = (5186, 5174, 5179, 5181, 2097, 5178, 5185, 5187, KATEC)
# The world's systems, whose numbers for Korea no other one has: ranges of x and y.
_WORLD_SYSTEMS = {32652: ((1.5e5, 9e5), (3.6e6, 4.4e6)), 3857: ((1.36e7, 1.49e7), (3.7e6, 4.9e6))}
_ORDER = (*SYSTEMS, *_WORLD_SYSTEMS)
_COMMON_SYSTEMS = (5186, 5174, 5179, 5181, KATEC, *_WORLD_SYSTEMS)
# UTM-K. EPSG:5178 has the same numbers on the old datum, 300 m away: only districts tell them apart.
_TWIN = 5179
_NEAR_DEGREES = 0.001
_MIN_ON_LAND = 0.9
_FAR_DEGREES = 0.5
_MIN_WORLD = 0.9
_DEGREE_SCALES = (1, 10**5, 10**6, 10**7)
_PLANE_SCALES = (1, 10, 100, 1000)
# Kilometres: only under names that speak of coordinates, since many small numbers are like them, and without
# districts to prove it only of a map in kilometres.
_KILOMETRES = 0.001
_MAP_NAME = re.compile(r"tm|km|㎞", re.IGNORECASE)
_SMALLEST_PLANE, _LARGEST_PLANE = 1e4, 2.5e6
_MIN_SHARE = 0.5
_SAMPLE = 2_000
_PLANE = r"(^|[^a-z])(map|pos|coord|crd|tm|utmk?|katec|gps|geometry|point)?_?{axis}([^a-z]|$)|{axis}_?(crd|coord|pos)"
_DEGREE = r"{long}|(^|[^a-z]|gps|map|wgs|wgs84|pos|geo)({short})([^a-z]|$)"
_LONGITUDE = "경도|" + _DEGREE.format(long="longitude", short="lon|lng|long")
_LATITUDE = "위도|" + _DEGREE.format(long="latitude", short="lat")
_LON_NAME = re.compile(_LONGITUDE + "|" + _PLANE.format(axis="x"), re.IGNORECASE)
_LAT_NAME = re.compile(_LATITUDE + "|" + _PLANE.format(axis="y"), re.IGNORECASE)


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Share of points in the district that their row names (None: no row names one), and in any district."""

    at_home: float | None
    on_land: float


Judge = Callable[[np.ndarray, np.ndarray, np.ndarray], Verdict]


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two columns that hold coordinates. `lon` is the one named (or else valued) as longitude or x.

    `crossed` says that plane x and y are exchanged throughout; degrees are told apart row by row. `packed` are
    degrees with minutes and seconds in one number: 373342.78 is 37°33'42.78". `is_likely` says that by all that
    rows tell another system may be meant, which puts the points elsewhere.
    """

    lon: str
    lat: str
    system: int | str = 4326
    scale: int = 1
    crossed: bool = False
    packed: bool = False
    is_likely: bool = False

    @property
    def crs(self) -> str:
        """The coordinate system as "EPSG:…", or "KATEC"."""
        return self.system if isinstance(self.system, str) else f"EPSG:{self.system}"


class Points(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees in EPSG:4326 (NaN where there are none) and which rows were zero, swapped or nowhere on Earth."""

    lon: np.ndarray
    lat: np.ndarray
    swapped: np.ndarray
    zero: np.ndarray
    impossible: np.ndarray

    @property
    def abroad(self) -> np.ndarray:
        """Which rows have a point outside the country."""
        return np.isfinite(self.lon) & np.isfinite(self.lat) & ~in_korea(self.lon, self.lat)


def find_declared(columns: dict[str, np.ndarray], epsg: int | None) -> Pair | None:
    """Return the points of shapes in the plane system that their source names; None where that can't be."""
    if epsg in {None, 4326} or not {POINT_X, POINT_Y} <= set(columns):
        return None
    x, y = columns[POINT_X], columns[POINT_Y]
    given = np.isfinite(x) & np.isfinite(y)
    # Degrees that call themselves metres are degrees.
    if not given.any() or (np.abs(x[given]) <= 180).all():
        return None
    try:
        lon, lat = to_degrees(x[given], y[given], epsg)
    except pyproj.exceptions.ProjError:
        return None
    pair = Pair(lon=POINT_X, lat=POINT_Y, system=epsg)
    return pair if in_korea(lon, lat).mean() >= _MIN_SHARE or epsg not in SYSTEMS else None


def find_degrees(columns: dict[str, np.ndarray], judge: Judge) -> Pair | None:
    """Return the pair of number columns that are longitude and latitude, in any order.

    Columns without a name that says so must lie on land as `judge` tells: see `find_plane`.
    """
    best: tuple[tuple, Pair] | None = None
    names = list(columns)
    for scale in _DEGREE_SCALES:
        for one, other in _close_pairs(names):
            x, y = columns[one] / scale, columns[other] / scale
            given = np.isfinite(x) & np.isfinite(y) & ((x != 0) | (y != 0))
            fits = in_korea(x, y) | in_korea(y, x)
            if not given.any() or fits.sum() < _MIN_SHARE * given.sum():
                continue
            lon, lat = _order(one, other, swapped=in_korea(y, x).sum() > in_korea(x, y).sum())
            named = _count_named(lon, lat)
            if not named and not (_is_fractional(x[given], y[given]) and _lies_on_land(x, y, fits, judge)):
                continue
            rank = (named, fits.sum(), -abs(names.index(one) - names.index(other)))
            if best is None or rank > best[0]:
                best = (rank, Pair(lon=lon, lat=lat, scale=scale))
        if best:
            return best[1]
    return _find_packed(columns) or _find_world_degrees(columns)


def find_plane(columns: dict[str, np.ndarray], judge: Judge) -> Pair | None:
    """Return the pair of columns that are plane coordinates, with their system.

    `judge(lon, lat, rows)` tells how well points lie: see `Verdict`. Where rows name no district, only
    columns named as coordinates are believed, and only where a single common system fits: two would
    put the same row into different places. KATEC needs districts, or its name.
    """
    found: list[tuple[tuple, Pair, tuple[float, float]]] = []
    names = list(columns)
    large = {
        name
        for name, values in columns.items()
        if (np.abs(values) > _SMALLEST_PLANE * (_KILOMETRES if is_named_so(name) else 1)).any()
    }
    for one, other in _close_pairs(names):
        if not {one, other} <= large:
            continue
        for pair, x, y, rows in _plane_candidates(columns, one, other):
            lon, lat = to_degrees(x, y, pair.system)
            if in_korea(lon, lat).mean() < _MIN_SHARE:
                continue
            named, verdict = _count_named(pair.lon, pair.lat), judge(lon, lat, rows)
            share = verdict.at_home if verdict.at_home is not None else _trust(pair, verdict.on_land)
            sure = verdict.at_home is not None
            if share >= _MIN_SHARE and (sure or pair.scale != _KILOMETRES or _MAP_NAME.search(pair.lon)):
                rank = (sure, round(share, 3), named, -names.index(pair.lon), -_ORDER.index(pair.system))
                found.append((rank, pair, (float(np.nanmean(lon)), float(np.nanmean(lat)))))
    if not found:
        return None
    (sure, share, *_), best, place = max(found, key=lambda candidate: candidate[0])
    rivals = [where for _, pair, where in found if {pair.lon, pair.lat} == {best.lon, best.lat}]
    if not sure:
        is_believed = best.system != KATEC or _names_katec(best.lon)
        if not is_believed or not all(_are_near(place, where) for where in rivals):
            return None
        return msgspec.structs.replace(best, is_likely=best.system == _TWIN and "UTM" not in best.lon.upper())
    equals = [where for rank, pair, where in found if rank[1] == share and pair.lon == best.lon]
    return msgspec.structs.replace(best, is_likely=not all(_are_near(place, where) for where in equals))


def find_undecided(columns: dict[str, np.ndarray]) -> int:
    """Return how many rows hold plane coordinates by the names and sizes of two columns; 0 without such."""
    for one, other in _close_pairs(list(columns)):
        given = np.isfinite(columns[one]) & np.isfinite(columns[other])
        given &= (columns[one] != 0) & (columns[other] != 0)
        if {_kind(one), _kind(other)} != {"lon", "lat"} or not given.any():
            continue
        x, y = columns[one][given], columns[other][given]
        scales = (*_PLANE_SCALES, _KILOMETRES) if _MAP_NAME.search(one) else _PLANE_SCALES
        if any(_plausible(x / scale, y / scale) for scale in scales):
            return int(given.sum())
    return 0


def read_points(pair: Pair, x: np.ndarray, y: np.ndarray) -> Points:
    """Return the points of a pair's columns `lon` and `lat` in EPSG:4326."""
    x, y = (_unpack(x), _unpack(y)) if pair.packed else (x / pair.scale, y / pair.scale)
    zero = (x == 0) & (y == 0) | ((x == 0) | (y == 0)) & np.isfinite(x) & np.isfinite(y)
    x, y = np.where(zero, np.nan, x), np.where(zero, np.nan, y)
    if pair.system == 4326:
        swapped = _is_swapped(x, y)
        lon, lat = np.where(swapped, y, x), np.where(swapped, x, y)
    else:
        swapped = np.isfinite(x) & np.isfinite(y) & pair.crossed
        lon, lat = to_degrees(*((y, x) if pair.crossed else (x, y)), pair.system)
    valid = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return Points(
        lon=np.where(valid, lon, np.nan),
        lat=np.where(valid, lat, np.nan),
        swapped=swapped,
        zero=zero,
        impossible=np.isfinite(x) & np.isfinite(y) & ~valid,
    )


def exchange_strays(pair: Pair, points: Points, x: np.ndarray, y: np.ndarray, locate: Locate) -> Points:
    """Return the points with those plane rows exchanged that lie in a district only the other way round.

    Asked are rows far from where the others lie which the exchange brings nearer.
    """
    known = np.isfinite(points.lon) & np.isfinite(points.lat)
    if not known.any():
        return points
    other = read_points(msgspec.structs.replace(pair, crossed=not pair.crossed), x, y)
    here = _distance(points, np.median(points.lon[known]), np.median(points.lat[known]))
    there = _distance(other, np.median(points.lon[known]), np.median(points.lat[known]))
    rows = np.flatnonzero((there < here) & (here > _FAR_DEGREES) & np.isfinite(other.lon))
    if not len(rows):
        return points
    strays = ~locate(points.lon[rows], points.lat[rows]).astype(bool)
    rows = rows[strays & locate(other.lon[rows], other.lat[rows]).astype(bool)]
    lon, lat, swapped = points.lon.copy(), points.lat.copy(), points.swapped.copy()
    lon[rows], lat[rows], swapped[rows] = other.lon[rows], other.lat[rows], ~swapped[rows]
    return msgspec.structs.replace(points, lon=lon, lat=lat, swapped=swapped)


def _distance(points: Points, lon: float, lat: float) -> np.ndarray:
    """Return how far points are from a place, in degrees; infinite where there is no point."""
    far = np.maximum(np.abs(points.lon - lon), np.abs(points.lat - lat))
    return np.where(np.isnan(far), np.inf, far)


def to_degrees(x: np.ndarray, y: np.ndarray, system: int | str) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude (EPSG:4326) of plane coordinates; NaN where there are none."""
    lon, lat = _transformer(system).transform(x, y)
    good = np.isfinite(lon) & np.isfinite(lat)
    return np.where(good, lon, np.nan), np.where(good, lat, np.nan)


@cache
def _transformer(system: int | str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(_KATEC if system == KATEC else system, 4326, always_xy=True)


def in_korea(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return which degrees lie in the rectangle around the country."""
    with np.errstate(invalid="ignore"):
        return (lon >= LON_RANGE[0]) & (lon <= LON_RANGE[1]) & (lat >= LAT_RANGE[0]) & (lat <= LAT_RANGE[1])


def _is_swapped(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return where the values only make sense the other way round."""
    with np.errstate(invalid="ignore"):
        impossible = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    return impossible | (in_korea(lat, lon) & ~in_korea(lon, lat))


def is_named_so(name: str) -> bool:
    """Return whether a column's name speaks of coordinates."""
    return bool(_kind(name))


def _trust(pair: Pair, on_land: float) -> float:
    """Return how far a pair is believed without districts to prove it: only what is plain."""
    plain = _count_named(pair.lon, pair.lat) == 2 and pair.system in _COMMON_SYSTEMS and not pair.crossed
    return on_land if plain and on_land >= _MIN_ON_LAND else 0.0


def _names_katec(name: str) -> bool:
    return KATEC in name.upper()


def _are_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < _NEAR_DEGREES


def _count_named(lon: str, lat: str) -> int:
    return bool(_LON_NAME.search(lon)) + bool(_LAT_NAME.search(lat))


def _is_fractional(*columns: np.ndarray) -> bool:
    """Return whether most values have decimals, as degrees do and counts don't."""
    return all(np.mean(values % 1 != 0) > _MIN_SHARE for values in columns)


def _lies_on_land(x: np.ndarray, y: np.ndarray, fits: np.ndarray, judge: Judge) -> bool:
    """Return whether most degrees, in either order, lie in a district."""
    rows = np.flatnonzero(fits)
    rows = rows[:: len(rows) // _SAMPLE + 1]
    x, y = x[rows], y[rows]
    swapped = _is_swapped(x, y)
    return judge(np.where(swapped, y, x), np.where(swapped, x, y), rows).on_land >= _MIN_SHARE


def _close_pairs(names: list[str]) -> Iterable[tuple[str, str]]:
    """Yield pairs of columns, neighbours first; far apart only where both names speak of it."""
    named = {kind: [at for at, name in enumerate(names) if _kind(name) == kind] for kind in ("lon", "lat")}
    pairs = {(at, at + step) for at in range(len(names)) for step in (1, 2, 3) if at + step < len(names)}
    pairs |= {(min(pair), max(pair)) for pair in product(named["lon"], named["lat"])}
    return [
        (names[one], names[other]) for one, other in sorted(pairs, key=lambda pair: (pair[1] - pair[0], pair))
    ]


@lru_cache(maxsize=4096)
def _kind(name: str) -> str:
    if _LON_NAME.search(name):
        return "lon"
    return "lat" if _LAT_NAME.search(name) else ""


def _order(one: str, other: str, *, swapped: bool) -> tuple[str, str]:
    """Return (lon, lat) by the names where they say so, else by the values."""
    kinds = _kind(one), _kind(other)
    if kinds in {("lon", "lat"), ("lon", ""), ("", "lat")}:
        return one, other
    if kinds in {("lat", "lon"), ("lat", ""), ("", "lon")}:
        return other, one
    return (other, one) if swapped else (one, other)


def _find_packed(columns: dict[str, np.ndarray]) -> Pair | None:
    """Return a pair named longitude and latitude whose values are all degrees, minutes and seconds in one number."""
    lons = [name for name in columns if re.search(_LONGITUDE, name, re.IGNORECASE)]
    lats = [name for name in columns if re.search(_LATITUDE, name, re.IGNORECASE)]
    for lon, lat in zip(lons, lats, strict=False):
        x, y = (columns[name] for name in (lon, lat))
        given = np.isfinite(x) & np.isfinite(y) & (x != 0) & (y != 0)
        x, y = _unpack(x[given]), _unpack(y[given])
        if len(x) and (in_korea(x, y) | in_korea(y, x)).all():
            return Pair(lon=lon, lat=lat, packed=True)
    return None


def _unpack(values: np.ndarray) -> np.ndarray:
    """Return degrees of numbers such as 1265852.11; NaN where minutes or seconds would be sixty or more."""
    degrees, rest = np.divmod(values, 10_000)
    minutes, seconds = np.divmod(rest, 100)
    good = (minutes < 60) & (seconds < 60)
    return np.where(good, degrees + minutes / 60 + seconds / 3600, np.nan)


def _find_world_degrees(columns: dict[str, np.ndarray]) -> Pair | None:
    """Return a pair named longitude and latitude whose values are degrees somewhere on Earth."""
    lons = [name for name in columns if re.search(_LONGITUDE, name, re.IGNORECASE) or name == POINT_X]
    lats = [name for name in columns if re.search(_LATITUDE, name, re.IGNORECASE) or name == POINT_Y]
    for lon, lat in zip(lons, lats, strict=False):
        x, y = columns[lon], columns[lat]
        given = np.isfinite(x) & np.isfinite(y)
        small, large = np.fmin(np.abs(x), np.abs(y))[given], np.fmax(np.abs(x), np.abs(y))[given]
        if lon != lat and given.any() and ((small <= 90) & (large <= 180)).mean() >= _MIN_WORLD:
            return Pair(lon=lon, lat=lat)
    return None


def _plane_candidates(
    columns: dict[str, np.ndarray], one: str, other: str
) -> Iterator[tuple[Pair, np.ndarray, np.ndarray, np.ndarray]]:
    given = np.flatnonzero(
        np.isfinite(columns[one]) & np.isfinite(columns[other]) & (columns[one] != 0) & (columns[other] != 0)
    )
    rows = given[:: max(1, len(given) // _SAMPLE)]
    if len(rows) < 1:
        return
    are_named = {_kind(one), _kind(other)} == {"lon", "lat"}
    for scale in (*_PLANE_SCALES, _KILOMETRES) if are_named else _PLANE_SCALES:
        first, second = columns[one][rows] / scale, columns[other][rows] / scale
        for (lon, x), (lat, y) in permutations(((one, first), (other, second)), 2):
            systems = ((KATEC,) if _names_katec(lon) else SYSTEMS) if _plausible(x, y) else ()
            for system in (*systems, *(epsg for epsg in _WORLD_SYSTEMS if _is_within(epsg, x, y))):
                named_lon, named_lat = _order(lon, lat, swapped=False)
                crossed = named_lon != lon
                yield (
                    Pair(lon=named_lon, lat=named_lat, system=system, scale=scale, crossed=crossed),
                    x,
                    y,
                    rows,
                )


def _is_within(epsg: int, x: np.ndarray, y: np.ndarray) -> bool:
    """Return whether values are those that a system of the world has for Korea."""
    (left, right), (bottom, top) = _WORLD_SYSTEMS[epsg]
    return left < float(np.median(x)) < right and bottom < float(np.median(y)) < top


def _plausible(x: np.ndarray, y: np.ndarray) -> bool:
    """Return whether values could be metres of a Korean plane system."""
    return all(_SMALLEST_PLANE < abs(float(np.median(values))) < _LARGEST_PLANE for values in (x, y))
