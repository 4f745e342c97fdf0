"""`madang wallet` keeps the house's keys, `madang log verify URL` checks a log, `madang witness` watches logs."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from madang.core.base.interface import HOUSE, MadangError, Subcommand, Unavailable, now, say_help

from .actions.following import Look, look_at
from .actions.keys import rotate_issuer_key
from .actions.witnesses import trust_witness
from .gateway.logs import fetch_file
from .gateway.witness_folders import begin, hold, read_configuration, read_key_of
from .methods.log_checks import check_log
from .methods.refusals import Refused
from .methods.signed_notes import COSIGNATURE, make_verifier
from .methods.verifier_keys import read_key, write_key


def add_wallet_arguments(parser: ArgumentParser) -> None:
    """Declare `rotate-key` and `trust-witness`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    rotate = commands.add_parser(
        "rotate-key",
        help=say_help(
            "앞으로 증명서에 서명할 열쇠를 만듭니다", "make the key that signs certificates from now on"
        ),
    )
    rotate.set_defaults(command=run_rotate_key)
    trust = commands.add_parser(
        "trust-witness",
        help=say_help(
            "증인이 기록에 한 서명을 받아 보여 줍니다", "take and show a witness's signatures of the log"
        ),
    )
    trust.add_argument(
        "key",
        metavar="KEY",
        help=say_help(
            "`madang witness key`가 알려 주는 증인의 열쇠",
            "the witness's key, as `madang witness key` tells it",
        ),
    )
    trust.set_defaults(command=run_trust_witness)


def add_log_arguments(parser: ArgumentParser) -> None:
    """Declare `verify`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    verify = commands.add_parser(
        "verify",
        help=say_help(
            "기록 전체를 받아 확인합니다. 맞아야만 종료 코드가 0입니다",
            "fetch a whole log and check it: exit code 0 only where it holds",
        ),
    )
    verify.add_argument(
        "url",
        metavar="URL",
        help=say_help(
            "기록의 주소(예: https://city.example/wallet/log)",
            "the log's address, such as https://city.example/wallet/log",
        ),
    )
    verify.add_argument(
        "--key",
        default="",
        help=say_help(
            "기록의 열쇠. 없으면 받아서 그대로 믿습니다",
            "the log's key; without, it is fetched and merely believed",
        ),
    )
    verify.add_argument(
        "--digest",
        default="",
        help=say_help(
            "찾을 증명서의 SHA-256(발급된 그대로)", "SHA-256 of a certificate as it was issued, to look for"
        ),
    )
    verify.add_argument(
        "--memory", type=Path, metavar="FILE",
        help=say_help("마지막으로 본 확인점. 있으면 견주고, 끝난 뒤 새로 씁니다", "the checkpoint seen last: compared where it is there, and written after"),
    )  # fmt: skip
    verify.add_argument(
        "--witness", action="append", default=[], metavar="KEY",
        help=say_help("증인의 열쇠. 기록의 내용에 그 서명이 있어야 합니다", "a witness's key: it must have signed what the log says"),
    )  # fmt: skip
    verify.set_defaults(command=run_verify)


def add_witness_arguments(parser: ArgumentParser) -> None:
    """Declare `init`, `key` and `run`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    begun = commands.add_parser(
        "init", help=say_help("새 열쇠로 증인의 폴더를 만듭니다", "make a witness's folder with a new key")
    )
    begun.add_argument(
        "name",
        metavar="NAME",
        help=say_help("증인의 이름(예: mapo.example/witness)", "its name, such as mapo.example/witness"),
    )
    begun.set_defaults(command=run_begin)
    told = commands.add_parser("key", help=say_help("공개 열쇠를 알려 줍니다", "tell its public key"))
    told.set_defaults(command=run_tell_key)
    watch = commands.add_parser(
        "run",
        help=say_help(
            "멈출 때까지 기록을 지켜보며 늘어난 것에 서명합니다",
            "look at its logs until stopped, and sign what grew",
        ),
    )
    watch.add_argument(
        "--once",
        action="store_true",
        help=say_help(
            "한 번만 봅니다. 모두 이상 없어야만 종료 코드가 0입니다",
            "look once; exit code 0 only where all is well",
        ),
    )
    watch.set_defaults(command=run_watch)
    for one in (begun, told, watch):
        one.add_argument(
            "--folder",
            type=Path,
            default=Path("witness"),
            help=say_help("증인의 폴더(기본값 ./witness)", "its folder: ./witness"),
        )


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.command(arguments)


