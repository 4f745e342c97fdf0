"""One transaction's worth of news: timeline entries, hand-overs, live updates, version, numbers.

Locks are taken in one order everywhere: incidents by number or key, then counters, then targets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import F

from madang.core.base.interface import Actor, NotFound, new_id, publish_live
from madang.core.incidents.alerts import write_alert
from madang.core.incidents.methods import wants
from madang.core.incidents.models import CounterRow, HandOverRow, IncidentRow, TargetRow, TimelineRow
from madang.core.incidents.queries import LARGEST, read_incident, read_target
from madang.core.incidents.records import Channel, Event, Message
from madang.core.incidents.wording import say_evidence, say_kind

LIVE_TOPIC = "incidents"
CHUNK = 500


class Ledger:
    """Collects what happened to incidents in a transaction and writes it down at its end."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.actor, self.now = actor, now
        self._notes: list[tuple[IncidentRow, Event, str, dict[str, Any], Actor]] = []
        self._asked: list[tuple[int, IncidentRow, str]] = []

    def note(
        self,
        row: IncidentRow,
        event: Event,
        text: str = "",
        *,
        details: dict[str, Any] | None = None,
        actor: Actor | None = None,
    ) -> None:
        """Remember that `event` happened to `row`, by `actor` where it isn't the ledger's own."""
        self._notes.append((row, event, text, details or {}, actor or self.actor))

    def ask(self, target_id: int, row: IncidentRow, text: str) -> None:
        """Remember that a person hands `row` over to one target."""
        self._asked.append((target_id, row, text))

    def flush(self) -> None:
        """Write timeline entries and hand-overs (rows must be saved); tell open pages after the commit."""
        take_numbers("version", 1)
        if not self._notes:
            return
        TimelineRow.objects.bulk_create(
            [
                TimelineRow(
                    incident=row,
                    at=self.now,
                    actor_id=actor.id,
                    actor_name=actor.name[:150],
                    event=event.value,
                    note=text,
                    details=details,
                )
                for row, event, text, details, actor in self._notes
            ],
            batch_size=CHUNK,
        )
        self._write_hand_overs()
        news = [(row.number, row.severity_rank, event.value) for row, event, *_ in self._notes]
        last = max(news, key=lambda item: (item[2] == Event.OPENED, item[1]))
        payload = {"number": last[0], "severity_rank": last[1], "event": last[2], "count": len(news)}
        transaction.on_commit(lambda: publish_live(LIVE_TOPIC, payload))

    def _write_hand_overs(self) -> None:
        wanted = list(self._asked_messages())
        targets = [read_target(row) for row in TargetRow.objects.filter(is_active=True)]
        for row, event, text, _, _ in self._notes:
            incident = read_incident(row) if targets else None
            wanted += [
                (target.id, row, event, text)
                for target in targets
                if incident and wants(target, incident, event)
            ]
        ids = sorted({target_id for target_id, *_ in wanted})
        locked = TargetRow.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        by_id = {target.pk: target for target in locked}
        rows: list[HandOverRow] = []
        for target_id, row, event, text in wanted:
            rows.append(self._make_hand_over(by_id[target_id], row, event, text, written=rows))
        HandOverRow.objects.bulk_create(rows, batch_size=CHUNK)
        for target in by_id.values():
            target.save(update_fields=["last_sequence"])

    def _asked_messages(self) -> Iterator[tuple[int, IncidentRow, Event, str]]:
        for target_id, row, text in self._asked:
            yield target_id, row, Event.HANDED_OVER, text

    def _make_hand_over(
        self, target: TargetRow, row: IncidentRow, event: Event, text: str, *, written: Sequence[HandOverRow]
    ) -> HandOverRow:
        target.last_sequence += 1
        message = Message(
            id=new_id(),
            sequence=target.last_sequence,
            event=event,
            at=self.now,
            note=text,
            incident=read_incident(row),
        )
        return HandOverRow(
            id=message.id,
            target=target,
            sequence=message.sequence,
            incident=row,
            event=event.value,
            body=_write_body(target, row, message, written),
            created_at=self.now,
            next_attempt_at=self.now,
        )


def _write_body(target: TargetRow, row: IncidentRow, message: Message, written: Sequence[HandOverRow]) -> str:
    """Return what is sent, in the form that the target takes; `written` are the hand-overs of the same transaction."""
    if target.channel != Channel.CAP:
        return msgspec.json.encode(message, enc_hook=str).decode()
    before = HandOverRow.objects.filter(target=target, incident=row).order_by("sequence")
    earlier = [
        *before.values_list("pk", "created_at"),
        *(
            (one.pk, one.created_at)
            for one in written
            if (one.target_id, one.incident_id) == (target.pk, row.pk)
        ),
    ]
    return write_alert(
        message,
        addressee=target.name,
        kind=say_kind(row.kind),
        words=say_evidence(row.kind),
        house=settings.MADANG.public_url.rstrip("/"),
        earlier=earlier,
    )


def lock_incident(number: int) -> IncidentRow:
    """Return one incident, locked until the transaction ends; raises NotFound."""
    row = IncidentRow.objects.select_for_update(of=("self",)).filter(number=min(number, LARGEST)).first()
    if row is None:
        raise NotFound("incident.unknown", f"상황 {number}번이 없습니다.", f"there is no incident {number}")
    return row


def take_numbers(name: str, count: int) -> int:
    """Take `count` numbers from a counter in the caller's transaction; return the last."""
    CounterRow.objects.get_or_create(name=name)
    CounterRow.objects.filter(name=name).update(value=F("value") + count)
    return CounterRow.objects.values_list("value", flat=True).get(name=name)
