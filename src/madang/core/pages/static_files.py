"""The built front end: hashed file names, so browsers may keep them for ever."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent / "static" / "dist"


class HashedFiles(StaticFiles):
    """Static files that never change under one name, sent as their gzip twin where there is one."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file and a year's caching where its name carries a hash."""
        is_small = (
            "gzip" in Headers(scope=scope).get("accept-encoding", "") and self.lookup_path(f"{path}.gz")[1]
        )
        response = await super().get_response(f"{path}.gz" if is_small else path, scope)
        if is_small:
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Type"] = mimetypes.guess_type(path)[0] or "text/javascript"
        response.headers["Vary"] = "Accept-Encoding"
        if response.status_code in {200, 304} and "assets/" in path:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def build_static_mount() -> Mount:
    """Return the mount of `/static/`, which serves the built front end."""
    DIST.mkdir(parents=True, exist_ok=True)
    return Mount("/static", HashedFiles(directory=DIST))
