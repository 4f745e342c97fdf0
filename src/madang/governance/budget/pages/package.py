"""A budget as a Fiscal Data Package, for everyone's own programs."""

from __future__ import annotations

import io
import zipfile

import msgspec
from django.http import Http404, HttpRequest, HttpResponse

from madang.core.base.interface import Text
from madang.core.pages.interface import page
from madang.governance.budget.methods.fiscal_package import build_package
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_book, list_budget_lines
from madang.governance.budget.records import PackageAbout
from madang.governance.budget.records.ledger import Side

from .words import VIEW


@page("public", title=Text(ko="예산 데이터 묶음", en="Fiscal Data Package"))
def send_package(request: HttpRequest, book_id: str) -> HttpResponse:
    """Send an expenditure budget as a zip of datapackage.json and its CSV."""
    book = get_book(book_id)
    if book.side is Side.REVENUE or not (book.is_public or request.actor.may(VIEW)):
        raise Http404
    names = read_names()
    title = names.say_book(book)
    about = PackageAbout(
        name=f"{book.series}-{book.fiscal_year}",
        title=title.ko if title.ko == title.en else f"{title.ko} · {title.en}",
        description=book.source,
    )
    package = build_package(list_budget_lines(book.id), about, names.find)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datapackage.json", msgspec.json.format(msgspec.json.encode(package.descriptor)))
        archive.writestr(package.csv_path, package.csv)
    response = HttpResponse(file.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{about.name}.zip"'
    return response
