"""`madang budget`: bring a table, prove the ledger, test the forecast against past years."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from madang.core.base.interface import HOUSE, BadInput, Subcommand, now, prepare_registers, say_help

from .actions.importing import import_budget
from .methods.amount import UNIT_WON
from .queries.history import measure_forecasts
from .queries.imports import get_import, list_rejects
from .queries.ledger import find_ledger_faults
from .queries.nodes import get_node_row, list_books
from .records.imports import REASON_NAMES, TableWish
from .records.ledger import Side


def add_arguments(parser: ArgumentParser) -> None:
    """Declare `import`, `check` and `back-test`."""
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    bring = commands.add_parser(
        "import", help=say_help("예산 표를 가져옵니다(CSV, XLSX)", "bring a budget table (CSV, XLSX)")
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument(
        "--series",
        required=True,
        help=say_help(
            "한 기관의 해마다 예산을 잇는 같은 이름", "the same for each year's budget of one body"
        ),
    )
    bring.add_argument("--name", required=True, help=say_help("예산 이름", "name of the budget"))
    bring.add_argument("--side", choices=[one.value for one in Side], default=Side.EXPENDITURE.value)
    bring.add_argument(
        "--year",
        type=int,
        help=say_help(
            "회계연도. 표에 그 열이 없을 때 적습니다", "fiscal year, where the table has no column of it"
        ),
    )
    bring.add_argument(
        "--unit",
        choices=sorted(UNIT_WON),
        help=say_help(
            "금액 단위. 표 위에 적혀 있지 않을 때 적습니다", "unit of amounts, where no title says it"
        ),
    )
    bring.add_argument("--source", default="", help=say_help("표의 출처", "where the table comes from"))
    bring.add_argument(
        "--public", action="store_true", help=say_help("모두에게 공개합니다", "open it to everyone")
    )
    bring.set_defaults(does=run_import)
    check = commands.add_parser(
        "check",
        help=say_help(
            "모든 장부를 다시 더해 보관한 합계와 견줍니다",
            "sum every ledger anew and compare it with the kept sums",
        ),
    )
    check.set_defaults(does=run_check)
    test = commands.add_parser(
        "back-test",
        help=say_help(
            "지난해들을 그 앞 해들로 예측해 봅니다", "forecast past years from the years before them"
        ),
    )
    test.add_argument(
        "--level",
        default="organization",
        help=say_help("예측할 단계", "level of the nodes that are forecast"),
    )
    test.set_defaults(does=run_back_test)


def run(arguments: Namespace) -> int:
    """Run the named command and return its exit code."""
    prepare_registers()
    return arguments.does(arguments)


def run_import(arguments: Namespace) -> int:
    """Bring a table and print what came of it."""
    wish = TableWish(
        series=_read_text(arguments.series),
        name=_read_text(arguments.name),
        side=Side(arguments.side),
        fiscal_year=arguments.year,
        unit=arguments.unit,
        source=_read_text(arguments.source),
        is_public=arguments.public,
    )
    name = os.fsencode(arguments.file.name).decode("utf-8", "replace")
    raw = _read_file(arguments.file)
    import_id = import_budget(actor=HOUSE, now=now(), file_name=name, raw=raw, wish=wish)
    found = get_import(import_id)
    said = f"{found.rows_read} rows: {found.lines_taken} taken, {found.totals_read} totals, {found.rejected} refused"
    sys.stdout.write(f"{said}, {len(found.findings)} totals differ\n")
    for reject in list_rejects(import_id, limit=found.rejected)[0]:
        sys.stdout.write(f"row {reject.row}: {REASON_NAMES[reject.reason].en} {reject.column}\n")
    for one in found.findings:
        place = " > ".join(one.path) or "whole"
        sys.stdout.write(
            f"row {one.row}: {place}: {one.measure}: {one.stated_krw} stated, {one.computed_krw} computed\n"
        )
    return 0


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadInput(
            "budget.file", f"파일을 읽을 수 없습니다: {why}", f"the file can't be read: {why}"
        ) from error


def _read_text(text: str) -> str:
    """Return what was written on the command line; bytes that are no UTF-8 came as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadInput("budget.text", "UTF-8로 적어 주세요", "a name isn't written in UTF-8") from error
    return text


def run_check(_arguments: Namespace) -> int:
    """Print where a kept sum isn't its ledger's; 1 where any is wrong."""
    wrong = 0
    for book in list_books():
        for fault in find_ledger_faults(book.id):
            wrong += 1
            place = get_node_row(fault.node_id).path.replace("\t", " > ")
            said = f"{book.series} {book.fiscal_year}: {place}: {fault.account}"
            sys.stdout.write(f"{said}: kept {fault.kept_krw}, ledger {fault.summed_krw}\n")
    sys.stdout.write(f"{len(list_books())} ledgers, {wrong} sums wrong\n")
    return int(wrong > 0)


def run_back_test(arguments: Namespace) -> int:
    """Print errors of the forecast by month, beside the simplest forecast's."""
    newest = {book.series: book for book in reversed(list_books(side=Side.EXPENDITURE))}
    for series, book in newest.items():
        found = measure_forecasts(book, arguments.level)
        sys.stdout.write(f"{series}: {found.tested} forecasts\nmonth  error  usual rate  in the interval\n")
        for one in found.months:
            sys.stdout.write(
                f"{one.month:5}  {one.error_ratio:5.1%}  {one.usual_rate_error_ratio:10.1%}  {one.covered_ratio:.0%}\n"
            )
        said = f"all    {found.error_ratio:5.1%}  {found.usual_rate_error_ratio:10.1%}  {found.covered_ratio:.0%}"
        sys.stdout.write(f"{said} (promised {found.coverage_ratio:.0%})\n")
    return 0


SUBCOMMANDS = [
    Subcommand(
        name="budget",
        help=say_help(
            "예산: 표를 가져오고, 장부를 확인하고, 예측을 시험합니다",
            "the budget: bring a table, prove the ledger, test the forecast",
        ),
        run=run,
        add_arguments=add_arguments,
    )
]
