"""Recorded signals as JSON lines: our own form, ChirpStack v4 uplink events, SenML packs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from madang.infrastructure.fire_safety.methods.network import measure_margin
from madang.infrastructure.fire_safety.methods.payloads import decode_payload, read_base64
from madang.infrastructure.fire_safety.methods.wording import (
    find_kind,
    is_alarm,
    read_values,
    says_something,
    spell,
)
from madang.infrastructure.fire_safety.records import (
    ALARMING,
    Decoder,
    Health,
    Signal,
    SignalKind,
    Unread,
)

KINDS = {kind.value: kind for kind in SignalKind}
LARGEST = 1e9
"""What a device measures of itself is smaller; what isn't is no number."""
RELATIVE_BELOW = 2**28
"""SenML (RFC 8428): smaller times are relative to now."""

LATEST = datetime(9000, 1, 1, tzinfo=UTC)
HEARTBEATS = frozenset(
    {"heartbeat", "keepalive", "keep_alive", "alive", "status", "ping", "normal", "ok", "clear", "정상"}
)
"""Kinds of plain JSON that say only that a device lives, and how it is."""
FULL = 100
BATTERY = ("battery", "battery_level", "batteryLevel", "battery_percent", "batteryPercent")
NO_BATTERY = ("externalPowerSource", "batteryLevelUnavailable")
REMAINING = "%EL"
"""SenML's unit of what is left of a battery (RFC 8428)."""
OTHER_NAMES = {
    "at": ("time", "timestamp", "ts"),
    "kind": ("type", "event"),
    "source": ("device", "detector", "sensor", "devEui", "device_id", "deviceId"),
    "facility": ("facility_id", "facilityId", "site"),
}
"""What senders of plain JSON call our fields."""
OWN_NAMES = {*Signal.__struct_fields__, *(one for names in OTHER_NAMES.values() for one in names)} - {"alarm"}
OF_PERSONS = frozenset({"alarm", "expects"})
"""What only persons' signals have: a device that says `alarm: true` names no alarm's number."""
SECONDS_BELOW, NANOSECONDS_BELOW = 1e11, 1e20
KindOf = Callable[[str], SignalKind | None]
"""The kind of a registered device, None of any other."""
TWO_PARTS = re.compile(r"(.+)[/:_.](call_point|camera_smoke)|(.+)[/:_.]([A-Za-z]+)")
"""A SenML name without a facility: the device's, then what it says."""


def read_lines(
    lines: Iterable[str], find_decoder: Callable[[str], Decoder | None] = lambda _: None
) -> tuple[list[Signal], list[Unread]]:
    """Return the signals of a recording, and the lines that are none with their reasons.

    `find_decoder` gives the decoder of a device profile, for uplinks that hold bytes alone.
    A signal so late that no calendar has a time after it to decide in is none.
    """
    signals: list[Signal] = []
    unread: list[Unread] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            message = msgspec.json.decode(line)
            said = [one for part in _split(message) for one in read_message(open_payload(part, find_decoder))]
            if any(one.at > LATEST for one in said):
                raise ValueError(f"a time after the year {LATEST.year}")
            signals += said
        except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
            unread.append(Unread(line=number, reason=str(error)))
    return signals, unread


def _split(message: Any) -> list[Any]:
    """Return the events of a list of a network server's events, any other message alone."""
    if (
        isinstance(message, list)
        and message
        and all(isinstance(one, dict) and "deviceInfo" in one for one in message)
    ):
        return message
    return [message]


def read_message(message: Any, now: datetime | None = None, kind_of: KindOf = lambda _: None) -> list[Signal]:
    """Return the signals of one message; raise ValueError where it is none that is known.

    `now` is what times of SenML are relative to, and the time of a message that says none that can be read; a
    recording has none. `kind_of` says what a device is that says no more than "alarm" or "fire".
    """
    if isinstance(message, list):
        if not message:
            raise ValueError("an empty list")
        if all(isinstance(one, dict) and "deviceInfo" in one for one in message):
            return [signal for one in message for signal in _read_uplink(one, now)]
        if all(isinstance(one, dict) and _is_own(one) for one in message):
            return [signal for one in message for signal in _read_own(one, now, kind_of)]
        return _read_senml(message, now, kind_of)
    if isinstance(message, dict) and "deviceInfo" in message:
        return _read_uplink(message, now)
    if isinstance(message, dict) and {"vb", "v", "vs"} & message.keys() and not _is_own(message):
        return _read_senml([message], now, kind_of)
    return _read_own(message, now, kind_of)


