"""Meters on the poles of the demonstration city: lights draw power by night, cameras always, and some aren't well."""

from __future__ import annotations

MODEL = "SIMMETER"
METERED, RATED, FAULT = "metered", "rated_w", "simulated_fault"
"""Attributes of a meter: what hangs on it, its rated power in watts, and what ails it, if anything."""
DEAD, GREEDY, STUCK_ON = "dead", "greedy", "stuck_on"
LIGHT = "light"
ON_FROM, ON_UNTIL = 19, 7
"""Hours of the clock on the wall, also in a city that passes faster: who watches lights goes by it."""
IDLE, USUAL, TOO_MUCH = 0.02, 0.95, 1.4


def measure_power(attributes: dict[str, object], hour: int, chance: float) -> float:
    """Return the watts that a meter reads at an hour of the clock; `chance` (0 … 1) is how they waver."""
    fault = attributes.get(FAULT)
    is_on = attributes[METERED] != LIGHT or fault == STUCK_ON or hour >= ON_FROM or hour < ON_UNTIL
    share = IDLE if fault == DEAD or not is_on else TOO_MUCH if fault == GREEDY else USUAL
    return float(str(attributes[RATED])) * share * (0.98 + 0.04 * chance)
