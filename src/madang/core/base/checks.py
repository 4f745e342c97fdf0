"""Checks of `madang check`, declared in a room's `checks.py` as CHECKS."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from .text import Text


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """`run()` yields one sentence for each problem it finds; none means all is well."""

    name: str
    title: Text
    run: Callable[[], Iterable[Text]]
