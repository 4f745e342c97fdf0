"""The credential authority's command: it needs no house, and the server never sees a code."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from madang.citizens.voting.methods.credentials import derive_public, make_credential, make_token
from madang.citizens.voting.methods.messages import write
from madang.citizens.voting.records.elections import GROUPS
from madang.core.base.interface import BadInput, say_help

from .files import write_file, write_secret


def add_commands(commands: Any) -> None:
    """Declare `credentials`."""
    codes = commands.add_parser(
        "credentials",
        help=say_help(
            "자격 기관: 유권자 코드와 명부를 만듭니다",
            "credential authority: make voters' codes and their list",
        ),
    )
    codes.add_argument(
        "--uuid",
        default="",
        help=say_help("선거 번호. 없으면 새로 만듭니다", "the election's number; a new one without"),
    )
    codes.add_argument("--count", type=int, required=True)
    codes.add_argument("--group", choices=sorted(GROUPS), default="BELENIOS-2048")
    codes.add_argument("--out", type=Path, required=True, metavar="DIR")
    codes.set_defaults(command=run_credentials)


def run_credentials(arguments: Namespace) -> int:
    """Write the codes for the voters and the list for the server into two files."""
    if arguments.count < 1:
        raise BadInput("voting.count", "유권자는 1명 이상입니다", "there is at least one voter")
    uuid = arguments.uuid or make_token()
    codes = [make_credential() for _ in range(arguments.count)]
    listed = sorted(str(derive_public(GROUPS[arguments.group], uuid, code)) for code in codes)
    write_secret(arguments.out / f"{uuid}.codes.txt", "".join(f"{code}\n" for code in codes))
    write_file(arguments.out / f"{uuid}.credentials.json", write(listed).encode())
    sys.stdout.write(f"{uuid}\n")
    return 0
