"""Timed jobs: every room's JOBS, each run by one schedule of the house when it is due."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, close_old_connections, transaction

from madang.core.base.interface import Job, beat, collect, now, stop_on_signals

from .models import ScheduledRun

log = logging.getLogger("madang.schedule")
SHORTEST_PAUSE_S = 0.1
RETRY_S = 2.0
STOP_PATIENCE_S = 5.0
_TAKING = threading.Lock()
"""The threads look one after the other: together they would keep SQLite's one writer from everybody else."""


def run_due_jobs_forever() -> None:
    """Run due jobs, each in a thread of its own so that none waits for another, until SIGTERM or SIGINT."""
    stopping = stop_on_signals()
    threads = [
        threading.Thread(target=_follow, args=(job, stopping), name=job.name, daemon=True)
        for _, job in collect("jobs", "JOBS")
    ]
    for thread in threads:
        thread.start()
    while not stopping.wait(STOP_PATIENCE_S):
        beat()
    for thread in threads:
        thread.join(STOP_PATIENCE_S / len(threads))


def _follow(job: Job, stopping: threading.Event) -> None:
    pause_s = 0.0
    while not stopping.wait(pause_s):
        try:
            run_if_due(job, now())
            due_at = ScheduledRun.objects.get(name=job.name).due_at
            pause_s = max((due_at - now()).total_seconds(), SHORTEST_PAUSE_S)
        except DatabaseError:
            log.exception("job %s could not be looked up", job.name)
            pause_s = RETRY_S
        finally:
            close_old_connections()


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
    with _TAKING, transaction.atomic():
        row = ScheduledRun.objects.select_for_update().filter(name=job.name).first()
        if row is None:
            row = ScheduledRun(name=job.name, due_at=moment)
        if row.due_at > moment:
            return False
        row.started_at, row.due_at = moment, moment + timedelta(seconds=job.every_s)
        row.save()
        return True
