"""Binary payloads of devices, read as the data of their decoder says."""

from __future__ import annotations

import base64
import binascii
from math import isclose, isfinite

from madang.core.base.interface import Text
from madang.infrastructure.fire_safety.records import ALARMING, Decoder, PayloadField

ALARMS = {kind.value for kind in ALARMING}
SAME_STEP, SAME = 1e-6, 1e-14
"""Values are the same that differ by less than this share of a step (`scale`), or of themselves."""


def find_fault(decoder: Decoder) -> Text | None:
    """Return why a decoder can't be trusted with alarms, None where it can."""
    for one in decoder.fields:
        numbers = (one.scale, one.add, one.at_least, one.equals or 0.0)
        if one.bit is not None and one.bit >= 8 * one.length:
            return Text(
                ko=f"{one.name}: {one.length}바이트에는 비트 {one.bit}이(가) 없습니다",
                en=f"{one.name}: there is no bit {one.bit} in {one.length} bytes",
            )
        if not all(map(isfinite, numbers)) or not one.scale:
            return Text(
                ko=f"{one.name}: scale, add, at_least, equals는 유한한 수이고 scale은 0이 아니어야 합니다",
                en=f"{one.name}: scale, add, at_least and equals must be finite, and scale not 0",
            )
    return None


def decode_payload(decoder: Decoder, port: int | None, raw: bytes) -> dict[str, float | bool]:
    """Return the values of a payload by name, those that alarm as true or false.

    Raises ValueError where the payload is shorter than a field of its port, or has no field at all, and where the
    decoder has a fault: what can't be read must not pass for "no alarm".
    """
    fault = find_fault(decoder)
    if fault is not None:
        raise ValueError(f"{decoder.profile}: {fault.en}")
    fields = [one for one in decoder.fields if one.port is None or one.port == port]
    if not fields:
        raise ValueError(f"{decoder.profile}: no field for port {port}")
    found: dict[str, float | bool] = {}
    for one in fields:
        value = read_field(one, raw)
        if one.name in ALARMS:
            limit = one.at_least if one.equals is None else one.equals
            alarms = isclose(value, limit, rel_tol=SAME, abs_tol=SAME_STEP * abs(one.scale))
            alarms = alarms or (one.equals is None and value > limit)
            found[one.name] = bool(found.get(one.name)) or alarms
        else:
            found[one.name] = value
    return found


def read_field(one: PayloadField, raw: bytes) -> float:
    """Return one value; ValueError where the payload ends before it, and where it is no finite number."""
    part = raw[one.offset : one.offset + one.length]
    if len(part) < one.length:
        raise ValueError(f"{one.name} stands at byte {one.offset}, the payload has {len(raw)}")
    whole = int.from_bytes(
        part, "little" if one.is_little else "big", signed=one.is_signed and one.bit is None
    )
    if one.bit is not None:
        whole = whole >> one.bit & 1
    value = whole * one.scale + one.add
    if not isfinite(value):
        raise ValueError(f"{one.name} is {value}")
    return value


def read_base64(data: object) -> bytes:
    """Return the bytes of an event's `data`; ValueError where it is no base64."""
    try:
        return base64.b64decode(str(data), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"data is no base64: {error}") from error
