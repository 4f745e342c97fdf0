"""Messages of sensors by MQTT and HTTP: what can be taken is a reading, the rest is kept with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa

from madang.core.base.interface import HOUSE
from madang.core.lake.interface import append
from madang.core.things.interface import Thing
from madang.infrastructure.city_sensors.methods.limits import is_possible
from madang.infrastructure.city_sensors.methods.messages import AHEAD, read_message
from madang.infrastructure.city_sensors.methods.packets import GOOD, MISSING
from madang.infrastructure.city_sensors.queries.senders import may_send
from madang.infrastructure.city_sensors.queries.sources import map_allowances
from madang.infrastructure.city_sensors.queries.stations import find_certificate, list_stations
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, Heard, Said
from madang.infrastructure.city_sensors.tables import READINGS

from .completing import complete
from .holding import HELD, hold, rates
from .receiving import LONGEST, append_refused

UNKNOWN_KEY = "unknown or expired key"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message: how many values were taken, and why the others weren't, or were flagged."""

    taken: int
    reasons: tuple[str, ...] = ()


def hear_messages(*, now: datetime, messages: Sequence[Heard], may_refuse: bool = True) -> list[Judged]:
    """Take in messages together; when this returns, every value and every refusal survives a power cut.

    A sender without a valid key leaves nothing. Raises Unavailable where nothing can be stored; send all again.
    Where what comes was acknowledged to its sender already (`may_refuse` False), a source that sends far more than
    it promised is told of as ever, and nothing of it is left out.
    """
    readings: list[Said] = []
    refusals: list[dict[str, Any]] = []
    judged = []
    for number, message in enumerate(messages):
        one, refused = _judge(message, now, readings, may_refuse=may_refuse)
        judged.append(one)
        refusals += [{"pk_seq": f"{now.timestamp():.6f}-{number}"} | line for line in refused]
    try:
        if readings:
            append(READINGS.name, _make_rows(readings), actor=HOUSE)
        append_refused(refusals, now)
    except Exception:
        rates.give_back(_count(readings, list_stations()))
        raise
    return judged


def _judge(
    message: Heard, now: datetime, readings: list[Said], *, may_refuse: bool
) -> tuple[Judged, list[dict[str, Any]]]:
    certificate = find_certificate(message.certkey)
    if certificate is None or not certificate.valid_from <= now < certificate.valid_until:
        return Judged(taken=0, reasons=(UNKNOWN_KEY,)), []
    stations = list_stations()
    try:
        found = read_message(message.payload, message.at or now)
    except ValueError as error:
        said, reasons = [], {str(error)[:300]: ""}
    else:
        said, reasons = found.said, dict(found.faults)
        serials = {one.serial for one in said}  # far fewer than values
        own = {one for one in serials if one in stations and may_send(certificate, stations[one])}
        reasons |= {
            reason: one.serial for one in said if (reason := _find_fault(one, own, stations, now)) is not None
        }
        if reasons:
            said = [one for one in said if _find_fault(one, own, stations, now) is None]
    good = said
    held, lines = set[str](), list[dict[str, Any]]()
    if map_allowances():
        held, lines = hold(_count(good, stations), certificate.name, now)
    if not may_refuse:
        held = set()
    if held:
        good = [one for one in good if stations[one.serial].source not in held]
    readings += good
    flagged = tuple(
        f"{one.property} {one.value:g} is out of range, kept without a value"
        for one in good
        if not is_possible(one.property, one.value)
    )
    told = (*reasons, *dict.fromkeys(flagged), *((HELD.en,) if held else ()))
    judged = Judged(taken=len(good), reasons=told)
    if reasons:
        lines.append(
            {
                "serial": next(iter(reasons.values())) or "?",
                "data_no": "message",
                "status": "E",
                "code": "ERROR-300",
                "reason": "; ".join(reasons),
                "sender": certificate.name,
                "packet": message.payload[:LONGEST].decode("utf-8", "replace"),
            }
        )
    return judged, lines


def _count(said: list[Said], stations: dict[str, Thing]) -> Counter[str]:
    """Return how many values each source sent."""
    return Counter(stations[one.serial].source for one in said)


def _find_fault(one: Said, own: set[str], stations: dict[str, Thing], now: datetime) -> str | None:
    if one.serial not in own:
        why = "the key is not for" if one.serial in stations else "unknown"
        return f"{why} serial {one.serial[:64]}"
    if one.property not in PROPERTY_BY_CODE:
        return f"unknown property {one.property[:64]}"
    if one.observed_at > now + AHEAD:
        return "time in the future"
    return None


def _make_rows(readings: list[Said]) -> pa.Table:
    rows = pa.table(
        {
            "thing_id": [one.serial for one in readings],
            "property": [one.property for one in readings],
            "observed_at": pa.array([one.observed_at for one in readings], pa.timestamp("us", "UTC")),
            "value": pa.array([one.value for one in readings], pa.float64()),
            "quality": [MISSING if one.value is None else GOOD for one in readings],
            "raw": pa.nulls(len(readings), pa.string()),
            "revision": pa.array([one.revision for one in readings], pa.int64()),
        }
    )
    return complete(rows)
