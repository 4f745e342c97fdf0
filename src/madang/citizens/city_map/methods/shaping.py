"""A theme's places as a table of the lake."""

from __future__ import annotations

from datetime import date
from typing import Any

from madang.citizens.city_map.records import FieldType, Outline, Place, Theme
from madang.core.base.interface import Column, ColumnType, Table, Text, declare_column

TYPES = {
    FieldType.INTEGER: ColumnType.INTEGER,
    FieldType.NUMBER: ColumnType.NUMBER,
    FieldType.BOOLEAN: ColumnType.BOOLEAN,
    FieldType.DATE: ColumnType.DATE,
}
FIRST = (
    declare_column("id", "장소 번호", "Place"),
    declare_column("name", "이름", "Name"),
    declare_column("address", "주소", "Address"),
    declare_column("district_code", "자치구 코드", "District code"),
)
LAST = (
    declare_column("lon", "경도", "Longitude", ColumnType.NUMBER, "deg"),
    declare_column("lat", "위도", "Latitude", ColumnType.NUMBER, "deg"),
    declare_column("source", "출처", "Source"),
    declare_column("changed_at", "고친 때", "Changed at", ColumnType.TIME),
)
SHAPE = declare_column("geometry", "도형 (GeoJSON)", "Shape (GeoJSON)")
PROMISE_S = 365 * 86400


def declare_table(theme: Theme) -> Table:
    """Return the table that a theme's own places are published as."""
    said = theme.values
    columns = tuple(
        Column(name=one.name, type=TYPES.get(one.type, ColumnType.TEXT), title=_title(one.title))
        for one in said.fields
    )
    return Table(
        name=theme.collection,
        title=_title(said.title),
        description=_title(said.about if said.about.ko else said.title),
        columns=(*FIRST, *columns, *LAST, *(() if said.outline is Outline.POINT else (SHAPE,))),
        key=("id",),
        licence=said.licence,
        source=said.source,
        owner_agency=said.agency_code,
        freshness_promise_s=PROMISE_S,
        lon="lon",
        lat="lat",
        crs="EPSG:4326",
        shape=None if said.outline is Outline.POINT else SHAPE.name,
    )


def make_row(theme: Theme, place: Place) -> dict[str, Any]:
    """Return a place as a row of that table."""
    said = place.values
    row: dict[str, Any] = {
        "id": place.id,
        "name": said.name,
        "address": said.address,
        "district_code": place.district_code,
        "lon": said.lon,
        "lat": said.lat,
        "source": said.source or theme.values.source,
        "changed_at": place.changed_at,
    }
    if theme.values.outline is not Outline.POINT:
        row[SHAPE.name] = said.shape or None
    for one in theme.values.fields:
        value = said.values.get(one.name)
        row[one.name] = date.fromisoformat(value) if value and one.type is FieldType.DATE else value
    return row


def _title(text: Text) -> Text:
    return Text(ko=text.ko, en=text.en or text.ko)
