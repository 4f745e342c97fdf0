"""The one way into the ledger: entries, their lines, and the kept sums of all nodes above, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotFound
from madang.governance.budget.methods.amount import LARGEST_KRW
from madang.governance.budget.methods.posting import Deltas, list_ancestors, sum_moves
from madang.governance.budget.models import BookRow, EntryRow, LineRow, MonthRow, NodeRow, ReferenceRow
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.records.ledger import SOURCES, Account, Draft

BATCH = 1000
FEW = 400
LARGEST_SUM_KRW = 10 * LARGEST_KRW
KEPT = tuple(Account)


@transaction.atomic
def post(*, actor: Actor, now: datetime, book_id: str, drafts: Sequence[Draft]) -> list[int]:
    """Write entries into one book's ledger and return their ids; who may do so is for the caller to ask.

    The rows of all nodes concerned are locked in one order before anything is judged, so that two who want the
    same money come one after the other.

    Raises
    ------
    BadInput
        an entry outside the book's fiscal year, or with no line
    Conflict
        the book is closed, or an item would have less than nothing available, outstanding or disbursed
    """
    sums = sum_moves(move for draft in drafts for move in draft.moves)
    nodes = _lock_nodes(book_id, sums)
    book = BookRow.objects.get(pk=book_id)
    _refuse_drafts(book, drafts)
    _refuse_shortage(nodes, sums)
    entries = _write_entries(actor, now, book, drafts)
    by_code = {node.code: node.id for node in nodes.values()}
    _add_sums(nodes, by_code, sums)
    _add_months(nodes, by_code, drafts)
    return [entry.pk for entry in entries]


def lock_whole(book_id: str) -> BookRow:
    """Return a book whose ledger nobody else writes until this transaction ends; raises NotFound."""
    if NodeRow.objects.select_for_update().filter(book_id=book_id, code="").first() is None:
        raise NotFound("budget.book", "그런 예산이 없습니다", "there is no such budget")
    return BookRow.objects.get(pk=book_id)


def post_once(*, actor: Actor, now: datetime, book_id: str, draft: Draft, reference: str) -> tuple[int, bool]:
    """Write one entry and return its id with True; with False the one that was written under `reference` before.

    The ledger is to be locked; who may write is for the caller to ask.
    """
    done = find_written(book_id, draft, reference)
    if done:
        return done, False
    (entry_id,) = post(actor=actor, now=now, book_id=book_id, drafts=[draft])
    if reference:
        ReferenceRow.objects.create(book_id=book_id, reference=reference, entry_id=entry_id)
    return entry_id, True


def find_written(book_id: str, draft: Draft, reference: str) -> int:
    """Return the entry that was written under `reference`, 0 for none; raise Conflict where it says something else."""
    row = ReferenceRow.objects.filter(book_id=book_id, reference=reference).select_related("entry").first()
    if row is None or not reference:
        return 0
    before = row.entry
    said = (before.kind, before.booked_on, before.settles_id, before.reverses_id)
    lines = sorted(before.lines.values_list("node_id", "debit", "credit", "amount_krw"))
    moves = sorted((one.node_id, one.debit.value, one.credit.value, one.amount_krw) for one in draft.moves)
    if said != (draft.kind.value, draft.booked_on, draft.settles, draft.reverses) or lines != moves:
        raise Conflict(
            "budget.reference",
            f"번호 {reference}로 다른 것을 이미 적었습니다 (기입 {before.pk})",
            f"something else was written under {reference} (entry {before.pk})",
            field="reference",
        )
    return before.pk


def require_words(field: str, text: str) -> None:
    """Raise BadInput where a note or a reason says nothing."""
    if not text.strip():
        raise BadInput(
            f"budget.{field}", "무엇을 왜 적는지 써 주세요", "say what is written, and why", field=field
        )


def _lock_nodes(book_id: str, sums: dict[int, Deltas]) -> dict[int, NodeRow]:
    """Return the nodes with lines and all above them, locked in the order of their ids."""
    rows = NodeRow.objects.filter(book_id=book_id)
    if len(sums) <= FEW:
        leaves = rows.filter(pk__in=list(sums)).values_list("code", flat=True)
        rows = rows.filter(code__in={one for code in leaves for one in list_ancestors(code)})
    nodes = {node.pk: node for node in rows.select_for_update().order_by("pk")}
    if not nodes.keys() >= sums.keys() or not all(nodes[pk].is_leaf for pk in sums):
        raise NotFound("budget.node", "이 예산에 그런 항목이 없습니다", "this budget has no such item")
    return nodes


def _refuse_drafts(book: BookRow, drafts: Sequence[Draft]) -> None:
    if not book.is_open:
        raise Conflict("budget.closed", "마감한 예산입니다", "this budget is closed")
    for draft in drafts:
        if draft.booked_on.year != book.fiscal_year:
            raise BadInput(
                "budget.year",
                f"{book.fiscal_year}회계연도의 날짜가 아닙니다",
                f"the day isn't in the fiscal year {book.fiscal_year}",
                field="booked_on",
            )
        if not draft.moves or any(one.amount_krw <= 0 for one in draft.moves):
            raise BadInput(
                "budget.amount", "금액은 0보다 커야 합니다", "an amount is above 0", field="amount_krw"
            )
    amounts = [one.amount_krw for draft in drafts for one in draft.moves]
    if max(amounts, default=0) >= LARGEST_KRW or sum(amounts) >= LARGEST_SUM_KRW:
        raise BadInput("budget.too_large", "금액이 너무 큽니다", "an amount is too large", field="amount_krw")


def _refuse_shortage(nodes: dict[int, NodeRow], sums: dict[int, Deltas]) -> None:
    for pk, deltas in sums.items():
        node = nodes[pk]
        for account in (Account.AVAILABLE, Account.OUTSTANDING, Account.DISBURSED):
            held, wanted = getattr(node, f"{account}_krw"), -deltas.get(account, 0)
            if node.is_bound and wanted > held:
                name = read_names().say(node.name)
                raise Conflict(
                    f"budget.short_{account}",
                    f"'{name.ko}'에 남은 금액은 {held:,}원인데 {wanted:,}원이 필요합니다",
                    f"'{name.en}' has {held:,} won left and {wanted:,} are wanted",
                    field="amount_krw",
                )


def _write_entries(actor: Actor, now: datetime, book: BookRow, drafts: Sequence[Draft]) -> list[EntryRow]:
    entries = EntryRow.objects.bulk_create(
        [
            EntryRow(
                book=book,
                kind=draft.kind.value,
                booked_on=draft.booked_on,
                recorded_at=now,
                recorded_by=actor.name,
                note=draft.note,
                legal_ground=draft.legal_ground,
                amount_krw=_measure(draft),
                settles_id=draft.settles,
                reverses_id=draft.reverses,
            )
            for draft in drafts
        ],
        batch_size=BATCH,
    )
    LineRow.objects.bulk_create(
        [
            LineRow(
                entry=entry,
                node_id=move.node_id,
                debit=move.debit.value,
                credit=move.credit.value,
                amount_krw=move.amount_krw,
            )
            for entry, draft in zip(entries, drafts, strict=True)
            for move in draft.moves
        ],
        batch_size=BATCH,
    )
    return entries


def _measure(draft: Draft) -> int:
    """Return an entry's amount: what it moves; of a transfer, what arrives."""
    arriving = sum(one.amount_krw for one in draft.moves if one.credit is Account.TRANSFERRED)
    return arriving or sum(one.amount_krw for one in draft.moves)


