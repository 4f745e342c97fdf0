"""A sensible first chart of any dataset, chosen from what was measured; people may choose otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from madang.core.base.interface import Column, ColumnType, Text, to_city_time
from madang.core.pages.interface import ChartBlock, ChartKind, Series, format_day, format_number, format_short

from .naming import name_value
from .periods import are_periods, read_period
from .reading import Reader
from .records import Filter, Group, Measure, Op, Order

NUMERIC = {ColumnType.NUMBER, ColumnType.INTEGER}
TIMED = {ColumnType.DATE, ColumnType.TIME}
BARS, POINTS = 12, 400
FUNCTIONS: dict[str, Text] = {
    "count": Text(ko="행 수", en="number of rows"),
    "sum": Text(ko="합계", en="sum"),
    "mean": Text(ko="평균", en="mean"),
    "median": Text(ko="중앙값", en="median"),
    "max": Text(ko="최댓값", en="maximum"),
    "min": Text(ko="최솟값", en="minimum"),
}
PERIODS: dict[str, Text] = {
    "value": Text(ko="그대로", en="as it is"),
    "hour": Text(ko="시간별", en="by hour"),
    "day": Text(ko="일별", en="by day"),
    "month": Text(ko="월별", en="by month"),
    "year": Text(ko="연별", en="by year"),
}
_PLACE = re.compile(r"자치구|시군구|구명|district|^구$|gu$", re.I)
_KIND = re.compile(r"구분|유형|종류|분류|업종|상태|kind|type|category", re.I)
_AMOUNT = re.compile(r"합계|총|^계$|수$|량$|액$|인원|건수|매출|면적|total|count|amount", re.I)
_NOT_AMOUNT = re.compile(
    r"번호|순번|코드|^no\.?$|id$|연도|년도|^년$|^월$|year|위도|경도|lon|lat|좌표|우편|층", re.I
)


class ChartChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What a chart shows: `function` of column `y` (none for counts) over `x`, in periods of `by`."""

    x: str
    by: str = "value"
    function: str = "count"
    y: str = ""


def choose_chart(
    columns: Sequence[Column], quality: dict[str, Any] | None, lonlat: set[str]
) -> ChartChoice | None:
    """Return the chart that says most: over time where there is one, else over a column of categories."""
    measured = {one["name"]: one for one in (quality or {}).get("columns", ())}
    known = [column for column in columns if column.name in measured and not column.personal]
    amount = choose_amount(known, measured, lonlat)
    function, y = (choose_function(amount), amount) if amount else ("count", "")
    category = _choose_category(known, measured)
    time = next((c for c in known if _is_time(c, measured[c.name])), None)
    if time is not None and (category is None or not lonlat):
        by = _choose_period(time, measured[time.name]) if time.type in TIMED else "value"
        return ChartChoice(x=time.name, by=by, function=function, y=y)
    if category is not None:
        return ChartChoice(x=category) if lonlat else ChartChoice(x=category, function=function, y=y)
    return None


def list_axes(columns: Sequence[Column]) -> tuple[list[Column], list[Column]]:
    """Return the columns that can be a chart's x, and those that can be measured."""
    shown = [column for column in columns if not column.personal]
    return [c for c in shown if c.type is not ColumnType.NUMBER], [c for c in shown if c.type in NUMERIC]


def draw_chart(
    reader: Reader, choice: ChartChoice, source: Text, as_of: datetime | None
) -> ChartBlock | None:
    """Return the chart of `choice`, or None where it would be empty. Raises BadInput for wrong columns."""
    columns = {column.name: column for column in reader.columns}
    x = columns.get(choice.x)
    by = choice.by if x is not None and x.type in TIMED else "value"
    is_timed = x is not None and (x.type in TIMED or _holds_periods(reader, x))
    counts = choice.function == "count" or not choice.y
    measure = Measure(
        function="count" if counts else choice.function, column="" if counts else choice.y, name="_y"
    )
    rows = reader.aggregate(
        [measure],
        [Group(column=choice.x, by=by, name="_x")],
        [Filter(choice.x, Op.NOT_NULL)],
        [Order("_x", descending=True)] if is_timed else [Order("_y", descending=True)],
        POINTS if is_timed else BARS,
    ).to_pylist()
    if not rows:
        return None
    if is_timed:
        rows.reverse()
    if x is not None and x.type not in TIMED and is_timed:
        # As words the tenth month comes before the second.
        rows.sort(key=lambda row: read_period(row["_x"]) or (0,))
    y = columns.get(choice.y)
    name = FUNCTIONS["count"] if counts or y is None else _join(y.title, FUNCTIONS[choice.function])
    title = Text(ko=f"{x.title.ko}별 {name.ko}", en=f"{_capital(name.en)} by {x.title.en}") if x else name
    return ChartBlock(
        title=title,
        kind=ChartKind.LINE if is_timed else ChartKind.BARS_ACROSS,
        x=tuple(name_point(row["_x"], by, x) for row in rows),
        series=(Series(name=name, values=tuple(_round(row["_y"]) for row in rows)),),
        unit="" if counts or y is None else y.unit,
        x_title=x.title if x else name,
        summary=_summarize(rows, by, x, is_timed=is_timed),
        source=source,
        as_of=as_of,
    )


