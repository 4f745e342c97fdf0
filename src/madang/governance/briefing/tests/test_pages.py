"""An officer brings a report, decides on each finding, and its records become the city's."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, Conflict, NotAllowed
from madang.core.pages.testing import ListPageCases, PageCases
from madang.governance.briefing.actions.living import save_wording
from madang.governance.briefing.actions.reports import adopt_report, decide_finding, import_report
from madang.governance.briefing.models import BudgetRow, FindingRow, ReportRow, TaskRow
from madang.governance.briefing.pages.adopted import ADOPTED_LISTS
from madang.governance.briefing.pages.reports import REPORT_LIST
from madang.governance.briefing.queries.reports import read_context

from .fragments import WHOLE, find_line

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WRONG = WHOLE.replace(
    "그늘막 보급사업\t2,000,000\t1,000,000\t500,000\t50%\t25%",
    "그늘막 보급사업\t2,000,000\t1,010,000\t500,000\t51%\t25%",
)


def bring(text: str = WRONG) -> str:
    return import_report(actor=HOUSE, now=NOW, name="보고.txt", raw=text.encode())


def decide(report_id: str, finding_id: int, **more) -> None:
    words = {"state": "accepted", "corrected": "", "note": "확인"} | more
    decide_finding(actor=HOUSE, now=NOW, report_id=report_id, finding_id=finding_id, **words)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "name"), [("ko", "업무보고"), ("en", "Work report")])
def test_the_public_page_speaks_both_languages(client, language, name):
    assert name in client.get("/briefing/", {"language": language}).content.decode()


@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_login(client):
    assert client.get("/desk/briefing/").headers["Location"].startswith("/accounts/login/")


class TestReports(ListPageCases):
    path = "/desk/briefing/"
    list_page = REPORT_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db):
        bring()

    def test_from_the_text_to_the_records(self, reader):
        ReportRow.objects.all().delete()
        reply = reader.post(
            f"{self.path}new/", {"file": SimpleUploadedFile("보고.txt", WRONG.encode("cp949", "ignore"))}
        )
        here = reply["Location"]
        assert reader.get(here).status_code == 200
        finding = FindingRow.objects.get()
        assert (finding.line, finding.kind) == (find_line("\t51%", WRONG), "repeat")
        assert "1,010,000" in reader.get(f"{here}findings/").content.decode()
        assert reader.post(f"{here}adopt/").status_code == 409
        address = f"{here}findings/{finding.id}/"
        page = reader.get(address).content.decode()
        assert "그늘막 보급사업 | 2,000,000 | 1,010,000" in page
        assert reader.post(address, {"state": "corrected", "note": "오기"}).status_code == 422
        done = reader.post(address, {"state": "corrected", "corrected": "1,000,000", "note": "오기"})
        assert done.status_code == 302
        assert reader.post(f"{here}adopt/")["Location"] == "/desk/briefing/tasks/"
        assert list(TaskRow.objects.values_list("task_code", flat=True)) == ["1-1", "1-2"]
        assert BudgetRow.objects.get(line=finding.line).committed_krw == 1_000_000_000
        assert BudgetRow.objects.get(line=finding.line).disbursed_krw == 500_000_000

    def test_what_was_read_is_shown_with_its_lines(self, reader):
        report = ReportRow.objects.get()
        here = f"{self.path}{report.id}/"
        for tab, said in {
            "staff": "공원녹지담당관",
            "tasks": "여름철 더위 쉼터 수요 증가",
            "steps": "쉼터 입찰공고",
            "figures": "근린공원",
            "budget": "공원하천정책관 &gt; 공원녹지담당관",
            "notes": "햇볕을 가리는 천",
            "terms": "디딤돌다리",
        }.items():
            page = reader.get(here, {"tab": tab}).content.decode()
            assert said in page, tab
            assert f"{here}text/#line-" in page
        text = reader.get(f"{here}text/").content.decode()
        finding = FindingRow.objects.get()
        assert f'id="line-{finding.line}"' in text
        assert f"{here}findings/{finding.id}/" in text

    def test_its_budget_is_a_table_as_corrected(self, reader):
        report, finding = ReportRow.objects.get(), FindingRow.objects.get()
        decide(report.id, finding.id, state="corrected", corrected="1,000,000")
        text = reader.get(f"{self.path}{report.id}/expenditure.csv").content.decode("utf-8-sig")
        assert "2022,공원녹지담당관,일반회계,그늘막 보급사업,2000000000,1000000000,500000000" in text
        assert "expenditure.csv" in reader.get(f"{self.path}{report.id}/").content.decode()
        assert reader.get(f"{self.path}{report.id}/nothing.csv").status_code == 404

    def test_several_findings_are_decided_together(self, reader):
        report = ReportRow.objects.get()
        finding = FindingRow.objects.get()
        here = f"{self.path}{report.id}/findings/"
        chosen = {"action": "correct", "ids": [str(finding.id)], "confirmed": "yes"}
        FindingRow.objects.update(computed="≥ 1,000,000")
        assert reader.post(here, chosen).status_code == 302
        assert FindingRow.objects.get().state == "open"
        FindingRow.objects.update(computed="1,000,000")
        reader.post(here, chosen)
        decided = FindingRow.objects.get()
        assert (decided.state, decided.corrected, decided.decided_by) == (
            "corrected",
            "1,000,000",
            "reader",
        )

    def test_every_finding_choice_answers(self, reader):
        here = f"{self.path}{ReportRow.objects.get().id}/findings/"
        for query in ({"state": "open"}, {"kind": "sum"}, {"q": "그늘막"}, {"sort": "-severity"}):
            assert reader.get(here, query).status_code == 200

    def test_a_report_brought_by_mistake_is_removed_and_an_adopted_one_stays(self, reader):
        report = ReportRow.objects.get()
        assert reader.post(f"{self.path}{report.id}/remove/")["Location"] == self.path
        assert not FindingRow.objects.exists()
        kept = bring(WHOLE)
        adopt_report(actor=HOUSE, now=NOW, report_id=kept)
        assert reader.post(f"{self.path}{kept}/remove/").status_code == 422
        assert ReportRow.objects.get().id == kept

    def test_an_unknown_report_or_finding_is_not_found(self, reader):
        report = ReportRow.objects.get()
        assert reader.get(f"{self.path}nobody/").status_code == 404
        assert reader.get(f"{self.path}{report.id}/findings/999999/").status_code == 404


class TestUpload(PageCases):
    path = "/desk/briefing/new/"


class AdoptedCases(ListPageCases):
    @pytest.fixture(autouse=True)
    def rows(self, db):
        adopt_report(actor=HOUSE, now=NOW, report_id=bring(WHOLE))


class TestTasks(AdoptedCases):
    path = "/desk/briefing/tasks/"
    list_page = ADOPTED_LISTS["tasks"]


class TestMilestones(AdoptedCases):
    path = "/desk/briefing/milestones/"
    list_page = ADOPTED_LISTS["milestones"]


class TestIndicators(AdoptedCases):
    path = "/desk/briefing/indicators/"
    list_page = ADOPTED_LISTS["indicators"]


class TestBudget(AdoptedCases):
    path = "/desk/briefing/budget/"
    list_page = ADOPTED_LISTS["budget"]

    def test_english_pages_say_what_staff_wrote_in_english(self, reader):
        save_wording(actor=HOUSE, now=NOW, ko="공원 쉼터 조성", en="Shelters in parks")
        reader.cookies["language"] = "en"
        page = reader.get(self.path).content.decode()
        assert "Shelters in parks" in page
        assert '<span lang="ko">그늘막 보급사업</span>' in page

    def test_a_task_s_items_keep_their_line(self, reader):
        reply = reader.get(self.path, {"task_code": "1-1", "format": "json"})
        assert {row["name"]["ko"] for row in json.loads(b"".join(reply))} == {
            "공원 쉼터 조성",
            "그늘막 보급사업",
        }

    def test_items_name_their_report_and_lead_to_their_line(self, reader):
        report = ReportRow.objects.get()
        page = reader.get(self.path, {"report": report.id}).content.decode()
        line = BudgetRow.objects.order_by("line").first().line
        assert f"/desk/briefing/{report.id}/text/#line-{line}" in page
        assert report.title in page
        assert "공원 쉼터 조성" not in reader.get(self.path, {"report": "another"}).content.decode()


@pytest.mark.django_db
def test_a_page_break_moves_no_line():
    row = ReportRow.objects.get(pk=bring(WRONG.replace("□ 추진실적", "\x0c□ 추진실적")))
    finding = FindingRow.objects.get()
    assert [said for _, said, is_it in read_context(row, finding.line) if is_it][0].startswith(
        "그늘막 보급사업"
    )


@pytest.mark.django_db
def test_the_same_report_comes_in_once_and_decisions_end_with_adoption():
    report_id = bring()
    with pytest.raises(Conflict):
        bring()
    with pytest.raises(Conflict):
        adopt_report(actor=HOUSE, now=NOW, report_id=report_id)
    finding = FindingRow.objects.get()
    with pytest.raises(BadInput):
        decide(report_id, finding.id, state="whatever")
    decide(report_id, finding.id)
    adopt_report(actor=HOUSE, now=NOW, report_id=report_id)
    with pytest.raises(Conflict):
        decide(report_id, finding.id)
    assert BudgetRow.objects.get(line=finding.line).committed_krw == 1_010_000_000


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["≥ 1,000,000", "백만", "1,000,0OO", "50%", "1,000 2,000"])
def test_a_figure_is_corrected_only_by_a_figure(said):
    report_id = bring()
    with pytest.raises(BadInput) as refused:
        decide(report_id, FindingRow.objects.get().id, state="corrected", corrected=said)
    assert refused.value.details["field"] == "corrected"
    assert FindingRow.objects.get().state == "open"


@pytest.mark.django_db
def test_a_corrected_name_is_the_record_s_name():
    report_id = bring(WHOLE.replace("공원녹지관\t", "공원눅지관\t"))
    finding = FindingRow.objects.get(kind="name")
    decide(report_id, finding.id, state="corrected", corrected="공원녹지담당관")
    for one in FindingRow.objects.filter(state="open"):
        decide(report_id, one.id)
    adopt_report(actor=HOUSE, now=NOW, report_id=report_id)
    assert BudgetRow.objects.get(line=finding.line).name == "공원녹지담당관"


@pytest.mark.django_db
def test_the_real_report_becomes_records(real_report):
    report_id = bring(real_report)
    for finding in FindingRow.objects.all():
        decide(report_id, finding.id)
    adopt_report(actor=HOUSE, now=NOW, report_id=report_id)
    assert (TaskRow.objects.count(), FindingRow.objects.count(), BudgetRow.objects.count()) == (20, 49, 201)


@pytest.mark.django_db
def test_nobody_without_the_permission_changes_anything():
    with pytest.raises(NotAllowed):
        import_report(actor=ANONYMOUS, now=NOW, name="x", raw=WRONG.encode())
    assert ReportRow.objects.count() == 0
