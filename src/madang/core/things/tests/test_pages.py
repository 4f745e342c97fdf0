"""An officer finds things, registers one, brings a list, sees what it would do, and takes it back."""

from __future__ import annotations

import io
import os
import re
import time
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from madang.core.base.interface import HOUSE, BadInput, Text
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.models import Agency
from madang.core.things.doors import SEARCH
from madang.core.things.gateway import read_rows
from madang.core.things.interface import (
    Kind,
    count_things,
    get_thing,
    import_things,
    list_imports,
    register_kind,
    register_thing,
)
from madang.core.things.jobs import forget_uploads
from madang.core.things.pages.importing import IMPORT_LIST, get_folder
from madang.core.things.pages.listing import THING_LIST

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
VALUES = {
    "kind": "air",
    "name": "시청 앞",
    "agency_code": "11140",
    "lon": 126.9784,
    "lat": 37.5665,
    "installed_on": "2020-01-01",
    "service_life_years": 9,
    "attributes": {"높이": 3},
}


@pytest.fixture(autouse=True)
def thing():
    Agency.objects.create(code="11140", name_ko="중구", name_en="Jung-gu", kind="district")
    register_kind(actor=HOUSE, now=NOW, kind=Kind(code="air", name=Text(ko="대기 측정기", en="Air sensor")))
    register_thing(actor=HOUSE, now=NOW, thing_id="A-1", values=VALUES)
    register_thing(actor=HOUSE, now=NOW, thing_id="B+2%", values=VALUES | {"parent_id": "A-1"})
    import_things(actor=HOUSE, now=NOW, rows=[{"id": ""}], source="빈 파일")


class TestList(ListPageCases):
    path = "/desk/things/"
    list_page = THING_LIST


class TestImports(ListPageCases):
    path = "/desk/things/imports/"
    list_page = IMPORT_LIST


class TestOne(PageCases):
    path = "/desk/things/A-1/"

    def test_every_tab_opens(self, reader):
        for tab, words in (("facts", "2020. 1. 1."), ("attributes", "높이"), ("children", "B+2%")):
            assert words in reader.get(self.path, {"tab": tab}).content.decode()

    def test_an_odd_id_has_a_page_and_an_unknown_one_is_not_found(self, reader):
        assert reader.get("/desk/things/B%2B2%25/").status_code == 200
        assert reader.get("/desk/things/nobody/").status_code == 404


class TestSummary(PageCases):
    path = "/desk/things/summary/"


class TestForms(PageCases):
    path = "/desk/things/new/"

    def test_a_thing_is_registered_changed_moved_and_retired(self, reader):
        values = {name: value for name, value in VALUES.items() if name != "attributes"}
        reply = reader.post(
            self.path, values | {"thing_id": "C-3", "attributes": '{"색": "흰"}', "why": "신설"}
        )
        assert reply["Location"] == "/desk/things/C-3/"
        page = reader.get("/desk/things/C-3/change/").content.decode()
        assert "흰" in page
        changed = {name: VALUES[name] for name in ("kind", "agency_code", "installed_on")}
        reader.post("/desk/things/C-3/change/", changed | {"name": "새 이름", "state": "active"})
        reader.post("/desk/things/C-3/move/", {"lon": 127.0276, "lat": 37.4979, "why": "공사"})
        reader.post("/desk/things/C-3/retire/", {"why": "철거"})
        thing = get_thing("C-3")
        assert (thing.name, thing.state, thing.lon, thing.attributes) == ("새 이름", "retired", 127.0276, {})
        history = reader.get("/desk/things/C-3/").content.decode()
        assert "철거" in history
        assert "공사" in history

    def test_a_wrong_form_says_what_is_wrong_and_keeps_nothing(self, reader):
        before = count_things()
        reply = reader.post(self.path, {"thing_id": "a b", "kind": "air", "name": "x", "attributes": "{"})
        assert reply.status_code == 422
        assert count_things() == before


