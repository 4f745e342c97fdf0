"""A damaged report: rows cut, columns swapped, numbers turned to text, ten times the size.

It is read, it says what it couldn't read, and no figure appears that nobody printed. It can be written again.
"""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, Conflict, MadangError, Text
from madang.governance.briefing.actions import editions
from madang.governance.briefing.actions.reports import import_report
from madang.governance.briefing.detectors.checking import find_faults
from madang.governance.briefing.gateway.report import decode_report, read_report
from madang.governance.briefing.methods.comparing import compare_reports
from madang.governance.briefing.methods.composing import compose_document, write_text
from madang.governance.briefing.methods.laying import lay_out
from madang.governance.briefing.methods.translating import translate_document
from madang.governance.briefing.models import FindingRow, PlanRow, ReportRow, StepRow

from .fragments import WHOLE
from .test_living import DAY, NOW, adopt

LINES = WHOLE.split("\n")
ROWS = [at for at, line in enumerate(LINES) if "\t" in line]
AMOUNTS = ("current_budget_krw", "prior_budget_krw", "committed_krw", "disbursed_krw", "forecast_krw")
BASE = Text(ko="보고", en="report")
DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["cut", "short", "swap", "word", "drop", "double", "glue", "blank", "odd"]),
        st.integers(0, len(LINES) - 1),
        st.integers(0, 7),
    ),
    min_size=1,
    max_size=12,
)


def damage(lines, harms):
    lines = list(lines)
    for harm, at, which in harms:
        at = min(at, len(lines) - 1)
        cells = lines[at].split("\t")
        column, other = which % len(cells), (which + 1) % len(cells)
        if harm == "cut":
            lines[at] = lines[at][: len(lines[at]) // 2]
        elif harm == "short":
            lines[at] = "\t".join(cells[:column])
        elif harm == "swap":
            cells[column], cells[other] = cells[other], cells[column]
            lines[at] = "\t".join(cells)
        elif harm == "word":
            cells[column] = "미정"
            lines[at] = "\t".join(cells)
        elif harm == "drop":
            del lines[at]
        elif harm == "double":
            lines.insert(at, lines[at])
        elif harm == "glue":
            lines[at] = "\t".join([*cells, *cells])
        elif harm == "blank":
            lines[at] = "\t" * len(cells)
        else:
            lines[at] = lines[at].replace(",", "，").replace("△", "(-)") + "\x0b\ufeff"
        lines = lines or [""]
    return "\n".join(lines)


def list_numbers(text):
    return {
        Decimal(found.replace(",", ""))
        for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)
        if found.strip(",")
    }


@settings(max_examples=40, deadline=None)
@given(DAMAGE)
def test_a_damaged_report_is_read_checked_written_and_compared_without_a_guessed_number(harms):
    text = damage(LINES, harms)
    report = read_report(text)
    for fault in find_faults(report):
        assert fault.stated
    printed = list_numbers(text)
    for item in report.budget:
        for name in AMOUNTS:
            won = getattr(item, name)
            assert won in (None, 0) or abs(Decimal(won)) / 1000 in printed or abs(Decimal(won)) in printed
    written = compose_document(report, {}, DAY, BASE)
    lay_out(translate_document(written, {}))
    again = write_text(written)
    assert list_numbers(again) <= printed | {DAY.year, DAY.month} | {Decimal(one) for one in range(40)}
    compare_reports(report, read_report(again))


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_a_report_with_little_in_it_or_is_refused(text):
    try:
        report = read_report(decode_report(text.encode()))
    except MadangError as error:
        assert error.text.ko
        return
    find_faults(report)
    write_text(compose_document(report, {}, DAY, BASE))


@settings(max_examples=15, deadline=None)
@given(DAMAGE)
def test_writing_what_was_written_changes_nothing_more(harms):
    once = write_text(compose_document(read_report(damage(LINES, harms)), {}, DAY, BASE))
    twice = write_text(compose_document(read_report(once), {}, DAY, BASE))
    assert write_text(compose_document(read_report(twice), {}, DAY, BASE)) == twice


def test_a_cut_row_and_a_word_for_a_number_are_listed_and_take_no_part_in_sums():
    words = "하천 산책로 정비\t3,227,230"
    report = read_report(WHOLE.replace(words, "하천 산책로 정비\t미정"))
    assert any("미정" in one.text for one in report.unread)
    assert [one.current_budget_krw for one in report.budget if one.name == "하천 산책로 정비"] == [None, None]


def test_swapped_columns_are_findings():
    swapped = WHOLE.replace(
        "공원 쉼터 조성\t2,185,130\t1,310,553\t905,122\t60.0%\t41.4%\t2,100,000",
        "공원 쉼터 조성\t1,310,553\t2,185,130\t905,122\t60.0%\t41.4%\t2,100,000",
    )
    assert {one.kind.value for one in find_faults(read_report(swapped))} >= {"repeat"}


def test_forty_times_the_size_is_read_and_checked():
    body, glossary = WHOLE.split("정보화 용어 설명")
    text = "\n".join([body] * 40) + "정보화 용어 설명" + glossary
    report = read_report(text)
    find_faults(report)
    assert len(report.tasks) == 80


@pytest.mark.django_db
def test_a_damaged_report_holds_the_next_one_back_until_somebody_answers_for_it():
    text = WHOLE.replace("공원녹지담당관\t4,185,130\t2,310,553", "공원녹지담당관\t4,185,130\t9,310,553")
    adopt(text)
    assert ReportRow.objects.count() == 1
    written = editions.write_edition(actor=HOUSE, now=NOW, as_of=DAY)
    kept = FindingRow.objects.filter(report_id=written)
    assert kept.exists()
    assert not kept.filter(state="open").exists()
    assert set(kept.values_list("decided_by", flat=True)) == {HOUSE.name}


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"\xff\xfe\x00\xd8" * 9, b"PK\x03\x04" + bytes(200)])
def test_what_is_no_text_is_refused_with_a_sentence(raw):
    with pytest.raises(MadangError) as refused:
        import_report(actor=HOUSE, now=NOW, name="x.txt", raw=raw)
    assert refused.value.text.ko


@pytest.mark.django_db
def test_a_report_with_nothing_in_it_is_adopted_as_nothing_and_there_is_nothing_to_write():
    adopt("아무것도 없는 글\n")
    with pytest.raises(Conflict):
        editions.write_edition(actor=HOUSE, now=NOW, as_of=DAY)


@pytest.mark.django_db
def test_a_report_that_tells_everything_twice_gives_each_task_and_step_once():
    body, glossary = WHOLE.split("정보화 용어 설명")
    adopt(body + body + "정보화 용어 설명" + glossary)
    assert PlanRow.objects.count() == 2
    assert StepRow.objects.filter(plan="1-1").count() == 3


def test_a_total_row_that_was_cut_accuses_no_sentence():
    table = (
        "2022. 7.\n\n1-1\n\n시험 과제\n\n□ 추진실적\n\n- 시설현황 : 연면적 6,000 m^2\n\n"
        "구분\t비율(%)\t면적(m^2)\n합계\t100\t6,000\n임대\t75.0\t4,500\n공실\t25.0\t1,500\n"
    )
    assert find_faults(read_report(table)) == []
    assert find_faults(read_report(table.replace("합계\t100\t6,000\n", ""))) == []
