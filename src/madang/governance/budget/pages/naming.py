"""English names: what names in the budgets are in English, and those that nobody wrote yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, NotFound, Text, Translation
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
from madang.governance.budget.actions.books import CHANGE
from madang.governance.budget.actions.naming import LONGEST_NAME, save_names
from madang.governance.budget.queries.names import list_names

from .words import HOME

ADDRESS = f"{HOME}names/"


def _list_rows(*, actor: Actor, search: str, filters: dict[str, str]) -> Iterable[Translation]:
    require(actor, CHANGE)
    return pick_translations(list_names(), search, filters)


NAME_LIST = ListPage(
    title=Text(ko="영어 이름", en="English names"),
    permission=CHANGE,
    about=Text(
        ko="예산에 나오는 이름을 영어로 어떻게 적는지 정합니다. 한 번 정하면 모든 해의 예산에 쓰입니다. 정하지 않은 이름은 영어 화면에 "
        "한국어로 남습니다. CSV로 내려받아 둘째 칸을 채운 뒤 그대로 올려도 됩니다.",
        en="What names in the budgets are in English, in the budgets of every year. Others stay Korean on English pages. The "
        "list as CSV can be filled in (second column) and brought back.",
    ),
    columns=list_translation_columns(ADDRESS),
    filters=(
        build_state_filter(
            left=Text(ko="한국어만 있음", en="Only in Korean"), written=Text(ko="정한 이름", en="Written")
        ),
    ),
    rows=_list_rows,
    row_id="key",
    empty=Text(ko="아직 정한 이름이 없습니다.", en="Nothing has an English name yet."),
    create=(f"{ADDRESS}file/", Text(ko="CSV 파일 올리기", en="Bring a CSV file"), CHANGE),
)


def _find(key: str) -> Translation:
    found = next((one for one in list_names() if one.key == key), None)
    if found is None:
        raise NotFound("budget.name", "그런 이름이 없습니다", "there is no such name")
    return found


def _build(actor: Actor, *, key: str) -> type[forms.Form]:
    require(actor, CHANGE)
    name = _find(key).ko
    label = say_lazily(f"‘{name}’의 영어 이름", f"“{name}” in English")
    return type("NameForm", (forms.Form,), {"en": forms.CharField(label=label, max_length=LONGEST_NAME)})


def _fill(*, actor: Actor, key: str) -> dict[str, Any]:
    require(actor, CHANGE)
    return {"en": _find(key).en or ""}


def _save(*, actor: Actor, now: datetime, data: dict[str, Any], key: str) -> str:
    save_names(actor=actor, now=now, pairs=[(_find(key).ko, data["en"])])
    return f"{ADDRESS}?state={LEFT}"


NAME = FormPage(
    title=Text(ko="영어 이름 정하기", en="English name"),
    permission=CHANGE,
    form=_build,
    run=_save,
    initial=_fill,
    back=ADDRESS,
)


NAME_UPLOAD = build_translation_upload(
    title=Text(ko="영어 이름 파일 올리기", en="Bring English names"),
    permission=CHANGE,
    save=save_names,
    back=ADDRESS,
)
