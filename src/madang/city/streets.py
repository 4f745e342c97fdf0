"""What only some stations of the demonstration city measure: wind, the sun's heat, shaking and gases."""

from __future__ import annotations

import numpy as np

from .weather import DAY_S, YEAR_S, Floats

BRIGHT_LX = 45_000.0


def simulate_wind(
    generator: np.random.Generator, levels: dict[str, Floats], moments: Floats
) -> dict[str, Floats]:
    """Return wind (degrees, m/s), globe temperature (°C) and vibration (mm/s) where `levels` are measured.

    `levels` are (moment, station), `moments` seconds since 1970, UTC. Winter's wind is from the north-west, summer's
    from the south-west; gusts turn and outdo it; streets that are loud shake.
    """
    own = generator.normal(size=(3, levels["noise"].shape[1]))
    days = moments[:, None] / DAY_S
    summer = 0.5 + 0.5 * np.cos(2 * np.pi * (moments / YEAR_S - 0.55))[:, None]
    flicker = np.sin(moments[:, None] / 1300 + 9 * own[0])
    direction = 310 - 90 * summer + 45 * np.sin(2 * np.pi * days / 3.7) + 12 * flicker + 8 * own[0]
    bright = levels["illuminance"] / BRIGHT_LX
    speed = np.clip(2 + 1.2 * np.sin(2 * np.pi * days / 2.9) + bright + 0.5 * own[1] + 0.4 * flicker, 0.1, 60)
    shaking = 0.05 + 0.02 * np.clip(levels["noise"] - 40, 0, None) * np.exp(0.2 * own[2])
    return {
        "wind_direction": direction % 360,
        "wind_speed": speed,
        "gust_direction": (direction + 10 * flicker) % 360,
        "gust_speed": 1.6 * speed + 0.5,
        "globe_temperature": levels["temperature"] + 9 * bright,
        "vibration_x": shaking,
        "vibration_y": 0.8 * shaking,
        "vibration_z": 1.3 * shaking,
    }


def simulate_gases(levels: dict[str, Floats]) -> dict[str, Floats]:
    """Return gases in ppm where `levels` are measured: exhaust where it is dusty and loud, ozone where the sun shines."""
    dust, loud = levels["pm25"] / 30, np.clip(levels["noise"] - 40, 0, None) / 20
    bright = levels["illuminance"] / BRIGHT_LX
    return {
        "no2": 0.008 + 0.008 * dust + 0.006 * loud,
        "co": 0.25 + 0.12 * dust + 0.05 * loud,
        "so2": 0.002 + 0.001 * dust,
        "nh3": 0.01 + 0.004 * dust,
        "h2s": 0.002 + 0.001 * loud,
        "o3": 0.018 + 0.032 * bright,
    }
