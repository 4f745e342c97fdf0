"""Where stations come from, what each source promises, and whether it keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.http import urlencode

from madang.core.base.interface import Actor, ColumnType, NotFound, Text, read_pair
from madang.core.pages.interface import FormPage, ListColumn, ListPage, say_lazily
from madang.core.people.interface import list_agencies
from madang.infrastructure.city_sensors.actions.sources import save_source
from madang.infrastructure.city_sensors.queries.sources import get_source, list_sources
from madang.infrastructure.city_sensors.records import Source, SourceState

SOURCES = "/city_sensors/sources/"
TITLE = Text(ko="센서의 출처", en="Sources of sensors")
LICENCES = ("KOGL-1", "KOGL-2", "KOGL-3", "KOGL-4", "CC-BY-4.0", "CC0-1.0")


def _find(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[SourceState]:
    del actor, filters
    return [one for one in list_sources() if search.lower() in f"{one.source.name} {one.source.kind}".lower()]


LIST = ListPage(
    title=TITLE,
    permission="public",
    about=Text(
        ko="약속한 시간 안에 값을 보낸 센서의 비율이에요.",
        en="How many stations sent a value within the promised time.",
    ),
    columns=(
        ListColumn(
            name="name",
            title=Text(ko="출처", en="Source"),
            value=lambda row: read_pair(row.source.name or "–"),
        ),
        ListColumn(
            name="kind",
            title=Text(ko="종류", en="Kind"),
            value=lambda row: read_pair(row.source.kind or "–"),
            sortable=False,
        ),
        ListColumn(
            name="agency",
            title=Text(ko="기관", en="Agency"),
            value=lambda row: _name_agency(row),
            sortable=False,
        ),
        ListColumn(name="stations", title=Text(ko="센서", en="Stations"), type=ColumnType.INTEGER),
        ListColumn(name="fresh", title=Text(ko="약속 안", en="Within promise"), type=ColumnType.INTEGER),
        ListColumn(name="share", title=Text(ko="비율", en="Share"), type=ColumnType.NUMBER, unit="%"),
        ListColumn(
            name="promise",
            title=Text(ko="약속", en="Promise"),
            type=ColumnType.INTEGER,
            unit="s",
            value=lambda row: row.source.freshness_promise_s,
            sortable=False,
        ),
        ListColumn(name="newest_at", title=Text(ko="가장 새 값", en="Newest"), type=ColumnType.TIME),
        ListColumn(
            name="licence",
            title=Text(ko="이용허락", en="Licence"),
            value=lambda row: row.source.licence,
            sortable=False,
        ),
    ),
    rows=_find,
    row_id="source",
    sort="-stations",
    empty=Text(ko="아직 등록된 센서가 없어요.", en="No sensor is registered yet."),
    create=(
        "/desk/city_sensors/sources/",
        Text(ko="약속 적기", en="Write down a promise"),
        "city_sensors.change_receiver",
    ),
)


def _name_agency(row: SourceState) -> Text:
    names = {one.code: one.name for one in list_agencies()}
    return names.get(row.source.agency_code, Text(ko="–", en="–"))


def _build_form(_actor: Actor, source: str = "") -> type[forms.Form]:
    agencies = [(one.code, say_lazily(one.name.ko, one.name.en)) for one in list_agencies()]
    said = [(one.source.name, read_pair(one.source.name or "–")) for one in list_sources()]
    sources = [(name, say_lazily(text.ko, text.en)) for name, text in said if source in {"", name}]

    class SourceForm(forms.Form):
        """What a source promises."""

        name = forms.ChoiceField(label=say_lazily("출처", "Source"), choices=sources)
        kind = forms.CharField(label=say_lazily("종류", "Kind"), max_length=100, required=False)
        agency_code = forms.ChoiceField(label=say_lazily("기관", "Agency"), choices=agencies)
        licence = forms.ChoiceField(
            label=say_lazily("이용허락", "Licence"), choices=[(one, one) for one in LICENCES]
        )
        expected_interval_s = forms.IntegerField(
            label=say_lazily("보내는 간격 (초)", "Interval (s)"), min_value=1
        )
        freshness_promise_s = forms.IntegerField(
            label=say_lazily("약속한 시간 (초)", "Promise (s)"), min_value=1
        )

    return SourceForm


def _save(*, actor: Actor, now: datetime, data: dict[str, Any], source: str = "") -> str:
    del source
    save_source(actor=actor, now=now, source=Source(**data))
    return f"{SOURCES}?{urlencode({'q': data['name']})}"


def _fill(source: str = "", **_: Any) -> dict[str, Any]:
    found = next((one.source.name for one in list_sources() if source in {"", one.source.name}), None)
    if found is None:
        raise NotFound("city_sensors.source", "이 출처의 센서가 없습니다", "no station has this source")
    promised = get_source(found)
    return {name: getattr(promised, name) for name in Source.__struct_fields__}


SAVE = FormPage(
    title=Text(ko="출처의 약속 적기", en="Write down what a source promises"),
    permission="city_sensors.change_receiver",
    form=_build_form,
    run=_save,
    initial=_fill,
    is_undoable=True,
    has_history=True,
    back=SOURCES,
)
