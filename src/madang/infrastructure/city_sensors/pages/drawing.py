"""Maps and charts of sensor values."""

from __future__ import annotations

from collections import Counter

from madang.core.base.interface import Text
from madang.core.pages.interface import (
    ChartBlock,
    ChartKind,
    MapClass,
    MapLayer,
    Series,
    format_number,
    format_unit,
)
from madang.infrastructure.city_sensors.methods.summaries import find_step
from madang.infrastructure.city_sensors.queries.stations import list_district_means, list_hours, list_values
from madang.infrastructure.city_sensors.records import Property

SOURCE = Text(ko="IoT 도시데이터 측정값", en="City sensor readings")
HOURS = 48


def draw_layer(prop: Property, language: str) -> MapLayer:
    """Return the stations coloured by their newest value, four classes and one for what is missing."""
    values = list_values(prop.code)
    counts = Counter("" if one.value is None else str(find_step(prop, one.value) + 1) for one in values)
    borders = [format_number(step) for step in prop.steps]
    words = (
        Text(ko=f"{borders[0]} 미만", en=f"below {borders[0]}"),
        *(
            Text(ko=f"{low}–{high}", en=f"{low}–{high}")
            for low, high in zip(borders, borders[1:], strict=False)
        ),
        Text(ko=f"{borders[-1]} 이상", en=f"{borders[-1]} and above"),
    )
    classes = [
        MapClass(value=str(at), title=title, count=counts[str(at)]) for at, title in enumerate(words, start=1)
    ]
    if counts[""]:
        classes.append(MapClass(value="", title=Text(ko="값 없음", en="no value"), count=counts[""]))
    return MapLayer(
        id="stations",
        data=f"/api/city-sensors/values.geojson?property={prop.code}&language={language}",
        colour_by="class",
        classes=tuple(classes),
        is_ramp=True,
    )


def draw_districts(prop: Property, language: str) -> ChartBlock | None:
    """Return the districts' means of the newest values; None where nothing was measured."""
    means = sorted(list_district_means(prop.code), key=lambda one: -one.mean)
    if not means:
        return None
    highest = means[0]
    number = (
        f"{format_number(round(highest.mean, prop.digits - 1))} {format_unit(prop.unit, language)}".strip()
    )
    summary = Text(
        ko=f"{highest.name.ko}가 {number}로 가장 높아요.", en=f"Highest in {highest.name.en}: {number}."
    )
    if prop.is_direction:
        summary = Text(ko="0°는 북쪽, 90°는 동쪽이에요.", en="0° is north, 90° is east.")
    return ChartBlock(
        title=Text(ko=f"자치구별 {prop.title.ko} 평균", en=f"Mean {prop.title.en} by district"),
        kind=ChartKind.BARS_ACROSS,
        x=tuple(one.name.say(language) for one in means),
        x_title=Text(ko="자치구", en="District"),
        series=(Series(name=prop.title, values=tuple(round(one.mean, prop.digits - 1) for one in means)),),
        unit=prop.unit,
        summary=summary,
        source=SOURCE,
        as_of=max(one.observed_at for one in list_values(prop.code)),
    )


def draw_station(prop: Property, thing_id: str) -> ChartBlock | None:
    """Return a station's hourly means of the last two days; hours without a reading are gaps."""
    hours = list_hours(thing_id, prop.code, HOURS)
    known = [mean for _, mean in hours if mean is not None]
    if not known:
        return None
    missing = len(hours) - len(known)
    return ChartBlock(
        title=Text(ko=f"시간별 {prop.title.ko}", en=f"{prop.title.en} by hour"),
        kind=ChartKind.LINE,
        x=tuple(moment for moment, _ in hours),
        x_title=Text(ko="시각", en="Hour"),
        series=(
            Series(
                name=prop.title,
                values=tuple(None if mean is None else round(mean, prop.digits) for _, mean in hours),
            ),
        ),
        unit=prop.unit,
        summary=Text(
            ko=f"최근 {HOURS}시간 가운데 {missing}시간은 값이 없어요.",
            en=f"{missing} of the last {HOURS} hours have no value.",
        ),
        source=SOURCE,
        as_of=hours[-1][0],
    )
