"""The balance of any node over a million ledger lines, beside a plain sum by SQL and by DuckDB; and the forecast.

The lines are simulated and laid into the tables in bulk; the kept sums are then proved against them. The back-test
runs on the demonstration's simulated years. Run with `madang bench budget [LINES]`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime

FOLDER = tempfile.TemporaryDirectory(prefix="madang-bench-budget-")
os.environ["MADANG_DATA"] = FOLDER.name
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.project.settings")

import django  # noqa: E402

django.setup()

import duckdb  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from madang.core.base.interface import HOUSE  # noqa: E402
from madang.governance.budget import demo  # noqa: E402
from madang.governance.budget.actions.books import open_book  # noqa: E402
from madang.governance.budget.actions.posting import post  # noqa: E402
from madang.governance.budget.actions.spending import commit_money  # noqa: E402
from madang.governance.budget.methods.posting import list_ancestors, make_move  # noqa: E402
from madang.governance.budget.models import EntryRow, NodeRow  # noqa: E402
from madang.governance.budget.queries.history import measure_forecasts  # noqa: E402
from madang.governance.budget.queries.ledger import find_ledger_faults, list_lines  # noqa: E402
from madang.governance.budget.queries.nodes import get_node, list_books  # noqa: E402
from madang.governance.budget.records.ledger import BookPlan, Draft, EntryKind, ItemPlan, Side  # noqa: E402

NOW = datetime(2026, 11, 1, tzinfo=UTC)
YEAR = 2026
DIVISIONS, PROJECTS, ITEMS = 24, 12, 4
PER_ENTRY = 1000
LIMIT_MS = 50.0


def open_large() -> tuple[str, list[int]]:
    """Open a budget of 1,152 items with money in each; return its id and the items' ids."""
    names = [
        (f"division {d}", "general", f"project {p}", f"item {i}")
        for d in range(DIVISIONS)
        for p in range(PROJECTS)
        for i in range(ITEMS)
    ]
    plan = BookPlan(
        series="bench",
        name="bench",
        fiscal_year=YEAR,
        side=Side.EXPENDITURE,
        levels=("organization", "account", "project", "item"),
        source="simulated",
    )
    book_id = open_book(actor=HOUSE, now=NOW, plan=plan, items=[ItemPlan(names=one) for one in names])
    leaves = list(
        NodeRow.objects.filter(book_id=book_id, is_leaf=True).order_by("pk").values_list("pk", flat=True)
    )
    moves = tuple(make_move(EntryKind.ORIGINAL, pk, 10**12) for pk in leaves)
    draft = Draft(kind=EntryKind.ORIGINAL, booked_on=date(YEAR, 1, 1), moves=moves, note="bench")
    post(actor=HOUSE, now=NOW, book_id=book_id, drafts=[draft])
    return book_id, leaves


