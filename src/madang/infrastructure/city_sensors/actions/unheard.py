"""Stations that should send and don't: never since they were registered, no longer, or some of their values no longer.

Each source has its own interval, and what is wrong with a station is one incident, whatever it measures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import msgspec

from madang.core.base.interface import ANONYMOUS, HOUSE, Finding, Severity, Text, read_pair
from madang.core.incidents.interface import Incident, IncidentFilter, list_incidents, open_or_update
from madang.core.lake.interface import authorize
from madang.core.pages.interface import format_moment
from madang.core.things.interface import Thing, ThingState
from madang.infrastructure.city_sensors.queries.sources import get_source
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import PROPERTIES, Source, name_station
from madang.infrastructure.city_sensors.tables import READINGS

KIND = "source_silent"
STATION, SOURCE = "unheard:", "unheard-source:"
MISSED = 2
"""A station is missed when it could have sent this often since it was registered, or since it last did."""
AT_WORK = {ThingState.INSTALLED, ThingState.ACTIVE}
FEW = 10
MOST = 10_000


class Unheard(msgspec.Struct, frozen=True, kw_only=True):
    """A station at work that isn't heard since `last` (None: never was), or of which these properties aren't."""

    station: Thing
    last: datetime | None = None
    properties: tuple[str, ...] = ()


def tell_unheard(*, now: datetime, since: datetime) -> int:
    """Open and update incidents of stations that aren't heard, close those of others; return how many are unheard.

    `since` is when the house began to listen: silence before that is its own. Where most of a source's stations are
    unheard, it is one incident of the source. An incident that a person closed stays so until the station was heard again.
    """
    unheard = _list_unheard(now, since)
    findings = {one.key: one for one in _describe_all(unheard, now)}
    closed = _list_closed()
    for one in (one for those in unheard.values() for one in those):
        key, heard_at = f"{STATION}{one.station.id}", one.last or one.station.created_at
        if key in closed and closed[key] > heard_at:
            findings.pop(key, None)
    for incident in list_incidents(actor=HOUSE, where=IncidentFilter(state="active", kind=KIND), limit=MOST):
        known = findings.get(incident.key)
        if incident.key.startswith((STATION, SOURCE)) and incident.cleared_at is None:
            if known is None:
                findings[incident.key] = _clear(incident, findings, now)
            elif known.reason == incident.reason:
                del findings[incident.key]  # told already
    if findings:
        open_or_update(findings=findings.values(), now=now, source="city_sensors")
    return sum(map(len, unheard.values()))


def _list_closed() -> dict[str, datetime]:
    """Return when incidents of stations were last closed, by their keys."""
    closed: dict[str, datetime] = {}
    for one in list_incidents(actor=HOUSE, where=IncidentFilter(state="closed", kind=KIND), limit=MOST):
        if one.closed_at is not None and one.cleared_at is None:
            closed[one.key] = max(one.closed_at, closed.get(one.key, one.closed_at))
    return closed


def _list_unheard(now: datetime, since: datetime) -> dict[str, list[Unheard]]:
    """Return the stations that should have been heard by now and weren't, by source."""
    newest = _read_newest()
    waits: dict[str, timedelta] = {}
    found: dict[str, list[Unheard]] = defaultdict(list)
    for station in list_stations().values():
        if station.state in AT_WORK:
            if station.source not in waits:
                waits[station.source] = MISSED * timedelta(
                    seconds=get_source(station.source).expected_interval_s
                )
            one = _judge(station, newest.get(station.id, {}), now - waits[station.source], since)
            if one is not None:
                found[station.source].append(one)
    return found


def _read_newest() -> dict[str, dict[str, datetime]]:
    """Return when each property of each station was last heard; datastreams of the API's own promise nothing."""
    rows = authorize(ANONYMOUS, READINGS.name).latest(select=["thing_id", "property", "observed_at"])
    newest: dict[str, dict[str, datetime]] = defaultdict(dict)
    for thing_id, code, moment in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        newest[thing_id][code] = moment
    return newest


