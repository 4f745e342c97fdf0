"""The desk's area layers: which there are, a boundary file brought in, what came of it, and a layer taken away."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, ColumnType, Text, read_pair, to_city_time
from madang.core.base.interface import now as read_clock
from madang.core.pages.interface import FormPage, ListColumn, ListFilter, ListPage, page, say_lazily
from madang.core.places.actions import import_area_layer, remove_area_layer
from madang.core.places.methods.coordinates import COORDINATE_SYSTEMS
from madang.core.places.queries.layers import TITLES, get_area_layer, get_layer_report, list_area_layers
from madang.core.places.records import AreaKind, AreaLayerRecord, CodeSystem, NewAreaLayer

LAYERS = "/desk/places/layers/"
PERMISSION = "places.import_layer"
TITLE = Text(ko="구역 레이어", en="Area layers")
KINDS = {
    AreaKind.DISTRICT: Text(ko="자치구", en="Districts"),
    AreaKind.LEGAL_DONG: Text(ko="법정동", en="Legal dongs"),
    AreaKind.ADMINISTRATIVE_DONG: Text(ko="행정동", en="Administrative dongs"),
    AreaKind.OTHER: Text(ko="그 밖의 구역", en="Other areas"),
}
SYSTEMS = {
    CodeSystem.LEGAL.value: Text(ko="법정동 코드", en="Legal codes"),
    CodeSystem.MOIS.value: Text(ko="행정안전부 행정동 코드", en="MOIS codes"),
    CodeSystem.KOSTAT.value: Text(ko="통계청 코드", en="KOSTAT codes"),
    "": Text(ko="알려진 체계가 아님", en="No known system"),
}
REASONS = {
    "no readable geometry": Text(ko="읽을 수 있는 도형이 없음", en="no readable geometry"),
    "not an area": Text(ko="넓이가 없는 도형", en="not an area"),
    "no code": Text(ko="코드가 없거나 40자가 넘음", en="no code, or one of more than 40 characters"),
    "outside the country": Text(ko="나라 밖", en="outside the country"),
    "no area left after repair": Text(ko="고치고 나니 넓이가 없음", en="no area left after repair"),
    "not a line": Text(ko="선이 아닌 도형", en="not a line"),
    "code of another area": Text(ko="다른 구역의 코드", en="code of another area"),
}


CRS_CHOICES = [
    ("", say_lazily("파일에서 찾기", "Find it in the file")),
    *(
        (code, say_lazily(f"{code} {said.ko}", f"{code} {said.en}"))
        for code, said in COORDINATE_SYSTEMS.items()
    ),
]


class LayerForm(forms.Form):
    """A boundary file and what is said of it."""

    file = forms.FileField(
        label=say_lazily(
            "경계 파일 (GeoJSON, TopoJSON, 압축한 shapefile, GeoPackage)",
            "Boundary file (GeoJSON, TopoJSON, zipped shapefile, GeoPackage)",
        )
    )
    name = forms.SlugField(
        label=say_lazily("레이어 이름", "Name of the layer"),
        max_length=60,
        help_text=say_lazily(
            "영문 소문자, 숫자, -, _ (예: dongs-2018). 있는 이름을 적으면 그 레이어를 바꿉니다.",
            "Small letters, digits, - and _, such as dongs-2018. A name that is there already replaces that layer.",
        ),
    )
    title_ko = forms.CharField(label=say_lazily("제목 (한국어)", "Title in Korean"), max_length=200)
    title_en = forms.CharField(
        label=say_lazily("제목 (영어)", "Title in English"), max_length=200, required=False
    )
    kind = forms.ChoiceField(
        label=say_lazily("종류", "Kind"),
        choices=[(kind.value, say_lazily(said.ko, said.en)) for kind, said in KINDS.items()],
        initial=AreaKind.ADMINISTRATIVE_DONG.value,
    )
    year = forms.IntegerField(label=say_lazily("경계의 연도", "Year of the borders"))
    source = forms.CharField(label=say_lazily("출처", "Source"), max_length=200, required=False)
    licence = forms.CharField(label=say_lazily("이용허락", "Licence"), max_length=200, required=False)
    crs = forms.ChoiceField(
        label=say_lazily("좌표계", "Coordinate system"),
        choices=CRS_CHOICES,
        required=False,
    )
    code_column = forms.CharField(
        label=say_lazily("코드 열", "Column of codes"),
        max_length=100,
        required=False,
        help_text=say_lazily("비워 두면 값을 보고 찾습니다.", "Left empty, it is found by its values."),
    )
    name_column = forms.CharField(
        label=say_lazily("이름 열", "Column of names"), max_length=100, required=False
    )


@contextmanager
def keep_upload(file: UploadedFile) -> Generator[Path]:
    """Yield where an uploaded file lies as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file.name or "file").name[-100:]
        with path.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        yield path


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    file = data.pop("file")
    layer = NewAreaLayer(**data | {"kind": AreaKind(data["kind"])})
    with keep_upload(file) as path:
        import_area_layer(actor=actor, now=now, path=path, layer=layer)
    return f"{LAYERS}{layer.name}/"