def fill(book_id: str, leaves: list[int], lines: int) -> None:
    """Lay commitments into the ledger, and what they add up to into the kept sums."""
    random = np.random.default_rng(1)
    nodes, amounts = random.choice(leaves, lines), random.integers(1_000, 1_000_000, lines)
    entries = EntryRow.objects.bulk_create(
        EntryRow(
            book_id=book_id,
            kind=EntryKind.COMMITMENT.value,
            booked_on=date(YEAR, 1 + at % 12, 1),
            recorded_at=NOW,
            recorded_by="bench",
            amount_krw=1,
        )
        for at in range(-(-lines // PER_ENTRY))
    )
    rows = (
        (entries[at // PER_ENTRY].pk, int(nodes[at]), "outstanding", "available", int(amounts[at]))
        for at in range(lines)
    )
    insert = "INSERT INTO budget_linerow (entry_id, node_id, debit, credit, amount_krw) VALUES (%s, %s, %s, %s, %s)"
    code_of = dict(NodeRow.objects.filter(book_id=book_id).values_list("pk", "code"))
    sums: dict[str, int] = defaultdict(int)
    for pk, total in zip(*sum_by(nodes, amounts), strict=True):
        for code in list_ancestors(code_of[int(pk)]):
            sums[code] += int(total)
    update = (
        "UPDATE budget_noderow SET outstanding_krw = %s, available_krw = available_krw - %s WHERE id = %s"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(insert, rows)
        cursor.executemany(update, [(sums[code], sums[code], pk) for pk, code in code_of.items()])


def sum_by(keys: np.ndarray, amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct keys and the sum of each one's amounts."""
    found, at = np.unique(keys, return_inverse=True)
    sums = np.zeros(len(found), dtype=np.int64)
    np.add.at(sums, at, amounts)
    return found, sums


def time_ms(ask: Callable[[], object], times: int) -> float:
    """Return the 95th percentile of `times` runs, in milliseconds."""
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - begin))
    return float(np.percentile(taken, 95))


def say(what: str, value: float, unit: str = "ms") -> None:
    """Print one line."""
    print(f"{what:<66}{value:>12,.2f} {unit}")


def measure_ledger(lines: int) -> bool:
    """Print the ledger's figures; return whether every balance was right and quick enough."""
    book_id, leaves = open_large()
    fill(book_id, leaves, lines)
    begin = time.perf_counter()
    faults = find_ledger_faults(book_id)
    say(
        f"whole ledger of {lines:,} lines summed anew, {len(faults)} sums wrong",
        time.perf_counter() - begin,
        "s",
    )
    codes = list(NodeRow.objects.filter(book_id=book_id).values_list("code", flat=True))
    random = np.random.default_rng(2)
    slowest = time_ms(lambda: get_node(book_id, str(random.choice(codes))), 300)
    say(f"balance of any of {len(codes):,} nodes, p95", slowest)
    say("balance of the whole, p95", time_ms(lambda: get_node(book_id), 100))
    say(
        "newest 20 lines of a project with their number, p95",
        time_ms(lambda: list_lines(book_id, below="0003.0001.0005", limit=20), 20),
    )
    say(
        "one commitment with its audit row, synchronous, p95",
        time_ms(
            lambda: commit_money(
                actor=HOUSE,
                now=NOW,
                node_id=leaves[7],
                amount_krw=1,
                booked_on=date(YEAR, 6, 1),
                note="benchmark",
            ),
            20,
        ),
    )
    measure_floors()
    return not faults and slowest <= LIMIT_MS


def measure_floors() -> None:
    """Print what the same sum costs without kept sums."""
    query = "SELECT SUM(amount_krw) FROM budget_linerow WHERE debit = 'outstanding'"
    with connection.cursor() as cursor:
        say("floor: SQL sum over the lines, p95", time_ms(lambda: cursor.execute(query).fetchone(), 5))
        cursor.execute("SELECT node_id, debit, amount_krw FROM budget_linerow")
        node, debit, amount = zip(*cursor.fetchall(), strict=True)
    duck = duckdb.connect()
    duck.register("read", pa.table({"node_id": node, "debit": debit, "amount_krw": amount}))
    duck.execute("CREATE TABLE lines AS SELECT * FROM read")
    query = "SELECT SUM(amount_krw) FROM lines WHERE debit = 'outstanding'"
    say(
        "floor: DuckDB sum over the same lines in memory, p95",
        time_ms(lambda: duck.execute(query).fetchone(), 20),
    )


def measure_forecast() -> None:
    """Print how forecasts of the demonstration's simulated past years turned out."""
    demo.lay_out(NOW)
    book = next(one for one in list_books(side=Side.EXPENDITURE) if one.series == "bureau-expenditure")
    for level in ("organization", "project"):
        found = measure_forecasts(book, level)
        print(f"year-end forecast of each {level}, {found.tested:,} tries on simulated years: mean error")
        for one in found.months:
            if one.month in {3, 6, 9, 11}:
                said = f"  {one.error_ratio:6.1%}, by the usual rate {one.usual_rate_error_ratio:6.1%}"
                print(
                    f"  at the end of month {one.month:>2}{said}, within the 80 % interval {one.covered_ratio:.0%}"
                )


def main() -> None:
    """Print the figures; exits with 1 where a sum is wrong or a balance too slow."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    call_command("migrate", verbosity=0)
    measure_forecast()
    is_good = measure_ledger(lines)
    FOLDER.cleanup()
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
