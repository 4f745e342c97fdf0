"""Power of poles and feeders: what modules draw at once, against what is allowed."""

from __future__ import annotations

from collections.abc import Iterable

from madang.infrastructure.smart_poles.records import Feeder, Load, Module, ModuleType, Pole

AT_ONCE = {
    ModuleType.LIGHT: 1.0,
    ModuleType.SIGNAL: 1.0,
    ModuleType.CAMERA: 1.0,
    ModuleType.WIFI: 1.0,
    ModuleType.SENSOR: 1.0,
    ModuleType.BELL: 0.1,
    ModuleType.EV_CHARGER: 1.0,
    ModuleType.DRONE_CHARGER: 0.5,
}
"""What part of its rated power a module is counted with on its own pole."""
CHARGERS_TOGETHER = 0.7
"""Of the chargers of one feeder, this part charges at the same time."""
CHARGERS = {ModuleType.EV_CHARGER, ModuleType.DRONE_CHARGER}


def measure_pole(pole: Pole) -> Load:
    """Return a pole's load; retired modules draw nothing."""
    living = [one for one in pole.modules if one.state != "retired"]
    return Load(
        rated_w=sum(one.rated_w for one in living),
        expected_w=sum(one.rated_w * AT_ONCE[one.type] for one in living),
        allowed_w=pole.supply_w,
    )


def measure_feeder(feeder: Feeder, poles: Iterable[Pole]) -> Load:
    """Return a feeder's load of the poles that stand on it; planned poles count, retired ones don't."""
    modules = [
        one for pole in poles if pole.state != "retired" for one in pole.modules if one.state != "retired"
    ]
    return Load(
        rated_w=sum(one.rated_w for one in modules),
        expected_w=sum(map(_expect, modules)),
        allowed_w=feeder.capacity_w,
    )


def find_room_w(
    pole: Pole, feeder: Feeder | None, poles_of_feeder: Iterable[Pole], kind: ModuleType = ModuleType.LIGHT
) -> float:
    """Return how many watts a new module of a kind may be rated at, on the pole and on its feeder."""
    own = measure_pole(pole)
    rooms = [(own.allowed_w - own.expected_w) / AT_ONCE[kind]]
    if feeder is not None:
        load = measure_feeder(feeder, poles_of_feeder)
        rooms.append((load.allowed_w - load.expected_w) / _share(kind))
    return max(0.0, min(rooms))


def _expect(one: Module) -> float:
    return one.rated_w * _share(one.type)


def _share(kind: ModuleType) -> float:
    """Return what part of its rated power a module is counted with on a feeder."""
    return AT_ONCE[kind] * (CHARGERS_TOGETHER if kind in CHARGERS else 1.0)
