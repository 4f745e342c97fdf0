"""Serving an ASGI application on a port of its own, in a member of the family."""

from __future__ import annotations

from granian import Granian

from .settings import read_settings

WORKER_PATIENCE_S = 8
"""A worker asked to end while it still starts doesn't hear it, and would outlive a killed supervisor."""


def serve_application(target: str, *, port: int, workers: int = 1) -> None:
    """Serve the ASGI application named `module:attribute` on the house's host until asked to stop."""
    Granian(
        target,
        address=read_settings().host,
        port=port,
        interface="asgi",
        workers=workers,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=WORKER_PATIENCE_S,
    ).serve()
