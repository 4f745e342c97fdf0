"""A connection whose transactions begin in turn."""

from __future__ import annotations

import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from madang.core.base.hurry import pass_gate

LOOK_S = 0.002
IN_USE = "database is locked"


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's own, but what is in a hurry comes first."""

    def _start_transaction_under_autocommit(self) -> None:
        if self.is_in_memory_db():
            super()._start_transaction_under_autocommit()
            return
        with pass_gate(str(self.settings_dict["NAME"])) as is_hurried:
            if is_hurried:
                self._begin_soon()
            else:
                super()._start_transaction_under_autocommit()

    def _begin_soon(self) -> None:
        """Begin within LOOK_S of when the registers are free: SQLite's own waiting looks every 100 ms in the end."""
        patience_s = self.settings_dict["OPTIONS"].get("timeout", 5.0)
        until = time.monotonic() + patience_s
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    return super()._start_transaction_under_autocommit()
                except OperationalError as error:
                    if IN_USE not in str(error) or time.monotonic() > until:
                        raise
                time.sleep(LOOK_S)
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {round(1000 * patience_s)}")
