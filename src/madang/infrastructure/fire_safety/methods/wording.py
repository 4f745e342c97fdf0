"""What names and values of a device's own say: which kind of alarm a name means, and whether a value alarms."""

from __future__ import annotations

import re
from typing import Any

from madang.infrastructure.fire_safety.records import ALARMING, SignalKind

DEVICES = frozenset({"detector", "sensor", "감지기"})
KOREAN_MARKS = ("감지기", "감지", "경보", "발생", "누출", "상태", "작동")
MARKS = frozenset({
    *DEVICES, "alarm", "alert", "status", "state", "detected", "detection", "triggered", "leak", *KOREAN_MARKS
})  # fmt: skip
"""Words beside a kind's own: `smoke_alarm`, `smokeDetected`, `alarm_status`, 연기감지."""
SAYS_ALARM = frozenset({"alarm", "alert", "경보"})
KINDS = {
    **{kind.value: kind for kind in ALARMING},
    "callpoint": SignalKind.CALL_POINT,
    "manual_call_point": SignalKind.CALL_POINT,
    "mcp": SignalKind.CALL_POINT,
    "temperature": SignalKind.HEAT,
    "co": SignalKind.GAS,
    "carbon_monoxide": SignalKind.GAS,
    "연기": SignalKind.SMOKE,
    "열": SignalKind.HEAT,
    "온도": SignalKind.HEAT,
    "가스": SignalKind.GAS,
    "일산화탄소": SignalKind.GAS,
    "발신기": SignalKind.CALL_POINT,
}
STATES = frozenset({"status", "state", "event", "상태"})
"""Names whose value can be the name of an alarm: `status: alarm`, `event: smoke_alarm`."""
ANY_FIRE = frozenset({"fire", "flame", "화재", "불꽃"})
DEEPEST = 32
"""Values within values are read so far down."""
READINGS = frozenset({"temperature", "온도", "co", "carbon_monoxide"})
"""Names that without a mark are readings and no alarms."""
YES = frozenset({"true", "1", "yes", "on", "alarm", "alert", "fire", "smoke", "detected", "active", "triggered", "경보", "화재", "감지", "발생", "작동"})  # fmt: skip
NO = frozenset({"", "false", "0", "no", "off", "normal", "ok", "clear", "cleared", "none", "inactive", "idle", "no alarm", "not detected", "정상", "해제"})  # fmt: skip


def find_kind(name: str, any_fire: SignalKind) -> SignalKind | None:
    """Return the kind of alarm that a name means, `any_fire` where it is only an alarm, None where it is none."""
    words = _split(name)
    rest = "_".join(one for one in words if one not in MARKS)
    if rest in ANY_FIRE or (not rest and SAYS_ALARM.intersection(words)):
        return any_fire
    return None if rest in READINGS and rest == "_".join(words) else KINDS.get(rest)


def find_said_kind(name: str, value: Any, any_fire: SignalKind) -> SignalKind | None:
    """Return the kind of alarm that the value of a state names, None where it names none or this is no state."""
    words = _split(name)
    if not isinstance(value, str) or not words or not STATES.issuperset(words):
        return None
    return None if DEVICES.intersection(_split(value)) else find_kind(value, any_fire)


def spell(name: str) -> str:
    """Return a name as those of kinds are written: `False-Alarm` is false_alarm."""
    return "_".join(_split(name))


def _split(name: str) -> list[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    spaced = re.sub("|".join(KOREAN_MARKS), r"_\g<0>_", spaced)
    return [one for one in re.split(r"[^a-z0-9가-힣]+", spaced.lower()) if one]


def is_alarm(value: Any) -> bool | None:
    """Return whether a value says that something alarms, None where it says neither (a level, an unknown word)."""
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, int | float):
        return bool(value) if value in {0, 1} else None
    if isinstance(value, list):
        said = [is_alarm(one) for one in value]
        return True if True in said else None if None in said else False
    word = value.strip().lower() if isinstance(value, str) else None
    return True if word in YES else False if word in NO else None


def read_values(values: dict[str, Any], any_fire: SignalKind, depth: int = DEEPEST) -> list[SignalKind]:
    """Return the kinds that alarm in decoded values, also in values within values.

    An alarm whose kind isn't said is of kind `any_fire`. Raises ValueError where nothing alarms and a value whose
    name means an alarm says neither yes nor no: what can't be read must not pass for "no alarm".
    """
    said, unclear = _read(values, any_fire, depth)
    found = list(dict.fromkeys(kind for kind, alarms in said if alarms))
    clear = {kind for kind, _ in said}
    if not found:
        for name, kind, value in unclear:
            if kind not in clear:
                raise ValueError(f"{name} is {str(value)[:100]!r}: neither an alarm nor none")
    return sorted(found, key=list(SignalKind).index)


def says_something(values: dict[str, Any], any_fire: SignalKind) -> bool:
    """Return whether any value's name is known: that it doesn't alarm is then said."""
    said, unclear = _read(values, any_fire, 0)
    return bool(said or unclear)


def _read(
    values: dict[str, Any], any_fire: SignalKind, depth: int
) -> tuple[list[tuple[SignalKind, bool]], list[tuple[str, SignalKind, Any]]]:
    said: list[tuple[SignalKind, bool]] = []
    unclear: list[tuple[str, SignalKind, Any]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            more = _read(value, any_fire, depth - 1) if depth else ([], [])
            said += more[0]
            unclear += more[1]
            continue
        kind = find_kind(name, any_fire)
        named = find_said_kind(name, value, any_fire)
        if named is not None:
            said.append((named, True))
            continue
        if kind is None:
            continue
        alarms = is_alarm(value)
        if alarms is None:
            unclear.append((name, kind, value))
        else:
            said.append((kind, alarms))
    return said, unclear
