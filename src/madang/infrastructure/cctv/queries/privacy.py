"""Who looked, who asked for originals, and the proofs of purges."""

from __future__ import annotations

from datetime import datetime

from madang.core.base.interface import Actor
from madang.infrastructure.cctv.models import PurgeRow, UnmaskRow, ViewRow
from madang.infrastructure.cctv.records import Ground, Purge, Unmask, UnmaskState


def list_views(actor: Actor) -> dict[str, datetime]:
    """Return when the actor last looked at each subject."""
    return dict(ViewRow.objects.filter(actor_id=actor.id).values_list("subject", "at"))


def list_unmasks(
    actor: Actor, *, state: str = "", event_uid: str = "", own: bool = False, limit: int = 100
) -> list[Unmask]:
    """Return requests to see originals, the newest first: all for who may decide or audit, else or if asked one's own."""
    rows = UnmaskRow.objects.order_by("-id")
    if own or not (actor.may("cctv.approve") or actor.may("people.read_audit")):
        rows = rows.filter(asked_by=actor.id)
    equal = {"state": state, "event_id": event_uid}
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    return [read_unmask(row) for row in rows[:limit]]


def find_grant(actor: Actor, event_uid: str, now: datetime) -> Unmask | None:
    """Return the approval by which the actor may see an event's original now, None without one."""
    row = UnmaskRow.objects.filter(
        event_id=event_uid, asked_by=actor.id, state=UnmaskState.GRANTED, expires_at__gt=now
    ).first()
    return None if row is None else read_unmask(row)


def list_purges(*, offset: int = 0, limit: int = 50) -> tuple[list[Purge], int]:
    """Return proofs of purging, the newest first, and how many there are."""
    rows = PurgeRow.objects.order_by("-id")
    names = Purge.__struct_fields__
    return [
        Purge(**{name: getattr(row, name) for name in names}) for row in rows[offset : offset + limit]
    ], rows.count()


def read_unmask(row: UnmaskRow) -> Unmask:
    """Return the record of a row."""
    return Unmask(
        id=row.pk,
        event_uid=row.event_id,
        asked_by=row.asked_by,
        asked_by_name=row.asked_by_name,
        asked_at=row.asked_at,
        ground=Ground(row.ground),
        reason=row.reason,
        state=UnmaskState(row.state),
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        expires_at=row.expires_at,
    )
