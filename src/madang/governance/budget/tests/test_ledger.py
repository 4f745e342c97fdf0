"""The ledger only grows and always balances; the last money goes to one; a node's balance is its lines' sum."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    Actor,
    BadInput,
    Conflict,
    MadangError,
    NotAllowed,
    NotFound,
)
from madang.governance.budget.actions.books import close_book, set_plan
from madang.governance.budget.actions.changing import add_supplementary, carry_over, transfer_money
from madang.governance.budget.actions.spending import commit_money, pay_commitment, reverse_entry
from madang.governance.budget.models import EntryRow, LineRow, NodeRow
from madang.governance.budget.queries.ledger import find_ledger_faults, get_entry, list_lines
from madang.governance.budget.queries.nodes import get_months, get_node, get_plan, list_items
from madang.governance.budget.records.ledger import Account, EntryKind, Side

from .small_budget import DAY, ITEMS, NOW, find, open_small

SQUARE = ("가과", "일반회계", "광장 운영", "시설비")
LATER = datetime(2026, 7, 2, 3, tzinfo=UTC)
CENTRE = ("나과", "일반회계", "센터 운영", "민간위탁금")


def commit(node_id: int, amount: int, actor: Actor = HOUSE) -> int:
    return commit_money(actor=actor, now=NOW, node_id=node_id, amount_krw=amount, booked_on=DAY, note="계약")


def pay(entry_id: int, amount: int) -> int:
    return pay_commitment(
        actor=HOUSE, now=LATER, entry_id=entry_id, amount_krw=amount, booked_on=date(2026, 7, 1), note="대금"
    )


def reverse(entry_id: int) -> int:
    return reverse_entry(actor=HOUSE, now=LATER, entry_id=entry_id, booked_on=date(2026, 7, 2), reason="착오")


@pytest.mark.django_db
def test_money_goes_from_budget_to_commitment_to_payment_and_back():
    book_id = open_small()
    item = find(book_id, *SQUARE)
    contract = commit(item, 4_000)
    first = pay(contract, 1_500)
    root = get_node(book_id).balance
    assert (root.current_budget_krw, root.committed_krw, root.disbursed_krw) == (26_300, 4_000, 1_500)
    assert get_entry(contract).open_krw == 2_500
    with pytest.raises(Conflict, match="2,500 won"):
        pay(contract, 2_501)
    with pytest.raises(Conflict, match="1,000 won left"):
        commit(item, 1_001)
    with pytest.raises(Conflict, match="paid on"):
        reverse(contract)
    undone = reverse(first)
    assert get_entry(first).reversed_by == undone
    for again in (first, undone):
        with pytest.raises(Conflict, match="reversed already"):
            reverse(again)
    reverse(contract)
    assert get_node(book_id).balance.available_krw == 26_300
    months = get_months(find(book_id, "가과"))
    assert months.disbursed_krw[5:7] == (0, 0)
    assert min(months.disbursed_krw) == 0
    assert sum(months.committed_krw) == 0
    assert find_ledger_faults(book_id) == ()
    lines, total = list_lines(book_id, below=get_node(book_id, "0001").code)
    assert (total, lines[0].kind, lines[0].node_path) == (7, EntryKind.REVERSAL, SQUARE)


@pytest.mark.django_db
def test_no_entry_is_booked_before_what_it_follows_from_or_on_a_day_to_come():
    item = find(open_small(), *SQUARE)
    contract = commit(item, 1_000)
    paid = pay(contract, 10)
    words = {"actor": HOUSE, "now": LATER}
    with pytest.raises(BadInput, match="to come"):
        commit_money(**words, node_id=item, amount_krw=1, booked_on=date(2026, 7, 3), note="계약")
    for act in (
        lambda: pay_commitment(
            **words, entry_id=contract, amount_krw=1, booked_on=date(2026, 5, 31), note="대금"
        ),
        lambda: reverse_entry(**words, entry_id=paid, booked_on=date(2026, 6, 30), reason="착오"),
    ):
        with pytest.raises(BadInput, match="before"):
            act()
    with pytest.raises(BadInput, match="what is written"):
        commit_money(**words, node_id=item, amount_krw=1, booked_on=DAY, note=" ")


@pytest.mark.django_db
def test_a_transfer_between_divisions_needs_its_ground_and_changes_no_total():
    book_id = open_small()
    giving, taking = find(book_id, *SQUARE), find(book_id, *CENTRE)
    move = {
        "actor": HOUSE,
        "now": NOW,
        "between": (giving, taking),
        "amount_krw": 2_000,
        "booked_on": DAY,
    }
    with pytest.raises(BadInput, match="which law"):
        transfer_money(**move, legal_ground=" ")
    done = transfer_money(**move, legal_ground="행정기구 설치 조례 시행규칙 개정")
    assert get_entry(done).amount_krw == 2_000
    assert get_node(book_id).balance.transferred_krw == 0
    assert get_node(book_id, "0002").balance.current_budget_krw == 2_300
    with pytest.raises(Conflict):
        transfer_money(**move | {"amount_krw": 3_001}, legal_ground="근거")
    commit(taking, 2_300)
    with pytest.raises(Conflict, match="0 won left"):
        reverse(done)


@pytest.mark.django_db
def test_a_supplementary_budget_may_lower_but_not_below_what_is_committed():
    book_id = open_small()
    item = find(book_id, *CENTRE)
    commit(item, 250)
    change = {
        "actor": HOUSE,
        "now": NOW,
        "node_id": item,
        "booked_on": DAY,
        "legal_ground": "2026년 제1회 추경",
    }
    with pytest.raises(Conflict):
        add_supplementary(**change, amount_krw=-51)
    add_supplementary(**change, amount_krw=-50)
    assert get_node(book_id, "0002").balance.current_budget_krw == 250


@pytest.mark.django_db
def test_money_is_carried_to_the_next_year_once():
    old, new = open_small(2025), open_small(2026)
    item = find(old, *CENTRE)
    arguments = {"actor": HOUSE, "now": NOW, "node_id": item, "legal_ground": "지방재정법 제50조"}
    carry_over(**arguments, amount_krw=100)
    contract = commit_money(
        actor=HOUSE, now=NOW, node_id=item, amount_krw=200, booked_on=date(2025, 3, 1), note="계약"
    )
    with pytest.raises(Conflict):
        carry_over(**arguments, amount_krw=201, commitment_id=contract)
    carry_over(**arguments, amount_krw=200, commitment_id=contract)
    with pytest.raises(Conflict):
        carry_over(**arguments, amount_krw=1)
    assert get_entry(contract).open_krw == 0
    assert get_node(new, "0002").balance.carried_in_krw == 300
    assert get_node(old, "0002").balance.carried_out_krw == 300
    with pytest.raises(NotFound):
        carry_over(**arguments | {"node_id": find(new, *CENTRE)}, amount_krw=1)


@pytest.mark.django_db
def test_the_database_itself_refuses_what_code_should_not_do():
    book_id = open_small()
    commit(find(book_id, *SQUARE), 100)
    line, entry, node = (
        LineRow.objects.first(),
        EntryRow.objects.first(),
        NodeRow.objects.filter(is_leaf=True)[0],
    )
    faults = (
        lambda: LineRow.objects.filter(pk=line.pk).update(amount_krw=1),
        lambda: LineRow.objects.filter(pk=line.pk)._raw_delete("default"),
        lambda: EntryRow.objects.filter(pk=entry.pk).update(note="고침"),
        lambda: EntryRow.objects.filter(pk=entry.pk)._raw_delete("default"),
        lambda: LineRow.objects.create(entry=entry, node=node, debit="available", credit="original", amount_krw=0),
        lambda: LineRow.objects.create(entry=entry, node=node, debit="available", credit="available", amount_krw=1),
        lambda: NodeRow.objects.filter(pk=node.pk).update(available_krw=F("available_krw") + 1),
        lambda: NodeRow.objects.filter(pk=node.pk).update(available_krw=-1, outstanding_krw=node.original_krw + 1),
        lambda: EntryRow.objects.create(
            book_id=book_id, kind="transfer", booked_on=DAY, recorded_at=NOW, recorded_by="", amount_krw=1
        ),
        lambda: EntryRow.objects.create(
            book_id=book_id, kind="reversal", booked_on=DAY, recorded_at=NOW, recorded_by="", amount_krw=1
        ),
    )  # fmt: skip
    for number, fault in enumerate(faults):
        with pytest.raises(IntegrityError), transaction.atomic():
            fault()
            pytest.fail(f"fault {number} was taken")
    assert find_ledger_faults(book_id) == ()


@pytest.mark.django_db
def test_kept_sums_that_are_not_the_ledgers_are_found():
    book_id = open_small()
    node = NodeRow.objects.get(pk=find(book_id, *SQUARE))
    node.available_krw, node.outstanding_krw = node.available_krw - 7, 7
    node.save()
    assert {(one.account, one.kept_krw - one.summed_krw) for one in find_ledger_faults(book_id)} == {
        ("available", -7), ("outstanding", 7),
    }  # fmt: skip


@pytest.mark.django_db
def test_a_closed_year_and_another_year_take_nothing():
    book_id = open_small()
    item = find(book_id, *SQUARE)
    with pytest.raises(BadInput, match="fiscal year"):
        commit_money(
            actor=HOUSE, now=NOW, node_id=item, amount_krw=1, booked_on=date(2025, 1, 1), note="계약"
        )
    for wrong in (0, -5):
        with pytest.raises(BadInput):
            commit(item, wrong)
    with pytest.raises(NotFound):
        commit(find(book_id, "가과"), 1)
    close_book(actor=HOUSE, now=NOW, book_id=book_id)
    with pytest.raises(Conflict, match="closed"):
        commit(item, 1)
    with pytest.raises(Conflict, match="here already"):
        open_small()


@pytest.mark.django_db
def test_an_officer_spends_only_for_his_own_division():
    book_id = open_small()
    NodeRow.objects.filter(book_id=book_id, code__startswith="0001").update(agency_code="ga")
    clerk = Actor(id="1", name="김담당", grants=frozenset({("budget.spend", "ga"), ("budget.change", "ga")}))
    entry = commit(find(book_id, *SQUARE), 10, clerk)
    assert get_entry(entry).recorded_by == "김담당"
    for act in (
        lambda: commit(find(book_id, *CENTRE), 10, clerk),
        lambda: commit(find(book_id, *SQUARE), 10, ANONYMOUS),
        lambda: transfer_money(
            actor=clerk, now=NOW, between=(find(book_id, *CENTRE), find(book_id, *SQUARE)), amount_krw=1,
            booked_on=DAY, legal_ground="근거",
        ),
        lambda: close_book(actor=clerk, now=NOW, book_id=book_id),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.django_db
def test_revenue_may_exceed_its_budget():
    book_id = open_small(side=Side.REVENUE)
    pay(commit(find(book_id, *CENTRE), 450), 450)
    balance = get_node(book_id, "0002").balance
    assert (balance.disbursed_krw, balance.available_krw) == (450, -150)
    assert find_ledger_faults(book_id) == ()


@pytest.mark.django_db
def test_a_plan_has_twelve_months_that_do_not_fall():
    book_id = open_small()
    item = find(book_id, "가과")
    for wrong in ([1] * 11, [5, 4] + [6] * 10, [-1] + [0] * 11):
        with pytest.raises(BadInput):
            set_plan(actor=HOUSE, now=NOW, node_id=item, months_krw=wrong)
    for step in (1, 2):
        set_plan(actor=HOUSE, now=NOW, node_id=item, months_krw=[step * at for at in range(12)])
    assert get_plan(item)[:3] == (0, 2, 4)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["commit", "pay", "reverse", "transfer", "supplement"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(-2_000, 8_000),
    ),
    max_size=12,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(ACTS)
def test_whatever_is_done_the_sums_are_the_ledgers(acts):
    with transaction.atomic():
        book_id = open_small(series="any")
        items = [find(book_id, *names) for names in ITEMS]
        for what, one, other, amount in acts:
            entries = list(
                EntryRow.objects.filter(book_id=book_id).order_by("pk").values_list("pk", flat=True)
            )
            aimed = entries[-1 - one % len(entries)]
            try:
                if what == "commit":
                    commit(items[one], amount)
                elif what == "pay":
                    pay(aimed, amount)
                elif what == "reverse":
                    reverse(aimed)
                elif what == "transfer":
                    transfer_money(
                        actor=HOUSE, now=NOW, between=(items[one], items[other]), amount_krw=amount,
                        booked_on=DAY, legal_ground="근거",
                    )  # fmt: skip
                else:
                    add_supplementary(
                        actor=HOUSE,
                        now=NOW,
                        node_id=items[one],
                        amount_krw=amount,
                        booked_on=DAY,
                        legal_ground="추경",
                    )
            except MadangError:
                continue
        assert find_ledger_faults(book_id) == ()
        leaves, _ = list_items(book_id)
        assert all(
            min(x.balance.available_krw, x.balance.outstanding_krw, x.balance.disbursed_krw) >= 0
            for x in leaves
        )
        assert get_node(book_id).balance.transferred_krw == 0
        transaction.set_rollback(True)


@pytest.mark.usefixtures("lasting")
@pytest.mark.django_db(transaction=True)
def test_of_many_officers_who_want_the_last_money_at_once_one_gets_it():
    book_id = open_small()
    item, other = find(book_id, *CENTRE), find(book_id, *SQUARE)
    start, outcomes = threading.Barrier(8), []

    def want(number: int) -> None:
        try:
            start.wait()
            commit(item if number < 6 else other, 300)
            outcomes.append((number < 6, "done"))
        except Conflict as error:
            outcomes.append((number < 6, error.code))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=want, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [(False, "done")] * 2 + [(True, "budget.short_available")] * 5 + [
        (True, "done")
    ]
    balance = get_node(book_id).balance
    assert (balance.outstanding_krw, balance.available_krw) == (900, 25_400)
    assert find_ledger_faults(book_id) == ()


@pytest.mark.usefixtures("lasting")
@pytest.mark.django_db(transaction=True)
def test_a_commitment_is_not_paid_twice_at_once_nor_reversed_under_a_payment():
    book_id = open_small()
    contract = commit(find(book_id, *SQUARE), 1_000)
    start, outcomes = threading.Barrier(6), []

    def act(number: int) -> None:
        try:
            start.wait()
            outcomes.append(("pay", pay(contract, 1_000)) if number % 2 else ("reverse", reverse(contract)))
        except Conflict:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1, outcomes
    balance = get_node(book_id).balance
    assert (balance.outstanding_krw, balance.disbursed_krw) == (0, 1_000 if outcomes[0][0] == "pay" else 0)
    assert {Account(line.debit) for line in LineRow.objects.all()} <= set(Account)
