"""A published dataset is fetched again when it is due; a file that looks wrong leaves the version that stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madang.citizens.open_data import models
from madang.citizens.open_data.actions.indexing import take_up
from madang.citizens.open_data.actions.refresh import (
    refresh_due,
    remove_refresh,
    save_refresh,
    switch_refresh,
)
from madang.citizens.open_data.pages.refresh import REFRESH_LIST
from madang.citizens.open_data.queries import calls
from madang.citizens.open_data.queries.refresh import find_refresh, list_refreshes
from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    Actor,
    BadInput,
    Column,
    ColumnType,
    NotAllowed,
    NotFound,
    Table,
    Text,
    read_settings,
)
from madang.core.lake.interface import (
    ImportChoice,
    authorize,
    get_dataset,
    import_file,
    list_versions,
    register_dataset,
    replace_rows,
)
from madang.core.pages.testing import ListPageCases, PageCases

from .test_harvest import send, serve

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
FIRST = "번호,이름,자리\n" + "".join(f"{n},쉼터 {n},{n + 10}\n" for n in range(20))


class Source:
    """A file at an address; a test may change it, or let it fail."""

    def __init__(self) -> None:
        self.body, self.status = FIRST.encode(), 200

    def __call__(self, handler) -> None:
        send(handler, self.body, self.status)


@pytest.fixture(autouse=True)
def dataset(db, settings, tmp_path):
    """A published dataset that came from a file."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    path = tmp_path / "쉼터.csv"
    path.write_text(FIRST)
    choice = ImportChoice(table_name="rests", title=Text(ko="쉼터", en="Rests"), publish=True)
    import_file(actor=HOUSE, now=NOW, path=path, choice=choice)
    calls.forget()
    yield
    calls.forget()


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def address(source):
    with serve(source) as home:
        save_refresh(
            actor=HOUSE,
            now=NOW,
            dataset="rests",
            address=f"{home}/files/%EC%89%BC%ED%84%B0.csv",
            every_hours=24,
        )
        yield home


def read_names() -> set[str]:
    return {row["이름"] for row in authorize(ANONYMOUS, "rests").read().to_pylist()}


def test_a_changed_file_becomes_a_version_and_the_same_one_nothing(source, address):
    source.body = (FIRST + "20,새 쉼터,5\n").encode()
    assert refresh_due(NOW) == 1
    assert "새 쉼터" in read_names()
    newest = list_versions(actor=HOUSE, name="rests")[0]
    assert (newest.rows, newest.source_name) == (21, "쉼터.csv")
    said = find_refresh("rests")
    assert (said.last_at, said.changed_at, said.due_at, said.trouble) == (
        NOW,
        NOW,
        NOW + timedelta(hours=24),
        "",
    )
    assert refresh_due(NOW + timedelta(hours=23)) == 0
    later = NOW + timedelta(hours=24)
    assert refresh_due(later) == 1
    assert list_versions(actor=HOUSE, name="rests")[0].version == newest.version
    said = find_refresh("rests")
    assert (said.last_at, said.changed_at) == (later, NOW)
    assert get_dataset(actor=ANONYMOUS, name="rests").table.title.ko == "쉼터"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("번호,이름\n" + "".join(f"{n},쉼터 {n}\n" for n in range(20)), "자리"),
        ("번호,이름,자리\n1,쉼터 1,11\n2,쉼터 2,12\n", "20 → 2"),
        ("<html><body><h1>점검 중입니다</h1></body></html>", "·"),
        ("", "·"),
        (FIRST.replace("쉼터 3", "900101-1234568"), "주민등록번호"),
    ],
)
def test_a_file_that_looks_wrong_is_not_taken_and_the_reason_stands(source, address, body, reason):
    source.body = body.encode()
    assert refresh_due(NOW) == 1
    assert len(read_names()) == 20
    assert len(list_versions(actor=HOUSE, name="rests")) == 1
    said = find_refresh("rests")
    assert reason in said.trouble
    assert said.due_at == NOW + timedelta(hours=24)


def test_what_can_not_be_fetched_is_soon_tried_again(source, address):
    source.status = 404
    assert refresh_due(NOW) == 1
    said = find_refresh("rests")
    assert "404" in said.trouble
    assert said.due_at == NOW + timedelta(minutes=15)
    source.status = 200
    assert refresh_due(NOW + timedelta(minutes=15)) == 1
    assert find_refresh("rests").trouble == ""


def test_only_who_may_and_only_what_somebody_has_looked_at_once(address):
    asked = {"now": NOW, "dataset": "rests", "address": f"{address}/x.csv", "every_hours": 24}
    with pytest.raises(NotAllowed):
        save_refresh(actor=Actor(id="c", name="시민"), **asked)
    other = Actor(
        id="o", name="다른 기관", grants=frozenset({("open_data.harvest", "*"), ("lake.import", "x")})
    )
    with pytest.raises(NotFound):
        save_refresh(actor=other, **asked)
    for wrong in (
        {"address": "http://10.0.0.1/x.csv"},
        {"address": "file:///etc/passwd"},
        {"every_hours": 0},
    ):
        with pytest.raises(BadInput):
            save_refresh(actor=HOUSE, **asked | wrong)
    column = Column(name="a", type=ColumnType.TEXT, title=Text(ko="가", en="a"))
    table = Table(name="kept_here", title=Text(ko="가", en="a"), columns=(column,))
    register_dataset(actor=HOUSE, now=NOW, table=table)
    replace_rows(table, [], actor=HOUSE, now=NOW)
    with pytest.raises(BadInput, match="by hand"):
        save_refresh(actor=HOUSE, **asked | {"dataset": "kept_here"})
    assert [one.dataset for one in list_refreshes()] == ["rests"]


def test_it_can_be_stopped_taken_up_and_ended(address):
    switch_refresh(actor=HOUSE, now=NOW, dataset="rests", is_on=False)
    assert refresh_due(NOW) == 0
    switch_refresh(actor=HOUSE, now=NOW, dataset="rests", is_on=True)
    assert refresh_due(NOW) == 1
    remove_refresh(actor=HOUSE, now=NOW, dataset="rests")
    assert not models.RefreshRow.objects.exists()
    with pytest.raises(NotFound):
        remove_refresh(actor=HOUSE, now=NOW, dataset="rests")


class TestRefreshes(ListPageCases):
    path = "/desk/open_data/refreshes/"
    list_page = REFRESH_LIST

    @pytest.fixture(autouse=True)
    def rows(self, dataset, address):
        refresh_due(NOW)


class TestNewRefresh(PageCases):
    path = "/desk/open_data/refreshes/new/"


def test_the_public_page_says_that_it_is_fetched_again(client, address):
    refresh_due(NOW)
    take_up([get_dataset(actor=HOUSE, name="rests")], NOW)
    page = client.get("/open_data/rests/").content.decode()
    assert "24시간마다" in page
    assert 'href="/open_data/rests/"' in client.get("/datasets/rests/").content.decode()
