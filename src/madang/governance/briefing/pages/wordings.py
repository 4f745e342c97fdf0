"""English wording: what passages of the report are in English, and those that nobody wrote yet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, BadInput, ColumnType, Text, read_pair
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, say_lazily
from madang.core.people.interface import require
from madang.governance.briefing.actions.living import LONGEST_WORDING, save_wording, save_wordings
from madang.governance.briefing.actions.reports import PERMISSION
from madang.governance.briefing.gateway.report import decode_report
from madang.governance.briefing.queries.editions import Passage, list_passages

from .words import HOME

ADDRESS = f"{HOME}wordings/"
HEADINGS = {"ko", "korean", "한국어"}
LEFT, WRITTEN = "left", "written"


def _list_rows(*, actor: Actor, search: str, filters: dict[str, str]) -> Iterable[Passage]:
    require(actor, PERMISSION)
    wanted, words = filters.get("state"), search.casefold()
    for one in list_passages():
        is_wanted = wanted not in {LEFT, WRITTEN} or (wanted == LEFT) == (one.en is None)
        if is_wanted and words in f"{one.ko} {one.en or ''}".casefold():
            yield one


WORDING_LIST = ListPage(
    title=Text(ko="영어 표현", en="English wording"),
    permission=PERMISSION,
    about=Text(
        ko="보고서의 한국어 구절을 영어로 어떻게 적는지 정합니다. 정하지 않은 구절은 영어 보고서에 한국어로 남고, 그렇다고 적힙니다. "
        "CSV로 내려받아 둘째 칸을 채운 뒤 그대로 올려도 됩니다.",
        en="What a Korean passage of the report is in English. Others stay Korean in the English report, which says so at each. "
        "The list as CSV can be filled in (second column) and brought back.",
    ),
    columns=(
        ListColumn(name="ko", title=Text(ko="한국어", en="Korean"), href=lambda row: f"{ADDRESS}{row.key}/"),
        ListColumn(name="en", title=Text(ko="영어", en="English")),
        ListColumn(
            name="entered_by",
            title=Text(ko="적은 사람", en="By"),
            value=lambda row: read_pair(row.entered_by) if row.entered_by else None,
        ),
        ListColumn(name="entered_at", title=Text(ko="적은 때", en="At"), type=ColumnType.TIME),
    ),
    filters=(
        ListFilter(
            name="state",
            title=Text(ko="상태", en="State"),
            choices=(
                (LEFT, Text(ko="남은 구절", en="Only in Korean")),
                (WRITTEN, Text(ko="정한 구절", en="Written")),
            ),
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


class WordingFile(forms.Form):
    """Many passages at once."""

    file = forms.FileField(
        label=say_lazily("CSV 파일 (한국어, 영어)", "CSV file (Korean, English)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    save_wordings(actor=actor, now=now, pairs=_read_pairs(decode_report(data["file"].read())))
    return ADDRESS


def _read_pairs(text: str) -> list[tuple[str, str]]:
    """Return the passages whose second column is filled in. Raises BadInput where there is none."""
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) > 1]
    if rows and rows[0][0].strip().casefold() in HEADINGS:
        rows = rows[1:]
    pairs = [(ko, en) for ko, en, *_ in rows if ko.strip() and en.strip()]
    if not pairs:
        raise BadInput(
            "briefing.no_wordings",
            "첫 칸에 한국어, 둘째 칸에 영어가 적힌 줄이 없습니다",
            "no row has Korean in its first column and English in its second",
            field="file",
        )
    return pairs


WORDING_UPLOAD = FormPage(
    title=Text(ko="표현 파일 올리기", en="Bring wordings"),
    permission=PERMISSION,
    form=WordingFile,
    run=_bring,
    is_upload=True,
    button=Text(ko="올리기", en="Bring"),
    about=Text(
        ko="이 목록을 CSV로 내려받은 모양 그대로입니다. 둘째 칸이 빈 줄은 넘어갑니다.",
        en="In the form of this list's own CSV. Rows whose second column is empty are passed over.",
    ),
    back=ADDRESS,
)
