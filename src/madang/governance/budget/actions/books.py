"""Opening a year's budget, planning its months, and closing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from django.db import IntegrityError, transaction

from madang.core.base.interface import Actor, BadInput, Conflict
from madang.core.people.interface import list_agencies, record_audit, require
from madang.governance.budget.methods.planting import PlannedNode, make_path, plan_nodes, refuse_leaf
from madang.governance.budget.methods.posting import make_code, make_move
from madang.governance.budget.models import BookRow, NodeRow, PlanRow
from madang.governance.budget.queries.nodes import get_book, get_node_row, list_items, measure_lapsing
from madang.governance.budget.records.ledger import (
    Book,
    BookPlan,
    Draft,
    EntryKind,
    ItemPlan,
    Node,
    Side,
)

from .posting import BATCH, lock_whole, post

CHANGE = "budget.change"
IMPORT = "budget.import"
MONTHS = 12


@transaction.atomic
def open_book(*, actor: Actor, now: datetime, plan: BookPlan, items: Sequence[ItemPlan]) -> str:
    """Make a budget with its tree, without an amount yet, and return its id; Conflict where the year has one."""
    require(actor, IMPORT)
    if not 1948 <= plan.fiscal_year <= 2200:
        raise BadInput(
            "budget.fiscal_year", "회계연도가 잘못되었습니다", "a wrong fiscal year", field="fiscal_year"
        )
    if BookRow.objects.filter(series=plan.series, fiscal_year=plan.fiscal_year).exists():
        raise _refuse_twice(plan)
    try:
        with transaction.atomic():
            book = BookRow.objects.create(
                series=plan.series,
                name=plan.name,
                fiscal_year=plan.fiscal_year,
                side=plan.side.value,
                levels=list(plan.levels),
                is_public=plan.is_public,
                source=plan.source,
                opened_at=now,
                opened_by=actor.name,
            )
    except IntegrityError as error:
        raise _refuse_twice(plan) from error
    write_nodes(book, plan_nodes(plan.levels, items, plan.name))
    record_audit(actor=actor, now=now, action="budget.open", subject=f"{plan.series} {plan.fiscal_year}")
    return book.pk


@transaction.atomic
def open_written(
    *, actor: Actor, now: datetime, plan: BookPlan, items: Sequence[tuple[ItemPlan, int]]
) -> str:
    """Open a budget with its items' original amounts in won (each 0 or more), and return its id.

    What is written for one item on several lines is added.
    """
    book_id = open_book(actor=actor, now=now, plan=plan, items=[item for item, _ in items])
    ids = dict(NodeRow.objects.filter(book_id=book_id, is_leaf=True).values_list("path", "pk"))
    moves = tuple(
        make_move(EntryKind.ORIGINAL, ids[make_path(plan.levels, item.names)], amount)
        for item, amount in items
        if amount
    )
    if moves:
        draft = Draft(
            kind=EntryKind.ORIGINAL, booked_on=date(plan.fiscal_year, 1, 1), moves=moves, note="당초예산"
        )
        post(actor=actor, now=now, book_id=book_id, drafts=[draft])
    return book_id


@transaction.atomic
def open_next(*, actor: Actor, now: datetime, book_id: str) -> str:
    """Open the next year's budget with the tree of this one, without an amount yet, and return its id.

    Items that end before that year are left out.
    """
    book = get_book(book_id)
    year = book.fiscal_year + 1
    plan = BookPlan(
        series=book.series,
        name=book.name,
        fiscal_year=year,
        side=book.side,
        levels=book.levels,
        source=book.source,
        is_public=book.is_public,
    )
    items = [
        _plan_again(book, node)
        for node in list_items(book_id)[0]
        if node.ends_on is None or node.ends_on.year >= year
    ]
    return open_book(actor=actor, now=now, plan=plan, items=items)


def _plan_again(book: Book, node: Node) -> ItemPlan:
    named = dict(zip(node.path_levels, node.path, strict=True))
    return ItemPlan(
        names=tuple(named.get(level, "") for level in book.levels),
        agency_code=node.agency_code,
        purpose=node.purpose,
        ends_on=node.ends_on,
    )


def write_nodes(book: BookRow, planned: Sequence[PlannedNode]) -> None:
    """Write nodes, level by level, as each needs its parent's id."""
    by_depth: dict[int, list[PlannedNode]] = defaultdict(list)
    for node in planned:
        by_depth[node.path.count("\t") + bool(node.path)].append(node)
    ids: dict[str, int] = {}
    for depth in sorted(by_depth):
        rows = NodeRow.objects.bulk_create(
            [_make_row(book, node, ids) for node in by_depth[depth]], batch_size=BATCH
        )
        ids |= {row.code: row.pk for row in rows}


def _make_row(book: BookRow, node: PlannedNode, ids: dict[str, int]) -> NodeRow:
    return NodeRow(
        book=book,
        parent_id=None if node.parent_code is None else ids[node.parent_code],
        code=node.code,
        level=node.level,
        name=node.name,
        path=node.path,
        agency_code=node.agency_code,
        is_leaf=node.is_leaf,
        is_bound=node.is_leaf and book.side == Side.EXPENDITURE.value,
        purpose=node.purpose,
        ends_on=node.ends_on,
        proposed_krw=node.proposed_krw,
    )


