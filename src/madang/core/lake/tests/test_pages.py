"""Story: a visitor finds, looks at and filters a dataset; an officer describes, publishes and withdraws it."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from madang.core.base.interface import HOUSE, Actor, BadInput, NotAllowed, Text, now, read_settings
from madang.core.lake.actions import describe_dataset
from madang.core.lake.api.records import view_dataset
from madang.core.lake.importing.action import import_file, preview_file
from madang.core.lake.importing.records import ImportChoice
from madang.core.lake.importing.rejected import rejected_path
from madang.core.lake.models import Dataset, ImportJob
from madang.core.lake.pages.dataset import offer_rejected
from madang.core.lake.queries import get_dataset
from madang.core.lake.reading import authorize_raw
from madang.core.lake.records import ColumnChange, DatasetChange
from madang.core.pages.testing import PageCases
from madang.core.people.models import AuditRow

pytestmark = pytest.mark.django_db
IMPORTER = Actor(id="a", name="", grants=frozenset({("lake.import", "*")}))
READER = Actor(id="b", name="", grants=IMPORTER.grants | {("lake.read_personal", "*")})
PUBLISHER = Actor(id="c", name="", grants=frozenset({("lake.publish", "*")}))
LIBRARIES = """\
도서관명,구,경도,위도,좌석수,개관일
남산,중구,126.981,37.552,"1,200",1922-10-05
정독,종로구,126.983,37.581,534,1977-01-04
송파,송파구,127.127,37.502,-,2001-03-02
강남,강남구,127.047,37.517,80,2010-05-06
<b>굵게</b>,강남구,127.048,37.518,81,2011-05-06
"""


@pytest.fixture(autouse=True)
def libraries(tmp_path, settings):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    path = tmp_path / "libraries.csv"
    path.write_text(LIBRARIES, "utf-8")
    choice = ImportChoice(category="culture", licence="KOGL-1", publish=True)
    return import_file(actor=HOUSE, now=now(), path=path, choice=choice)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser(username="o", password="only for tests"))
    return client


class TestCatalogue(PageCases):
    path = "/datasets/"
    is_public = True


class TestOverview(PageCases):
    path = "/datasets/libraries/"
    is_public = True


class TestTable(PageCases):
    path = "/datasets/libraries/?tab=table&where=구:contains:구&sort=-좌석수"
    is_public = True


class TestQuality(PageCases):
    path = "/datasets/libraries/?tab=quality"
    is_public = True


class TestApiTab(PageCases):
    path = "/datasets/libraries/?tab=api"
    is_public = True


class TestHistory(PageCases):
    path = "/datasets/libraries/?tab=history"
    is_public = True


class TestWorkspace(PageCases):
    path = "/desk/data/"


class TestRegister(PageCases):
    path = "/desk/data/all/"


class TestUpload(PageCases):
    path = "/desk/data/import/"


class TestEdit(PageCases):
    path = "/desk/data/libraries/edit/"


class TestPublish(PageCases):
    path = "/desk/data/libraries/publish/"


class TestSql(PageCases):
    path = "/desk/sql/"


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_the_catalogue_finds_by_korean_and_counts_facets():
    page = read(Client(), "/datasets/?q=좌석수")
    assert "libraries" in page
    assert "맞는 데이터가 없어요" in read(Client(), "/datasets/?q=없는말")
    assert "맞는 데이터가 없어요" in read(Client(), "/datasets/?category=safety")
    assert "libraries" in read(Client(), "/datasets/?category=culture&place=yes&licence=KOGL-1&sort=rows")


def test_the_table_filters_and_counts_exactly():
    page = read(Client(), "/datasets/libraries/?tab=table&column=좌석수&op=ge&value=500")
    assert "남산" in page
    assert "정독" in page
    assert "송파</td>" not in page
    assert ">2</span></strong>" in page


def test_english_pages_name_coded_values_and_districts_in_english():
    words = (("남산", Text(ko="남산", en="Namsan")),)
    change = DatasetChange(columns=(ColumnChange(name="도서관명", words=words),))
    record = describe_dataset(name="libraries", change=change, actor=HOUSE, now=now())
    assert view_dataset(record).columns[0].words == words
    page = Client(headers={"Cookie": "language=en"}).get("/datasets/libraries/?tab=table").content.decode()
    assert "Namsan</td>" in page
    assert "Songpa-gu</td>" in page
    assert '<span lang="ko">정독</span></td>' in page
    assert "남산</td>" in read(Client(), "/datasets/libraries/?tab=table")
    drawn = Client(headers={"Cookie": "language=en"}).get("/datasets/libraries/?colour=도서관명")
    assert "Namsan" in str(drawn.context["map"].legend)


def test_a_new_version_calls_its_values_as_the_one_before(tmp_path):
    words = (("남산", Text(ko="남산", en="Namsan")),)
    change = DatasetChange(columns=(ColumnChange(name="도서관명", words=words),))
    describe_dataset(name="libraries", change=change, actor=HOUSE, now=now())
    import_file(actor=HOUSE, now=now(), path=tmp_path / "libraries.csv", choice=ImportChoice())
    assert get_dataset(actor=HOUSE, name="libraries").table.columns[0].words == words


def test_what_a_dataset_holds_is_never_read_as_html():
    page = read(Client(), "/datasets/libraries/?tab=table")
    assert "<b>굵게</b>" not in page
    assert "&lt;b&gt;굵게" in page
    assert "<b>굵게</b>" not in read(Client(), "/datasets/libraries/")


@pytest.mark.parametrize(
    "query",
    [
        "tab=table&where=없는열:eq:1",
        "tab=table&where=좌석수:eq:많음",
        "tab=table&where=:::&sort=-none&page=999999999999",
        "tab=table&page=-1&column=구&op=eq&value=%00",
        "x=없는열&y=없는열&f=none&by=week",
        "x=구&y=구&f=sum",
        "x=개관일&by=hour",
        "colour=없는열",
        "tab=nothing",
    ],
)
def test_nonsense_in_the_address_is_said_plainly(query):
    assert Client().get(f"/datasets/libraries/?{query}").status_code == 200


def test_withdrawn_and_personal_data_is_gone_from_every_page(officer):
    reply = officer.post("/desk/data/libraries/edit/", {"title_ko": "도서관", "personal": ["도서관명"]})
    assert reply.status_code == 302
    for tab in ("overview", "table", "quality", "api", "history"):
        assert "남산" not in read(Client(), f"/datasets/libraries/?tab={tab}")
    reply = officer.post("/desk/data/libraries/withdraw/", {"reason": "잘못된 자료"})
    assert reply.status_code == 302
    gone = Client().get("/datasets/libraries/")
    assert gone.status_code == 410
    assert "공개가 끝났어요" in gone.content.decode()
    assert "잘못된 자료" not in gone.content.decode()
    assert "잘못된 자료" in read(officer, "/datasets/libraries/")
    officer.post("/desk/data/libraries/publish/")
    assert Client().get("/datasets/libraries/").status_code == 200


def test_staff_say_whom_to_ask_and_by_which_words_a_dataset_is_found(officer):
    path, said = "/desk/data/libraries/edit/", {"title_ko": "도서관", "contact": "문화정책과 02-2133-0000"}
    given = said | {"keywords": " 책, 독서 ,,책", "freshness": "86400"}
    assert officer.post(path, given).status_code == 302
    record = get_dataset(actor=HOUSE, name="libraries")
    assert (record.keywords, record.table.freshness_promise_s) == (("책", "독서"), 86_400)
    page = read(Client(), "/datasets/libraries/")
    assert "문화정책과 02-2133-0000" in page
    assert "책, 독서" in page
    assert 'value="책, 독서"' in read(officer, path)
    assert officer.post(path, said).status_code == 302
    record = get_dataset(actor=HOUSE, name="libraries")
    assert (record.keywords, record.table.freshness_promise_s) == ((), None)


def test_an_older_version_comes_back_by_a_button(officer, tmp_path):
    path = tmp_path / "libraries.csv"
    path.write_text(LIBRARIES.replace("남산", "북산"), "utf-8")
    import_file(actor=HOUSE, now=now(), path=path)
    assert "북산" in read(Client(), "/datasets/libraries/")
    first = Dataset.objects.get(name="libraries").versions.order_by("version").first().version
    history = read(officer, "/datasets/libraries/?tab=history")
    [asked] = re.findall(r"<details><summary[^>]*>이 판으로 되돌리기.*?</details>", history, re.DOTALL)
    assert "곧바로 이 판을 보여 줍니다" in asked
    assert f'name="version" value="{first}"' in asked
    officer.post("/datasets/libraries/restore/", {"version": str(first)})
    assert "남산" in read(Client(), "/datasets/libraries/")
    assert Client().post("/datasets/libraries/restore/", {"version": str(first)}).status_code == 302
    assert officer.post("/datasets/libraries/restore/", {"version": "no"}).status_code == 302


def test_the_page_of_a_stored_import_offers_the_rows_left_out(officer, tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text(
        "번호,이름,값\n" + "".join(f"{n},가{n},{n}\n" for n in range(9)) + "※ 자료: 서울시\n", "utf-8"
    )
    outcome = import_file(actor=HOUSE, now=now(), path=path, choice=ImportChoice())
    job = ImportJob.objects.create(
        id="1", actor_id=str(get_user_model().objects.get(username="o").pk), file_name="sites.csv", state="done",
        table_name="sites", version=outcome.version, report=json.loads(outcome.report.to_json()),
        size_bytes=1, actor={"name": "o"}, created_at=now(), updated_at=now(),
    )  # fmt: skip
    link = f"/api/datasets/sites/rejected?version={outcome.version}"
    assert link in officer.get(f"/desk/data/import/{job.pk}/").text
    assert "11,footnote,※ 자료: 서울시" in rejected_path("sites", outcome.version).read_text("utf-8")
    table = get_dataset(actor=HOUSE, name="sites").table
    assert offer_rejected(PUBLISHER, table, outcome.version) == {}
    assert offer_rejected(IMPORTER, table, outcome.version)


def test_rows_left_out_with_personal_data_need_a_purpose(officer, tmp_path):
    path = tmp_path / "people.csv"
    rows = "".join(f"가{n},010-1234-567{n}\n" for n in range(9))
    path.write_text("이름,휴대전화\n" + rows + "나,010-9999-9999,더,많이\n", "utf-8")
    outcome = import_file(
        actor=HOUSE, now=now(), path=path, choice=ImportChoice(personal={"휴대전화": "전화번호"})
    )
    assert rejected_path("people", outcome.version).is_file()
    table = get_dataset(actor=HOUSE, name="people").table
    assert offer_rejected(IMPORTER, table, outcome.version) == {}
    assert offer_rejected(READER, table, outcome.version)["left_out"]["is_personal"]
    with pytest.raises(NotAllowed):
        authorize_raw(IMPORTER, table, "고치기")
    with pytest.raises(BadInput):
        authorize_raw(READER, table, "  ")
    authorize_raw(READER, table, "고치기")
    (entry,) = AuditRow.objects.filter(action="lake.read_personal")
    assert (entry.subject, entry.purpose, entry.actor_id) == ("people", "고치기", "b")
    assert '<input name="purpose" required' in officer.get("/datasets/people/?tab=quality").text


def test_columns_full_of_personal_data_are_ticked_before_anybody_decides(officer, tmp_path):
    path = tmp_path / "people.csv"
    rows = "".join(f"가{n},010-1234-567{n},02-120,u{n}@example.com\n" for n in range(5))
    path.write_text("이름,휴대전화,대표전화,전자우편\n" + rows, "utf-8")
    preview = preview_file(actor=HOUSE, path=path, file_name="people.csv")
    ImportJob.objects.create(
        id="2", actor_id=str(get_user_model().objects.get(username="o").pk), file_name="people.csv",
        state="previewed", table_name="people", preview=msgspec.to_builtins(preview),
        size_bytes=1, actor={"name": "o"}, created_at=now(), updated_at=now(),
    )  # fmt: skip
    page = officer.get("/desk/data/import/2/").text
    ticked = re.findall(r'name="personal" value="([^"]+)"[^>]*checked', page)
    assert ticked == ["휴대전화", "전자우편"]


def test_examples_of_the_api_are_short_however_long_a_row_is(tmp_path):
    lines = [
        {"type": "Feature", "properties": {"구간": f"{n}번"}, "geometry": {
            "type": "LineString", "coordinates": [[127 + step / 1e5, 37.5] for step in range(2_000)]}}
        for n in range(3)
    ]  # fmt: skip
    path = tmp_path / "routes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": lines}), "utf-8")
    import_file(actor=HOUSE, now=now(), path=path, choice=ImportChoice(publish=True))
    page = Client().get("/datasets/routes/?tab=api").text
    assert len(page) < 60_000
    assert "where=%EA%B5%AC%EA%B0%84%3Aeq%3A0%EB%B2%88&amp;limit=10" in page


def test_measured_values_and_units_are_written_as_people_read_them(tmp_path):
    path = tmp_path / "checks.csv"
    lines = [f"{n},2024-01-0{1 + n % 2} 09:30,{'true' if n % 3 else 'false'},{n}.5" for n in range(1200)]
    lines += [f"{n},,," for n in range(1200, 3400)]
    path.write_text("번호,점검일시,양호,풍향(deg)\n" + "\n".join(lines) + "\n", "utf-8")
    import_file(actor=HOUSE, now=now(), path=path, choice=ImportChoice(publish=True))
    page = read(Client(), "/datasets/checks/?tab=quality")
    assert re.findall(r"<li><span>([^<]+)</span>", page)[-4:] == [
        "2024-01-01 09:30",
        "2024-01-02 09:30",
        "예",
        "아니요",
    ]
    assert "(2,200행 비어 있음)" in page
    assert "수 (°)" in page


def test_a_next_version_tells_which_columns_differ(officer, tmp_path):
    path = tmp_path / "libraries.csv"
    lines = LIBRARIES.replace("좌석수", "새열").splitlines()
    path.write_text("\n".join(lines) + "\n", "utf-8")
    preview = preview_file(actor=HOUSE, path=path, file_name="libraries.csv")
    ImportJob.objects.create(
        id="3", actor_id=str(get_user_model().objects.get(username="o").pk), file_name="libraries.csv",
        state="previewed", table_name="libraries", preview=msgspec.to_builtins(preview),
        size_bytes=1, actor={"name": "o"}, created_at=now(), updated_at=now(),
    )  # fmt: skip
    page = officer.get("/desk/data/import/3/").text
    assert "<strong>없어지는 열</strong> 좌석수" in page
    assert "<strong>새로 생기는 열</strong> 새열" in page
    assert "형식이 바뀌는 열" not in page