def run_rotate_key(_arguments: Namespace) -> int:
    """Make a new key; certificates that the old ones signed still hold."""
    sys.stdout.write(f"{rotate_issuer_key(actor=HOUSE, now=now())}\n")
    return 0


def run_trust_witness(arguments: Namespace) -> int:
    """Name a witness whose signatures count."""
    return _try(lambda: trust_witness(actor=HOUSE, now=now(), key=arguments.key))


def run_begin(arguments: Namespace) -> int:
    """Make a witness."""
    return _try(lambda: begin(arguments.folder, arguments.name)) or run_tell_key(arguments)


def run_tell_key(arguments: Namespace) -> int:
    """Tell a witness's public key."""

    def tell() -> str:
        key, said = read_key_of(arguments.folder), read_configuration(arguments.folder)
        return write_key(make_verifier(said.name, COSIGNATURE, key))

    return _try(tell)


def run_watch(arguments: Namespace) -> int:
    """Look at every log again and again; say what was signed and, loudly, what was refused."""

    def watch() -> None:
        said = read_configuration(arguments.folder)
        with hold(arguments.folder):
            while True:
                looks = [look_at(arguments.folder, said, one, now()) for one in said.log]
                sys.stdout.writelines(map(_say_look, looks))
                sys.stdout.flush()
                if arguments.once:
                    if any(one.refusal or one.trouble for one in looks):
                        raise Unavailable("wallet.witness", "서명하지 못했습니다", "not all was signed")
                    return
                time.sleep(said.every_s)

    return _try(watch)


def _say_look(look: Look) -> str:
    if look.refusal:
        return f"REFUSED {look.origin}: {look.refusal} {look.evidence}\n"
    if look.trouble:
        return f"TROUBLE {look.origin}: {look.trouble}\n"
    return f"{look.origin}: signed at {look.size} entries\n" if look.is_new else ""


def _try(act: Callable[[], str | None]) -> int:
    try:
        said = act()
    except (MadangError, Refused, OSError) as error:
        sys.stdout.write(f"FAILED {error.text.en if isinstance(error, MadangError) else error}\n")
        return 1
    sys.stdout.write(f"{said}\n" if said else "")
    return 0


def run_verify(arguments: Namespace) -> int:
    """Print what the log holds, or why it doesn't; 1 where a check fails."""
    fetch = partial(fetch_file, arguments.url)
    memory: Path | None = arguments.memory
    try:
        before = memory.read_text("utf-8") if memory and memory.exists() else ""
        verifier = read_key(arguments.key or fetch("key").decode())
        checked = check_log(
            fetch,
            verifier,
            before=before,
            digest=arguments.digest.lower(),
            witnesses=[read_key(one) for one in arguments.witness],
        )
        if memory:
            memory.write_text(checked.note, "utf-8")
    except (MadangError, OSError, ValueError) as error:
        sys.stdout.write(f"FAILED {error.text.en if isinstance(error, MadangError) else error}\n")
        return 1
    checkpoint = checked.checkpoint
    sys.stdout.write(f"{checkpoint.origin}: all {checkpoint.size} entries are those that were signed\n")
    if before:
        sys.stdout.write("its history begins with the one seen last\n")
    for name, size, at in checked.witnessed:
        sys.stdout.write(f"{name} signed its first {size} entries at {datetime.fromtimestamp(at, UTC)}\n")
    for number, entry in checked.entries:
        sys.stdout.write(f"{number} {entry}\n")
    return 1 if arguments.digest and not checked.entries else 0


SUBCOMMANDS = [
    Subcommand(
        name="wallet",
        help=say_help("지갑의 열쇠", "the wallet's keys"),
        run=run,
        add_arguments=add_wallet_arguments,
    ),
    Subcommand(
        name="witness",
        help=say_help("기록을 지켜보며 늘어난 것에 서명합니다", "watch logs and sign what grew"),
        run=run,
        add_arguments=add_witness_arguments,
    ),
    Subcommand(
        name="log",
        help=say_help("증명서 기록을 확인합니다", "check a log of certificates"),
        run=run,
        add_arguments=add_log_arguments,
    ),
]
