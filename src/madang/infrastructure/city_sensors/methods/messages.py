"""Readings in messages: plain JSON and SenML (RFC 8428) packs.

Plain JSON is one object or a list of them: `{"serial": "S1", "observed_at": "2026-01-01T00:00:00Z",
"values": {"pm25": 12.5}}`. The name of a SenML record is SERIAL:PROPERTY (or /, urn parts before are left out).
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import msgspec

from madang.infrastructure.city_sensors.records import Said

RELATIVE_BELOW = 2**28
"""SenML: smaller times are relative to now."""
MOST_VALUES = 10_000


class _Plain(msgspec.Struct, frozen=True):
    serial: str
    values: dict[str, float | int | None]
    observed_at: datetime | None = None


_decoder = msgspec.json.Decoder(_Plain | list[dict[str, Any]])  # type: ignore[arg-type]


def read_message(payload: bytes, now: datetime) -> list[Said]:
    """Return what a message says; raise ValueError, with the reason, where it can't be read as a whole.

    What has no time of its own was measured now.
    """
    try:
        message = _decoder.decode(payload)
        if isinstance(message, _Plain):
            return _read_plain([message], now)
        if any({"n", "bn", "v"} & set(one) for one in message):
            return _read_senml(message, now)
        return _read_plain(msgspec.convert(message, list[_Plain]), now)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error


def _read_plain(messages: list[_Plain], now: datetime) -> list[Said]:
    said = []
    for one in messages:
        moment = one.observed_at or now
        if moment.tzinfo is None:
            raise ValueError("observed_at needs a time zone")
        said += [
            Said(
                serial=one.serial,
                property=name,
                observed_at=moment,
                value=None if value is None else _check(value),
            )
            for name, value in one.values.items()
        ]
    return _bound(said)


def _read_senml(pack: list[dict[str, Any]], now: datetime) -> list[Said]:
    base_name, base_time, base_value = "", 0.0, 0.0
    said = []
    for record in pack:
        base_name = str(record.get("bn", base_name))
        base_time = _number(record.get("bt", base_time))
        base_value = _number(record.get("bv", base_value))
        if "v" not in record:
            continue
        name = f"{base_name}{record.get('n', '')}".replace("/", ":")
        serial, _, prop = name.rpartition(":")
        serial = serial.rpartition(":")[2]
        if not serial or not prop:
            raise ValueError(f"{name!r} is no SERIAL:PROPERTY")
        seconds = base_time + _number(record.get("t", 0))
        if seconds < RELATIVE_BELOW:
            seconds += now.timestamp()
        moment = datetime.fromtimestamp(seconds, UTC)
        said.append(
            Said(
                serial=serial,
                property=prop,
                observed_at=moment,
                value=_check(base_value + _number(record["v"])),
            )
        )
    return _bound(said)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")  # noqa: TRY004 - bad input, whatever its type
    return float(value)


def _check(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError("a value is no finite number")
    return float(value)


def _bound(said: list[Said]) -> list[Said]:
    if len(said) > MOST_VALUES:
        raise ValueError(f"at most {MOST_VALUES} values are taken in one message")
    return said
