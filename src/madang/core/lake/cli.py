"""`madang import`, `madang tables` and `madang sql`: the lake from a terminal."""

from __future__ import annotations

import csv
import getpass
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from madang.core.base.interface import (
    Actor,
    MadangError,
    Subcommand,
    Text,
    now,
    prepare_registers,
    say_help,
    say_here,
    to_city_time,
)

from .asking import list_records
from .importing.action import import_file
from .importing.records import ImportChoice, ImportOutcome
from .queries import list_datasets
from .vocabulary import TYPES, WARNINGS, say_fix, say_reason

EXIT_REFUSED = 2
NO_TABLES = Text(
    ko="아직 표가 없습니다. madang import 파일 로 가져오십시오.",
    en="No tables yet. Bring one in with: madang import FILE",
)
WOULD_BECOME = Text(
    ko="{file}: {table} 데이터셋이 됩니다 ({rows}행).",
    en="{file} would become the dataset {table} ({rows} rows).",
)
BECAME = Text(
    ko="{file}: 이제 {table} 데이터셋입니다 ({rows}행).",
    en="{file} is now the dataset {table} ({rows} rows).",
)
ROWS = Text(ko="{n}행", en="{n} rows")
READ = Text(ko="읽음", en="read")
REJECTED = Text(ko="제외", en="rejected")
FIXED = Text(ko="고침", en="fixed")
LEFT = Text(ko="확인", en="mind")
SHEET = Text(ko="시트", en="sheet")
NOT_READ = Text(
    ko="{read}; 읽지 않은 것: {others} (--sheet로 고릅니다)",
    en="{read}; not read: {others} (choose one with --sheet)",
)
PLACE = Text(ko="위치", en="place")
PLACED = Text(
    ko="{lon}, {lat}, {crs}; 뒤바뀐 것 {swapped}, 적힌 자치구 밖 {outside_district}",
    en="{lon}, {lat} in {crs}; {swapped} swapped, {outside_district} outside their own district",
)
COLUMNS = Text(ko="열", en="columns")
DRY = Text(ko="시험이었으므로 아무것도 저장하지 않았습니다.", en="Nothing was written: this was a dry run.")
PUBLISHED = Text(ko="공개되어 있습니다: {address}", en="It is published: {address}")
DRAFT = Text(
    ko="직원만 보는 초안입니다. 데이터셋 페이지에서 공개하십시오: {address}",
    en="It is a draft that only staff see; publish it on its page: {address}",
)
REPLACES = Text(
    ko="앞 판을 갈음하며, 앞 판은 되살릴 수 있습니다.",
    en="It replaces an earlier version, which can be restored.",
)
TRY = Text(ko="이어서: madang sql {query}", en="Try: madang sql {query}")


def run_import(arguments: Namespace) -> int:
    """Import files one after another; the first that can't be read doesn't stop the others."""
    prepare_registers()
    exit_code = 0
    for path in arguments.files:
        try:
            outcome = import_file(
                actor=_operator(),
                now=now(),
                path=Path(path),
                choice=ImportChoice(
                    table_name=arguments.table, sheet=arguments.sheet, publish=arguments.publish
                ),
                dry_run=arguments.dry_run,
            )
        except MadangError as error:
            where = f"{path}: " if len(arguments.files) > 1 else ""
            sys.stderr.write(f"madang: {where}{say_here(error.text)} [{error.code}]\n")
            exit_code = EXIT_REFUSED
            continue
        _say(outcome.report.to_json() if arguments.json else describe_outcome(outcome))
    return exit_code


def run_tables(arguments: Namespace) -> int:
    """List the tables of the catalogue."""
    prepare_registers()
    records, _ = list_datasets(actor=_operator(), limit=100_000)
    rows = [
        {
            "table": record.table.name,
            "rows": record.rows,
            "updated": to_city_time(record.updated_at).isoformat(timespec="seconds"),
            "state": record.state.value,
            "title": record.table.title.ko,
        }
        for record in records
    ]
    if arguments.json:
        _say(json.dumps(rows, ensure_ascii=False))
    elif rows:
        _print_table(list(rows[0]), [list(row.values()) for row in rows])
    else:
        _say(say_here(NO_TABLES))
    return 0


def run_sql_command(arguments: Namespace) -> int:
    """Answer one read-only query over the lake."""
    from .sql import run_sql  # noqa: PLC0415 (DuckDB loads only where it is needed)

    prepare_registers()
    answer = run_sql(_operator(), arguments.query)
    names, rows = answer.column_names, [list(row.values()) for row in list_records(answer)]
    if arguments.json:
        _say(msgspec.json.encode([dict(zip(names, row, strict=True)) for row in rows]).decode())
    elif arguments.csv:
        writer = csv.writer(sys.stdout)
        writer.writerows([names, *rows])
    else:
        _print_table(names, rows)
        rows_here = Text(ko="{n}행", en="{n} row" + "s" * (len(rows) != 1))
        _say(f"({say_here(rows_here.fill(n=f'{len(rows):,}'))})")
    return 0


