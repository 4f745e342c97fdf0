"""Staff keep a task up to date on its pages, write the report, and everyone reads what was published."""

from __future__ import annotations

import csv
import io

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from docx.oxml.ns import qn
from hwpx import HwpxDocument

from madang.core.base.interface import HOUSE, Aim, Translation, Unavailable
from madang.core.pages.testing import ListPageCases, PageCases
from madang.governance.briefing.actions import living
from madang.governance.briefing.actions.reports import decide_finding
from madang.governance.briefing.models import FindingRow, HistoryRow, MeasureRow, StepRow
from madang.governance.briefing.pages.editions import EDITION_LIST
from madang.governance.briefing.pages.wordings import WORDING_LIST
from madang.governance.briefing.queries import living as queries
from madang.governance.briefing.queries.living import find_live, list_measured
from madang.governance.briefing.records import MoneyEntry

from .test_living import DAY, NOW, adopt, by, write

TASK = "/desk/briefing/strategy/1-1/"


@pytest.fixture
def base(db):
    return adopt()


@pytest.fixture
def open_edition(base):
    """An edition with a finding that nobody accepted."""
    entry = MoneyEntry(name="공원 쉼터 조성", as_of=DAY, source="재정", committed_krw=1_500_000_000)
    living.add_money(**by(), entry=entry)
    return write()


class TestTree(PageCases):
    path = "/desk/briefing/strategy/"

    def test_it_says_how_to_begin_and_then_shows_each_task(self, reader):
        assert "아직 과제가 없습니다" in reader.get(self.path).content.decode()
        adopt()
        page = reader.get(self.path).content.decode()
        assert TASK in page
        assert "공원녹지담당관" in page


class TestTask(PageCases):
    path = TASK

    @pytest.fixture(autouse=True)
    def rows(self, base):
        return base

    def test_a_step_is_set_done_and_stays_in_the_history(self, reader):
        step = StepRow.objects.get(name="쉼터 입찰공고")
        form = reader.get(f"{TASK}steps/{step.id}/").content.decode()
        assert "2022-07-01" in form
        said = {"name": step.name, "starts_on": "2022-07-01", "ends_on": "2022-08-31", "state": "done"}
        assert reader.post(f"{TASK}steps/{step.id}/", said)["Location"] == f"{TASK}#steps"
        page = reader.get(TASK).content.decode()
        assert "일정 바꿈: 쉼터 입찰공고" in page
        assert "기한 지남" in page
        wrong = reader.post(f"{TASK}steps/new/", {**said, "ends_on": "2022-01-01"})
        assert wrong.status_code == 422
        assert "끝이 시작보다 빠릅니다" in wrong.content.decode()

    def test_every_form_adds_what_it_says(self, reader):
        measure = MeasureRow.objects.get(name="쉼터 의자")
        day = str(DAY)
        forms = {
            "owner/": {"owner": "하천관리담당관"},
            "steps/new/": {"name": "개장", "ends_on": day, "state": "planned"},
            "indicators/new/": {"name": "만족도", "unit": "점", "aim": "higher", "target": "90"},
            f"indicators/{measure.id}/edit/": {
                "name": measure.name,
                "unit": "개",
                "aim": "higher",
                "target": "2000",
            },
            f"indicators/{measure.id}/values/": {"as_of": day, "value": "1600.5", "source": "현장"},
            "money/": {"name": "공원 쉼터 조성", "as_of": day, "committed_krw": "1", "source": "재정"},
            "results/": {"as_of": day, "text": "쉼터를 열었음", "source": "공고"},
            "risks/new/": {"name": "자재 늦음", "level": "severe", "response": "다른 곳 찾기"},
            "decisions/": {"decided_on": day, "text": "둘로 나눔", "decided_by": "국장", "source": "회의록"},
        }
        before = HistoryRow.objects.count()
        for address, said in forms.items():
            assert reader.get(f"{TASK}{address}").status_code == 200, address
            reply = reader.post(f"{TASK}{address}", said)
            assert reply.status_code == 302, (address, reply.content.decode())
        assert HistoryRow.objects.count() == before + len(forms)
        page = reader.get(TASK).content.decode()
        for words in ("1,600.5", "쉼터를 열었음", "자재 늦음", "둘로 나눔", "80.0%", "만족도"):
            assert words in page, words
        shown = reader.get(f"{TASK}indicators/{measure.id}/").content.decode()
        assert "현장" in shown
        assert "<canvas" in shown or "chart" in shown

    def test_what_is_not_there_is_not_found(self, reader):
        for address in (
            "/desk/briefing/strategy/9-9/",
            f"{TASK}steps/9999/",
            f"{TASK}indicators/9999/",
            f"{TASK}risks/9999/",
        ):
            assert reader.get(address).status_code == 404, address

    def test_a_reported_value_stands_beside_the_live_one(self, reader):
        name, state = next(iter(find_live(HOUSE).items()))
        measure = MeasureRow.objects.get(name="쉼터 의자")
        said = {"name": measure.name, "unit": measure.unit, "aim": Aim.HIGHER, "live": name}
        assert reader.post(f"{TASK}indicators/{measure.id}/edit/", said).status_code == 302
        assert (
            reader.post(f"{TASK}indicators/{measure.id}/edit/", {**said, "live": "no.such"}).status_code
            == 422
        )
        page = reader.get(TASK).content.decode()
        assert "아직 없음" in page
        one = next(one for one in list_measured("1-1", actor=HOUSE) if one.measure.id == measure.id)
        assert one.live.indicator == state.indicator

    def test_it_says_so_when_live_values_can_not_be_read(self, reader, monkeypatch):
        def fail(**_):
            raise Unavailable("lake", "호수가 없습니다", "no lake")

        monkeypatch.setattr(queries, "list_indicators", fail)
        page = reader.get(TASK).content.decode()
        assert "실시간 값을 지금 읽지 못했습니다" in page
        assert "1,530" in page


