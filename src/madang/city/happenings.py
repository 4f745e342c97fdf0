"""What happens in the demonstration city: every week a festival and roadworks, each somewhere in it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import numpy.typing as npt

from .pace import make_generator
from .weather import CITY_OFFSET_S, DAY_S

Floats = npt.NDArray[np.float64]
SEED = 5179
WEEK_S = 7 * DAY_S
MONDAY_S = 3 * DAY_S
"""1970 began on a Thursday: so long before, a week began."""
REACH_M = 700.0
METRES_A_DEGREE = 111_320.0


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something at a place, from `begin_s` until `end_s` (seconds since 1970, UTC), with what it adds where it is."""

    name: str
    lon: float
    lat: float
    begin_s: float
    end_s: float
    noise: float
    dust: float


def list_happenings(week: int, lon: Floats, lat: Floats) -> Iterator[Happening]:
    """Yield what happens in a week (counted since 1970, from Monday), each at one of the places given."""
    generator = make_generator(SEED, week)
    works, festival = generator.integers(0, len(lon), 2)
    monday = week * WEEK_S - MONDAY_S - CITY_OFFSET_S
    for day in range(3):
        begin = monday + day * DAY_S + 9 * 3600
        yield Happening(
            name="roadworks",
            lon=lon[works],
            lat=lat[works],
            begin_s=begin,
            end_s=begin + 8 * 3600,
            noise=9.0,
            dust=30.0,
        )
    begin = monday + 5 * DAY_S + 17 * 3600
    yield Happening(
        name="festival",
        lon=lon[festival],
        lat=lat[festival],
        begin_s=begin,
        end_s=begin + 5 * 3600,
        noise=16.0,
        dust=6.0,
    )


def add_happenings(levels: dict[str, Floats], moments: Floats, lon: Floats, lat: Floats) -> None:
    """Add what happens to noise and dust, in place; levels are (moment, station), NaN is a station without a place."""
    placed = np.isfinite(lon)
    if not placed.any():
        return
    weeks = np.unique((moments + CITY_OFFSET_S + MONDAY_S) // WEEK_S)
    for week in weeks.astype(int).tolist():
        for one in list_happenings(week, lon[placed], lat[placed]):
            east = (lon - one.lon) * np.cos(np.radians(one.lat)) * METRES_A_DEGREE
            near = np.exp(-((east**2 + ((lat - one.lat) * METRES_A_DEGREE) ** 2) / REACH_M**2))
            share = np.outer((moments >= one.begin_s) & (moments < one.end_s), np.where(placed, near, 0.0))
            levels["noise"] += one.noise * share
            levels["pm25"] += one.dust * share
            levels["pm10"] += 3 * one.dust * share
