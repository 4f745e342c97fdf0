"""Messages of detectors and gateways are taken in: kept before they are acknowledged, each signal once."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import DataError, IntegrityError, transaction

from madang.core.base.interface import hurry
from madang.infrastructure.fire_safety.gateway.recordings import open_payload, read_health, read_message
from madang.infrastructure.fire_safety.methods.network import FAST, SLOW, blend
from madang.infrastructure.fire_safety.models import (
    DecoderRow,
    DetectorRow,
    FacilityRow,
    RefusedRow,
    SignalRow,
)
from madang.infrastructure.fire_safety.records import (
    ALARMING,
    Decoder,
    Health,
    Signal,
    SignalKind,
    Taken,
)

from .network import hear_gateways

FAULTS = (
    msgspec.MsgspecError,
    ValueError,
    RecursionError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
)
"""What reading a message that is none raises."""
LONGEST_PAYLOAD = 4000
CLOCK_TRUSTED = timedelta(days=1)
MEASURED = ["unread", "heard_at", "battery", "rssi", "snr", "margin", "usual_margin", "level", "usual_level"]
log = logging.getLogger("madang.fire_safety")


def take_messages(*, now: datetime, messages: Sequence[bytes], via: str) -> Taken:
    """Keep what messages say: signals that alarm, how devices are; what is no message, with its reason.

    When this returns it is on the disk. Only detectors and call points speak here: a message can't
    cancel, confirm or silence anything, persons do that. What can't be kept because of one message is that
    one's fault: it is refused, and the others are taken in. Raises DatabaseError while the registers are away.
    """
    try:
        return _take(now, messages, via)
    except (DataError, IntegrityError, *FAULTS) as error:
        if len(messages) <= 1:
            RefusedRow.objects.bulk_create([_refuse(raw, error, now, via) for raw in messages])
            return Taken(refused=len(messages))
        log.exception("one of %s messages can't be kept", len(messages))
    half = len(messages) // 2
    parts = [take_messages(now=now, messages=part, via=via) for part in (messages[:half], messages[half:])]
    return Taken(**{name: sum(getattr(one, name) for one in parts) for name in Taken.__struct_fields__})


def _take(now: datetime, messages: Sequence[bytes], via: str) -> Taken:
    signals: list[Signal] = []
    health: list[Health] = []
    refused: list[RefusedRow] = []
    decoded = [(raw, one) for raw in messages for one in _decode(raw)]
    known = _Known([one for _, one in decoded])
    for raw, found in decoded:
        try:
            if isinstance(found, Exception):
                raise found
            message = open_payload(known.place(found), known.find_decoder)
            said = read_message(message, now, known.find_kind)
            _refuse_persons(said)
            signals += said
            health += read_health(message)
        except FAULTS as error:
            refused.append(_refuse(raw, error, now, via))
            health += _note_unread(found, error)
    signals = _settle(signals)
    with hurry(), transaction.atomic():
        repeated = keep_signals(signals, now, via)
        devices = _note_health(health, now)
        hear_gateways(now=now, gateways={name for one in health for name in one.gateways})
        RefusedRow.objects.bulk_create(refused)
    return Taken(signals=len(signals) - repeated, repeated=repeated, devices=devices, refused=len(refused))


def hear_camera(*, now: datetime, camera_id: str) -> Taken:
    """Keep that a camera saw smoke or fire; nothing where no facility has registered it as a detector."""
    row = DetectorRow.objects.filter(pk=camera_id, kind=SignalKind.CAMERA_SMOKE.value).first()
    if row is None:
        return Taken()
    one = Signal(
        at=now,
        facility=row.facility_id,
        kind=SignalKind.CAMERA_SMOKE,
        source=row.pk,
        floor=row.floor,
        room=row.room,
    )
    repeated = keep_signals([one], now, "camera")
    return Taken(signals=1 - repeated, repeated=repeated)


def keep_signals(signals: Sequence[Signal], now: datetime, via: str) -> int:
    """Write signals down to be decided on; return how many of them were known."""
    rows = {(row := _write(one, now, via)).key: row for one in signals}
    known = set(SignalRow.objects.filter(key__in=list(rows)).values_list("key", flat=True))
    SignalRow.objects.bulk_create(
        [row for key, row in rows.items() if key not in known], ignore_conflicts=True
    )
    return len(known) + len(signals) - len(rows)


def find_heard(one: Signal, now: datetime) -> datetime | None:
    """Return when a signal was taken in; None where it wasn't."""
    rows = SignalRow.objects.filter(key=_write(one, now, "").key)
    return rows.values_list("received_at", flat=True).first()


def _write(one: Signal, now: datetime, via: str) -> SignalRow:
    # A clock that stands still must not make every later fire a repetition of the first.
    heard = "" if abs(now - one.at) < CLOCK_TRUSTED else f"\0{now.astimezone(UTC):%Y-%m-%dT%H}"
    said = "\0".join((one.facility, one.kind, one.source, one.at.isoformat(), one.reason)) + heard
    return SignalRow(
        key=hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest(),
        facility=one.facility,
        kind=one.kind.value,
        source=one.source,
        floor=one.floor[:100],
        room=one.room[:100],
        reason=one.reason[:300],
        expects=list(one.expects),
        alarm=one.alarm,
        said_at=one.at,
        received_at=now,
        via=via,
    )


