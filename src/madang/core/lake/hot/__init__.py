"""Hot paths of the lake: downloads in flat memory, and vector tiles."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import Route

from .downloads import DownloadQuery, send_csv, send_geojson, send_gpkg, send_json, send_parquet, send_xlsx
from .tiles import TileQuery, send_tile

_FORMS = {
    "csv": (send_csv, Text(ko="CSV로 내려받기", en="Download as CSV")),
    "json": (send_json, Text(ko="JSON으로 내려받기", en="Download as JSON")),
    "geojson": (send_geojson, Text(ko="GeoJSON으로 내려받기", en="Download as GeoJSON")),
    "gpkg": (send_gpkg, Text(ko="지오패키지로 내려받기", en="Download as a GeoPackage")),
    "parquet": (send_parquet, Text(ko="Parquet으로 내려받기", en="Download as Parquet")),
    "xlsx": (send_xlsx, Text(ko="엑셀로 내려받기", en="Download as an Excel workbook")),
}
ROUTES = [
    *(
        Route(
            "GET",
            f"/datasets/{{name}}.{ending}",
            send,
            "public",
            title,
            query=DownloadQuery,
            tags=("downloads",),
        )
        for ending, (send, title) in _FORMS.items()
    ),
    Route(
        "GET",
        "/tiles/datasets/{name}/{z:int}/{x:int}/{y:int}.mvt",
        send_tile,
        "public",
        Text(ko="데이터의 벡터 타일", en="Vector tile of a dataset's points"),
        query=TileQuery,
        tags=("tiles",),
    ),
]
