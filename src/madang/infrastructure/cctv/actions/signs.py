"""What an LED sign shows: one text in both languages at a time, with its end, by somebody who is named."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, Text
from madang.core.people.interface import record_audit, require
from madang.infrastructure.cctv.models import SignTextRow
from madang.infrastructure.cctv.queries.signs import get_sign
from madang.infrastructure.cctv.records import Sign

LONGEST_TEXT, LONGEST = 100, timedelta(days=1)


def show_text(*, actor: Actor, now: datetime, sign_id: str, text: Text, lasts: timedelta) -> Sign:
    """Show a text (1 to 100 characters in each language) from now on, at most a day; what the sign showed before ends."""
    sign = get_sign(sign_id, now)
    require(actor, "cctv.watch", sign.agency_code)
    said = Text(ko=" ".join(text.ko.split()), en=" ".join(text.en.split()))
    if not (1 <= len(said.ko) <= LONGEST_TEXT and 1 <= len(said.en) <= LONGEST_TEXT):
        raise BadInput(
            "cctv.sign_text",
            f"두 언어로 1~{LONGEST_TEXT}자를 적어 주십시오.",
            f"write 1 to {LONGEST_TEXT} characters in each language",
        )
    if not timedelta(0) < lasts <= LONGEST:
        raise BadInput("cctv.sign_end", "하루 안에 끝나야 합니다.", "it ends within a day")
    with transaction.atomic():
        _end(sign_id, now, actor)
        SignTextRow.objects.create(
            sign_id=sign_id,
            text_ko=said.ko,
            text_en=said.en,
            begun_at=now,
            ends_at=now + lasts,
            set_by_name=actor.name[:150],
        )
        details = {"ko": said.ko, "en": said.en, "ends_at": (now + lasts).isoformat()}
        record_audit(actor=actor, now=now, action="cctv.show_on_sign", subject=sign_id, details=details)
    return get_sign(sign_id, now)


def clear_sign(*, actor: Actor, now: datetime, sign_id: str) -> Sign:
    """Show nothing any more; raise Conflict where nothing is shown."""
    sign = get_sign(sign_id, now)
    require(actor, "cctv.watch", sign.agency_code)
    with transaction.atomic():
        if not _end(sign_id, now, actor):
            raise Conflict("cctv.sign_empty", "지금 보이는 글이 없습니다.", "it shows nothing now")
        record_audit(actor=actor, now=now, action="cctv.clear_sign", subject=sign_id)
    return get_sign(sign_id, now)


def _end(sign_id: str, now: datetime, actor: Actor) -> int:
    shown = SignTextRow.objects.filter(sign_id=sign_id, ends_at__gt=now)
    return shown.update(ends_at=now, ended_by_name=actor.name[:150])
