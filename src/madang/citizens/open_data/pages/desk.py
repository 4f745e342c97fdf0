"""The desk: which tables answer under a name of their own, and declaring one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms

from madang.citizens.open_data.actions.services import declare_service, withdraw_service
from madang.citizens.open_data.queries.calls import list_declared, list_public
from madang.citizens.open_data.records.calls import OlderFields, OpenField, OpenService
from madang.core.base.interface import Actor, BadInput, Text
from madang.core.pages.interface import FormPage, ListAction, ListColumn, ListPage, say_lazily
from madang.core.people.interface import require

DESK = "/desk/open_data/"
BEFORE = re.compile(r"(?P<ko>\d{4}-\d\d-\d\d) 전|before (?P<en>\d{4}-\d\d-\d\d)")
TITLE = Text(ko="Open API 서비스", en="Open API services")


def _find(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[OpenService]:
    del filters
    require(actor, "open_data.work")
    return [one for one in list_declared() if search.lower() in f"{one.name} {one.table}".lower()]


def _withdraw(*, actor: Actor, now: datetime, ids: Sequence[str]) -> Text:
    for name in ids:
        withdraw_service(actor=actor, now=now, name=name)
    return Text(ko=f"{len(ids)}개를 거두었습니다.", en=f"{len(ids)} withdrawn.")


SERVICES = ListPage(
    title=TITLE,
    permission="open_data.work",
    about=Text(
        ko="공개된 표는 모두 제 이름으로 Open API에 답합니다. 다른 이름이나 필드로 답해야 하는 것만 여기서 정합니다.",
        en="Every public table answers the Open API under its own name. Declare here only what answers otherwise.",
    ),
    columns=(
        ListColumn(name="name", title=Text(ko="서비스", en="Service"), href=lambda row: f"/open_data/{row.name}/"),
        ListColumn(name="table", title=Text(ko="표", en="Table")),
        ListColumn(name="envelope", title=Text(ko="바깥 이름", en="Envelope")),
        ListColumn(
            name="arguments",
            title=Text(ko="선택 인자", en="Arguments"),
            value=lambda row: ", ".join(row.arguments),
            sortable=False,
        ),
        ListColumn(
            name="fields",
            title=Text(ko="필드", en="Fields"),
            value=lambda row: ", ".join(one.name for one in row.fields),
            sortable=False,
        ),
    ),
    rows=_find,
    actions=(
        ListAction(
            name="withdraw",
            title=Text(ko="거두기", en="Withdraw"),
            permission="open_data.declare",
            consequence=Text(
                ko="{count}개 서비스가 이 이름으로 더는 답하지 않습니다.",
                en="{count} services no longer answer under this name.",
            ),
            run=_withdraw,
            is_destructive=True,
        ),
    ),
    row_id="name",
    sort="name",
    create=(f"{DESK}new/", Text(ko="서비스 정하기", en="Declare a service"), "open_data.declare"),
    empty=Text(
        ko="정해 둔 것이 없습니다. 공개된 표는 제 이름으로 답하고 있습니다.",
        en="Nothing is declared. Public tables answer under their own names.",
    ),
)  # fmt: skip


class ServiceForm(forms.Form):
    """How a table answers."""

    table = forms.ChoiceField(
        label=say_lazily("표", "Table"),
        choices=lambda: [
            (one.name, say_lazily(one.table.title.ko, one.table.title.en)) for one in list_public()
        ],
    )
    name = forms.CharField(
        label=say_lazily("서비스 이름", "Service name"), max_length=64,
        help_text=say_lazily("예: TbPublicWifiInfo", "For example: TbPublicWifiInfo"),
    )  # fmt: skip
    envelope = forms.CharField(
        label=say_lazily("바깥 이름 (다를 때만)", "Envelope (only where it differs)"),
        max_length=64,
        required=False,
    )
    arguments = forms.CharField(
        label=say_lazily("선택 인자가 되는 열 (쉼표로)", "Columns that are arguments (commas)"),
        required=False,
    )
    fields_text = forms.CharField(
        label=say_lazily("필드 (한 줄에 이름=열)", "Fields (a line each: name=column)"),
        widget=forms.Textarea,
        required=False,
        help_text=say_lazily(
            "비워 두면 모든 열이 제 이름으로 나갑니다. 때의 모양: 이름=열|%Y%m%d%H%M. "
            "‘2026-04-01 전’ 줄 아래에는 그날 전의 이름을 적습니다.",
            "Empty: every column under its own name. Form of a time: name=column|%Y%m%d%H%M. "
            "Below a line “before 2026-04-01” stand the names until that day.",
        ),
    )  # fmt: skip
    order_by = forms.CharField(
        label=say_lazily("순서 (열, 내림차순은 -열)", "Order (column, or -column)"), required=False
    )


def _declare(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    fields, older = _read_fields(data["fields_text"])
    service = OpenService(
        name=data["name"].strip(),
        table=data["table"],
        envelope=data["envelope"].strip(),
        arguments=tuple(filter(None, (part.strip() for part in data["arguments"].split(",")))),
        fields=fields,
        older=older,
        order_by=data["order_by"].strip(),
    )
    declare_service(actor=actor, now=now, service=service)
    return DESK


def _read_fields(text: str) -> tuple[tuple[OpenField, ...], tuple[OlderFields, ...]]:
    """Return the fields of today, and those of before each day that a line names."""
    days: list[date] = []
    found: list[list[OpenField]] = [[]]
    for line in filter(None, map(str.strip, text.splitlines())):
        match = BEFORE.fullmatch(line)
        if match is None:
            found[-1].append(_read_field(line))
            continue
        days.append(_read_day(match["ko"] or match["en"]))
        found.append([])
    today, *past = map(tuple, found)
    return today, tuple(OlderFields(until=day, fields=fields) for day, fields in zip(days, past, strict=True))


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "open_data.day", f"없는 날입니다: {text}", f"there is no such day: {text}", field="fields_text"
        ) from None


def _read_field(line: str) -> OpenField:
    name, equals, column = (part.strip() for part in line.partition("="))
    if not equals or not name or not column:
        raise BadInput(
            "open_data.field",
            f"‘이름=열’로 적어 주십시오: {line}",
            f"write name=column: {line}",
            field="fields_text",
        )
    column, _, pattern = (part.strip() for part in column.partition("|"))
    return OpenField(name=name, column=column, format=pattern)


DECLARE = FormPage(
    title=Text(ko="서비스 정하기", en="Declare a service"),
    permission="open_data.declare",
    form=ServiceForm,
    run=_declare,
    back=DESK,
)
