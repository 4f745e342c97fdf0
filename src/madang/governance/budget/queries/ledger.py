"""Entries and lines of the ledger, and whether the kept sums are theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from madang.core.base.interface import NotFound
from madang.governance.budget.methods.posting import list_ancestors
from madang.governance.budget.models import EntryRow, LineRow, NodeRow
from madang.governance.budget.records.ledger import (
    SOURCES,
    USES,
    Account,
    Entry,
    EntryKind,
    LedgerFault,
    Line,
)

from .names import find_in_path, get_names_version
from .nodes import split_path

SORTS = {"booked_on": "entry__booked_on", "amount_krw": "amount_krw", "id": "id"}


def get_entry(entry_id: int) -> Entry:
    """Return one entry with its lines; raises NotFound."""
    row = _select_entries(EntryRow.objects.filter(pk=entry_id)).first()
    if row is None:
        raise NotFound("budget.entry", "그런 장부 기입이 없습니다", "there is no such entry")
    return _read_entry(row, measure_open(row.pk) if row.kind == EntryKind.COMMITMENT.value else 0)


def measure_open(entry_id: int) -> int:
    """Return what of a commitment is neither paid, carried over nor reversed."""
    row = EntryRow.objects.filter(pk=entry_id).values("amount_krw", "reversed_by").first()
    if row is None or row["reversed_by"] is not None:
        return 0
    settled = EntryRow.objects.filter(settles_id=entry_id, reversed_by__isnull=True)
    return row["amount_krw"] - (settled.aggregate(sum=Sum("amount_krw"))["sum"] or 0)


def list_open_commitments(node_id: int) -> tuple[Entry, ...]:
    """Return an item's commitments that are neither wholly paid nor reversed, oldest first."""
    rows = EntryRow.objects.filter(
        lines__node_id=node_id, kind=EntryKind.COMMITMENT.value, reversed_by__isnull=True
    )
    paid = Coalesce(Sum("settled_by__amount_krw", filter=Q(settled_by__reversed_by__isnull=True)), 0)
    rows = rows.annotate(open=F("amount_krw") - paid).filter(open__gt=0).order_by("pk")
    return tuple(_read_entry(row, row.open) for row in _select_entries(rows))


def list_settling(entry_id: int) -> tuple[Entry, ...]:
    """Return the entries that pay or carry over a commitment."""
    rows = EntryRow.objects.filter(settles_id=entry_id).order_by("pk")
    return tuple(_read_entry(row) for row in _select_entries(rows))


def list_lines(
    book_id: str,
    *,
    below: str = "",
    search: str = "",
    kind: str = "",
    sort: str = "-booked_on",
    offset: int = 0,
    limit: int = 50,
) -> tuple[Sequence[Line], int]:
    """Return lines of a book (below one node) with their number, newest first unless sorted otherwise."""
    rows = _select_lines(book_id, below)
    if kind:
        rows = rows.filter(entry__kind=kind)
    if search:
        rows = rows.filter(Q(entry__note__icontains=search) | find_in_path(search, "node__path"))
    name = SORTS.get(sort.removeprefix("-"), "id")
    rows = rows.select_related("entry", "node").order_by(f"-{name}" if sort.startswith("-") else name, "-id")
    return [_read_line(row) for row in rows[offset : offset + limit]], rows.count()


def list_transfers(
    book_id: str, *, search: str = "", offset: int = 0, limit: int = 50
) -> tuple[tuple[Entry, ...], int]:
    """Return the transfers of a book, newest first."""
    rows = EntryRow.objects.filter(book_id=book_id, kind=EntryKind.TRANSFER.value)
    if search:
        rows = rows.filter(Q(legal_ground__icontains=search) | Q(note__icontains=search))
    chosen = _select_entries(rows.order_by("-booked_on", "-pk"))[offset : offset + limit]
    return tuple(_read_entry(row) for row in chosen), rows.count()


def sum_late_money(book_id: str, since: date) -> dict[int, int]:
    """Return what supplementary budgets and transfers have added to each item since a day."""
    rows = LineRow.objects.filter(
        entry__book_id=book_id,
        entry__booked_on__gte=since,
        entry__kind__in=[EntryKind.SUPPLEMENTARY.value, EntryKind.TRANSFER.value],
        debit=Account.AVAILABLE.value,
    )
    return dict(rows.values_list("node_id").annotate(sum=Sum("amount_krw")))


def get_version() -> object:
    """Return what differs after every change of the ledger, of the books or of an English name."""
    last = LineRow.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0, NodeRow.objects.count(), get_names_version()


def find_ledger_faults(book_id: str) -> tuple[LedgerFault, ...]:
    """Sum the whole ledger of a book anew, and return where a node's kept sums differ; () proves them."""
    nodes = {row.pk: row for row in NodeRow.objects.filter(book_id=book_id)}
    by_code = {row.code: row.pk for row in nodes.values()}
    summed: dict[tuple[int, str], int] = defaultdict(int)
    for side in ("debit", "credit"):
        rows = LineRow.objects.filter(entry__book_id=book_id).order_by()
        for pk, account, amount in rows.values_list("node_id", side).annotate(sum=Sum("amount_krw")):
            grows = Account(account) in (USES if side == "debit" else SOURCES)
            for code in list_ancestors(nodes[pk].code):
                summed[by_code[code], account] += amount if grows else -amount
    return tuple(
        LedgerFault(node_id=pk, account=account.value, kept_krw=kept, summed_krw=summed[pk, account.value])
        for pk, row in nodes.items()
        for account in Account
        if (kept := getattr(row, f"{account}_krw")) != summed[pk, account.value]
    )


def _select_lines(book_id: str, below: str) -> QuerySet[LineRow]:
    if not below:
        return LineRow.objects.filter(entry__book_id=book_id)
    nodes = NodeRow.objects.filter(book_id=book_id).filter(Q(code=below) | Q(code__startswith=f"{below}."))
    return LineRow.objects.filter(node_id__in=nodes.filter(is_leaf=True).values("pk"))


def _select_entries(rows: QuerySet[EntryRow]) -> QuerySet[EntryRow]:
    lines = LineRow.objects.select_related("entry", "node").order_by("pk")
    return rows.select_related("reversed_by").prefetch_related(Prefetch("lines", queryset=lines))


def _read_entry(row: EntryRow, open_krw: int = 0) -> Entry:
    undone = getattr(row, "reversed_by", None)
    return Entry(
        id=row.pk,
        book_id=row.book_id,
        kind=EntryKind(row.kind),
        booked_on=row.booked_on,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        note=row.note,
        legal_ground=row.legal_ground,
        amount_krw=row.amount_krw,
        settles=row.settles_id,
        reverses=row.reverses_id,
        reversed_by=undone.pk if undone else None,
        open_krw=open_krw,
        lines=tuple(map(_read_line, row.lines.all())),
    )


def _read_line(row: LineRow) -> Line:
    return Line(
        id=row.pk,
        entry_id=row.entry_id,
        booked_on=row.entry.booked_on,
        kind=EntryKind(row.entry.kind),
        node_id=row.node_id,
        node_code=row.node.code,
        node_name=row.node.name,
        node_path=split_path(row.node.path),
        debit=Account(row.debit),
        credit=Account(row.credit),
        amount_krw=row.amount_krw,
        note=row.entry.note,
    )
