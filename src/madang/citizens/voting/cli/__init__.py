"""`madang vote …`: each role's part of an election, a whole small one, and anyone's check of an archive."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from madang.core.base.interface import Subcommand, say_help

from . import authority, checking, enrolment, serving, trustees


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the commands of every role."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for role in (checking, authority, enrolment, trustees, serving):
        role.add_commands(commands)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.command(arguments)


SUBCOMMANDS = [
    Subcommand(
        name="vote",
        help=say_help(
            "검증할 수 있는 선거: 치르고, 검증합니다", "verifiable elections: hold one, verify one"
        ),
        run=run,
        add_arguments=add_arguments,
    )
]
