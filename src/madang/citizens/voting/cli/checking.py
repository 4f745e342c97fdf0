"""Anyone's commands: check an archive, an opened ballot, a continuation; and a whole small election to look at."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from madang.citizens.voting.detectors.openings import check_opening, list_questions
from madang.citizens.voting.detectors.reading import Broken
from madang.citizens.voting.detectors.verifying import Verdict, verify, verify_continues
from madang.citizens.voting.queries.elections import get_archive
from madang.citizens.voting.records.elections import GROUPS
from madang.citizens.voting.rehearsal import hold_demo
from madang.core.base.interface import BadInput, prepare_registers, say_help

from .files import make_folder, read, write_file
from .serving import print_result


def add_commands(commands: Any) -> None:
    """Declare `demo`, `verify`, `audit` and `verify-diff`."""
    demo = commands.add_parser(
        "demo",
        help=say_help(
            "작은 모의 선거를 치르고 그 보관 파일을 남깁니다",
            "hold a small simulated election and leave its archive",
        ),
    )
    demo.add_argument("--voters", type=int, default=10, metavar="N")
    demo.add_argument("--out", type=Path, required=True, metavar="DIR")
    demo.add_argument("--group", choices=sorted(GROUPS), default="BELENIOS-2048")
    demo.add_argument(
        "--trustees", type=int, default=3, help=say_help("열쇠를 나누어 가질 사람 수", "how many share a key")
    )
    demo.add_argument(
        "--threshold",
        type=int,
        default=2,
        help=say_help("그 가운데 몇 명이 모이면 개표할 수 있는지", "how many of them can open the tally"),
    )
    demo.set_defaults(command=run_demo)
    check = commands.add_parser(
        "verify",
        help=say_help(
            "보관 파일을 검증합니다. 모두 통과해야만 종료 코드가 0입니다",
            "check an archive: exit code 0 only where every check passes",
        ),
    )
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true")
    check.set_defaults(command=run_verify)
    audit = commands.add_parser(
        "audit",
        help=say_help(
            "기표소에서 열어 본 표에 고른 것이 담겼는지 확인합니다",
            "check that a ballot opened in the booth holds what was chosen",
        ),
    )
    audit.add_argument("opening", type=Path, metavar="BALLOT")
    audit.add_argument("archive", type=Path, metavar="FILE")
    audit.set_defaults(command=run_audit)
    again = commands.add_parser(
        "verify-diff",
        help=say_help(
            "보관 파일이 앞선 것을 그대로 잇는지 확인합니다", "check that an archive continues an earlier one"
        ),
    )
    again.add_argument("before", type=Path)
    again.add_argument("after", type=Path)
    again.set_defaults(command=run_verify_diff)


def run_verify(arguments: Namespace) -> int:
    """Print what the checks found; 1 where one fails."""
    verdict = verify(read(arguments.file))
    if arguments.json:
        sys.stdout.write(msgspec.json.encode(verdict).decode() + "\n")
    else:
        sys.stdout.write(_describe(verdict) + "\n")
    return 1 if verdict.fault else 0


def run_audit(arguments: Namespace) -> int:
    """Print the seal and what an opened ballot holds; 1 where it isn't what was chosen."""
    archive = read(arguments.archive)
    try:
        opened = check_opening(archive, read(arguments.opening).decode("utf-8", "replace"))
    except Broken as broken:
        sys.stdout.write(f"FAILED {broken.check}: {broken.reason}\n")
        return 1
    sys.stdout.write(f"the ballot holds what was chosen\nseal {opened.seal}\n")
    for question, chosen in zip(list_questions(archive), opened.choices, strict=True):
        words = [word for word, value in zip(question[1:], chosen, strict=True) if value]
        sys.stdout.write(f"{question[0]}: {', '.join(words) or '–'}\n")
    return 0


def run_verify_diff(arguments: Namespace) -> int:
    """Print whether one archive continues another; 1 where it doesn't."""
    fault = verify_continues(read(arguments.before), read(arguments.after))
    sys.stdout.write(f"FAILED {fault.check}: {fault.reason}\n" if fault else "nothing is gone or changed\n")
    return 1 if fault else 0


def run_demo(arguments: Namespace) -> int:
    """Hold a whole election through the same actions as a real one, and write its archive."""
    if not 0 < arguments.threshold <= arguments.trustees or arguments.voters < 1:
        raise BadInput(
            "voting.demo",
            "유권자는 1명 이상, 정족수는 수탁자 수 이하입니다",
            "at least one voter, and no more trustees needed than there are",
        )
    make_folder(arguments.out)
    prepare_registers()
    election = hold_demo(arguments.voters, arguments.group, arguments.trustees, arguments.threshold)
    target = arguments.out / f"{election.uuid}.bel"
    write_file(target, get_archive(election.uuid))
    sys.stdout.write(f"{target}\n")
    print_result(election)
    return 0


def _describe(verdict: Verdict) -> str:
    if verdict.fault:
        return f"FAILED {verdict.fault.check}: {verdict.fault.reason}"
    said = f"all checks passed: {verdict.counted} of {verdict.voters} voters, {verdict.ballots} ballots"
    return said + (f", result {verdict.result}" if verdict.result else ", no result yet")
