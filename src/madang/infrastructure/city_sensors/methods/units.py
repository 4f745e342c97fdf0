"""Units as senders name them (SenML, RFC 8428 and 8798, and UCUM), turned into those of the properties."""

from __future__ import annotations

from math import pi

_SAME = (1.0, 0.0)
_FAHRENHEIT = (5 / 9, -160 / 9)
FACTORS: dict[str, dict[str, tuple[float, float]]] = {
    "Cel": {"Cel": _SAME, "°C": _SAME, "K": (1.0, -273.15), "[degF]": _FAHRENHEIT, "°F": _FAHRENHEIT},
    "%": {"%": _SAME, "%RH": _SAME, "/100": _SAME, "/": (100.0, 0.0)},
    "ug/m3": {
        "ug/m3": _SAME,
        "µg/m3": _SAME,
        "μg/m3": _SAME,
        "µg/m³": _SAME,
        "μg/m³": _SAME,
        "mg/m3": (1e3, 0.0),
        "kg/m3": (1e9, 0.0),
    },
    "lx": {"lx": _SAME, "klx": (1e3, 0.0)},
    "dB": {"dB": _SAME, "dBA": _SAME, "dB(A)": _SAME},
    "m/s": {"m/s": _SAME, "km/h": (1 / 3.6, 0.0), "kn": (1852 / 3600, 0.0)},
    "mm/s": {"mm/s": _SAME, "m/s": (1e3, 0.0), "cm/s": (10.0, 0.0)},
    "deg": {"deg": _SAME, "°": _SAME, "rad": (180 / pi, 0.0)},
    "W": {"W": _SAME, "kW": (1e3, 0.0)},
    "[ppm]": {"[ppm]": _SAME, "ppm": _SAME, "ppb": (1e-3, 0.0), "[ppb]": (1e-3, 0.0)},
    "{index}": {"{index}": _SAME, "1": _SAME, "/": _SAME},
}
"""By the property's unit: a sender's unit → (gain, offset)."""


def convert(value: float, unit: str, wanted: str, prop: str) -> float:
    """Return `value`, given in `unit`, in the unit `wanted` of property `prop`; raise LookupError with the reason."""
    known = FACTORS.get(wanted, {wanted: _SAME})
    if unit not in known:
        raise LookupError(f"{prop} in unknown unit {unit[:32]}; known are {', '.join(known)}")
    gain, offset = known[unit]
    return value if known[unit] == _SAME else round(gain * value + offset, 6)
