"""Bringing a budget table, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, page, say_lazily
from madang.core.people.interface import require
from madang.governance.budget.actions.books import IMPORT
from madang.governance.budget.actions.importing import import_budget
from madang.governance.budget.methods.amount import UNIT_WON
from madang.governance.budget.queries.imports import get_import, list_imports, list_rejects, sum_levels
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_book
from madang.governance.budget.records import (
    CAUSE_NAMES,
    MEASURE_NAMES,
    TOTAL_FAULT_NAMES,
    Cause,
    Measure,
    TotalFault,
)
from madang.governance.budget.records.imports import REASON_NAMES, ImportFinding, TableWish
from madang.governance.budget.records.ledger import LEVEL_WORDS, Side

from .forms import SeriesForm
from .words import HOME, text_column

IMPORTS = Text(ko="가져온 예산표", en="Budget tables brought")
HERE = f"{HOME}imports/"
CURRENT_DIFFERS = Text(
    ko="예산현액이 당초·이월·이체·추경의 합과 다릅니다", en="The current budget isn't the sum of its parts"
)


class UploadForm(SeriesForm):
    """A budget table and what it doesn't say itself."""

    field_order = ("file",)
    file = forms.FileField(
        label=say_lazily("예산표 (CSV, XLSX)", "Budget table (CSV, XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.gz,.xlsx,.xls"}),
    )
    fiscal_year = forms.IntegerField(
        label=say_lazily("회계연도 (표에 없을 때)", "Fiscal year (if the table has none)"),
        min_value=1948,
        max_value=2200,
        required=False,
    )
    unit = forms.ChoiceField(
        label=say_lazily("금액의 단위 (표에 없을 때)", "Unit of amounts (if the table has none)"),
        choices=[("", "–"), *((unit, unit) for unit in UNIT_WON)],
        required=False,
    )
    source = forms.CharField(label=say_lazily("출처", "Source"), max_length=300, required=False)
    is_public = forms.BooleanField(
        label=say_lazily("누구나 볼 수 있게 공개", "Open it to everyone"), required=False
    )


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    file = data.pop("file")
    wish = TableWish(
        series=data["series"],
        name=data["name"],
        side=Side(data["side"]),
        fiscal_year=data["fiscal_year"],
        unit=data["unit"] or None,
        source=data["source"],
        is_public=data["is_public"],
    )
    return f"{HERE}{import_budget(actor=actor, now=now, file_name=file.name, raw=file.read(), wish=wish)}/"


UPLOAD = FormPage(
    title=Text(ko="예산표 가져오기", en="Bring a budget table"),
    permission=IMPORT,
    form=UploadForm,
    run=_bring,
    about=Text(
        ko="첫 줄은 열 이름입니다(소관, 회계, 세부사업, 예산현액(천원) …). 읽을 수 없는 행은 짐작하지 않고 까닭과 함께 "
        "남깁니다. 적힌 합계는 내역과 맞춰 봅니다.",
        en="The first row names the columns. Rows that can't be read are kept with the reason, never guessed; stated "
        "totals are checked against their parts.",
    ),
    button=Text(ko="가져오기", en="Bring it"),
    back=HERE,
    is_upload=True,
)


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    del filters, sort
    require(actor, IMPORT)
    return list_imports(search=search, offset=offset, limit=limit)


def _count(name: str, ko: str, en: str, **more: Any) -> ListColumn:
    return text_column(name, ko, en, type=ColumnType.INTEGER, **more)


IMPORT_LIST = ListPage(
    title=IMPORTS,
    permission=IMPORT,
    columns=(
        text_column("name", "파일", "File", href=lambda row: f"{HERE}{row.id}/"),
        text_column("at", "때", "When", type=ColumnType.TIME),
        text_column("by", "누가", "Who"),
        _count("rows_read", "읽은 행", "Rows read"),
        _count("lines_taken", "장부에 적은 행", "Taken"),
        _count("rejected", "받지 않은 행", "Refused"),
        _count("findings", "맞지 않는 합계", "Findings", value=lambda row: len(row.findings)),
    ),
    query=_query,
    empty=Text(
        ko="아직 가져온 예산표가 없습니다. CSV나 엑셀 파일을 올리면 한 행도 빠짐없이 장부에 적거나 까닭과 함께 남깁니다.",
        en="No table was brought yet. Bring a CSV or a workbook: every row is taken, or kept with the reason.",
    ),
    create=(f"{HERE}new/", Text(ko="예산표 가져오기", en="Bring a budget table"), IMPORT),
)


@page(IMPORT, title=IMPORTS)
def show_import(request: HttpRequest, import_id: str) -> HttpResponse:
    """Show what an import took and refused, its findings, and what each level adds up to."""
    found = get_import(import_id)
    rejects, _ = list_rejects(import_id, limit=20)
    books, names = [get_book(one) for one in found.book_ids], read_names()
    context = {
        "title": Text(ko=found.name, en=found.name),
        "found": found,
        "levels": [LEVEL_WORDS[one] for one in found.levels],
        "measures": [MEASURE_NAMES[Measure(one)] for one in found.measures],
        "rejects": [(one, REASON_NAMES[one.reason]) for one in rejects],
        "findings": [
            (one, _name_fault(one), MEASURE_NAMES[Measure(one.measure)], _name_cause(one))
            for one in found.findings
        ],
        "books": [
            (book, names.say_book(book), [(LEVEL_WORDS[one.level], one) for one in sum_levels(book.id)])
            for book in books
        ],
        "home": HOME,
    }
    return render(request, "budget/import.html", context)


def _name_fault(finding: ImportFinding) -> Text:
    return CURRENT_DIFFERS if finding.kind == "current" else TOTAL_FAULT_NAMES[TotalFault(finding.kind)]


def _name_cause(finding: ImportFinding) -> Text:
    cause = CAUSE_NAMES[Cause(finding.cause)]
    return (
        Text(ko=f"{cause.ko} ({finding.part})", en=f"{cause.en} ({finding.part})") if finding.part else cause
    )


def _query_rejects(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int, import_id: str
) -> tuple[Sequence[Any], int]:
    del sort
    require(actor, IMPORT)
    return list_rejects(
        import_id, search=search, reason=filters.get("reason", ""), offset=offset, limit=limit
    )


def build_rejects(import_id: str) -> ListPage:
    """Return the list of the rows that one import refused."""
    return ListPage(
        title=Text(ko="받지 않은 행", en="Refused rows"),
        permission=IMPORT,
        columns=(
            _count("row", "행", "Row"),
            text_column("reason", "까닭", "Why", value=lambda row: REASON_NAMES[row.reason]),
            text_column("column", "열", "Column"),
            text_column("cells", "적힌 것", "As it stood", value=lambda row: " | ".join(row.cells)),
        ),
        query=partial(_query_rejects, import_id=import_id),
        filters=(
            ListFilter(name="reason", title=Text(ko="까닭", en="Why"), choices=tuple(REASON_NAMES.items())),
        ),
        empty=Text(ko="모든 행을 받았습니다.", en="Every row was taken."),
    )


@page(IMPORT, title=Text(ko="받지 않은 행", en="Refused rows"))
def show_rejects(request: HttpRequest, import_id: str) -> HttpResponseBase:
    """Show the rows that one import refused, with the reasons."""
    get_import(import_id)
    return build_rejects(import_id).as_view()(request)
