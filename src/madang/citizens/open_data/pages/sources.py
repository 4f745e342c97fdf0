"""Other catalogues: which are looked through, how it went, what was found where; and the desk that names them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.open_data.actions.harvest import remove_source, save_source, switch_source
from madang.citizens.open_data.methods.naming import LICENCE_ADDRESSES, say_licence
from madang.citizens.open_data.queries.harvest import get_found, get_source, list_runs, list_sources
from madang.citizens.open_data.queries.search import list_similar
from madang.citizens.open_data.records.harvest import SOURCE_NAMES, Source, SourceKind
from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import FormPage, ListAction, ListColumn, ListPage, page, say_lazily

SOURCES = "/open_data/sources/"
DESK = "/desk/open_data/sources/"
TITLE = Text(ko="다른 목록에서 찾은 데이터", en="Data found in other catalogues")
DESK_TITLE = Text(ko="다른 목록 모으기", en="Harvest other catalogues")


def _find(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[Source]:
    del actor, filters
    return [one for one in list_sources() if search.lower() in f"{one.title} {one.address}".lower()]


COLUMNS = (
    ListColumn(name="title", title=Text(ko="출처", en="Source"), href=lambda row: f"{SOURCES}{row.id}/"),
    ListColumn(name="kind", title=Text(ko="방식", en="Kind"), value=lambda row: SOURCE_NAMES[row.kind]),
    ListColumn(name="datasets", title=Text(ko="데이터", en="Datasets"), type=ColumnType.INTEGER),
    ListColumn(name="errors", title=Text(ko="읽지 못한 것", en="Not read"), type=ColumnType.INTEGER),
    ListColumn(name="last_at", title=Text(ko="마지막으로 본 때", en="Last look"), type=ColumnType.TIME),
    ListColumn(name="trouble", title=Text(ko="문제", en="Trouble"), sortable=False),
)
SOURCE_LIST = ListPage(
    title=TITLE,
    permission="public",
    about=Text(
        ko="다른 기관의 데이터 목록을 정해진 때마다 살펴, 찾은 데이터를 우리 검색에도 보여 드려요. 데이터는 원래 자리에 있어요.",
        en="Other catalogues are looked through regularly, and what is found appears in our search. The data stays where it is.",
    ),
    columns=COLUMNS,
    rows=_find,
    sort="title",
    empty=Text(ko="아직 살펴보는 목록이 없어요.", en="No catalogue is looked through yet."),
)


def _switch(*, actor: Actor, now: datetime, ids: Sequence[str], is_on: bool) -> Text:
    for one in ids:
        switch_source(actor=actor, now=now, source_id=one, is_on=is_on)
    return Text(ko=f"{len(ids)}곳을 바꾸었습니다.", en=f"{len(ids)} switched.")


def _remove(*, actor: Actor, now: datetime, ids: Sequence[str]) -> Text:
    for one in ids:
        remove_source(actor=actor, now=now, source_id=one)
    return Text(ko=f"{len(ids)}곳을 지웠습니다.", en=f"{len(ids)} removed.")


DESK_LIST = ListPage(
    title=DESK_TITLE,
    permission="open_data.harvest",
    about=Text(
        ko="CKAN, DCAT, data.json 목록을 정해진 때마다 살핍니다. 읽지 못한 기록은 까닭과 함께 남습니다.",
        en="CKAN, DCAT and data.json catalogues are looked through regularly. Records that can't be read are kept with the reason.",
    ),
    columns=(
        *COLUMNS,
        ListColumn(name="is_on", title=Text(ko="켜짐", en="On")),
        ListColumn(name="due_at", title=Text(ko="다음", en="Next"), type=ColumnType.TIME),
        ListColumn(
            name="change",
            title=Text(ko="고치기", en="Change"),
            value=lambda _row: Text(ko="고치기", en="Change"),
            href=lambda row: f"{DESK}{row.id}/",
            sortable=False,
        ),
    ),
    rows=_find,
    sort="title",
    actions=(
        ListAction(
            name="now",
            title=Text(ko="켜고 지금 살피기", en="Switch on and look now"),
            permission="open_data.harvest",
            consequence=Text(ko="{count}곳을 1분 안에 살핍니다.", en="{count} are looked through within a minute."),
            run=partial(_switch, is_on=True),
        ),
        ListAction(
            name="off",
            title=Text(ko="멈추기", en="Stop"),
            permission="open_data.harvest",
            consequence=Text(ko="{count}곳을 더 살피지 않습니다. 찾은 것은 남습니다.", en="{count} are looked through no more. What was found stays."),
            run=partial(_switch, is_on=False),
        ),
        ListAction(
            name="remove",
            title=Text(ko="지우기", en="Remove"),
            permission="open_data.harvest",
            consequence=Text(ko="{count}곳과 거기서 찾은 데이터가 모두 사라집니다.", en="{count} and everything found there will be gone."),
            run=_remove,
            is_destructive=True,
        ),
    ),
    create=(f"{DESK}new/", Text(ko="목록 더하기", en="Add a catalogue"), "open_data.harvest"),
    empty=Text(ko="살피는 목록이 없습니다.", en="No catalogue is looked through."),
)  # fmt: skip


class SourceForm(forms.Form):
    """Another catalogue."""

    title = forms.CharField(label=say_lazily("이름", "Name"), max_length=120)
    kind = forms.ChoiceField(
        label=say_lazily("방식", "Kind"),
        choices=[(kind.value, say_lazily(words.ko, words.en)) for kind, words in SOURCE_NAMES.items()],
    )
    address = forms.CharField(
        label=say_lazily("주소", "Address"), max_length=500,
        help_text=say_lazily("CKAN은 사이트의 주소, 다른 것은 파일의 주소입니다.", "For CKAN the site's address, else the file's."),
    )  # fmt: skip
    every_hours = forms.IntegerField(
        label=say_lazily("몇 시간마다", "Every so many hours"), min_value=1, max_value=744, initial=24
    )


def _save(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    save_source(actor=actor, now=now, **data | {"kind": SourceKind(data["kind"])})
    return DESK


def _change(*, actor: Actor, now: datetime, data: dict[str, Any], source_id: str) -> str:
    save_source(actor=actor, now=now, source_id=source_id, **data | {"kind": SourceKind(data["kind"])})
    return DESK


def _fill(*, actor: Actor, source_id: str) -> dict[str, Any]:
    del actor
    source = get_source(source_id)
    return {name: getattr(source, name) for name in ("title", "kind", "address", "every_hours")}


CHANGE_SOURCE = FormPage(
    title=Text(ko="목록 고치기", en="Change a catalogue"),
    permission="open_data.harvest",
    form=SourceForm,
    run=_change,
    initial=_fill,
    is_undoable=True,
    has_history=True,
    back=DESK,
    consequence=Text(
        ko="1분 안에 새 주소를 살핍니다. 거기에 없는 데이터는 검색에서 빠집니다.",
        en="The new address is looked through within a minute. What isn't there leaves the search.",
    ),
)
NEW_SOURCE = FormPage(
    title=Text(ko="목록 더하기", en="Add a catalogue"),
    permission="open_data.harvest",
    form=SourceForm,
    run=_save,
    back=DESK,
)


@page("public", title=TITLE)
def show_source(request: HttpRequest, source_id: str) -> HttpResponse:
    """Show one catalogue: each look through it, and the records that couldn't be taken."""
    source = get_source(source_id)
    context = {"source": source, "kind": SOURCE_NAMES[source.kind], "runs": list_runs(source_id)}
    return render(request, "open_data/source.html", context)


@page("public", title=TITLE)
def show_found(request: HttpRequest, found_id: str) -> HttpResponse:
    """Show a dataset of another catalogue and where it comes from."""
    found = get_found(found_id)
    licence = found.remote.licence
    context = {
        "found": found,
        "title": Text(ko=found.remote.title, en=found.remote.title_en or found.remote.title),
        "licence": say_licence(licence) if licence else None,
        "licence_address": LICENCE_ADDRESSES.get(licence) or (licence if licence.startswith("http") else ""),
        "kind": SOURCE_NAMES[found.source.kind],
        "similar": list_similar(f"found:{found.id}"),
    }
    return render(request, "open_data/found.html", context)
