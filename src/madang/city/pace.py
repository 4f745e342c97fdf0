"""How the demonstration city was asked to be: which of all possible ones it is, and how fast its days pass."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.conf import settings

from madang.core.base.interface import to_city_time

FASTEST = 60
"""At sixty times the speed a day passes in 24 minutes, and what is measured every ten minutes comes every ten seconds."""


def make_generator(*parts: int) -> np.random.Generator:
    """Return the random numbers of one part of the city: the same for the same seed and parts."""
    seed = settings.MADANG.demo_seed
    return np.random.default_rng([seed, *parts] if seed else list(parts) if len(parts) > 1 else parts[0])


def get_speed() -> int:
    """Return how many times as fast as the clock the city's days pass."""
    return min(FASTEST, max(1, settings.MADANG.demo_speed))


def to_city_moment(moment: datetime) -> datetime:
    """Return what time it is in the city: every real day begins at its own midnight, and passes faster from there."""
    midnight = to_city_time(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) * get_speed()


def shorten(seconds: float) -> float:
    """Return how long something of the city takes by the clock."""
    return seconds / get_speed()
