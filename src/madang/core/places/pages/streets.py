"""The desk's streets: which lines distances on foot go by, a file of them brought in, and taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FormPage, page, say_lazily
from madang.core.places.actions import import_streets, remove_streets
from madang.core.places.queries.streets import find_streets
from madang.core.places.records import NewStreets

from .layers import CRS_CHOICES, PERMISSION, REASONS, keep_upload

STREETS = "/desk/places/streets/"
TITLE = Text(ko="보행로", en="Streets")


class StreetsForm(forms.Form):
    """A file of lines and what is said of it."""

    file = forms.FileField(
        label=say_lazily(
            "선 파일 (GeoJSON, 압축한 shapefile, GeoPackage, LINESTRING이 든 CSV)",
            "File of lines (GeoJSON, zipped shapefile, GeoPackage, CSV with LINESTRING)",
        )
    )
    title = forms.CharField(
        label=say_lazily("제목", "Title"),
        max_length=200,
        help_text=say_lazily("예: 도보 네트워크 2026년", "Such as: walkways of 2026"),
    )
    source = forms.CharField(label=say_lazily("출처", "Source"), max_length=200, required=False)
    licence = forms.CharField(label=say_lazily("이용허락", "Licence"), max_length=200, required=False)
    crs = forms.ChoiceField(
        label=say_lazily("좌표계", "Coordinate system"), choices=CRS_CHOICES, required=False
    )


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    with keep_upload(data.pop("file")) as path:
        import_streets(actor=actor, now=now, path=path, streets=NewStreets(**data))
    return STREETS


def _remove(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    del data
    remove_streets(actor=actor, now=now)
    return STREETS


@page(PERMISSION, title=TITLE)
def show_streets(request: HttpRequest) -> HttpResponse:
    """Show which streets distances on foot go by, and what their import did."""
    streets = find_streets()
    rejected = (
        [(REASONS[reason], count) for reason, count in streets.report.rejected.items()] if streets else []
    )
    return render(request, "places/streets.html", {"title": TITLE, "streets": streets, "rejected": rejected})


BRING = FormPage(
    title=Text(ko="보행로 파일 가져오기", en="Bring a file of streets"),
    permission=PERMISSION,
    form=StreetsForm,
    run=_bring,
    about=Text(
        ko="선이 만나는 곳에서 길이 이어집니다. 지금 있는 보행로는 새 파일로 바뀝니다. 100 MB가 넘는 파일은 madang import-streets "
        "명령으로 가져옵니다.",
        en="Ways join where lines meet. What is there now is replaced. Files of more than 100 MB come by the command "
        "madang import-streets.",
    ),
    button=Text(ko="가져오기", en="Bring it"),
    back=STREETS,
    is_upload=True,
)
REMOVE = FormPage(
    title=Text(ko="보행로 지우기", en="Remove the streets"),
    permission=PERMISSION,
    form=forms.Form,
    run=_remove,
    consequence=Text(
        ko="걸어가는 거리를 다시 직선거리로 어림합니다. 같은 파일을 다시 가져오면 되살아납니다.",
        en="Distances on foot are judged by straight lines again. The same file brings the streets back.",
    ),
    is_destructive=True,
    button=Text(ko="지우기", en="Remove"),
    back=STREETS,
)
