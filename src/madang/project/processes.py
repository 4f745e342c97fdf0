"""Which processes the family has besides the broker, and what each does."""

from __future__ import annotations

from collections.abc import Callable

from django.core.management import call_command

from madang.core.base.interface import NotFound, Settings, collect

from .simulator import run_simulator
from .web import serve

Run = Callable[[], object]


def list_runs(settings: Settings) -> dict[str, Run]:
    """Return what each member does by name, the web first: it is what people wait for."""
    workers = ["worker", *[f"worker-{number}" for number in range(2, settings.job_workers + 1)]]
    declared = {process.name: process.run for _, process in collect("processes", "PROCESSES")}
    return {
        "web": serve,
        **dict.fromkeys(workers, run_worker),
        "schedule": run_schedule,
        **declared,
        **({"simulator": run_simulator} if settings.demo else {}),
    }


def run_process(name: str, settings: Settings) -> None:
    """Run the process `name` in this process until it is asked to stop."""
    run = list_runs(settings).get(name)
    if run is None:
        raise NotFound("process.unknown", f"프로세스 {name}이(가) 없습니다", f"there is no process {name}")
    run()


def run_schedule() -> None:
    """Start timed jobs when they are due until asked to stop."""
    from madang.core.pages.interface import run_due_jobs_forever  # noqa: PLC0415

    run_due_jobs_forever()


def run_worker() -> None:
    """Do queued jobs until asked to stop."""
    call_command("db_worker", "--interval", "0.5", "--no-startup-delay")
