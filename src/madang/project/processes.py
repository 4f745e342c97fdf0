"""Which processes the family has besides the broker, and how each is started."""

from __future__ import annotations

import sys
from collections.abc import Callable

from madang.core.base.interface import NotFound, Settings, collect

QUEUE_WORKER = ("-m", "django", "db_worker", "--interval", "0.5", "--no-startup-delay")


def list_process_commands(settings: Settings) -> dict[str, list[str]]:
    """Return the command of each member by name, the web first: it is what people wait for."""
    workers = ["worker", *[f"worker-{number}" for number in range(2, settings.job_workers + 1)]]
    commands = {"web": ["-m", "madang.project.web"]}
    commands |= {name: list(QUEUE_WORKER) for name in workers}
    for name in _list_runs():
        commands[name] = ["-m", "madang.project.command_line", "process", name]
    return {name: [sys.executable, *command] for name, command in commands.items()}


def run_process(name: str) -> None:
    """Run the process `name` in this process until it is asked to stop."""
    run = _list_runs().get(name)
    if run is None:
        raise NotFound("process.unknown", f"프로세스 {name}이(가) 없습니다", f"there is no process {name}")
    run()


def run_schedule() -> None:
    """Start timed jobs when they are due until asked to stop."""
    from madang.core.pages.interface import run_due_jobs_forever  # noqa: PLC0415

    run_due_jobs_forever()


def _list_runs() -> dict[str, Callable[[], object]]:
    declared = {process.name: process.run for _, process in collect("processes", "PROCESSES")}
    return {"schedule": run_schedule, **declared}
