"""Readings that aren't what a station usually measures at this hour of the week, the city's mood taken off.

A robust z (Iglewicz and Hoaglin 1993): 0.6745 × (value − median) / MAD, of the hourly means of the last four
weeks at this hour of the week and the hours beside it. What all stations show at once is weather, not a
fault: the median z of the city is taken off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
HOURS = 168
WEEKS = 4
TO_SIGMA = 0.6745
ODD, USUAL = 6.0, 3.0
"""Above the first a reading is odd, below the second usual again: what lies between changes nothing."""
IN_A_ROW = 3
FEWEST_SAMPLES = 6
FEWEST_STATIONS = 5
LONGEST_APART_S = 3600.0


class Usual(msgspec.Struct, frozen=True):
    """What stations usually measure of one property: medians and MADs, shape (station, hour of week)."""

    stations: dict[str, int]
    medians: Floats
    spreads: Floats

    @property
    def share(self) -> float:
        """Of all stations and hours, the part that is known, 0 … 1."""
        return float((~np.isnan(self.medians)).mean()) if self.medians.size else 0.0

    def measure(self, station: str, moment: datetime, value: float) -> float | None:
        """Return the robust z of a value; None where too little is known."""
        row = self.stations.get(station)
        if row is None:
            return None
        hour = find_hour(moment)
        median, spread = self.medians[row, hour], self.spreads[row, hour]
        return None if np.isnan(median) else float(TO_SIGMA * (value - median) / spread)

    def describe(self, station: str, moment: datetime) -> tuple[float, float]:
        """Return the usual value of a station at this hour of the week, and the usual deviation (1 σ)."""
        row, hour = self.stations[station], find_hour(moment)
        return float(self.medians[row, hour]), float(self.spreads[row, hour] / TO_SIGMA)


class Odd(msgspec.Struct, frozen=True, kw_only=True):
    """A station begins to be odd, or is usual again."""

    station: str
    moment: datetime
    value: float
    z: float
    is_over: bool


class Streak(msgspec.Struct):
    """How many odd (or usual) readings came in a row, and whether the station counts as odd."""

    odd: int = 0
    usual: int = 0
    is_odd: bool = False


def find_hour(moment: datetime) -> int:
    """Return the hour of the week in UTC, 0 … 167: the same rhythm as the city's, an offset apart."""
    return moment.weekday() * 24 + moment.hour


def learn(
    stations: Iterable[str], hours: npt.NDArray[np.int64], means: npt.NDArray[np.float64], *, floor: float
) -> Usual:
    """Return what is usual of hourly means: the station, the hour (since 1970, UTC) and the mean of each row.

    `floor` is the least MAD, in the property's unit: what the instrument itself wavers.
    """
    names = np.asarray(list(stations), dtype=object)
    known, rows = np.unique(names, return_inverse=True) if names.size else (names, np.empty(0, np.int64))
    last = int(hours.max()) if hours.size else 0
    grid = np.full((len(known), HOURS * WEEKS), np.nan)
    kept = (hours > last - HOURS * WEEKS) & ~np.isnan(means)
    grid[rows[kept], hours[kept] % (HOURS * WEEKS)] = means[kept]
    by_hour = grid.reshape(len(known), WEEKS, HOURS)
    around = np.concatenate([np.roll(by_hour, shift, axis=2) for shift in (-1, 0, 1)], axis=1)
    enough = (~np.isnan(around)).sum(axis=1) >= FEWEST_SAMPLES
    with np.errstate(all="ignore"):
        filled = np.where(enough[:, None, :], around, 0.0)
        medians = np.nanmedian(filled, axis=1)
        spreads = np.maximum(np.nanmedian(np.abs(filled - medians[:, None, :]), axis=1), floor)
    medians = np.where(enough, medians, np.nan)
    # hours since 1970 begin on a Thursday: turn to weeks that begin on Monday
    shift = 3 * 24
    medians, spreads = np.roll(medians, shift, axis=1), np.roll(spreads, shift, axis=1)
    return Usual({str(name): row for row, name in enumerate(known)}, medians, spreads)


class Watch:
    """The watch over one property: which stations are odd, reading by reading, in order of time."""

    def __init__(self, usual: Usual, odd: Iterable[str] = ()) -> None:
        self.usual = usual
        self._streaks = {station: Streak(is_odd=True) for station in odd}
        self._newest: dict[str, tuple[float, float]] = {}

    def take(self, readings: Iterable[tuple[str, datetime, float]]) -> list[Odd]:
        """Return which stations became odd or usual by these readings."""
        ordered = sorted(readings, key=lambda one: one[1])
        measured = []
        for station, moment, value in ordered:
            z = self.usual.measure(station, moment, value)
            if z is not None:
                self._newest[station] = (moment.timestamp(), z)
                measured.append((station, moment, value, z))
        return [
            found
            for station, moment, value, z in measured
            if (found := self._judge(station, moment, value, z - self._find_mood(moment))) is not None
        ]

    def _find_mood(self, moment: datetime) -> float:
        now = moment.timestamp()
        around = [z for at, z in self._newest.values() if abs(now - at) <= LONGEST_APART_S]
        return float(np.median(around)) if len(around) >= FEWEST_STATIONS else 0.0

    def _judge(self, station: str, moment: datetime, value: float, z: float) -> Odd | None:
        streak = self._streaks.setdefault(station, Streak())
        streak.odd = streak.odd + 1 if abs(z) >= ODD else 0
        streak.usual = streak.usual + 1 if abs(z) < USUAL else 0
        is_turned = (not streak.is_odd and streak.odd >= IN_A_ROW) or (
            streak.is_odd and streak.usual >= IN_A_ROW
        )
        if not is_turned:
            return None
        streak.is_odd = not streak.is_odd
        return Odd(station=station, moment=moment, value=value, z=z, is_over=not streak.is_odd)