class TestBringing(PageCases):
    path = "/desk/things/import/"
    csv = "id,name,비고\nW-1,가,x\nW-2,나,\n,다,\n".encode("cp949")

    def send(self, reader, body, name="목록.csv"):
        file = SimpleUploadedFile(name, body)
        return reader.post(self.path, {"file": file, "kind": "air", "agency_code": ""})

    def test_a_file_is_previewed_brought_and_undone(self, reader):
        reply = reader.post(
            self.path,
            {"file": SimpleUploadedFile("목록.csv", self.csv), "kind": "air", "agency_code": "11140"},
        )
        preview = reply["Location"]
        page = reader.get(preview)
        assert (page.context["report"].added, len(page.context["report"].rejected)) == (2, 1)
        assert count_things() == 2
        done = reader.post(preview)["Location"]
        assert get_thing("W-1").attributes == {"비고": "x"}
        assert reader.get(done).status_code == 200
        assert reader.get(preview).status_code == 404
        reader.post(f"{done}undo/")
        assert count_things() == 2
        assert list_imports()[0].undone_at is not None

    def test_another_person_s_preview_is_not_found(self, reader, django_user_model):
        preview = self.send(reader, self.csv)["Location"]
        other = django_user_model.objects.create_superuser(username="other", password="only for tests")
        reader.force_login(other)
        assert reader.get(preview).status_code == 404
        assert reader.get("/desk/things/import/../../etc/").status_code == 404

    @pytest.mark.parametrize(
        ("name", "body"),
        [
            ("a.csv", b""),
            ("a.csv", b"name\nx\n"),
            ("a.csv", b"id,a,a\n1,2,3\n"),
            ("a.csv", b"\xff\xff\xff"),
            ("a.json", b"{"),
            ("a.json", b"[1]"),
            ("a.xlsx", b"PK\x03\x04 no workbook"),
            ("a.exe", b"MZ"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_refused_with_a_reason(self, reader, name, body):
        assert self.send(reader, body, name).status_code == 422

    def test_uploads_that_nobody_goes_on_with_are_forgotten(self, reader):
        self.send(reader, self.csv)
        kept = list(get_folder().glob("*"))
        assert kept
        for path in kept:
            os.utime(path, (time.time() - 90000,) * 2)
        forget_uploads()
        assert not any(path.exists() for path in kept)


def test_workbooks_and_json_give_the_same_rows(tmp_path):
    book = Workbook()
    book.active.append(["id", "name", "installed_on"])
    book.active.append([101, "가", datetime(2024, 5, 1)])  # noqa: DTZ001
    stream = io.BytesIO()
    book.save(stream)
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    (tmp_path / "a.json").write_text('[{"id": "101", "name": "가", "installed_on": "2024-05-01"}]')
    (tmp_path / "a.tsv").write_text("\ufeffid\tname\tinstalled_on\n101\t가\t2024-05-01\n")
    expected = [{"id": "101", "name": "가", "installed_on": "2024-05-01"}]
    for name in ("a.xlsx", "a.json", "a.tsv"):
        assert list(read_rows(tmp_path / name)) == expected
    (tmp_path / "a.doc").write_text("id\n101\n")
    for name in ("a.doc", "nothing.csv"):
        with pytest.raises(BadInput):
            list(read_rows(tmp_path / name))


def test_the_search_box_finds_things_for_those_who_may():
    hits = SEARCH[0].search(HOUSE, "시청", 5)
    assert [hit.href for hit in hits] == ["/desk/things/A-1/", "/desk/things/B%2B2%25/"]


def test_a_form_says_what_it_is_about_and_leads_back(client):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    said = client.get("/desk/things/B+2%25/retire/").content.decode()
    crumbs = said.partition('<ol class="crumbs">')[2].partition("</ol>")[0]
    assert re.findall('href="(.*?)">(.*?)</a>', crumbs) == [
        ("/desk/things/", "시설물 대장"),
        ("/desk/things/B%2B2%25/", "시설물 B+2%"),
    ]
    assert "· 시설물 B+2% · 업무 ·" in said.partition("<title>")[2].partition("</title>")[0]
