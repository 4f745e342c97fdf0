"""English names: what names in the budgets are in English, and those that nobody wrote yet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, BadInput, ColumnType, NotFound, Text
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, say_lazily
from madang.core.people.interface import require
from madang.governance.budget.actions.books import CHANGE
from madang.governance.budget.actions.naming import LONGEST_NAME, save_names
from madang.governance.budget.queries.names import NamePair, list_names

from .words import HOME

ADDRESS = f"{HOME}names/"
LEFT, WRITTEN = "left", "written"
HEADINGS = {"ko", "korean", "한국어"}


def _list_rows(*, actor: Actor, search: str, filters: dict[str, str]) -> Iterable[NamePair]:
    require(actor, CHANGE)
    wanted, words = filters.get("state"), search.casefold()
    for one in list_names():
        is_wanted = wanted not in {LEFT, WRITTEN} or (wanted == LEFT) == (one.en is None)
        if is_wanted and words in f"{one.ko} {one.en or ''}".casefold():
            yield one


NAME_LIST = ListPage(
    title=Text(ko="영어 이름", en="English names"),
    permission=CHANGE,
    about=Text(
        ko="예산에 나오는 이름을 영어로 어떻게 적는지 정합니다. 한 번 정하면 모든 해의 예산에 쓰입니다. 정하지 않은 이름은 영어 화면에 "
        "한국어로 남습니다. CSV로 내려받아 둘째 칸을 채운 뒤 그대로 올려도 됩니다.",
        en="What names in the budgets are in English, in the budgets of every year. Others stay Korean on English pages. The "
        "list as CSV can be filled in (second column) and brought back.",
    ),
    columns=(
        ListColumn(name="ko", title=Text(ko="한국어", en="Korean"), href=lambda row: f"{ADDRESS}{row.key}/"),
        ListColumn(name="en", title=Text(ko="영어", en="English")),
        ListColumn(name="entered_by", title=Text(ko="적은 사람", en="By")),
        ListColumn(name="entered_at", title=Text(ko="적은 때", en="At"), type=ColumnType.TIME),
    ),
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=(
                (LEFT, Text(ko="한국어만 있음", en="Only in Korean")),
                (WRITTEN, Text(ko="정한 이름", en="Written")),
            ),
        ),
    ),
    rows=_list_rows,
    row_id="key",
    empty=Text(ko="아직 정한 이름이 없습니다.", en="Nothing has an English name yet."),
    create=(f"{ADDRESS}file/", Text(ko="CSV 파일 올리기", en="Bring a CSV file"), CHANGE),
)


def _find(key: str) -> NamePair:
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


class NameFile(forms.Form):
    """Many names at once."""

    file = forms.FileField(
        label=say_lazily("CSV 파일 (한국어, 영어)", "CSV file (Korean, English)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    save_names(actor=actor, now=now, pairs=_read_pairs(data["file"].read()))
    return ADDRESS


def _read_pairs(raw: bytes) -> list[tuple[str, str]]:
    """Return the rows whose second column is filled in; BadInput where there is none or it isn't UTF-8."""
    try:
        rows = [row for row in csv.reader(io.StringIO(raw.decode("utf-8-sig"))) if len(row) > 1]
    except UnicodeDecodeError:
        rows = []
    if rows and rows[0][0].strip().casefold() in HEADINGS:
        rows = rows[1:]
    pairs = [(ko, en) for ko, en, *_ in rows if ko.strip() and en.strip()]
    if not pairs:
        raise BadInput(
            "budget.no_names",
            "첫 칸에 한국어, 둘째 칸에 영어가 적힌 줄이 없습니다 (UTF-8 CSV)",
            "no row has Korean in its first column and English in its second (CSV in UTF-8)",
            field="file",
        )
    return pairs


NAME_UPLOAD = FormPage(
    title=Text(ko="영어 이름 파일 올리기", en="Bring English names"),
    permission=CHANGE,
    form=NameFile,
    run=_bring,
    is_upload=True,
    button=Text(ko="올리기", en="Bring"),
    about=Text(
        ko="이 목록을 CSV로 내려받은 모양 그대로입니다. 둘째 칸이 빈 줄은 넘어갑니다.",
        en="In the form of this list's own CSV. Rows whose second column is empty are passed over.",
    ),
    back=ADDRESS,
)
