"""The web process: granian with the whole house on one port, its workers forked from it."""

from __future__ import annotations

from madang.core.base.interface import read_settings, serve_application


def serve() -> None:
    """Serve until asked to stop."""
    settings = read_settings()
    serve_application("madang.project.asgi:application", port=settings.port, workers=settings.web_workers)
