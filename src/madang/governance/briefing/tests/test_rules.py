"""Each rule finds its fault, and leaves alone the case that looks wrong and isn't."""

from __future__ import annotations

import pytest

from madang.governance.briefing.detectors.checking import find_faults
from madang.governance.briefing.gateway.report import read_report

from .fragments import PROJECT_HEAD, WHOLE, find_in, find_line


def task(body: str) -> str:
    return f"2022. 7.\n\n1-1\n\n시험 과제\n\n□ 추진실적\n\n{body}\n"


def project(cells: str) -> str:
    return task(PROJECT_HEAD + cells)


def kinds(text: str) -> list[str]:
    return [kind for _, kind, _, _ in find_in(text)]


def test_a_report_whose_figures_agree_is_not_accused():
    assert find_in(WHOLE) == []


CHANGED = [
    ("계\t104\t101", "계\t104\t101\t△3\t101\t81", "계\t104\t101\t△3\t101\t71", "sum"),
    ("공원녹지담당관\t53", "55\t44\t8\t3", "55\t43\t8\t3", "sum"),
    ("하천관리담당관\t51", "△5", "△6", "difference"),
    ("계\t7,412,360\t6,230,000", "7,412,360", "7,512,360", "sum"),
    ("공원녹지관", "669,730", "669,370", "difference"),
    ("공원녹지관", "19.1%", "19.2%", "rate"),
    ("공원녹지관", "55.2%", "56.2%", "rate"),
    ("의자 1,530개", "1,530개", "1,350개", "sum"),
    ("(실외) 어린이공원", "542개", "524개", "sum"),
    ("(실내) 경로당", "396개", "296개", "sum"),
    ("(실내) 경로당", "11개소", "13개소", "sum"),
    ("총 8,006개", "8,006", "8,060", "repeat"),
    ("합계\t고정형", "1,979", "1,797", "sum"),
    ("8,006\t3,329", "3,329", "3,392", "sum"),
    ("18개→72개", "54개", "45개", "difference"),
    ("* 자치구 25개", "10개", "11개", "sum"),
    ("총 300개", "300개", "310개", "sum"),
    ("계획 158개", "57개", "75개", "sum"),
    ("3개구(", "3개구", "4개구", "sum"),
    ("4,100 m^2", "2,300", "2,200", "sum"),
    ("※ 28개 기관", "28개", "27개", "sum"),
    ("공원 쉼터 조성\t2,185,130\t1,310,553", "41.4%", "41.5%", "rate"),
    ("공원 쉼터 조성\t2,185,130\t1,310,553", "96.1%", "91.6%", "rate"),
    ("그늘막 보급사업\t2,000,000\t1,000,000\t500,000\t50%", "50%", "51%", "rate"),
    ("하천 산책로 정비\t3,227,230\t1,710,454\t-\t53.0%\t-", "1,710,454", "1,711,454", "repeat"),
    ("주차요금수입", "742,720", "743,720", "sum"),
    ("보조금\t642,720", "순증", "100.0%", "rate"),
    ("공원하천정책관", "1,405,122", "1,415,122", "sum"),
    ("쉼터 입찰공고", "'22. 7월 ~ 8월", "'22. 8월 ~ 7월", "date"),
    ("쉼터 입찰공고", "'22. 7월 ~ 8월", "'22. 7월 ~ 13월", "date"),
    ("쉼터 입찰공고", "'22. 7월 ~ 8월", "'22. 4월 ~ 5월", "date"),
    ("쉼터 검수", "'22. 12월", "'22. 7월", "date"),
    ("디딤돌다리 정비 :", "'23. 2월", "'21. 2월", "date"),
    ("의자 1,530개", "'21.11.~'22.4.", "'22.4.~'21.11.", "date"),
    ("- 1-2. 하천", "산책로", "산택로", "name"),
    ("하천관리관", "하천관리관", "하전관리관", "name"),
    ("1) 그늘막 :", "1)", "2)", "name"),
]


@pytest.mark.parametrize(("where", "old", "new", "kind"), CHANGED, ids=lambda value: value[:24])
def test_a_changed_figure_is_found(where, old, new, kind):
    lines = WHOLE.split("\n")
    number = find_line(where)
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    found = find_in("\n".join(lines))
    assert kind in [one[1] for one in found]


def test_a_page_that_points_nowhere_is_found():
    text = WHOLE.replace("■ 산책로\n\n업무보고 p.10", "■ 산책로\n\n업무보고 p.91")
    assert ("name", "p.91", "p.10") in [one[1:] for one in find_in(text)]
    text = WHOLE.replace("■ 산책로\n\n업무보고 p.10", "■ 산책로\n\n업무보고 p.9")
    assert ("name", "p.9", "p.10") in [one[1:] for one in find_in(text)]


