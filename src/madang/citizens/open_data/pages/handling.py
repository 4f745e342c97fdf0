"""The desk: what citizens wrote and nobody has seen to yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from madang.citizens.open_data.actions.talk import answer_entry, hide_entry, show_entry
from madang.citizens.open_data.queries.calls import list_public
from madang.citizens.open_data.queries.talk import DESK, KINDS, find_row, list_tasks
from madang.citizens.open_data.records.talk import STATE_NAMES, Task
from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, say_lazily

KIND_NAMES = {
    "question": Text(ko="질문", en="Question"),
    "request": Text(ko="데이터 요청", en="Request"),
    "app": Text(ko="갤러리", en="Gallery"),
}
TITLE = Text(ko="시민의 질문과 요청", en="Citizens' questions and requests")


def _find(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Task], int]:
    kind, state = filters.get("kind", ""), filters.get("state", "")
    return list_tasks(
        actor=actor, kind=kind, state=state, search=search, sort=sort, offset=offset, limit=limit
    )


TASKS = ListPage(
    title=TITLE,
    permission="open_data.answer",
    about=Text(
        ko="오래된 글부터입니다. 데이터를 가진 기관이 답하고, 기관이 없는 글은 데이터 담당자가 다룹니다.",
        en="The oldest first. The agency that owns the data answers; those without one are the data officers'.",
    ),
    columns=(
        ListColumn(name="title", title=Text(ko="글", en="Entry"), href=lambda row: row.href),
        ListColumn(name="kind", title=Text(ko="종류", en="Kind"), value=lambda row: KIND_NAMES[row.kind]),
        ListColumn(name="agency_code", title=Text(ko="기관", en="Agency")),
        ListColumn(name="state", title=Text(ko="상태", en="State"), value=lambda row: STATE_NAMES[row.state]),
        ListColumn(name="at", title=Text(ko="쓴 때", en="At"), type=ColumnType.TIME),
    ),
    query=_find,
    filters=(
        ListFilter(
            name="kind",
            title=Text(ko="종류", en="Kind"),
            choices=[(kind, KIND_NAMES[kind]) for kind in KINDS],
        ),
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=[(state.value, words) for state, words in STATE_NAMES.items()],
        ),
    ),
    sort="at",
    empty=Text(ko="아직 글이 없습니다.", en="Nothing was written yet."),
)


def _choose_form(actor: Actor, kind: str, entry_id: str) -> type[forms.Form]:
    del actor
    row = find_row(kind, entry_id)
    choices = [("show", say_lazily("보이기", "Show")), ("hide", say_lazily("숨기기", "Hide"))]
    if kind == "app":
        choices = [
            ("show", say_lazily("받아들이기", "Accept")),
            ("hide", say_lazily("돌려보내기", "Turn down")),
        ]
    else:
        choices.insert(0, ("answer", say_lazily("답하고 보이기", "Answer and show")))
    if kind == "request":
        choices.insert(1, ("decline", say_lazily("까닭을 답하고 받아들이지 않기", "Decline, saying why")))
    fields: dict[str, Any] = {
        "decision": forms.ChoiceField(label=say_lazily("할 일", "Decision"), choices=choices),
        "text": forms.CharField(
            label=say_lazily("답이나 까닭", "Answer or reason"),
            widget=forms.Textarea,
            max_length=2000,
            required=False,
        ),
    }
    if kind == "request":
        names = [
            ("", "–"),
            *((one.name, say_lazily(one.table.title.ko, one.table.title.en)) for one in list_public()),
        ]
        label = say_lazily("공개한 데이터", "Dataset it was answered with")
        fields["dataset"] = forms.ChoiceField(label=label, choices=names, required=False)
    return type("EntryForm", (forms.Form,), fields | {"entry": row, "kind": KIND_NAMES[kind]})


def _decide(*, actor: Actor, now: datetime, data: dict[str, Any], kind: str, entry_id: str) -> str:
    decision = data["decision"]
    if decision == "show":
        show_entry(actor=actor, now=now, kind=kind, entry_id=entry_id)
    elif decision == "hide":
        hide_entry(actor=actor, now=now, kind=kind, entry_id=entry_id, reason=data["text"])
    else:
        answer_entry(
            actor=actor, now=now, kind=kind, entry_id=entry_id, text=data["text"],
            dataset=data.get("dataset", ""), declines=decision == "decline",
        )  # fmt: skip
    return DESK


DECIDE = FormPage(
    title=TITLE,
    permission="open_data.answer",
    form=_choose_form,
    run=_decide,
    back=DESK,
    template="open_data/entry.html",
    button=Text(ko="이대로 하기", en="Do it"),
)