class TestEditions(ListPageCases):
    path = "/desk/briefing/editions/"
    list_page = EDITION_LIST

    @pytest.fixture(autouse=True)
    def rows(self, base):
        return write()

    def test_write_read_publish(self, reader, client, rows):
        here = f"{self.path}{rows}/"
        assert client.get(f"/briefing/reports/{rows}/").status_code == 404
        assert client.get(f"/briefing/reports/{rows}/file.txt").status_code == 404
        page = reader.get(f"{here}read/").content.decode()
        assert "초안" in page
        assert "[1:" in page
        assert reader.post(f"{here}publish/").status_code == 302
        page = client.get(f"/briefing/reports/{rows}/").content.decode()
        assert "2026년 주요 업무보고" in page
        assert "초안" not in page
        assert rows in client.get("/briefing/").content.decode()
        english = client.get(f"/briefing/reports/{rows}/", {"language": "en"}).content.decode()
        for words in ("Work report 2026", "Main tasks", "Outline", "Committed", "Sources", 'lang="ko"'):
            assert words in english, words
        assert "사업개요" not in english

    def test_the_same_day_again_is_refused_with_the_reason(self, reader):
        reply = reader.post(f"{self.path}new/", {"as_of": str(DAY)})
        assert reply.status_code == 422

    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_files_say_what_the_page_says(self, reader, rows, language):
        here = f"{self.path}{rows}/"
        pdf = reader.get(f"{here}file.pdf", {"language": language})
        assert pdf.content.startswith(b"%PDF-")
        assert f"-{language}.pdf" in pdf["Content-Disposition"]
        word = docx.Document(io.BytesIO(reader.get(f"{here}file.docx", {"language": language}).content))
        first, second = [one.width for one in word.tables[0].columns][:2]
        assert first >= 2 * second, "names have more room than numbers"
        (spoken,) = word.styles.element.iter(qn("w:lang"))
        assert spoken.get(qn("w:val")) == {"ko": "ko-KR", "en": "en-US"}[language]
        heads = [list(row._tr.iter(qn("w:tblHeader"))) for table in word.tables for row in table.rows[:1]]
        assert all(heads), "headings stand on every page of a table"
        assert "PAGE" in word.sections[0].footer.paragraphs[0]._p.xml
        said = [one.text for one in word.paragraphs]
        title = {"ko": "□ 사업개요", "en": "□ Outline"}[language]
        assert said.count(title) == 2
        cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
        assert "2,185,130" in cells
        assert {"ko": "사업명", "en": "Project"}[language] in cells
        hancom = HwpxDocument.open(reader.get(f"{here}file.hwpx", {"language": language}).content)
        assert hancom.validate().ok
        assert {table.element.get("repeatHeader") for table in hancom.tables.all} == {"1"}
        assert [one.text for one in hancom.paragraphs].count(title) == 2
        cells = {cell.text for table in hancom.tables.all for row in table.rows for cell in row.cells}
        assert {"2,185,130", {"ko": "사업명", "en": "Project"}[language]} <= cells
        assert reader.get(f"{here}file.exe").status_code == 404
        assert "공원 쉼터 조성\t2,185,130" in reader.get(f"{here}file.txt").content.decode()

    def test_what_staff_write_in_english_is_in_the_english_report(self, reader, rows):
        address, read = "/desk/briefing/wordings/", f"{self.path}{rows}/read/"
        left = reader.get(address, {"state": "left"}).context["rows"]
        ko = next(one for one in left if "동네 공원 쉼터 확충" in str(one["cells"][0][1]))
        marked = reader.get(read, {"language": "en"}).content.decode().count("(in Korean)")
        form = f"{address}{ko['id']}/"
        assert "동네 공원 쉼터 확충" in reader.get(form).content.decode()
        said = {"ko": "동네 공원 쉼터 확충", "en": "More shelters in parks"}
        assert reader.post(form, said)["Location"] == f"{address}?state=left"
        assert ko["id"] not in {one["id"] for one in reader.get(address, {"state": "left"}).context["rows"]}
        page = reader.get(read, {"language": "en"}).content.decode()
        assert page.count("More shelters in parks") == 2
        assert 0 < page.count("(in Korean)") < marked
        assert "(in Korean)" not in reader.get(read, {"language": "ko"}).content.decode()
        word = docx.Document(
            io.BytesIO(reader.get(f"{self.path}{rows}/file.docx", {"language": "en"}).content)
        )
        assert any("만듦 (in Korean)" in one.text for one in word.paragraphs)
        assert not any("More shelters in parks (" in one.text for one in word.paragraphs)

    def test_the_list_filled_in_is_brought_back_at_once(self, reader, rows):
        address = "/desk/briefing/wordings/"
        text = b"".join(reader.get(address, {"format": "csv", "state": "left"})).decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text)))
        filled = io.StringIO()
        csv.writer(filled).writerows(
            [
                table[0],
                *([row[0], f"passage {at}", *row[2:]] for at, row in enumerate(table[1:-1])),
                table[-1],
            ]
        )
        for content, status in (
            (filled.getvalue(), 302),
            ("한국어,영어\n쉼터,\n", 422),
            (f"{'쉼' * 1001},a", 422),
        ):
            file = SimpleUploadedFile("wordings.csv", content.encode())
            assert reader.post(f"{address}file/", {"file": file}).status_code == status
        assert [row["id"] for row in reader.get(address, {"state": "left"}).context["rows"]] == [
            Translation(ko=table[-1][0]).key
        ]


