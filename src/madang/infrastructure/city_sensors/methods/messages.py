"""Readings in messages: plain JSON and SenML (RFC 8428) packs.

Plain JSON is one object or a list of them: `{"serial": "S1", "observed_at": "2026-01-01T00:00:00Z",
"values": {"pm25": 12.5}}`. The name of a SenML record is SERIAL:PROPERTY (or /, urn parts before are left out).

Either may say `sent_at`, a moment, or `revision`, a number that grows: of several readings of one stream and moment
the highest counts. In SenML it holds for its record and those after it. Without either, what arrives last counts.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, Said

from .numbering import number_revision
from .units import convert

AHEAD = timedelta(minutes=10)
"""A sensor's clock may be this far ahead of ours."""
SENML_VERSION = 10
RELATIVE_BELOW = 2**28
"""SenML: smaller times are relative to now."""
MOST_VALUES = 10_000
NOTHING = "there is nothing to take in it"


class Message(msgspec.Struct, frozen=True):
    """What a message says, and why what else is in it can't be taken: (reason, serial)."""

    said: list[Said]
    faults: list[tuple[str, str]] = []


class _Plain(msgspec.Struct, frozen=True):
    serial: str
    values: dict[str, float | int | None]
    observed_at: datetime | None = None
    sent_at: datetime | None = None
    revision: int | None = None


_decoder = msgspec.json.Decoder(_Plain | list[dict[str, Any]])  # type: ignore[arg-type]


def read_message(payload: bytes, now: datetime) -> Message:
    """Return what a message says; raise ValueError, with the reason, where it can't be read as a whole.

    What has no time of its own was measured now.
    """
    try:
        message = _decoder.decode(payload)
        if isinstance(message, _Plain):
            found = Message(_read_plain([message], now))
        elif any({"n", "bn", "v"} & set(one) for one in message):
            found = _read_senml(message, now)
        else:
            found = Message(_read_plain(msgspec.convert(message, list[_Plain]), now))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if not found.said and not found.faults:
        raise ValueError(NOTHING)
    return found


def _read_plain(messages: list[_Plain], now: datetime) -> list[Said]:
    said = []
    for one in messages:
        moment = one.observed_at or now
        if moment.tzinfo is None:
            raise ValueError("observed_at needs a time zone")
        revision = _read_revision(one.sent_at, one.revision, now)
        said += [
            Said(
                serial=one.serial,
                property=name,
                observed_at=moment,
                value=None if value is None else _check(value),
                revision=revision,
            )
            for name, value in one.values.items()
        ]
    return _bound(said)


def _read_revision(sent_at: Any, revision: Any, now: datetime) -> int | None:
    """Return the lake's revision of what was sent at a moment, or with a number."""
    if sent_at is None:
        if revision is not None and (isinstance(revision, bool) or not isinstance(revision, int)):
            raise ValueError("revision is no whole number")
        return number_revision(revision)
    moment = msgspec.convert(sent_at, datetime)
    if moment.tzinfo is None:
        raise ValueError("sent_at needs a time zone")
    if moment > now + AHEAD:  # it would keep out what is sent later
        raise ValueError("sent_at is in the future")
    return number_revision(moment)


def _read_senml(pack: list[dict[str, Any]], now: datetime) -> Message:
    base_name, base_unit, base_time, base_value = "", "", 0.0, 0.0
    numbered: dict[str, Any] = {}
    said: list[Said] = []
    faults: list[tuple[str, str]] = []
    for record in pack:
        base_name = str(record.get("bn", base_name))
        base_unit = str(record.get("bu", base_unit))
        base_time = _number(record.get("bt", base_time))
        base_value = _number(record.get("bv", base_value))
        numbered |= {name: record[name] for name in ("sent_at", "revision") if name in record}
        if "n" not in record and not {"v", "vs", "vb", "vd", "s"} & set(record):
            continue  # base fields alone
        _check_labels(record)
        name = f"{base_name}{record.get('n', '')}".replace("/", ":")
        serial, _, prop = name.rpartition(":")
        serial = serial.rpartition(":")[2]
        if not serial or not prop:
            raise ValueError(f"{name!r} is no SERIAL:PROPERTY")
        if "v" not in record:
            other = next((one for one in ("vs", "vb", "vd", "s") if one in record), "no value")
            faults.append((f"{prop[:64]} has {other} in place of a number (v)", serial))
            continue
        seconds = base_time + _number(record.get("t", 0))
        if seconds < RELATIVE_BELOW:
            seconds += now.timestamp()
        try:
            value = _convert(prop, base_value + _number(record["v"]), str(record.get("u", base_unit)))
        except LookupError as error:
            faults.append((str(error.args[0]), serial))
            continue
        said.append(
            Said(
                serial=serial,
                property=prop,
                observed_at=datetime.fromtimestamp(seconds, UTC),
                value=_check(value),
                revision=_read_revision(numbered.get("sent_at"), numbered.get("revision"), now),
            )
        )
    return Message(_bound(said), faults)


def _check_labels(record: dict[str, Any]) -> None:
    """Refuse what RFC 8428 says must be understood and isn't: newer versions, and labels that end in an underscore."""
    if record.get("bver", SENML_VERSION) != SENML_VERSION:
        raise ValueError(f"only version {SENML_VERSION} of SenML is understood")
    needed = [name for name in record if name.endswith("_")]
    if needed:
        raise ValueError(f"the field {needed[0][:64]} must be understood and isn't")


def _convert(prop: str, value: float, unit: str) -> float:
    """Return the value in its property's unit; one of a property that isn't known is refused later."""
    known = PROPERTY_BY_CODE.get(prop)
    return value if known is None or not unit else convert(value, unit, known.unit, prop)


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
