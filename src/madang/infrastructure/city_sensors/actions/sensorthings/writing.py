"""Observations that come by MQTT on SensorThings' own topics (OGC 18-088, chapter 13)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import InterfaceError, OperationalError, transaction

from madang.core.base.interface import HOUSE, MadangError, Told, Unavailable
from madang.infrastructure.city_sensors.actions.receiving import append_refused
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.methods.sensorthings.paths import read_path
from madang.infrastructure.city_sensors.methods.sensorthings.schema import OBSERVATION
from madang.infrastructure.city_sensors.methods.sensorthings.wrong import refuse
from madang.infrastructure.city_sensors.queries.sensorthings.answers import resolve

from .entities import create
from .observations import keep_together

log = logging.getLogger("madang.city_sensors")
VERSION = "v1.1/"
TOGETHER = 50
"""Messages whose observations are kept by one write: each alone waits for the disk."""
OURS = b'{"@iot.id"'
"""So begins what the house itself tells on these topics."""


def write_messages(*, now: datetime, messages: Sequence[Told]) -> int:
    """Make an observation of each message, those that can't be are kept with their reason; return how many.

    Without a phenomenonTime it counts as of when the broker took it in (by QoS 0: as of now). Raises Unavailable where
    nothing can be stored; the same again changes nothing.
    """
    made, refused = 0, []
    told = [one for one in messages if not one.payload.startswith(OURS)]
    for start in range(0, len(told), TOGETHER):
        some = told[start : start + TOGETHER]
        try:
            with transaction.atomic(), keep_together():
                errors = _write_each(some, now)
        except (Unavailable, OperationalError, InterfaceError):
            raise
        except Exception:  # what one of them says can't be kept; the others can
            log.info("observations are taken one by one", exc_info=True)
            errors = _write_each(some, now, alone=True)
        made += len(some) - len(errors)
        refused += [
            _describe(one, error, f"{now.timestamp():.6f}-{start + number}")
            for number, (one, error) in enumerate(errors)
        ]
    append_refused(refused, now)
    return made


def _write_each(
    messages: Sequence[Told], now: datetime, *, alone: bool = False
) -> list[tuple[Told, MadangError]]:
    """Make an observation of each message; return those that can't be, with the reason."""
    errors = []
    for one in messages:
        try:
            _write(one, now)
        except (Unavailable, OperationalError, InterfaceError):
            raise
        except MadangError as error:
            errors.append((one, error))
        except Exception as error:  # one that nobody can read must not come again for ever
            if not alone:
                raise
            errors.append((one, refuse("payload", "받을 수 없는 내용입니다", f"it can't be taken: {error}")))
    return errors


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
