"""Books, and their nodes with what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from madang.core.base.interface import NotFound
from madang.governance.budget.methods.posting import list_ancestors
from madang.governance.budget.models import BookRow, MonthRow, NodeRow, PlanRow
from madang.governance.budget.records import BudgetLine, Level, Measure
from madang.governance.budget.records.ledger import Account, Balance, Book, MonthAmounts, Node, Side

from .names import find_in_path

MONTHS = range(1, 13)
SORTABLE = ("name", "code", "original_krw", "disbursed_krw", "available_krw", "outstanding_krw")


def list_books(*, side: Side | None = None, public_only: bool = False) -> tuple[Book, ...]:
    """Return budgets, the newest year first."""
    rows = BookRow.objects.order_by("-fiscal_year", "series")
    if side is not None:
        rows = rows.filter(side=side.value)
    if public_only:
        rows = rows.filter(is_public=True)
    return tuple(map(read_book, rows))


def find_current_book(today: date, *, side: Side | None = None, public_only: bool = False) -> Book | None:
    """Return the budget in force: open and of the newest year up to today's, public and expenditure before others."""
    books = [one for one in list_books(side=side, public_only=public_only) if one.fiscal_year <= today.year]
    return max(
        reversed(books),
        key=lambda one: (one.is_public, one.is_open, one.fiscal_year, one.side is Side.EXPENDITURE),
        default=None,
    )


def get_book(book_id: str) -> Book:
    """Return one budget; raises NotFound."""
    row = BookRow.objects.filter(pk=book_id).first()
    if row is None:
        raise NotFound("budget.book", "그런 예산이 없습니다", "there is no such budget")
    return read_book(row)


def has_next(book: Book) -> bool:
    """Say whether the next year's budget of the same series is open."""
    return BookRow.objects.filter(series=book.series, fiscal_year=book.fiscal_year + 1).exists()


def measure_lapsing(book_id: str) -> int:
    """Return what is committed of an expenditure budget and neither paid nor carried over; 0 for revenue."""
    root = NodeRow.objects.filter(book_id=book_id, code="", book__side=Side.EXPENDITURE.value)
    return root.values_list("outstanding_krw", flat=True).first() or 0


def read_book(row: BookRow) -> Book:
    """Return the record of a row."""
    return Book(
        id=row.pk,
        series=row.series,
        name=row.name,
        fiscal_year=row.fiscal_year,
        side=Side(row.side),
        levels=tuple(row.levels),
        is_open=row.is_open,
        is_public=row.is_public,
        source=row.source,
    )


def get_node_row(node_id: int) -> NodeRow:
    """Return one node's row with its book; raises NotFound."""
    row = NodeRow.objects.select_related("book").filter(pk=node_id).first()
    if row is None:
        raise NotFound("budget.node", "그런 예산 항목이 없습니다", "there is no such budget item")
    return row


def get_node(book_id: str, code: str = "") -> Node:
    """Return one node, the root where `code` is ""; raises NotFound."""
    row = NodeRow.objects.filter(book_id=book_id, code=code).first()
    if row is None:
        raise NotFound("budget.node", "그런 예산 항목이 없습니다", "there is no such budget item")
    return read_node(row)


def list_children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below one, in the budget's order."""
    return tuple(map(read_node, NodeRow.objects.filter(parent_id=node.id).order_by("code")))


def list_above(node: Node) -> tuple[Node, ...]:
    """Return the nodes above one, the root first."""
    codes = list_ancestors(node.code)[:-1]
    return tuple(
        map(read_node, NodeRow.objects.filter(book_id=node.book_id, code__in=codes).order_by("code"))
    )


def list_items(
    book_id: str,
    *,
    below: str = "",
    search: str = "",
    level: str = "",
    sort: str = "code",
    offset: int = 0,
    limit: int | None = None,
) -> tuple[tuple[Node, ...], int]:
    """Return the leaves of a book (or its nodes of one level) with their number."""
    rows = NodeRow.objects.filter(book_id=book_id)
    rows = rows.filter(level=level) if level else rows.filter(is_leaf=True)
    if below:
        rows = rows.filter(Q(code=below) | Q(code__startswith=f"{below}."))
    if search:
        rows = rows.filter(find_in_path(search))
    name = sort.removeprefix("-")
    rows = rows.order_by(sort if name in SORTABLE else "code", "code")
    chosen = rows[offset : None if limit is None else offset + limit]
    return tuple(map(read_node, chosen)), rows.count()


