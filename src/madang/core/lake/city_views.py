"""What the lake shows on the city's map: datasets with places, and the latest value of each district."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import msgspec

from madang.core.base.interface import ANONYMOUS, Actor, Column, ColumnType, MadangError, Text
from madang.core.pages.interface import (
    CityPicture,
    CityView,
    MapClass,
    MapLayer,
    format_number,
    format_unit,
)
from madang.core.places.interface import (
    detect_code_system,
    find_district_in_text,
    list_districts,
    resolve_code,
)

from .catalogue import list_newest
from .charting import choose_amount, choose_function
from .mapping import choose_colour, count_values, draw_map
from .presenting import show_quality_of
from .reading import Reader, authorize
from .records import DatasetRecord, Filter, Measure, Op

log = logging.getLogger("madang.lake")
LOOKED_AT, SHOWN, ROWS = 12, 4, 30
STEPS = 4
MISSING = Text(ko="자료 없음", en="no data")
Draw = Callable[[], CityPicture | None]


class AreaChoice(msgspec.Struct, frozen=True):
    """Columns of a dataset that tells a value of districts over time; `codes` are (value, legal code)."""

    district: Column
    codes: tuple[tuple[Any, str], ...]
    time: Column
    amount: Column


def list_views(_actor: Actor, _language: str) -> list[CityView]:
    """Return views of the public datasets that changed last and can stand on a map."""
    views: list[CityView] = []
    for record in list_newest(LOOKED_AT):
        draw = _choose_draw(record)
        if draw is not None:
            views.append(CityView(name=record.table.name, title=record.table.title, draw=draw))
    return views[:SHOWN]


def _choose_draw(record: DatasetRecord) -> Draw | None:
    try:
        reader = authorize(ANONYMOUS, record.table.name)
    except MadangError:
        log.exception("city view %s", record.table.name)
        return None
    measured = {one["name"]: one for one in (show_quality_of(record) or {}).get("columns", ())}
    names = {column.name for column in reader.columns}
    if {record.table.lon, record.table.lat} <= names:
        colour = choose_colour(reader.columns, {"columns": measured.values()})
        return partial(_draw_points, reader, colour, record.updated_at)
    choice = choose_areas(reader, measured)
    return partial(_draw_areas, reader, choice) if choice else None


@lru_cache(maxsize=64)
def _draw_points(reader: Reader, colour: str, as_of: datetime) -> CityPicture | None:
    table = reader.table
    block = draw_map(reader, table.title, colour, inline_points=0)
    if block is None:
        return None
    placed = [Filter(str(name), Op.NOT_NULL) for name in (table.lon, table.lat)]
    count = reader.count(placed)
    column = next((one for one in reader.columns if one.name == colour), None)
    values = count_values(reader, colour, placed, ROWS) if column else []
    ko, en = f"{table.title.ko} {count:,}곳이에요.", f"{table.title.en}: {count:,} places."
    if column:
        ko = f"{table.title.ko} {count:,}곳을 {column.title.ko}에 따라 나눠 보여 드려요."
        en = f"{table.title.en}: {count:,} places, coloured by {column.title.en.lower()}."
    return CityPicture(
        layer=msgspec.structs.replace(block.layers[0], href=_address(reader)),
        summary=Text(ko=ko, en=en),
        href=_address(reader),
        as_of=as_of,
        source=table.source,
        row_title=column.title if column else Text(ko="", en=""),
        value_title=Text(ko="곳", en="Places"),
        rows=tuple((entry.title, entry.count) for entry in values),
        property_titles=block.property_titles,
    )


def choose_areas(reader: Reader, measured: Mapping[str, Any]) -> AreaChoice | None:
    """Return what a dataset can colour districts by: codes or names of the city's, an instant, an amount."""
    known = [column for column in reader.columns if column.name in measured]
    most = len(list_districts())
    words = {ColumnType.TEXT, ColumnType.INTEGER}
    few = [c for c in known if c.type in words and 2 <= measured[c.name]["distinct"] <= most]
    times = [c for c in known if c.type is ColumnType.TIME]
    time = next((c for c in times if c.name == reader.table.time), times[0] if times else None)
    amount = choose_amount(known, dict(measured), set())
    if time is None or not amount:
        return None
    return _find_areas(
        reader,
        tuple(c for c in few if c.name != amount),
        time,
        next(c for c in known if c.name == amount),
    )


@lru_cache(maxsize=64)
def _find_areas(
    reader: Reader, candidates: tuple[Column, ...], time: Column, amount: Column
) -> AreaChoice | None:
    for column in candidates:
        groups = reader.aggregate(
            [Measure(function="count", name="_count")],
            [column.name],
            [Filter(column.name, Op.NOT_NULL)],
        )
        codes = _read_codes(groups.column(column.name).to_pylist())
        if codes:
            return AreaChoice(column, codes, time, amount)
    return None


