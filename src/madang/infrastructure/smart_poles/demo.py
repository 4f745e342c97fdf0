"""Poles of the demonstration city, in the report's numbers: 300 planned, 142 + 57 built, 101 under way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from madang.city.files import draw_points
from madang.city.meters import DEAD, FAULT, GREEDY, METERED, MODEL, RATED, STUCK_ON
from madang.city.pace import make_generator
from madang.core.base.interface import HOUSE, Text, read_pair, to_city_time
from madang.core.places.interface import list_districts
from madang.core.things.interface import (
    ThingFilter,
    count_things,
    import_things,
    list_things,
    register_declared_kinds,
)

from .actions import apply_permit, decide_permit, plan_visit, save_feeders, save_sites, set_target
from .queries import forget
from .records import MODULE_KIND, POLE_KIND, Feeder, ModuleType, PermitState, Site, name_module

SEED = 300
SOURCE = "시뮬레이션 · simulated"
LOTS = ((2020, 60, 60), (2021, 82, 82), (2022, 158, 57))
"""(year, planned, built); the report gives 142 for 2020 and 2021 together, how they divide is made up."""
RATED_W = {
    ModuleType.LIGHT: 120.0,
    ModuleType.SIGNAL: 60.0,
    ModuleType.CAMERA: 25.0,
    ModuleType.WIFI: 18.0,
    ModuleType.SENSOR: 6.0,
    ModuleType.BELL: 10.0,
    ModuleType.EV_CHARGER: 7000.0,
    ModuleType.DRONE_CHARGER: 1000.0,
}
CHANCE = {
    ModuleType.LIGHT: 0.95,
    ModuleType.SIGNAL: 0.3,
    ModuleType.CAMERA: 0.7,
    ModuleType.WIFI: 0.8,
    ModuleType.SENSOR: 0.6,
    ModuleType.BELL: 0.4,
    ModuleType.EV_CHARGER: 0.06,
    ModuleType.DRONE_CHARGER: 0.04,
}
SITES = 260
STREAM_KIND = "city_sensor"
METERS = {ModuleType.LIGHT: 20, ModuleType.CAMERA: 4}
FAULTS = {
    (ModuleType.LIGHT, 4): DEAD,
    (ModuleType.LIGHT, 7): GREEDY,
    (ModuleType.LIGHT, 10): STUCK_ON,
    (ModuleType.CAMERA, 2): DEAD,
}
"""Modules with a meter, and which of them aren't well: what they draw tells."""


def lay_out(now: datetime) -> None:
    """Register poles, modules, feeders, targets, permits, visits and candidate junctions once."""
    if count_things(ThingFilter(kind=POLE_KIND)):
        return
    register_declared_kinds(actor=HOUSE, now=now)
    generator = make_generator(SEED)
    districts = {one.code: Text(ko=one.name_ko, en=one.name_en) for one in list_districts()}
    poles = _draw_poles(generator, districts)
    import_things(actor=HOUSE, now=now, rows=poles, source=SOURCE)
    modules = _draw_modules(generator, poles)
    import_things(actor=HOUSE, now=now, rows=_hang_meters(modules), source=SOURCE)
    import_things(actor=HOUSE, now=now, rows=modules, source=SOURCE)
    feeders = [
        Feeder(code=f"F-{code}", name=f"{name.ko} 배전선로 · {name.en} feeder", capacity_w=40_000.0)
        for code, name in districts.items()
    ]
    save_feeders(actor=HOUSE, now=now, feeders=feeders)
    _set_targets(now, poles)
    _file_papers(now, poles)
    save_sites(actor=HOUSE, now=now, sites=_draw_sites(generator, districts))
    forget()


