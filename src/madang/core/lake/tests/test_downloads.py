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

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, now
from madang.core.lake.api.records import AggregateQuery, RowsQuery
from madang.core.lake.folders import scratch_path
from madang.core.lake.hot import keeping
from madang.core.lake.hot.downloads import (
    DownloadQuery,
    _say_moments,
    send,
    write_csv,
    write_geojson,
    write_gpkg,
    write_json,
    write_parquet,
    write_xlsx,
)
from madang.core.lake.importing.action import import_file
from madang.core.lake.interface import DatasetChange, describe_dataset, publish_dataset, withdraw_dataset
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
    return b"".join(write(authorize(HOUSE, name), DownloadQuery()).chunks)


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
            "method": "GET",
            "path_params": {"name": "held"},
            "headers": headers,
            "state": {"actor": HOUSE},
        }
        return send("csv", write_csv)(Request(scope), DownloadQuery(), None)

    first = ask()
    tag = first.headers["etag"]
    assert not tag.startswith("W/")
    assert first.status_code == 200
    for held in ([tag], [f"W/{tag}"], [f'"other", {tag}'], ["*"], ['"other"', tag]):
        again = ask(*held)
        assert (again.status_code, again.headers["etag"]) == (304, tag)
    assert ask('"other"').status_code == 200


WRITERS = {"csv": write_csv, "json": write_json, "parquet": write_parquet, "xlsx": write_xlsx}


@pytest.fixture
def numbers(lake, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("번호,이름\n" + "".join(f"{n},이름{n % 3}\n" for n in range(5_000)), "utf-8")
    import_file(actor=HOUSE, now=now(), path=path)
    publish_dataset(actor=HOUSE, now=now(), name="numbers")


def fetch(
    ending: str, actor=ANONYMOUS, method="GET", query=None, **headers
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a download as they go over the wire."""
    scope = {
        "type": "http", "method": method, "path_params": {"name": "numbers"}, "state": {"actor": actor},
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    answer = send(ending, WRITERS[ending])(Request(scope), query or DownloadQuery(), None)
    sent: list[dict] = []

    async def run() -> None:
        async def receive():
            await anyio.sleep_forever()

        async def take_part(message):
            sent.append(message)

        await answer(scope, receive, take_part)

    anyio.run(run)
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}, body


@pytest.mark.django_db
@pytest.mark.parametrize("ending", WRITERS)
def test_a_download_that_broke_off_goes_on(numbers, ending):
    query = DownloadQuery(sort=["이름"])
    status, headers, whole = fetch(ending, query=query)
    assert (status, headers["accept-ranges"]) == (200, "bytes")
    half = len(whole) // 2
    status, part, rest = fetch(ending, query=query, range=f"bytes={half}-", if_range=headers["etag"])
    assert (status, part["content-range"]) == (206, f"bytes {half}-{len(whole) - 1}/{len(whole)}")
    assert part["etag"] == headers["etag"]
    assert whole[:half] + rest == whole
    assert fetch(ending, query=query, range="bytes=-9")[2] == whole[-9:]
    assert fetch(ending, query=query, range="bytes=999999999-")[0] == 416
    assert fetch(ending, query=query, if_none_match=headers["etag"])[0] == 304
    status, _, again = fetch(ending, query=query, range=f"bytes={half}-", if_range='"another"')
    assert (status, again) == (200, whole)
    other = fetch(ending, query=DownloadQuery(sort=["-번호"]), range="bytes=0-999999")[2]
    assert other != whole


@pytest.mark.django_db
def test_what_is_not_public_is_never_kept_as_a_file(numbers):
    withdraw_dataset(actor=HOUSE, now=now(), name="numbers", reason="시험")
    describe_dataset(
        actor=HOUSE, now=now(), name="numbers", change=DatasetChange(read_permission="lake.import")
    )
    for ending in WRITERS:
        status, headers, _ = fetch(ending, actor=HOUSE, range="bytes=0-9")
        assert (status, headers["accept-ranges"], headers["cache-control"]) == (
            200,
            "none",
            "private, no-store",
        )
    assert not (scratch_path() / "downloads").exists()


@pytest.mark.django_db
def test_asking_for_the_head_writes_nothing(numbers, monkeypatch):
    monkeypatch.setitem(WRITERS, "csv", lambda *_: pytest.fail("written"))
    status, headers, body = fetch("csv", method="HEAD")
    assert (status, headers["content-type"].partition(";")[0], body) == (200, "text/csv", b"")
    status, headers, body = fetch("parquet", method="HEAD")
    assert (int(headers["content-length"]) > 1000, body) == (True, b"")


@pytest.mark.django_db
def test_kept_files_stay_small_together(numbers, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_BYTES", 1)
    monkeypatch.setattr(keeping, "IN_USE_S", -1)
    for sort in ("번호", "이름"):
        fetch("csv", query=DownloadQuery(sort=[sort]), range="bytes=0-9")
    assert len(list((scratch_path() / "downloads").iterdir())) <= 1


@pytest.mark.parametrize("kind", [DownloadQuery, RowsQuery, AggregateQuery])
def test_a_word_that_would_change_the_answer_is_refused(kind):
    with pytest.raises(BadInput) as refused:
        parse_query(QueryParams("columns=name"), kind)
    assert refused.value.details["field"] == "columns"
