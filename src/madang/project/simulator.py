"""The demonstration city goes on: each service's `demo.feed` says what happened since it was last asked."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import close_old_connections

from madang.core.base.interface import list_manifests, load_part, now

log = logging.getLogger("madang.simulator")
EVERY_S = 10.0
LONGEST = timedelta(minutes=5)
"""What a feed couldn't tell for longer is left out."""
Feed = Callable[[datetime, datetime], object]


def run_simulator() -> None:
    """Let every service feed its part of the city until asked to stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    parts = [load_part(manifest, "demo") for manifest in list_manifests()]
    told = {part.feed: now() for part in parts if part is not None and hasattr(part, "feed")}
    while True:
        told = feed_on(told, now())
        time.sleep(EVERY_S)


def feed_on(told: Mapping[Feed, datetime], moment: datetime) -> dict[Feed, datetime]:
    """Let each feed tell what happened since it told last, up to `moment`; return until when each has told.

    What a feed couldn't tell (the broker was away, or not yet open) it tells with the next.
    """
    reached = {}
    for feed, since in told.items():
        close_old_connections()
        try:
            feed(max(since, moment - LONGEST), moment)
            reached[feed] = moment
        except Exception:
            log.exception("%s", feed.__module__)
            reached[feed] = since
    return reached


def _leave(*_: object) -> None:
    """Leave at once, whatever is being sent: it holds nothing that could be lost."""
    os._exit(0)
