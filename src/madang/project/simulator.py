"""The demonstration city goes on: each service's `demo.feed` says what happened since it was last asked."""

from __future__ import annotations

import logging
import os
import signal
import time

from django.db import close_old_connections

from madang.core.base.interface import list_manifests, load_part, now

log = logging.getLogger("madang.simulator")
EVERY_S = 10.0


def run_simulator() -> None:
    """Let every service feed its part of the city until asked to stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    parts = [load_part(manifest, "demo") for manifest in list_manifests()]
    feeds = [part.feed for part in parts if part is not None and hasattr(part, "feed")]
    since = now()
    while True:
        moment = now()
        for feed in feeds:
            close_old_connections()
            try:
                feed(since, moment)
            except Exception:
                log.exception("%s", feed.__module__)
        since = moment
        time.sleep(EVERY_S)


def _leave(*_: object) -> None:
    """Leave at once, whatever is being sent: it holds nothing that could be lost."""
    os._exit(0)
