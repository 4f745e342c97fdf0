"""A report becomes records; what can't be read stays text, is listed, and never guessed."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest

from madang.core.base.interface import BadInput
from madang.governance.briefing.gateway.report import decode_report, read_report
from madang.governance.briefing.methods.dates import read_periods
from madang.governance.briefing.methods.figures import read_cell, read_quantities
from madang.governance.briefing.records import CellKind

from .fragments import WHOLE, find_in


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("△4,911,523", CellKind.NUMBER, -4911523),
        ("-", CellKind.NONE, 0),
        ("순증", CellKind.NEW, None),
        ("△32.3%", CellKind.RATE, Decimal("-32.3")),
        ("2,329식", CellKind.NUMBER, 2329),
        ("80,728 - 공공 31,903 - 임대 48,825", CellKind.NUMBER, 80728),
        ("1,23", CellKind.TEXT, None),
        ("12만", CellKind.TEXT, None),
        ("", CellKind.EMPTY, None),
    ],
)
def test_cells(text, kind, value):
    cell = read_cell(text)
    assert (cell.kind, cell.value) == (kind, value)


def test_quantities_inside_a_sentence():
    found = read_quantities(
        "4,530대 설치('21.11.~'22.4.), 약 120만개, 7천명, 연면적 81,969 m^2, 지상21층, 2,5호선"
    )
    assert [(one.value, one.unit, one.is_about) for one in found] == [
        (4530, "대", False),
        (1_200_000, "개", True),
        (7000, "명", False),
        (81969, "m2", False),
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("'22. 7월 ~ 12월", (2022, 7, None), (2022, 12, None)),
        ("'21.11.~'22.4.", (2021, 11, None), (2022, 4, None)),
        ("'22.4.29.~5.11.", (2022, 4, 29), (2022, 5, 11)),
        ("'22. 9.26. ~ 27.", (2022, 9, 26), (2022, 9, 27)),
        ("'22년 1~3월", (2022, 1, None), (2022, 3, None)),
        ("'20~'22년", (2020, None, None), (2022, None, None)),
        ("’22.1월~12월", (2022, 1, None), (2022, 12, None)),
        ("2022.7.1.~2022.12.31.", (2022, 7, 1), (2022, 12, 31)),
    ],
)
def test_periods(text, first, last):
    (period,) = read_periods(text)
    ends = [(one.year, one.month, one.day) for one in (period.first, period.last)]
    assert ends == [first, last]


def test_the_parts_of_a_report():
    report = read_report(WHOLE)
    assert (report.published_on, report.as_of_on) == (date(2022, 7, 1), date(2022, 7, 1))
    assert [(one.division, one.authorized_posts, one.staff_in_post) for one in report.staff][0] == (
        "계",
        104,
        101,
    )
    first, second = report.tasks
    assert (first.code, first.title, first.purpose) == (
        "1-1",
        "동네 공원 쉼터 확충",
        "가까운 공원에 그늘과 쉼터를 마련",
    )
    assert first.background == ("여름철 더위 쉼터 수요 증가",)
    assert [(one.title, one.starts_on, one.ends_on) for one in second.milestones] == [
        ("디딤돌다리 정비", date(2022, 7, 1), date(2023, 2, 28))
    ]
    shelter = next(one for one in report.budget if one.name == "공원 쉼터 조성" and one.table == "projects")
    assert (shelter.current_budget_krw, shelter.forecast_krw) == (2_185_130_000, 2_100_000_000)
    detailed = next(one for one in report.budget if one.name == "공원 쉼터 조성" and one.path)
    assert detailed.path == ("공원하천정책관", "공원녹지담당관", "일반회계")
    assert [(one.term, one.page) for one in report.glossary][0] == ("그늘막", 9)
    assert ("8,006", "개") in {(f"{one.value:,}", one.unit) for one in report.indicators}
    assert report.unread == ()


def test_a_heading_read_wrongly_takes_the_role_of_its_place():
    text = WHOLE.replace("'22년말 집행예상액\t\n", "'22년말 집행예산액\t\n", 1).replace(
        "예상액\t집행률", "예산액\t집행률", 1
    )
    assert "96.1%" in text
    assert ("rate", "96.2%") in [one[1:3] for one in find_in(text.replace("96.1%", "96.2%"))]


def test_a_row_that_does_not_line_up_is_kept_as_text_and_accuses_nobody():
    text = WHOLE.replace("주차요금수입\t742,720\t", "주차요금수입\t")
    report = read_report(text)
    assert [one.text.split("\t")[0] for one in report.unread] == ["주차요금수입"]
    assert "sum" not in [kind for _, kind, _, _ in find_in(text)]


def test_a_number_that_can_not_be_read_is_listed_and_not_guessed():
    report = read_report(WHOLE.replace("주차요금수입\t742,720", "주차요금수입\t74ㄹ,720"))
    (unread,) = report.unread
    assert "74ㄹ,720" in unread.reason.ko
    item = next(one for one in report.budget if one.name == "주차요금수입")
    assert item.current_budget_krw is None


def test_columns_in_another_order_are_read_by_their_headings():
    text = (
        "● 세입\n(단위 : 천원)\n구분\t2021 최종예산\t2022 예산현액\t증감액\t증감률\n계\t100\t150\t50\t50.0%\n"
    )
    assert find_in(text) == []
    (item,) = read_report(text).budget
    assert (item.current_budget_krw, item.prior_budget_krw) == (150_000, 100_000)


@pytest.mark.parametrize("seed", range(6))
def test_a_damaged_report_never_crashes(seed):
    rng = random.Random(seed)
    lines = WHOLE.split("\n")
    for _ in range(25):
        at = rng.randrange(len(lines))
        cells = lines[at].split("\t")
        rng.shuffle(cells)
        lines[at] = rng.choice(
            [
                "",
                "\t".join(cells),
                lines[at][: rng.randrange(len(lines[at]) + 1)],
                lines[at].replace("0", "○"),
                "\t\t",
            ]
        )
    find_in("\n".join(lines))


@pytest.mark.parametrize("piece", ["1", "가", "~", "△\t", "'22. ", "("])
def test_an_endless_line_is_kept_as_text_and_not_read(piece):
    report = read_report(WHOLE + piece * 30_000)
    assert [one.text for one in report.unread] == ["" + piece * 30_000]
    assert find_in(WHOLE + "\n" + piece * 30_000) == []


def test_four_reports_in_one_are_read(real_report):
    assert find_in(real_report * 4)


@pytest.mark.parametrize("raw", [b"", b"   \n", b"\x00\x01\x02", b"%PDF-1.7\x00\xff\xfe"])
def test_what_is_no_text_is_refused(raw):
    with pytest.raises(BadInput):
        decode_report(raw)


def test_the_real_report_is_read_whole(real_report):
    report = read_report(real_report)
    assert len(report.tasks) == 20
    assert (report.staff[0].authorized_posts, report.staff[0].staff_in_post) == (216, 208)
    assert len(report.glossary) == 36
    assert len(report.footnotes) == len(report.marks) == 4
    assert {len(duties) for duties in report.duties.values()} == {5, 6, 7, 9}
    last = [one for one in report.budget if one.table == "expenditure_detail"][-1]
    assert (last.line, last.path[1], last.disbursed_krw) == (1191, "데이터센터", 89_798_000)
    assert report.occupancy[1].parts_m2 == {"공공": Decimal(31903), "임대": Decimal(48825)}
    assert [list(one.tenants) for one in report.occupancy] == [[], ["공공시설", "임대시설"], ["공실"]]
    assert "e스포츠경기장" in report.occupancy[1].tenants["임대시설"]
    assert [one.line for one in report.unread] == [90, 1316, 1317, 1323]
    forum = next(one for one in report.tasks if one.code == "3-8")
    assert [one.line for one in forum.milestones] == [973, 974, 975]
    assert [one.split()[0] for one in forum.results] == ["리더스포럼", "15개국"]
    assert len(forum.plans) == 7
    said = [text for task in report.tasks for text in (*task.content, *task.results, *task.plans)]
    assert not [text for text in said if "단위 : 천원" in text or text.startswith(("<", "〈", "(’22"))]
    venues = [one for one in report.indicators if one.line == 165]
    assert [(one.name, one.value, one.unit) for one in (venues[0], venues[1], venues[-1])] == [
        ("합계", 28006, "대"),
        ("고정형 주요거리", 3329, "대"),
        ("이동형 마을버스", 1586, "대"),
    ]


def test_the_faults_of_the_real_report_and_nothing_else(real_report):
    found = {(line, kind) for line, kind, _, _ in find_in(real_report)}
    sums = {(line, "sum") for line in (22, 23, 24, 27, 28)}
    derived = {(line, kind) for line in (48, 65, 1038, 1090, 1091, 1092) for kind in ("difference", "rate")}
    rates = {(line, "rate") for line in (205, 244, 289, 372, 373, 421, 509, 549, 728)}
    repeats = {(line, "repeat") for line in (205, 288, 372, 549, 680, 808, 969, 1453)}
    names = {(line, "name") for line in (75, 78, 888, 889, 1062, 1121, 1186, 1247)}
    assert found == sums | derived | rates | repeats | names | {(372, "difference")}
