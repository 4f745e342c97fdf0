"""What each process of the family does, and which processes there are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from madang.core.base.interface import NotFound, Settings, collect


def list_process_names(settings: Settings) -> list[str]:
    """Return the names of the family's members besides the broker, as the supervisor starts them."""
    declared = [process.name for _, process in collect("processes", "PROCESSES")]
    workers = ["worker", *[f"worker-{number}" for number in range(2, settings.job_workers + 1)]]
    return ["web", "schedule", *workers, *declared]


def run_process(name: str) -> int:
    """Run the process `name` in this process until it is asked to stop."""
    built_in: dict[str, Callable[[], object]] = {
        "web": run_web,
        "worker": run_worker,
        "schedule": run_schedule,
    }
    declared = {process.name: process.run for _, process in collect("processes", "PROCESSES")}
    run = (built_in | declared).get(name)
    if run is None:
        raise NotFound("process.unknown", f"프로세스 {name}이(가) 없습니다", f"there is no process {name}")
    run()
    return 0


def run_web() -> None:
    """Serve the whole house on one port until asked to stop."""
    from django.conf import settings  # noqa: PLC0415
    from granian import Granian  # noqa: PLC0415

    Granian(
        "madang.project.asgi:application",
        address=settings.MADANG.host,
        port=settings.MADANG.port,
        interface="asgi",
        workers=settings.MADANG.web_workers,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


def run_worker() -> None:
    """Do queued background jobs one after another (the process is replaced by the queue's own worker)."""
    command = [sys.executable, "-m", "django", "db_worker", "--interval", "0.5", "--no-startup-delay"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "madang.project.settings"
    os.execv(sys.executable, command)  # noqa: S606


def run_schedule() -> None:
    """Start timed jobs when they are due until asked to stop."""
    from madang.core.pages.interface import run_due_jobs_forever  # noqa: PLC0415

    run_due_jobs_forever()
