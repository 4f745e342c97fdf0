"""Timed work, declared in a room's `jobs.py` and run by the worker."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from .text import Text


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`run()` is called every `every_s` seconds by one worker of the house."""

    name: str
    title: Text
    every_s: float
    run: Callable[[], object]
