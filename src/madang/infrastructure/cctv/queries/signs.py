"""The register of LED signs, and what each shows and showed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from madang.core.base.interface import NotFound, Text
from madang.core.things.interface import Thing, get_thing
from madang.infrastructure.cctv.models import SignTextRow
from madang.infrastructure.cctv.records import SIGN_KIND, Sign, SignText

from .devices import describe_device, list_devices


def get_sign(sign_id: str, now: datetime) -> Sign:
    """Return a sign and what it shows at this moment; raise NotFound where there is none."""
    thing = get_thing(sign_id)
    if thing.kind != SIGN_KIND:
        raise NotFound("cctv.sign", f"안내판이 아닙니다: {sign_id}", f"{sign_id} is no sign")
    return _describe([thing], now)[0]


def list_signs(now: datetime, **chosen: Any) -> tuple[list[Sign], int]:
    """Return signs and what each shows, chosen as by `list_devices`, and how many there are."""
    things, count = list_devices(SIGN_KIND, **chosen)
    return _describe(things, now), count


def list_texts(sign_id: str, limit: int = 50) -> list[SignText]:
    """Return what a sign shows and showed, newest first."""
    return [_read(row) for row in SignTextRow.objects.filter(sign_id=sign_id).order_by("-id")[:limit]]


def _describe(things: Sequence[Thing], now: datetime) -> list[Sign]:
    rows = SignTextRow.objects.filter(sign_id__in=[one.id for one in things], ends_at__gt=now).order_by("id")
    shown = {row.sign_id: _read(row) for row in rows}
    return [
        Sign(
            **describe_device(one),
            shown=shown.get(one.id),
        )
        for one in things
    ]


def _read(row: SignTextRow) -> SignText:
    return SignText(
        text=Text(ko=row.text_ko, en=row.text_en),
        begun_at=row.begun_at,
        ends_at=row.ends_at,
        set_by_name=row.set_by_name,
        ended_by_name=row.ended_by_name,
    )