AGREEING = {
    "a rate rounded to a whole number": project(
        "가 사업\t600,000\t121,738\t101,053\t20%\t17%\t600,000\t100%"
    ),
    "a half rounded down": project("가 사업\t2,000\t501\t501\t25.0%\t25.1%\t2,000\t100%"),
    "a rate from amounts rounded to the unit": project("가 사업\t3\t1\t1\t39.9%\t20.1%\t3\t100%"),
    "almost all is all at this precision": project(
        "가 사업\t4,998\t4,997\t4,997\t100.0%\t100.0%\t4,998\t100%"
    ),
    "a dash for nothing spent": project("가 사업\t450,000\t-\t-\t-\t-\t450,000\t100%"),
    "a rate of nearly nothing": project("가 사업\t2,147,534\t750\t750\t0.0%\t0.0%\t2,147,534\t100%"),
    "a bracket that counts something else": task("- 실외 26개소(873대), 방범 194개소, 667대 설치중"),
    "examples that end in 등": task("- 발급 가능한 전자증명서 7종(주민등록표등본, 건강보험확인서 등)"),
    "floors in a bracket": task("- 규 모 : 2개 동(지상21층·17층, 지하7층)"),
    "one part of a whole": task("- 300개 중 30개 완료"),
    "two parts of a whole, others left": task("- 응답자 300명 중 30명 찬성, 50명 반대"),
    "about": task("- 데이터현황 : 총 7,000여개(공공데이터 5,800여개, 통계표 1,250여개)"),
    "a running total beside": task("- 과제 분석수 208건(누적 2,152건), 이용자 622명(누적 10,677명)"),
    "including": task("- 도시생활지도 37종(코로나 테마 포함, 여름 테마 포함) 운영"),
    "an open list of places": task(
        "- 설치 500대\n - (실외) 가 20개소(300대), (실내) 나 10개소(200대)\n"
        " - ▶ (실외) 거리 7개소(100대), 시장 9개소(150대) 등"
    ),
    "years across": task("- 추진('22.6월~'23.2월), ('22.4.29.~5.11.), ('22. 9.26. ~ 27.), '22년 1~3월"),
    "open ends": task("- 계속 추진 : ~ '22. 12월, '22.12월 ~"),
    "floors and ranges that are no dates": task("- 2~4층, 20~30미터, 10~5 등급"),
    "a leap day": task("- 행사('20.2.29.)"),
    "a name shortened": WHOLE.replace("- 1-1. 동네 공원 쉼터 확충", "- 1-1. 동네 쉼터 확충"),
    "a name spaced and marked otherwise": WHOLE.replace("- 1-2. 하천 산책로 정비", "- 1-2. 하천·산책로정비"),
    "particles": task(
        "- 정보자원을 정보자원의 정보자원의 정보자원의 쓰임\n- 메타버스는 메타버스를 메타버스를 메타버스를"
    ),
    "another word with the same beginning": task("- 서울시민의 서울시민패널 서울시민패널 서울시민패널"),
    "a plan under way": WHOLE.replace("쉼터 검수 : '22. 12월", "쉼터 검수 : '22. 5월 ~ 12월"),
}


@pytest.mark.parametrize("text", AGREEING.values(), ids=AGREEING.keys())
def test_what_looks_wrong_and_is_not_stays_unaccused(text):
    assert find_in(text) == []


def test_a_sum_of_rounded_amounts_may_be_off_by_one_thousand_won_and_no_more():
    text = WHOLE.replace(
        "공원하천정책관\t7,412,360\t4,021,007\t1,405,122", "공원하천정책관\t7,412,360\t4,021,007\t1,405,{}"
    )
    assert "sum" not in kinds(text.format(123))
    assert "sum" in kinds(text.format(124))


def test_a_rate_cut_off_instead_of_rounded_is_minor_and_says_so():
    assert find_in(project("가 사업\t600,000\t121,738\t101,053\t20%\t16%\t600,000\t100%"))[0][1:] == (
        "rate",
        "16%",
        "17%",
    )


def test_a_computed_rate_is_rounded_half_up():
    found = find_in(project("가 사업\t3,200,000\t200,000\t200,000\t6.0%\t6.3%\t3,200,000\t100%"))
    assert [one[1:] for one in found] == [("rate", "6.0%", "6.3%")]


