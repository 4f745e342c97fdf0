"""Slips of a whole syllable, headings and units that stand alone; and what looks like one and isn't."""

from __future__ import annotations

import pytest

from .fragments import find_in

HEAD = "2022년 주요 업무보고\n\n2022. 7.\n\n"
COLUMNS = "사업명\t예산현액\t집행액\t\t집행률(%)\t\n\t\t원인행위\t지출액\t원인행위\t지출액\n"
ROWS = ("쉼터 조성\t400,000\t200,000\t100,000\t50%\t25%", "다리 보수\t800,000\t400,000\t200,000\t50%\t25%")


def find(body: str) -> list[tuple[str, str, str]]:
    text = f"{HEAD}1-1\n\n공원 확충\n\n□ 추진실적\n\n{body}\n"
    return [one[1:] for one in find_in(text)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("- 서비스 확대\n- 서서비스 개선", [("name", "서서비스", "서비스")]),
        ("- 예약시스템 운영\n- 예약시스템템 개선", [("name", "예약시스템템", "예약시스템")]),
        ("- 국가의 국가사업\n- 국가가 정함, 국가를 위함", []),
        ("- 수료 과정, 수료 인원\n- 수수료 징수", []),
        ("- 전년도 결산\n- 전전년도 결산", []),
        ("- 곳에서 가\n- 도시 곳곳에서 나", []),
        ("- 클라우드 가\n- 클라우드 나\n- 클라우드 다\n- 클우라드 라", [("name", "클우라드", "클라우드")]),
        (
            "- 데이터광장 가\n- 데이터광장을 나\n- 데이터광장의 다\n- 데이광터장에 라",
            [("name", "데이광터장에", "데이터광장")],
        ),
        (
            "- 스마트도시정책관 가\n- 스마트도시정책관 나\n- 스마트시정책관 다",
            [("name", "스마트시정책관", "스마트도시정책관")],
        ),
        (
            "- 개인정보보호교육 가\n- 개인정보보호교육 나\n- 개인정보보호육 다",
            [("name", "개인정보보호육", "개인정보보호교육")],
        ),
        ("- 상하수도사업본부 가\n- 상하수도사업본부 나\n- 상수도사업본부 다", []),
        ("- 정보화사업추진단 가\n- 정보화사업추진단 나\n- 정보사업추진단 다", []),
        ("- 도시별 가\n- 도시별 나\n- 도시별 다\n- 시도별 라, 시도 협의", []),
    ],
)
def test_a_syllable_doubled_or_swapped(said, expected):
    assert find(said) == expected


@pytest.mark.parametrize(
    ("title", "is_slip"),
    [
        ("이약자 안전망 구축", True),
        ("이동약자 안전망", False),
        ("이동약자의 안전망 구축", False),
        ("이동약자 안전망 구축축", True),
        ("이동약자 안전 구축", True),
    ],
)
def test_a_title_that_lacks_a_syllable(title, is_slip):
    usual = "이동약자 안전망 구축"
    text = (
        f"{HEAD}1 도시\n\n- 1-1. {usual}\n\n1. 도시\n\n1-1. {usual}\n\n1-1 {title}\n\n□ 사업개요\n\n- 내용\n"
    )
    assert [one[1:] for one in find_in(text)] == ([("name", title, usual)] if is_slip else [])


def lay_tables(*headings: str, unit: str = "천원", last: str = "천원") -> str:
    tables = []
    for number, heading in enumerate(headings):
        row = (
            ROWS[number % 2]
            .replace("조성", f"조성{'가나다라'[number]}")
            .replace("보수", f"보수{'가나다라'[number]}")
        )
        said = last if number == len(headings) - 1 else unit
        tables.append(
            f"1-{number + 1} 공원 {'가나다라'[number]} 가꾸기\n\n□ 추진실적\n\n※ 예산집행 현황 (단위 : {said})\n\n{heading}{row}\n"
        )
    return HEAD + "\n".join(tables)


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        (("지출액\t원인행위\t지출액", "지출액\t원인행위\t지액출"), [("name", "지액출", "지출액")]),
        (("사업명\t예산현액", "사업업명\t예산현액"), [("name", "사업업명", "사업명")]),
        (("원인행위\t지출액\n", "원인위\t지출액\n"), [("name", "원인위", "원인행위")]),
        (("원인행위\t지출액\n", "원인행위\t지액\n"), []),
        (("원인행위\t지출액\n", "원인행위\t증액\n"), []),
        (("사업명\t예산현액", "사업명\t예산액"), []),
        (("집행률(%)", "집행비율(%)"), []),
        (("사업명\t예산현액", "구분\t예산현액"), []),
    ],
)
def test_a_heading_unlike_those_of_the_same_tables(odd, expected):
    found = find_in(lay_tables(COLUMNS, COLUMNS, COLUMNS.replace(*odd)))
    assert [one[1:] for one in found if one[1] == "name"] == expected