def list_named(book_id: str) -> dict[str, Node]:
    """Return every node of a book by its path."""
    return {row.path: read_node(row) for row in NodeRow.objects.filter(book_id=book_id).order_by("code")}


def get_months(node_id: int) -> MonthAmounts:
    """Return what was booked on a node in each month."""
    return list_months([node_id])[node_id]


def list_months(node_ids: Iterable[int]) -> dict[int, MonthAmounts]:
    """Return what was booked on each node in each month."""
    ids = list(node_ids)
    zeros: dict[int, dict[int, Sequence[int]]] = {one: {} for one in ids}
    rows = MonthRow.objects.filter(node_id__in=ids)
    for pk, month, *amounts in rows.values_list(
        "node_id", "month", "appropriated_krw", "committed_krw", "disbursed_krw"
    ):
        zeros[pk][month] = amounts
    return {pk: _read_months(of_node) for pk, of_node in zeros.items()}


def _read_months(of_node: dict[int, Sequence[int]]) -> MonthAmounts:
    rows = [of_node.get(month, (0, 0, 0)) for month in MONTHS]
    appropriated, committed, disbursed = (tuple(column) for column in zip(*rows, strict=True))
    return MonthAmounts(appropriated_krw=appropriated, committed_krw=committed, disbursed_krw=disbursed)


def get_plan(node_id: int) -> tuple[int, ...]:
    """Return the cumulated plan of a node's twelve months; () where it has none."""
    rows = PlanRow.objects.filter(node_id=node_id).order_by("month")
    return tuple(rows.values_list("disbursed_krw", flat=True))


def read_node(row: NodeRow) -> Node:
    """Return the record of a row."""
    return Node(
        id=row.pk,
        book_id=row.book_id,
        code=row.code,
        level=row.level,
        name=row.name,
        path=split_path(row.path),
        path_levels=tuple(part.partition(":")[0] for part in row.path.split("\t")) if row.path else (),
        agency_code=row.agency_code,
        is_leaf=row.is_leaf,
        purpose=row.purpose,
        ends_on=row.ends_on,
        proposed_krw=row.proposed_krw,
        balance=Balance(**{f"{one}_krw": getattr(row, f"{one}_krw") for one in Account}),
    )


def split_path(path: str) -> tuple[str, ...]:
    """Return the names along a kept path."""
    return tuple(part.partition(":")[2] for part in path.split("\t")) if path else ()


def find_before(book: Book, node: Node) -> dict[tuple[str, ...], int]:
    """Return the current budgets of a node's children in the year before, by their names; {} without that year."""
    path = NodeRow.objects.values_list("path", flat=True).get(pk=node.id)
    rows = NodeRow.objects.filter(
        book__series=book.series, book__fiscal_year=book.fiscal_year - 1, parent__path=path
    )
    return {one.path: one.balance.current_budget_krw for one in map(read_node, rows)}


def list_budget_lines(book_id: str) -> tuple[BudgetLine, ...]:
    """Return the leaves of a book as lines of a budget table, with every level and measure the book has."""
    book = get_book(book_id)
    levels = [Level(one) for one in book.levels if one in set(Level)]
    rows = NodeRow.objects.filter(book_id=book_id, is_leaf=True).order_by("code")
    return tuple(_read_budget_line(book, levels, at, row) for at, row in enumerate(rows, 1))


def _read_budget_line(book: Book, levels: Sequence[Level], at: int, row: NodeRow) -> BudgetLine:
    node = read_node(row)
    named, balance = dict(zip(node.path_levels, node.path, strict=True)), node.balance
    amounts: dict[Measure, int | None] = {
        one: getattr(balance, one.value) for one in Measure if one is not Measure.PROPOSED
    }
    return BudgetLine(
        row=at,
        fiscal_year=book.fiscal_year,
        names={level: named.get(level.value, "") for level in levels},
        amounts={Measure.PROPOSED: row.proposed_krw, **amounts},
    )
