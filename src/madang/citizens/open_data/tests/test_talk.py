"""Citizens ask, request and enter; nothing is public before staff saw it; the owner's agency answers. All made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from madang.citizens.open_data import models
from madang.citizens.open_data.actions import talk
from madang.citizens.open_data.methods.naming import mask_name
from madang.citizens.open_data.pages.handling import TASKS
from madang.citizens.open_data.pages.talk import REQUEST_LIST
from madang.citizens.open_data.queries.talk import (
    get_request,
    list_apps,
    list_questions,
    list_requests,
    list_tasks,
)
from madang.citizens.open_data.records.talk import MOST_WAITING, State
from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    Actor,
    BadInput,
    Column,
    ColumnType,
    Conflict,
    NotAllowed,
    NotFound,
    Table,
    Text,
    read_settings,
)
from madang.core.lake.interface import append_rows, publish_dataset, register_dataset
from madang.core.pages.testing import ListPageCases, PageCases

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
CITIZEN = Actor(id="c1", name="홍길동")
OTHER = Actor(id="c2", name="김철수")
OWNER = Actor(id="o1", name="담당", agency_code="11110", grants=frozenset({("open_data.answer", "11110")}))
STRANGER = Actor(id="o2", name="담당", agency_code="11140", grants=frozenset({("open_data.answer", "11140")}))
MODERATOR = Actor(
    id="m", name="데이터", grants=frozenset({("open_data.answer", "*"), ("open_data.moderate", "*")})
)
SHELTERS = Table(
    name="shelters",
    title=Text(ko="쉼터", en="Shelters"),
    owner_agency="11110",
    columns=(Column(name="id", type=ColumnType.TEXT, title=Text(ko="번호", en="Number")),),
)


@pytest.fixture(autouse=True)
def shelters(db, settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    register_dataset(actor=HOUSE, now=NOW, table=SHELTERS)
    append_rows(SHELTERS, [pa.table({"id": ["a"]})], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name="shelters")


def ask(actor: Actor = CITIZEN, text: str = "언제 갱신되나요?", parent_id: str = "") -> str:
    return talk.ask_question(actor=actor, now=NOW, dataset="shelters", text=text, parent_id=parent_id)


def see(actor: Actor) -> list[str]:
    return [question.text for question, _ in list_questions(actor=actor, dataset="shelters")]


def test_a_question_is_its_authors_until_the_owner_answers():
    asked = ask()
    assert (see(CITIZEN), see(OTHER), see(ANONYMOUS)) == (["언제 갱신되나요?"], [], [])
    assert [task.id for task in list_tasks(actor=OWNER)[0]] == [f"question:{asked}"]
    assert list_tasks(actor=STRANGER) == ([], 0)
    with pytest.raises(NotAllowed):
        talk.answer_entry(actor=STRANGER, now=NOW, kind="question", entry_id=asked, text="몰라요")
    with pytest.raises(NotAllowed):
        talk.answer_entry(actor=CITIZEN, now=NOW, kind="question", entry_id=asked, text="제가 답해요")
    talk.answer_entry(actor=OWNER, now=NOW, kind="question", entry_id=asked, text="매일 갱신합니다.")
    ((question, replies),) = list_questions(actor=ANONYMOUS, dataset="shelters")
    assert (question.answer, question.answered_by, question.author, replies) == (
        "매일 갱신합니다.", "11110", "홍*동", [],
    )  # fmt: skip
    reply = ask(OTHER, "고맙습니다", parent_id=asked)
    assert list_questions(actor=ANONYMOUS, dataset="shelters")[0][1] == []
    talk.show_entry(actor=MODERATOR, now=NOW, kind="question", entry_id=reply)
    assert [one.text for one in list_questions(actor=ANONYMOUS, dataset="shelters")[0][1]] == ["고맙습니다"]
    with pytest.raises(NotFound):
        ask(OTHER, "셋째 단계", parent_id=reply)


def test_what_is_hidden_tells_its_author_why_and_nobody_else():
    asked = ask(text="광고입니다")
    with pytest.raises(BadInput):
        talk.hide_entry(actor=OWNER, now=NOW, kind="question", entry_id=asked, reason=" ")
    talk.hide_entry(actor=OWNER, now=NOW, kind="question", entry_id=asked, reason="광고는 싣지 않습니다.")
    assert see(ANONYMOUS) == []
    assert list_questions(actor=CITIZEN, dataset="shelters")[0][0].reason == "광고는 싣지 않습니다."


def test_nobody_floods_the_desk():
    for _ in range(MOST_WAITING):
        ask()
    with pytest.raises(Conflict):
        ask()
    ask(OTHER)
    with pytest.raises(NotAllowed):
        ask(ANONYMOUS)
    with pytest.raises(BadInput):
        ask(OTHER, "  ")


def test_a_request_is_supported_once_by_each_and_answered_with_a_dataset():
    asked = talk.request_data(actor=CITIZEN, now=NOW, title="한파쉼터", wanted="위치와 시간", purpose="앱")
    with pytest.raises(NotFound):
        talk.support_request(actor=OTHER, now=NOW, request_id=asked)
    with pytest.raises(NotAllowed):
        talk.show_entry(actor=OWNER, now=NOW, kind="request", entry_id=asked)
    talk.show_entry(actor=MODERATOR, now=NOW, kind="request", entry_id=asked)
    for actor in (OTHER, OTHER, CITIZEN):
        talk.support_request(actor=actor, now=NOW, request_id=asked)
    assert get_request(actor=ANONYMOUS, request_id=asked).supporters == 2
    talk.answer_entry(
        actor=MODERATOR, now=NOW, kind="request", entry_id=asked, text="공개했습니다.", dataset="shelters"
    )
    (found,), total = list_requests(actor=ANONYMOUS, search="쉼터")
    assert (found.state, found.dataset, total) == (State.ANSWERED, "shelters", 1)
    with pytest.raises(NotFound):
        talk.answer_entry(
            actor=MODERATOR, now=NOW, kind="request", entry_id=asked, text="x", dataset="nowhere"
        )


def test_the_gallery_holds_what_was_accepted_and_leads_nowhere_odd():
    entered = {
        "actor": CITIZEN,
        "now": NOW,
        "title": "쉼터 앱",
        "about": "찾아 줘요",
        "datasets": ["shelters"],
    }
    app = talk.enter_app(**entered, address="https://app.example/")
    for address in ("javascript:alert(1)", "app.example", "ftp://app.example/"):
        with pytest.raises(BadInput):
            talk.enter_app(**entered, address=address)
    with pytest.raises(NotFound):
        talk.enter_app(**entered | {"datasets": ["nowhere"]}, address="https://app.example/")
    assert list_apps() == []
    talk.show_entry(actor=MODERATOR, now=NOW, kind="app", entry_id=app)
    assert [one.title for one in list_apps(dataset="shelters")] == ["쉼터 앱"]
    assert "쉼터 앱" in Client().get("/open_data/shelters/").content.decode()
    talk.hide_entry(actor=MODERATOR, now=NOW, kind="app", entry_id=app, reason="주소가 죽었습니다.")
    assert list_apps() == []


@given(st.text(max_size=30))
def test_a_masked_name_gives_no_more_than_its_ends(name):
    masked = mask_name(name)
    assert masked.count("*") >= 1 or not name.strip() or all(len(part) == 1 for part in name.split())
    assert sum(letter != "*" for letter in masked.replace(" ", "")) <= max(2, len(name.split()))


class TestRequests(ListPageCases):
    path = "/open_data/requests/"
    list_page = REQUEST_LIST
    is_public = True

    @pytest.fixture(autouse=True)
    def rows(self, shelters):
        asked = talk.request_data(actor=CITIZEN, now=NOW, title="한파쉼터", wanted="위치", purpose="")
        talk.show_entry(actor=HOUSE, now=NOW, kind="request", entry_id=asked)


class TestTasks(ListPageCases):
    path = "/desk/open_data/talk/"
    list_page = TASKS

    @pytest.fixture(autouse=True)
    def rows(self, shelters):
        ask()

    def test_every_kind_is_decided_on_its_form(self, reader):
        talk.request_data(actor=CITIZEN, now=NOW, title="한파쉼터", wanted="위치", purpose="")
        talk.enter_app(
            actor=CITIZEN, now=NOW, title="앱", address="https://a.example/", about="a", datasets=["shelters"]
        )
        for task in list_tasks(actor=HOUSE)[0]:
            assert reader.get(task.href).status_code == 200
            assert reader.post(task.href, {"decision": "hide", "text": ""}).status_code == 422
            assert reader.post(task.href, {"decision": "show", "text": ""}).status_code == 302
        assert list_tasks(actor=HOUSE) == ([], 0)


def test_pages_of_tasks_hold_everything_once_in_order_and_only_what_is_ones_own():
    rows = [
        models.QuestionRow(
            id=f"q{n:04d}", account_id="c1", author="홍*동", at=NOW + timedelta(seconds=n), dataset="shelters",
            agency_code=("11110", "11140", "")[n % 3], text=f"질문 {n}",
        )
        for n in range(1100)
    ]  # fmt: skip
    models.QuestionRow.objects.bulk_create(rows)
    talk.request_data(actor=CITIZEN, now=NOW, title="질문이 아닌 것", wanted="위치", purpose="")
    whole, total = list_tasks(actor=MODERATOR, limit=2000)
    assert total == len(whole) == 1101
    assert [one.at for one in whole] == sorted(one.at for one in whole)
    pages = [list_tasks(actor=MODERATOR, sort="-at", offset=at, limit=400)[0] for at in (0, 400, 800)]
    assert [one.id for page in pages for one in page] == [one.id for one in reversed(whole)]
    assert {one.agency_code for one in list_tasks(actor=OWNER, limit=500)[0]} == {"11110"}
    answers_all = Actor(id="a", name="답", grants=frozenset({("open_data.answer", "*")}))
    assert "" not in {one.agency_code for one in list_tasks(actor=answers_all, limit=2000)[0]}
    assert [one.title for one in list_tasks(actor=MODERATOR, search="질문 107")[0]][:2] == [
        "질문 107",
        "질문 1070",
    ]


class TestGallery(PageCases):
    path = "/open_data/gallery/"
    is_public = True


class TestAsk(PageCases):
    path = "/open_data/shelters/ask/"

    def test_what_is_sent_waits_on_the_datasets_page(self, reader):
        assert reader.post(self.path, {"text": "누가 재나요?"}).status_code == 302
        page = reader.get("/open_data/shelters/").content.decode()
        assert "누가 재나요?" in page
        assert "확인 기다림" in page
        assert "누가 재나요?" not in Client().get("/open_data/shelters/").content.decode()


class TestRequestForm(PageCases):
    path = "/open_data/requests/new/"


class TestGalleryForm(PageCases):
    path = "/open_data/gallery/new/"