def test_a_unit_unlike_that_of_the_same_tables():
    text = lay_tables(COLUMNS, COLUMNS, COLUMNS, COLUMNS, last="억원")
    assert [one[1:] for one in find_in(text)] == [("repeat", "억원", "천원")]
    first, row, last = text.rpartition("800,000\t400,000\t200,000\t50%\t25%")
    assert find_in(first + "8\t4\t2\t50%\t25%" + last) == [], "as small as the unit says"
    assert find_in(lay_tables(COLUMNS, COLUMNS, COLUMNS, last="억원")) == [], "too few tables"


def test_a_unit_of_the_same_figures_in_another_table():
    detail = "구 분\t예산현액\t집행액\t\t집행률(%)\t\n\t\t원인행위액\t지출액\t원인행위\t지출액\n" + "\n".join(
        ROWS
    )
    text = lay_tables(COLUMNS, last="백만원").replace("조성가", "조성")
    text += f"\nIV. 세부현황\n\n□ 세출예산 집행현황\n\n(단위 : 천원)\n\n{detail}\n"
    assert [one[1:] for one in find_in(text)] == [("repeat", "백만원", "천원")]
    assert find_in(text.replace("단위 : 백만원", "단위 : 천원")) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            "- 가 98개소(1,142대), 나 37배(341대), 다 20개소(283대), 라 61개소(607대)",
            [("repeat", "37배(341대)", "37개소(341대)")],
        ),
        ("- 가 98개소(1,142대), 나 37곳(341대), 다 20개소(283대), 라 61개소(607대)", []),
        ("- 연계 : 15개구('21년)→ 17종('22년)", [("repeat", "15개구('21년)→ 17종", "15개구 → 17개구")]),
        ("- 연계 : 15개('21년)→ 17개소('22년)", []),
        ("- 28개 기관 연결\n- 28회 기관 점검\n- 3개 기관 추가", [("repeat", "28회 기관", "28개 기관")]),
        ("- 28개 기관 연결\n- 28명 직원 배치", []),
        ("- 30명 교육 실시\n- 30회 교육 실시", []),
    ],
)
def test_what_is_counted_in_another_unit(said, expected):
    assert find(said) == expected


def test_an_explained_term_that_no_task_has():
    text = f"{HEAD}1-1\n\n와이파이 확충\n\n□ 추진실적\n\n- 공공와이파이 설치\n\n정보화 용어 설명\n\n■ {{}}\n\n업무보고 p.9\n\n- 무선\n"
    assert [one[1:] for one in find_in(text.format("왑이파이"))] == [("name", "왑이파이", "와이파이")]
    assert [one[1:] for one in find_in(text.format("와이이파이"))] == [("name", "와이이파이", "와이파이")]
    assert [one[1:] for one in find_in(text.format("블록체인"))] == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("- 만족도 81.2점 → 83.5점 (2.1점 상승)", [("difference", "2.1", "2.3")]),
        ("- 만족도 81.2점 → 83.5점 (2.4점 상승)", []),
        ("- 면적 1.21배 → 1.34배(0.14배 증가)", []),
        ("- 대기 45분에서 30분으로 10분 단축", [("difference", "10", "15")]),
    ],
)
def test_what_rises_or_falls(said, expected):
    assert find(said) == expected


def test_dates_in_a_table():
    body = "사업\t기간\n쉼터\t'25. 7월 ~ 12월\n다리\t'25.10월 ~ 9월"
    assert [one[0] for one in find(body)] == ["date"]


def test_the_same_words_about_two_undertakings_are_not_one_number():
    body = "1. 쉼터\n○ 사업비 : 3,250백만원 (국비 1,300백만원, 시비 1,950백만원)\n2. 다리\n"
    body += "○ 사업비 : 2,400백만원 (국비 1,200백만원, 시비 1,200백만원)\n"
    assert find_in(f"{HEAD}{body}") == []


def test_an_amount_with_the_wrong_sign_is_blamed_on_its_own_line():
    text = f"{HEAD}세입\n\n(단위 : 천원)\n\n구 분\t2022 예산현액\t2021 최종예산\n계\t600\t900\n가\t100\t△200\n나\t200\t300\n다\t300\t400\n"
    assert [one[1:] for one in find_in(text)] == [("sum", "△200", "200")]


def test_a_unit_written_apart_is_the_same_unit():
    assert find_in(lay_tables(COLUMNS, COLUMNS, COLUMNS, COLUMNS, last="천 원")) == []


def test_a_project_called_like_a_division_is_a_project():
    columns = COLUMNS.replace("사업명", "구 분")
    rows = (
        "정책관\t900",
        "가담당관\t500",
        "일반회계\t500",
        "클라우드센터\t200",
        "쉼터\t300",
        "나담당관\t400",
        "일반회계\t400",
        "다리\t400",
    )
    table = "\n".join(f"{row}\t-\t-\t-\t-" for row in rows)
    assert find_in(f"{HEAD}□ 세출예산 집행현황\n\n(단위 : 천원)\n\n{columns}{table}\n") == []
