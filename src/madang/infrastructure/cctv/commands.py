"""What other services may ask of the cameras."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from madang.core.base.interface import Actor, Command

from .queries.cameras import list_nearest
from .records import Camera


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """A point in degrees (EPSG:4326), how far around it, and how many cameras at most."""

    lon: Annotated[float, Meta(ge=-180, le=180)]
    lat: Annotated[float, Meta(ge=-85, le=85)]
    within_m: Annotated[float, Meta(gt=0, le=5000)] = 500.0
    limit: Annotated[int, Meta(ge=1, le=100)] = 5


def find_nearest(*, actor: Actor, now: datetime | None, request: Near) -> list[Camera]:
    """Return the cameras around a point, nearest first."""
    del actor, now
    return list_nearest(request.lon, request.lat, request.within_m, request.limit)


COMMANDS = [
    Command(
        name="cctv.nearest",
        permission="public",
        request_type=Near,
        reply_type=list[Camera],
        action=find_nearest,
    )
]
