"""Background work of the lake, done by the worker."""

from __future__ import annotations

from django_tasks import task

from .importing.jobs import run_import


@task()
def run_import_task(import_id: str) -> None:
    """Read or write an uploaded file."""
    run_import(import_id)
