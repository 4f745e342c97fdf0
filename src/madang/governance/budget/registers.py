"""Public budgets as open data: expenditure, revenue, and transfers."""

from __future__ import annotations

from collections.abc import Iterator

from madang.core.base.interface import (
    Column,
    ColumnType,
    Register,
    Table,
    TableKind,
    Text,
    declare_column,
)

from .queries.ledger import get_version, list_transfers
from .queries.names import Names, read_names
from .queries.nodes import list_books, list_items
from .records import Level
from .records.ledger import Book, Node, RevenueLevel, Side

MOST = 100_000
AMOUNTS = (
    ("original_krw", "당초예산", "Original budget"),
    ("carried_in_krw", "전년도 이월", "Carried in"),
    ("transferred_krw", "이용·전용·이체", "Transferred"),
    ("supplementary_krw", "추가경정", "Supplementary"),
    ("current_budget_krw", "예산현액", "Current budget"),
)


def declare_names(name: str, ko: str, en: str) -> tuple[Column, Column]:
    """Return the columns of a name in Korean and, where somebody wrote it, in English."""
    return declare_column(name, ko, en), declare_column(f"{name}_en", f"{ko} (영어)", f"{en} (English)")


HEAD = (
    declare_column("id", "번호", "Number", required=True),
    declare_column("fiscal_year", "회계연도", "Fiscal year", ColumnType.INTEGER),
    *declare_names("budget", "예산", "Budget"),
)
TAIL = (declare_column("source", "출처", "Source"),)


def _amount(name: str, ko: str, en: str) -> Column:
    return declare_column(name, ko, en, ColumnType.INTEGER, "KRW")


def _declare(name: str, title: Text, description: Text, columns: tuple[Column, ...]) -> Table:
    return Table(
        name=name,
        title=title,
        description=description,
        kind=TableKind.REGISTER,
        key=("id",),
        freshness_promise_s=600,
        licence="KOGL-1",
        aggregated=True,
        columns=(*HEAD, *columns, *TAIL),
    )


EXPENDITURE = _declare(
    "budget_expenditure",
    Text(ko="세출 예산과 집행", en="Expenditure: budget and execution"),
    Text(
        ko="공개한 세출예산의 항목별 예산현액, 원인행위액, 지출액",
        en="Current budget, commitments and disbursements of each item of public budgets",
    ),
    (
        *declare_names("organization", "소관", "Organisation"),
        *declare_names("account", "회계", "Account"),
        *declare_names("project", "세부사업", "Project"),
        *declare_names("item", "항목", "Item"),
        *(_amount(*one) for one in AMOUNTS),
        _amount("committed_krw", "원인행위액", "Committed"),
        _amount("disbursed_krw", "지출액", "Disbursed"),
        _amount("available_krw", "잔액", "Available"),
    ),
)
REVENUE = _declare(
    "budget_revenue",
    Text(ko="세입 예산과 징수", en="Revenue: budget and receipts"),
    Text(
        ko="공개한 세입예산의 종류별 예산현액, 징수결정액, 수납액",
        en="Budget, levies and receipts of each kind of revenue of public budgets",
    ),
    (
        *declare_names("category", "세입 구분", "Category"),
        *declare_names("group", "관·항", "Group"),
        *declare_names("kind", "목", "Kind"),
        *declare_names("revenue_source", "세부 세입", "Revenue source"),
        _amount("current_budget_krw", "예산현액", "Current budget"),
        _amount("levied_krw", "징수결정액", "Levied"),
        _amount("received_krw", "수납액", "Received"),
    ),
)
TRANSFERS = _declare(
    "budget_transfers",
    Text(ko="예산의 이용·전용·이체", en="Transfers between budget items"),
    Text(
        ko="공개한 예산에서 옮긴 금액과 법적 근거",
        en="Amounts moved within public budgets, and their legal grounds",
    ),
    (
        declare_column("booked_on", "날짜", "Day", ColumnType.DATE),
        *declare_names("place", "항목", "Item"),
        _amount("amount_krw", "받은 금액(보낸 금액은 음수)", "Amount received (given: below 0)"),
        declare_column("legal_ground", "법적 근거", "Legal ground"),
    ),
)


def _list_public(side: Side) -> Iterator[tuple[Book, Node, dict[str, str]]]:
    for book in list_books(side=side, public_only=True):
        for node in list_items(book.id)[0]:
            yield book, node, dict(zip(node.path_levels, node.path, strict=True))


def _head(book: Book, node: Node) -> dict[str, object]:
    return {"id": f"{book.id}:{node.code}", "fiscal_year": book.fiscal_year, "source": book.source}


def _name(names: Names, said: dict[str, str]) -> dict[str, object]:
    """Return names with their English beside them."""
    return {**said, **{f"{column}_en": names.find(name) for column, name in said.items()}}


def list_expenditure() -> Iterator[dict[str, object]]:
    """Yield one row an item."""
    names = read_names()
    for book, node, named in _list_public(Side.EXPENDITURE):
        balance = node.balance
        said = {"budget": book.name, "item": node.name} | {
            one.value: named.get(one.value, "") for one in (Level.ORGANIZATION, Level.ACCOUNT, Level.PROJECT)
        }
        amounts = {name: getattr(balance, name) for name, _, _ in AMOUNTS}
        spent = {name: getattr(balance, name) for name in ("committed_krw", "disbursed_krw", "available_krw")}
        yield _head(book, node) | _name(names, said) | amounts | spent


def list_revenue() -> Iterator[dict[str, object]]:
    """Yield one row a source of revenue."""
    names = read_names()
    levels = (RevenueLevel.CATEGORY, RevenueLevel.GROUP, RevenueLevel.KIND)
    for book, node, named in _list_public(Side.REVENUE):
        said = {"budget": book.name, "revenue_source": node.name}
        said |= {one.value: named.get(one.value, "") for one in levels}
        yield (
            _head(book, node)
            | _name(names, said)
            | {
                "current_budget_krw": node.balance.current_budget_krw,
                "levied_krw": node.balance.committed_krw,
                "received_krw": node.balance.disbursed_krw,
            }
        )


def list_moves() -> Iterator[dict[str, object]]:
    """Yield one row a side of a transfer that was not reversed."""
    names = read_names()
    for book in list_books(public_only=True):
        for entry in list_transfers(book.id, limit=MOST)[0]:
            for line in entry.lines if entry.reversed_by is None else ():
                yield {
                    "id": f"{line.id}",
                    "fiscal_year": book.fiscal_year,
                    "budget": book.name,
                    "budget_en": names.find(book.name),
                    "booked_on": entry.booked_on,
                    "place": " › ".join(line.node_path),
                    "place_en": names.join(line.node_path).en,
                    "amount_krw": line.amount_krw if line.debit == "available" else -line.amount_krw,
                    "legal_ground": entry.legal_ground,
                    "source": book.source,
                }


REGISTERS = [
    Register(table=EXPENDITURE, rows=list_expenditure, version=get_version),
    Register(table=REVENUE, rows=list_revenue, version=get_version),
    Register(table=TRANSFERS, rows=list_moves, version=get_version),
]
