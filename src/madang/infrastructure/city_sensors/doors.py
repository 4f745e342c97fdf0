"""What this service adds to the doors: live values on the city's map, and its place in the menu."""

from __future__ import annotations

from functools import partial

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import CityLayer, CityPicture, CityView, MenuLink, Protocol

from .pages.drawing import SOURCE, draw_layer
from .pages.public import TITLE, VALUE
from .queries.stations import list_district_means, list_stations, list_values
from .records import PROPERTIES, Property

ON_THE_CITY_MAP = ("pm25", "temperature")


def list_views(_actor: Actor, language: str) -> list[CityView]:
    """Return the properties that the city's map can show; none where no station is registered."""
    if not list_stations():
        return []
    return [
        CityView(
            name=f"city-sensors-{prop.code}",
            title=Text(ko=f"실시간 {prop.title.ko}", en=f"Live {prop.title.en}"),
            draw=partial(draw, prop, language),
        )
        for prop in PROPERTIES
        if prop.code in ON_THE_CITY_MAP
    ]


def draw(prop: Property, language: str) -> CityPicture | None:
    """Return the newest values on the map, with the districts' means behind it."""
    values = list_values(prop.code)
    if not values:
        return None
    return CityPicture(
        layer=draw_layer(prop, language),
        summary=Text(
            ko=f"센서 {len(values):,}곳이 잰 {prop.title.ko}예요.",
            en=f"{prop.title.en} as measured by {len(values):,} sensors.",
        ),
        href=f"/city_sensors/?property={prop.code}",
        as_of=max(one.observed_at for one in values),
        source=SOURCE,
        row_title=Text(ko="자치구", en="District"),
        value_title=Text(ko="평균", en="Mean"),
        unit=prop.unit,
        rows=tuple((one.name, round(one.mean, 1)) for one in list_district_means(prop.code)),
        property_titles=VALUE,
    )


CITY_LAYERS = [CityLayer(title=TITLE, order=60, permission="public", build=list_views)]
MENU = [
    MenuLink(title=TITLE, href="/city_sensors/", order=30),
    MenuLink(title=TITLE, href="/desk/city_sensors/", door="desk", order=400, permission="city_sensors.work"),
]
PROTOCOLS = [
    Protocol(
        title=Text(ko="OGC SensorThings 1.1", en="OGC SensorThings 1.1"),
        about=Text(
            ko="센서와 잰 값을 표준 모양으로 읽어요. 토큰이 있으면 보낼 수도 있어요.",
            en="Sensors and observations in the standard's shape; with a token they can be sent, too.",
        ),
        example="/sta/v1.1/Things?$top=1",
        order=40,
    ),
    Protocol(
        title=Text(ko="NGSI-LD", en="NGSI-LD"),
        about=Text(
            ko="FIWARE를 쓰는 도시가 센서의 지금 값을 읽어요.",
            en="Cities on FIWARE read the sensors' present values.",
        ),
        example="/ngsi-ld/v1/entities?type=CitySensor&limit=1",
        order=41,
    ),
]
