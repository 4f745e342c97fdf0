"""Every change of this service: what the receiver takes in, who may send, and how packets are laid out."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import CITY_TIMEZONE, HOUSE, Actor, BadInput, MadangError, to_city_time
from madang.core.lake.interface import append
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.correcting import correct
from madang.infrastructure.city_sensors.methods.packets import TIME_FIELD, read_packet
from madang.infrastructure.city_sensors.queries.corrections import map_corrections
from madang.infrastructure.city_sensors.queries.stations import (
    find_certificate,
    find_layout,
    forget,
    hash_key,
    list_stations,
)
from madang.infrastructure.city_sensors.records import PROPERTY_BY_CODE, Answer, Packet, PacketLayout, Sent
from madang.infrastructure.city_sensors.tables import READINGS, REFUSED

from .joining import Joint

AHEAD = timedelta(minutes=10)
"""A sensor's clock may be this far ahead of ours."""
LONGEST = 2000
readings = Joint(READINGS.name)


def receive_packet(*, now: datetime, sent: Sent) -> Answer:
    """Take in one packet of the city's receiver protocol; SUCC-000 only once its values are durable.

    Packets that can't be taken are kept with status E and their reason, except those of unknown senders.
    """
    certificate = find_certificate(sent.certkey)
    if certificate is None or now >= certificate.valid_until:
        return Answer(code="ERROR-100", message="인증키가 없거나 기간이 지났습니다 · unknown or expired key")
    if now < certificate.valid_from:
        return Answer(code="READY-000", message="인증키를 아직 쓸 수 없습니다 · the key is not valid yet")
    try:
        packet = _read(sent, now)
        if isinstance(packet, Packet):
            _store(sent.serial, packet)
            return Answer(code="SUCC-000", message="저장했습니다 · stored")
        _keep_refused(sent, certificate.name, packet, now)
    except MadangError as error:
        return Answer(code="ERROR-900", message=f"저장하지 못했습니다. 다시 보내 주십시오 · {error.text.en}")
    return packet


def issue_certificate(
    *,
    actor: Actor,
    now: datetime,
    key: str,
    name: str,
    agency_code: str,
    valid_from: datetime,
    valid_until: datetime,
) -> None:
    """Let whoever holds `key` send from `valid_from` until `valid_until`; only the key's hash is kept."""
    require(actor, "city_sensors.change_receiver", agency_code)
    if len(key) < 16 or valid_until <= valid_from:
        raise BadInput(
            "city_sensors.certificate",
            "인증키는 16자 이상이고 끝이 시작보다 늦어야 합니다",
            "a key has 16 characters or more, and ends after it begins",
        )
    values = {
        "name": name,
        "agency_code": agency_code,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    with transaction.atomic():
        models.Certificate.objects.update_or_create(key_hash=hash_key(key), defaults=values)
        record_audit(actor=actor, now=now, action="city_sensors.issue_certificate", subject=name)
    forget()


def define_packet(*, actor: Actor, now: datetime, layout: PacketLayout) -> None:
    """Lay down how packets of a number look from a day on; an earlier layout still reads older packets."""
    require(actor, "city_sensors.change_receiver")
    names = [field.name for field in layout.fields]
    unknown = set(names) - set(PROPERTY_BY_CODE) - {TIME_FIELD}
    widths_right = all(field.width > 0 and field.factor != 0 for field in layout.fields)
    if unknown or TIME_FIELD not in names or len(set(names)) < len(names) or not widths_right:
        raise BadInput(
            "city_sensors.layout",
            f"전문 정의가 잘못되었습니다: {', '.join(sorted(unknown)) or '항목과 너비를 확인하십시오'}",
            f"a wrong layout: {', '.join(sorted(unknown)) or 'check its fields and widths'}",
        )
    with transaction.atomic():
        models.PacketDefinition.objects.update_or_create(
            data_no=layout.data_no,
            valid_from=layout.valid_from,
            defaults={"fields": msgspec.to_builtins(layout.fields)},
        )
        record_audit(actor=actor, now=now, action="city_sensors.define_packet", subject=layout.data_no)
    forget()


def _read(sent: Sent, now: datetime) -> Packet | Answer:
    layout = find_layout(sent.data_no, to_city_time(now).date())
    if layout is None:
        return Answer(code="ERROR-200", message=f"전문 번호를 모릅니다 · unknown data_no {sent.data_no}")
    if sent.serial not in list_stations():
        return Answer(code="ERROR-200", message=f"등록되지 않은 센서입니다 · unknown serial {sent.serial}")
    if len(sent.packet) != layout.length:
        lengths = f"{layout.length} ≠ {len(sent.packet)}"
        return Answer(
            code="ERROR-300", message=f"전문 길이가 다릅니다 · wrong length: expected ≠ received, {lengths}"
        )
    try:
        packet = read_packet(layout, sent.packet, CITY_TIMEZONE)
    except ValueError:
        return Answer(code="ERROR-300", message="측정 시각을 읽을 수 없습니다 · unreadable time")
    if packet.observed_at > now + AHEAD:
        return Answer(code="ERROR-300", message="측정 시각이 앞서 있습니다 · time in the future")
    return packet


def _store(serial: str, packet: Packet) -> None:
    values = packet.values
    known = map_corrections()
    corrected = [
        correct(known.get((serial, one.property), ()), packet.observed_at, one.value) for one in values
    ]
    rows = pa.table(
        {
            "thing_id": [serial] * len(values),
            "property": [one.property for one in values],
            "observed_at": pa.array([packet.observed_at] * len(values), pa.timestamp("us", "UTC")),
            "value": pa.array([value for value, _ in corrected], pa.float64()),
            "quality": [one.quality for one in values],
            "raw": [one.raw for one in values],
            "details": pa.array([details for _, details in corrected], pa.string()),
        }
    )
    readings.append(rows)


def _keep_refused(sent: Sent, sender: str, answer: Answer, now: datetime) -> None:
    row = {
        "serial": sent.serial[:LONGEST],
        "data_no": sent.data_no[:LONGEST],
        "pk_seq": sent.pk_seq[:LONGEST],
        "received_at": now,
        "status": "E",
        "code": answer.code,
        "reason": answer.message[:LONGEST],
        "sender": sender,
        "packet": sent.packet[:LONGEST],
    }
    types = {"received_at": pa.timestamp("us", "UTC")}
    columns = {name: pa.array([value], types.get(name, pa.string())) for name, value in row.items()}
    append(REFUSED.name, pa.table(columns), actor=HOUSE)
