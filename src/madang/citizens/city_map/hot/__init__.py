"""Addresses for map programs: OGC API Features and Tiles under /ogc, and the map page's own tiles."""

from __future__ import annotations

from madang.core.base.interface import Text
from madang.core.pages.interface import Route

from . import features, live, tiles
from .sending import refuse_call, serve

_ONE = "/ogc/collections/{collection}"
ROUTES = [
    # Live layers know who asks; everything else is for everyone, also for pages of other sites.
    Route(
        "GET",
        "/city_map/live/{layer}.geojson",
        serve(live.show_live),
        "public",
        Text(ko="생활지도의 실시간 겹", en="Live layers of the city life map"),
        tags=("city_map",),
    ),
    *(
        Route(
            "GET",
            path,
            serve(answer),
            "public",
            Text(ko=ko, en=en),
            tags=("city_map",),
            cross_origin=True,
            refuse=refuse_call,
        )
        for path, answer, ko, en in (
            ("/ogc", features.show_landing, "공간정보 API의 첫 문서", "Landing page of the places API"),
            ("/ogc/", features.show_landing, "공간정보 API의 첫 문서", "Landing page of the places API"),
            ("/ogc/api", features.show_api, "공간정보 API의 설명 (OpenAPI)", "The places API as OpenAPI"),
            ("/ogc/conformance", features.show_conformance, "지키는 표준", "Standards that are kept"),
            ("/ogc/collections", features.show_collections, "공간정보 모음 목록", "Collections of places"),
            (_ONE, features.show_collection, "공간정보 모음 하나", "One collection of places"),
            (f"{_ONE}/queryables", features.show_queryables, "거를 수 있는 속성", "What a filter may name"),
            (
                f"{_ONE}/items",
                features.show_items,
                "모음의 장소 (GeoJSON)",
                "Features of a collection (GeoJSON)",
            ),
            (
                f"{_ONE}/items/{{feature:path}}",
                features.show_item,
                "장소 하나 (GeoJSON)",
                "One feature (GeoJSON)",
            ),
            (f"{_ONE}/tiles", tiles.show_tilesets, "모음의 타일 묶음", "Tilesets of a collection"),
            (
                f"{_ONE}/tiles/{{grid}}",
                tiles.show_tileset,
                "타일 묶음 하나 (TileJSON)",
                "One tileset (TileJSON)",
            ),
            (
                f"{_ONE}/tiles/{{grid}}/{{z:int}}/{{row:int}}/{{column:int}}",
                tiles.show_tile,
                "모음의 벡터 타일",
                "Vector tile of a collection",
            ),
            (
                f"{_ONE}/tiles.pmtiles",
                tiles.send_extract,
                "모음의 타일 한 파일 (PMTiles)",
                "All tiles in one file",
            ),
            (f"{_ONE}/styles", tiles.show_styles, "모음의 지도 스타일", "Map styles of a collection"),
            (f"{_ONE}/styles/{{style}}", tiles.show_style, "지도 스타일 하나", "One map style"),
            ("/ogc/tileMatrixSets", tiles.show_grids, "타일 격자", "Grids of tiles"),
            ("/ogc/tileMatrixSets/{grid}", tiles.show_grid, "타일 격자 하나", "One grid of tiles"),
            (
                "/ogc/{rest:path}",
                features.show_nothing,
                "없는 공간정보 주소",
                "No such address of the places API",
            ),
            (
                "/city_map/tiles/{z:int}/{x:int}/{y:int}.mvt",
                tiles.show_shown,
                "생활지도의 타일",
                "Tiles of the city life map",
            ),
        )
    ),
]
