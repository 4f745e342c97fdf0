"""The registers' form: whether it is this version's, and bringing it there."""

from __future__ import annotations

import fcntl
import os

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from .errors import Conflict


def are_registers_ready() -> bool:
    """Return whether the registers have this version's form.

    Raises Conflict where a newer version has brought them further, OperationalError where no database answers.
    """
    executor = MigrationExecutor(connection)
    known = executor.loader.disk_migrations
    for app, name in executor.loader.applied_migrations:
        if app in executor.loader.migrated_apps and name > max(one for other, one in known if other == app):
            raise Conflict(
                "registers.newer",
                f"더 새로운 판이 쓰던 데이터입니다({app} {name}). 그 판이나 더 새로운 판으로 여십시오.",
                f"a newer version has worked on this data ({app} {name}); open it with that version or a later one",
            )
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def prepare_registers() -> None:
    """Bring registers of a fresh or older data folder to this version's form, one process at a time.

    Where they have it, this costs no more than to ask.
    """
    if are_registers_ready():
        return
    folder = settings.MADANG.make_data_folder() / "run"
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / "migrate.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        os.close(lock)