def _refuse_twice(plan: BookPlan) -> Conflict:
    return Conflict(
        "budget.book_exists",
        f"{plan.fiscal_year}년 '{plan.name}' 예산이 이미 있습니다",
        f"the budget '{plan.name}' of {plan.fiscal_year} is here already",
        field="series",
    )


@transaction.atomic
def set_plan(*, actor: Actor, now: datetime, node_id: int, months_krw: Sequence[int]) -> None:
    """Write what a node is to have disbursed by the end of each of the twelve months."""
    node = get_node_row(node_id)
    require(actor, CHANGE, node.agency_code or "city")
    is_rising = all(0 <= one <= other for one, other in zip(months_krw, months_krw[1:], strict=False))
    if len(months_krw) != MONTHS or not is_rising:
        raise BadInput(
            "budget.plan",
            "열두 달의 누계가 필요하고, 누계는 줄어들 수 없습니다",
            "twelve cumulated amounts are needed, and they can't fall",
        )
    PlanRow.objects.bulk_create(
        [PlanRow(node=node, month=at, disbursed_krw=amount) for at, amount in enumerate(months_krw, 1)],
        update_conflicts=True,
        unique_fields=["node", "month"],
        update_fields=["disbursed_krw"],
    )
    record_audit(actor=actor, now=now, action="budget.plan", subject=f"{node.book_id}:{node.code}")


@transaction.atomic
def add_item(*, actor: Actor, now: datetime, book_id: str, item: ItemPlan) -> str:
    """Add an item without an amount to an open budget, with what is missing above it, and return its code.

    A project decided on in the middle of a year gets its place so, and its money by a supplementary budget or a
    transfer. It belongs to the agency of the nearest place above it that has one.

    Raises
    ------
    BadInput
        wrong names, or an item with an amount of its own above it
    Conflict
        the budget is closed, or has the item
    """
    book = lock_whole(book_id)
    if not book.is_open:
        raise Conflict("budget.closed", "마감한 예산입니다", "this budget is closed")
    names = tuple(" ".join(name.split()) for name in item.names)
    planned = plan_nodes(book.levels, [msgspec.structs.replace(item, names=names)], book.name)
    known = {
        row.path: row for row in NodeRow.objects.filter(book=book, path__in=[one.path for one in planned])
    }
    above = [known[one.path] for one in planned if one.path in known]
    agency = next((row.agency_code for row in reversed(above) if row.agency_code), "")
    if not agency and item.agency_code:
        agency = _find_agency(item.agency_code)
    require(actor, CHANGE, agency or "city")
    if len(above) == len(planned):
        raise Conflict(
            "budget.item_exists",
            "이 예산에 그 항목이 이미 있습니다",
            "this budget has the item already",
            field="names",
        )
    if above[-1].is_leaf:
        raise refuse_leaf(above[-1].name)
    parent = above[-1]
    for one in planned[len(above) :]:
        children = NodeRow.objects.filter(parent=parent).order_by("-code").values_list("code", flat=True)
        position = int(children[0].rpartition(".")[2]) + 1 if children else 1
        placed = one._replace(
            code=make_code(parent.code, position), parent_code=parent.code, agency_code=agency
        )
        parent = _make_row(book, placed, {parent.code: parent.pk})
        parent.save(force_insert=True)
    record_audit(actor=actor, now=now, action="budget.add_item", subject=f"{book_id}:{parent.code}")
    return parent.code


def _find_agency(code: str) -> str:
    """Return an agency's code; raises BadInput where nobody has it."""
    if code not in {one.code for one in list_agencies()}:
        raise BadInput(
            "budget.agency", "그런 기관이 없습니다", "there is no such agency", field="agency_code"
        )
    return code


@transaction.atomic
def close_book(*, actor: Actor, now: datetime, book_id: str, lapses: bool = False) -> None:
    """Close a year's budget: nothing is written into its ledger any more.

    Where commitments of an expenditure budget are neither paid nor carried over, that they lapse is to be said by
    `lapses`; Conflict without it.
    """
    require(actor, CHANGE, "city")
    book = lock_whole(book_id)
    if not book.is_open:
        raise Conflict("budget.closed", "마감한 예산입니다", "this budget is closed")
    open_krw = measure_lapsing(book_id)
    if open_krw and not lapses:
        raise Conflict(
            "budget.open_commitments",
            f"지급하지도 이월하지도 않은 원인행위가 {open_krw:,}원 있습니다. 지급·이월하거나, 불용으로 둔다고 밝혀 주세요",
            f"commitments of {open_krw:,} won are neither paid nor carried over: settle them, or say that they lapse",
            field="lapses",
        )
    book.is_open = False
    book.save(update_fields=["is_open"])
    record_audit(
        actor=actor,
        now=now,
        action="budget.close",
        subject=f"{book.series} {book.fiscal_year}",
        details={"lapsed_krw": open_krw},
    )
