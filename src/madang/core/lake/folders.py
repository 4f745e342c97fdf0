"""Where the lake keeps its state below the data folder."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def lake_path() -> Path:
    """Return the lake's folder."""
    return settings.MADANG.data_path / "lake"


def table_path(name: str) -> Path:
    """Return the folder of a table: a Delta table, readable by any engine that speaks Delta."""
    return lake_path() / "tables" / name


def lock_path(name: str) -> Path:
    """Return the lock file of a table, or of the writer (`.writer`)."""
    return lake_path() / "locks" / f"{name}.lock"


def codes_path() -> Path:
    """Return the folder of the codes of tables' files, which can be written anew at any time."""
    return lake_path() / "codes"


def scratch_path() -> Path:
    """Return the folder for spilled sorts and copies; empty after a restart."""
    return lake_path() / "scratch"


def ledger_path() -> Path:
    """Return the path of `lake.sqlite`."""
    return lake_path() / "lake.sqlite"


def quarantine_path() -> Path:
    """Return the folder of messages that no table takes: acknowledged, so never thrown away."""
    return lake_path() / "quarantine"


def trash_path() -> Path:
    """Return the folder of dropped tables on their way out."""
    return lake_path() / "trash"