def _read_codes(values: Sequence[Any]) -> tuple[tuple[Any, str], ...]:
    """Return each value with the district it means, () unless each is another district of the city."""
    said = [str(value).strip() for value in values]
    if all(text.isdigit() and len(text) == 5 for text in said):
        system = detect_code_system(said).system
        codes = [resolve_code(text, system).code for text in said] if system else []
    else:
        codes = [str(code) for code in find_district_in_text(said)]
    city = {district.code for district in list_districts()}
    if not codes or len(set(codes)) < len(codes) or not city.issuperset(codes):
        return ()
    return tuple(zip(values, codes, strict=True))


@lru_cache(maxsize=64)
def _draw_areas(reader: Reader, choice: AreaChoice) -> CityPicture | None:
    district, amount, time = choice.district.name, choice.amount.name, choice.time.name
    newest = reader.aggregate(
        [Measure(function="max", column=time, name="_at")], (), [Filter(amount, Op.NOT_NULL)]
    ).to_pylist()[0]["_at"]
    if newest is None:
        return None
    rows = reader.aggregate(
        [Measure(function=choose_function(amount), column=amount, name="_value")],
        [district],
        [Filter(time, Op.EQ, newest), Filter(district, Op.NOT_NULL)],
    ).to_pylist()
    codes = dict(choice.codes)
    values = {codes[row[district]]: float(row["_value"]) for row in rows if _is_number(row["_value"])}
    if not values:
        return None
    unit = Text(ko=format_unit(choice.amount.unit, "ko"), en=format_unit(choice.amount.unit, "en"))
    title = _with_unit(choice.amount.title, unit)
    return CityPicture(
        layer=_colour_areas(values, amount, _address(reader)),
        summary=_summarize(values, choice.amount.title, unit),
        href=_address(reader),
        as_of=newest,
        source=reader.table.source,
        row_title=Text(ko="자치구", en="District"),
        value_title=choice.amount.title,
        unit=choice.amount.unit,
        rows=tuple((_name(one), values.get(one.code)) for one in list_districts()),
        property_titles={amount: title},
    )


def _colour_areas(values: Mapping[str, float], amount: str, href: str) -> MapLayer:
    steps = make_steps(list(values.values()))
    missing = len(list_districts()) - len(values)
    inside = {code: sum(value >= high for _, high in steps[:-1]) for code, value in values.items()}
    classes = [
        MapClass(value=str(at), title=_say_step(low, high), count=list(inside.values()).count(at))
        for at, (low, high) in enumerate(steps)
    ]
    joined: dict[str, dict[str, Any]] = {
        code: {"class": str(inside[code]), "label": format_number(value), amount: format_number(value)}
        for code, value in values.items()
    }
    if missing:
        classes.append(MapClass(value="", title=MISSING, count=missing))
        joined |= {one.code: {"class": ""} for one in list_districts() if one.code not in values}
    return MapLayer(
        id="areas",
        shape="areas",
        tiles="/tiles/districts/{z}/{x}/{y}.mvt",
        source_layer="districts",
        classes=tuple(classes),
        is_ramp=True,
        joined=joined,
        href=href,
    )


def make_steps(values: Sequence[float]) -> list[tuple[float, float]]:
    """Return one to five equal steps (low ≤ value < high) with round limits that hold all of `values`."""
    low, high = min(values), max(values)
    rough = (high - low) / STEPS or abs(low) / STEPS or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    size = next(power * factor for factor in (1, 2, 5, 10, 20) if power * factor >= rough)
    first, last = math.floor(low / size), math.floor(high / size)
    return [(float(f"{at * size:.12g}"), float(f"{(at + 1) * size:.12g}")) for at in range(first, last + 1)]


def _summarize(values: Mapping[str, float], title: Text, unit: Text) -> Text:
    high, low = (_name_holders(values, pick(values.values()), unit) for pick in (max, min))
    return Text(
        ko=f"자치구별 {title.ko}의 가장 최근 값이에요. 가장 높은 곳: {high.ko}. 가장 낮은 곳: {low.ko}.",
        en=f"{title.en}, the latest value of each district. Highest in {high.en}, lowest in {low.en}.",
    )


def _name_holders(values: Mapping[str, float], value: float, unit: Text) -> Text:
    """Return the first district that has `value`, how many more have it, and the value."""
    first, *more = [_name(one) for one in list_districts() if values.get(one.code) == value]
    said = format_number(value)
    ko, en = (f" 외 {len(more)}곳", f" and {len(more)} more") if more else ("", "")
    return Text(ko=f"{first.ko}{ko}({said}{_after(unit.ko)})", en=f"{first.en}{en} ({said}{_after(unit.en)})")


def _say_step(low: float, high: float) -> Text:
    a, b = format_number(low), format_number(high)
    return Text(ko=f"{a}–{b} 미만", en=f"{a} to under {b}")


def _with_unit(title: Text, unit: Text) -> Text:
    if not unit.ko:
        return title
    return Text(ko=f"{title.ko} ({unit.ko})", en=f"{title.en} ({unit.en})")


def _is_number(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _after(unit: str) -> str:
    return f" {unit}" if unit else ""


def _name(district: Any) -> Text:
    return Text(ko=district.name_ko, en=district.name_en or district.name_ko)


def _address(reader: Reader) -> str:
    return f"/datasets/{reader.table.name}/"
