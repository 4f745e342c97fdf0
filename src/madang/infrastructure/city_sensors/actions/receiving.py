"""Every change of this service: what the receiver takes in, who may send, and how packets are laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

import msgspec
import pyarrow as pa
from django.db import transaction

from madang.core.base.interface import CITY_TIMEZONE, HOUSE, Actor, BadInput, MadangError, to_city_time
from madang.core.lake.interface import append
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.messages import AHEAD
from madang.infrastructure.city_sensors.methods.numbering import read_sequence
from madang.infrastructure.city_sensors.methods.packets import (
    STAMP_WIDTH,
    TIME_FIELD,
    WORDS,
    Misfit,
    read_dated,
)
from madang.infrastructure.city_sensors.queries.senders import may_send
from madang.infrastructure.city_sensors.queries.stations import (
    find_certificate,
    find_layouts,
    forget,
    hash_key,
    list_stations,
)
from madang.infrastructure.city_sensors.records import (
    PROPERTY_BY_CODE,
    Answer,
    Certificate,
    Field,
    Packet,
    PacketLayout,
    Sent,
)
from madang.infrastructure.city_sensors.tables import READINGS, REFUSED

from .completing import complete
from .holding import CODE, HELD, hold, rates
from .sequences import sequences

LONGEST = 2000
LARGEST = 10**15
TYPES = {
    "thing_id": pa.string(),
    "property": pa.string(),
    "observed_at": pa.timestamp("us", "UTC"),
    "value": pa.float64(),
    "quality": pa.string(),
    "raw": pa.string(),
    "revision": pa.int64(),
}
STORED = Answer(code="SUCC-000", message="저장했습니다 · stored")
UNKNOWN = Answer(code="ERROR-100", message="인증키가 없거나 기간이 지났습니다 · unknown or expired key")
NOT_YET = Answer(code="READY-000", message="인증키를 아직 쓸 수 없습니다 · the key is not valid yet")


def receive_packets(*, now: datetime, sent: Sequence[Sent]) -> list[Answer]:
    """Take in packets of the city's receiver protocol; SUCC-000 only for those whose values are durable.

    Packets that can't be taken are kept with status E and their reason, except those of unknown senders. A sender
    sends for the stations of its agency, of those below it and of their sources; for others it is ERROR-100.
    Sources that send far more than they promised are answered ERROR-900 until they send less.
    """
    desk = _Desk(now)
    answers = [desk.judge(one) for one in sent]
    failed = {
        kind: error
        for kind, keep in ((Packet, desk.store), (Answer, desk.keep_refused))
        if (error := _try(keep)) is not None
    }
    return [_conclude(one, failed) for one in answers]


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
    unknown = set(names) - set(PROPERTY_BY_CODE) - WORDS - {TIME_FIELD}
    is_right = all(map(_is_right, layout.fields))
    if unknown or TIME_FIELD not in names or len(set(names)) < len(names) or not is_right:
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


def _is_right(field: Field) -> bool:
    """Return whether a field has a width, numbers that can be computed with, and limits in their order."""
    limits = [limit for limit in (field.low, field.high) if limit is not None]
    return (
        (field.width == STAMP_WIDTH if field.name == TIME_FIELD else 0 < field.width <= LONGEST)
        and isfinite(field.factor)
        and field.factor != 0
        and isfinite(field.offset)
        and limits == sorted(limits)
        and all(abs(limit) <= LARGEST for limit in limits)
    )


class _Desk:
    """Packets that came together: what they say, column by column, and what is refused of them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = to_city_time(now).date()
        self.stations = list_stations()
        self.layouts: dict[str, tuple[PacketLayout, ...]] = {}
        self.columns: dict[str, list[Any]] = {name: [] for name in TYPES}
        self.taken: list[Sent] = []
        self.refused: list[dict[str, Any]] = []
        self.counted: Counter[str] = Counter()

    def judge(self, sent: Sent) -> Packet | Answer:
        """Return what a packet says, to be stored; or the answer to it."""
        certificate = find_certificate(sent.certkey)
        if certificate is None or self.now >= certificate.valid_until:
            return UNKNOWN
        if self.now < certificate.valid_from:
            return NOT_YET
        packet = self._read(sent, certificate)
        if isinstance(packet, Packet):
            source = self.stations[sent.serial].source
            held, lines = hold({source: len(packet.values)}, certificate.name, self.now)
            self.refused += lines
            if held:
                return Answer(code=CODE, message=f"{HELD.ko} · {HELD.en}")
            self.counted[source] += len(packet.values)
            self._add(sent, packet)
        else:
            self._refuse(sent, certificate.name, packet)
        return packet

    def store(self) -> None:
        """Make what was taken durable."""
        if self.columns["thing_id"]:
            columns = {name: pa.array(self.columns[name], kind) for name, kind in TYPES.items()}
            try:
                append(READINGS.name, complete(pa.table(columns)), actor=HOUSE)
            except Exception:
                rates.give_back(self.counted)
                for sent in self.taken:
                    sequences.give_back(sent)
                raise

    def keep_refused(self) -> None:
        """Make what was refused durable."""
        append_refused(self.refused, self.now)

    def _read(self, sent: Sent, certificate: Certificate) -> Packet | Answer:
        if sent.data_no not in self.layouts:
            self.layouts[sent.data_no] = find_layouts(sent.data_no)
        layouts = self.layouts[sent.data_no]
        if not layouts:
            return Answer(
                code="ERROR-200",
                message=f"모르는 전문 번호입니다: {sent.data_no} · unknown data_no {sent.data_no}",
            )
        if sent.serial not in self.stations:
            return Answer(
                code="ERROR-200",
                message=f"등록되지 않은 센서입니다: {sent.serial} · unknown serial {sent.serial}",
            )
        if not may_send(certificate, self.stations[sent.serial]):
            return Answer(
                code="ERROR-100",
                message=f"이 인증키로 보낼 수 없는 센서입니다: {sent.serial}"
                f" · the key is not for serial {sent.serial}",
            )
        if not sent.pk_seq:
            return Answer(code="ERROR-300", message="순번이 없습니다 · no sequence (pk_seq)")
        try:
            packet = read_dated(layouts, sent.packet, CITY_TIMEZONE, self.today)
        except Misfit as misfit:
            return _explain(misfit, len(sent.packet))
        if packet.observed_at > self.now + AHEAD:
            return Answer(code="ERROR-300", message="측정 시각이 앞서 있습니다 · time in the future")
        if sequences.is_doubled(sent):
            return Answer(
                code="ERROR-300",
                message=f"순번 {sent.pk_seq[:64]}이(가) 다른 전문에 쓰였습니다 · duplicate sequence {sent.pk_seq[:64]}",
            )
        return packet

    def _add(self, sent: Sent, packet: Packet) -> None:
        columns, count = self.columns, len(packet.values)
        for one in packet.values:
            columns["property"].append(one.property)
            columns["value"].append(one.value)
            columns["quality"].append(one.quality)
            columns["raw"].append(one.raw)
        columns["thing_id"] += [sent.serial] * count
        columns["observed_at"] += [packet.observed_at] * count
        columns["revision"] += [read_sequence(sent.pk_seq)] * count
        sequences.take(sent)
        self.taken.append(sent)

    def _refuse(self, sent: Sent, sender: str, answer: Answer) -> None:
        self.refused.append(
            {
                "serial": sent.serial,
                "data_no": sent.data_no,
                "pk_seq": sent.pk_seq,
                "status": "E",
                "code": answer.code,
                "reason": answer.message,
                "sender": sender,
                "packet": sent.packet,
            }
        )


