"""What is forgotten in time, so that the room doesn't grow for ever."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.core.incidents.models import HandOverRow, SightingRow
from madang.core.incidents.records import HandOverState

SIGHTINGS_KEPT = timedelta(days=30)
DELIVERED_KEPT = timedelta(days=365)


def forget_old_rows(*, now: datetime) -> int:
    """Drop sightings older than 30 days and hand-overs delivered over a year ago; return how many.

    A finding repeated after its sighting is dropped counts again; timelines are kept.
    """
    old = SightingRow.objects.filter(found_at__lt=now - SIGHTINGS_KEPT)
    done = HandOverRow.objects.filter(
        state=HandOverState.DELIVERED.value, delivered_at__lt=now - DELIVERED_KEPT
    )
    return old.delete()[0] + done.delete()[0]
