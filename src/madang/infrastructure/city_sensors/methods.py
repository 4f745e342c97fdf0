"""Reading fixed-width packets, and summaries of values."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from .records import Field, Packet, PacketLayout, Property, StationValue, Value

TIME_FIELD = "observed_at"
GOOD, MISSING, OUT_OF_RANGE, UNREADABLE = "good", "missing", "out_of_range", "unreadable"


def split_packet(layout: PacketLayout, packet: str) -> dict[str, str]:
    """Return each field's characters; the packet has the layout's length."""
    parts, start = {}, 0
    for field in layout.fields:
        parts[field.name] = packet[start : start + field.width]
        start += field.width
    return parts


def read_packet(layout: PacketLayout, packet: str, zone: tzinfo) -> Packet:
    """Return what a packet of the right length says; raise ValueError where its time can't be read."""
    parts = split_packet(layout, packet)
    stamp = parts[TIME_FIELD]
    if not stamp.isdecimal():
        raise ValueError(stamp)
    observed_at = datetime.strptime(stamp, "%Y%m%d%H%M").replace(tzinfo=zone)
    values = tuple(
        read_value(field, parts[field.name]) for field in layout.fields if field.name != TIME_FIELD
    )
    return Packet(observed_at=observed_at, values=values)


def read_value(field: Field, text: str) -> Value:
    """Return one field's value; a field padded with x is missing."""
    if not text.strip("xX "):
        return Value(property=field.name, value=None, quality=MISSING, raw=text)
    digits = text.strip()
    if not digits.lstrip("+-").isdecimal() or not digits.isascii():
        return Value(property=field.name, value=None, quality=UNREADABLE, raw=text)
    try:
        sent = int(digits)
    except ValueError:
        return Value(property=field.name, value=None, quality=UNREADABLE, raw=text)
    if (field.low is not None and sent < field.low) or (field.high is not None and sent > field.high):
        return Value(property=field.name, value=None, quality=OUT_OF_RANGE, raw=text)
    value = round(sent / field.factor - field.offset, 6)
    return Value(property=field.name, value=value, quality=GOOD, raw=text)


def write_value(field: Field, value: float | None) -> str:
    """Return a value as a sensor sends it: leading zeros, a sign where negative, x where missing."""
    if value is None:
        return "x" * field.width
    sent = round((value + field.offset) * field.factor)
    if field.low is not None:
        sent = max(sent, field.low)
    if field.high is not None:
        sent = min(sent, field.high)
    return f"{sent:0{field.width}d}"


def find_step(prop: Property, value: float) -> int:
    """Return the class of a value on the map, 0 to 3."""
    return sum(value >= step for step in prop.steps)


def mean_by_district(values: Iterable[StationValue]) -> dict[str, tuple[float, int]]:
    """Return the mean of good values and how many there are, by district code."""
    sums: dict[str, tuple[float, int]] = {}
    for one in values:
        if one.value is not None:
            total, count = sums.get(one.district_code, (0.0, 0))
            sums[one.district_code] = (total + one.value, count + 1)
    return {code: (total / count, count) for code, (total, count) in sums.items()}
