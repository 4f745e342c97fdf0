"""Deterministic simulation: the same seed gives the same city."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def scatter_points(
    generator: np.random.Generator, bounds: tuple[float, float, float, float], count: int
) -> tuple[Floats, Floats]:
    """Return `count` lon and lat (degrees) drawn evenly from west, south, east, north."""
    west, south, east, north = bounds
    return generator.uniform(west, east, count), generator.uniform(south, north, count)


def simulate_fine_dust(
    generator: np.random.Generator, start: datetime, hours: int, districts: int
) -> npt.NDArray[np.int64]:
    """Return PM10 in µg/m³, shape (hour, district): a daily cycle, episodes that pass, local noise.

    `start` is an aware datetime; the cycle follows its own clock: traffic peaks at 8 and 19 o'clock.
    """
    clock = np.array([(start + timedelta(hours=h)).hour for h in range(hours)], dtype=np.float64)
    daily = 8 * np.exp(-((clock - 8) ** 2) / 8) + 6 * np.exp(-((clock - 19) ** 2) / 10)
    steps = generator.normal(0, 2.2, hours)
    episode = np.zeros(hours)
    for hour in range(1, hours):
        episode[hour] = 0.985 * episode[hour - 1] + steps[hour]
    local = generator.normal(0, 3, districts)
    noise = generator.normal(0, 3, (hours, districts))
    level = 34 + daily[:, None] + episode[:, None] + local[None, :] + noise
    return np.clip(np.rint(level), 3, 300).astype(np.int64)
