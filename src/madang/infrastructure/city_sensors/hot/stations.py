"""The city's receiver protocol, and the newest values for maps."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from madang.core.base.interface import Text, now
from madang.core.pages.interface import Route, format_number, format_unit
from madang.infrastructure.city_sensors.actions.receiving import receive_packet
from madang.infrastructure.city_sensors.methods.summaries import find_step
from madang.infrastructure.city_sensors.queries.stations import list_values
from madang.infrastructure.city_sensors.records import (
    PROPERTIES,
    PROPERTY_BY_CODE,
    Property,
    Sent,
    StationValue,
)

PropertyCode = StrEnum("PropertyCode", {one.code: one.code for one in PROPERTIES})
SEND = "/n/api/send/{certkey}/{data_no}/{pk_seq}/{serial}/{packet}"


class ValuesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which property, and the language of the units."""

    language: Literal["ko", "en"] = "ko"
    property: PropertyCode = PropertyCode.pm25  # type: ignore[attr-defined]


def receive(request: Request, _query: None, _body: None) -> Response:
    """Answer the receiver protocol: HTTP 200 whatever became of the packet; the code tells."""
    answer = receive_packet(now=now(), sent=msgspec.convert(request.path_params, Sent))
    return JSONResponse({"RESULT": {"CODE": answer.code, "MESSAGE": answer.message}})


def send_values(_request: Request, query: ValuesQuery, _body: None) -> dict[str, Any]:
    """Answer the newest value of each station as GeoJSON."""
    prop = PROPERTY_BY_CODE[query.property.value]
    features = [_draw(prop, one, query.language) for one in list_values(prop.code)]
    return {"type": "FeatureCollection", "features": features}


def _draw(prop: Property, one: StationValue, language: str) -> dict[str, Any]:
    number = "–" if one.value is None else format_number(one.value)
    shown = f"{number} {format_unit(prop.unit, language)}".strip()
    return {
        "type": "Feature",
        "id": one.thing_id,
        "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
        "properties": {
            "id": one.thing_id,
            "title": one.name if language == "ko" else one.thing_id,
            "href": f"/city_sensors/{one.thing_id}/?property={prop.code}",
            "class": str(find_step(prop, one.value) + 1) if one.value is not None else "",
            "value": shown,
        },
    }


ROUTES = [
    Route(
        "GET",
        SEND,
        receive,
        "public",
        Text(ko="센서 전문 받기 (수신 규약)", en="Take in a sensor's packet (receiver protocol)"),
        tags=("city_sensors",),
    ),
    Route(
        "GET",
        "/api/city-sensors/values.geojson",
        send_values,
        "public",
        Text(ko="센서의 최근 값 (GeoJSON)", en="Newest values of the sensors (GeoJSON)"),
        query=ValuesQuery,
        returns=dict[str, Any],
        tags=("city_sensors",),
    ),
]
