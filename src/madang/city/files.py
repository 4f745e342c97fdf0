"""Files of the demonstration city, written as cities really publish them, faults and all."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from madang.core.base.interface import to_city_time
from madang.core.places.interface import list_districts, locate_points

from .methods import scatter_points, simulate_fine_dust

CITY_BOUNDS = (126.76, 37.42, 127.19, 37.71)
SHELTER_KINDS = {
    "경로당": "senior centre",
    "복지관": "welfare centre",
    "주민센터": "community centre",
    "도서관": "library",
    "은행": "bank",
    "공원 쉼터": "park shelter",
}


def draw_points(generator: np.random.Generator, count: int) -> list[tuple[float, float, str]]:
    """Return `count` (lon, lat, legal district code) that lie inside the city."""
    found: list[tuple[float, float, str]] = []
    codes = {district.code for district in list_districts()}
    while len(found) < count:
        lon, lat = scatter_points(generator, CITY_BOUNDS, count)
        located = locate_points(lon, lat)
        found += [
            (float(x), float(y), str(code))
            for x, y, code in zip(lon, lat, located.district_code, strict=True)
            if code in codes
        ]
    return found[:count]


def write_shelters(path: Path, generator: np.random.Generator, count: int = 1200) -> None:
    """Write cooling shelters as CP949 with a title line, damaged headers and latitude in the X column."""
    names = {district.code: district.name_ko for district in list_districts()}
    kinds = list(SHELTER_KINDS)
    rows = []
    for number, (lon, lat, code) in enumerate(draw_points(generator, count), start=1):
        kind = kinds[int(generator.integers(len(kinds)))]
        people = f"{int(generator.integers(10, 1500)):,}"
        opened = f"{int(generator.integers(2005, 2023))}.{int(generator.integers(1, 13)):02d}.01."
        rows.append(
            [
                f"{number:05d}",
                names[code],
                f"{names[code]} {kind} {number}",
                kind,
                people,
                opened,
                f"{lat:.6f}",
                f"{lon:.6f}",
            ]
        )
    with path.open("w", encoding="cp949", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["무더위쉼터 현황 (시뮬레이션)"])
        writer.writerow(
            ["관리번호", "자치구", "쉼터명", "시설유형", "이용가능인원", "지정일자", "경도", "위도"]
        )
        writer.writerows(rows)


def write_fine_dust(path: Path, generator: np.random.Generator, until: datetime, days: int = 30) -> None:
    """Write hourly PM10 of every district with `24:00`, missing values as `-`, and trailing commas."""
    districts = list_districts()
    start = to_city_time(until).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    level = simulate_fine_dust(generator, start, days * 24, len(districts))
    missing = generator.random(level.shape) < 0.004
    with path.open("w", encoding="utf-8-sig", newline="\r\n") as file:
        file.write("측정일시,자치구코드,자치구,미세먼지\n")
        for hour in range(days * 24):
            stamp = _stamp(start + timedelta(hours=hour + 1))
            for index, district in enumerate(districts):
                value = "-" if missing[hour, index] else str(level[hour, index])
                file.write(f"{stamp},{district.code},{district.name_ko},{value},\n")


def _stamp(moment: datetime) -> str:
    """Midnight is the end of its day, as air-quality offices write it."""
    if moment.hour == 0:
        return f"{moment - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{moment:%Y-%m-%d %H:%M}"