def open_payload(message: Any, find_decoder: Callable[[str], Decoder | None]) -> Any:
    """Return a network server's event with its payload read, where it comes unread; anything else as it is.

    On port 0 there is none: it is the network's own (LoRaWAN's commands). Raises ValueError where no decoder reads it.
    """
    device = message.get("deviceInfo") if isinstance(message, dict) else None
    if not isinstance(device, dict) or message.get("object") or not message.get("data"):
        return message
    if message.get("fPort") == 0:
        return {name: value for name, value in message.items() if name != "data"}
    profile = str(device.get("deviceProfileName", ""))[:100]
    decoder = find_decoder(profile)
    if decoder is None:
        raise ValueError(f"no decoder for payloads of {profile or 'a device without profile'}")
    return {**message, "object": decode_payload(decoder, message.get("fPort"), read_base64(message["data"]))}


def _get(message: dict[str, Any], field: str) -> Any:
    names = (field, *OTHER_NAMES.get(field, ()))
    return next((message[one] for one in names if message.get(one) is not None), None)


def _is_own(message: dict[str, Any]) -> bool:
    is_senml = not {"bn", "n"}.isdisjoint(message)
    return _get(message, "kind") is not None or (not is_senml and _get(message, "source") is not None)


def _read_own(message: Any, now: datetime | None, kind_of: KindOf) -> list[Signal]:
    """Return the signals of plain JSON: our field names or the usual other ones, texts as they are or as numbers.

    A message without a kind, or of one that is only a heartbeat, alarms by its values as an uplink does. What
    names a kind and says that it is not so (`value: 0`) is a heartbeat too.
    """
    if not isinstance(message, dict):
        raise ValueError(f"expected an object, got {type(message).__name__}")  # noqa: TRY004 - bad input, whatever its type
    source = _read_text(_get(message, "source"))
    any_fire = (isinstance(source, str) and kind_of(source)) or SignalKind.SMOKE
    kind = _get(message, "kind")
    if isinstance(kind, str):
        kind = KINDS.get(spell(kind)) or find_kind(kind, any_fire) or kind
    if kind is None or (isinstance(kind, str) and kind.strip().lower() in HEARTBEATS):
        kinds = _read_states(message, any_fire, is_alive=kind is not None)
    else:
        kinds = [] if _names_alarm(kind) and _denies(message) else [kind]
    if not source and now is not None and kinds and _names_alarm(kinds[0]):
        source = _read_text(_get(message, "facility"))  # a fire that nobody says where it was seen is a fire
    if not kinds:
        if not source or not isinstance(source, str):
            raise ValueError("no device says this")
        return []
    said = {
        **message,
        "at": _read_time(_get(message, "at"), now),
        "source": source,
        **{name: _read_text(_get(message, name)) for name in ("facility", "floor", "room", "reason")},
    }
    said["facility"] = said["facility"] or source
    if _names_alarm(kinds[0]):
        said = {name: value for name, value in said.items() if name not in OF_PERSONS}
    return [_check(msgspec.convert({**said, "kind": one}, Signal)) for one in kinds]


def _names_alarm(kind: Any) -> bool:
    return isinstance(kind, SignalKind) and kind in ALARMING


def _denies(message: dict[str, Any]) -> bool:
    """Return whether a message that names a kind says that it is not so."""
    value = message.get("value")
    return message.get("alarm") is False or (value is not None and value != "" and is_alarm(value) is False)


def _read_states(message: dict[str, Any], any_fire: SignalKind, *, is_alive: bool) -> list[SignalKind]:
    """Return what alarms in the values of plain JSON; ValueError where nothing of it is known."""
    values = {name: value for name, value in message.items() if name not in OWN_NAMES}
    kinds = read_values(values, any_fire)
    if not (kinds or is_alive or _read_battery(message) is not None or says_something(values, any_fire)):
        raise ValueError("no kind of signal")
    return kinds


