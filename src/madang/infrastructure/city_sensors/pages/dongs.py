"""The means of legal dongs, one row each."""

from __future__ import annotations

from collections.abc import Sequence

from madang.core.base.interface import Actor, ColumnType, Text
from madang.core.pages.interface import ListColumn, ListFilter, ListPage
from madang.core.places.interface import list_districts
from madang.infrastructure.city_sensors.queries.stations import list_dongs
from madang.infrastructure.city_sensors.records import PROPERTIES, DongMeans, Property


def _find(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[DongMeans]:
    del actor
    district = filters.get("district", "")
    return [
        one
        for one in list_dongs()
        if search.lower() in f"{one.name.ko} {one.name.en} {one.code}".lower()
        and (not district or one.district_code == district)
    ]


def _list_choices(_actor: Actor) -> list[tuple[str, Text]]:
    districts = sorted(list_districts(), key=lambda one: one.name_ko)
    return [(one.code, Text(ko=one.name_ko, en=one.name_en)) for one in districts]


def _make_column(prop: Property) -> ListColumn:
    def read(row: DongMeans) -> float | None:
        mean = row.means.get(prop.code)
        return None if mean is None else round(mean, prop.digits - 1)

    return ListColumn(
        name=prop.code,
        title=prop.title,
        type=ColumnType.NUMBER,
        unit=prop.unit,
        value=read,
        shown=prop.is_common,
    )


LIST = ListPage(
    title=Text(ko="동별 평균", en="Means by dong"),
    permission="public",
    about=Text(
        ko="법정동마다 센서의 최근 값을 평균했어요.",
        en="The mean of the newest values of each legal dong.",
    ),
    columns=(
        ListColumn(name="name", title=Text(ko="동", en="Dong")),
        ListColumn(name="stations", title=Text(ko="센서", en="Stations"), type=ColumnType.INTEGER),
        *(_make_column(prop) for prop in PROPERTIES),
    ),
    filters=(ListFilter(name="district", title=Text(ko="자치구", en="District"), choices=_list_choices),),
    rows=_find,
    row_id="code",
    sort="name",
    empty=Text(ko="아직 잰 값이 없어요.", en="Nothing was measured yet."),
)
