"""What an entry moves between accounts, and what that does to a node and all above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from madang.governance.budget.records.ledger import SOURCES, USES, Account, EntryKind, Move

ACCOUNTS_OF = {
    EntryKind.ORIGINAL: (Account.AVAILABLE, Account.ORIGINAL),
    EntryKind.CARRIED_IN: (Account.AVAILABLE, Account.CARRIED_IN),
    EntryKind.SUPPLEMENTARY: (Account.AVAILABLE, Account.SUPPLEMENTARY),
    EntryKind.TRANSFER: (Account.AVAILABLE, Account.TRANSFERRED),
    EntryKind.COMMITMENT: (Account.OUTSTANDING, Account.AVAILABLE),
    EntryKind.DISBURSEMENT: (Account.DISBURSED, Account.OUTSTANDING),
}
"""(debited, credited) where the amount is above 0. What is carried out leaves either account it was left in."""
Deltas = dict[Account, int]


def make_move(kind: EntryKind, node_id: int, amount_krw: int) -> Move:
    """Return the line that an entry of `kind` writes on a node; an amount below 0 turns the sides."""
    debit, credit = ACCOUNTS_OF[kind]
    if amount_krw < 0:
        debit, credit = credit, debit
    return Move(node_id=node_id, debit=debit, credit=credit, amount_krw=abs(amount_krw))


def reverse_moves(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Return lines that undo `moves`: the same amounts with the sides turned."""
    return tuple(
        Move(node_id=one.node_id, debit=one.credit, credit=one.debit, amount_krw=one.amount_krw)
        for one in moves
    )


def weigh_move(move: Move) -> Deltas:
    """Return what a line adds to each of its two accounts: uses grow by debits, sources by credits."""
    deltas: Deltas = defaultdict(int)
    deltas[move.debit] += move.amount_krw if move.debit in USES else -move.amount_krw
    deltas[move.credit] += move.amount_krw if move.credit in SOURCES else -move.amount_krw
    return deltas


def sum_moves(moves: Iterable[Move]) -> dict[int, Deltas]:
    """Return what lines add to the accounts of each node they stand on."""
    sums: dict[int, Deltas] = defaultdict(lambda: defaultdict(int))
    for move in moves:
        for account, amount in weigh_move(move).items():
            sums[move.node_id][account] += amount
    return sums


def list_ancestors(code: str) -> tuple[str, ...]:
    """Return the codes of a node and of all above it, the root "" first."""
    parts = code.split(".") if code else []
    return ("", *(".".join(parts[: at + 1]) for at in range(len(parts))))


def make_code(parent_code: str, position: int) -> str:
    """Return the code of the child at `position` (from 1) below a node."""
    return f"{parent_code}.{position:04d}" if parent_code else f"{position:04d}"
