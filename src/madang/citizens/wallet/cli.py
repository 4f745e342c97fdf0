"""`madang wallet rotate-key` changes the key that signs; `madang log verify URL` checks a log from anywhere."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path

from madang.core.base.interface import HOUSE, Subcommand, now

from .actions.keys import rotate_issuer_key
from .gateway.logs import fetch_file
from .methods.log_checks import check_log
from .methods.refusals import Refused
from .methods.verifier_keys import read_key


def add_wallet_arguments(parser: ArgumentParser) -> None:
    """Declare `rotate-key`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    rotate = commands.add_parser("rotate-key", help="make the key that signs certificates from now on")
    rotate.set_defaults(command=run_rotate_key)


def add_log_arguments(parser: ArgumentParser) -> None:
    """Declare `verify`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    verify = commands.add_parser(
        "verify", help="fetch a whole log and check it: exit code 0 only where it holds"
    )
    verify.add_argument(
        "url", metavar="URL", help="the log's address, such as https://city.example/wallet/log"
    )
    verify.add_argument("--key", default="", help="the log's key; without, it is fetched and merely believed")
    verify.add_argument("--digest", default="", help="SHA-256 of a certificate's signed message to look for")
    verify.add_argument(
        "--memory", type=Path, metavar="FILE",
        help="the checkpoint seen last: compared where it is there, and written after",
    )  # fmt: skip
    verify.set_defaults(command=run_verify)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.command(arguments)


def run_rotate_key(_arguments: Namespace) -> int:
    """Make a new key; certificates that the old ones signed still hold."""
    sys.stdout.write(f"{rotate_issuer_key(actor=HOUSE, now=now())}\n")
    return 0


def run_verify(arguments: Namespace) -> int:
    """Print what the log holds, or why it doesn't; 1 where a check fails."""
    fetch = partial(fetch_file, arguments.url)
    memory: Path | None = arguments.memory
    before = memory.read_text("utf-8") if memory and memory.exists() else ""
    try:
        verifier = read_key(arguments.key or fetch("key").decode())
        checked = check_log(fetch, verifier, before=before, digest=arguments.digest.lower())
    except Refused as refused:
        sys.stdout.write(f"FAILED {refused}\n")
        return 1
    if memory:
        memory.write_text(checked.note, "utf-8")
    checkpoint = checked.checkpoint
    sys.stdout.write(f"{checkpoint.origin}: all {checkpoint.size} entries are those that were signed\n")
    if before:
        sys.stdout.write("its history begins with the one seen last\n")
    for number, entry in checked.entries:
        sys.stdout.write(f"{number} {entry}\n")
    return 1 if arguments.digest and not checked.entries else 0


SUBCOMMANDS = [
    Subcommand(name="wallet", help="the wallet's keys", run=run, add_arguments=add_wallet_arguments),
    Subcommand(name="log", help="check a log of certificates", run=run, add_arguments=add_log_arguments),
]
