"""The web process: granian with the whole house on one port, its workers forked from it."""

from __future__ import annotations

from granian import Granian

from madang.core.base.interface import read_settings


def serve() -> None:
    """Serve until asked to stop."""
    settings = read_settings()
    Granian(
        "madang.project.asgi:application",
        address=settings.host,
        port=settings.port,
        interface="asgi",
        workers=settings.web_workers,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
