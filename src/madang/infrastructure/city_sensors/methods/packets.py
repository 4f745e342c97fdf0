"""Reading and writing fixed-width packets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Literal

from madang.infrastructure.city_sensors.records import Field, Packet, PacketLayout, Value

TIME_FIELD = "observed_at"
WORDS = frozenset({"model", "serial"})
"""Fields that say what the address and the register say already: they have their width, and no value."""
STAMP_WIDTH = 12
GOOD, MISSING, OUT_OF_RANGE, UNREADABLE = "good", "missing", "out_of_range", "unreadable"


def read_packet(layout: PacketLayout, packet: str, zone: tzinfo) -> Packet:
    """Return what a packet of the layout's length says; raise ValueError where its time can't be read."""
    observed_at = None
    values = []
    start = 0
    for field in layout.fields:
        text = packet[start : start + field.width]
        start += field.width
        if field.name == TIME_FIELD:
            observed_at = read_stamp(text, zone)
        elif field.name not in WORDS:
            values.append(read_value(field, text))
    if observed_at is None:
        raise ValueError("the layout has no time")
    return Packet(observed_at=observed_at, values=tuple(values))


def find_in_force(layouts: Sequence[PacketLayout], day: date) -> PacketLayout | None:
    """Return the one of layouts (newest first) that packets measured on a day are laid out by."""
    return next((one for one in layouts if one.valid_from <= day), None)


def read_dated(layouts: Sequence[PacketLayout], packet: str, zone: tzinfo, today: date) -> Packet:
    """Return what a packet says by the layout that was in force when it was measured; `layouts` are newest first.

    Where it was measured stands in the packet, at a place that the layout tells: it is read by the newest layout of
    the packet's length that was in force on the day it finds there. Raises Misfit where there is none.
    """
    misfit = Misfit("length", find_in_force(layouts, today) or layouts[-1])
    for layout in layouts:
        if len(packet) != layout.length:
            continue
        try:
            found = read_packet(layout, packet, zone)
        except ValueError:
            misfit = Misfit("time", layout)
            continue
        in_force = find_in_force(layouts, found.observed_at.date())
        if in_force is layout:
            return found
        if in_force is None:
            misfit = Misfit("before", layouts[-1])
        elif in_force.length != len(packet):
            misfit = Misfit("length", in_force)
    raise misfit


class Misfit(Exception):
    """No layout reads a packet: its length is another than that of `layout`, its time isn't one, or is before all."""

    def __init__(self, what: Literal["length", "time", "before"], layout: PacketLayout) -> None:
        super().__init__(what)
        self.what = what
        self.layout = layout


def read_stamp(text: str, zone: tzinfo) -> datetime:
    """Return the moment that yyyymmddhhmm says; raise ValueError for anything else."""
    if len(text) != STAMP_WIDTH or not text.isdecimal():
        raise ValueError(text)
    year, month, day, hour, minute = text[:4], text[4:6], text[6:8], text[8:10], text[10:]
    return datetime(int(year), int(month), int(day), int(hour), int(minute), tzinfo=zone)


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


def read_fields(text: str) -> tuple[Field, ...]:
    """Return the fields that lines describe (`pm25 4 factor=10 low=0`); raise ValueError with the line."""
    return tuple(_read_field(line) for line in text.splitlines() if line.strip())


def write_fields(fields: tuple[Field, ...]) -> str:
    """Return fields as lines that `read_fields` reads."""
    return "\n".join(" ".join([one.name, str(one.width), *_list_rules(one)]) for one in fields)


def _read_field(line: str) -> Field:
    try:
        name, width, *rules = line.split()
        given = dict(rule.split("=", 1) for rule in rules)
        if set(given) - {"factor", "offset", "low", "high"}:
            raise ValueError(line)
        numbers = {key: float(given[key]) for key in ("factor", "offset") if key in given}
        limits = {key: int(given[key]) for key in ("low", "high") if key in given}
        return Field(name=name, width=int(width), **numbers, **limits)
    except (ValueError, TypeError) as error:
        raise ValueError(line.strip()[:100]) from error


def _list_rules(field: Field) -> list[str]:
    given = {"factor": field.factor, "offset": field.offset, "low": field.low, "high": field.high}
    usual = {"factor": 1.0, "offset": 0.0, "low": None, "high": None}
    return [f"{key}={value:g}" for key, value in given.items() if value != usual[key]]
