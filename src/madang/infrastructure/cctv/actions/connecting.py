"""A camera's pictures found by ONVIF: its own word for where it streams becomes the source that is watched."""

from __future__ import annotations

from datetime import datetime

import msgspec

from madang.core.base.interface import Actor
from madang.core.people.interface import require
from madang.infrastructure.cctv.gateway.onvif import Stream, add_login, list_streams
from madang.infrastructure.cctv.queries.cameras import get_camera
from madang.infrastructure.cctv.queries.sources import find_source
from madang.infrastructure.cctv.records import Source

from .register import CHANGE, save_source

WIDE_ENOUGH = 640
"""The analysis looks at 960 pixels at most: more only costs decoding."""


def connect_camera(
    *, actor: Actor, now: datetime, camera_id: str, address: str, user: str, password: str
) -> Stream:
    """Ask a camera by ONVIF where it streams, and watch the stream that suffices; its rules stay. Return the stream.

    Raises BadInput where the camera may not be asked, doesn't answer or refuses the login; NotAllowed.
    """
    camera = get_camera(camera_id)
    require(actor, CHANGE, camera.agency_code)
    stream = choose(list_streams(address, user, password, now))
    known = find_source(camera_id) or Source(camera_id=camera_id, url="")
    url = add_login(stream.url, user, password)
    save_source(actor=actor, now=now, source=msgspec.structs.replace(known, url=url, is_on=True))
    return stream


def choose(streams: list[Stream]) -> Stream:
    """Return the smallest stream that is wide enough, else the widest."""
    enough = [one for one in streams if one.width >= WIDE_ENOUGH]
    return min(enough, key=lambda one: one.width) if enough else max(streams, key=lambda one: one.width)