def _draw_poles(generator: np.random.Generator, districts: dict[str, Text]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for year, planned, built in LOTS:
        for place, (lon, lat, code) in enumerate(draw_points(generator, planned)):
            number = len(rows) + 1
            is_built = place < built
            installed = date(year, 1, 1) + timedelta(days=int(generator.integers(30, 170)))
            rows.append(
                {
                    "id": f"SP{number:04d}",
                    "kind": POLE_KIND,
                    "name": f"{districts[code].ko} 스마트폴 {number} · {districts[code].en} smart pole {number}",
                    "agency_code": code,
                    "lon": round(lon, 6),
                    "lat": round(lat, 6),
                    "source": SOURCE,
                    "state": "active" if is_built else "planned",
                    **({"installed_on": installed.isoformat()} if is_built else {}),
                    "attributes": {
                        "programme_year": year,
                        "feeder": f"F-{code}",
                        "supply_w": 10_000 if number % 9 == 0 else 3_000,
                    },
                }
            )
    return rows


def _draw_modules(generator: np.random.Generator, poles: list[dict[str, object]]) -> list[dict[str, Any]]:
    stations = sorted(one.id for one in list_things(ThingFilter(kind=STREAM_KIND), limit=len(poles)))
    rows: list[dict[str, Any]] = []
    for at, pole in enumerate(poles):
        kinds = [kind for kind in ModuleType if generator.random() < CHANCE[kind]] or [ModuleType.LIGHT]
        is_strong = at % 9 == 8
        kinds = [kind for kind in kinds if RATED_W[kind] < 500 or is_strong]
        if is_strong and ModuleType.EV_CHARGER not in kinds:
            kinds.append(ModuleType.EV_CHARGER)
        for number, kind in enumerate(kinds, start=1):
            is_heard = kind is ModuleType.SENSOR and at < len(stations) and pole["state"] == "active"
            rows.append(
                {
                    "id": f"{pole['id']}-M{number}",
                    "kind": MODULE_KIND,
                    "name": name_module(read_pair(str(pole["name"])), kind),
                    "agency_code": pole["agency_code"],
                    "lon": pole["lon"],
                    "lat": pole["lat"],
                    "source": SOURCE,
                    "state": pole["state"],
                    "parent_id": pole["id"],
                    "attributes": {
                        "type": kind.value,
                        "rated_w": RATED_W[kind],
                        **({"stream": stations[at]} if is_heard else {}),
                    },
                }
            )
    return rows


def _hang_meters(modules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return meters of the first lights and cameras at work; each module names its meter as what it sends."""
    rows = []
    for kind, count in METERS.items():
        those = [one for one in modules if one["attributes"]["type"] == kind and one["state"] == "active"]
        for place, module in enumerate(those[:count]):
            number = len(rows) + 1
            name = read_pair(module["name"])
            module["attributes"]["stream"] = f"MT{number:04d}"
            fault = FAULTS.get((kind, place))
            attributes = {METERED: kind.value, RATED: RATED_W[kind]} | ({FAULT: fault} if fault else {})
            rows.append(
                {field: module[field] for field in ("agency_code", "lon", "lat", "source", "state")}
                | {
                    "id": f"MT{number:04d}",
                    "kind": STREAM_KIND,
                    "name": f"{name.ko} 전력계 · {name.en} meter",
                    "model": MODEL,
                    "attributes": attributes,
                }
            )
    return rows


def _set_targets(now: datetime, poles: list[dict[str, object]]) -> None:
    for year, _, _ in LOTS:
        counts: dict[str, int] = {}
        for pole in poles:
            if pole["attributes"]["programme_year"] == year:  # type: ignore[index]
                code = str(pole["agency_code"])
                counts[code] = counts.get(code, 0) + 1
        for code, planned in counts.items():
            set_target(actor=HOUSE, now=now, year=year, district_code=code, planned=planned)


def _file_papers(now: datetime, poles: list[dict[str, object]]) -> None:
    today = to_city_time(now).date()
    for at, pole in enumerate(poles[::12]):
        pole_id = str(pole["id"])
        number = apply_permit(
            actor=HOUSE,
            now=now,
            pole_id=pole_id,
            kind="road",
            authority="관할 구청 (시뮬레이션) · District office (simulated)",
            applied_on=today - timedelta(days=400),
        )
        if at % 4:
            expires_on = today + timedelta(days=30 * (at % 5) + 20)
            decide_permit(
                actor=HOUSE,
                now=now,
                permit_id=number,
                state=PermitState.GRANTED,
                decided_on=today - timedelta(days=380),
                expires_on=expires_on,
            )
        if pole["state"] == "active":
            when = today + timedelta(days=7 * (at % 7) - 14)
            plan_visit(
                actor=HOUSE, now=now, pole_id=pole_id, planned_on=when, what="정기 점검 · Regular check"
            )


def _draw_sites(generator: np.random.Generator, districts: dict[str, Text]) -> list[Site]:
    return [
        Site(
            code=f"J{number:04d}",
            name=f"{districts[code].ko} 후보 교차로 {number} · {districts[code].en} candidate junction {number}",
            district_code=code,
            lon=round(lon, 6),
            lat=round(lat, 6),
            footfall=round(float(generator.gamma(2.0, 8.0)), 1),
            accidents=float(generator.poisson(3)),
            night_calls=float(generator.poisson(12)),
            cost=float(generator.integers(45, 95)) * 1000,
            source=SOURCE,
        )
        for number, (lon, lat, code) in enumerate(draw_points(generator, SITES), start=1)
    ]
