"""The server's commands: it carries the trustees' messages and keeps the board; it never holds a private key."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from django.conf import settings

from madang.citizens.voting.actions.ceremonies import begin_ceremony
from madang.citizens.voting.actions.elections import (
    add_decryption,
    close_election,
    open_election,
    publish_result,
)
from madang.citizens.voting.queries.ceremonies import (
    combine_shared_key,
    get_ceremony,
    has_ceremony,
    read_plan,
)
from madang.citizens.voting.records.ceremonies import Step
from madang.citizens.voting.records.elections import Election, Plan
from madang.core.base.interface import HOUSE, BadInput, Conflict, now, prepare_registers, say_help

from .files import read_json, read_text


def add_commands(commands: Any) -> None:
    """Declare `prepare`, `open`, `close`, `share` and `publish`."""
    prepare = commands.add_parser(
        "prepare",
        help=say_help(
            "서버: 관리인들이 저마다 자기 자리에서 함께 열쇠를 만들게 합니다",
            "server: let trustees make a key together, each at home",
        ),
    )
    prepare.add_argument("--uuid", required=True)
    prepare.add_argument(
        "--plan",
        type=Path,
        required=True,
        help=say_help("JSON: 이름, 설명, 질문", "JSON: name, description, questions"),
    )
    prepare.add_argument("--trustees", required=True, nargs="+", metavar="NAME")
    prepare.add_argument(
        "--threshold",
        type=int,
        required=True,
        help=say_help("그 가운데 몇 명이 모이면 개표할 수 있는지", "how many of them can open the tally"),
    )
    prepare.set_defaults(command=run_prepare)
    begin = commands.add_parser(
        "open",
        help=say_help(
            "서버: 명부의 유권자를 위해 선거를 엽니다", "server: open an election for a list of voters"
        ),
    )
    begin.add_argument("--uuid", required=True)
    begin.add_argument(
        "--plan",
        type=Path,
        help=say_help("없으면 관리인들이 준비한 것을 엽니다", "without, what trustees prepared is opened"),
    )
    begin.add_argument("--credentials", type=Path, required=True)
    begin.add_argument(
        "--trustees",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help=say_help("모두가 있어야 하는 공개 열쇠", "public keys that are all needed"),
    )
    begin.set_defaults(command=run_open)
    for name, words in (
        ("close", say_help("서버: 투표를 마감합니다", "server: end the vote")),
        ("publish", say_help("서버: 개표합니다", "server: open the tally")),
    ):
        one = commands.add_parser(name, help=words)
        one.add_argument("uuid")
        one.set_defaults(command=run_close if name == "close" else run_publish)
    share = commands.add_parser(
        "share",
        help=say_help(
            "서버: 관리인의 개표 몫을 게시판에 올립니다",
            "server: put a trustee's part of the opening on the board",
        ),
    )
    share.add_argument("uuid")
    share.add_argument(
        "--owner",
        type=int,
        required=True,
        help=say_help("몇 번째 관리인인지(1부터)", "which trustee, counted from 1"),
    )
    share.add_argument("decryption", type=Path, metavar="FILE")
    share.set_defaults(command=run_share)


def run_prepare(arguments: Namespace) -> int:
    """Begin the making of a key, and print the command for each trustee: it holds a code for that one alone."""
    prepare_registers()
    codes = begin_ceremony(
        actor=HOUSE,
        now=now(),
        uuid=arguments.uuid,
        plan=read_json(arguments.plan, Plan),
        names=arguments.trustees,
        threshold=arguments.threshold,
    )
    house = settings.MADANG.public_url.rstrip("/") or "http://ADDRESS-OF-THE-HOUSE"
    for name, code in zip(arguments.trustees, codes, strict=True):
        address = f"{house}/voting/{arguments.uuid}/"
        sys.stdout.write(
            f"{name}\tmadang vote trustee attend {address} --code {code} --keys {arguments.uuid}\n"
        )
    return 0


def run_open(arguments: Namespace) -> int:
    """Open an election from what the authority and the trustees made."""
    prepare_registers()
    trustees: list[Any] = [["Single", read_json(path, dict[str, Any])] for path in arguments.trustees]
    if has_ceremony(arguments.uuid):
        _refuse_unready(arguments)
        plan = read_plan(arguments.uuid)
        trustees.append(["Pedersen", combine_shared_key(arguments.uuid)])
    elif arguments.plan is None:
        raise BadInput(
            "voting.plan",
            "무엇을 묻는지 --plan으로 알려 주세요. 수탁자들이 준비한 투표는 없습니다",
            "say what is asked by --plan; trustees prepared nothing under this number",
        )
    else:
        plan = read_json(arguments.plan, Plan)
    election = open_election(
        actor=HOUSE,
        now=now(),
        uuid=arguments.uuid,
        plan=plan,
        trustees=trustees,
        credentials=read_json(arguments.credentials, list[str]),
    )
    sys.stdout.write(f"/voting/{election.uuid}/\n")
    return 0


def run_close(arguments: Namespace) -> int:
    """End the vote."""
    prepare_registers()
    election = close_election(actor=HOUSE, now=now(), uuid=arguments.uuid)
    sys.stdout.write(f"{election.ballots} ballots\n")
    return 0


def run_share(arguments: Namespace) -> int:
    """Put one trustee's part, which it made elsewhere, on the board."""
    prepare_registers()
    add_decryption(
        actor=HOUSE,
        now=now(),
        uuid=arguments.uuid,
        owner=arguments.owner,
        decryption=read_text(arguments.decryption),
    )
    sys.stdout.write("the share stands on the board\n")
    return 0


def run_publish(arguments: Namespace) -> int:
    """Open the tally and publish the result."""
    prepare_registers()
    print_result(publish_result(actor=HOUSE, now=now(), uuid=arguments.uuid))
    return 0


def print_result(election: Election) -> None:
    """Print how often each answer was chosen."""
    for question, counts in zip(election.questions, election.result or (), strict=True):
        words = (*(("(기권 · blank)",) if question.blank else ()), *question.answers)
        said = ", ".join(f"{word} {count}" for word, count in zip(words, counts, strict=True))
        sys.stdout.write(f"{question.question}: {said}\n")


def _refuse_unready(arguments: Namespace) -> None:
    if arguments.plan is not None:
        raise BadInput(
            "voting.plan",
            "수탁자들은 준비할 때 본 것에 열쇠를 만들었습니다. --plan을 빼세요",
            "trustees made their key for what was prepared: leave --plan out",
        )
    ceremony = get_ceremony(arguments.uuid)
    if ceremony.step is not Step.NOTHING:
        names = ", ".join(one.name for one in ceremony.trustees if not one.is_done)
        raise Conflict(
            "voting.trustees",
            f"수탁자들이 아직 열쇠를 만들고 있습니다 ({ceremony.step}): {names}",
            f"trustees are still making the key ({ceremony.step}): {names}",
        )
