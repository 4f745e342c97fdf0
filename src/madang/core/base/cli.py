"""Subcommands of `madang`, declared in a room's `cli.py` as SUBCOMMANDS."""

from __future__ import annotations

import argparse
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

import msgspec

from .text import Text

_ARGPARSE_KO = {
    "usage: ": "사용법: ",
    "positional arguments": "명령과 값",
    "options": "선택 사항",
    "show this help message and exit": "이 도움말을 보여 줍니다",
    "%(prog)s: error: %(message)s\n": "%(prog)s: 오류: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "꼭 적어야 합니다: %s",
    "one of the arguments %s is required": "이 가운데 하나는 적어야 합니다: %s",
    "unrecognized arguments: %s": "알 수 없는 말이 있습니다: %s",
    "not allowed with argument %s": "%s와(과) 함께 쓸 수 없습니다",
    "ignored explicit argument %r": "값을 받지 않습니다: %r",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s만으로는 가릴 수 없습니다: %(matches)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)r은(는) 쓸 수 없습니다. 쓸 수 있는 것: %(choices)s",
    "invalid %(type)s value: %(value)r": "%(value)r은(는) 여기에 쓸 수 없는 값입니다(%(type)s)",
    "expected one argument": "값을 하나 적어야 합니다",
    "expected at most one argument": "값은 하나까지 적을 수 있습니다",
    "expected at least one argument": "값을 하나는 적어야 합니다",
    "expected %s argument": "값을 %s개 적어야 합니다",
    "expected %s arguments": "값을 %s개 적어야 합니다",
}


class Subcommand(msgspec.Struct, frozen=True, kw_only=True):
    """`madang NAME`: `run(arguments)` returns the exit code; Django is set up before it."""

    name: str
    help: str
    run: Callable[[Namespace], int]
    add_arguments: Callable[[ArgumentParser], None] = lambda parser: None


def say_here(text: Text) -> str:
    """Return a sentence in the terminal's language: Korean where its locale (LC_ALL, LC_MESSAGES, LANG) is, else English."""
    return text.say("ko" if _is_korean() else "en")


def say_help(ko: str, en: str) -> str:
    """Return what a command or argument is for in the terminal's language."""
    return ko if _is_korean() else en


def speak_here() -> None:
    """Let the parser of arguments say its own words in the terminal's language.

    It looks them up where gettext keeps catalogues for the whole machine, which a package has no place in.
    """
    if _is_korean():
        vars(argparse).update(
            _=lambda words: _ARGPARSE_KO.get(words, words),
            ngettext=lambda one, many, count: _ARGPARSE_KO.get(many, many),
        )


def _is_korean() -> bool:
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next((name for name in names if name), "").startswith("ko")
