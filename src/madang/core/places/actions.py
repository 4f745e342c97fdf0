"""Every change of layers, streets and places."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import shapely
from django.conf import settings
from django.db import IntegrityError, transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound, Text, new_id
from madang.core.people.interface import AgencyRecord, list_agencies, record_audit, register_agency, require

from .gateway.boundary_files import read_boundary_file
from .gateway.layer_files import remove_layer, write_layer
from .gateway.street_files import read_street_file, remove_nets, write_net
from .methods.coordinates import measure_areas
from .methods.korean import initials_of, normalize
from .methods.layers import Columns, choose_columns, count_reasons, detect_crs, take_areas
from .methods.streets import build_net, take_lines
from .models import Area, AreaLayer, Place, Streets
from .queries.layers import TITLES, get_layer_folder
from .queries.locating import detect_layer_codes, get_area_name, list_districts, locate_points
from .queries.searching import describe_place
from .queries.streets import get_street_folder
from .records import (
    BoundaryArea,
    LayerReport,
    NewAreaLayer,
    NewPlace,
    NewStreets,
    PlaceRecord,
    StreetReport,
)

CITY_AGENCY = "city"
LAYER_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")


def import_area_layer(*, actor: Actor, now: datetime, path: Path, layer: NewAreaLayer) -> LayerReport:
    """Import the boundary file at `path` as a layer, replacing what was there under that name.

    Refuses a file that can't be read as a whole or that holds no area; single features are rejected
    with their reasons.
    """
    require(actor, "places.import_layer")
    _check_layer(layer)
    areas, report = _read_areas(Path(path), layer)
    row = _make_layer(layer, report, imported_at=now, imported_by=actor.id)
    area_rows = _make_rows(row, areas)
    try:
        with transaction.atomic():
            _replace_layer(row, areas, area_rows)
            details = {"version": row.version, "kept": report.kept, "rejected": report.rejected}
            record_audit(
                actor=actor, now=now, action="places.import_layer", subject=layer.name, details=details
            )
    except IntegrityError as error:
        raise Conflict(
            "places.layer_busy",
            f"{layer.name} 레이어를 다른 사람이 불러오고 있습니다. 다시 해 주세요.",
            f"somebody else is importing the layer {layer.name}; please try again",
        ) from error
    return report


def remove_area_layer(*, actor: Actor, now: datetime, name: str) -> None:
    """Remove an imported layer and its polygons."""
    require(actor, "places.import_layer")
    with transaction.atomic():
        layer = AreaLayer.objects.select_for_update().filter(name=name).first()
        if layer is None:
            raise NotFound(
                "places.layer", f"불러온 레이어 {name}이(가) 없습니다", f"no layer {name} was imported"
            )
        layer.delete()
        record_audit(actor=actor, now=now, action="places.remove_layer", subject=name)
        transaction.on_commit(lambda: remove_layer(get_layer_folder(), name))


def import_streets(*, actor: Actor, now: datetime, path: Path, streets: NewStreets) -> StreetReport:
    """Have distances on foot go by the lines in the file at `path`, in place of those that were there.

    Refuses a file that can't be read as a whole or that holds no line; single features are rejected with their reasons.
    """
    require(actor, "places.import_layer")
    if not 0 < len(streets.title) <= 200 or max(len(streets.source), len(streets.licence)) > 200:
        raise BadInput("places.layer_text", "제목이나 출처가 너무 깁니다", "a title or source is too long")
    raw = read_street_file(Path(path))
    crs = detect_crs(raw, Columns(), locate_points, get_area_name, streets.crs)
    lines, rejected = take_lines(raw, crs)
    if not len(lines):
        raise BadInput(
            "places.no_lines",
            f"{path.name}: 불러올 선이 없습니다",
            f"{path.name} holds no line that can be taken",
            field="file",
            rejected=rejected,
        )
    net = build_net(lines)
    parts, largest = net.count_parts()
    report = StreetReport(
        features_read=len(raw.geometries),
        kept=len(raw.geometries) - sum(rejected.values()),
        rejected=rejected,
        crs=crs,
        nodes=len(net.nodes),
        kilometres=round(float(net.metres.sum()) / 1000, 1),
        parts=parts,
        largest_share=round(largest, 4),
    )
    version = write_net(get_street_folder(), net)
    said = {name: getattr(streets, name) for name in ("title", "source", "licence")}
    with transaction.atomic():
        Streets.objects.all().delete()
        Streets.objects.create(
            version=version,
            report=msgspec.to_builtins(report),
            imported_at=now,
            imported_by=actor.id,
            **said,
        )
        details = {"version": version, "kept": report.kept, "rejected": rejected}
        record_audit(
            actor=actor, now=now, action="places.import_streets", subject=streets.title, details=details
        )
        transaction.on_commit(lambda: remove_nets(get_street_folder(), keep=version))
    return report


def remove_streets(*, actor: Actor, now: datetime) -> None:
    """Have distances on foot be judged by straight lines again."""
    require(actor, "places.import_layer")
    with transaction.atomic():
        if not Streets.objects.all().delete()[0]:
            raise NotFound("places.streets", "불러온 길이 없습니다", "no streets were imported")
        record_audit(actor=actor, now=now, action="places.remove_streets", subject="streets")
        transaction.on_commit(lambda: remove_nets(get_street_folder()))


@transaction.atomic
def register_district_agencies(*, actor: Actor, now: datetime) -> int:
    """Register the city itself and its districts as agencies, those that aren't there yet; return how many."""
    city = settings.MADANG
    agencies = [
        AgencyRecord(code=CITY_AGENCY, name=Text(ko=city.city_name_ko, en=city.city_name_en), kind="city")
    ]
    agencies += [
        AgencyRecord(
            code=one.code,
            name=Text(ko=one.name_ko, en=one.name_en or one.name_ko),
            kind="district",
            parent_code=CITY_AGENCY,
            district_code=one.code,
        )
        for one in list_districts()
    ]
    known = {one.code for one in list_agencies()}
    new = [one for one in agencies if one.code not in known]
    for one in new:
        register_agency(actor=actor, now=now, agency=one)
    return len(new)


