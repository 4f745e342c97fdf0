"""A dataset of 120 known places for the tests of the places API."""

PLACES = [
    (
        f"곳{number:03d}",
        ["쉼터", "도서관"][number % 2],
        126.9 + number % 12 * 0.01,
        37.5 + number // 12 * 0.01,
    )
    for number in range(120)
]
NAME = "ogc_places"
DRAWN = "ogc_drawn"


def _ring(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


SHAPES = {
    "강변길": {"type": "LineString", "coordinates": [[126.90, 37.52], [127.02, 37.52]]},
    "산공원": {
        "type": "Polygon",
        "coordinates": [_ring(126.98, 37.54, 127.0, 37.56), _ring(126.988, 37.548, 126.992, 37.552)],
    },
    "두섬": {
        "type": "MultiPolygon",
        "coordinates": [[_ring(126.93, 37.53, 126.94, 37.535)], [_ring(126.95, 37.53, 126.96, 37.535)]],
    },
    "작은못": {"type": "Polygon", "coordinates": [_ring(127.05, 37.5, 127.0501, 37.5001)]},
    "나비": {  # it crosses itself
        "type": "Polygon",
        "coordinates": [
            [[127.03, 37.58], [127.04, 37.59], [127.04, 37.58], [127.03, 37.59], [127.03, 37.58]]
        ],
    },
    "샘": {"type": "Point", "coordinates": [126.95, 37.6]},
}
"""Lines, areas and a point in degrees, by name."""


def write_shapes():
    """Return them as GeoJSON."""
    features = [
        {"type": "Feature", "properties": {"이름": name, "번호": number}, "geometry": geometry}
        for number, (name, geometry) in enumerate(SHAPES.items())
    ]
    return {"type": "FeatureCollection", "features": features}
