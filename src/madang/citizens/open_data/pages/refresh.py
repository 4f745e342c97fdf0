"""The desk of what is fetched again regularly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms

from madang.citizens.open_data.actions.refresh import remove_refresh, save_refresh, switch_refresh
from madang.citizens.open_data.queries.refresh import list_refreshable, list_refreshes
from madang.citizens.open_data.records.refresh import Refresh
from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import FormPage, ListAction, ListColumn, ListPage, say_lazily

DESK = "/desk/open_data/refreshes/"
TITLE = Text(ko="정해진 때마다 다시 가져오기", en="Scheduled refresh")
STOPPED = Text(ko="멈춤", en="stopped")


def _find(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[Refresh]:
    del actor, filters
    return [
        one
        for one in list_refreshes()
        if search.lower() in f"{one.dataset} {one.title.ko} {one.title.en} {one.address}".lower()
    ]


def _say_every(row: Refresh) -> Text:
    return Text(ko=f"{row.every_hours}시간", en=f"{row.every_hours} h") if row.is_on else STOPPED


def _switch(*, actor: Actor, now: datetime, ids: Sequence[str], is_on: bool) -> Text:
    for one in ids:
        switch_refresh(actor=actor, now=now, dataset=one, is_on=is_on)
    return Text(ko=f"{len(ids)}개를 바꾸었습니다.", en=f"{len(ids)} switched.")


def _remove(*, actor: Actor, now: datetime, ids: Sequence[str]) -> Text:
    for one in ids:
        remove_refresh(actor=actor, now=now, dataset=one)
    return Text(ko=f"{len(ids)}개를 지웠습니다.", en=f"{len(ids)} removed.")


REFRESH_LIST = ListPage(
    title=TITLE,
    permission="open_data.harvest",
    about=Text(
        ko="데이터셋을 원래 자리에서 정해진 때마다 다시 받아 새 판으로 만듭니다. 파일이 그대로면 아무것도 바뀌지 않고, 열이 없어지거나 행이 절반 넘게 줄거나 주민등록번호가 있으면 받지 않고 까닭을 적어 둡니다.",
        en="Datasets are fetched again from where they come from and become new versions. The same file changes nothing; one that lacks columns or most rows, or shows resident numbers, isn't taken, and the reason stands here.",
    ),
    columns=(
        ListColumn(name="title", title=Text(ko="데이터셋", en="Dataset"), href=lambda row: f"/datasets/{row.dataset}/"),
        ListColumn(name="address", title=Text(ko="주소", en="Address")),
        ListColumn(name="every_hours", title=Text(ko="마다", en="Every"), value=_say_every),
        ListColumn(name="last_at", title=Text(ko="마지막으로 본 때", en="Last look"), type=ColumnType.TIME),
        ListColumn(name="changed_at", title=Text(ko="새 판", en="New version"), type=ColumnType.TIME),
        ListColumn(name="due_at", title=Text(ko="다음", en="Next"), type=ColumnType.TIME),
        ListColumn(name="trouble", title=Text(ko="문제", en="Trouble"), sortable=False),
    ),
    rows=_find,
    actions=(
        ListAction(
            name="on",
            title=Text(ko="지금 받기", en="Fetch now"),
            permission="open_data.harvest",
            consequence=Text(ko="{count}개를 1분 안에 받습니다.", en="{count} are fetched within a minute."),
            run=partial(_switch, is_on=True),
        ),
        ListAction(
            name="off",
            title=Text(ko="멈추기", en="Stop"),
            permission="open_data.harvest",
            consequence=Text(ko="{count}개를 더 받지 않습니다. 판은 남습니다.", en="{count} are fetched no more; their versions stay."),
            run=partial(_switch, is_on=False),
        ),
        ListAction(
            name="remove",
            title=Text(ko="지우기", en="Remove"),
            permission="open_data.harvest",
            consequence=Text(ko="{count}개를 이 목록에서 뺍니다. 데이터셋과 판은 남습니다.", en="{count} leave this list; datasets and versions stay."),
            run=_remove,
            is_destructive=True,
        ),
    ),
    row_id="dataset",
    sort="title",
    create=(f"{DESK}new/", Text(ko="데이터셋 더하기", en="Add a dataset"), "open_data.harvest"),
    empty=Text(ko="다시 가져오는 데이터셋이 없습니다.", en="No dataset is fetched again."),
)  # fmt: skip


def _form(actor: Actor) -> type[forms.Form]:
    fields = {
        "dataset": forms.ChoiceField(
            label=say_lazily("데이터셋", "Dataset"),
            choices=[
                (one.name, say_lazily(one.table.title.ko, one.table.title.en))
                for one in list_refreshable(actor)
            ],
        ),
        "address": forms.CharField(
            label=say_lazily("파일의 주소", "Address of the file"), max_length=500,
            help_text=say_lazily(
                "손으로 가져올 때와 같은 파일이면 됩니다: CSV, 엑셀, JSON, GeoJSON, Parquet. 50 MB까지입니다.",
                "Any file that can be brought by hand: CSV, Excel, JSON, GeoJSON, Parquet; 50 MB at most.",
            ),
        ),
        "every_hours": forms.IntegerField(
            label=say_lazily("몇 시간마다", "Every so many hours"), min_value=1, max_value=744, initial=24
        ),
    }  # fmt: skip
    return type("RefreshForm", (forms.Form,), fields)


def _save(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    save_refresh(actor=actor, now=now, **data)
    return DESK


NEW_REFRESH = FormPage(
    title=Text(ko="다시 가져올 데이터셋", en="A dataset to fetch again"),
    permission="open_data.harvest",
    form=_form,
    run=_save,
    back=DESK,
)