def test_differences_off_by_the_same_amount_have_one_cause():
    from madang.governance.briefing.detectors.checking import find_faults  # noqa: PLC0415
    from madang.governance.briefing.gateway.report import read_report  # noqa: PLC0415

    text = WHOLE.replace("722,370\t70.8%", "79,650\t7.8%").replace(
        "보조금\t642,720\t-\t642,720", "보조금\t642,720\t-\t-"
    )
    causes = {one.cause.en for one in find_faults(read_report(text)) if one.kind == "difference"}
    assert len(causes) == 1
    assert "one cause" in causes.pop()


def test_the_same_item_with_two_values_names_both_places():
    text = WHOLE.replace(
        "그늘막 보급사업\t2,000,000\t1,000,000\t500,000\t50%",
        "그늘막 보급사업\t2,000,000\t1,010,000\t500,000\t51%",
    )
    found = [one for one in find_in(text) if one[1] == "repeat"]
    assert found == [(find_line("\t50%"), "repeat", "1,010,000", "1,000,000")]


def test_two_columns_that_are_swapped_have_one_cause():
    row = "공원 쉼터 조성\t2,185,130\t{}\t{}\t60.0%\t41.4%\n"
    text = WHOLE.replace(row.format("1,310,553", "905,122"), row.format("905,122", "1,310,553"))
    assert text != WHOLE
    repeats = [one for one in find_faults(read_report(text)) if one.kind == "repeat"]
    assert {one.cause.ko for one in repeats} == {"두 칸의 값이 서로 바뀐 것으로 보임"}


def test_an_item_named_alike_with_other_amounts_is_another_item():
    text = WHOLE.replace(
        "그늘막 보급사업\t2,000,000\t1,000,000\t500,000\t50%\t25%",
        "그늘막 보급\t150,000\t75,000\t37,500\t50%\t25%",
    )
    text = text.replace("2,000,000\t100%", "150,000\t100%")
    assert find_in(text) == []


def test_one_misspelt_word_among_many_is_found():
    body = "- 에스플렉스센터 운영\n- 에스플렉스센터 정비\n- 에스플렉스센터 점검\n- 에스플랙스센터 개선"
    assert [one[1:] for one in find_in(task(body))] == [("name", "에스플랙스", "에스플렉스")]


def test_a_chronicle_out_of_order_is_found():
    body = "《추진경과》\n\n- ▶ '15.01. : 협약\n- ▶ '18.01.01. : 재계약\n- ▶ '16.04. : 시설인수"
    assert kinds(task(body)) == ["date"]
    assert kinds(task(body.replace("'16.04.", "'18.04."))) == []


def test_a_day_the_calendar_does_not_have_is_found():
    assert kinds(task("- 행사('22.2.30.)")) == ["date"]


def test_growth_and_share_in_a_sentence():
    assert kinds(task("- 이용 100건→120건(20% 증가), 200명 중 50명(25%)")) == []
    assert kinds(task("- 이용 100건→120건(25% 증가), 200명 중 50명(30%)")) == ["rate", "rate"]


def test_equations_in_a_sentence():
    assert kinds(task("- 4,530대 = 2,373 + 2,157")) == []
    assert kinds(task("- 4,530대 = 2,373 + 2,175")) == ["sum"]


def test_two_numbers_for_the_same_sentence():
    body = "- 서울시 {}개 기관에 대한 24시간 통합보안관제 운영"
    assert kinds(task(body.format(72) + "\n" + body.format(72))) == []
    assert kinds(task(body.format(72) + "\n" + body.format(73))) == ["repeat"]


def test_the_same_words_in_another_task_may_be_about_another_thing():
    text = task("- 참여자 1,200명(온라인 700명, 현장 500명)").replace("시험 과제", "쉼터 과제")
    other = task("- 참여자 1,300명(온라인 900명, 현장 400명)").replace("1-1", "1-2")
    assert find_in(text + other) == []
    body = "- 서울시 {}개 기관에 대한 24시간 사이버안전센터 통합보안관제 운영"
    both = task(body.format(72)) + task(body.format(73)).replace("1-1", "1-2").replace("시험", "다른")
    assert [one[1] for one in find_in(both)] == ["repeat"]


def test_a_step_that_is_said_to_be_done_is_not_a_plan_for_the_past():
    over = "쉼터 입찰공고 : '22. 3월 ~ 4월"
    planned = WHOLE.replace("쉼터 입찰공고 : '22. 7월 ~ 8월", over)
    assert any(kind == "date" for _, kind, *_ in find_in(planned))
    assert find_in(planned.replace(over, f"{over} (완료)")) == []


