"""English wording: what passages of the report are in English, and those that nobody wrote yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text, Translation
from madang.core.pages.interface import (
    LEFT,
    FormPage,
    ListPage,
    build_state_filter,
    build_translation_upload,
    list_translation_columns,
    pick_translations,
    say_lazily,
)
from madang.core.people.interface import require
from madang.governance.briefing.actions.living import LONGEST_WORDING, save_wording, save_wordings
from madang.governance.briefing.actions.reports import PERMISSION
from madang.governance.briefing.queries.editions import list_passages

from .words import HOME

ADDRESS = f"{HOME}wordings/"


def _list_rows(*, actor: Actor, search: str, filters: dict[str, str]) -> Iterable[Translation]:
    require(actor, PERMISSION)
    return pick_translations(list_passages(), search, filters)


WORDING_LIST = ListPage(
    title=Text(ko="영어 표현", en="English wording"),
    permission=PERMISSION,
    about=Text(
        ko="보고서의 한국어 구절을 영어로 어떻게 적는지 정합니다. 정하지 않은 구절은 영어 보고서에 한국어로 남고, 그렇다고 적힙니다. "
        "CSV로 내려받아 둘째 칸을 채운 뒤 그대로 올려도 됩니다.",
        en="What a Korean passage of the report is in English. Others stay Korean in the English report, which says so at each. "
        "The list as CSV can be filled in (second column) and brought back.",
    ),
    columns=list_translation_columns(ADDRESS),
    filters=(
        build_state_filter(
            left=Text(ko="남은 구절", en="Only in Korean"), written=Text(ko="정한 구절", en="Written")
        ),
    ),
    rows=_list_rows,
    row_id="key",
    template="briefing/wordings.html",
    empty=Text(ko="아직 정한 표현이 없습니다.", en="Nothing has an English wording yet."),
    create=(f"{ADDRESS}new/", Text(ko="표현 정하기", en="Add a wording"), PERMISSION),
)


class WordingForm(forms.Form):
    """A passage in both languages."""

    ko = forms.CharField(
        label=say_lazily("한국어", "Korean"),
        max_length=LONGEST_WORDING,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    en = forms.CharField(
        label=say_lazily("영어", "English"),
        max_length=LONGEST_WORDING,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _save(*, actor: Actor, now: datetime, data: dict[str, Any], key: str = "") -> str:
    save_wording(actor=actor, now=now, ko=data["ko"], en=data["en"])
    return f"{ADDRESS}?state={LEFT}" if key else ADDRESS


def _fill(*, actor: Actor, key: str = "") -> dict[str, Any]:
    require(actor, PERMISSION)
    found = next((one for one in list_passages() if one.key == key), None)
    return {"ko": found.ko, "en": found.en} if found else {}


WORDING = FormPage(
    title=Text(ko="표현 정하기", en="Add a wording"),
    permission=PERMISSION,
    form=WordingForm,
    run=_save,
    initial=_fill,
    back=ADDRESS,
)


WORDING_UPLOAD = build_translation_upload(
    title=Text(ko="표현 파일 올리기", en="Bring wordings"),
    permission=PERMISSION,
    save=save_wordings,
    back=ADDRESS,
)
