"""Feeders and candidate sites from files as offices write them: every row is read, or refused with its reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from madang.core.base.interface import BadInput, Text
from madang.infrastructure.smart_poles.records import Feeder, ImportKind, RejectedRow, Site

MOST_ROWS = 10_000
LONGEST_CODE, LONGEST_NAME, LONGEST_ROW = 40, 100, 500
NAMES = {
    "code": ("code", "번호", "코드", "관리번호", "선로번호", "후보지번호"),
    "name": ("name", "이름", "명칭", "선로명", "후보지명", "교차로명"),
    "capacity_w": ("capacity_w", "용량(w)", "용량", "허용용량(w)"),
    "capacity_kw": ("capacity_kw", "용량(kw)", "허용용량(kw)"),
    "lon": ("lon", "경도", "longitude", "x"),
    "lat": ("lat", "위도", "latitude", "y"),
    "footfall": ("footfall", "유동인구", "유동인구(천명/일)"),
    "accidents": ("accidents", "교통사고", "교통사고(건/년)"),
    "night_calls": ("night_calls", "야간신고", "야간신고(건/년)"),
    "cost": ("cost", "비용", "비용(천원)", "cost_thousand_won"),
}
"""Columns by the names that they go by, without spaces and in lower case; the second is how they are said."""
NEEDED = {
    ImportKind.FEEDERS: ("code", "name"),
    ImportKind.SITES: ("code", "name", "lon", "lat", "cost"),
}
Table = Sequence[tuple[int, Sequence[Any]]]
"""Lines with their cells, the heading first."""
Locate = Callable[[Sequence[float], Sequence[float]], Sequence[str]]


class Refused(ValueError):
    """A row can't be taken; `text` says why."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(ko=ko, en=en)


def read_feeders(table: Table) -> tuple[list[Feeder], list[RejectedRow]]:
    """Return the feeders of a table, and the rows that aren't any. Raises BadInput where a column is missing."""
    return _read_rows(table, ImportKind.FEEDERS, _read_feeder)


def read_sites(table: Table, source: str, locate: Locate) -> tuple[list[Site], list[RejectedRow]]:
    """Return the candidate sites of a table, and the rows that aren't any.

    `locate(lons, lats)` returns the code of each place's district, "" outside the city.
    """
    located: dict[tuple[float, float], str] = {}

    def prepare(rows: list[dict[str, str]]) -> None:
        places = [place for row in rows if (place := _read_place(row)) is not None]
        if places:
            codes = locate([lon for lon, _ in places], [lat for _, lat in places])
            located.update(zip(places, codes, strict=True))

    return _read_rows(table, ImportKind.SITES, lambda row: _read_site(row, source, located), prepare)


def _read_rows(
    table: Table,
    kind: ImportKind,
    read: Callable[[Mapping[str, str]], Any],
    prepare: Callable[[list[dict[str, str]]], None] = lambda _rows: None,
) -> tuple[list[Any], list[RejectedRow]]:
    (_, header), *rows = table
    if len(rows) > MOST_ROWS:
        raise _wrong(
            f"한 번에 {MOST_ROWS:,}행까지 가져옵니다", f"at most {MOST_ROWS:,} rows are taken at once"
        )
    columns = [_find_name(str(cell)) for cell in header]
    missing = [name for name in NEEDED[kind] if name not in columns]
    if missing:
        raise _wrong(
            f"열이 없습니다: {', '.join(NAMES[name][1] for name in missing)}",
            f"no column {', '.join(missing)}",
        )
    named = [
        {name: str(cell).strip() for name, cell in zip(columns, cells, strict=False) if name}
        for _, cells in rows
    ]
    prepare(named)
    taken: dict[str, Any] = {}
    rejected = []
    for (line, cells), row in zip(rows, named, strict=True):
        try:
            one = read(row)
            if one.code in taken:
                raise Refused(
                    f"번호 {one.code}이(가) 앞에도 있습니다", f"code {one.code} stands in an earlier row"
                )
            taken[one.code] = one
        except Refused as refused:
            text = ",".join(map(str, cells))[:LONGEST_ROW]
            rejected.append(RejectedRow(line=line, reason=refused.text, text=text))
    return list(taken.values()), rejected


def _find_name(cell: str) -> str:
    word = "".join(cell.split()).lower()
    return next((name for name, words in NAMES.items() if word in words), "")


def _read_feeder(row: Mapping[str, str]) -> Feeder:
    kilowatts = row.get("capacity_kw", "")
    capacity = 1000 * _read_number(row, "capacity_kw") if kilowatts else _read_number(row, "capacity_w")
    if capacity <= 0:
        raise Refused("용량은 0보다 커야 합니다", "the capacity must be above 0")
    return Feeder(code=_read_code(row), name=_read_name(row), capacity_w=capacity)


def _read_site(row: Mapping[str, str], source: str, located: Mapping[tuple[float, float], str]) -> Site:
    lon, lat, cost = (_read_number(row, name) for name in ("lon", "lat", "cost"))
    counts = {name: _read_number(row, name, 0.0) for name in ("footfall", "accidents", "night_calls")}
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Refused("경도나 위도가 잘못되었습니다", "a wrong longitude or latitude")
    if cost <= 0:
        raise Refused("비용은 0보다 커야 합니다", "the cost must be above 0")
    if min(counts.values()) < 0:
        raise Refused("수는 0보다 작을 수 없습니다", "a number is below 0")
    district = located.get((lon, lat), "")
    if not district:
        raise Refused("시의 자치구 밖입니다", "outside the city's districts")
    return Site(
        code=_read_code(row),
        name=_read_name(row),
        district_code=district,
        lon=lon,
        lat=lat,
        cost=cost,
        source=source,
        **counts,
    )


def _read_place(row: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        lon, lat = _read_number(row, "lon"), _read_number(row, "lat")
    except Refused:
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def _read_code(row: Mapping[str, str]) -> str:
    code = row.get("code", "")
    if not code or len(code) > LONGEST_CODE:
        raise Refused(
            f"번호가 없거나 {LONGEST_CODE}자를 넘습니다",
            f"no code, or one of more than {LONGEST_CODE} letters",
        )
    return code


def _read_name(row: Mapping[str, str]) -> str:
    name = row.get("name", "")
    if not name or len(name) > LONGEST_NAME:
        raise Refused(
            f"이름이 없거나 {LONGEST_NAME}자를 넘습니다",
            f"no name, or one of more than {LONGEST_NAME} letters",
        )
    return name


def _read_number(row: Mapping[str, str], name: str, usual: float | None = None) -> float:
    text = row.get(name, "").replace(",", "")
    if not text and usual is not None:
        return usual
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or abs(number) > 1e15:  # noqa: PLR2004 - more than anything here costs or carries
        word = NAMES[name][1]
        raise Refused(f"{word}이(가) 수가 아닙니다: {text[:40]}", f"{name} is no number: {text[:40]}")
    return number


def _wrong(ko: str, en: str) -> BadInput:
    return BadInput("smart_poles.file", ko, en, field="file")