def test_the_value_most_places_have_is_right():
    body = "- {} 개 기관 24시간 통합보안관제 운영을 실시\n- {}개 기관 24시간 통합보안관제 운영을 실시\n - 18개→72개 기관 확대"
    first, second = (find_in(task(body.format(*said).replace(" 개", "개"))) for said in ((27, 72), (72, 27)))
    assert [(line, kind, stated) for line, kind, stated, _ in first] == [(9, "repeat", "27개")]
    assert [(line, kind, stated) for line, kind, stated, _ in second] == [(10, "repeat", "27개")]


def test_a_total_confirmed_by_its_parts_is_not_blamed_for_the_sentence_beside_it():
    text = WHOLE.replace("8,006\t3,329", "8,016\t3,329")
    assert [(line, kind) for line, kind, *_ in find_in(text)] == [(find_line("8,016\t3,329", text), "sum")]
    text = WHOLE.replace("총 8,006개", "총 8,060개")
    assert [(line, kind) for line, kind, *_ in find_in(text)] == [(find_line("총 8,060개", text), "repeat")]


def test_a_total_of_something_else_beside_a_table_is_not_compared_with_it():
    assert find_in(WHOLE.replace("총 8,006개", "총 8,006개, 총 17회 점검")) == []
    assert find_in(WHOLE.replace("- 쉼터 의자 1,530개", "- 총 17회 점검, 의자 1,530개")) == []


def test_a_part_that_is_wrong_leaves_the_whole_alone():
    text = WHOLE.replace("근린공원 26개소(873개)", "근린공원 26개소(837개)")
    assert [(line, kind) for line, kind, *_ in find_in(text)] == [(find_line("837개", text), "sum")]


def test_the_misspelt_title_is_named_and_not_the_first_printed():
    text = WHOLE.replace("- 1-2. 하천 산책로 정비", "- 1-2. 하천 산책로 정배")
    assert [(line, stated) for line, kind, stated, _ in find_in(text) if kind == "name"] == [
        (find_line("정배", text), "하천 산책로 정배")
    ]


def test_a_title_under_another_code_is_found():
    text = WHOLE.replace("- 1-1. 동네 공원", "- 1-2. 동네 공원")
    assert ("name", "1-2", "1-1") in [one[1:] for one in find_in(text)]
    both = WHOLE.replace("- 1-2. 하천 산책로 정비", "- 1-2. 하천 산책로 정비\n- 1-3. 홍보\n- 2-3. 홍보")
    assert find_in(both) == []


def test_a_forecast_below_what_is_committed_is_found():
    row = "가 사업\t5,812,886\t5,234,780\t2,675,996\t90.1%\t46.0%\t{}"
    assert kinds(project(row.format("5,234,526\t90.1%"))) == ["difference"]
    assert kinds(project(row.format("5,234,780\t90.1%"))) == []


def test_ratios_in_a_table_and_beside_it():
    table = "핵심 성능\t\t4G\t5G\t4G 대비\n초고속\t최대 전송속도\t1 Gbps\t20 Gbps\t{}\n저지연\t전송지연\t10 ms\t1 ms\t1/10\n"
    said = "- 4G 대비 용량은 1,000배 많고 속도는 {}배 빠름\n\n"
    assert find_in(task(said.format(20) + table.format("20배"))) == []
    assert [one[1:] for one in find_in(task(said.format(20) + table.format("30배")))] == [
        ("rate", "30배", "20배")
    ]
    assert [one[1:] for one in find_in(task(said.format(200) + table.format("20배")))] == [
        ("repeat", "200배", "20배")
    ]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("- 1-2. 하천 산책로 정비", "- 8-2. 하천 산책로 정비", ("name", "8-2", "1-2")),
        ("\n1-2\n\n하천 산책로 정비", "\n6-2\n\n하천 산책로 정비", ("name", "6-2", "1-2")),
        ("\n1 쉬어 가는 도시", "\n7 쉬어 가는 도시", ("name", "7", "1")),
        ("일반회계\t4,185,130\t", "일반회계\t4,185,131\t", ("sum", "4,185,131", "4,185,130")),
    ],
)
def test_a_wrong_number_is_blamed_where_it_stands(old, new, found):
    assert WHOLE.count(old) == 1
    number = find_line(new.strip().split("\n")[0], WHOLE.replace(old, new))
    found_there = [one[1:] for one in find_in(WHOLE.replace(old, new)) if one[0] == number]
    assert found_there == [found]


def test_a_footnote_with_the_number_of_another_is_found():
    text = task("- 쉼터¹⁾ 30개소, 그늘막²⁾ 20개\n\n1) 쉼터 : 쉬는 곳\n\n{}) 그늘막 : 그늘을 만드는 천")
    assert find_in(text.format(2)) == []
    assert [one[1:] for one in find_in(text.format(1))] == [("name", "1)", "2)")]
