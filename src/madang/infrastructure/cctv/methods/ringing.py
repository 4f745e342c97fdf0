"""What a bell says. Whatever arrives is a press unless it says that it is a test: nobody calls for help in vain."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from madang.core.base.interface import Text
from madang.infrastructure.cctv.records import Ring

AHEAD, OLD = timedelta(minutes=10), timedelta(days=7)
LONGEST_ID = 64


class Said(msgspec.Struct, frozen=True):
    """The message of a bell; without a moment it was pressed when it arrived."""

    pressed_at: datetime | None = None
    is_test: bool = False


def read_ring(bell_id: str, payload: bytes, now: datetime) -> Ring:
    """Return what a message of a bell says: JSON of `Said`, or nothing at all."""
    try:
        said = msgspec.json.decode(payload, type=Said) if payload.strip() else Said()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        fault = Text(ko="비상벨의 전문을 읽을 수 없음", en="the bell's message can't be read")
        return Ring(bell_id=bell_id[:LONGEST_ID], at=now, fault=fault)
    return make_ring(bell_id, said, now)


def make_ring(bell_id: str, said: Said, now: datetime) -> Ring:
    """Return what a bell says; a moment that can't be (no time zone, ahead of us, a week ago) is now, and told."""
    at, fault = said.pressed_at or now, None
    if at.tzinfo is None or not now - OLD <= at <= now + AHEAD:
        at, fault = now, Text(ko="비상벨의 시각이 맞지 않음", en="the bell's clock is wrong")
    return Ring(bell_id=bell_id[:LONGEST_ID], at=at, is_test=said.is_test, fault=fault)