def _judge(station: Thing, newest: dict[str, datetime], limit: datetime, since: datetime) -> Unheard | None:
    if not newest:
        return Unheard(station=station) if station.created_at <= limit else None
    last = max(newest.values())
    if since > limit:
        return None
    if last < limit:
        return Unheard(station=station, last=last)
    gone = {one.code: newest[one.code] for one in PROPERTIES if newest.get(one.code, limit) < limit}
    return Unheard(station=station, last=max(gone.values()), properties=tuple(gone)) if gone else None


def _describe_all(unheard: dict[str, list[Unheard]], now: datetime) -> list[Finding]:
    total = Counter(one.source for one in list_stations().values())
    findings = []
    for name, those in unheard.items():
        whole = [one for one in those if not one.properties]
        if len(whole) > FEW and 2 * len(whole) > total[name]:
            findings.append(_describe_source(get_source(name), len(whole), total[name], now))
            those = [one for one in those if one.properties]
        findings += [_describe_station(one, now) for one in those]
    return findings


def _describe_station(one: Unheard, now: datetime) -> Finding:
    station = one.station
    evidence = {"source": station.source, "registered_at": station.created_at.isoformat()}
    if one.last is not None:
        evidence["last_heard_at"] = one.last.isoformat()
    return Finding(
        key=f"{STATION}{station.id}",
        kind=KIND,
        severity=Severity.MINOR if one.properties else Severity.MODERATE,
        found_at=now,
        reason=_explain(one),
        thing_id=station.id,
        agency_code=station.agency_code,
        lon=station.lon,
        lat=station.lat,
        evidence=evidence,
    )


def _explain(one: Unheard) -> Text:
    name = name_station(one.station.id, one.station.name)
    name = Text(ko=f"{name.ko}({one.station.id})", en=name.en)
    ko, en = (format_moment(one.last or one.station.created_at, language) for language in ("ko", "en"))
    if one.last is None:
        return Text(
            ko=f"{name.ko}: {ko}에 등록된 뒤 값을 한 번도 보내지 않았습니다. 설치와 인증키를 확인하십시오.",
            en=f"{name.en} has not sent a value since it was registered on {en}. Check its installation and key.",
        )
    if not one.properties:
        return Text(
            ko=f"{name.ko}: {ko} 이후로 값이 오지 않습니다. 전원과 통신을 확인하십시오.",
            en=f"{name.en} has sent nothing since {en}. Check its power and its line.",
        )
    titles = [prop.title for prop in PROPERTIES if prop.code in one.properties]
    return Text(
        ko=f"{name.ko}: {ko} 이후로 {', '.join(title.ko for title in titles)} 값이 오지 않고 나머지 값만 옵니다. 기기를 확인하십시오.",
        en=f"{name.en} has sent no {', '.join(title.en for title in titles)} since {en}, only its other values. Check the instrument.",
    )


def _describe_source(source: Source, count: int, total: int, now: datetime) -> Finding:
    said = read_pair(source.name or "–")
    return Finding(
        key=f"{SOURCE}{source.name}",
        kind=KIND,
        severity=Severity.SEVERE,
        found_at=now,
        reason=Text(
            ko=f"출처 ‘{said.ko}’의 센서 {total:,}곳 가운데 {count:,}곳에서 값이 오지 않습니다.",
            en=f"{count:,} of the {total:,} stations of source '{said.en}' send no values.",
        ),
        agency_code=source.agency_code or None,
        evidence={"source": source.name, "stations": total, "unheard": count},
    )


def _clear(incident: Incident, findings: dict[str, Finding], now: datetime) -> Finding:
    name = incident.key.partition(":")[2]
    station = list_stations().get(name) if incident.key.startswith(STATION) else None
    title = name_station(station.id, station.name) if station is not None else read_pair(name or "–")
    reason = Text(ko=f"{title.ko}: 이제 값이 들어옵니다.", en=f"{title.en}: its values arrive now.")
    if station is not None and f"{SOURCE}{station.source}" in findings:
        reason = Text(
            ko=f"{title.ko}: 출처 전체에서 값이 오지 않아 그 건으로 다룹니다.",
            en=f"{title.en}: most of its source is silent, which is an incident of its own.",
        )
    return Finding(
        key=incident.key,
        kind=KIND,
        severity=Severity.MODERATE,
        found_at=now,
        reason=reason,
        thing_id=incident.thing_id,
        cleared=True,
    )
