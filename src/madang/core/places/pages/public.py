"""What everyone sees: areas and registered places."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
import shapely

from madang.core.base.interface import Actor, NotFound, Text
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    ListColumn,
    ListFilter,
    ListPage,
    MapBlock,
    MapLayer,
    Tab,
)
from madang.core.places.methods.coordinates import measure_areas
from madang.core.places.methods.romanization import romanize_place
from madang.core.places.queries.layers import get_area_layer, list_area_layers, list_areas
from madang.core.places.queries.locating import get_area_name, list_districts
from madang.core.places.queries.searching import get_place, list_area_hits
from madang.core.places.records import AreaKind, AreaLayerRecord, BoundaryArea, PlaceHit

CODES = {
    "legal": Text(ko="법정 코드", en="Legal code"),
    "kostat": Text(ko="통계청 코드", en="KOSTAT code"),
    "mois": Text(ko="행정 코드", en="Administrative code"),
}
PLACES = (Text(ko="장소", en="Places"), "/places/")


def address_of(hit: PlaceHit) -> str:
    """Return the address of the page of an area or a registered place."""
    folder = quote(hit.kind, safe="") if hit.is_area else "registered"
    return f"/places/{folder}/{quote(hit.code, safe='')}/"


def list_rows(*, actor: Actor, search: str, filters: dict[str, str]) -> Sequence[PlaceHit]:
    """Return the areas that are asked for."""
    del actor
    asked = filters.get("kind", "")
    return [hit for hit in list_area_hits(search) if not asked or hit.kind == asked]


def _name_layer(hit: PlaceHit) -> Text:
    named = next((one for one in list_area_layers() if one.name == hit.kind), None)
    return Text(ko=named.title_ko, en=named.title_en) if named else Text(ko=hit.kind, en=hit.kind)


def list_kinds(_actor: Actor) -> list[tuple[str, Text, int]]:
    """Return layers to choose from, with how many areas each has."""
    return [(one.name, Text(ko=one.title_ko, en=one.title_en), one.area_count) for one in list_area_layers()]


def describe_area(*, actor: Actor, language: str, layer: str, code: str) -> Detail:
    """Return the page of one area."""
    record = get_area_layer(layer)
    area = next((one for one in list_areas(layer) if one.code == code), None)
    if area is None:
        raise NotFound("places.area", "그 구역이 없어요", "There is no such area")
    title = Text(ko=record.title_ko, en=record.title_en)
    return Detail(
        title=Text(ko=area.name_ko, en=area.name_en or area.name_ko),
        about=Text(ko=f"{area.parent} · {title.ko}".strip(" ·"), en=title.en),
        crumbs=(PLACES, (title, f"/places/?kind={layer}")),
        summary=_list_facts(area, record),
        tabs=(
            Tab(
                name="map",
                title=Text(ko="지도", en="Map"),
                template="places/area.html",
                context={"area_map": _draw(area), "layer": record},
            ),
        ),
    )


def describe_registered(*, actor: Actor, language: str, place_id: str) -> Detail:
    """Return the page of one registered place."""
    place = get_place(place_id)
    district, dong = get_area_name(place.district_code), get_area_name(place.legal_dong_code)
    return Detail(
        title=Text(ko=place.name, en=place.name),
        about=Text(ko=place.address, en=place.address),
        crumbs=(PLACES,),
        summary=(
            Fact(title=Text(ko="자치구", en="District"), value=district),
            Fact(title=Text(ko="법정동", en="Legal dong"), value=dong),
            Fact(title=Text(ko="종류", en="Kind"), value=place.kind),
            Fact(title=Text(ko="출처", en="Source"), value=place.source or None),
        ),
        lon=place.lon,
        lat=place.lat,
    )


def _list_facts(area: BoundaryArea, layer: AreaLayerRecord) -> tuple[Fact, ...]:
    facts = [
        Fact(title=CODES.get(layer.code_system, Text(ko="코드", en="Code")), value=area.code),
        Fact(
            title=Text(ko="넓이", en="Area"),
            value=round(measure_areas([area.geometry])[0] / 1e6, 2),
            unit="km2",
        ),
    ]
    district = next((one for one in list_districts() if one.code == area.district_code), None)
    if district and layer.kind is AreaKind.DISTRICT:
        facts.append(Fact(title=Text(ko="통계청 코드", en="KOSTAT code"), value=district.kostat_code))
    elif district:
        href = f"/places/districts/{district.code}/"
        name = Text(ko=district.name_ko, en=district.name_en)
        facts.append(Fact(title=Text(ko="자치구", en="District"), value=name, href=href))
    return tuple(facts)


def _draw(area: BoundaryArea) -> MapBlock:
    feature = {
        "type": "Feature",
        "properties": {"id": area.code, "title": area.name_ko},
        "geometry": msgspec.json.decode(shapely.to_geojson(area.geometry)),
    }
    data = {"type": "FeatureCollection", "features": [feature]}
    title = Text(ko=f"{area.name_ko} 지도", en=f"Map of {area.name_en or area.name_ko}")
    west, south, east, north = area.geometry.bounds
    return MapBlock(
        title=title,
        layers=(MapLayer(id="area", shape="areas", data=data),),
        bounds=(west, south, east, north),
    )


AREA_LIST = ListPage(
    title=PLACES[0],
    about=Text(
        ko="자치구와 동, 그리고 불러온 구역이에요. 이름이나 초성, 코드로 찾을 수 있어요.",
        en="Districts, dongs and imported areas. Search by name, Korean initials or code.",
    ),
    permission="public",
    rows=list_rows,
    row_id="code",
    columns=(
        ListColumn(
            name="name",
            title=Text(ko="이름", en="Name"),
            value=lambda hit: Text(ko=hit.name_ko, en=hit.name_en or hit.name_ko),
            href=address_of,
        ),
        ListColumn(name="name_ko", title=Text(ko="한글 이름", en="Korean name"), shown=False),
        ListColumn(name="name_en", title=Text(ko="로마자 이름", en="Name in Latin letters"), shown=False),
        ListColumn(
            name="parent",
            title=Text(ko="상위 구역", en="Part of"),
            value=lambda hit: Text(ko=hit.parent, en=romanize_place(hit.parent)),
        ),
        ListColumn(name="code", title=Text(ko="코드", en="Code")),
        ListColumn(name="kind", title=Text(ko="레이어", en="Layer"), value=_name_layer, shown=False),
    ),
    filters=(ListFilter(name="kind", title=Text(ko="레이어", en="Layer"), choices=list_kinds),),
    lon="lon",
    lat="lat",
)
AREA_PAGE = DetailPage(
    title=Text(ko="구역", en="Area"), permission="public", describe=describe_area, entries=("map",)
)
PLACE_PAGE = DetailPage(title=Text(ko="장소", en="Place"), permission="public", describe=describe_registered)
