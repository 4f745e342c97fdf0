"""Maps of cameras: what one sees, and what of a district nobody sees."""

from __future__ import annotations

from madang.core.base.interface import Text, read_pair
from madang.core.pages.interface import MapBlock, MapClass, MapLayer
from madang.core.places.interface import list_districts
from madang.infrastructure.cctv.methods.coverage import CellShare, draw_cone
from madang.infrastructure.cctv.records import Camera, View

MARGIN = 0.0015
STEPS = (
    ("0", Text(ko="거의 보지 않음 (10 % 미만)", en="hardly seen (below 10 %)"), 0.1),
    ("1", Text(ko="10–35 %", en="10–35 %"), 0.35),
    ("2", Text(ko="35–65 %", en="35–65 %"), 0.65),
    ("3", Text(ko="65–90 %", en="65–90 %"), 0.9),
    ("4", Text(ko="거의 다 봄 (90 % 이상)", en="nearly all seen (90 % or more)"), 1.01),
)


def name_districts() -> dict[str, Text]:
    """Return the name of each district by its code."""
    return {one.code: Text(ko=one.name_ko, en=one.name_en) for one in list_districts()}


def draw_place(camera: Camera, language: str) -> MapBlock:
    """Return the map of one camera with what it sees."""
    name = read_pair(camera.name).say(language)
    cone = draw_cone(camera.lon, camera.lat, camera.view or View())
    seen = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [cone]},
        "properties": {"id": "view", "title": name},
    }
    point = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [camera.lon, camera.lat]},
        "properties": {"id": camera.id, "title": name},
    }
    return MapBlock(
        title=Text(ko="카메라가 보는 곳", en="What it sees"),
        layers=(
            MapLayer(id="view", shape="areas", data={"type": "FeatureCollection", "features": [seen]}),
            MapLayer(id="camera", data={"type": "FeatureCollection", "features": [point]}),
        ),
        bounds=(camera.lon - MARGIN, camera.lat - MARGIN, camera.lon + MARGIN, camera.lat + MARGIN),
    )


def find_step(share: float) -> str:
    """Return the step of the legend in which a share lies."""
    return next(value for value, _, below in STEPS if share < below)


def draw_cells(cells: tuple[CellShare, ...], title: Text) -> MapBlock:
    """Return the map of hexagons by how much of them is seen."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [[*one.corners, one.corners[0]]]},
            "properties": {
                "id": one.cell,
                "title": f"{100 * one.share:.0f} %",
                "class": find_step(one.share),
            },
        }
        for one in cells
    ]
    counts = [find_step(one.share) for one in cells]
    return MapBlock(
        title=title,
        layers=(
            MapLayer(
                id="cells",
                shape="areas",
                data={"type": "FeatureCollection", "features": features},
                colour_by="class",
                classes=tuple(
                    MapClass(value=value, title=name, count=counts.count(value)) for value, name, _ in STEPS
                ),
                is_ramp=True,
            ),
        ),
    )
