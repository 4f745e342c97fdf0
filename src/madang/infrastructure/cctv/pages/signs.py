"""LED signs: what each shows, until when, by whom; and what it showed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms

from madang.core.base.interface import Actor, ColumnType, Text, now, read_pair
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    Happening,
    ListColumn,
    ListPage,
    RecordAction,
    say_lazily,
)
from madang.infrastructure.cctv.actions import clear_sign, show_text
from madang.infrastructure.cctv.queries.signs import get_sign, list_signs, list_texts
from madang.infrastructure.cctv.records import Sign, SignText

from .public import TITLE as CCTV
from .register import BRING_LIST, DEVICE_COLUMNS, DISTRICT_FILTER, HOME, STATE_FILTER, STATES, name_district

TITLE = Text(ko="LED 안내판", en="LED signs")
SIGNS = f"{HOME}signs/"
NOTHING = Text(ko="없음", en="nothing")
LASTS = {
    10: Text(ko="10분", en="10 minutes"),
    60: Text(ko="1시간", en="an hour"),
    240: Text(ko="4시간", en="4 hours"),
    1440: Text(ko="하루", en="a day"),
}


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Sign], int]:
    del actor
    district, state = filters.get("district", ""), filters.get("state", "")
    return list_signs(
        now(), search=search, district=district, state=state, sort=sort or "id", offset=offset, limit=limit
    )


LIST = ListPage(
    title=TITLE,
    permission="cctv.view",
    about=Text(
        ko="안내판마다 지금 보이는 글입니다. 안내판은 시설물 대장에 'LED 안내판' 종류로 등록합니다.",
        en="What each sign shows now. Signs are registered as things of the kind 'LED sign'.",
    ),
    columns=(
        ListColumn(name="id", title=Text(ko="번호", en="Number"), href=lambda row: f"{SIGNS}{row.id}/"),
        *DEVICE_COLUMNS,
        ListColumn(
            name="shown",
            title=Text(ko="보이는 글", en="Shows"),
            sortable=False,
            value=lambda row: row.shown.text if row.shown else NOTHING,
        ),
        ListColumn(
            name="ends_at",
            title=Text(ko="끝", en="Until"),
            type=ColumnType.TIME,
            sortable=False,
            value=lambda row: row.shown.ends_at if row.shown else None,
        ),
    ),
    query=_query,
    filters=(STATE_FILTER, DISTRICT_FILTER),
    sort="id",
    lon="lon",
    lat="lat",
    empty=Text(
        ko="아직 안내판이 없습니다. 시설물 대장에서 목록을 가져오면 여기에 나타납니다.",
        en="No sign yet. Bring a list into the register of things and they appear here.",
    ),
    create=BRING_LIST,
)


def _describe(*, actor: Actor, language: str, sign_id: str) -> Detail:
    sign = get_sign(sign_id, now())
    shown = sign.shown
    summary = [
        Fact(title=Text(ko="상태", en="State"), value=STATES[sign.state]),
        Fact(title=Text(ko="자치구", en="District"), value=name_district(sign.district_code)),
        Fact(
            title=Text(ko="보이는 글 (한국어)", en="Shows (Korean)"),
            value=shown.text.ko if shown else NOTHING,
        ),
        Fact(
            title=Text(ko="보이는 글 (영어)", en="Shows (English)"), value=shown.text.en if shown else NOTHING
        ),
    ]
    if shown:
        summary.append(Fact(title=Text(ko="끝", en="Until"), value=shown.ends_at))
    actions = []
    if actor.may("cctv.watch", sign.agency_code):
        actions.append(_act("show/", Text(ko="글 보이기", en="Show a text"), SHOW_CONSEQUENCE))
        if shown:
            actions.append(_act("clear/", Text(ko="글 지우기", en="Clear it"), CLEAR_CONSEQUENCE))
    return Detail(
        title=read_pair(sign.name),
        crumbs=((CCTV, HOME), (TITLE, SIGNS)),
        summary=tuple(summary),
        timeline=tuple(_happen(one, language) for one in list_texts(sign_id)),
        actions=tuple(actions),
        lon=sign.lon,
        lat=sign.lat,
    )


SHOW_CONSEQUENCE = Text(
    ko="안내판이 다음에 물어볼 때 바로 보입니다. 지금 보이던 글은 끝납니다. 감사 기록에 남습니다.",
    en="The sign shows it when it next asks; what it showed ends. It is written into the audit log.",
)
CLEAR_CONSEQUENCE = Text(ko="안내판이 비워집니다.", en="The sign goes blank.")


def _act(href: str, title: Text, consequence: Text) -> RecordAction:
    return RecordAction(title=title, href=href, permission="cctv.watch", consequence=consequence)


def _happen(one: SignText, language: str) -> Happening:
    by = read_pair(one.ended_by_name)
    back = (
        Text(ko=f" ({by.ko}이(가) 끝냄)", en=f" (ended by {by.en})")
        if one.ended_by_name
        else Text(ko="", en="")
    )
    what = Text(ko=f"‘{one.text.ko}’{back.ko}", en=f"“{one.text.en}”{back.en}")
    return Happening(at=one.begun_at, what=what, who=read_pair(one.set_by_name).say(language))


SIGN = DetailPage(title=TITLE, permission="cctv.view", describe=_describe)


class ShowForm(forms.Form):
    """A text in both languages, and for how long."""

    text_ko = forms.CharField(label=say_lazily("글 (한국어)", "Text (Korean)"), max_length=100)
    text_en = forms.CharField(label=say_lazily("글 (영어)", "Text (English)"), max_length=100)
    minutes = forms.TypedChoiceField(
        label=say_lazily("얼마 동안", "For how long"),
        coerce=int,
        choices=[(minutes, say_lazily(name.ko, name.en)) for minutes, name in LASTS.items()],
    )


def _show(*, actor: Actor, now: datetime, data: dict[str, Any], sign_id: str) -> str:
    text = Text(ko=data["text_ko"], en=data["text_en"])
    show_text(actor=actor, now=now, sign_id=sign_id, text=text, lasts=timedelta(minutes=data["minutes"]))
    return f"{SIGNS}{sign_id}/"


def _clear(*, actor: Actor, now: datetime, data: dict[str, Any], sign_id: str) -> str:
    del data
    clear_sign(actor=actor, now=now, sign_id=sign_id)
    return f"{SIGNS}{sign_id}/"


def _find_subject(*, sign_id: str) -> tuple[Text, str]:
    return read_pair(get_sign(sign_id, now()).name), f"{SIGNS}{sign_id}/"


SHOW = FormPage(
    title=Text(ko="안내판에 글 보이기", en="Show a text on the sign"),
    permission="cctv.watch",
    form=ShowForm,
    run=_show,
    button=Text(ko="보이기", en="Show"),
    consequence=SHOW_CONSEQUENCE,
    subject=_find_subject,
    back=SIGNS,
)
CLEAR = FormPage(
    title=Text(ko="안내판의 글 지우기", en="Clear the sign"),
    permission="cctv.watch",
    form=forms.Form,
    run=_clear,
    button=Text(ko="지우기", en="Clear"),
    consequence=CLEAR_CONSEQUENCE,
    subject=_find_subject,
    back=SIGNS,
)
