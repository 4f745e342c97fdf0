"""Rows that an import didn't keep, as a file people can repair and send again."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

from madang.core.base.interface import new_id
from madang.core.lake.folders import lake_path
from madang.core.lake.gateway.records import RejectedRow

HEADER = ("line", "reason", "row")


def write_rejected(rows: Iterable[RejectedRow]) -> Path | None:
    """Write rejected rows to a file that isn't anyone's yet; None where there are none."""
    path = lake_path() / "rejected" / f".{new_id()}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for row in rows:
            writer.writerow((row.line, row.reason, row.text))
            count += 1
    if count:
        return path
    path.unlink()
    return None


def keep_rejected(path: Path | None, name: str, version: int) -> None:
    """Give the rejected rows at `path` to a version of a dataset."""
    if path is not None:
        target = rejected_path(name, version)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)


def rejected_path(name: str, version: int) -> Path:
    """Return where the rejected rows of a version are; the file is there only if there were any."""
    return lake_path() / "rejected" / name / f"{version}.csv"


def forget_rejected(name: str) -> None:
    """Remove all rejected rows of a dataset that is no more."""
    shutil.rmtree(lake_path() / "rejected" / name, ignore_errors=True)
