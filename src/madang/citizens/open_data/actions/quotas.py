"""Counting calls against the day's quota, over all processes."""

from __future__ import annotations

import logging
import threading
import time
from datetime import date, datetime, timedelta

import msgspec
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from madang.citizens.open_data import models
from madang.citizens.open_data.queries.quotas import kept
from madang.citizens.open_data.records.quotas import Quota
from madang.core.base.interface import Actor, BadInput, NotFound, to_city_time
from madang.core.people.interface import record_audit, require

log = logging.getLogger("madang.open_data")
WRITE_EVERY_S = 1.0
NEAR = 0.9
"""From this share of a limit on, every call is counted where all processes see it."""
MOST_SUBJECTS = 50_000
KEPT_DAYS = 62


class _Count:
    """What this process knows of one subject's day."""

    __slots__ = ("known", "unsent", "written_at")

    def __init__(self) -> None:
        self.known, self.unsent, self.written_at = 0, 0, float("-inf")


class Meter:
    """Lets a subject call until its day's limit is used up.

    Calls are written down once a second, and one by one when nine tenths of the limit are used: together the
    processes can't let through more than what each took within that second before they saw that mark. A refused
    call is counted once in each process at most. None is refused because the count can't be written.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: date | None = None
        self._counts: dict[str, _Count] = {}

    def take(self, subject: str, limit: int, now: datetime) -> bool:
        """Count one call of `subject`; return False, and count nothing, where its day is used up."""
        with self._lock:
            count = self._find(subject, to_city_time(now).date())
            if count.known >= limit:
                return False
            count.unsent += 1
            is_late = time.monotonic() - count.written_at >= WRITE_EVERY_S
            if not is_late and count.known + count.unsent < NEAR * limit:
                return True
            return self._write(subject, count) <= limit

    def flush(self) -> None:
        """Write down what isn't yet."""
        with self._lock:
            for subject, count in self._counts.items():
                if count.unsent:
                    self._write(subject, count)

    def forget(self) -> None:
        """Forget everything that this process knows."""
        with self._lock:
            self._day, self._counts = None, {}

    def _find(self, subject: str, day: date) -> _Count:
        if day != self._day or len(self._counts) >= MOST_SUBJECTS:
            for name, count in self._counts.items():
                if count.unsent:
                    self._write(name, count)
            self._day, self._counts = day, {}
        return self._counts.setdefault(subject, _Count())

    def _write(self, subject: str, count: _Count) -> int:
        try:
            count.known = add_calls(subject, self._day or date.min, count.unsent)
        except DatabaseError:
            log.warning("calls are counted later", exc_info=True)
            count.written_at = time.monotonic()
            return 0
        count.unsent, count.written_at = 0, time.monotonic()
        return count.known


def add_calls(subject: str, day: date, calls: int) -> int:
    """Add calls of one day and return their number in all processes."""
    rows = models.MeterRow.objects.filter(subject=subject, day=day)
    with transaction.atomic():
        if not rows.update(used=F("used") + calls):
            try:
                with transaction.atomic():
                    models.MeterRow.objects.create(subject=subject, day=day, used=calls)
            except IntegrityError:  # another process was first
                rows.update(used=F("used") + calls)
        return rows.values_list("used", flat=True).get()


def set_quota(*, actor: Actor, now: datetime, quota: Quota) -> None:
    """Change what everyone may call in a day."""
    require(actor, "open_data.declare")
    try:
        quota = msgspec.convert(msgspec.to_builtins(quota), Quota)
    except msgspec.ValidationError as error:
        raise BadInput(
            "open_data.quota", "1 이상의 수를 적어 주십시오", "write a number of at least 1"
        ) from error
    with transaction.atomic():
        models.QuotaRow.objects.update_or_create(id=1, defaults=msgspec.to_builtins(quota))
        record_audit(
            actor=actor,
            action="open_data.set_quota",
            subject="quota",
            now=now,
            details=msgspec.to_builtins(quota),
        )
    kept.forget()


def set_key_limit(*, actor: Actor, now: datetime, key_id: str, daily_limit: int | None) -> None:
    """Give one key a day's limit of its own, or (None) everyone's again."""
    require(actor, "open_data.declare")
    if daily_limit is not None and daily_limit < 0:
        raise BadInput(
            "open_data.quota", "0 이상의 수를 적어 주십시오", "write a number ≥ 0", field="daily_limit"
        )
    with transaction.atomic():
        if not models.KeyRow.objects.filter(id=key_id).update(daily_limit=daily_limit):
            raise NotFound("open_data.key_unknown", "그런 인증키가 없습니다", "there is no such key")
        details = {"daily_limit": daily_limit}
        record_audit(actor=actor, action="open_data.set_key_limit", subject=key_id, now=now, details=details)
    kept.forget()


def forget_old_counts(now: datetime) -> int:
    """Take counts of days long past away; return how many."""
    day = to_city_time(now).date() - timedelta(days=KEPT_DAYS)
    return models.MeterRow.objects.filter(day__lt=day).delete()[0]


meter = Meter()
