"""What people take away: the city's time, not another zone's, and shapes as they came."""

import json
from datetime import UTC, datetime

import anyio
import pyarrow as pa
import pyogrio
import pyproj
import pytest
import shapely
from openpyxl import load_workbook
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import HOUSE, BadInput, now
from madang.core.lake.api.records import AggregateQuery, RowsQuery
from madang.core.lake.hot.downloads import (
    DownloadQuery,
    _say_moments,
    send,
    write_csv,
    write_geojson,
    write_gpkg,
)
from madang.core.lake.importing.action import import_file
from madang.core.lake.reading import authorize
from madang.core.pages.interface import make_cell, open_workbook
from madang.core.pages.parsing import parse_query

MIDNIGHT = datetime(2022, 7, 1, 15, tzinfo=UTC)


def test_csv_says_moments_with_the_city_s_offset():
    batch = pa.RecordBatch.from_pydict(
        {"at": pa.array([MIDNIGHT, None], pa.timestamp("us", "UTC")), "n": [1, 2]}
    )
    assert _say_moments(batch).to_pylist() == [
        {"at": "2022-07-02T00:00:00+09:00", "n": 1},
        {"at": None, "n": 2},
    ]


def test_a_workbook_shows_the_city_s_clock_and_no_formula(tmp_path):
    book, sheet = open_workbook("a" * 60)
    sheet.append([make_cell(sheet, value) for value in (MIDNIGHT, "=1+1", "x" * 40_000, 3)])
    book.save(tmp_path / "a.xlsx")
    cells = next(load_workbook(tmp_path / "a.xlsx").active.iter_rows())
    assert cells[0].value == datetime(2022, 7, 2)  # noqa: DTZ001 (a workbook knows no zones)
    assert (cells[1].value, cells[1].data_type) == ("=1+1", "s")
    assert (len(cells[2].value), cells[3].value) == (32_767, 3)


def take(write, name: str) -> bytes:
    """Return what a download of a dataset sends."""
    answer = write(authorize(HOUSE, name), DownloadQuery())

    async def read() -> bytes:
        return b"".join(
            [part if isinstance(part, bytes) else part.encode() async for part in answer.body_iterator]
        )

    return anyio.run(read)


SQUARE = shapely.box(126.97, 37.55, 126.99, 37.57)


@pytest.mark.django_db
@pytest.mark.parametrize("epsg", [4326, 5179])
def test_an_imported_polygon_is_taken_away_as_one(lake, tmp_path, epsg):
    turn = pyproj.Transformer.from_crs(4326, epsg, always_xy=True).transform
    shape = shapely.Polygon(list(zip(*turn(*SQUARE.exterior.coords.xy), strict=True)))
    features = [
        {
            "type": "Feature",
            "properties": {"구": "중구", "번": n},
            "geometry": json.loads(shapely.to_geojson(one)),
        }
        for n, one in enumerate((shape, shape.centroid))
    ]
    path = tmp_path / "area.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    import_file(actor=HOUSE, now=now(), path=path)
    polygon, point = json.loads(take(write_geojson, "area"))["features"]
    assert shapely.from_geojson(json.dumps(polygon["geometry"])).equals_exact(SQUARE, 1e-6)
    assert point["geometry"]["type"] == "Point"
    assert polygon["properties"] == {"구": "중구", "번": 0, "outside_district": False}
    package = tmp_path / "area.gpkg"
    package.write_bytes(take(write_gpkg, "area"))
    meta, _, shapes, _ = pyogrio.raw.read(package)
    assert (meta["geometry_type"], list(meta["fields"])[:2]) == ("Unknown", ["구", "번"])
    assert [one.geom_type for one in shapely.from_wkb(shapes)] == ["Polygon", "Point"]


@pytest.mark.django_db
def test_a_version_that_the_client_holds_is_not_sent_again(lake, tmp_path):
    path = tmp_path / "held.csv"
    path.write_text("번호,이름\n1,가\n", "utf-8")
    import_file(actor=HOUSE, now=now(), path=path)

    def ask(*held: str) -> Response:
        headers = [(b"if-none-match", one.encode()) for one in held]
        scope = {
            "type": "http",
            "path_params": {"name": "held"},
            "headers": headers,
            "state": {"actor": HOUSE},
        }
        return send("csv", write_csv)(Request(scope), DownloadQuery(), None)

    first = ask()
    tag = first.headers["etag"]
    assert first.status_code == 200
    for held in ([tag], [tag.removeprefix("W/")], [f'"other", {tag}'], ["*"], ['"other"', tag]):
        again = ask(*held)
        assert (again.status_code, again.headers["etag"]) == (304, tag)
    assert ask('"other"').status_code == 200


@pytest.mark.parametrize("kind", [DownloadQuery, RowsQuery, AggregateQuery])
def test_a_word_that_would_change_the_answer_is_refused(kind):
    with pytest.raises(BadInput) as refused:
        parse_query(QueryParams("columns=name"), kind)
    assert refused.value.details["field"] == "columns"
