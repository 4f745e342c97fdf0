"""Years far from the report's own, results of a day to come, ranges that go nowhere."""

from __future__ import annotations

import pytest

from .fragments import WHOLE, find_in, find_line

PLAN = "\n".join(
    f"- 쉼터 {name}권 정비 : '22. {month}월 ~ 12월"
    for name, month in zip("가나다라마바사아자차카", [7] * 11, strict=True)
)


def find(body, heading="추진실적"):
    text = f"2022년 주요 업무보고\n\n2022. 7.\n\n1-1\n\n공원 확충\n\n□ {heading}\n\n{body}\n"
    return [one[1:] for one in find_in(text)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("- 쉼터 개장식 개최('23.5.11.)", [("date", "'23.5.11.", "~ 2022-07")]),
        ("- 쉼터 개방 : 6,959개('21.12) → 7,065개('24.8)", [("date", "'24.8", "~ 2022-07")]),
        ("- 시민 의견 수렴('26.4.29.~5.11.)", [("date", "'26.4.29.~5.11.", "~ 2022-07")]),
        ("- 쉼터 정비('24년 실적)", [("date", "'24년 실적", "'22년 실적")]),
        ("- 이용현황('22.9) : 쉼터 30개", [("date", "'22.9", "")]),
        ("- 투표 10건(누적, '22.5.기준), 제안 20건(누적, '22.9.기준)", [("date", "'22.9.", "")]),
        ("- 쉼터 위탁 계약('52. 3월)", [("date", "'52. 3", "'22. 3")]),
        ("- ‘2202년 공원조사’ 실시", [("date", "2202", "2022")]),
        ("- ‘4022 공원조사’ 실시", [("date", "4022", "2022")]),
        ("- 쉼터 정비 완료(21월 개장)", [("date", "21월", "")]),
        ("- 쉼터 시범운영('22년 3~3월)", [("date", "3~3월", "")]),
        ("- (7~3단계) 쉼터 확대", [("date", "7~3단계", "3 ~ 7단계")]),
    ],
)
def test_a_date_that_cannot_be_is_found(body, found):
    assert find(body) == found


@pytest.mark.parametrize(
    "body",
    [
        "- 쉼터 개장식 개최('22.7.11.), 설계 완료('22.6.), 개장 예정('23.3.)",
        "- 쉼터 확대('24년까지 단계별), 정비 추진('22.4.~'23.2.)",
        "- 쉼터 방문 30명('21년), 목표 7,065개('23.7)",
        "- ‘2021 공원조사’ 실시, 2050년 탄소중립, 1298년 축조, 5000년 역사, 기원전 2333년, 총 4022 그루",
        "- 2차 교체 2,000대('22.12월), 전 자치구 확대('23.1월)",
        "- 36월령 이하, 생후 24월 이상, 12월 개장, 22.10월, 2022월드컵공원 정비",
        "- 2~4층, 20~30미터, 11~2월 휴장, '22. 7월 ~ '23. 7월, (2~3단계) 확대",
        "- 사업기간 '22. ~ '26., 알코올 '36.5도'",
        "- 시스템 도입('98.5.), 의견 수렴('22.4.29.~5.11.)",
    ],
)
def test_what_looks_wrong_and_is_not_stays_unaccused(body):
    assert find(body) == []


def test_what_is_told_as_done_is_not_of_a_day_to_come():
    said = "- 저장소는 '27년 6월까지 자료를 모으는 사업을 완료하였음"
    assert find(said, "개요") == [("date", "'27년 6월", "~ 2022-07")]
    assert find(said.replace("완료하였음", "완료하기로 하였음"), "개요") == []


def test_a_step_years_after_all_others_is_found():
    assert find(PLAN, "향후계획") == []
    found = find(PLAN.replace("가권 정비 : '22.", "가권 정비 : '27."), "향후계획")
    assert found == [("date", "'27. 7월 ~ 12월", "'22. 7월 ~ 12월")]
    assert find(PLAN.replace("'22. 7월", "'25. 7월", 2), "향후계획") == [], "two are a plan of some years"


@pytest.mark.parametrize(
    ("old", "new", "stated", "computed"),
    [
        ("2022년 주요 업무보고", "9022년 주요 업무보고", "9022", "2022"),
        ("\n2022. 7.\n", "\n5022. 7.\n", "5022", "2022"),
        ("2022년도 세입·세출 예산현황", "2122년도 세입·세출 예산현황", "2122", "2022"),
    ],
)
def test_a_year_of_another_age_is_found(old, new, stated, computed):
    found = [one[1:] for one in find_in(WHOLE.replace(old, new, 1))]
    assert found == [("date", stated, computed)]


def test_the_year_of_one_heading_among_many_like_it_is_found():
    head = "사업명\t예산현액\t집행액\t\t집행률(%)\t\t'22년말 집행예상액\t"
    text = WHOLE + f"\n※ 예산집행 현황\n\n{head}\n"
    assert text.count(head) == 3
    assert find_in(text) == []
    number = find_line("그늘막 보급사업", text) - 3
    lines = text.split("\n")
    assert lines[number - 1] == head
    lines[number - 1] = head.replace("'22년말", "'12년말")
    assert find_in("\n".join(lines)) == [(number, "date", "'12년말 집행예상액", "'22년말 집행예상액")]
    lines[number - 1] = head.replace("'22년말", "’22년말")
    assert find_in("\n".join(lines)) == []