def _decode(raw: bytes) -> list[Any]:
    """Return a message (of a list of a network server's events each), or the fault for which it is none."""
    try:
        message = msgspec.json.decode(raw)
    except FAULTS as error:
        return [error]
    is_list = isinstance(message, list) and message and all(_find_device(one) is not None for one in message)
    return message if is_list else [message]


def _note_unread(message: Any, error: Exception) -> list[Health]:
    """Return that a device was heard though its message couldn't be read; nothing where it names none."""
    if _find_device(message) is None:
        return []
    try:
        said = read_health(message)
    except FAULTS:
        return []
    return [msgspec.structs.replace(one, unread=str(error)[:200].replace("\0", "\ufffd")) for one in said]


def _settle(signals: Sequence[Signal]) -> list[Signal]:
    """Return signals with the place of their registered source where they name none, or none that is known."""
    if not signals:
        return []
    registered = FacilityRow.objects.filter(removed_at=None)
    named = registered.filter(pk__in={one.facility for one in signals}).values_list("code", flat=True)
    known, placed = set(named), DetectorRow.objects.in_bulk(list({one.source for one in signals}))
    settled = []
    for one in signals:
        row = placed.get(one.source)
        if row is not None and (one.facility not in known or one.facility == row.facility_id):
            one = msgspec.structs.replace(  # noqa: PLW2901 - the same signal, better placed
                one, facility=row.facility_id, floor=one.floor or row.floor, room=one.room or row.room
            )
        settled.append(one)
    return settled


def _refuse(raw: bytes, error: Exception, now: datetime, via: str) -> RefusedRow:
    payload = raw[:LONGEST_PAYLOAD].decode("utf-8", "replace").replace("\0", "\ufffd")
    reason = f"{type(error).__name__}: {error}"[:300].replace("\0", "\ufffd")
    return RefusedRow(received_at=now, via=via, reason=reason, payload=payload)


class _Known:
    """The devices, and the decoders of their profiles, that the messages of a network server name."""

    def __init__(self, messages: Sequence[Any]) -> None:
        named = [device for one in messages if (device := _find_device(one)) is not None]
        sources = {source for one in messages for source in _find_sources(one)}
        self._places = DetectorRow.objects.in_bulk(sorted(sources))
        self._decoders = DecoderRow.objects.in_bulk(_list_names(named, "deviceProfileName"))

    def place(self, message: Any) -> Any:
        """Return a message with the facility and kind of its registered device where it names none."""
        device = _find_device(message)
        tags = {} if device is None else device.get("tags") or {}
        row = None if device is None else self._places.get(_name(device, "devEui"))
        if device is None or row is None or not isinstance(tags, dict):
            return message
        tags = {"kind": row.kind, **tags, "facility": tags.get("facility") or row.facility_id}
        return {**message, "deviceInfo": {**device, "tags": tags}}

    def find_kind(self, device: str) -> SignalKind | None:
        """Return what a registered device is."""
        row = self._places.get(device)
        return row and SignalKind(row.kind)

    def find_decoder(self, profile: str) -> Decoder | None:
        """Return the decoder of a device profile, None where there is none."""
        row = self._decoders.get(profile)
        return row and msgspec.convert({"profile": row.profile, "fields": row.fields}, Decoder)


def _find_device(message: Any) -> dict[str, Any] | None:
    device = message.get("deviceInfo") if isinstance(message, dict) else None
    return device if isinstance(device, dict) else None


def _find_sources(message: Any) -> list[str]:
    try:
        return [one.source[:100] for one in read_health(message)]
    except FAULTS:
        return []


def _list_names(devices: Sequence[dict[str, Any]], what: str) -> list[str]:
    return sorted({name for one in devices if "\0" not in (name := _name(one, what))})


def _name(device: dict[str, Any], what: str) -> str:
    return str(device.get(what, ""))[:100]


def _refuse_persons(signals: Sequence[Signal]) -> None:
    for one in signals:
        if one.kind not in ALARMING:
            raise ValueError(f"{one.kind} is said by persons, not by devices")
        if "\0" in f"{one.facility}{one.source}{one.floor}{one.room}{one.reason}":
            raise ValueError("a NUL in a text")


def _note_health(health: Sequence[Health], now: datetime) -> int:
    newest = {one.source: one for one in health}
    known = DetectorRow.objects.filter(pk__in=list(newest))
    rows = []
    for row in known:
        one = newest[row.pk]
        row.heard_at = now
        row.unread = row.unread if one.unread is None else one.unread
        row.battery = row.battery if one.battery is None else one.battery
        row.rssi = row.rssi if one.rssi is None else one.rssi
        row.snr = row.snr if one.snr is None else one.snr
        row.margin = blend(row.margin, one.margin, FAST)
        row.usual_margin = blend(row.usual_margin, one.margin, SLOW)
        row.level = row.level if one.level is None else one.level
        row.usual_level = blend(row.usual_level, one.level, SLOW)
        rows.append(row)
    DetectorRow.objects.bulk_update(rows, MEASURED)
    return len(rows)
