"""The watch over readings: stations that are odd, and districts at an advisory's level."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from madang.core.base.interface import Finding, Severity, Text
from madang.core.pages.interface import format_number, format_unit
from madang.core.things.interface import Thing
from madang.infrastructure.city_sensors.methods.anomalies import Odd, Usual, Watch
from madang.infrastructure.city_sensors.queries.stations import list_district_means, list_stations
from madang.infrastructure.city_sensors.queries.usual import (
    LEVEL_KIND,
    ODD_KIND,
    learn_usual,
    list_levels,
    list_odd,
)
from madang.infrastructure.city_sensors.records import (
    PROPERTIES,
    PROPERTY_BY_CODE,
    DistrictMean,
    Property,
    name_station,
)

LEARN_EVERY = timedelta(hours=6)
TRY_AGAIN = timedelta(minutes=5)
"""While little can be learnt yet, or more each time: a new house is still taking in its history."""
LITTLE, GROWTH = 0.05, 0.01
FEWEST_STATIONS = 3
EASED = 0.9
"""A level is over once the mean is a tenth away from it."""


class Watchers:
    """One watch for each property; what is usual is learnt anew every six hours."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}
        self._share = 0.0
        self._learn_at = datetime.min.replace(tzinfo=UTC)
        self._levels: set[tuple[str, str]] = set()

    def judge(self, rows: Iterable[dict[str, Any]], now: datetime) -> list[Finding]:
        """Return what readings give to find. Rows are those of the readings table, any order."""
        if now >= self._learn_at:
            self._learn(now)
        by_property: dict[str, list[tuple[str, datetime, float]]] = {}
        for row in rows:
            if row["value"] is not None and row["property"] in self._watches:
                reading = (row["thing_id"], row["observed_at"], row["value"])
                by_property.setdefault(row["property"], []).append(reading)
        findings = []
        for code, readings in by_property.items():
            prop, watch = PROPERTY_BY_CODE[code], self._watches[code]
            stations = list_stations()
            findings += [
                describe_odd(prop, watch.usual, one, stations.get(one.station))
                for one in watch.take(readings)
            ]
            findings += self._judge_levels(prop, now)
        return findings

    def _learn(self, now: datetime) -> None:
        if not self._watches:
            self._levels = list_levels()
        for prop in PROPERTIES:
            if prop.floor is None:
                continue
            usual = learn_usual(prop, now)
            if prop.code in self._watches:
                self._watches[prop.code].usual = usual
            else:
                self._watches[prop.code] = Watch(usual, list_odd(prop))
        shares = [watch.usual.share for watch in self._watches.values() if watch.usual.stations]
        share = sum(shares) / len(shares) if shares else 0.0
        is_growing = share < LITTLE or share > self._share + GROWTH
        self._share = share
        self._learn_at = now + (TRY_AGAIN if is_growing else LEARN_EVERY)

    def _judge_levels(self, prop: Property, now: datetime) -> list[Finding]:
        if prop.high is None and prop.low is None:
            return []
        findings = []
        for mean in list_district_means(prop.code):
            key = (prop.code, mean.code)
            is_known = key in self._levels
            limit = find_level(prop, mean, is_known=is_known)
            if (limit is not None) is is_known:
                continue
            self._levels ^= {key}
            findings.append(describe_level(prop, mean, limit, now))
        return findings


def find_level(prop: Property, mean: DistrictMean, *, is_known: bool) -> float | None:
    """Return the level that a district's mean has reached, None where none; a known one must be left clearly."""
    if mean.stations < FEWEST_STATIONS:
        return None
    ease = EASED if is_known else 1.0
    if prop.high is not None and mean.mean >= prop.high * ease:
        return prop.high
    if prop.low is not None and mean.mean <= prop.low * ease:
        return prop.low
    return None


def describe_odd(prop: Property, usual: Usual, one: Odd, station: Thing | None = None) -> Finding:
    """Return the finding of a station that began to be odd or is usual again, with the reason in words."""
    name = name_station(one.station, station.name if station else one.station)
    median, deviation = usual.describe(one.station, one.moment)
    said = _say(prop, one.value)
    expected = {
        language: f"{_say(prop, median)[language]} ± {format_number(round(deviation, prop.digits - 1))}"
        for language in said
    }
    if one.is_over:
        ko = f"{name.ko}: {prop.title.ko} {said['ko']}, 다시 평소와 같습니다."
        en = f"{name.en}: {prop.title.en} {said['en']}, as usual again."
    else:
        ko = (
            f"{name.ko}: {prop.title.ko} {said['ko']}, 세 번 이어 평소와 다릅니다. 이 요일 이 시각에는 보통 {expected['ko']}입니다. "
            f"다른 곳의 변화를 빼도 {abs(one.z):.0f}σ 벗어납니다. 기기를 확인하십시오."
        )
        en = (
            f"{name.en}: {prop.title.en} {said['en']} three times in a row. Usual at this hour of the week is "
            f"{expected['en']}; with the city's mood taken off that is {abs(one.z):.0f} σ away. Check the instrument."
        )
    return Finding(
        key=f"{ODD_KIND}:{one.station}:{prop.code}",
        kind=ODD_KIND,
        severity=Severity.MINOR,
        found_at=one.moment,
        reason=Text(ko=ko, en=en),
        thing_id=one.station,
        agency_code=station.agency_code if station else None,
        lon=station.lon if station else None,
        lat=station.lat if station else None,
        evidence={"value": one.value, "usual": round(median, 2), "z": round(one.z, 1)},
        cleared=one.is_over,
    )


def describe_level(prop: Property, mean: DistrictMean, limit: float | None, now: datetime) -> Finding:
    """Return the finding of a district at an advisory's level, or (no limit) no longer."""
    said = _say(prop, mean.mean)
    if limit is None:
        ko = f"{mean.name.ko}의 {prop.title.ko} 평균 {said['ko']}, 주의보 기준에서 벗어났습니다."
        en = f"{mean.name.en}: mean {prop.title.en} {said['en']}, no longer at the advisory's level."
    else:
        level = _say(prop, limit)
        ko = f"{mean.name.ko} 센서 {mean.stations}곳의 {prop.title.ko} 평균 {said['ko']}, 주의보 기준({level['ko']})에 이르렀습니다."
        en = f"{mean.name.en}: mean {prop.title.en} of {mean.stations} sensors {said['en']}, at the advisory's {level['en']}."
    return Finding(
        key=f"{LEVEL_KIND}:{mean.code}:{prop.code}",
        kind=LEVEL_KIND,
        severity=Severity.MODERATE,
        found_at=now,
        reason=Text(ko=ko, en=en),
        agency_code=mean.code,
        evidence={"mean": round(mean.mean, 2), "stations": mean.stations, "level": limit},
        cleared=limit is None,
    )


def _say(prop: Property, value: float) -> dict[str, str]:
    number = format_number(round(value, prop.digits - 1))
    return {language: f"{number} {format_unit(prop.unit, language)}".strip() for language in ("ko", "en")}
