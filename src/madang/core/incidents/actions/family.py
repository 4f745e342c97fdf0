"""Members of the house's own family that hung: the supervisor has started them anew, and somebody should know."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from madang.core.base.interface import Finding, ProcessState, Severity, Text, read_run_state
from madang.core.incidents.models import IncidentRow
from madang.core.incidents.records import ACTIVE
from madang.core.pages.interface import name_process

from .intake import open_or_update

KEY = "process_hung:"
WELL_AFTER = timedelta(minutes=30)


def tell_of_hung(*, now: datetime, folder: Path) -> int:
    """Open an incident for each process that hung, by the state in `folder`, and clear it 30 minutes after; return how many."""
    state = read_run_state(folder)
    processes = {one.name: one for one in state.processes} if state else {}
    hung = {
        name: one
        for name, one in processes.items()
        if one.hung_at is not None and now - one.hung_at < WELL_AFTER
    }
    findings = [_describe(one, one.hung_at) for one in hung.values() if one.hung_at is not None]
    told = IncidentRow.objects.filter(
        key__startswith=KEY, state__in=[state.value for state in ACTIVE], cleared_at__isnull=True
    )
    for key in told.values_list("key", flat=True):
        name = key.removeprefix(KEY)
        well = processes.get(name)
        if name not in hung and well is not None and well.state == "running":
            findings.append(_describe(well, now, cleared=True))
    if findings:
        open_or_update(findings=findings, now=now, source="incidents")
    return len(findings)


def _describe(process: ProcessState, at: datetime, *, cleared: bool = False) -> Finding:
    name = name_process(process.name)
    stuck = Text(
        ko=f"프로세스 '{name.ko}'({process.name})이(가) 응답하지 않아 다시 시작했습니다",
        en=f"The process '{name.en}' ({process.name}) was stuck and has been started anew",
    )
    well = Text(
        ko=f"프로세스 '{name.ko}'({process.name})이(가) 다시 작동합니다",
        en=f"The process '{name.en}' ({process.name}) works again",
    )
    return Finding(
        key=f"{KEY}{process.name}",
        kind="process_hung",
        severity=Severity.SEVERE,
        found_at=at,
        reason=well if cleared else stuck,
        evidence={"process": process.name},
        cleared=cleared,
    )
