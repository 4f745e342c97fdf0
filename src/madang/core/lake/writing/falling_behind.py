"""A backlog is an event too: intake or a detector that falls behind is found, and found to have caught up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from madang.core.base.interface import Finding, Severity, Text, list_manifests
from madang.core.lake.declarations import list_handlers
from madang.core.lake.ledger import Ledger
from madang.core.lake.records import Backlog

from .emitting import emit

STATE = "#backlog"


def report_backlogs(backlogs: Sequence[Backlog], ledger: Ledger, now: datetime) -> None:
    """Report backlogs that are alarmed now and weren't, and those that no longer are."""
    by_name = {backlog.name: backlog for backlog in backlogs}
    known = {name for (name,) in ledger.read("SELECT key FROM silent WHERE table_name = ?", (STATE,))}
    alarmed = {name for name, backlog in by_name.items() if backlog.alarmed}
    if alarmed == known:
        return
    emit(
        [
            *(_describe(name, by_name[name], now) for name in sorted(alarmed - known)),
            *(_describe(name, None, now) for name in sorted(known - alarmed)),
        ]
    )
    with ledger.change() as connection:
        connection.execute("DELETE FROM silent WHERE table_name = ?", (STATE,))
        connection.executemany("INSERT INTO silent VALUES (?, ?)", [(STATE, name) for name in alarmed])


def _describe(name: str, backlog: Backlog | None, now: datetime) -> Finding:
    what = Text(ko="수신", en="Intake") if name == "stream" else _name_detector(name)
    age_s = round(backlog.oldest_age_s) if backlog else 0
    behind = Text(ko=f"{what.ko} 처리가 {age_s}초 밀렸습니다", en=f"{what.en}: {age_s} s behind")
    caught_up = Text(ko=f"{what.ko} 처리가 따라잡았습니다", en=f"{what.en}: caught up")
    return Finding(
        key=f"backlog:{name}",
        kind="intake_backlog",
        severity=Severity.SEVERE,
        found_at=now,
        reason=behind if backlog else caught_up,
        evidence={"waiting": backlog.waiting} if backlog else {},
        cleared=backlog is None,
    )


def _name_detector(name: str) -> Text:
    """Return in words what the detector `name` ("service.detector") of a service does."""
    label = name.partition(".")[0]
    service = next((m.title for m in list_manifests() if m.label == label), Text(ko=label, en=label))
    said = next((one.title for one in list_handlers() if one.name == name), None) or Text(
        ko="탐지", en="detector"
    )
    return Text(ko=f"{service.ko} {said.ko}", en=f"{service.en}, {said.en}")
