"""Kinds of things: which there are, one added, changed or taken away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django import forms

from madang.core.base.interface import Actor, ColumnType, NotFound, Text
from madang.core.pages.interface import FormPage, ListColumn, ListPage, say_lazily
from madang.core.people.interface import require
from madang.core.things.actions import register_kind, remove_kind
from madang.core.things.queries import list_kinds, summarize_states
from madang.core.things.records import Kind
from madang.core.things.wording import FIELDS

from .listing import HOME as THINGS_HOME

HOME = f"{THINGS_HOME}kinds/"
CHANGE = "things.change_kinds"
TITLE = Text(ko="시설물 종류", en="Kinds of things")


def _list(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[dict[str, Any]]:
    del filters
    require(actor, "things.view")
    counts: Counter[str] = Counter()
    for row in summarize_states():
        counts[row.kind] += row.count
    may_change = actor.may(CHANGE)
    return [
        {
            "code": one.code,
            "name": one.name,
            "life": one.service_life_years,
            "count": counts[one.code],
            "href": f"{HOME}{one.code}/" if may_change else f"{THINGS_HOME}?kind={one.code}",
        }
        for one in list_kinds()
        if search.lower() in f"{one.code} {one.name.ko} {one.name.en}".lower()
    ]


def _build_form(actor: Actor, code: str = "") -> type[forms.Form]:
    """Return the form of a new kind, or of the one that has `code`."""
    del actor
    fields: dict[str, forms.Field] = {}
    if not code:
        fields["code"] = forms.CharField(
            label=say_lazily("코드", "Code"),
            max_length=64,
            help_text=say_lazily(
                "영문 소문자, 숫자, 밑줄 (예: bike_rack). 파일로 가져올 때 이 코드를 적습니다.",
                "Small letters, digits and underscores, such as bike_rack; files name this code.",
            ),
        )
    fields["name_ko"] = forms.CharField(label=say_lazily("한국어 이름", "Korean name"), max_length=100)
    fields["name_en"] = forms.CharField(label=say_lazily("영어 이름", "English name"), max_length=100)
    fields["service_life_years"] = forms.IntegerField(
        label=say_lazily("내용연수 (년)", "Service life (years)"), min_value=1, max_value=200, required=False
    )
    return type("KindForm", (forms.Form,), fields)


def _get(code: str) -> Kind:
    found = next((one for one in list_kinds() if one.code == code), None)
    if found is None:
        raise NotFound("things.kind", f"종류 {code}이(가) 없습니다", f"there is no kind {code}")
    return found


def _fill(*, actor: Actor, code: str) -> dict[str, Any]:
    require(actor, CHANGE)
    kind = _get(code)
    return {
        "name_ko": kind.name.ko,
        "name_en": kind.name.en,
        "service_life_years": kind.service_life_years,
    }


def _add(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    return _save(actor, now, Kind(code=data["code"], name=Text(ko="", en="")), data)


def _change(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    return _save(actor, now, _get(code), data)


def _save(actor: Actor, now: datetime, kind: Kind, data: dict[str, Any]) -> str:
    name = Text(ko=data["name_ko"], en=data["name_en"])
    kind = msgspec.structs.replace(kind, name=name, service_life_years=data["service_life_years"])
    register_kind(actor=actor, now=now, kind=kind)
    return HOME


def _remove(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    del data
    remove_kind(actor=actor, now=now, code=code)
    return HOME


KIND_LIST = ListPage(
    title=TITLE,
    permission="things.view",
    about=Text(
        ko="대장에 올릴 수 있는 것의 종류입니다. 서비스가 쓰는 종류는 처음부터 있고, 도시에 필요한 종류는 더할 수 있습니다.",
        en="What may be registered. The kinds that services work with are there from the start; add those that your city needs.",
    ),
    columns=(
        ListColumn(name="name", title=Text(ko="이름", en="Name"), href=lambda row: row["href"]),
        ListColumn(name="code", title=Text(ko="코드", en="Code")),
        ListColumn(name="life", title=FIELDS["service_life_years"], type=ColumnType.INTEGER, unit="a"),
        ListColumn(
            name="count",
            title=Text(ko="시설물 수", en="Things"),
            type=ColumnType.INTEGER,
            href=lambda row: f"{THINGS_HOME}?kind={row['code']}",
        ),
    ),
    rows=_list,
    row_id="code",
    create=(f"{HOME}new/", Text(ko="종류 더하기", en="Add a kind"), CHANGE),
)
NEW_KIND = FormPage(
    title=Text(ko="시설물 종류 더하기", en="Add a kind of thing"),
    permission=CHANGE,
    form=_build_form,
    run=_add,
    about=Text(
        ko="이미 있는 코드를 적으면 그 종류의 이름과 내용연수가 바뀝니다.",
        en="With a code that exists already, that kind's name and service life change.",
    ),
    back=HOME,
)
CHANGE_KIND = FormPage(
    title=Text(ko="시설물 종류 고치기", en="Change a kind of thing"),
    permission=CHANGE,
    form=_build_form,
    run=_change,
    initial=_fill,
    back=HOME,
    template="things/kind.html",
    more=lambda _request, code: {"remove": f"{HOME}{code}/remove/"},
)
REMOVE_KIND = FormPage(
    title=Text(ko="시설물 종류 없애기", en="Take a kind away"),
    permission=CHANGE,
    form=forms.Form,
    run=_remove,
    button=Text(ko="없애기", en="Take away"),
    is_destructive=True,
    consequence=Text(
        ko="대장에 없고 서비스가 쓰지 않는 종류만 없앨 수 있습니다.",
        en="Only a kind that nothing in the register has and no service works with can be taken away.",
    ),
    back=HOME,
)
