"""What other services may tell the fire-safety net."""

from __future__ import annotations

from datetime import datetime

import msgspec

from madang.core.base.interface import Actor, Command

from .actions import hear_camera
from .records import Short, Taken


class SmokeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Smoke or fire that was seen by a camera, named by its number in the cameras' register."""

    camera_id: Short


def take_smoke(*, actor: Actor, now: datetime, request: SmokeSeen) -> Taken:
    """Take in what a camera saw, where a facility has registered it as one of its detectors."""
    del actor
    return hear_camera(now=now, camera_id=request.camera_id)


COMMANDS = [
    Command(
        name="fire_safety.smoke_seen",
        permission="fire_safety.send",
        request_type=SmokeSeen,
        reply_type=Taken,
        action=take_smoke,
    )
]
