"""The credential authority's commands where voters draw their own codes: its house shows them the wallet and makes the list."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from madang.citizens.voting.actions.enrolments import begin_enrolment, end_enrolment
from madang.citizens.voting.methods.credentials import make_token
from madang.citizens.voting.methods.messages import write
from madang.citizens.voting.records.elections import GROUPS
from madang.core.base.interface import HOUSE, now, prepare_registers, say_help

from .files import make_folder, write_file


def add_commands(commands: Any) -> None:
    """Declare `enrol` and `enrolled`."""
    begin = commands.add_parser(
        "enrol",
        help=say_help(
            "자격 기관: 유권자가 지갑으로 자기 코드를 받게 합니다",
            "credential authority: let voters draw their own codes, by the wallet",
        ),
    )
    begin.add_argument(
        "--uuid",
        default="",
        help=say_help("선거 번호. 없으면 새로 만듭니다", "the election's number; a new one without"),
    )
    begin.add_argument(
        "--title",
        required=True,
        help=say_help("선거 이름, “한국어 · English”", "the election's name, “Korean · English”"),
    )
    begin.add_argument(
        "--rule",
        required=True,
        help=say_help(
            "유권자가 갖춰야 할 지갑 규칙(예: adult_resident)",
            "the wallet's rule that voters meet, such as adult_resident",
        ),
    )
    begin.add_argument("--group", choices=sorted(GROUPS), default="BELENIOS-2048")
    begin.set_defaults(command=run_enrol)
    end = commands.add_parser(
        "enrolled",
        help=say_help(
            "자격 기관: 코드 받기를 마치고 서버에 줄 명부를 씁니다",
            "credential authority: end that, and write the list for the server",
        ),
    )
    end.add_argument("uuid")
    end.add_argument("--out", type=Path, required=True, metavar="DIR")
    end.set_defaults(command=run_enrolled)


def run_enrol(arguments: Namespace) -> int:
    """Begin, and print the address for voters."""
    prepare_registers()
    enrolment = begin_enrolment(
        actor=HOUSE,
        now=now(),
        uuid=arguments.uuid or make_token(),
        title=arguments.title,
        rule=arguments.rule,
        group=arguments.group,
    )
    sys.stdout.write(f"{enrolment.uuid}\n/voting/{enrolment.uuid}/credential/\n")
    return 0


def run_enrolled(arguments: Namespace) -> int:
    """End it, and write the list; who has enrolled is forgotten. Once more writes the same list."""
    prepare_registers()
    credentials = end_enrolment(actor=HOUSE, now=now(), uuid=arguments.uuid)
    make_folder(arguments.out)
    write_file(arguments.out / f"{arguments.uuid}.credentials.json", write(credentials).encode())
    sys.stdout.write(f"{len(credentials)} voters\n")
    return 0
