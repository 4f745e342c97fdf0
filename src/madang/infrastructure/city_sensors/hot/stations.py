"""The city's receiver protocol, and the newest values for maps."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal

import msgspec
from django.db import close_old_connections
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import BadInput, Text, now
from madang.core.pages.interface import Route, format_number, format_unit
from madang.infrastructure.city_sensors.actions.hearing import hear_messages
from madang.infrastructure.city_sensors.actions.joining import Gathering
from madang.infrastructure.city_sensors.actions.receiving import receive_packets
from madang.infrastructure.city_sensors.methods.reasons import say_reason
from madang.infrastructure.city_sensors.methods.summaries import find_step
from madang.infrastructure.city_sensors.queries.stations import list_values
from madang.infrastructure.city_sensors.records import (
    PROPERTIES,
    PROPERTY_BY_CODE,
    Answer,
    Heard,
    Property,
    Sent,
    StationValue,
)

PropertyCode = StrEnum("PropertyCode", {one.code: one.code for one in PROPERTIES})
PARTS = ("certkey", "data_no", "pk_seq", "serial", "packet")


class Plain(StringConvertor):
    """A part of the receiver's address; a NUL, which the house takes nowhere else, is read as any wrong letter."""

    def convert(self, value: str) -> str:
        """Return the part as it can be kept."""
        return value.replace("\0", "?")


class PlainRest(Plain):
    """All that is left of the address."""

    regex = ".*"


register_url_convertor("plain", Plain())
register_url_convertor("plain_rest", PlainRest())
SEND = "/n/api/send/" + "/".join(f"{{{part}:plain}}" for part in PARTS)
OTHERWISE = "/n/api/send/{rest:plain_rest}"


class ValuesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which property, and the language of the units."""

    language: Literal["ko", "en"] = "ko"
    property: PropertyCode = PropertyCode.pm25  # type: ignore[attr-defined]


def _receive(sent: Sequence[Sent]) -> list[Answer]:
    close_old_connections()
    try:
        return receive_packets(now=now(), sent=sent)
    finally:
        close_old_connections()


packets = Gathering(_receive)


async def receive(request: Request, _query: None, _body: None) -> Response:
    """Answer the receiver protocol: HTTP 200 whatever became of the packet; the code tells."""
    return _write(await packets.bring(Sent(**request.path_params)))


async def receive_misshapen(request: Request, _query: None, _body: None) -> Response:
    """Answer an address with too few or too many parts as the packet it holds."""
    parts = [*request.path_params["rest"].split("/", len(PARTS) - 1), *[""] * len(PARTS)]
    return _write(await packets.bring(Sent(**dict(zip(PARTS, parts, strict=False)))))


async def refuse_method(_request: Request, _query: None, _body: None) -> Response:
    """Answer a call by another method than GET."""
    return _write(Answer(code="ERROR-300", message="GET으로 보내 주십시오 · send it by GET"))


def _write(answer: Answer) -> Response:
    body = {"RESULT": {"CODE": answer.code, "MESSAGE": answer.message}}
    return Response(msgspec.json.encode(body), media_type="application/json")


def receive_messages(request: Request, _query: None, body: dict[str, Any] | list[Any]) -> dict[str, Any]:
    """Take in a message of readings; the key of the sender stands in the header."""
    heard = Heard(certkey=request.headers.get("x-certkey", ""), payload=msgspec.json.encode(body))
    judged = hear_messages(now=now(), messages=[heard])[0]
    if not judged.taken and judged.reasons:
        reasons = [say_reason(one) for one in judged.reasons]
        raise BadInput(
            "city_sensors.message",
            f"받을 수 없습니다: {'; '.join(one.ko for one in reasons)}",
            f"nothing was taken: {'; '.join(one.en for one in reasons)}",
        )
    return {"taken": judged.taken, "reasons": judged.reasons}


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
            "title": one.title.say(language),
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
        OTHERWISE,
        receive_misshapen,
        "public",
        Text(ko="센서 전문 받기 (틀린 주소)", en="Take in a sensor's packet (misshapen address)"),
        tags=("city_sensors",),
    ),
    *(
        Route(
            method,
            OTHERWISE,
            refuse_method,
            "public",
            Text(ko="센서 전문 받기 (GET으로만)", en="Take in a sensor's packet (by GET only)"),
            tags=("city_sensors",),
        )
        for method in ("POST", "PUT", "PATCH", "DELETE")
    ),
    Route(
        "POST",
        "/api/city-sensors/messages",
        receive_messages,
        "public",
        Text(ko="센서 값 받기 (JSON, SenML; X-Certkey)", en="Take in readings (JSON, SenML; X-Certkey)"),
        body=dict[str, Any] | list[Any],
        returns=dict[str, Any],
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
