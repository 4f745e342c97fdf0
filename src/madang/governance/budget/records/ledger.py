"""What crosses the borders of the ledger: books, nodes with their balances, entries and their lines.

Amounts are whole won (`_krw`), shares run from 0 to 1 (`_ratio`).
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text, read_pair

from . import LEVEL_NAMES, RevenueLevel


class Side(StrEnum):
    """Whether a book plans what is spent or what comes in."""

    EXPENDITURE = "expenditure"
    REVENUE = "revenue"


SIDE_NAMES = {
    Side.EXPENDITURE: Text(ko="세출", en="Expenditure"),
    Side.REVENUE: Text(ko="세입", en="Revenue"),
}


LEVEL_WORDS: dict[str, Text] = {
    "": Text(ko="전체", en="Whole"),
    **{level.value: name for level, name in LEVEL_NAMES.items()},
    RevenueLevel.CATEGORY.value: Text(ko="세입 구분", en="Category"),
    RevenueLevel.GROUP.value: Text(ko="관·항", en="Group"),
    RevenueLevel.KIND.value: Text(ko="목", en="Kind"),
    RevenueLevel.SOURCE.value: Text(ko="세부 세입", en="Source"),
}


class Account(StrEnum):
    """Ledger accounts of one item.

    Sources say where the item's money comes from (credit balances), uses where it is (debit balances). On the
    revenue side `outstanding` is levied and not yet received (징수결정), `disbursed` is received (수납).
    """

    ORIGINAL = "original"
    CARRIED_IN = "carried_in"
    TRANSFERRED = "transferred"
    SUPPLEMENTARY = "supplementary"
    AVAILABLE = "available"
    OUTSTANDING = "outstanding"
    DISBURSED = "disbursed"
    CARRIED_OUT = "carried_out"


SOURCES = (Account.ORIGINAL, Account.CARRIED_IN, Account.TRANSFERRED, Account.SUPPLEMENTARY)
USES = (Account.AVAILABLE, Account.OUTSTANDING, Account.DISBURSED, Account.CARRIED_OUT)

ACCOUNT_NAMES = {
    Account.ORIGINAL: Text(ko="당초예산", en="Original budget"),
    Account.CARRIED_IN: Text(ko="전년도 이월", en="Carried in"),
    Account.TRANSFERRED: Text(ko="이용·전용·이체", en="Transferred"),
    Account.SUPPLEMENTARY: Text(ko="추가경정", en="Supplementary"),
    Account.AVAILABLE: Text(ko="예산 잔액", en="Available"),
    Account.OUTSTANDING: Text(ko="원인행위 미지급", en="Committed, not yet paid"),
    Account.DISBURSED: Text(ko="지출", en="Disbursed"),
    Account.CARRIED_OUT: Text(ko="다음 해 이월", en="Carried out"),
}
REVENUE_ACCOUNT_NAMES = ACCOUNT_NAMES | {
    Account.AVAILABLE: Text(ko="아직 부과하지 않음", en="Not yet levied"),
    Account.OUTSTANDING: Text(ko="징수결정 미수납", en="Levied, not yet received"),
    Account.DISBURSED: Text(ko="수납", en="Received"),
}


class EntryKind(StrEnum):
    """What an entry of the ledger does."""

    ORIGINAL = "original"
    CARRIED_IN = "carried_in"
    SUPPLEMENTARY = "supplementary"
    TRANSFER = "transfer"
    COMMITMENT = "commitment"
    DISBURSEMENT = "disbursement"
    CARRIED_OUT = "carried_out"
    REVERSAL = "reversal"


CARRIED = frozenset({EntryKind.CARRIED_IN, EntryKind.CARRIED_OUT})
KIND_NAMES = {
    EntryKind.ORIGINAL: Text(ko="당초예산", en="Original budget"),
    EntryKind.CARRIED_IN: Text(ko="이월 받음", en="Carried in"),
    EntryKind.SUPPLEMENTARY: Text(ko="추가경정", en="Supplementary"),
    EntryKind.TRANSFER: Text(ko="이용·전용·이체", en="Transfer"),
    EntryKind.COMMITMENT: Text(ko="원인행위", en="Commitment"),
    EntryKind.DISBURSEMENT: Text(ko="지출", en="Disbursement"),
    EntryKind.CARRIED_OUT: Text(ko="이월 넘김", en="Carried out"),
    EntryKind.REVERSAL: Text(ko="취소 기입", en="Reversal"),
}
REVENUE_KIND_NAMES = KIND_NAMES | {
    EntryKind.COMMITMENT: Text(ko="징수결정", en="Levy"),
    EntryKind.DISBURSEMENT: Text(ko="수납", en="Receipt"),
}


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the ledger: one account of a node is debited and another credited by the same amount, above 0."""

    node_id: int
    debit: Account
    credit: Account
    amount_krw: int


