"""Who looks at pictures: every look is in the audit log before a picture is sent; originals need two people."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from madang.core.base.interface import (
    CITY_TIMEZONE,
    Actor,
    BadInput,
    Conflict,
    NotAllowed,
    NotFound,
    Unavailable,
    read_pair,
)
from madang.core.people.interface import record_audit, require
from madang.infrastructure.cctv.gateway.clips import hash_file, open_files
from madang.infrastructure.cctv.models import EventRow, UnmaskRow, ViewRow
from madang.infrastructure.cctv.queries.cameras import get_camera
from madang.infrastructure.cctv.queries.events import get_event_row
from madang.infrastructure.cctv.queries.privacy import find_grant, list_unmasks, read_unmask
from madang.infrastructure.cctv.queries.sources import find_live
from madang.infrastructure.cctv.records import Ground, Unmask, UnmaskState

WATCH, APPROVE = "cctv.watch", "cctv.approve"
PURPOSE = "관제"
SAME_LOOK = timedelta(minutes=5)
"""Pictures that somebody asks for one after the other are one look: a new entry comes after so long."""
LONGEST_GRANT = timedelta(hours=24)
LEAST_REASON = 10


def open_live(*, actor: Actor, now: datetime, camera_id: str) -> Path:
    """Return the file of a camera's newest picture, masked; that it was looked at is audited first.

    An old picture is never given as a live one: NotFound where the camera isn't watched or none has come yet,
    Unavailable, with the time of the last picture, where none comes any more.
    """
    camera = get_camera(camera_id)
    require(actor, WATCH, camera.agency_code)
    live = find_live(camera_id, now)
    path = open_files().name_live(camera_id)
    if live is None or not path.is_file():
        raise NotFound(
            "cctv.no_picture",
            "지금 보는 카메라가 아니거나 아직 온 영상이 없습니다",
            "it isn't watched now, or no picture has come yet",
        )
    said, last = read_pair(live[0]), live[1]
    if live[0]:
        at = last.astimezone(CITY_TIMEZONE).isoformat(timespec="seconds") if last else ""
        raise Unavailable(
            "cctv.lost",
            f"{said.ko}. 마지막 장면: {at or '없음'}",
            f"{said.en}; last picture: {at or 'none'}",
            last_at=at or None,
        )
    note_look(actor, now, "cctv.view_live", camera_id)
    return path


def open_clip(*, actor: Actor, now: datetime, uid: str) -> Path:
    """Return the file of an event's clip, masked; that it was looked at is audited first."""
    row = get_event_row(actor, uid)
    require(actor, WATCH, row.agency_code)
    path = _find(open_files().name_clip(uid), row.masked_sha256, row, now)
    note_look(actor, now, "cctv.view_clip", uid)
    return path


def open_original(*, actor: Actor, now: datetime, uid: str) -> Path:
    """Return the file of an event's original, for whom it was approved and as long as that lasts."""
    row = get_event_row(actor, uid)
    require(actor, WATCH, row.agency_code)
    grant = find_grant(actor, uid, now)
    if grant is None:
        raise NotAllowed(
            "cctv.masked",
            "원본을 보려면 법의 근거를 들어 요청하고 다른 사람의 승인을 받아야 합니다",
            "the original needs a request with its legal ground, and another person's approval",
        )
    path = _find(open_files().name_original(uid), row.original_sha256, row, now)
    note_look(actor, now, "cctv.view_original", uid, purpose=grant.ground.value, request=grant.id)
    return path


def export_clip(*, actor: Actor, now: datetime, uid: str, recipient: str, reason: str) -> Path:
    """Return the masked clip for somebody outside; to whom and why, and the file's hash, are audited."""
    row = get_event_row(actor, uid)
    require(actor, WATCH, row.agency_code)
    for value, field in ((recipient, "recipient"), (reason, "reason")):
        if not value.strip():
            raise BadInput(
                "cctv.export", "누구에게 왜 내보내는지 적어 주세요", "say to whom and why", field=field
            )
    path = _find(open_files().name_clip(uid), row.masked_sha256, row, now)
    digest = hash_file(path)
    if digest != row.masked_sha256:
        raise Conflict("cctv.altered", "클립이 기록과 다릅니다", "the clip isn't the one that was recorded")
    with transaction.atomic():
        details = {"recipient": recipient.strip(), "sha256": digest}
        record_audit(
            actor=actor,
            now=now,
            action="cctv.export_clip",
            subject=uid,
            purpose=reason.strip(),
            details=details,
        )
    return path


