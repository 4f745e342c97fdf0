"""The registers' form: whether it is this version's, and bringing it there."""

from __future__ import annotations

import fcntl
import os

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def are_registers_ready() -> bool:
    """Return whether the registers have this version's form; raises OperationalError where no database answers."""
    executor = MigrationExecutor(connection)
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
