"""What other rooms and services may use of this room."""

from .openapi import build_openapi
from .records import ErrorRecord, Route
from .routing import NotSignedIn, build_starlette_routes, read_language, render_error
from .schedule import run_due_jobs_forever
from .static_files import build_static_mount
from .views import page

__all__ = [
    "ErrorRecord",
    "NotSignedIn",
    "Route",
    "build_openapi",
    "build_starlette_routes",
    "build_static_mount",
    "page",
    "read_language",
    "render_error",
    "run_due_jobs_forever",
]
