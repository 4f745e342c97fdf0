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
    now,
    prepare_registers,
    say_here,
    to_city_time,
)

from .asking import list_records
from .importing.action import import_file
from .importing.records import ImportChoice, ImportOutcome
from .queries import list_datasets

EXIT_REFUSED = 2


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
        _say("No tables yet. Bring one in with: madang import FILE")
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
        _say(f"({len(rows):,} row{'s' * (len(rows) != 1)})")
    return 0


def describe_outcome(outcome: ImportOutcome) -> str:
    """Return in plain words what an import did."""
    report = outcome.report
    did = "would become" if outcome.version is None else "is now"
    lines = [
        f"{outcome.file_name} {did} the dataset {report.table} ({report.rows_kept:,} rows).",
        f"  read      {report.rows_read:,} rows" + (f", {report.encoding}" if report.encoding else ""),
    ]
    lines += [
        f"  rejected  {count:,} {reason.replace('_', ' ')}" for reason, count in report.rejected.items()
    ]
    lines += [f"  fixed     {count:,} {name.replace('_', ' ')}" for name, count in report.fixes.items()]
    if len(outcome.sheets) > 1:
        read, *others = outcome.sheets
        lines.append(f"  sheet     {read}; not read: {', '.join(others)} (choose one with --sheet)")
    if report.place:
        place = report.place
        lines.append(
            f"  place     {place.lon}, {place.lat} in {place.crs}; {place.swapped:,} swapped, "
            f"{place.outside_district:,} outside their own district"
        )
    kinds = ", ".join(
        f"{column.name} ({', '.join(filter(None, (column.type, outcome.units.get(column.name))))})"
        for column in report.columns
    )
    lines.append(f"  columns   {kinds}")
    return "\n".join([*lines, *_what_next(outcome)])


def _what_next(outcome: ImportOutcome) -> list[str]:
    name = outcome.report.table
    if outcome.version is None:
        return ["  Nothing was written: this was a dry run."]
    state = "published" if outcome.is_published else "a draft that only staff see; publish it on its page"
    again = (
        " It replaces an earlier version, which can be restored."
        if outcome.previous_version is not None
        else ""
    )
    return [f"  It is {state}: /datasets/{name}/{again}", f"  Try: madang sql {_say_query(name)}"]


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
    parser.add_argument("--table", metavar="NAME", help="name of the table; else made from the file's name")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of a workbook; else the first with a table")
    parser.add_argument("--dry-run", action="store_true", help="read and report, write nothing")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.add_argument("--publish", action="store_true", help="show it to everyone at once")


def _add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_sql(parser: ArgumentParser) -> None:
    parser.add_argument("query")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", action="store_true", help="print CSV")


SUBCOMMANDS = (
    Subcommand(
        name="import", help="bring a municipal file into the lake", run=run_import, add_arguments=_add_import
    ),
    Subcommand(name="tables", help="list the lake's tables", run=run_tables, add_arguments=_add_json),
    Subcommand(
        name="sql", help="ask the lake a question (read-only)", run=run_sql_command, add_arguments=_add_sql
    ),
)