def _remove(*, actor: Actor, now: datetime, data: dict[str, Any], layer: str) -> str:
    del data
    remove_area_layer(actor=actor, now=now, name=layer)
    return LAYERS


@page(PERMISSION, title=TITLE)
def show_layer(request: HttpRequest, layer: str) -> HttpResponse:
    """Show a layer, and what its import did where it was imported."""
    record = get_area_layer(layer)
    report = None if layer in TITLES else get_layer_report(layer)
    context = {
        "title": _say_title(record),
        "layer": record,
        "kind": KINDS[record.kind],
        "system": SYSTEMS[record.code_system],
        "report": report,
        "rejects": [(one, _say_reason(one.reason)) for one in report.rejects] if report else (),
        "rejected": sum(report.rejected.values()) if report else 0,
    }
    return render(request, "places/layer.html", context)


def _say_title(layer: AreaLayerRecord) -> Text:
    return Text(ko=layer.title_ko, en=layer.title_en)


def _say_reason(reason: str) -> Text:
    return REASONS.get(reason, Text(ko=reason, en=reason))


def _list(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[AreaLayerRecord]:
    del actor
    return [
        one
        for one in list_area_layers()
        if search.lower() in f"{one.name} {one.title_ko} {one.title_en}".lower()
        and filters.get("kind", "") in {"", one.kind.value}
    ]


LIST = ListPage(
    title=TITLE,
    permission=PERMISSION,
    about=Text(
        ko="지도와 검색, 점이 있는 구역 찾기에 쓰는 경계입니다. 행정동은 해마다 바뀌므로 그 해의 경계 파일을 가져와 씁니다.",
        en="Borders for maps, the search, and finding the area of a point. Administrative dongs change from year to year: "
        "bring the boundary file of the year.",
    ),
    columns=(
        ListColumn(
            name="title",
            title=Text(ko="제목", en="Title"),
            value=_say_title,
            href=lambda row: f"{LAYERS}{row.name}/",
        ),
        ListColumn(name="name", title=Text(ko="이름", en="Name")),
        ListColumn(name="kind", title=Text(ko="종류", en="Kind"), value=lambda row: KINDS[row.kind]),
        ListColumn(
            name="year",
            title=Text(ko="연도", en="Year"),
            value=lambda row: str(row.year) if row.year else None,
        ),
        ListColumn(name="area_count", title=Text(ko="구역 수", en="Areas"), type=ColumnType.INTEGER),
        ListColumn(
            name="code_system",
            title=Text(ko="코드 체계", en="Codes"),
            value=lambda row: SYSTEMS[row.code_system],
        ),
        ListColumn(
            name="source", title=Text(ko="출처", en="Source"), value=lambda row: read_pair(row.source)
        ),
        ListColumn(name="licence", title=Text(ko="이용허락", en="Licence"), shown=False),
    ),
    filters=(
        ListFilter(
            name="kind",
            title=Text(ko="종류", en="Kind"),
            choices=tuple((kind.value, said) for kind, said in KINDS.items()),
        ),
    ),
    rows=_list,
    row_id="name",
    create=("/desk/places/new-layer/", Text(ko="경계 파일 가져오기", en="Bring a boundary file"), PERMISSION),
)
BRING = FormPage(
    title=Text(ko="경계 파일 가져오기", en="Bring a boundary file"),
    permission=PERMISSION,
    form=LayerForm,
    run=_bring,
    initial=lambda **_: {"year": to_city_time(read_clock()).year, "kind": AreaKind.ADMINISTRATIVE_DONG.value},
    about=Text(
        ko="좌표계와 코드 체계는 값을 보고 찾습니다. 받을 수 없는 구역은 까닭과 함께 알려 드립니다. 100 MB가 넘는 파일은 "
        "madang import-areas 명령으로 가져옵니다.",
        en="Coordinate and code systems are found by value; areas that can't be taken are told with the reason. Files of "
        "more than 100 MB come by the command madang import-areas.",
    ),
    button=Text(ko="가져오기", en="Bring it"),
    back=LAYERS,
    is_upload=True,
)
REMOVE = FormPage(
    title=Text(ko="구역 레이어 지우기", en="Remove an area layer"),
    permission=PERMISSION,
    form=forms.Form,
    run=_remove,
    consequence=Text(
        ko="이 레이어의 경계가 지도와 검색에서 사라집니다. 같은 파일을 다시 가져오면 되살아납니다.",
        en="Its borders vanish from maps and the search. The same file brings them back.",
    ),
    is_destructive=True,
    must_equal=lambda layer, **_: layer,
    button=Text(ko="지우기", en="Remove"),
    back=LAYERS,
)