def describe_outcome(outcome: ImportOutcome) -> str:
    """Return in plain words, in the terminal's language, what an import did."""
    report = outcome.report
    did = WOULD_BECOME if outcome.version is None else BECAME
    lines = [
        say_here(did.fill(file=outcome.file_name, table=report.table, rows=f"{report.rows_kept:,}")),
        _line(READ, say_here(ROWS.fill(n=f"{report.rows_read:,}")), report.encoding),
    ]
    lines += [_line(REJECTED, _count(count, say_reason(name))) for name, count in report.rejected.items()]
    for heading, is_warning in ((FIXED, False), (LEFT, True)):
        fixes = [(name, n) for name, n in report.fixes.items() if (name in WARNINGS) == is_warning]
        lines += [_line(heading, _count(count, say_fix(name))) for name, count in fixes]
    if len(outcome.sheets) > 1:
        read, *others = outcome.sheets
        lines.append(_line(SHEET, say_here(NOT_READ.fill(read=read, others=", ".join(others)))))
    if report.place:
        found = msgspec.to_builtins(report.place)
        counts = {name: f"{found[name]:,}" for name in ("swapped", "outside_district")}
        lines.append(_line(PLACE, say_here(PLACED.fill(**found | counts))))
    kinds = (
        f"{column.name} ({', '.join(filter(None, (_say_type(column.type), outcome.units.get(column.name))))})"
        for column in report.columns
    )
    lines.append(_line(COLUMNS, *kinds))
    return "\n".join([*lines, *_what_next(outcome)])


def _line(heading: Text, *parts: str | None) -> str:
    return f"  {_fit(say_here(heading), 9)} {', '.join(filter(None, parts))}"


def _count(count: int, what: Text) -> str:
    return f"{count:,} · {say_here(what)}"


def _say_type(name: str) -> str:
    return say_here(TYPES[name]) if name in TYPES else name


def _what_next(outcome: ImportOutcome) -> list[str]:
    name = outcome.report.table
    if outcome.version is None:
        return [f"  {say_here(DRY)}"]
    again = f" {say_here(REPLACES)}" if outcome.previous_version is not None else ""
    state = PUBLISHED if outcome.is_published else DRAFT
    return [
        f"  {say_here(state.fill(address=f'/datasets/{name}/'))}{again}",
        f"  {say_here(TRY.fill(query=_say_query(name)))}",
    ]


def _say_query(name: str) -> str:
    """Return a first query as a shell takes it; a word of SQL is no name without quotes."""
    import duckdb  # noqa: PLC0415 (it loads only where it is needed)

    found = duckdb.execute(
        "SELECT count(*) FROM duckdb_keywords() WHERE keyword_name = ? AND keyword_category <> 'unreserved'",
        [name],
    ).fetchone()
    return f"'SELECT * FROM \"{name}\" LIMIT 5'" if found and found[0] else f'"SELECT * FROM {name} LIMIT 5"'


def _operator() -> Actor:
    """Return the person at the terminal: who can reach the data folder may do everything."""
    return Actor(id="terminal", name=f"terminal ({getpass.getuser()})", kind="house", is_superuser=True)


def _print_table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    cells = [[str(name) for name in names], *[["" if v is None else str(v) for v in row] for row in rows]]
    widths = [min(63, max(map(_width, column))) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        _say("  ".join(_fit(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if number == 0:
            _say("  ".join("-" * width for width in widths))


def _fit(cell: str, width: int) -> str:
    cell = " ".join(cell.split())
    while _width(cell) > width:
        cell = cell[:-2] + "…"
    return cell + " " * (width - _width(cell))


def _width(text: str) -> int:
    """Return how many columns `text` takes on a terminal: Korean letters take two."""
    return sum(2 if ord(character) >= 0x1100 and character != "…" else 1 for character in text)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _add_import(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--table",
        metavar="NAME",
        help=say_help(
            "표 이름. 없으면 파일 이름에서 짓습니다", "name of the table; else made from the file's name"
        ),
    )
    parser.add_argument(
        "--sheet",
        metavar="NAME",
        help=say_help(
            "읽을 시트. 없으면 표가 있는 첫 시트", "sheet of a workbook; else the first with a table"
        ),
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=say_help("읽고 보고하기만 하며 저장하지 않습니다", "read and report, write nothing"),
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help=say_help("보고를 JSON 객체 하나로 출력합니다", "print the report as one JSON object"),
    )
    parser.add_argument(
        "--publish",
        action="store_true",
        help=say_help("바로 모두에게 공개합니다", "show it to everyone at once"),
    )


def _add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=say_help("JSON으로 출력합니다", "print JSON"))


def _add_sql(parser: ArgumentParser) -> None:
    parser.add_argument("query")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=say_help("JSON으로 출력합니다", "print JSON"))
    form.add_argument("--csv", action="store_true", help=say_help("CSV로 출력합니다", "print CSV"))


SUBCOMMANDS = (
    Subcommand(
        name="import",
        help=say_help("행정 파일을 데이터 호수에 가져옵니다", "bring a municipal file into the lake"),
        run=run_import,
        add_arguments=_add_import,
    ),
    Subcommand(
        name="tables",
        help=say_help("데이터 호수의 표를 보여 줍니다", "list the lake's tables"),
        run=run_tables,
        add_arguments=_add_json,
    ),
    Subcommand(
        name="sql",
        help=say_help("데이터 호수에 SQL로 묻습니다(읽기 전용)", "ask the lake a question (read-only)"),
        run=run_sql_command,
        add_arguments=_add_sql,
    ),
)
