"""`madang fire replay FILE`: recorded signals through a policy, decisions with their reasons."""

from __future__ import annotations

import sys
import tomllib
from argparse import ArgumentParser, Namespace
from datetime import timedelta
from pathlib import Path

import msgspec

from madang.core.base.interface import CITY_TIMEZONE, BadInput, NotFound, Subcommand

from .gateway.recordings import read_lines
from .methods.deciding import decide
from .records import LONGEST_WAIT_S, Policy


def add_arguments(parser: ArgumentParser) -> None:
    """Declare `replay FILE`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    replay = commands.add_parser("replay", help="run recorded signals through a policy")
    replay.add_argument(
        "file", type=Path, metavar="FILE", help="JSON lines: signals, ChirpStack events, SenML"
    )
    replay.add_argument("--policy", type=Path, metavar="FILE", help="TOML; the default policy without")
    replay.set_defaults(command=run_replay)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.command(arguments)


def run_replay(arguments: Namespace) -> int:
    """Print decisions as JSON lines; lines that can't be read are named on the error output."""
    policy = read_policy(arguments.policy)
    try:
        signals, unread = read_lines(arguments.file.read_text("utf-8", "replace").splitlines())
    except OSError as error:
        raise NotFound("fire.file", f"{arguments.file}: {error}", f"{arguments.file}: {error}") from error
    for one in unread:
        sys.stderr.write(f"line {one.line} is not read: {one.reason}\n")
    if not signals:
        raise BadInput("fire.empty", "읽을 수 있는 신호가 없습니다", "there is no signal that can be read")
    until = max(one.at for one in signals) + timedelta(seconds=LONGEST_WAIT_S)
    for decision in decide(policy, signals, until, CITY_TIMEZONE):
        sys.stdout.write(msgspec.json.encode(decision).decode() + "\n")
    return 0


def read_policy(path: Path | None) -> Policy:
    """Return the policy of a TOML file; one that could let 119 wait longer than 90 s is refused."""
    if path is None:
        return Policy()
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Policy)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise BadInput("fire.policy", f"{path}: {error}", f"{path}: {error}") from error


SUBCOMMANDS = [
    Subcommand(name="fire", help="fire safety: replay recorded alarms", run=run, add_arguments=add_arguments)
]