class TestOpenEdition(PageCases):
    @pytest.fixture(autouse=True)
    def rows(self, open_edition):
        type(self).path = f"/desk/briefing/editions/{open_edition}/"
        return open_edition

    path = "/desk/briefing/editions/"

    def test_publishing_is_refused_until_somebody_accepts_each(self, reader, rows):
        page = reader.get(self.path).content.decode()
        assert "지적 받아들이기" in page
        assert "펴내기" not in page
        refused = reader.post(f"{self.path}publish/")
        assert refused.status_code == 409
        for one in FindingRow.objects.filter(report_id=rows, state="open"):
            words = {"state": "accepted", "corrected": "", "note": "확인"}
            decide_finding(actor=HOUSE, now=NOW, report_id=rows, finding_id=one.id, **words)
        assert reader.post(f"{self.path}publish/").status_code == 302
        assert HOUSE.name in reader.get(f"{self.path}read/").content.decode()


class TestWordings(ListPageCases):
    path = "/desk/briefing/wordings/"
    list_page = WORDING_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db):
        living.save_wording(actor=HOUSE, now=NOW, ko="과제", en="Task")


class TestDifferences(PageCases):
    path = "/desk/briefing/differences/"

    def test_two_reports_side_by_side(self, reader):
        assert "둘 있어야 합니다" in reader.get(self.path).content.decode()
        adopt()
        first = write()
        living.add_result(**by(), as_of=DAY, text="쉼터 준공", source="준공계")
        write()
        page = reader.get(self.path).content.decode()
        assert "쉼터 준공" in page
        assert "새로 생김" in page
        none = reader.get(self.path, {"before": first, "after": first}).content.decode()
        assert "다른 것이 없습니다" in none
        assert reader.get(self.path, {"before": "x", "after": first}).status_code == 404


@pytest.mark.django_db
def test_a_stranger_sees_no_task_and_no_draft(client, base):
    report_id = write()
    for address in (
        TASK,
        f"/desk/briefing/editions/{report_id}/read/",
        f"/desk/briefing/editions/{report_id}/file.pdf",
    ):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")
