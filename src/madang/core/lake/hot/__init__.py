"""Hot paths of the lake: downloads in flat memory, and vector tiles."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import Route

from .downloads import (
    DownloadQuery,
    send,
    write_csv,
    write_geojson,
    write_gpkg,
    write_json,
    write_parquet,
    write_xlsx,
)
from .tiles import TileQuery, send_tile

_FORMS = {
    "csv": (write_csv, Text(ko="CSV로 내려받기", en="Download as CSV")),
    "json": (write_json, Text(ko="JSON으로 내려받기", en="Download as JSON")),
    "geojson": (write_geojson, Text(ko="GeoJSON으로 내려받기", en="Download as GeoJSON")),
    "gpkg": (write_gpkg, Text(ko="지오패키지로 내려받기", en="Download as a GeoPackage")),
    "parquet": (write_parquet, Text(ko="Parquet으로 내려받기", en="Download as Parquet")),
    "xlsx": (write_xlsx, Text(ko="엑셀로 내려받기", en="Download as an Excel workbook")),
}
ROUTES = [
    *(
        Route(
            "GET",
            f"/datasets/{{name}}.{ending}",
            send(ending, write),
            "public",
            title,
            query=DownloadQuery,
            tags=("downloads",),
            readable_anywhere=True,
        )
        for ending, (write, title) in _FORMS.items()
    ),
    Route(
        "GET",
        "/tiles/datasets/{name}/{z:int}/{x:int}/{y:int}.mvt",
        send_tile,
        "public",
        Text(ko="데이터의 벡터 타일", en="Vector tile of a dataset"),
        query=TileQuery,
        tags=("tiles",),
        readable_anywhere=True,
    ),
]
