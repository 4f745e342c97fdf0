"""A report is adopted, its tasks live on, and the report is written again from them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, Conflict, NotAllowed, NotFound
from madang.governance.briefing.actions import editions, living
from madang.governance.briefing.actions.reports import (
    adopt_report,
    decide_finding,
    import_report,
    remove_report,
)
from madang.governance.briefing.gateway.report import read_report
from madang.governance.briefing.models import (
    ActualRow,
    EditionRow,
    FindingRow,
    MeasureRow,
    MoneyRow,
    PlanRow,
    ReportRow,
    StepRow,
)
from madang.governance.briefing.queries import living as queries
from madang.governance.briefing.queries.editions import compare, list_published, read_document
from madang.governance.briefing.records import (
    MeasureEntry,
    MilestoneState,
    MoneyEntry,
    RiskEntry,
    StepEntry,
)

from .fragments import WHOLE

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


def adopt(text=WHOLE, now=NOW):
    report_id = import_report(actor=HOUSE, now=now, name="보고.txt", raw=text.encode())
    for one in FindingRow.objects.filter(report_id=report_id, state="open"):
        words = {"state": "accepted", "corrected": "", "note": "확인"}
        decide_finding(actor=HOUSE, now=now, report_id=report_id, finding_id=one.id, **words)
    adopt_report(actor=HOUSE, now=now, report_id=report_id)
    return report_id


def write(as_of=DAY, now=NOW):
    return editions.write_edition(actor=HOUSE, now=now, as_of=as_of)


def text_of(report_id):
    return ReportRow.objects.get(pk=report_id).text


@pytest.fixture
def base(db):
    return adopt()


def by(**more):
    return {"actor": HOUSE, "now": NOW, "code": "1-1"} | more


def test_a_report_becomes_the_tree_with_owners_steps_values_and_money(base):
    (goal, tasks), *rest = queries.list_tree()
    assert (goal.name, rest) == ("쉬어 가는 도시", [])
    one, other = tasks
    assert (one.plan.name, one.plan.owner) == ("동네 공원 쉼터 확충", "공원녹지담당관")
    assert other.plan.owner == "하천관리담당관"
    assert (one.steps, one.done, one.overdue) == (3, 0, 3)
    assert (one.budget_krw, one.committed_krw, one.rate) == (4_185_130_000, 2_310_553_000, Decimal("55.2"))
    assert {item.name for item in queries.list_money("1-1")} == {"공원 쉼터 조성", "그늘막 보급사업"}


def test_a_second_report_brings_it_up_to_date_and_keeps_what_people_set(base):
    step = StepRow.objects.get(name="쉼터 입찰공고")
    entry = StepEntry(name=step.name, starts_on=step.starts_on, ends_on=step.ends_on, state="done")
    living.save_step(**by(), step_id=step.id, entry=entry)
    later = WHOLE.replace("'22.7.1.", "'22.12.1.").replace("쉼터 검수 : '22. 12월", "쉼터 검수 : '23. 1월")
    adopt(later, datetime(2026, 11, 23, 10, tzinfo=UTC))
    assert StepRow.objects.filter(plan="1-1").count() == 3
    assert StepRow.objects.get(name="쉼터 입찰공고").state == "done"
    assert StepRow.objects.get(name="쉼터 검수").ends_on == date(2023, 1, 31)
    chairs = next(one for one in queries.list_measured("1-1", actor=HOUSE) if one.measure.name == "쉼터 의자")
    assert [(one.as_of, one.value) for one in chairs.actuals] == [
        (date(2022, 7, 1), 1530),
        (date(2022, 12, 1), 1530),
    ]


def test_what_people_enter_is_in_the_written_report_with_its_source_and_reads_back(base):
    step = StepRow.objects.get(name="쉼터 계약체결")
    moved = StepEntry(
        name=step.name, starts_on=date(2026, 9, 1), ends_on=date(2026, 10, 31), state="under_way"
    )
    living.save_step(**by(), step_id=step.id, entry=moved)
    living.save_step(
        **by(),
        step_id=None,
        entry=StepEntry(
            name="쉼터 개장", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31), source="회의"
        ),
    )
    living.add_result(**by(), as_of=DAY, text="쉼터 설계 공모 마침", source="공고 제12호")
    chairs = MeasureRow.objects.get(name="쉼터 의자")
    living.add_actual(**by(), measure_id=chairs.id, as_of=DAY, value=Decimal(1600), source="현장 확인")
    money = MoneyEntry(
        name="공원 쉼터 조성",
        as_of=DAY,
        source="재정시스템",
        current_budget_krw=2_185_130_000,
        committed_krw=1_500_000_000,
        disbursed_krw=1_000_000_000,
        forecast_krw=2_100_000_000,
    )
    living.add_money(**by(), entry=money)
    report_id = write()
    text = text_of(report_id)
    assert "- 쉼터 계약체결 : '26. 9월 ~ 10월 (진행 중)" in text
    assert "'22. 8월 ~ 9월" not in text
    assert text.index("쉼터 설계 공모 마침") < text.index("공원 쉼터 조성\t2,185,130\t1,500,000")
    assert "- 쉼터 의자 : 1,600개('26.11.23. 기준)" in text
    assert "공원 쉼터 조성\t2,185,130\t1,500,000\t1,000,000\t68.6%\t45.8%\t2,100,000\t96.1%" in text
    read = read_report(text)
    assert [one.title for one in read.tasks[0].milestones] == [
        "쉼터 입찰공고",
        "쉼터 계약체결",
        "쉼터 검수",
        "쉼터 개장",
    ]
    assert read.title == "2026년 주요 업무보고"
    assert read.published_on == date(2026, 11, 1)
    document = read_document(EditionRow.objects.get())
    labels = {one.mark: one.label.ko for one in document.sources}
    for block in document.blocks:
        marks = [block.source, *(row.source for row in block.rows)] if block.rows else [block.source]
        assert block.rows or block.source, block
        assert all(mark.split(":")[0] in labels for mark in marks if mark), block
    assert any("현장 확인" in one for one in labels.values())
    assert any("재정시스템" in one for one in labels.values())


def test_newer_amounts_stand_under_their_own_day_where_the_unit_has_a_line_of_its_own(base):
    for name in ("공원 쉼터 조성", "그늘막 보급사업"):
        living.add_money(**by(), entry=MoneyEntry(name=name, as_of=DAY, source="재정", committed_krw=1_000))
    lines = text_of(write()).split("\n")
    captions = [lines[at + 1] or lines[at + 2] for at, text in enumerate(lines) if "예산집행 현황" in text]
    assert captions[0] == "(단위 : 천원, '26.11.23. 기준)"
    assert captions[1] == "(단위 : 천원, '22.7.1. 기준)"


def test_amounts_that_no_longer_agree_are_found_and_hold_the_report_back(base):
    money = MoneyEntry(
        name="공원 쉼터 조성",
        as_of=DAY,
        source="재정시스템",
        current_budget_krw=2_185_130_000,
        committed_krw=1_500_000_000,
    )
    living.add_money(**by(), entry=money)
    report_id = write()
    open_ones = FindingRow.objects.filter(report_id=report_id, state="open")
    assert {one.kind for one in open_ones} >= {"repeat"}
    with pytest.raises(Conflict) as refused:
        editions.publish_edition(actor=HOUSE, now=NOW, report_id=report_id)
    assert str(open_ones.count()) in refused.value.text.ko
    assert list(list_published()) == []
    for one in open_ones:
        words = {"state": "accepted", "corrected": "", "note": "7월 뒤의 값"}
        decide_finding(actor=HOUSE, now=NOW, report_id=report_id, finding_id=one.id, **words)
    editions.publish_edition(actor=HOUSE, now=NOW, report_id=report_id)
    assert [one.text_id for one in list_published()] == [report_id]
    with pytest.raises(Conflict):
        editions.publish_edition(actor=HOUSE, now=NOW, report_id=report_id)


def test_the_next_report_s_figures_are_new_values_of_the_same_indicators(base):
    before = MeasureRow.objects.count()
    later = WHOLE.replace("'22.7.1.", "'22.12.1.").replace(
        "근린공원 26개소(873개), (실내) 복지시설 38개소(657개)",
        "근린공원 27개소(880개), (실내) 복지시설 39개소(650개)",
    )
    adopt(later, datetime(2026, 11, 23, 10, tzinfo=UTC))
    assert MeasureRow.objects.count() == before
    welfare = MeasureRow.objects.get(plan="1-1", name="(실내) 복지시설", unit="개소")
    assert [int(one.value) for one in welfare.actuals.order_by("as_of")] == [38, 39]


def test_a_finding_to_be_corrected_holds_it_back_until_it_is_written_anew(base):
    living.add_money(
        **by(), entry=MoneyEntry(name="공원 쉼터 조성", as_of=DAY, source="재정", committed_krw=1_500_000_000)
    )
    report_id = write()
    for one in FindingRow.objects.filter(report_id=report_id, state="open"):
        words = {"state": "corrected", "corrected": "1", "note": "잘못"}
        decide_finding(actor=HOUSE, now=NOW, report_id=report_id, finding_id=one.id, **words)
    with pytest.raises(Conflict) as refused:
        editions.publish_edition(actor=HOUSE, now=NOW, report_id=report_id)
    assert refused.value.code == "briefing.corrected"


def test_what_a_named_person_accepted_stays_accepted_and_what_was_corrected_is_printed_right(db):
    wrong = WHOLE.replace("2,310,553\t55.2%", "2,310,553\t56.2%").replace(
        "자치구 25개, 복지관 10개", "자치구 26개, 복지관 10개"
    )
    report_id = import_report(actor=HOUSE, now=NOW, name="보고.txt", raw=wrong.encode())
    rates = FindingRow.objects.filter(report_id=report_id, kind="rate")
    assert rates.exists()
    for one in FindingRow.objects.filter(report_id=report_id):
        words = {"state": "accepted", "corrected": "", "note": "그대로"}
        if one.kind == "rate":
            words = {"state": "corrected", "corrected": one.computed, "note": "오기"}
        decide_finding(actor=HOUSE, now=NOW, report_id=report_id, finding_id=one.id, **words)
    adopt_report(actor=HOUSE, now=NOW, report_id=report_id)
    written = write()
    assert "56.2%" not in text_of(written)
    left = FindingRow.objects.filter(report_id=written)
    assert left.exists()
    assert {(one.state, one.decided_by, one.note) for one in left} == {("accepted", HOUSE.name, "그대로")}
    editions.publish_edition(actor=HOUSE, now=NOW, report_id=written)


def test_the_real_report_is_written_again_without_a_new_finding(db, real_report):
    adopt(real_report)
    report_id = write()
    findings = FindingRow.objects.filter(report_id=report_id)
    assert (findings.count(), findings.filter(state="open").count()) == (49, 0)
    assert PlanRow.objects.count() == 20
    assert PlanRow.objects.get(pk="3-9").owner == "데이터센터"
    assert {
        one.kind
        for one in (change.fact for change in compare(ReportRow.objects.get(edition=None).id, report_id))
    } <= {"budget"}


def test_what_differs_between_two_dates(base):
    first = write()
    living.add_result(**by(), as_of=DAY, text="쉼터 준공", source="준공계")
    step = StepRow.objects.get(name="쉼터 검수")
    entry = StepEntry(name=step.name, starts_on=step.starts_on, ends_on=step.ends_on, state="done")
    living.save_step(**by(), step_id=step.id, entry=entry)
    chairs = MeasureRow.objects.get(name="쉼터 의자")
    living.add_actual(**by(), measure_id=chairs.id, as_of=DAY, value=Decimal(1600), source="현장 확인")
    second = write()
    changes = compare(first, second)
    said = {
        (one.fact.kind, one.before and one.before.value, one.after and one.after.value) for one in changes
    }
    assert ("result", None, "쉼터 준공") in said
    assert ("milestone", "'22. 12월", "'22. 12월 (완료)") in said
    assert ("indicator", None, "1,600") in said
    assert compare(second, second) == []
    assert len(compare(second, first)) == len(changes)


def test_nothing_new_is_not_written_twice_nor_adopted(base):
    report_id = write()
    with pytest.raises(Conflict):
        write()
    with pytest.raises(Conflict):
        adopt_report(actor=HOUSE, now=NOW, report_id=report_id)
    with pytest.raises(BadInput):
        write(as_of=date(2027, 1, 1))


def test_a_draft_is_removed_and_written_again_a_published_one_stays(base):
    report_id = write()
    remove_report(actor=HOUSE, now=NOW, report_id=report_id)
    assert not EditionRow.objects.exists()
    again = write()
    editions.publish_edition(actor=HOUSE, now=NOW, report_id=again)
    with pytest.raises(Conflict):
        remove_report(actor=HOUSE, now=NOW, report_id=again)
    with pytest.raises(NotAllowed):
        remove_report(actor=ANONYMOUS, now=NOW, report_id=again)


def test_without_an_adopted_report_there_is_nothing_to_write(db):
    with pytest.raises(Conflict):
        write()


@pytest.mark.parametrize(
    "entry",
    [
        StepEntry(name=" ", starts_on=DAY, ends_on=DAY),
        StepEntry(name="일", starts_on=None, ends_on=None),
        StepEntry(name="일", starts_on=DAY, ends_on=date(2026, 1, 1)),
        StepEntry(name="일", starts_on=DAY, ends_on=DAY, state="later"),
    ],
)
def test_a_step_that_can_not_be_is_refused(base, entry):
    with pytest.raises(BadInput):
        living.save_step(**by(), step_id=None, entry=entry)


def test_values_and_money_that_can_not_be_are_refused(base):
    measure = MeasureRow.objects.filter(plan="1-1").first()
    for value, day in ((Decimal("NaN"), DAY), (Decimal(10) ** 17, DAY), (Decimal(1), date(2027, 1, 1))):
        with pytest.raises(BadInput):
            living.add_actual(**by(), measure_id=measure.id, as_of=day, value=value, source="x")
    with pytest.raises(NotFound):
        living.add_actual(**by(code="1-2"), measure_id=measure.id, as_of=DAY, value=Decimal(1), source="x")
    for amounts in (
        {"committed_krw": -1},
        {"current_budget_krw": 5, "committed_krw": 6},
        {"committed_krw": 1, "disbursed_krw": 2},
    ):
        with pytest.raises(BadInput):
            living.add_money(**by(), entry=MoneyEntry(name="일", as_of=DAY, source="x", **amounts))
    with pytest.raises(BadInput):
        living.save_measure(
            **by(), measure_id=measure.id, entry=MeasureEntry(name="일", unit="개", live="no.such")
        )
    assert not ActualRow.objects.filter(report=None).exists()
    assert not MoneyRow.objects.filter(report=None).exists()


def test_every_change_is_in_the_history(base):
    living.save_risk(
        **by(), risk_id=None, entry=RiskEntry(name="자재 늦음", level="severe", response="다른 곳 찾기")
    )
    risk = queries.list_risks("1-1")[0]
    living.save_risk(
        **by(), risk_id=risk.id, entry=RiskEntry(name="자재 늦음", level="severe", is_closed=True)
    )
    living.add_decision(**by(), decided_on=DAY, text="구역을 나눔", decided_by="국장", source="회의록")
    living.set_owner(**by(), owner="하천관리담당관")
    said = [one.what_ko for one in queries.list_history("1-1")]
    assert said[0] == "담당: 공원녹지담당관 → 하천관리담당관"
    assert said[1] == "결정: 구역을 나눔 (국장)"
    assert "위험 (끝남)" in said[2]
    assert "위험 (열림)" in said[3]


def test_the_english_history_has_no_korean_unit_and_one_language_of_a_source(base):
    measure = MeasureRow.objects.filter(plan__code="1-1").first()
    entry = MeasureEntry(name=measure.name, unit="대", target=Decimal(7))
    living.save_measure(**by(), measure_id=measure.id, entry=entry)
    told = {"as_of": DAY, "value": Decimal(5), "source": "점검 · inspection"}
    living.add_actual(**by(), measure_id=measure.id, **told)
    value, target, *_ = queries.list_history("1-1")
    assert value.what_en == f"value added: {measure.name}: 5 ({DAY}, inspection)"
    assert value.what_ko == f"실적 더함: {measure.name}: 5대 ({DAY}, 점검)"
    assert target.what_en == f"indicator {measure.name}: target 7, live indicator -"


def test_nobody_without_the_permission_changes_a_task(base):
    with pytest.raises(NotAllowed):
        living.set_owner(actor=ANONYMOUS, now=NOW, code="1-1", owner="x")
    with pytest.raises(NotAllowed):
        editions.write_edition(actor=ANONYMOUS, now=NOW, as_of=DAY)
    report_id = write()
    with pytest.raises(NotAllowed):
        editions.publish_edition(actor=ANONYMOUS, now=NOW, report_id=report_id)


def test_every_state_has_its_word():
    assert set(living.STATE_NAMES) == set(MilestoneState)
