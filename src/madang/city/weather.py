"""Weather, air and noise of the demonstration city: a function of the random numbers, the place and the moment alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
DAY_S = 86_400.0
YEAR_S = 365.25 * DAY_S
CITY_OFFSET_S = 9 * 3600.0
TRAFFIC_BY_WEEKDAY = np.array([0.95, 1.0, 1.0, 1.0, 1.1, 0.6, 0.4])
"""Of a Wednesday's, from Monday on."""


def simulate_stations(generator: np.random.Generator, stations: int, moments: Floats) -> dict[str, Floats]:
    """Return levels by property, each of shape (moment, station).

    `moments` are seconds since 1970, UTC. µg/m³, °C, %, lx, UV index and dB as they would be measured:
    a daily, a weekly and a yearly cycle, episodes of fine dust that take days, each station's own place and noise.
    """
    own = generator.normal(size=(4, stations))
    clock = ((moments + CITY_OFFSET_S) % DAY_S / 3600.0)[:, None]
    season = np.cos(2 * np.pi * (moments / YEAR_S - 0.55))[:, None]
    sun = np.clip(np.sin(np.pi * (clock - 6.5) / 12), 0, None) * (clock > 6.5) * (clock < 18.5)
    weekday = ((moments + CITY_OFFSET_S) // DAY_S + 3).astype(int) % 7  # 1970 began on a Thursday
    traffic = np.exp(-((clock - 8.5) ** 2) / 5) + np.exp(-((clock - 18.5) ** 2) / 7)
    traffic *= TRAFFIC_BY_WEEKDAY[weekday][:, None]
    phases = generator.uniform(0, 2 * np.pi, 3)
    days = moments[:, None] / DAY_S
    episode = sum(
        np.sin(2 * np.pi * days / period + phase)
        for period, phase in zip((3.1, 5.7, 11.3), phases, strict=True)
    )
    flicker = np.sin(moments[:, None] / 1700 + 40 * own[3]) + np.sin(moments[:, None] / 431 + 70 * own[3])
    dust = np.clip(24 + 9 * episode + 7 * traffic + 4 * own[0] + 1.5 * flicker, 2, None)
    temperature = 13 + 13.5 * season + 4.5 * np.sin(np.pi * (clock - 9) / 12) + 0.8 * own[1] + 0.2 * flicker
    return {
        "pm25": dust,
        "pm10": dust * 1.7 + 5,
        "temperature": temperature,
        "humidity": np.clip(62 - 14 * sun + 9 * season + 3 * own[2] + flicker, 8, 100),
        "illuminance": 45_000 * sun * (1 + 0.1 * own[1]) + 12,
        "uv": np.clip(sun * (4 + 3 * season), 0, 16) + 0 * own[0],
        "noise": np.clip(48 + 9 * traffic + 6 * (clock > 7) * (clock < 22) + 3 * own[2] + flicker, 35, 100),
    }
