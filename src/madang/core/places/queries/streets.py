"""The imported streets, and ways on foot."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from django.conf import settings

from madang.core.base.interface import measure_m
from madang.core.places.gateway.street_files import read_net
from madang.core.places.models import Streets
from madang.core.places.records import WALK_DETOUR, StreetReport, StreetsRecord, Walks


def get_street_folder() -> Path:
    """Return the folder of the imported streets' net."""
    return settings.MADANG.data_path / "places" / "streets"


def find_streets() -> StreetsRecord | None:
    """Return the streets that distances on foot go by; None where none were imported."""
    row = Streets.objects.first()
    if row is None:
        return None
    return StreetsRecord(
        title=row.title,
        source=row.source,
        licence=row.licence,
        version=row.version,
        imported_at=row.imported_at,
        report=msgspec.convert(row.report, StreetReport),
    )


def measure_walks(lon: float, lat: float, lons: np.ndarray, lats: np.ndarray) -> Walks:
    """Return the ways on foot from a point to others (degrees), by the imported streets where they know one."""
    straight = np.array([measure_m(lon, lat, *one) for one in zip(lons, lats, strict=True)], dtype=float)
    version = Streets.objects.values_list("version", flat=True).first()
    if version is None or not len(straight):
        return Walks(metres=straight * WALK_DETOUR, by_streets=np.zeros(len(straight), bool))
    along = read_net(get_street_folder(), version).measure(lon, lat, np.asarray(lons), np.asarray(lats))
    known = np.isfinite(along)
    return Walks(
        metres=np.where(known, np.maximum(along, straight), straight * WALK_DETOUR), by_streets=known
    )