def _read_text(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if value is None else str(value) if is_number else value


def _read_time(value: Any, now: datetime | None) -> Any:
    """Return a moment from a text, or from seconds since 1970 or thousandths of them; `now` where it is none."""
    try:
        if isinstance(value, str) and value.isdecimal():
            value = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if not RELATIVE_BELOW <= value < NANOSECONDS_BELOW:
                raise ValueError(f"{value} is no time")
            while value >= SECONDS_BELOW:  # milliseconds, microseconds, nanoseconds
                value /= 1000
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else msgspec.convert(value, datetime)
        if moment.tzinfo is None:
            raise ValueError("a time without its zone")
        moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError) as error:
        if now is not None:
            return now
        reason = "no time" if value is None else str(error)
        raise ValueError(reason if isinstance(error, ValueError) else f"{value} is out of range") from error
    return moment


def read_health(message: Any) -> list[Health]:
    """Return what a message says of its device: battery (percent), the best gateway's signal (dBm, dB).

    What a network server says without having heard the device (what it sent to it, a fault of its own) is nothing.
    Raises ValueError where a NUL is in a name.
    """
    said = _read_health(message)
    if any("\0" in one.source for one in said):
        raise ValueError("a NUL in a name")
    return said


def _read_health(message: Any) -> list[Health]:
    if isinstance(message, list):
        if message and all(isinstance(one, dict) and _is_own(one) for one in message):
            return [_read_own_health(one) for one in message]
        return _read_senml_health(message)
    if "deviceInfo" not in message:
        return [_read_own_health(message)] if _is_own(message) else _read_senml_health([message])
    if _is_unheard(message):
        return []
    values = message.get("object") or {}
    heard = [one for one in message.get("rxInfo") or [] if isinstance(one, dict)]
    best = max(heard, key=lambda one: _number(one, "rssi") or -1000, default={})
    snr = _number(best, "snr")
    return [
        Health(
            source=str(message["deviceInfo"].get("devEui", "")),
            battery=_read_battery(values, message),
            rssi=_number(best, "rssi"),
            snr=snr,
            margin=measure_margin(snr, _read_spreading_factor(message)),
            level=_number(values, "level"),
            unread="" if values or message.get("data") else None,
            gateways=tuple(sorted({name for one in heard if (name := _read_name(one.get("gatewayId")))})),
        )
    ]


def _is_unheard(event: dict[str, Any]) -> bool:
    """Return whether an event tells of the network and not of its device: ChirpStack's txack, log, integration, no ack."""
    is_sent = "downlinkId" in event or ("queueItemId" in event and not event.get("acknowledged"))
    return is_sent or {"level", "code"} <= event.keys() or "integrationName" in event


def _read_own_health(message: dict[str, Any]) -> Health:
    source = _read_text(_get(message, "source"))
    return Health(
        source=source if isinstance(source, str) else "",
        battery=_read_battery(message),
        rssi=_number(message, "rssi"),
        level=_number(message, "level"),
    )


def _read_senml_health(pack: list[Any]) -> list[Health]:
    """Return that the devices of a pack were heard, with what is left of their batteries."""
    base_name, heard = "", dict[str, float | None]()
    for record in pack:
        if not isinstance(record, dict):
            continue
        base_name = record.get("bn", base_name)
        name = f"{base_name}{record.get('n', '')}"
        _, source, _ = _read_name_of_record(name)
        source = source or name.strip("/_:.")
        is_battery = record.get("u") == REMAINING or name.endswith("/battery")
        battery = _number(record, "v") if is_battery else None
        if source:
            heard[source] = heard.get(source) if battery is None else battery
    return [Health(source=source, battery=battery) for source, battery in sorted(heard.items())]