class Draft(msgspec.Struct, kw_only=True):
    """An entry to be written. `settles` and `reverses` are ids of earlier entries."""

    kind: EntryKind
    booked_on: date
    moves: tuple[Move, ...]
    note: str
    legal_ground: str = ""
    settles: int | None = None
    reverses: int | None = None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What a node's accounts hold: the sums of all lines below it."""

    original_krw: int = 0
    carried_in_krw: int = 0
    transferred_krw: int = 0
    supplementary_krw: int = 0
    available_krw: int = 0
    outstanding_krw: int = 0
    disbursed_krw: int = 0
    carried_out_krw: int = 0

    @property
    def current_budget_krw(self) -> int:
        """예산현액: original, carried in, transferred and supplementary together."""
        return self.original_krw + self.carried_in_krw + self.transferred_krw + self.supplementary_krw

    @property
    def committed_krw(self) -> int:
        """원인행위액: what was committed, paid or not."""
        return self.outstanding_krw + self.disbursed_krw

    @property
    def commitment_ratio(self) -> float | None:
        """Committed of the current budget; None without a budget."""
        return self.committed_krw / self.current_budget_krw if self.current_budget_krw else None

    @property
    def disbursement_ratio(self) -> float | None:
        """Disbursed of the current budget; None without a budget."""
        return self.disbursed_krw / self.current_budget_krw if self.current_budget_krw else None


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """One budget of one fiscal year. Books of a `series` follow each other from year to year."""

    id: str
    series: str
    name: str
    fiscal_year: int
    side: Side
    levels: tuple[str, ...]
    is_open: bool
    is_public: bool
    source: str

    @property
    def is_simulated(self) -> bool:
        """Whether the figures are made up, wholly or in part."""
        return "simulated" in self.source

    @property
    def told_source(self) -> Text:
        """The source, in both languages where it was written so."""
        return read_pair(self.source)


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One node of a budget's tree. `code` is its place: four digits a level, joined by dots; "" is the root.

    `path` has the names from the top down to it, `path_levels` what each of them is.
    """

    id: int
    book_id: str
    code: str
    level: str
    name: str
    path: tuple[str, ...]
    path_levels: tuple[str, ...]
    agency_code: str
    is_leaf: bool
    purpose: str
    ends_on: date | None
    proposed_krw: int
    balance: Balance

    @property
    def depth(self) -> int:
        """How many levels it lies below the root."""
        return len(self.path)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the ledger with what its entry says."""

    id: int
    entry_id: int
    booked_on: date
    kind: EntryKind
    node_id: int
    node_code: str
    node_name: str
    node_path: tuple[str, ...]
    debit: Account
    credit: Account
    amount_krw: int
    note: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the ledger with its lines. `open_krw` is what of a commitment is neither paid nor reversed."""

    id: int
    book_id: str
    kind: EntryKind
    booked_on: date
    recorded_at: datetime
    recorded_by: str
    note: str
    legal_ground: str
    amount_krw: int
    settles: int | None
    reverses: int | None
    reversed_by: int | None
    open_krw: int
    lines: tuple[Line, ...]


class MonthAmounts(msgspec.Struct, frozen=True, kw_only=True):
    """What was booked on a node in each month: (12,) each, won."""

    appropriated_krw: tuple[int, ...]
    committed_krw: tuple[int, ...]
    disbursed_krw: tuple[int, ...]


class LedgerFault(msgspec.Struct, frozen=True, kw_only=True):
    """A node whose kept sums aren't those of its ledger lines."""

    node_id: int
    account: str
    kept_krw: int
    summed_krw: int


class BookPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a new book is: its items are opened with it."""

    series: str
    name: str
    fiscal_year: int
    side: Side
    levels: tuple[str, ...]
    source: str
    is_public: bool = True


class ItemPlan(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a new book: its names along the book's levels, "" where it belongs to none."""

    names: tuple[str, ...]
    agency_code: str = ""
    purpose: str = ""
    ends_on: date | None = None
    proposed_krw: int = 0
