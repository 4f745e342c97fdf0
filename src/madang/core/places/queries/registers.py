"""Rows of the room's registers, and versions that differ after every committed change."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from django.db.models import Count, F, Max

from madang.core.places.methods.coordinates import measure_areas
from madang.core.places.models import Area, AreaLayer, Place

from .layers import list_areas


def iterate_own_areas(layer: str) -> Iterator[dict[str, object]]:
    """Yield one row an area of the city's own layers."""
    areas = list_areas(layer)
    shapes = [area.geometry for area in areas]
    points = shapely.get_coordinates(shapely.point_on_surface(shapes)).tolist()
    for area, (lon, lat), size in zip(areas, points, measure_areas(shapes).tolist(), strict=True):
        yield {
            "code": area.code,
            "district_code": area.district_code,
            "name_ko": area.name_ko,
            "name_en": area.name_en,
            "lon": lon,
            "lat": lat,
            "area_m2": size,
        }


def iterate_areas() -> Iterator[dict[str, object]]:
    """Yield one row an area of an imported layer."""
    plain = ("code", "district_code", "name_ko", "name_en", "lon", "lat", "area_m2")
    of_layer = {name: F(f"layer__{name}") for name in ("year", "kind", "code_system")}
    rows = Area.objects.annotate(layer_name=F("layer__name")).values("layer_name", *plain, **of_layer)
    for row in rows.iterator():
        row["layer"] = row.pop("layer_name")
        yield row


def get_areas_version() -> object:
    """Return what differs after every import of a layer."""
    return tuple(AreaLayer.objects.order_by("name").values_list("name", "version", "imported_at"))


def iterate_places() -> Iterator[dict[str, object]]:
    """Yield one row a registered place."""
    shown = ("id", "name", "kind", "address", "district_code", "legal_dong_code", "lon", "lat", "source")
    yield from Place.objects.values(*shown, "updated_at").iterator()


def get_places_version() -> object:
    """Return what differs after every change of the registered places."""
    return tuple(Place.objects.aggregate(Count("id"), Max("updated_at")).values())
