"""Timed jobs: every room's JOBS, each run by one schedule of the house when it is due."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import datetime, timedelta

from django.db import close_old_connections, transaction

from madang.core.base.interface import Job, collect, now

from .models import ScheduledRun

log = logging.getLogger("madang.schedule")
TICK_S = 0.5


def run_due_jobs_forever() -> None:
    """Run due jobs until SIGTERM or SIGINT."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    jobs = [job for _, job in collect("jobs", "JOBS")]
    while not stopping.wait(TICK_S):
        for job in jobs:
            close_old_connections()
            run_if_due(job, now())


def run_if_due(job: Job, moment: datetime) -> bool:
    """Run `job` if it is due at `moment` and nobody else took it; return whether it ran."""
    if not _take(job, moment):
        return False
    error = ""
    try:
        job.run()
    except Exception as fault:
        log.exception("job %s", job.name)
        error = f"{type(fault).__name__}: {fault}"
    ScheduledRun.objects.filter(name=job.name).update(finished_at=now(), error=error)
    return True


def _take(job: Job, moment: datetime) -> bool:
    with transaction.atomic():
        row = ScheduledRun.objects.select_for_update().filter(name=job.name).first()
        if row is None:
            row = ScheduledRun(name=job.name, due_at=moment)
        if row.due_at > moment:
            return False
        row.started_at, row.due_at = moment, moment + timedelta(seconds=job.every_s)
        row.save()
        return True
