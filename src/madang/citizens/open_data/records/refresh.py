"""Datasets that are fetched again from where they come from."""

from __future__ import annotations

from datetime import datetime

import msgspec

from madang.core.base.interface import Text


class Refresh(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset that is fetched from `address` every `every_hours`.

    `last_at` is the last look, `changed_at` the last one that brought a new version; `trouble` says why the last look
    brought nothing, or is empty.
    """

    dataset: str
    title: Text
    address: str
    every_hours: int
    is_on: bool
    due_at: datetime
    last_at: datetime | None = None
    changed_at: datetime | None = None
    trouble: str = ""
