"""After an alarm: what happened to the second, how long each step took, what to change; page and PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, Text, now, read_pair, to_city_time
from madang.core.pages.interface import format_moment, page, print_pdf
from madang.infrastructure.fire_safety.methods.reviewing import Review, Step, review
from madang.infrastructure.fire_safety.queries import (
    get_alarm,
    get_facility,
    list_decisions,
    list_relays,
    list_signals,
)
from madang.infrastructure.fire_safety.records import KIND_NAMES, SIMULATED, Alarm, Decision, SignalKind

from .alarms import VERDICTS
from .desk import describe

PRINTED = Path(__file__).resolve().parents[1] / "templates" / "fire_safety" / "report.typ"


@page("fire_safety.view", title=Text(ko="사후 보고서", en="After-action report"))
def show_report(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Show what happened to the second, how long each step took, and what to change."""
    return render(request, "fire_safety/report.html", _tell(request.actor, alarm_id))


def _tell(actor: Actor, alarm_id: int) -> dict[str, Any]:
    """Return all that a report of an alarm says."""
    alarm = get_alarm(actor, alarm_id)
    decisions, relays = list_decisions(actor, alarm_id), list_relays(actor, alarm_id)
    until = (alarm.closed_at or alarm.stood_down_at or alarm.handed_over_at or alarm.due_at) + timedelta(
        minutes=5
    )
    signals = list_signals(actor, alarm, min(until, now()))
    name = read_pair(alarm.facility_name)
    found = review(alarm, decisions, signals, relays)
    return {
        **describe(alarm),
        "title": Text(ko=f"사후 보고서: {name.ko}", en=f"After-action report: {name.en}"),
        "rows": _list_moments(alarm, decisions, signals, relays),
        "review": found,
        "steps": [(one, say_verdict(one)) for one in found.steps],
        "moment": now(),
        "is_simulated": get_facility(actor, alarm.facility).source == SIMULATED,
    }


@page("fire_safety.view", title=Text(ko="사후 보고서", en="After-action report"))
def print_report(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Send the report as a PDF."""
    told = _tell(request.actor, alarm_id)
    content = print_pdf(PRINTED, _write_words(told, request.language))
    name = f"fire-{told['alarm'].facility}-{told['alarm'].number}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _write_words(told: dict[str, Any], language: str) -> dict[str, Any]:
    """Return what the printed report says, in one language."""

    def say(ko: str, en: str) -> str:
        return Text(ko=ko, en=en).say(language)

    found: Review = told["review"]
    moment = format_moment(told["alarm"].begun_at, language, to_second=True)
    marks = [say("시뮬레이션", "simulated")] if told["is_simulated"] else []
    marks += [say("훈련", "drill")] if told["alarm"].is_drill else []
    return {
        "language": language,
        "title": told["title"].say(language),
        "about": " · ".join(
            filter(
                None,
                (*marks, told["place"] and told["place"].say(language), moment, told["state"].say(language)),
            )
        ),
        "foot": f"{format_moment(told['moment'], language)} · Madang",
        "words": {
            "steps": say("걸린 시간", "How long each step took"),
            "score": say("점수", "Score"),
            "changes": say("바꿀 것", "What to change"),
            "none": say("고칠 것이 보이지 않습니다.", "Nothing to change was found."),
            "outcome": say("결과", "Outcome"),
            "timeline": say("시간 순서", "Timeline"),
            "columns": [
                say("때", "When"),
                say("경과 (초)", "After (s)"),
                say("일", "What"),
                say("까닭", "Why"),
            ],
        },
        "steps": [
            {
                "name": one.name.say(language),
                "seconds": "–" if one.seconds is None else f"{one.seconds:.1f} {say('초', 's')}",
                "is_good": one.is_good,
                "verdict": say_verdict(one).say(language),
            }
            for one in found.steps
        ],
        "score": f"{found.score} / 100",
        "changes": [one.say(language) for one in found.changes],
        "note": read_pair(told["alarm"].note).say(language),
        "rows": [
            {
                "at": f"{to_city_time(row['at']):%H:%M:%S}",
                "after": f"{row['after']:.1f}",
                "what": row["what"].say(language),
                "why": row["why"].say(language),
            }
            for row in told["rows"]
        ],
    }


def say_verdict(step: Step) -> Text:
    """Return how a step went, in a word."""
    if not step.is_good:
        return Text(ko="늦음", en="late")
    return Text(ko="필요 없었음", en="not needed") if step.seconds is None else Text(ko="좋음", en="good")


def _list_moments(
    alarm: Alarm, decisions: Sequence[Decision], signals: Any, relays: Any
) -> list[dict[str, Any]]:
    rows: list[tuple[datetime, Text, Text]] = [
        (one.at, Text(ko="들림", en="Heard"), _say_signal(one)) for one in signals
    ]
    rows += [(one.at, VERDICTS[one.verdict], one.reason) for one in decisions]
    got = Text(ko="119가 받음", en="119 has it")
    rows += [
        (one.received_at, got, Text(ko=one.identifier, en=one.identifier))
        for one in relays
        if one.received_at
    ]
    return [
        {"at": at, "after": (at - alarm.begun_at).total_seconds(), "what": what, "why": why}
        for at, what, why in sorted(rows, key=lambda row: row[0])
    ]


def _say_signal(one: Any) -> Text:
    kind = describe_kind(one.kind)
    who, why = read_pair(one.source), read_pair(one.reason)
    said = Text(ko=f" ({why.ko})", en=f" ({why.en})") if one.reason else Text(ko="", en="")
    return Text(ko=f"{kind.ko} {who.ko}{said.ko}", en=f"{kind.en} {who.en}{said.en}")


PERSONS = {
    SignalKind.SEEN: Text(ko="보았음", en="seen by"),
    SignalKind.CONFIRM: Text(ko="불이라고 확인", en="fire, says"),
    SignalKind.DRILL_CONFIRM: Text(ko="훈련으로 불을 확인", en="fire for the drill, says"),
    SignalKind.FALSE_ALARM: Text(ko="오경보라고 답함", en="false alarm, says"),
    SignalKind.OVER: Text(ko="끝났다고 알림", en="over, says"),
    SignalKind.TEST_BEGINS: Text(ko="점검 시작", en="test begun by"),
    SignalKind.TEST_ENDS: Text(ko="점검 끝", en="test ended by"),
    SignalKind.DRILL_BEGINS: Text(ko="훈련 시작", en="drill begun by"),
    SignalKind.DRILL_ENDS: Text(ko="훈련 끝", en="drill ended by"),
}


def describe_kind(kind: SignalKind) -> Text:
    """Return what a signal is, in words."""
    return KIND_NAMES.get(kind) or PERSONS[kind]
