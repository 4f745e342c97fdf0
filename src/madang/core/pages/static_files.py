"""The built front end: hashed file names, so browsers may keep them for ever."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).parent / "static" / "dist"


class HashedFiles(StaticFiles):
    """Static files that never change under one name."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file and a year's caching where its name carries a hash."""
        response = await super().get_response(path, scope)
        if response.status_code in {200, 304} and "assets/" in path:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def build_static_mount() -> Mount:
    """Return the mount of `/static/`, which serves the built front end."""
    DIST.mkdir(parents=True, exist_ok=True)
    return Mount("/static", HashedFiles(directory=DIST))