def _read_battery(*places: dict[str, Any]) -> float | None:
    """Return what is left of a battery in percent, None where a network server doesn't know or there is none.

    It says so by a word of its own and a level of 0 (ChirpStack v4), by -1 or by 255.
    """
    if any(values.get(name) is True for values in places for name in NO_BATTERY):
        return None
    found = (_number(values, name) for values in places for name in BATTERY)
    return next((one for one in found if one is not None and 0 <= one <= FULL), None)


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


def _read_uplink(event: dict[str, Any], now: datetime | None) -> list[Signal]:
    """Return what a ChirpStack uplink says: decoded values that alarm, placed by the device's tags.

    A device that says of no facility is its own: nobody registered it, and its alarm must be told. An alarm without
    a kind is of the tag `kind`, else smoke. Where `time` is missing, the first gateway's or server's time counts.
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
    tagged = KINDS.get(str(tags.get("kind", "")))
    said = read_values(values, tagged if tagged in ALARMING else SignalKind.SMOKE)
    at = _read_time(_find_time(event), now) if said else None
    return [
        _check(
            msgspec.convert(
                {
                    "at": at,
                    "facility": tags.get("facility") or device.get("devEui", ""),
                    "kind": kind.value,
                    "source": device.get("devEui", ""),
                    "floor": _read_text(tags.get("floor")),
                    "room": _read_text(tags.get("room")),
                },
                Signal,
            )
        )
        for kind in said
    ]


def _find_time(event: dict[str, Any]) -> Any:
    if event.get("time"):
        return event["time"]
    heard = [one for one in event.get("rxInfo") or [] if isinstance(one, dict)]
    times = [one.get("nsTime") or one.get("gwTime") or one.get("time") for one in heard]
    return min((one for one in times if isinstance(one, str)), default=None)


def _read_senml(pack: list[Any], now: datetime | None, kind_of: KindOf) -> list[Signal]:
    """Return what a SenML pack says; names are FACILITY/SOURCE/KIND or SOURCE/KIND, values true where it alarms.

    What else is true of a device ("tamper") doesn't keep its fire from being heard.
    """
    base_name, base_time, base_value = "", 0.0, 0.0
    signals, other = [], ""
    for record in pack:
        if not isinstance(record, dict):
            raise ValueError("a SenML record is an object")  # noqa: TRY004 - bad input, whatever its type
        base_name, base_time = record.get("bn", base_name), record.get("bt", base_time)
        base_value = (_number(record, "bv") or 0.0) if "bv" in record else base_value
        value = next((record[one] for one in ("vb", "v", "vs", "vd") if one in record), None)
        if base_value and "v" in record:
            value = base_value + (_number(record, "v") or 0.0)
        alarms = is_alarm(value)
        if alarms is False:
            continue
        name = f"{base_name}{record.get('n', '')}"
        facility, source, kind = _read_name_of_record(name, kind_of)
        if kind is None:
            other = other if alarms is None else f"{name}: no kind of signal"
            continue
        if alarms is None:
            other = f"{name} is {str(value)[:100]!r}: neither an alarm nor none"
            continue
        at = _read_moment(name, float(base_time) + float(record.get("t", 0)), now)
        signals.append(_check(Signal(at=at, facility=facility, kind=kind, source=source)))
    if other and not signals:
        raise ValueError(other)
    return signals


def _read_name_of_record(name: str, kind_of: KindOf = lambda _: None) -> tuple[str, str, SignalKind | None]:
    """Return facility, source and kind of a record's name; a device that names no facility is its own."""
    facility, _, rest = name.partition("/")
    source, _, kind = rest.partition("/")
    if (not kind or facility.startswith("urn:")) and (parts := TWO_PARTS.fullmatch(name)) is not None:
        facility = source = parts[1] or parts[3]
        kind = parts[2] or parts[4]
    return facility, source, KINDS.get(kind) or find_kind(kind, kind_of(source) or SignalKind.SMOKE)


def _read_moment(name: str, seconds: float, now: datetime | None) -> datetime:
    try:
        if seconds >= RELATIVE_BELOW:
            return datetime.fromtimestamp(seconds, UTC)
        if now is not None:
            return now + timedelta(seconds=seconds)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} is no time") from error
    raise ValueError(f"{name}: no time")
