"""Agencies on the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    Tab,
    say_lazily,
)
from madang.core.people.actions.agencies import register_agency
from madang.core.people.permissions import require
from madang.core.people.queries import get_agency, list_agencies
from madang.core.people.records import AGENCY_KINDS, AgencyRecord
from madang.core.people.wording import say_agencies

HOME = "/desk/people/agencies/"
AGENCIES = Text(ko="기관", en="Agencies")
SORTS = {"code": "code", "name": "name_ko", "kind": "kind", "parent": "parent_code"}


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    require(actor, "people.read_agencies")
    direction = "-" if sort.startswith("-") else ""
    rows = list_agencies(filters.get("kind", ""), search, direction + SORTS[sort.removeprefix("-")])
    shown = rows[offset : offset + limit]
    parents = say_agencies(row.parent_code for row in shown)
    return [
        {
            "code": row.code,
            "name": row.name,
            "kind": AGENCY_KINDS[row.kind],
            "parent": parents[row.parent_code] if row.parent_code else None,
        }
        for row in shown
    ], len(rows)


AGENCY_LIST = ListPage(
    title=AGENCIES,
    permission="people.read_agencies",
    columns=(
        ListColumn(name="name", title=Text(ko="이름", en="Name"), href=lambda row: f"{HOME}{row['code']}/"),
        ListColumn(name="kind", title=Text(ko="종류", en="Kind")),
        ListColumn(name="parent", title=Text(ko="상위 기관", en="Part of")),
        ListColumn(name="code", title=Text(ko="코드", en="Code")),
    ),
    query=_query,
    filters=(ListFilter(name="kind", title=Text(ko="종류", en="Kind"), choices=tuple(AGENCY_KINDS.items())),),
    row_id="code",
    sort="code",
    empty=Text(
        ko="아직 기관이 없습니다. 하나씩 더하거나 madang lay-out-agencies 명령으로 한꺼번에 놓을 수 있습니다.",
        en="No agency yet. Add them one by one, or all at once by the command madang lay-out-agencies.",
    ),
    create=(f"{HOME}new/", Text(ko="기관 더하기", en="Add an agency"), "people.change_agencies"),
)


def _describe(*, actor: Actor, language: str, code: str) -> Detail:
    del language
    require(actor, "people.read_agencies")
    agency = get_agency(code)
    facts = [
        Fact(title=Text(ko="종류", en="Kind"), value=AGENCY_KINDS[agency.kind]),
        Fact(title=Text(ko="코드", en="Code"), value=agency.code),
    ]
    if agency.parent_code:
        above = say_agencies([agency.parent_code])[agency.parent_code]
        facts.append(
            Fact(title=Text(ko="상위 기관", en="Part of"), value=above, href=f"{HOME}{agency.parent_code}/")
        )
    below = [one for one in list_agencies() if one.parent_code == code]
    parts = Tab(
        name="parts",
        title=Text(ko="아래 기관", en="Its parts"),
        template="people/agencies.html",
        context={"agencies": below},
    )
    return Detail(
        title=agency.name,
        crumbs=((AGENCIES, HOME),),
        summary=tuple(facts),
        tabs=(parts,),
    )


AGENCY_DETAIL = DetailPage(title=AGENCIES, permission="people.read_agencies", describe=_describe)


class AgencyForm(forms.Form):
    """An agency's facts."""

    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9.-]*$",
        label=say_lazily("코드", "Code"),
        max_length=40,
        help_text=say_lazily(
            "로마자, 숫자, 점, 하이픈. 자치구는 법정동 코드 다섯 자리",
            "Letters, digits, dots and hyphens; for a district its five-digit legal code",
        ),
    )
    name_ko = forms.CharField(label=say_lazily("한국어 이름", "Korean name"), max_length=100)
    name_en = forms.CharField(label=say_lazily("영어 이름", "English name"), max_length=150)
    kind = forms.ChoiceField(
        label=say_lazily("종류", "Kind"),
        choices=[(kind, say_lazily(title.ko, title.en)) for kind, title in AGENCY_KINDS.items()],
    )
    parent_code = forms.ChoiceField(
        label=say_lazily("상위 기관", "Part of"),
        required=False,
        choices=lambda: [
            ("", say_lazily("없음", "none")),
            *[(one.code, say_lazily(one.name.ko, one.name.en)) for one in list_agencies()],
        ],
    )


def _register(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    agency = AgencyRecord(
        code=data["code"],
        name=Text(ko=data["name_ko"], en=data["name_en"]),
        kind=data["kind"],
        parent_code=data["parent_code"],
        district_code=data["code"] if data["kind"] == "district" else "",
    )
    register_agency(actor=actor, now=now, agency=agency)
    return f"{HOME}{agency.code}/"


NEW_AGENCY = FormPage(
    title=Text(ko="기관 더하기", en="Add an agency"),
    permission="people.change_agencies",
    form=AgencyForm,
    run=_register,
    about=Text(
        ko="이미 있는 코드를 적으면 그 기관의 이름과 종류가 바뀝니다.",
        en="With a code that exists already, that agency's name and kind change.",
    ),
    back=HOME,
)