def _explain(misfit: Misfit, length: int) -> Answer:
    if misfit.what == "time":
        return Answer(code="ERROR-300", message="측정 시각을 읽을 수 없습니다 · unreadable time")
    if misfit.what == "before":
        day = misfit.layout.valid_from
        return Answer(
            code="ERROR-200",
            message=f"{day} 전에 잰 전문의 정의가 없습니다 · no layout of packets measured before {day}",
        )
    return Answer(
        code="ERROR-300",
        message=f"전문 길이가 다릅니다: 정의 {misfit.layout.length}자, 받은 것 {length}자"
        f" · wrong length: expected ≠ received, {misfit.layout.length} ≠ {length}",
    )


def append_refused(rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Keep what was refused, each line at a moment of its own; when this returns it survives a power cut."""
    if not rows:
        return
    columns = {
        column.name: pa.array([one[column.name][:LONGEST] for one in rows], pa.string())
        for column in REFUSED.columns
        if column.name != REFUSED.time
    }
    moments = [now + timedelta(microseconds=number) for number in range(len(rows))]
    table = pa.table(columns | {"received_at": pa.array(moments, pa.timestamp("us", "UTC"))})
    append(REFUSED.name, table, actor=HOUSE)


def _try(keep: Callable[[], None]) -> MadangError | None:
    try:
        keep()
    except MadangError as error:
        return error
    return None


def _conclude(judged: Packet | Answer, failed: Mapping[type, MadangError]) -> Answer:
    error = failed.get(type(judged))
    if error is not None and judged not in (UNKNOWN, NOT_YET):
        return Answer(code=CODE, message=f"저장하지 못했습니다. 다시 보내 주십시오 · {error.text.en}")
    return STORED if isinstance(judged, Packet) else judged
