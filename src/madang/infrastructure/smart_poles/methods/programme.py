"""The build-out programme: planned, built and under way, by year and by district."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from madang.infrastructure.smart_poles.records import Pole, Progress

BUILT = {"installed", "active", "faulty"}


def sum_by_year(targets: Mapping[tuple[int, str], int], poles: Iterable[Pole]) -> tuple[Progress, ...]:
    """Return each year's progress, oldest first. `targets` are planned poles by (year, district)."""
    planned: Counter[int] = Counter()
    for (year, _), count in targets.items():
        planned[year] += count
    poles = list(poles)
    built = Counter(pole.year for pole in poles if pole.state in BUILT)
    under_way = Counter(pole.year for pole in poles if pole.state == "planned")
    years = sorted({*planned, *built, *under_way} - {0})
    return tuple(_make(str(year), planned[year], built[year], under_way[year]) for year in years)


def sum_by_district(
    targets: Mapping[tuple[int, str], int], poles: Iterable[Pole], year: int | None = None
) -> dict[str, Progress]:
    """Return each district's progress, of one year or of all, by district code."""
    planned: Counter[str] = Counter()
    for (at, district), count in targets.items():
        if year in {None, at}:
            planned[district] += count
    counted = [pole for pole in poles if year in {None, pole.year}]
    built = Counter(pole.district_code for pole in counted if pole.state in BUILT)
    under_way = Counter(pole.district_code for pole in counted if pole.state == "planned")
    return {
        code: _make(code, planned[code], built[code], under_way[code])
        for code in sorted({*planned, *built, *under_way})
    }


def _make(name: str, planned: int, built: int, under_way: int) -> Progress:
    return Progress(name=name, planned=planned, built=built, under_way=under_way)
