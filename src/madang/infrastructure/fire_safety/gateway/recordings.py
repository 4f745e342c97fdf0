"""Recorded signals as JSON lines: our own form, ChirpStack v4 uplink events, SenML packs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from madang.infrastructure.fire_safety.methods.network import measure_margin
from madang.infrastructure.fire_safety.records import ALARMING, Health, Signal, SignalKind, Unread

KINDS = {kind.value: kind for kind in SignalKind}
LARGEST = 1e9
"""What a device measures of itself is smaller; what isn't is no number."""
RELATIVE_BELOW = 2**28
"""SenML (RFC 8428): smaller times are relative to now."""

LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def read_lines(lines: Iterable[str]) -> tuple[list[Signal], list[Unread]]:
    """Return the signals of a recording, and the lines that are none with their reasons.

    A signal so late that no calendar has a time after it to decide in is none.
    """
    signals: list[Signal] = []
    unread: list[Unread] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said = read_message(msgspec.json.decode(line))
            if any(one.at > LATEST for one in said):
                raise ValueError(f"a time after the year {LATEST.year}")
            signals += said
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            unread.append(Unread(line=number, reason=str(error)))
    return signals, unread


def read_message(message: Any, now: datetime | None = None) -> list[Signal]:
    """Return the signals of one message; raise ValueError where it is none that is known.

    `now` is what times of SenML are relative to; a recording has none.
    """
    if isinstance(message, list):
        if message and all(isinstance(one, dict) and "kind" in one for one in message):
            return [_check(one) for one in msgspec.convert(message, list[Signal])]
        return _read_senml(message, now)
    if isinstance(message, dict) and "deviceInfo" in message:
        return _read_uplink(message)
    one = msgspec.convert(message, Signal)
    return [_check(one)]


def read_health(message: Any) -> list[Health]:
    """Return what a message says of its device: battery (percent), the best gateway's signal (dBm, dB).

    Of a SenML pack and of our own form only that the device was heard. Raises ValueError where a NUL is in a name.
    """
    said = _read_health(message)
    if any("\0" in one.source for one in said):
        raise ValueError("a NUL in a name")
    return said


def _read_health(message: Any) -> list[Health]:
    if isinstance(message, list):
        if message and all(isinstance(one, dict) and "kind" in one for one in message):
            return [Health(source=str(one.get("source", ""))) for one in message]
        names = {str(one.get("bn", "")) + str(one.get("n", "")) for one in message if isinstance(one, dict)}
        return [Health(source=parts[1]) for name in sorted(names) if len(parts := name.split("/")) > 1]
    if "deviceInfo" not in message:
        return [Health(source=str(message.get("source", "")))]
    values = message.get("object") or {}
    heard = [one for one in message.get("rxInfo") or [] if isinstance(one, dict)]
    best = max(heard, key=lambda one: _number(one, "rssi") or -1000, default={})
    snr = _number(best, "snr")
    return [
        Health(
            source=str(message["deviceInfo"].get("devEui", "")),
            battery=_number(values, "battery"),
            rssi=_number(best, "rssi"),
            snr=snr,
            margin=measure_margin(snr, _read_spreading_factor(message)),
            level=_number(values, "level"),
            gateways=tuple(sorted({name for one in heard if (name := _read_name(one.get("gatewayId")))})),
        )
    ]


def _read_name(value: Any) -> str:
    return value[:100] if isinstance(value, str) and "\0" not in value else ""


def _read_spreading_factor(message: dict[str, Any]) -> int | None:
    sent: Any = message.get("txInfo")
    for name in ("modulation", "lora", "spreadingFactor"):
        sent = sent.get(name) if isinstance(sent, dict) else None
    return sent if isinstance(sent, int) else None


def _number(values: dict[str, Any], name: str) -> float | None:
    value = values.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > LARGEST:
        return None
    return float(value)


def _check(one: Signal) -> Signal:
    if one.at.tzinfo is None:
        raise ValueError("a time without its zone")
    try:
        one.at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{one.at} is out of range") from error
    if one.kind in ALARMING and not one.source:
        raise ValueError("an alarm without its source")
    return one


def _read_uplink(event: dict[str, Any]) -> list[Signal]:
    """Return what a ChirpStack uplink says: decoded values that are true, placed by the device's tags.

    The same uplink heard by several gateways is one event: ChirpStack has put them together, and its
    repetitions have the same time and device.
    """
    device = event["deviceInfo"]
    if not isinstance(device, dict):
        raise ValueError("deviceInfo is an object")  # noqa: TRY004 - bad input, whatever its type
    tags = device.get("tags") or {}
    values = event.get("object") or {}
    if not isinstance(tags, dict) or not isinstance(values, dict):
        raise ValueError("tags and object are objects")
    said = [kind for name, kind in KINDS.items() if values.get(name) is True]
    return [
        _check(
            msgspec.convert(
                {
                    "at": event.get("time"),
                    "facility": tags.get("facility", ""),
                    "kind": kind.value,
                    "source": device.get("devEui", ""),
                    "floor": tags.get("floor", ""),
                    "room": tags.get("room", ""),
                },
                Signal,
            )
        )
        for kind in said
    ]


def _read_senml(pack: list[Any], now: datetime | None) -> list[Signal]:
    """Return what a SenML pack says; names are FACILITY/SOURCE/KIND, values true where it alarms.

    What else is true of a device ("tamper") doesn't keep its fire from being heard.
    """
    base_name, base_time = "", 0.0
    signals, other = [], ""
    for record in pack:
        if not isinstance(record, dict):
            raise ValueError("a SenML record is an object")  # noqa: TRY004 - bad input, whatever its type
        base_name, base_time = record.get("bn", base_name), record.get("bt", base_time)
        if record.get("vb") is not True:
            continue
        name = f"{base_name}{record.get('n', '')}"
        facility, _, rest = name.partition("/")
        source, _, kind = rest.partition("/")
        if kind not in KINDS:
            other = f"{name}: no kind of signal"
            continue
        at = _read_moment(name, float(base_time) + float(record.get("t", 0)), now)
        signals.append(_check(Signal(at=at, facility=facility, kind=KINDS[kind], source=source)))
    if other and not signals:
        raise ValueError(other)
    return signals


def _read_moment(name: str, seconds: float, now: datetime | None) -> datetime:
    try:
        if seconds >= RELATIVE_BELOW:
            return datetime.fromtimestamp(seconds, UTC)
        if now is not None:
            return now + timedelta(seconds=seconds)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} is no time") from error
    raise ValueError(f"{name}: no time")
