"""Subscriptions, with what became of their notifications."""

from __future__ import annotations

from madang.infrastructure.city_sensors import models


def list_subscriptions(*, limit: int, offset: int = 0) -> tuple[list[models.Subscription], int]:
    """Return a page of subscriptions, newest first, and exactly how many there are."""
    rows = models.Subscription.objects.order_by("-pk")
    return list(rows[offset : offset + limit]), rows.count()