def choose_amount(columns: Sequence[Column], measured: dict[str, Any], lonlat: set[str]) -> str:
    """Return the column that a chart measures, "" where there is none."""
    amounts = [
        column
        for column in columns
        if column.type in NUMERIC and column.name not in lonlat and not _NOT_AMOUNT.search(column.name)
    ]
    amounts = [column for column in amounts if measured[column.name]["distinct"] > 1]
    named = [column for column in amounts if _AMOUNT.search(column.name)]
    return (named or amounts)[0].name if amounts else ""


def choose_function(amount: str) -> str:
    """Amounts add up; of anything else (a concentration, a rate) only a mean says something."""
    return "sum" if _AMOUNT.search(amount) else "mean"


def _is_time(column: Column, measured: dict[str, Any]) -> bool:
    is_timed = column.type in TIMED or are_periods(column, measured.get("minimum"), measured.get("maximum"))
    return is_timed and measured["distinct"] > 2


def _holds_periods(reader: Reader, column: Column) -> bool:
    """Return whether a column of words or whole numbers holds years, months or quarters."""
    measures = [Measure(function=function, column=column.name, name=function) for function in ("min", "max")]
    ends = reader.aggregate(measures).to_pylist()[0]
    return are_periods(column, ends["min"], ends["max"])


def _choose_category(columns: Sequence[Column], measured: dict[str, Any]) -> str | None:
    fitting = [
        column
        for column in columns
        if column.type in {ColumnType.TEXT, ColumnType.BOOLEAN}
        and 2 <= measured[column.name]["distinct"] <= 60
    ]
    for pattern in (_PLACE, _KIND):
        named = next((column.name for column in fitting if pattern.search(column.name)), None)
        if named:
            return named
    return fitting[0].name if fitting else None


def _choose_period(column: Column, measured: dict[str, Any]) -> str:
    """Return the period that gives a readable number of points."""
    if measured["distinct"] <= 60:
        return "value" if column.type is ColumnType.DATE else "hour"
    days = (datetime.fromisoformat(measured["maximum"]) - datetime.fromisoformat(measured["minimum"])).days
    if days <= 2 and column.type is ColumnType.TIME:
        return "hour"
    return "day" if days <= 120 else "month" if days <= 3700 else "year"


def name_point(value: Any, by: str, column: Column | None = None) -> Text:
    """Return what stands under a value of a chart: a period of length `by` in each language, or the value."""
    if isinstance(value, datetime) and by in {"hour", "value"}:
        return Text(ko=format_short(value, "ko"), en=format_short(value, "en"))
    if isinstance(value, date):
        on = to_city_time(value).date() if isinstance(value, datetime) else value
        if by == "month":
            return Text(ko=f"{on.year}. {on.month}.", en=f"{on:%b %Y}")
        if by != "year":
            return Text(ko=format_day(on, "ko"), en=format_day(on, "en"))
        value = on.year
    return name_value(value, column)


def _summarize(rows: list[dict[str, Any]], by: str, column: Column | None, *, is_timed: bool) -> Text:
    given = [row for row in rows if row["_y"] is not None]
    if not given:
        return Text(ko="", en="")
    high = max(given, key=lambda row: row["_y"])
    x, y = name_point(high["_x"], by, column), write_number(high["_y"])
    if is_timed:
        return Text(ko=f"가장 높았던 때: {x.ko} ({y})", en=f"Highest: {x.en} ({y})")
    return Text(ko=f"가장 많은 것: {x.ko} ({y})", en=f"Most: {x.en} ({y})")


def write_number(value: float) -> str:
    """Return a number as people write it: never with an exponent; four digits of what is smaller than one."""
    return format_number(value) if abs(value) >= 1 else f"{value:.4f}".rstrip("0").rstrip(".")


def _round(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) and abs(value) < 10_000 else value


def _join(column: Text, function: Text) -> Text:
    return Text(ko=f"{column.ko} {function.ko}", en=f"{function.en} of {column.en}")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
