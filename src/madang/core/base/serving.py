"""Serving an ASGI application on a port of its own, in a member of the family."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from granian import Granian

from .settings import read_settings

WORKER_PATIENCE_S = 8
"""A worker asked to end while it still starts doesn't hear it, and would outlive a killed supervisor."""
PR_SET_PDEATHSIG = 1


def serve_application(target: str, *, port: int, workers: int = 1) -> None:
    """Serve the ASGI application named `module:attribute` on the house's host until asked to stop."""
    _end_workers_with(os.getpid())
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


def _end_workers_with(parent: int) -> None:
    """Let what this process forks (on Linux) end where it is killed: a worker left behind would keep the port."""

    def follow() -> None:
        if os.getppid() == parent:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    if sys.platform == "linux":
        os.register_at_fork(after_in_child=follow)
