"""Cameras of the demonstration city, registered like real ones and marked as simulated."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from madang.city.files import draw_points
from madang.core.base.interface import HOUSE, Text
from madang.core.places.interface import list_districts
from madang.core.things.interface import Kind, import_things, list_kinds, register_kind

from .records import CAMERA_KIND

SEED = 119
CAMERAS = 600
SOURCE = "시뮬레이션 · simulated"
PURPOSES = ("방범", "어린이보호", "교통단속", "시설관리")
RETENTION_DAYS = 30


def lay_out(now: datetime) -> None:
    """Register the cameras once."""
    if CAMERA_KIND in {kind.code for kind in list_kinds()}:
        return
    kind = Kind(
        code=CAMERA_KIND, name=Text(ko="CCTV 카메라", en="CCTV camera"), icon="camera", service_life_years=7
    )
    register_kind(actor=HOUSE, now=now, kind=kind)
    generator = np.random.default_rng(SEED)
    districts = {one.code: one.name_ko for one in list_districts()}
    rows = [
        {
            "id": f"CAM{number:05d}",
            "kind": CAMERA_KIND,
            "name": f"{districts[code]} 카메라 {number}",
            "agency_code": code,
            "lon": round(lon, 6),
            "lat": round(lat, 6),
            "state": "active",
            "attributes": {
                "purpose": PURPOSES[number % len(PURPOSES)],
                "retention_days": RETENTION_DAYS,
            },
        }
        for number, (lon, lat, code) in enumerate(draw_points(generator, CAMERAS), start=1)
    ]
    import_things(actor=HOUSE, now=now, rows=rows, source=SOURCE)
