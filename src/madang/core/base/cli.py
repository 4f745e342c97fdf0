"""Subcommands of `madang`, declared in a room's `cli.py` as SUBCOMMANDS."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

import msgspec

from .text import Text


class Subcommand(msgspec.Struct, frozen=True, kw_only=True):
    """`madang NAME`: `run(arguments)` returns the exit code; Django is set up before it."""

    name: str
    help: str
    run: Callable[[Namespace], int]
    add_arguments: Callable[[ArgumentParser], None] = lambda parser: None


def say_here(text: Text) -> str:
    """Return a sentence in the terminal's language: Korean where its locale (LC_ALL, LC_MESSAGES, LANG) is, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return text.say("ko" if locale.startswith("ko") else "en")
