"""`madang briefing check FILE`: read a report and print what disagrees in it; `table FILE`: its budget as CSV."""

from __future__ import annotations

import csv
import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from madang.core.base.interface import LANGUAGES, BadInput, Subcommand, say_help

from .detectors.checking import find_faults
from .gateway.report import read_report_file
from .methods.tabulating import TABLES, tabulate_budget
from .records import Fault, Unread


def add_arguments(parser: ArgumentParser) -> None:
    """Declare `check FILE` and `table FILE`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    check = commands.add_parser(
        "check",
        help=say_help(
            "업무보고를 읽고 서로 맞지 않는 곳을 보여 줍니다",
            "read a work report and list what disagrees in it",
        ),
    )
    check.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help=say_help("업무보고의 글(표는 탭으로 구분)", "the report's text, tables tab-separated"),
    )
    check.add_argument(
        "--json",
        action="store_true",
        help=say_help(
            "JSON 목록으로 출력합니다(읽지 못한 것은 표준 오류로)",
            "print a JSON list (what wasn't read goes to standard error)",
        ),
    )
    check.add_argument(
        "--language",
        choices=LANGUAGES,
        default="ko",
        help=say_help("위치와 까닭을 적을 언어", "language of place and cause"),
    )
    check.set_defaults(does=run_check)
    table = commands.add_parser(
        "table",
        help=say_help(
            "업무보고의 예산을 `madang budget import`에 쓸 CSV로 출력합니다",
            "print a report's budget as CSV, for `madang budget import`",
        ),
    )
    table.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help=say_help("업무보고의 글(표는 탭으로 구분)", "the report's text, tables tab-separated"),
    )
    table.add_argument(
        "--side",
        choices=list(TABLES),
        default="expenditure",
        help=say_help("세입인지 세출인지", "which budget"),
    )
    table.set_defaults(does=run_table)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    return arguments.does(arguments)


def run_check(arguments: Namespace) -> int:
    """Print the findings; a file that can't be read or is no report raises BadInput (exit code 2)."""
    report = read_report_file(arguments.file)
    faults = find_faults(report)
    if not (report.tasks or report.grids or faults or any(s.quantities for s in report.sentences)):
        raise BadInput(
            "briefing.no_report",
            f"{arguments.file}에서 표, 과제, 수치를 알아볼 수 없습니다",
            f"no table, task or figure is recognised in {arguments.file}",
        )
    if arguments.json:
        said = json.dumps([to_json(one, arguments.language) for one in faults], ensure_ascii=False, indent=1)
        sys.stdout.write(said + "\n")
        for unread in report.unread:
            sys.stderr.write(_write_unread(unread, arguments.language) + "\n")
        return 0
    for fault in faults:
        sys.stdout.write(_write(fault, arguments.language) + "\n")
    for unread in report.unread:
        sys.stdout.write(_write_unread(unread, arguments.language) + "\n")
    counted = {
        "ko": f"지적 {len(faults)}건, 읽지 못한 곳 {len(report.unread)}곳",
        "en": f"{len(faults)} findings, {len(report.unread)} pieces not read",
    }
    sys.stdout.write(counted[arguments.language] + "\n")
    return 0


def run_table(arguments: Namespace) -> int:
    """Print the report's budget as a table; a report without one raises NotFound."""
    rows = tabulate_budget(read_report_file(arguments.file), arguments.side)
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)
    return 0


def to_json(fault: Fault, language: str) -> dict[str, object]:
    """Return a finding as the JSON list has it."""
    return {
        "line": fault.line,
        "place": fault.place.say(language),
        "kind": fault.kind.value,
        "stated": fault.stated,
        "computed": fault.computed,
        "cause": fault.cause.say(language),
    }


def _write(fault: Fault, language: str) -> str:
    cause = fault.cause.say(language)
    line = f"{fault.line}: {fault.kind.value} ({fault.severity.value}) {fault.place.say(language)}: "
    return line + f"{fault.stated} → {fault.computed or '?'}" + (f" · {cause}" if cause else "")


def _write_unread(unread: Unread, language: str) -> str:
    return f"{unread.line}: {'읽지 못함' if language == 'ko' else 'not read'}: {unread.reason.say(language)}"


SUBCOMMANDS = [
    Subcommand(
        name="briefing",
        help=say_help(
            "업무보고: 읽고 숫자를 맞춰 봅니다", "the work report: read it and reconcile its figures"
        ),
        run=run,
        add_arguments=add_arguments,
    )
]
