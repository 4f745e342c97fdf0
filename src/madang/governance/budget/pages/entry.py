"""One entry of the ledger: its lines, what it pays or what paid it, and how to undo it."""

from __future__ import annotations

from madang.core.base.interface import Actor, Text, read_pair
from madang.core.pages.interface import Detail, DetailPage, Fact, Happening, RecordAction, Tab, format_day
from madang.core.people.interface import require
from madang.governance.budget.queries.ledger import get_entry, list_settling
from madang.governance.budget.queries.names import read_names
from madang.governance.budget.queries.nodes import get_book, get_node_row
from madang.governance.budget.records.ledger import CARRIED, Book, Entry, EntryKind

from .words import HOME, VIEW, name_accounts, name_disbursed, name_kinds

ENTRY = Text(ko="장부 기입", en="Ledger entry")


def _describe(*, actor: Actor, language: str, entry_id: int) -> Detail:
    del language
    require(actor, VIEW)
    entry = get_entry(entry_id)
    book = get_book(entry.book_id)
    kind, names = name_kinds(book.side)[entry.kind], read_names()
    return Detail(
        title=Text(ko=f"{kind.ko} {entry.id}", en=f"{kind.en} {entry.id}"),
        about=read_pair(entry.note),
        crumbs=(
            (names.say_book(book), f"{HOME}{book.id}/"),
            (Text(ko="장부", en="Ledger"), f"{HOME}{book.id}/ledger/"),
        ),
        summary=_list_summary(entry, book),
        tabs=(
            Tab(
                name="lines",
                title=Text(ko="차변과 대변", en="Debits and credits"),
                template="budget/lines.html",
                context={
                    "book_home": f"{HOME}{book.id}/",
                    "entry_lines": [
                        (
                            one,
                            names.join(one.node_path),
                            name_accounts(book.side)[one.debit],
                            name_accounts(book.side)[one.credit],
                        )
                        for one in entry.lines
                    ],
                },
            ),
            Tab(
                name="facts",
                title=Text(ko="근거와 관계", en="Ground and relations"),
                facts=_list_facts(entry),
            ),
        ),
        timeline=(
            Happening(
                at=entry.recorded_at,
                what=Text(ko="장부에 적음", en="Written into the ledger"),
                who=entry.recorded_by,
            ),
        ),
        actions=_list_actions(actor, entry, book),
    )


def _list_summary(entry: Entry, book: Book) -> tuple[Fact, ...]:
    facts = [
        Fact(title=Text(ko="금액", en="Amount"), value=entry.amount_krw, unit="krw"),
        Fact(title=Text(ko="날짜", en="Day"), value=entry.booked_on),
    ]
    if entry.kind is EntryKind.COMMITMENT:
        rest = Text(ko=f"아직 {name_disbursed(book.side).ko}하지 않은 금액", en="Still open")
        facts.append(Fact(title=rest, value=entry.open_krw, unit="krw"))
    return tuple(facts)


def _list_facts(entry: Entry) -> tuple[Fact, ...]:
    facts = [
        Fact(
            title=Text(ko="법적 근거", en="Legal ground"),
            value=read_pair(entry.legal_ground) if entry.legal_ground else None,
        ),
        *(
            Fact(title=title, value=f"{number}", href=f"{HOME}entries/{number}/")
            for title, number in (
                (Text(ko="대상 원인행위", en="Of the commitment"), entry.settles),
                (Text(ko="취소하는 기입", en="Reverses"), entry.reverses),
                (Text(ko="이 기입을 취소한 기입", en="Reversed by"), entry.reversed_by),
            )
            if number is not None
        ),
        *(
            Fact(
                title=Text(
                    ko=f"이 원인행위의 집행 ({format_day(one.booked_on, 'ko')})",
                    en=f"Paid on it ({format_day(one.booked_on, 'en')})",
                ),
                value=one.amount_krw,
                unit="krw",
                href=f"{HOME}entries/{one.id}/",
            )
            for one in list_settling(entry.id)
        ),
    ]
    return tuple(facts)


def _list_actions(actor: Actor, entry: Entry, book: Book) -> tuple[RecordAction, ...]:
    agency = get_node_row(entry.lines[0].node_id).agency_code or "city"
    is_spending = entry.kind in {EntryKind.COMMITMENT, EntryKind.DISBURSEMENT}
    permission = "budget.spend" if is_spending else "budget.change"
    if not book.is_open or not actor.may(permission, agency):
        return ()
    actions = []
    disbursed = name_disbursed(book.side)
    if entry.open_krw:
        actions.append(
            RecordAction(
                title=disbursed,
                href=f"{HOME}entries/{entry.id}/pay/",
                consequence=Text(
                    ko=f"남은 {entry.open_krw:,}원 안에서 적습니다.",
                    en=f"Within the {entry.open_krw:,} won still open.",
                ),
                permission=permission,
            )
        )
    is_whole = entry.kind is not EntryKind.COMMITMENT or entry.open_krw == entry.amount_krw
    if entry.kind not in {EntryKind.REVERSAL, *CARRIED} and entry.reversed_by is None and is_whole:
        actions.append(
            RecordAction(
                title=Text(ko="취소 기입", en="Reverse"),
                href=f"{HOME}entries/{entry.id}/reverse/",
                consequence=Text(
                    ko="이 기입은 그대로 남고, 반대로 적은 새 기입이 더해집니다.",
                    en="This entry stays; a new one with the sides turned is added.",
                ),
                permission=permission,
                is_destructive=True,
            )
        )
    return tuple(actions)


ENTRY_DETAIL = DetailPage(title=ENTRY, permission=VIEW, describe=_describe)
