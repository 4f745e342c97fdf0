"""Totals that agree are never accused, a wrong figure is found where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.governance.budget.methods.reconcile import find_total_differences
from madang.governance.budget.methods.tree import sum_nodes
from madang.governance.budget.records import Cause, TotalFault, TreeAmount

names = st.sampled_from("가나다")
amounts = st.integers(-(10**12), 10**12)


@st.composite
def trees(draw):
    """A budget of three levels with a total stated for some of its nodes."""
    paths = draw(st.lists(st.tuples(names, names, names), min_size=1, max_size=14))
    parts = [TreeAmount(row=at, path=path, amount_krw=draw(amounts)) for at, path in enumerate(paths, 1)]
    nodes = [(path, amount) for path, amount in sum_nodes(parts).items() if len(path) < 3]
    stated = draw(st.lists(st.sampled_from(nodes), min_size=1, max_size=len(nodes), unique=True))
    return parts, [
        TreeAmount(row=100 + at, path=path, amount_krw=amount) for at, (path, amount) in enumerate(stated)
    ]


def change(amount, by):
    return TreeAmount(row=amount.row, path=amount.path, amount_krw=amount.amount_krw + by)


@settings(deadline=None)
@given(trees())
def test_totals_that_agree_are_not_accused(tree):
    assert find_total_differences(*tree) == ()


@settings(deadline=None)
@given(trees(), st.data(), amounts.filter(bool))
def test_a_wrong_total_is_the_only_one_found(tree, data, by):
    parts, totals = tree
    at = data.draw(st.integers(0, len(totals) - 1))
    found = find_total_differences(parts, [*totals[:at], change(totals[at], by), *totals[at + 1 :]])
    assert [(one.row, one.kind, one.difference_krw) for one in found] == [
        (totals[at].row, TotalFault.SUM, by)
    ]


@settings(deadline=None)
@given(trees(), st.data(), amounts.filter(bool))
def test_a_wrong_line_is_found_at_the_lowest_total_above_it(tree, data, by):
    parts, totals = tree
    at = data.draw(st.integers(0, len(parts) - 1))
    found = find_total_differences([*parts[:at], change(parts[at], by), *parts[at + 1 :]], totals)
    above = [total for total in totals if parts[at].path[: len(total.path)] == total.path]
    lowest = max(above, key=lambda total: len(total.path), default=None)
    expected = [] if lowest is None else [(lowest.row, -by)]
    assert [(one.row, one.difference_krw) for one in found] == expected


@settings(deadline=None)
@given(trees(), st.lists(st.tuples(st.integers(0, 30), amounts), max_size=4))
def test_silence_means_that_all_totals_are_exact(tree, changes):
    parts, totals = tree
    for at, by in changes:
        totals = [change(total, by) if n == at % len(totals) else total for n, total in enumerate(totals)]
    exact = sum_nodes(parts)
    is_exact = all(total.amount_krw == exact[total.path] for total in totals)
    assert (find_total_differences(parts, totals) == ()) == is_exact


@settings(deadline=None)
@given(trees(), st.integers(0, 1000), st.integers(-1000, 1000))
def test_slack_forgives_rounding_only(tree, slack, by):
    parts, totals = tree
    found = find_total_differences(parts, [change(totals[0], by), *totals[1:]], slack)
    assert bool(found) <= (abs(by) > slack)
    if len(totals) == 1:
        assert bool(found) == (abs(by) > slack)


def line(row, path, amount):
    return TreeAmount(row=row, path=tuple(path), amount_krw=amount)


@pytest.mark.parametrize(
    ("stated", "cause", "part"),
    [
        (7_300_000, Cause.PART_LEFT_OUT, "가"), (15_200_000, Cause.PART_TWICE, "다"), (1_300_000, Cause.SIGN, "나"),
        (14_500, Cause.UNIT, ""), (15_400_000, Cause.DIGITS_SWAPPED, ""), (14_500_009, Cause.ONE_DIGIT, ""), (13_899_999, Cause.NONE, ""),
    ],
)  # fmt: skip
def test_what_explains_a_difference(stated, cause, part):
    parts = [line(1, "가", 7_200_000), line(2, "나", 6_600_000), line(3, "다", 700_000)]
    (found,) = find_total_differences(parts, [line(9, (), stated)])
    assert (found.cause, found.part, found.computed_krw) == (cause, part, 14_500_000)


def test_the_reports_expenditure_by_division_agrees_and_a_slip_in_it_is_named():
    """세출 총괄 of the 2022 work report (in 천원): current budgets of the six divisions and the bureau."""
    divisions = {
        "스마트도시담당관": 16_973_832, "빅데이터담당관": 14_618_635, "정보시스템담당관": 6_311_296,
        "공간정보담당관": 8_226_833, "정보통신보안담당관": 33_716_436, "데이터센터": 46_756_936,
    }  # fmt: skip
    parts = [line(at, (name,), amount * 1000) for at, (name, amount) in enumerate(divisions.items(), 2)]
    accounts = [("일반회계", 22_952_023), ("특별회계", 10_764_413)]
    parts = [part for part in parts if part.path != ("정보통신보안담당관",)]
    parts += [
        line(20 + at, ("정보통신보안담당관", name), amount * 1000)
        for at, (name, amount) in enumerate(accounts)
    ]
    totals = [line(1, (), 126_603_968_000), line(6, ("정보통신보안담당관",), 33_716_436_000)]
    assert find_total_differences(parts, totals) == ()
    (found,) = find_total_differences(parts, [totals[0], line(6, ("정보통신보안담당관",), 33_761_436_000)])
    assert (found.row, found.difference_krw, found.cause) == (6, 45_000_000, Cause.DIGITS_SWAPPED)


def test_equal_parts_accuse_none():
    parts = [line(1, "가", 500_000), line(2, "나", 500_000), line(3, "다", 123_456)]
    (found,) = find_total_differences(parts, [line(9, (), 623_456)])
    assert (found.cause, found.part) == (Cause.NONE, "")


def test_totals_that_cannot_be_checked_are_said():
    parts = [line(1, "가나", None), line(2, "나가", 5)]
    totals = [line(7, "가", 3), line(8, "다", 4), line(9, (), 12), line(10, (), 13)]
    found = {one.row: (one.kind, one.computed_krw) for one in find_total_differences(parts, totals)}
    assert found == {
        7: (TotalFault.UNKNOWN_PART, None),
        8: (TotalFault.NO_PARTS, None),
        10: (TotalFault.REPEAT, 12),
    }


def test_many_faults_at_once_end_soon():
    parts = [line(at, (str(at), "x"), 2**at) for at in range(40)]
    totals = [line(100 + at, (str(at),), 2**at + 3**at) for at in range(40)] + [line(200, (), 2**40 - 1)]
    found = find_total_differences(parts, totals)
    assert [one.row for one in found] == [100 + at for at in range(40)]
