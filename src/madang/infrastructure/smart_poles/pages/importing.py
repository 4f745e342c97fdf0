"""Bringing feeders and candidate sites as a file, and what came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import FormPage, ListColumn, ListPage, page, say_lazily
from madang.infrastructure.smart_poles.actions import bring_file
from madang.infrastructure.smart_poles.queries import get_brought, list_brought
from madang.infrastructure.smart_poles.records import IMPORT_NAMES, Brought, ImportKind

from .desk import DESK

HERE = f"{DESK}imports/"
WORK = "smart_poles.work"
TITLE = Text(ko="가져온 파일", en="Files that were brought")
SHOWN = 200


class UploadForm(forms.Form):
    """A file, and what it holds."""

    kind = forms.ChoiceField(
        label=say_lazily("무엇을 가져오나요", "What it holds"),
        choices=[(kind.value, say_lazily(name.ko, name.en)) for kind, name in IMPORT_NAMES.items()],
    )
    file = forms.FileField(
        label=say_lazily("파일 (CSV, XLSX)", "File (CSV, XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,.xlsx,.xls"}),
    )


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    file = data["file"]
    number = bring_file(
        actor=actor, now=now, kind=ImportKind(data["kind"]), file_name=file.name, raw=file.read()
    )
    return f"{HERE}{number}/"


BRING = FormPage(
    title=Text(ko="배전선로와 후보지 가져오기", en="Bring feeders and candidate sites"),
    permission=WORK,
    form=UploadForm,
    run=_bring,
    about=Text(
        ko="첫 줄은 열 이름입니다. 배전선로: 번호, 이름, 용량(W) 또는 용량(kW). 후보지: 번호, 이름, 경도, 위도, 비용(천원), "
        "그리고 있으면 유동인구, 교통사고, 야간신고. 같은 번호는 새 내용으로 바뀌고, 읽을 수 없는 행은 까닭과 함께 남습니다.",
        en="The first row names the columns. Feeders: code, name, capacity_w or capacity_kw. Sites: code, name, lon, lat, "
        "cost (thousand won) and, where known, footfall, accidents, night_calls. A known code is replaced; rows that "
        "can't be read are kept with the reason.",
    ),
    button=Text(ko="가져오기", en="Bring it"),
    back=HERE,
    is_upload=True,
)


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Brought], int]:
    del actor, search, filters, sort
    return list_brought(offset=offset, limit=limit)


def _column(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=Text(ko=ko, en=en), sortable=False, **more)


IMPORTS = ListPage(
    title=TITLE,
    permission=WORK,
    columns=(
        _column("file_name", "파일", "File", href=lambda row: f"{HERE}{row.id}/"),
        _column("kind", "내용", "Holds", value=lambda row: IMPORT_NAMES[row.kind]),
        _column("at", "때", "When", type=ColumnType.TIME),
        _column("by", "누가", "Who"),
        _column("taken", "받은 행", "Taken", type=ColumnType.INTEGER),
        _column("refused", "받지 않은 행", "Refused", type=ColumnType.INTEGER),
    ),
    query=_query,
    row_id="id",
    searchable=False,
    empty=Text(ko="아직 가져온 파일이 없습니다.", en="No file has been brought yet."),
    create=(f"{HERE}new/", Text(ko="파일 가져오기", en="Bring a file"), WORK),
)


@page(WORK, title=TITLE)
def show_import(request: HttpRequest, number: int) -> HttpResponse:
    """Show what a file brought, and each row that wasn't taken with the reason; those as CSV too."""
    found = get_brought(number)
    if request.GET.get("form") == "csv":
        return _send_rejected(found, request.language)
    context = {
        "title": Text(ko=found.file_name, en=found.file_name),
        "found": found,
        "kind": IMPORT_NAMES[found.kind],
        "rejected": found.rejected[:SHOWN],
        "more": max(0, found.refused - SHOWN),
    }
    return render(request, "smart_poles/import.html", context)


def _send_rejected(found: Brought, language: str) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["line", "reason", "row"])
    writer.writerows([one.line or "", one.reason.say(language), one.text] for one in found.rejected)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="refused-{found.id}.csv"'
    return answer
