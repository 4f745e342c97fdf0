"""A budget table is read exactly or refused with the reason; the real national budget is the proof."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.amount import UNIT_WON, UnreadAmount, read_amount, write_amount
from madang.governance.budget.methods.import_table import read_table
from madang.governance.budget.methods.reconcile import find_total_differences
from madang.governance.budget.methods.tree import place_lines, place_totals, sum_nodes
from madang.governance.budget.records import Level, Measure, RejectReason

HEADER = ["회계연도", "소관명", "회계명", "계정명", "세부사업명", "국회확정금액(천원)"]
ROW = ["2022", "데이터센터", "일반회계", "", "에스플렉스센터 운영", "11,200,000"]


@settings(deadline=None)
@given(st.one_of(st.none(), st.integers(-(10**15), 10**15)), st.sampled_from(sorted(UNIT_WON)))
def test_an_amount_is_read_as_it_is_written(amount, unit):
    assert read_amount(write_amount(amount, unit), unit) == amount


@pytest.mark.parametrize(
    ("text", "unit", "won"),
    [
        ("4925000.0", "천원", 4_925_000_000), ("△10,766,013", "천원", -10_766_013_000), ("▲5", "원", -5),
        ("-12", "백만원", -12_000_000), ("− 3", "원", -3), (" 0 ", "원", 0), ("1.5", "천원", 1500), ("-", "원", None), ("–", "원", None),
    ],
)  # fmt: skip
def test_amounts_that_are_read(text, unit, won):
    assert read_amount(text, unit) == won


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "amount_empty"), ("  ", "amount_empty"), ("미정", "amount_unreadable"), ("1,23", "amount_unreadable"),
        ("1.234,5", "amount_unreadable"), ("12%", "amount_unreadable"), ("1e6", "amount_unreadable"), ("nan", "amount_unreadable"),
        ("△-5", "amount_unreadable"), ("１２", "amount_unreadable"), ("1,234천원", "amount_unreadable"), ("0.0005", "amount_part_won"),
        ("999999999999999999", "amount_too_large"), ("△100000000000000", "amount_too_large"),
    ],
)  # fmt: skip
def test_amounts_that_are_not_guessed(text, reason):
    with pytest.raises(UnreadAmount) as why:
        read_amount(text, "천원")
    assert why.value.reason == reason


@settings(deadline=None)
@given(st.text(max_size=12), st.sampled_from(sorted(UNIT_WON)))
def test_any_text_is_an_amount_or_refused(text, unit):
    try:
        amount = read_amount(text, unit)
    except UnreadAmount:
        return
    assert amount is None or read_amount(write_amount(amount, unit), unit) == amount


def test_a_line_is_read_with_its_unit():
    table = read_table([HEADER, ROW])
    (line,) = table.lines
    assert (line.row, line.fiscal_year, line.amounts) == (2, 2022, {Measure.ORIGINAL: 11_200_000_000})
    assert line.names[Level.SUB_ACCOUNT] == "" and line.names[Level.PROJECT] == "에스플렉스센터 운영"
    assert (table.totals, table.rejects, table.rows_read) == ((), (), 1)


@pytest.mark.parametrize(
    ("change", "reason", "column"),
    [
        ({0: "2222"}, RejectReason.YEAR_UNREADABLE, "회계연도"),
        ({1: ""}, RejectReason.NAME_MISSING, "소관명"),
        ({4: "11,200,000", 5: "운영"}, RejectReason.NAME_IS_NUMBER, "세부사업명"),
        ({5: ""}, RejectReason.AMOUNT_EMPTY, "국회확정금액(천원)"),
        ({5: "약 5억"}, RejectReason.AMOUNT_UNREADABLE, "국회확정금액(천원)"),
        ({5: "-"}, RejectReason.NO_AMOUNT, ""),
    ],
)
def test_a_row_is_refused_with_its_reason(change, reason, column):
    bad = [change.get(at, cell) for at, cell in enumerate(ROW)]
    table = read_table([HEADER, ROW, bad])
    assert [(one.row, one.reason, one.column) for one in table.rejects] == [(3, reason, column)]
    assert len(table.lines) == 1 and table.rejects[0].cells == tuple(bad)


def test_a_cut_row_and_a_repeated_row_are_refused():
    table = read_table([HEADER, ROW, ROW[:-1], ROW, [*ROW, ""], ["", ""]])
    assert [one.reason for one in table.rejects] == ["cell_count", "repeated", "cell_count"]
    assert table.rows_read == 4


def test_a_running_number_makes_no_other_row_and_a_spreadsheets_floats_are_read():
    table = read_table(
        [["No.", *HEADER], ["1", 2022.0, *ROW[1:-1], 11200000.0], ["2", 2022.0, *ROW[1:-1], 11200000.0]]
    )
    assert table.ignored_columns == ("No.",)
    assert [line.amounts[Measure.ORIGINAL] for line in table.lines] == [11_200_000_000]
    assert [one.reason for one in table.rejects] == ["repeated"]


def test_stated_totals_are_kept_apart_and_checked():
    rows = [
        ["부서", "회계", "사업명", "예산현액", "지출액"],
        ["합계", "", "", "600", "60"],
        ["정보통신보안관", "소계", "", "600", "50"],
        ["정보통신보안관", "일반회계", "통신망", "△100", "-"],
        ["정보통신보안관", "특별회계", "화재안전망", "700", "60"],
    ]
    table = read_table(rows, fiscal_year=2022, unit="백만원")
    assert [total.names for total in table.totals] == [{}, {Level.ORGANIZATION: "정보통신보안관"}]
    found = {}
    for measure in table.measures:
        parts = place_lines(table.lines, table.levels, measure)
        totals = place_totals(table.totals, table.levels, measure)
        found[measure] = [(one.row, one.difference_krw) for one in find_total_differences(parts, totals)]
    assert found == {Measure.CURRENT: [], Measure.DISBURSED: [(3, -10_000_000)]}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "table_empty"), ([[""]], "table_empty"), ([["가", "나"]], "header_unknown"), ([["사업명", "비고"]], "header_unknown"),
        ([["사업명", "예산현액"]], "unit_missing"), ([["사업명", "예산현액(천원)"]], "year_missing"),
        ([["사업명", "세부사업명", "예산현액(천원)"]], "header_repeated"),
    ],
)  # fmt: skip
def test_what_is_no_budget_table_is_refused(rows, code):
    with pytest.raises(BadInput) as why:
        read_table(rows)
    assert why.value.code == code


@pytest.mark.parametrize(
    "above",
    [[["2024년 예산"]], [["2024년 예산", None, ""], [], ["", "(단위 : 천 원)"]], [["예산안"], ["사업명"]]],
)
def test_a_header_is_found_below_titles(above):
    table = read_table([*above, ["사업명", "예산현액(천원)"], ["광장", "3"], ["망", ""]], fiscal_year=2024)
    assert [(one.row, one.amounts) for one in table.lines] == [(len(above) + 2, {Measure.CURRENT: 3_000})]
    assert [one.row for one in table.rejects] == [len(above) + 3]


def test_a_unit_stated_above_the_header_outweighs_what_was_said():
    rows = [["(단위: 백만 원)"], ["사업명", "예산현액", "지출액(천원)"], ["광장", "3", "5"]]
    (line,) = read_table(rows, fiscal_year=2024, unit="원").lines
    assert line.amounts == {Measure.CURRENT: 3_000_000, Measure.DISBURSED: 5_000}


def test_a_header_far_below_is_none():
    with pytest.raises(BadInput, match="header_unknown"):
        read_table([*[["제목"]] * 10, ["사업명", "예산현액(천원)"]], fiscal_year=2024)


def test_decomposed_letters_are_the_same_words():
    rows = [["사업명", "예산현액(천원)"], ["광장", "3"], ["합계", "3"]]
    table = read_table([[normalize("NFD", cell) for cell in row] for row in rows], fiscal_year=2024)
    assert [one.names for one in table.lines] == [{Level.PROJECT: "광장"}]
    assert len(table.totals) == 1


cells = st.one_of(
    st.text(max_size=6),
    st.none(),
    st.floats(),
    st.integers(),
    st.sampled_from(["-", "합계", "△1,000", "2022", "예산현액"]),
)


@settings(deadline=None)
@given(st.lists(st.lists(cells, max_size=8), max_size=8))
def test_every_row_is_a_line_a_total_or_refused(rows):
    table = read_table([HEADER, *rows])
    assert len(table.lines) + len(table.totals) + len(table.rejects) == table.rows_read
    taken = [one.row for group in (table.lines, table.totals, table.rejects) for one in group]
    assert max(Counter(taken).values(), default=0) <= 1


@pytest.fixture(scope="module")
def national_rows(municipal_files):
    path = municipal_files / "budget" / "budget2023.csv.gz"
    if not path.exists():
        pytest.skip("the national budget is not at hand")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_national_budget_is_read_exactly(national_rows):
    table = read_table(national_rows)
    assert (len(table.lines), table.rejects, table.totals, table.rows_read) == (9074, (), (), 9074)
    for at, measure, total in (
        (11, Measure.PROPOSED, 1_418_778_592_000),
        (12, Measure.ORIGINAL, 1_427_098_354_700),
    ):
        parts = place_lines(table.lines, table.levels, measure)
        assert (
            sum_nodes(parts)[()]
            == sum(int(float(row[at])) for row in national_rows[1:]) * 1000
            == total * 1000
        )


def test_the_national_budget_balances_at_every_level_and_a_changed_won_is_found(national_rows):
    table = read_table(national_rows)
    parts = place_lines(table.lines, table.levels, Measure.ORIGINAL)
    totals = [
        part.__class__(row=10**6 + at, path=path, amount_krw=amount)
        for part in parts[:1]
        for at, (path, amount) in enumerate(sum_nodes(parts).items())
        if len(path) < len(table.levels)
    ]
    assert len(totals) > 10_000
    assert find_total_differences(parts, totals) == ()
    wrong = totals[4321].__class__(
        row=totals[4321].row, path=totals[4321].path, amount_krw=totals[4321].amount_krw + 1
    )
    (finding,) = find_total_differences(parts, [*totals[:4321], wrong, *totals[4322:]])
    assert (finding.path, finding.difference_krw) == (wrong.path, 1)


def test_the_spreadsheet_holds_the_same_lines(municipal_files, national_rows):
    calamine = pytest.importorskip("python_calamine")
    path = next((municipal_files / "budget").glob("*.xlsx"), None)
    if path is None:
        pytest.skip("the spreadsheet is not at hand")
    sheet = calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    from_sheet, from_csv = read_table(sheet), read_table(national_rows)
    assert from_sheet.lines == from_csv.lines and from_sheet.ignored_columns == ("No.",)
