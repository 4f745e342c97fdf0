"""The page of the house's processes and timed jobs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Text, collect, read_run_state

from .models import ScheduledRun
from .views import page

FAMILY = {
    "broker": Text(ko="메시지 중개", en="Broker"),
    "web": Text(ko="웹", en="Web"),
    "worker": Text(ko="작업 처리", en="Worker"),
    "schedule": Text(ko="정기 작업", en="Timed jobs"),
    "simulator": Text(ko="시뮬레이션", en="Simulator"),
}
"""Members of the family that no manifest declares; further workers are called worker-2 and so on."""


@page("pages.see_status", Text(ko="서비스 상태", en="Service status"))
def show_status(request: HttpRequest) -> HttpResponse:
    """Show the processes of the house and its timed jobs."""
    state = read_run_state(settings.MADANG.data_path / "run")
    processes = state.processes if state else []
    jobs = ScheduledRun.objects.order_by("name")
    return render(
        request,
        "madang/status.html",
        {
            "processes": [(name_process(process.name), process) for process in processes],
            "jobs": [(_list_titles("jobs", "JOBS").get(job.name, _repeat(job.name)), job) for job in jobs],
        },
    )


def name_process(name: str) -> Text:
    """Return what a member of the family is called."""
    member = name if name in FAMILY else name.rstrip("0123456789").rstrip("-")
    return FAMILY.get(member) or _list_titles("processes", "PROCESSES").get(name, _repeat(name))


def _list_titles(part: str, constant: str) -> dict[str, Text]:
    return {declared.name: declared.title for _, declared in collect(part, constant)}


def _repeat(name: str) -> Text:
    return Text(ko=name, en=name)