def ask_unmask(*, actor: Actor, now: datetime, uid: str, ground: Ground, reason: str) -> Unmask:
    """Ask to see an event's original; it needs a reason, and waits for somebody else."""
    row = get_event_row(actor, uid)
    require(actor, WATCH, row.agency_code)
    if len(reason.strip()) < LEAST_REASON:
        raise BadInput(
            "cctv.reason",
            f"까닭을 {LEAST_REASON}자 넘게 적어 주세요",
            f"give a reason of {LEAST_REASON} letters or more",
            field="reason",
        )
    if list_unmasks(actor, state=UnmaskState.ASKED, event_uid=uid, own=True):
        raise Conflict("cctv.asked", "이미 요청되어 승인을 기다립니다", "it was asked already and waits")
    with transaction.atomic():
        asked = UnmaskRow.objects.create(
            event=row, asked_by=actor.id, asked_by_name=actor.name[:150], asked_at=now, ground=ground.value,
            reason=reason.strip()[:500],
        )  # fmt: skip
        details = {"request": asked.pk, "reason": asked.reason}
        record_audit(
            actor=actor, now=now, action="cctv.ask_unmask", subject=uid, purpose=ground.value, details=details
        )
    return read_unmask(asked)


def decide_unmask(*, actor: Actor, now: datetime, request_id: int, grant: bool, hours: float = 1.0) -> Unmask:
    """Grant or refuse a request, for at most LONGEST_GRANT; never one's own (four eyes).

    Refusing what was granted takes it back: from now on the original is closed.
    """
    lasts = timedelta(hours=hours)
    if grant and not timedelta(0) < lasts <= LONGEST_GRANT:
        raise BadInput(
            "cctv.hours",
            "24시간까지만 허락할 수 있습니다",
            "it can be granted for at most 24 hours",
            field="hours",
        )
    with transaction.atomic():
        row = UnmaskRow.objects.select_for_update().select_related("event").filter(pk=request_id).first()
        if row is None:
            raise NotFound("cctv.request", "그런 요청이 없습니다", "there is no such request")
        require(actor, APPROVE, row.event.agency_code)
        if row.asked_by == actor.id:
            raise NotAllowed(
                "cctv.four_eyes",
                "자기 요청은 다른 사람이 승인해야 합니다",
                "somebody else must decide on one's own request",
            )
        is_taken_back = row.state == UnmaskState.GRANTED and not grant and row.expires_at > now
        if row.state != UnmaskState.ASKED and not is_taken_back:
            raise Conflict("cctv.decided", "이미 결정된 요청입니다", "this request was decided already")
        row.state = (UnmaskState.GRANTED if grant else UnmaskState.REFUSED).value
        row.decided_by, row.decided_by_name, row.decided_at = actor.id, actor.name[:150], now
        row.expires_at = now + lasts if grant else None
        row.save()
        details = {"request": row.pk, "asked_by": row.asked_by, "expires_at": row.expires_at}
        record_audit(
            actor=actor,
            now=now,
            action="cctv.unmask_taken_back" if is_taken_back else f"cctv.unmask_{row.state}",
            subject=row.event_id,
            purpose=row.ground,
            details=details,
        )
    return read_unmask(row)


def _find(path: Path, digest: str, row: EventRow, now: datetime) -> Path:
    """Return a clip's file: none once its time is over, even where its deletion is still to come."""
    if not digest or row.purged_at is not None or row.expires_at <= now or not path.is_file():
        raise NotFound(
            "cctv.no_clip", "클립이 없거나 보관 기간이 지났습니다", "there is no clip, or its time is over"
        )
    return path


def note_look(
    actor: Actor, now: datetime, action: str, subject: str, *, purpose: str = PURPOSE, **more: object
) -> None:
    """Write the look into the audit log unless it goes on with one that is there, for the same `more`."""
    name = ":".join([action, *map(str, more.values()), subject])[:100]
    last = ViewRow.objects.filter(actor_id=actor.id, subject=name).first()
    if last is not None and timedelta(0) <= now - last.at < SAME_LOOK:
        return
    with transaction.atomic():
        ViewRow.objects.update_or_create(actor_id=actor.id, subject=name, defaults={"at": now})
        record_audit(actor=actor, now=now, action=action, subject=subject, purpose=purpose, details=more)