def register_place(*, actor: Actor, now: datetime, place: NewPlace) -> PlaceRecord:
    """Register a named point; its district and dong follow from where it lies."""
    require(actor, "places.edit")
    row = _make_place(place, new_id(), now)
    with transaction.atomic():
        row.save(force_insert=True)
        record_audit(
            actor=actor, now=now, action="places.register_place", subject=row.id, details={"name": row.name}
        )
    return describe_place(row)


def change_place(*, actor: Actor, now: datetime, place_id: str, place: NewPlace) -> PlaceRecord:
    """Replace what is registered of one place."""
    require(actor, "places.edit")
    row = _make_place(place, place_id, now)
    with transaction.atomic():
        if not Place.objects.select_for_update().filter(pk=place_id).exists():
            raise NotFound("places.place", "그 장소가 없습니다", "there is no such place")
        row.save(force_update=True)
        record_audit(
            actor=actor, now=now, action="places.change_place", subject=row.id, details={"name": row.name}
        )
    return describe_place(row)


def remove_place(*, actor: Actor, now: datetime, place_id: str) -> None:
    """Remove a registered place."""
    require(actor, "places.edit")
    with transaction.atomic():
        count, _ = Place.objects.filter(pk=place_id).delete()
        if not count:
            raise NotFound("places.place", "그 장소가 없습니다", "there is no such place")
        record_audit(actor=actor, now=now, action="places.remove_place", subject=place_id)


def _replace_layer(row: AreaLayer, areas: list[BoundaryArea], area_rows: list[Area]) -> None:
    folder = get_layer_folder()
    earlier = AreaLayer.objects.select_for_update().filter(name=row.name).first()
    row.version = write_layer(folder, row.name, areas)
    # The version before stays for readers that are about to open it.
    kept = [row.version]
    if earlier:
        kept.append(earlier.version)
        earlier.delete()
    row.save()
    Area.objects.bulk_create(area_rows, batch_size=500)
    transaction.on_commit(lambda: remove_layer(folder, row.name, keep=kept))


