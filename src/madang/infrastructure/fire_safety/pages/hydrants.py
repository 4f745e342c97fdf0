"""Bringing a list of hydrants."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, Text
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.things.interface import read_list
from madang.infrastructure.fire_safety.actions import import_hydrants

from .alarms import HOME


class HydrantsForm(forms.Form):
    """A published list of hydrants."""

    file = forms.FileField(
        label=say_lazily("소화전 목록 (CSV, XLSX)", "List of hydrants (CSV, XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,.xlsx,.xls"}),
    )


def _import(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    file = data["file"]
    rows = read_list(file.read(), file.name)
    report = import_hydrants(actor=actor, now=now, rows=rows, source=file.name)
    return f"/desk/things/imports/{report.batch_id}/"


HYDRANTS = FormPage(
    title=Text(ko="소화전 목록 가져오기", en="Bring a list of hydrants"),
    permission="things.import",
    form=HydrantsForm,
    run=_import,
    about=Text(
        ko="전국 소방용수시설 표준데이터(시설번호, 시설유형코드, 시군구명, 위도, 경도 …)를 읽습니다. 같은 목록을 다시 가져오면 바뀌는 것이 없습니다.",
        en="The national standard of hydrants (시설번호, 시설유형코드, 시군구명, 위도, 경도 …) is read. The same list again changes nothing.",
    ),
    consequence=Text(
        ko="시설물 대장에 들어가고, 119에 보내는 경보와 시설의 지도에 가까운 소화전이 나타납니다. 결과 화면에서 되돌릴 수 있습니다.",
        en="They go into the register of things; alarms to 119 and the facilities’ maps show the nearest. It can be undone on the page that follows.",
    ),
    button=Text(ko="가져오기", en="Bring"),
    back=HOME,
    is_upload=True,
)