def _add_sums(nodes: dict[int, NodeRow], by_code: dict[str, int], sums: dict[int, Deltas]) -> None:
    """Add to the kept sums in the database, not to what was read: the constraints judge the result."""
    totals: dict[int, dict[Account, int]] = defaultdict(lambda: defaultdict(int))
    for pk, deltas in sums.items():
        for code in list_ancestors(nodes[pk].code):
            for account, amount in deltas.items():
                totals[by_code[code]][account] += amount
    adding = ", ".join(f"{account}_krw = {account}_krw + %s" for account in KEPT)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {NodeRow._meta.db_table} SET {adding} WHERE id = %s",  # noqa: S608 (names of our own)
            [[*(deltas.get(one, 0) for one in KEPT), pk] for pk, deltas in sorted(totals.items())],
        )


def _add_months(nodes: dict[int, NodeRow], by_code: dict[str, int], drafts: Sequence[Draft]) -> None:
    totals: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    by_month: dict[int, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_month[draft.booked_on.month].append(draft)
    for month, of_month in by_month.items():
        for pk, deltas in sum_moves(move for draft in of_month for move in draft.moves).items():
            appropriated = sum(deltas.get(one, 0) for one in SOURCES)
            disbursed = deltas.get(Account.DISBURSED, 0)
            committed = deltas.get(Account.OUTSTANDING, 0) + disbursed
            for code in list_ancestors(nodes[pk].code):
                row = totals[by_code[code], month]
                row[0] += appropriated
                row[1] += committed
                row[2] += disbursed
    table = MonthRow._meta.db_table
    names = ("appropriated_krw", "committed_krw", "disbursed_krw")
    adding = ", ".join(f"{one} = {table}.{one} + excluded.{one}" for one in names)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} (node_id, month, {', '.join(names)}) VALUES (%s, %s, %s, %s, %s) "  # noqa: S608
            f"ON CONFLICT (node_id, month) DO UPDATE SET {adding}",
            [[pk, month, *row] for (pk, month), row in sorted(totals.items())],
        )