def _check_layer(layer: NewAreaLayer) -> None:
    if not LAYER_NAME.fullmatch(layer.name) or layer.name in TITLES:
        raise BadInput(
            "places.layer_name",
            f"레이어 이름으로 쓸 수 없습니다: {layer.name}",
            f"{layer.name} can't be a layer's name: small letters, digits, - and _, not one of the city's own",
            field="name",
        )
    if max(map(len, (layer.title_ko, layer.title_en, layer.source, layer.licence))) > 200:
        raise BadInput("places.layer_text", "제목이나 출처가 너무 깁니다", "a title or source is too long")
    if not 1900 <= layer.year <= 2200:
        raise BadInput(
            "places.layer_year",
            f"연도가 잘못되었습니다: {layer.year}",
            f"wrong year {layer.year}",
            field="year",
        )


def _read_areas(path: Path, layer: NewAreaLayer) -> tuple[list[BoundaryArea], LayerReport]:
    raw = read_boundary_file(path)
    columns = choose_columns(raw.columns, layer.code_column, layer.name_column)
    crs = detect_crs(raw, columns, locate_points, get_area_name, layer.crs)
    draft = take_areas(raw, columns, crs)
    if not draft.areas:
        raise BadInput(
            "places.no_areas",
            f"{path.name}: 불러올 구역이 없습니다",
            f"{path.name} holds no area that can be taken",
            field="file",
            rejected=count_reasons(draft.rejects),
        )
    areas = _place_areas(sorted(draft.areas.values(), key=lambda area: area.code))
    system = detect_layer_codes([area.code for area in areas], [area.district_code for area in areas])
    return areas, LayerReport(
        layer=layer.name,
        features_read=len(raw.geometries),
        kept=len(areas),
        repaired=draft.repaired,
        merged=draft.merged,
        rejected=count_reasons(draft.rejects),
        rejects=tuple(draft.rejects[:1000]),
        crs=crs,
        code_system=system.value if system else "",
        code_column=columns.code,
        name_column=columns.name_ko,
    )


def _place_areas(areas: list[BoundaryArea]) -> list[BoundaryArea]:
    """Return areas with the district that holds a point on their surface."""
    points = shapely.get_coordinates(shapely.point_on_surface([area.geometry for area in areas]))
    codes = locate_points(points[:, 0], points[:, 1]).district_code.tolist()
    return [
        msgspec.structs.replace(area, district_code=code, parent=get_area_name(code))
        for area, code in zip(areas, codes, strict=True)
    ]


def _make_layer(layer: NewAreaLayer, report: LayerReport, **written: object) -> AreaLayer:
    return AreaLayer(
        name=layer.name,
        title_ko=layer.title_ko or layer.name,
        title_en=layer.title_en or layer.title_ko or layer.name,
        kind=layer.kind.value,
        year=layer.year,
        source=layer.source,
        licence=layer.licence,
        code_system=report.code_system,
        area_count=report.kept,
        report=msgspec.to_builtins(report),
        **written,
    )


def _make_rows(layer: AreaLayer, areas: list[BoundaryArea]) -> list[Area]:
    points = shapely.get_coordinates(shapely.point_on_surface([area.geometry for area in areas]))
    sizes = measure_areas([area.geometry for area in areas])
    return [
        Area(
            layer=layer,
            code=area.code,
            name_ko=area.name_ko[:200],
            name_en=area.name_en[:200],
            district_code=area.district_code,
            lon=lon,
            lat=lat,
            area_m2=size,
        )
        for area, (lon, lat), size in zip(areas, points.tolist(), sizes.tolist(), strict=True)
    ]


def _make_place(place: NewPlace, place_id: str, now: datetime) -> Place:
    name, kind = place.name.strip(), place.kind.strip()
    if not (0 < len(name) <= 200 and 0 < len(kind) <= 60 and len(place.address) <= 300):
        raise BadInput(
            "places.place_text",
            "이름이나 주소의 길이가 맞지 않습니다",
            "a name or address is too long or empty",
        )
    if not (abs(place.lon) <= 180 and abs(place.lat) <= 90):
        raise BadInput(
            "places.place_point", "경도와 위도를 확인해 주세요", "longitude or latitude is out of range"
        )
    located = locate_points(np.array([place.lon]), np.array([place.lat]))
    return Place(
        id=place_id,
        name=name,
        kind=kind,
        lon=place.lon,
        lat=place.lat,
        address=place.address,
        source=place.source[:200],
        district_code=str(located.district_code[0]),
        legal_dong_code=str(located.legal_dong_code[0]),
        search_name=normalize(name),
        search_initials=initials_of(normalize(name)),
        search_address=normalize(place.address),
        updated_at=now,
    )
