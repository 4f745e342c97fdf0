"""What is wrong with a module, as its own stream tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from madang.core.base.interface import Text, to_city_time
from madang.infrastructure.smart_poles.records import MODULE_NAMES, Condition, Module, ModuleType, Pole

SILENT_AFTER = timedelta(minutes=30)
STUCK_FOR = timedelta(hours=6)
MOST_POWER, LEAST_POWER = 1.2, 0.05
"""Of its rated power: what is more is too much, what is less is none."""
ALWAYS_ON = {ModuleType.SIGNAL, ModuleType.CAMERA, ModuleType.WIFI, ModuleType.SENSOR}
NIGHT, DAY = {*range(21, 24), *range(5)}, range(10, 15)
"""Hours of the city that are dark in June too, and bright in December too."""
LEAST_READINGS, LEAST_PROPERTIES = 12, 2
"""Of so many readings of each of so many properties none differs where a module is stuck: one alone may well stand still."""


def find_fault(pole: Pole, module: Module, condition: Condition, now: datetime) -> Text | None:
    """Return what is wrong in words, None where nothing is."""
    name = MODULE_NAMES[module.type]
    ko, en = f"{pole.title.ko}의 {name.ko} 장치", f"The {name.en.lower()} module of {pole.title.en}"
    if now - condition.heard_at > SILENT_AFTER:
        minutes = int((now - condition.heard_at).total_seconds() // 60)
        return Text(
            ko=f"{ko}에서 {minutes:,}분째 값이 오지 않습니다.",
            en=f"{en} has sent nothing for {minutes:,} minutes.",
        )
    if condition.is_blank:
        return Text(
            ko=f"{ko}에서 오는 값이 모두 비어 있거나 있을 수 없는 값입니다.",
            en=f"All that {en[0].lower()}{en[1:]} sends is missing or impossible.",
        )
    if condition.is_stuck:
        hours = int(STUCK_FOR.total_seconds() // 3600)
        return Text(
            ko=f"{ko}에서 오는 값이 {hours}시간째 하나도 바뀌지 않습니다.",
            en=f"Nothing that {en[0].lower()}{en[1:]} sends has changed for {hours} hours.",
        )
    if condition.power_w is not None and module.rated_w > 0:
        return _judge_power(module, condition.power_w, to_city_time(condition.heard_at).hour, ko, en)
    return None


def _judge_power(module: Module, power_w: float, hour: int, ko: str, en: str) -> Text | None:
    drawn, rated = f"{power_w:,.0f} W", f"{module.rated_w:,.0f} W"
    if power_w > MOST_POWER * module.rated_w:
        return Text(
            ko=f"{ko}에서 정격 {rated}보다 많은 {drawn}를 쓰고 있습니다.",
            en=f"{en} draws {drawn}, more than the {rated} it is rated at.",
        )
    is_idle = power_w < LEAST_POWER * module.rated_w
    if module.type is ModuleType.LIGHT and hour in NIGHT and is_idle:
        return Text(
            ko=f"{ko}가 밤인데 꺼져 있습니다({drawn}).", en=f"{en} is out though it is night ({drawn})."
        )
    if module.type is ModuleType.LIGHT and hour in DAY and not is_idle:
        return Text(ko=f"{ko}가 낮인데 켜져 있습니다({drawn}).", en=f"{en} is on by day ({drawn}).")
    if module.type in ALWAYS_ON and is_idle:
        return Text(ko=f"{ko}에 전기가 들어오지 않습니다({drawn}).", en=f"{en} has no power ({drawn}).")
    return None


def find_stuck(rows: Iterable[dict[str, Any]]) -> set[str]:
    """Return the things of which no value changed; `rows` have a property's `count`, `low` and `high` over STUCK_FOR."""
    still: dict[str, list[bool]] = {}
    for row in rows:
        if row["count"] >= LEAST_READINGS:
            still.setdefault(row["thing_id"], []).append(row["low"] == row["high"])
    return {thing for thing, each in still.items() if len(each) >= LEAST_PROPERTIES and all(each)}
