"""Registers in the lake: a room's database rows that the lake republishes as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from .tables import Table


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """One register, declared in a room's `registers.py` REGISTERS.

    `rows()` yields one dictionary a row, keyed by the columns of `table`; `version()` is a cheap
    query whose answer differs after every committed change of those rows.
    """

    table: Table
    rows: Callable[[], Iterable[dict[str, object]]]
    version: Callable[[], object]
