"""What is wrong with a module, as its own stream tells."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from madang.core.base.interface import Text
from madang.infrastructure.smart_poles.records import MODULE_NAMES, Condition, Module, Pole

SILENT_AFTER = timedelta(minutes=30)
STUCK_FOR = timedelta(hours=6)
LEAST_READINGS, LEAST_PROPERTIES = 12, 2
"""Of so many readings of each of so many properties none differs where a module is stuck: one alone may well stand still."""


def find_fault(pole: Pole, module: Module, condition: Condition, now: datetime) -> Text | None:
    """Return what is wrong in words, None where nothing is."""
    name = MODULE_NAMES[module.type]
    ko, en = f"{pole.name}의 {name.ko} 장치", f"The {name.en.lower()} module of {pole.id}"
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
    return None


def find_stuck(rows: Iterable[dict[str, Any]]) -> set[str]:
    """Return the things of which no value changed; `rows` have a property's `count`, `low` and `high` over STUCK_FOR."""
    still: dict[str, list[bool]] = {}
    for row in rows:
        if row["count"] >= LEAST_READINGS:
            still.setdefault(row["thing_id"], []).append(row["low"] == row["high"])
    return {thing for thing, each in still.items() if len(each) >= LEAST_PROPERTIES and all(each)}
