"""Maps and charts of poles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from madang.core.base.interface import Text
from madang.core.pages.interface import ChartBlock, ChartKind, MapBlock, MapClass, MapLayer, Series
from madang.core.places.interface import list_districts
from madang.core.things.interface import STATE_NAMES, ThingState
from madang.infrastructure.smart_poles.records import MODULE_NAMES, Choice, Pole, Progress

SOURCE = Text(ko="시설물 대장", en="Register of things")
MODULES = {"modules": Text(ko="장치", en="Modules")}
MARGIN = 0.01
STATES = (ThingState.ACTIVE, ThingState.PLANNED, ThingState.FAULTY)


def say_modules(pole: Pole, language: str) -> str:
    """Return what a pole carries, in words."""
    counts = Counter(one.type for one in pole.modules)
    return ", ".join(
        MODULE_NAMES[kind].say(language) + (f" {count}" if count > 1 else "")
        for kind, count in sorted(counts.items())
    )


def draw_poles(poles: Sequence[Pole], language: str, *, href: str = "") -> MapBlock:
    """Return the map of poles by state; with `href` each leads to its page."""
    known = {state.value for state in STATES}
    features = [
        _point(
            pole.lon,
            pole.lat,
            {
                "id": pole.id,
                "title": pole.title.say(language),
                "class": pole.state if pole.state in known else "",
                "modules": say_modules(pole, language) or "–",
                **({"href": f"{href}{pole.id}/"} if href else {}),
            },
        )
        for pole in poles
        if pole.lon is not None
    ]
    counts = Counter(one["properties"]["class"] for one in features)
    classes = [MapClass(value=one.value, title=STATE_NAMES[one], count=counts[one.value]) for one in STATES]
    if counts[""]:
        classes.append(MapClass(value="", title=Text(ko="그 밖의 상태", en="other states"), count=counts[""]))
    layer = MapLayer(
        id="poles",
        data={"type": "FeatureCollection", "features": features},
        colour_by="class",
        classes=tuple(classes),
    )
    return MapBlock(title=Text(ko="스마트폴", en="Smart poles"), layers=(layer,), property_titles=MODULES)


def draw_pole(pole: Pole, language: str) -> MapBlock | None:
    """Return one pole among its streets; None where its place isn't known."""
    if pole.lon is None or pole.lat is None:
        return None
    bounds = (pole.lon - MARGIN, pole.lat - MARGIN, pole.lon + MARGIN, pole.lat + MARGIN)
    return msgspec.structs.replace(draw_poles([pole], language), bounds=bounds)


def draw_years(years: Sequence[Progress]) -> ChartBlock | None:
    """Return planned, built and under way by year."""
    if not years:
        return None
    planned, built = sum(one.planned for one in years), sum(one.built for one in years)
    return ChartBlock(
        title=Text(ko="연도별 구축", en="Build-out by year"),
        kind=ChartKind.BAR,
        x=tuple(one.name for one in years),
        x_title=Text(ko="연도", en="Year"),
        series=(
            Series(name=Text(ko="계획", en="Planned"), values=tuple(float(one.planned) for one in years)),
            Series(name=Text(ko="구축", en="Built"), values=tuple(float(one.built) for one in years)),
            Series(name=Text(ko="진행", en="Under way"), values=tuple(float(one.under_way) for one in years)),
        ),
        summary=Text(
            ko=f"계획 {planned:,}본 가운데 {built:,}본을 세웠어요.",
            en=f"{built:,} of {planned:,} planned poles are built.",
        ),
        source=SOURCE,
    )


def draw_choice(choice: Choice, poles: Sequence[Pole], language: str) -> MapBlock:
    """Return the chosen sites among the poles that stand."""
    standing = [
        _point(
            one.lon,
            one.lat,
            {"id": one.id, "title": one.title.say(language), "class": "pole"},
        )
        for one in poles
        if one.lon is not None
    ]
    new = [
        _point(
            one.site.lon,
            one.site.lat,
            {"id": one.site.code, "title": one.site.title.say(language), "class": "new"},
        )
        for one in choice.chosen
    ]
    layer = MapLayer(
        id="sites",
        data={"type": "FeatureCollection", "features": [*standing, *new]},
        colour_by="class",
        classes=(
            MapClass(value="new", title=Text(ko="고른 자리", en="chosen sites"), count=len(new)),
            MapClass(value="pole", title=Text(ko="지금의 폴", en="poles today"), count=len(standing)),
        ),
    )
    return MapBlock(title=Text(ko="다음에 세울 자리", en="Where next"), layers=(layer,))


def name_districts(language: str) -> dict[str, str]:
    """Return the names of districts by their code."""
    return {one.code: one.name_ko if language == "ko" else one.name_en for one in list_districts()}


def _point(lon: float | None, lat: float | None, properties: dict[str, str]) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": properties,
    }
