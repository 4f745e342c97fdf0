"""Subcommands of `madang`, declared in a room's `cli.py` as SUBCOMMANDS."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable

import msgspec


class Subcommand(msgspec.Struct, frozen=True, kw_only=True):
    """`madang NAME`: `run(arguments)` returns the exit code; Django is set up before it."""

    name: str
    help: str
    run: Callable[[Namespace], int]
    add_arguments: Callable[[ArgumentParser], None] = lambda parser: None
