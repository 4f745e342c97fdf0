"""`/desk/data/`: the data officer's queue, and what is written about each dataset."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Text, now
from madang.core.lake.actions import describe_dataset, publish_dataset, withdraw_dataset
from madang.core.lake.catalogue import browse_public
from madang.core.lake.importing.jobs import list_imports
from madang.core.lake.queries import get_dataset, list_datasets, list_late_datasets
from madang.core.lake.records import ColumnChange, DatasetChange, DatasetRecord
from madang.core.lake.vocabulary import CATEGORIES, IMPORT_STATES, STATES, say_category
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, page

from .forms import PERSONAL, WithdrawForm, WordsForm, fill_from_record, read_words

SHOWN = 8


@page("lake.read_internal", Text(ko="데이터 업무", en="Data desk"))
def show_workspace(request: HttpRequest) -> HttpResponse:
    """Show what waits: imports at work, drafts, datasets older than promised."""
    actor = request.actor
    drafts, draft_count = list_datasets(actor=actor, state="draft", order_by="-updated", limit=SHOWN)
    public = browse_public(SHOWN)
    late = list_late_datasets(actor=actor, moment=now())
    imports = list_imports(actor=actor, limit=SHOWN) if actor.may("lake.import") else []
    context = {
        "drafts": drafts,
        "draft_count": draft_count,
        "published_count": public.total,
        "newest": public.records,
        "late": late[:SHOWN],
        "late_count": len(late),
        "imports": [(one, IMPORT_STATES[one.state.value]) for one in imports],
        "now": now(),
    }
    return render(request, "lake/desk.html", context)


def query_register(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[list[DatasetRecord], int]:
    """Return a page of the register of datasets."""
    return list_datasets(
        actor=actor,
        search=search,
        category=filters.get("category", ""),
        state=filters.get("state", ""),
        order_by=sort or "-updated",
        offset=offset,
        limit=limit,
    )


REGISTER = ListPage(
    title=Text(ko="데이터 대장", en="Register of datasets"),
    about=Text(
        ko="초안부터 내린 데이터까지 모두 모았습니다.", en="Every dataset, from drafts to withdrawn ones."
    ),
    permission="lake.read_internal",
    query=query_register,
    row_id="name",
    sort="-updated",
    columns=(
        ListColumn(
            name="title",
            title=Text(ko="제목", en="Title"),
            value=lambda row: row.table.title,
            href=lambda row: f"/datasets/{row.table.name}/",
        ),
        ListColumn(name="name", title=Text(ko="이름", en="Name"), value=lambda row: row.table.name),
        ListColumn(
            name="state",
            title=Text(ko="상태", en="State"),
            value=lambda row: STATES[row.state.value],
            sortable=False,
        ),
        ListColumn(
            name="category",
            title=Text(ko="분야", en="Category"),
            value=lambda row: say_category(row.category) if row.category else None,
            sortable=False,
        ),
        ListColumn(name="rows", title=Text(ko="행", en="Rows"), type=ColumnType.INTEGER),
        ListColumn(
            name="updated",
            title=Text(ko="갱신", en="Updated"),
            type=ColumnType.TIME,
            value=lambda row: row.updated_at,
        ),
    ),
    filters=(
        ListFilter(name="state", title=Text(ko="상태", en="State"), choices=tuple(STATES.items())),
        ListFilter(name="category", title=Text(ko="분야", en="Category"), choices=tuple(CATEGORIES.items())),
    ),
    empty=Text(
        ko="아직 데이터가 없습니다. 파일을 올리면 여기에 나타납니다.",
        en="There are no datasets yet; upload a file and it appears here.",
    ),
    create=("/desk/data/import/", Text(ko="파일 올리기", en="Upload a file"), "lake.import"),
)
show_register = REGISTER.as_view()


def edit_words(*, actor: Actor, now: datetime, data: Any, name: str) -> str:
    """Write the words of the form and return the dataset's address."""
    record = get_dataset(actor=actor, name=name)
    personal = set(data.pop(PERSONAL))
    columns = tuple(
        ColumnChange(name=column.name, personal=_mark(column.personal, column.name in personal))
        for column in record.table.columns
        if bool(column.personal) != (column.name in personal)
    )
    words = read_words(data)
    promise = words.pop("freshness_promise_s") or 0
    change = DatasetChange(**words, freshness_promise_s=promise, columns=columns)
    describe_dataset(actor=actor, now=now, name=name, change=change)
    return f"/datasets/{name}/"


def _mark(before: str, is_personal: bool) -> str:  # noqa: FBT001
    return (before or "개인정보") if is_personal else ""


def _words_form(actor: Actor, name: str) -> Any:
    return partial(WordsForm, actor=actor, columns=get_dataset(actor=actor, name=name).table.columns)


def publish(*, actor: Actor, now: datetime, data: Any, name: str) -> str:
    """Publish and return the dataset's address."""
    publish_dataset(actor=actor, now=now, name=name)
    return f"/datasets/{name}/"


def withdraw(*, actor: Actor, now: datetime, data: Any, name: str) -> str:
    """Withdraw and return the dataset's address."""
    withdraw_dataset(actor=actor, now=now, name=name, reason=data["reason"])
    return f"/datasets/{name}/"


show_edit = FormPage(
    title=Text(ko="데이터 설명 고치기", en="Edit the description"),
    permission="lake.import",
    form=_words_form,
    initial=lambda actor, name: fill_from_record(get_dataset(actor=actor, name=name)),
    is_undoable=True,
    run=edit_words,
    back="/desk/data/",
    template="lake/edit.html",
).as_view()
show_publish = FormPage(
    title=Text(ko="데이터 공개", en="Publish a dataset"),
    permission="lake.publish",
    form=forms.Form,
    run=publish,
    button=Text(ko="공개하기", en="Publish"),
    consequence=Text(
        ko="누구나 로그인 없이 보고, 내려받고, API로 부를 수 있게 됩니다. 개인정보로 표시한 열은 나가지 않습니다.",
        en="Anyone can see, download and call it without signing in. Columns marked as personal stay hidden.",
    ),
    back="/desk/data/",
    template="lake/publish.html",
).as_view()
show_withdraw = FormPage(
    title=Text(ko="공개에서 내리기", en="Withdraw a dataset"),
    permission="lake.publish",
    form=WithdrawForm,
    run=withdraw,
    button=Text(ko="내리기", en="Withdraw"),
    consequence=Text(
        ko="공개 목록, 지도, API에서 바로 사라집니다. 자료는 지워지지 않고 언제든 다시 공개할 수 있습니다.",
        en="It leaves the catalogue, maps and API at once. Nothing is deleted; it can be published again.",
    ),
    back="/desk/data/",
).as_view()
