"""Stations that were registered and never sent a value: silence that no stream shows, since they have none."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from madang.core.base.interface import ANONYMOUS, HOUSE, Finding, Severity, Text
from madang.core.incidents.interface import IncidentFilter, list_incidents, open_or_update
from madang.core.lake.interface import authorize
from madang.core.things.interface import Thing, ThingState
from madang.infrastructure.city_sensors.queries.sources import get_source
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import Source
from madang.infrastructure.city_sensors.tables import READINGS

KIND = "source_silent"
STATION, SOURCE = "unheard:", "unheard-source:"
MISSED = 2
"""A station is missed when it could have sent this often since it was registered."""
AT_WORK = {ThingState.INSTALLED, ThingState.ACTIVE}
FEW = 10
MOST = 10_000


def tell_unheard(*, now: datetime) -> int:
    """Open incidents of stations at work that never sent a value, close those of others; return how many are unheard.

    Where most of a source's stations are unheard, it is one incident of the source.
    """
    unheard = _list_unheard(now)
    findings = {one.key: one for one in _describe_all(unheard, now)}
    where = IncidentFilter(state="active", kind=KIND)
    for incident in list_incidents(actor=HOUSE, where=where, limit=MOST):
        if incident.key.startswith((STATION, SOURCE)) and incident.key not in findings:
            if incident.cleared_at is None:
                findings[incident.key] = _clear(incident.key, now)
        elif incident.cleared_at is None:
            findings.pop(incident.key, None)  # told already
    if findings:
        open_or_update(findings=findings.values(), now=now, source="city_sensors")
    return sum(map(len, unheard.values()))


def _list_unheard(now: datetime) -> dict[str, list[Thing]]:
    """Return the stations that should have been heard by now and never were, by source."""
    stations = list_stations()
    heard = set(authorize(ANONYMOUS, READINGS.name).latest(select=["thing_id"])["thing_id"].to_pylist())
    found: dict[str, list[Thing]] = defaultdict(list)
    for thing_id, station in stations.items():
        if thing_id not in heard and station.state in AT_WORK:
            found[station.source].append(station)
    waits = {name: timedelta(seconds=MISSED * get_source(name).expected_interval_s) for name in found}
    late = {
        name: [one for one in those if one.created_at + waits[name] <= now] for name, those in found.items()
    }
    return {name: those for name, those in late.items() if those}


def _describe_all(unheard: dict[str, list[Thing]], now: datetime) -> list[Finding]:
    total = Counter(one.source for one in list_stations().values())
    findings = []
    for name, those in unheard.items():
        if len(those) > FEW and 2 * len(those) > total[name]:
            findings.append(_describe_source(get_source(name), len(those), total[name], now))
        else:
            findings += [_describe_station(one, now) for one in those]
    return findings


def _describe_station(station: Thing, now: datetime) -> Finding:
    day = station.created_at.date()
    return Finding(
        key=f"{STATION}{station.id}",
        kind=KIND,
        severity=Severity.MODERATE,
        found_at=now,
        reason=Text(
            ko=f"{station.title.ko}({station.id}): {day}에 등록된 뒤 값을 한 번도 보내지 않았습니다. 설치와 인증키를 확인하십시오.",
            en=f"{station.id} has not sent a value since it was registered on {day}. Check its installation and key.",
        ),
        thing_id=station.id,
        agency_code=station.agency_code,
        lon=station.lon,
        lat=station.lat,
        evidence={"source": station.source, "registered_at": station.created_at.isoformat()},
    )


def _describe_source(source: Source, count: int, total: int, now: datetime) -> Finding:
    return Finding(
        key=f"{SOURCE}{source.name}",
        kind=KIND,
        severity=Severity.SEVERE,
        found_at=now,
        reason=Text(
            ko=f"출처 ‘{source.name or '–'}’의 센서 {total:,}곳 가운데 {count:,}곳이 등록된 뒤 값을 한 번도 보내지 않았습니다.",
            en=f"{count:,} of the {total:,} stations of source '{source.name or '–'}' have never sent a value.",
        ),
        agency_code=source.agency_code or None,
        evidence={"source": source.name, "stations": total, "unheard": count},
    )


def _clear(key: str, now: datetime) -> Finding:
    name = key.partition(":")[2]
    return Finding(
        key=key,
        kind=KIND,
        severity=Severity.MODERATE,
        found_at=now,
        reason=Text(ko=f"{name}: 이제 값이 들어옵니다.", en=f"{name}: its values arrive now."),
        thing_id=name if key.startswith(STATION) else None,
        cleared=True,
    )
