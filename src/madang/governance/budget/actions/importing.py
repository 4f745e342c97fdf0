"""Bringing a budget table: every row becomes a ledger line or is kept with the reason it was refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput
from madang.core.people.interface import record_audit, require
from madang.governance.budget.gateway import read_cells
from madang.governance.budget.methods.import_table import read_table
from madang.governance.budget.methods.planting import make_path
from madang.governance.budget.methods.posting import make_move
from madang.governance.budget.methods.reconcile import find_total_differences
from madang.governance.budget.methods.tree import place_lines, place_totals
from madang.governance.budget.models import ImportRow, NodeRow, RejectRow
from madang.governance.budget.records import BudgetLine, BudgetTable, Level, Measure, RevenueLevel
from madang.governance.budget.records.imports import BEYOND_BUDGET, REASON_NAMES, ImportFinding, TableWish
from madang.governance.budget.records.ledger import BookPlan, Draft, EntryKind, ItemPlan, Side

from .books import IMPORT, open_book
from .posting import BATCH, post

KIND_OF = {
    Measure.ORIGINAL: EntryKind.ORIGINAL,
    Measure.CARRIED_IN: EntryKind.CARRIED_IN,
    Measure.TRANSFERRED: EntryKind.TRANSFER,
    Measure.SUPPLEMENTARY: EntryKind.SUPPLEMENTARY,
}
FEW_REJECTS = 3
NO_GROUND = "가져온 표에 적힌 금액 (근거는 표에 없음)"


@transaction.atomic
def import_budget(*, actor: Actor, now: datetime, file_name: str, raw: bytes, wish: TableWish) -> str:
    """Bring a budget table as new books, one a fiscal year, and return the import's id.

    Amounts go into the ledger as they stand, in won; rows that can't be taken and stated totals that differ are
    kept with the import. A table with a current budget only (예산현액) begins with that.

    Raises
    ------
    BadInput
        no table of a budget, or nothing in it that can be taken
    Conflict
        a budget of this series and year is here already
    """
    require(actor, IMPORT)
    table = read_table(read_cells(raw), fiscal_year=wish.fiscal_year, unit=wish.unit)
    if wish.side is Side.EXPENDITURE and isinstance(table.levels[0], RevenueLevel):
        raise BadInput(
            "budget.side",
            "세입 표입니다. 세입으로 가져와 주세요",
            "it is a table of revenue: bring it as such",
            field="side",
        )
    taken, beyond = _divide(table, wish.side)
    if not taken:
        raise _refuse_all(table, beyond)
    findings = [*_find_totals(table), *_find_current(taken)]
    row = ImportRow.objects.create(
        name=file_name[:200],
        at=now,
        by=actor.name,
        rows_read=table.rows_read,
        lines_taken=len(taken),
        totals_read=len(table.totals),
        levels=[level.value for level in table.levels],
        measures=[measure.value for measure in table.measures],
        ignored_columns=list(table.ignored_columns),
        findings=msgspec.to_builtins(findings),
    )
    _keep_rejects(row, table, beyond)
    for year, lines in _group_years(taken).items():
        row.books.add(_write_book(actor, now, year, lines, table, wish))
    record_audit(
        actor=actor,
        now=now,
        action="budget.import",
        subject=row.pk,
        details={
            "file": file_name,
            "lines": len(taken),
            "rejected": table.rows_read - len(taken) - len(table.totals),
        },
    )
    return row.pk


def _refuse_all(table: BudgetTable, beyond: Sequence[BudgetLine]) -> BadInput:
    """Return the refusal of a table without a row to take, with the first rows and what is wrong with them."""
    refused = [
        *((one.row, REASON_NAMES[one.reason.value]) for one in table.rejects),
        *((line.row, REASON_NAMES[BEYOND_BUDGET]) for line in beyond),
    ]
    first = sorted(refused, key=lambda one: one[0])[:FEW_REJECTS]
    ko = "".join(f" {row}행: {why.ko}." for row, why in first)
    en = "".join(f"; row {row}: {why.en}" for row, why in first)
    return BadInput(
        "budget.nothing", f"가져올 수 있는 행이 없습니다.{ko}", f"no row can be taken{en}", field="file"
    )


def _divide(table: BudgetTable, side: Side) -> tuple[list[BudgetLine], list[BudgetLine]]:
    """Return the lines that a ledger can hold, and those that spend more than there is."""
    taken, beyond = [], []
    for line in table.lines:
        budget, committed, disbursed = _read_amounts(line)
        is_held = side is Side.REVENUE or 0 <= disbursed <= committed <= budget
        (taken if is_held else beyond).append(line)
    return taken, beyond


def _read_amounts(line: BudgetLine) -> tuple[int, int, int]:
    """Return the budget, what is committed and what is disbursed; where only payments are stated, they were committed."""
    disbursed = line.amounts.get(Measure.DISBURSED) or 0
    committed = line.amounts.get(Measure.COMMITTED)
    return sum(_list_budget(line).values()), disbursed if committed is None else committed, disbursed


def _list_budget(line: BudgetLine) -> dict[Measure, int]:
    """Return the parts of a line's budget; the current budget stands for the original where that isn't stated."""
    parts = {measure: line.amounts.get(measure) or 0 for measure in KIND_OF}
    if all(line.amounts.get(measure) is None for measure in KIND_OF):
        parts[Measure.ORIGINAL] = line.amounts.get(Measure.CURRENT) or 0
    return parts


def _find_totals(table: BudgetTable) -> list[ImportFinding]:
    return [
        ImportFinding(
            row=one.row,
            path=one.path,
            measure=measure.value,
            kind=one.kind.value,
            stated_krw=one.stated_krw,
            computed_krw=one.computed_krw,
            cause=one.cause.value,
            part=one.part,
        )
        for measure in table.measures
        for one in find_total_differences(
            place_lines(table.lines, table.levels, measure), place_totals(table.totals, table.levels, measure)
        )
    ]


def _find_current(lines: Sequence[BudgetLine]) -> list[ImportFinding]:
    found = []
    for line in lines:
        stated, computed = line.amounts.get(Measure.CURRENT), sum(_list_budget(line).values())
        if stated is not None and stated != computed:
            path = tuple(name for name in line.names.values() if name)
            found.append(
                ImportFinding(
                    row=line.row,
                    path=path,
                    measure=Measure.CURRENT.value,
                    kind="current",
                    stated_krw=stated,
                    computed_krw=computed,
                )
            )
    return found


def _keep_rejects(row: ImportRow, table: BudgetTable, beyond: Sequence[BudgetLine]) -> None:
    refused = [
        RejectRow(
            source=row, row=one.row, reason=one.reason.value, column=one.column[:200], cells=list(one.cells)
        )
        for one in table.rejects
    ]
    refused += [
        RejectRow(
            source=row,
            row=line.row,
            reason=BEYOND_BUDGET,
            cells=[*line.names.values(), *("" if one is None else str(one) for one in line.amounts.values())],
        )
        for line in beyond
    ]
    RejectRow.objects.bulk_create(sorted(refused, key=lambda one: one.row), batch_size=BATCH)


def _group_years(lines: Sequence[BudgetLine]) -> dict[int, list[BudgetLine]]:
    years: dict[int, list[BudgetLine]] = defaultdict(list)
    for line in lines:
        years[line.fiscal_year].append(line)
    return dict(sorted(years.items()))


def _write_book(
    actor: Actor, now: datetime, year: int, lines: Sequence[BudgetLine], table: BudgetTable, wish: TableWish
) -> str:
    levels = [level for level in (*Level, *RevenueLevel) if level in table.levels]
    plan = BookPlan(
        series=wish.series,
        name=wish.name,
        fiscal_year=year,
        side=wish.side,
        levels=tuple(levels),
        source=wish.source,
        is_public=wish.is_public,
    )
    names = [tuple(line.names.get(level, "") for level in levels) for line in lines]
    items = [
        ItemPlan(names=of_line, proposed_krw=line.amounts.get(Measure.PROPOSED) or 0)
        for of_line, line in zip(names, lines, strict=True)
    ]
    book_id = open_book(actor=actor, now=now, plan=plan, items=items)
    ids = dict(NodeRow.objects.filter(book_id=book_id, is_leaf=True).values_list("path", "pk"))
    nodes = [ids[make_path(levels, of_line)] for of_line in names]
    _post_budget(actor, now, book_id, year, lines, nodes)
    _post_spending(actor, now, book_id, wish.as_of or date(year, 12, 31), lines, nodes)
    return book_id


def _post_budget(
    actor: Actor, now: datetime, book_id: str, year: int, lines: Sequence[BudgetLine], nodes: Sequence[int]
) -> None:
    parts = [_list_budget(line) for line in lines]
    drafts = []
    for measure, kind in KIND_OF.items():
        moves = tuple(
            make_move(kind, node, of_line[measure])
            for node, of_line in zip(nodes, parts, strict=True)
            if of_line[measure]
        )
        if moves:
            ground = NO_GROUND if kind is EntryKind.TRANSFER else ""
            drafts.append(
                Draft(
                    kind=kind, booked_on=date(year, 1, 1), moves=moves, note="가져온 표", legal_ground=ground
                )
            )
    if drafts:
        post(actor=actor, now=now, book_id=book_id, drafts=drafts)


def _post_spending(
    actor: Actor, now: datetime, book_id: str, day: date, lines: Sequence[BudgetLine], nodes: Sequence[int]
) -> None:
    """Write one commitment a line, so that the rest of each can be paid later, then what was paid on them."""
    commitments, payments = [], []
    for node, line in zip(nodes, lines, strict=True):
        _, committed, disbursed = _read_amounts(line)
        if committed:
            commitments.append(_draft(EntryKind.COMMITMENT, day, node, committed))
            payments.append((len(commitments) - 1, node, disbursed))
    if not commitments:
        return
    ids = post(actor=actor, now=now, book_id=book_id, drafts=commitments)
    paid = [
        _draft(EntryKind.DISBURSEMENT, day, node, amount, ids[at]) for at, node, amount in payments if amount
    ]
    if paid:
        post(actor=actor, now=now, book_id=book_id, drafts=paid)


def _draft(kind: EntryKind, day: date, node: int, amount: int, settles: int | None = None) -> Draft:
    return Draft(
        kind=kind, booked_on=day, moves=(make_move(kind, node, amount),), note="가져온 표", settles=settles
    )
