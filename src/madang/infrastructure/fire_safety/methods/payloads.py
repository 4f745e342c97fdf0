"""Binary payloads of devices, read as the data of their decoder says."""

from __future__ import annotations

import base64
import binascii

from madang.infrastructure.fire_safety.records import ALARMING, Decoder, PayloadField

ALARMS = {kind.value for kind in ALARMING}


def decode_payload(decoder: Decoder, port: int | None, raw: bytes) -> dict[str, float | bool]:
    """Return the values of a payload by name, those that alarm as true or false.

    Raises ValueError where the payload is shorter than a field of its port, or has no field at all: what can't
    be read must not pass for "no alarm".
    """
    fields = [one for one in decoder.fields if one.port is None or one.port == port]
    if not fields:
        raise ValueError(f"{decoder.profile}: no field for port {port}")
    found: dict[str, float | bool] = {}
    for one in fields:
        value = read_field(one, raw)
        if one.name in ALARMS:
            alarms = value >= one.at_least if one.equals is None else value == one.equals
            found[one.name] = bool(found.get(one.name)) or alarms
        else:
            found[one.name] = value
    return found


def read_field(one: PayloadField, raw: bytes) -> float:
    """Return one value; ValueError where the payload ends before it."""
    part = raw[one.offset : one.offset + one.length]
    if len(part) < one.length:
        raise ValueError(f"{one.name} stands at byte {one.offset}, the payload has {len(raw)}")
    whole = int.from_bytes(
        part, "little" if one.is_little else "big", signed=one.is_signed and one.bit is None
    )
    if one.bit is not None:
        whole = whole >> one.bit & 1
    return whole * one.scale + one.add


def read_base64(data: object) -> bytes:
    """Return the bytes of an event's `data`; ValueError where it is no base64."""
    try:
        return base64.b64decode(str(data), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"data is no base64: {error}") from error
