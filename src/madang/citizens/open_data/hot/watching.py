"""Uses of open data by the doors that other rooms keep: downloads, rows and places."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.open_data.actions.counting import counter
from madang.citizens.open_data.records.calls import API_KEY, DOWNLOAD_KEY, PLACES_KEY
from madang.core.pages.interface import Watch

ENDINGS = ("csv", "json", "geojson", "gpkg", "parquet", "xlsx")


def note_use(request: Request, _answered: Response, *, key: str, parameter: str) -> None:
    """Count that somebody outside took data; what broke off and goes on is one use, and a look at the size none."""
    is_begin = request.headers.get("range", "bytes=0-").startswith("bytes=0-")
    if request.method == "GET" and is_begin and not request.state.actor.agency_code:
        counter.add(request.path_params[parameter], key, 0)


WATCHES = [
    Watch(frozenset(paths), partial(note_use, key=key, parameter=parameter))
    for key, parameter, paths in (
        (DOWNLOAD_KEY, "name", [f"/datasets/{{name}}.{ending}" for ending in ENDINGS]),
        (API_KEY, "name", ["/api/datasets/{name}/rows", "/api/datasets/{name}/aggregate"]),
        (
            PLACES_KEY,
            "collection",
            ["/ogc/collections/{collection}/items", "/ogc/collections/{collection}/tiles.pmtiles"],
        ),
    )
]
