"""Observations that come by MQTT on SensorThings' own topics (OGC 18-088, chapter 13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from madang.core.base.interface import HOUSE, MadangError, Told, Unavailable
from madang.infrastructure.city_sensors.actions.receiving import append_refused
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse
from madang.infrastructure.city_sensors.queries.sensorthings.answers import resolve

from .entities import create

VERSION = "v1.1/"
OURS = b'{"@iot.id"'
"""So begins what the house itself tells on these topics."""


def write_messages(*, now: datetime, messages: Sequence[Told]) -> int:
    """Make an observation of each message, those that can't be are kept with their reason; return how many.

    Without a phenomenonTime it counts as of when the broker took it in (by QoS 0: as of now). Raises Unavailable where
    nothing can be stored; the same again changes nothing.
    """
    made, refused = 0, []
    for number, one in enumerate(messages):
        if one.payload.startswith(OURS):
            continue
        try:
            _write(one, now)
            made += 1
        except Unavailable:
            raise
        except MadangError as error:
            refused.append(_describe(one, error, f"{now.timestamp():.6f}-{number}"))
    append_refused(refused, now)
    return made


def _write(one: Told, now: datetime) -> None:
    path = one.topic.removeprefix(VERSION)
    try:
        body = msgspec.json.decode(one.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise refuse("payload", "JSON이 아닙니다", f"this is no JSON: {error}") from error
    target = resolve(read_path(path))
    if target.kind is not OBSERVATION or target.entity is not None:
        raise refuse("path", "관측값만 보낼 수 있습니다", "only observations are made by MQTT")
    if isinstance(body, dict) and body.get("phenomenonTime") is None:
        body["phenomenonTime"] = write_time(one.at or now)
    create(actor=HOUSE, now=now, target=target, path=f"mqtt:{path}", body=body)


def _describe(one: Told, error: MadangError, number: str) -> dict[str, Any]:
    return {
        "serial": one.topic[:200],
        "data_no": "sensorthings",
        "pk_seq": number,
        "status": "E",
        "code": "ERROR-300",
        "reason": error.text.en,
        "sender": "MQTT writer",
        "packet": one.payload.decode("utf-8", "replace"),
    }
