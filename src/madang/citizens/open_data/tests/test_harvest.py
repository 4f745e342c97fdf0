"""Other catalogues, served by a local server in the shapes that such sites answer in. Their content is made up."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from madang.citizens.open_data import models
from madang.citizens.open_data.actions.harvest import (
    harvest,
    harvest_due,
    remove_source,
    save_source,
    switch_source,
)
from madang.citizens.open_data.gateway.fetching import NotFetched, fetch
from madang.citizens.open_data.hot.catalogues import build_data_json, build_graph
from madang.citizens.open_data.methods.harvesting import (
    Unreadable,
    list_described,
    read_described,
    read_each,
    read_graph,
    read_listed,
    read_package,
)
from madang.citizens.open_data.pages.sources import DESK_LIST, SOURCE_LIST
from madang.citizens.open_data.queries.harvest import get_found, get_source, list_runs
from madang.citizens.open_data.queries.search import keeper, search
from madang.citizens.open_data.records.harvest import Remote, SourceKind, Wrong
from madang.citizens.open_data.records.search import Asked
from madang.core.base.interface import (
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
from madang.core.lake.interface import DatasetRecord, DatasetState
from madang.core.pages.testing import ListPageCases

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
Answer = Callable[[BaseHTTPRequestHandler], None]


def make_package(number: int, **changes) -> dict:
    return {
        "id": f"pkg-{number}", "name": f"pkg-{number}", "title": f"이웃시 빗물받이 {number}", "notes": "빗물받이의 위치",
        "license_id": "cc-by", "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "organization": {"title": "이웃시"}, "tags": [{"name": "하수"}], "groups": [{"title": "환경"}],
        "metadata_modified": "2026-10-01T00:00:00.000000", "url": "https://data.neighbour.example/pkg",
        "resources": [{"format": "csv", "url": f"https://data.neighbour.example/{number}.csv"}],
    } | changes  # fmt: skip


class Site:
    """A CKAN site with packages that a test may change."""

    def __init__(self) -> None:
        self.packages = [make_package(number) for number in range(250)]
        self.fails_from: int | None = None

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        start, rows = int(asked["start"][0]), int(asked["rows"][0])
        if self.fails_from is not None and start >= self.fails_from:
            send(handler, b"broken", 418)
            return
        result = {"count": len(self.packages), "results": self.packages[start : start + rows]}
        send(handler, json.dumps({"success": True, "result": result}).encode())


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def serve(answer: Answer) -> Generator[str, None, None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *_args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def house(settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    keeper.forget()
    yield
    keeper.forget()


def add_source(address: str, kind: SourceKind = SourceKind.CKAN) -> str:
    return save_source(actor=HOUSE, now=NOW, title="이웃시", kind=kind, address=address, every_hours=24)


def look(text: str) -> list[str]:
    keeper._looked_at = -10.0
    return [one.title.ko for one in search(Asked(text=text))[1]]


@pytest.mark.django_db
def test_a_ckan_site_is_looked_through_page_by_page_and_followed():
    site = Site()
    site.packages[7] = make_package(7, title="", name="")
    site.packages[8] = make_package(6)
    site.packages[9] = "no package"
    with serve(site) as address:
        source = add_source(address)
        assert harvest_due(NOW) == 1
        assert harvest_due(NOW + timedelta(hours=1)) == 0
        ((run, wrongs),) = list_runs(source)
        assert (run.seen, run.added, run.changed, run.gone, run.wrong, run.trouble) == (250, 247, 0, 0, 3, "")
        assert {one.record for one in wrongs} == {"pkg-7", "pkg-6", "#10"}
        assert look("빗물받이 3")[:1] == ["이웃시 빗물받이 3"]
        site.packages[3] = make_package(3, title="이웃시 맨홀")
        del site.packages[200:]
        later = NOW + timedelta(hours=24)
        assert harvest_due(later) == 1
        run = list_runs(source)[0][0]
        assert (run.added, run.changed, run.gone) == (0, 1, 50)
        assert look("맨홀") == ["이웃시 맨홀"]
        assert search(Asked(text="빗물받이", limit=0))[0].total == 197
        found = get_found(models.FoundRow.objects.get(remote_id="pkg-3").id)
        assert (found.first_at, found.changed_at, found.seen_at) == (NOW, later, later)
        assert (found.remote.licence, found.remote.publisher) == ("CC-BY-4.0", "이웃시")


@pytest.mark.django_db
def test_a_dcat_catalogue_is_followed_from_page_to_page_and_not_in_a_circle():
    dcat, dct, hydra = (
        "http://www.w3.org/ns/dcat#",
        "http://purl.org/dc/terms/",
        "http://www.w3.org/ns/hydra/core#",
    )

    def answer(handler: BaseHTTPRequestHandler) -> None:
        number = int(parse_qs(urlsplit(handler.path).query).get("page", ["1"])[0])
        home = f"http://{handler.headers['Host']}/catalog.jsonld"
        page = {
            "@id": f"{home}?page={number}",
            "@type": [f"{hydra}PagedCollection"],
            f"{hydra}nextPage": [{"@value": f"{home}?page={number % 3 + 1}"}],
        }
        title = [{"@value": f"이웃시 {number}"}]
        one = {"@id": f"https://a.example/{number}", "@type": [f"{dcat}Dataset"], f"{dct}title": title}
        send(handler, json.dumps([page, one]).encode())

    with serve(answer) as address:
        source = add_source(f"{address}/catalog.jsonld?page=1", SourceKind.DCAT)
        assert harvest_due(NOW) == 1
        ((run, _),) = list_runs(source)
        assert (run.seen, run.added, run.wrong, run.trouble) == (3, 3, 0, "")


@pytest.mark.django_db
def test_a_look_that_fails_half_way_takes_nothing_away_and_is_soon_tried_again():
    site = Site()
    with serve(site) as address:
        source = add_source(address)
        harvest(source, NOW)
        site.fails_from = 100
        later = NOW + timedelta(hours=24)
        assert harvest_due(later) == 1
        found = get_source(source)
        assert "418" in found.trouble
        assert found.datasets == 250
        assert found.due_at - later <= timedelta(minutes=15)
        site.fails_from = None
        harvest_due(later + timedelta(minutes=16))
        assert get_source(source).trouble == ""


FULL = {
    "sqlite": (
        "CREATE TRIGGER full_disk BEFORE INSERT ON open_data_searchrow "
        "WHEN NEW.entry LIKE '% 240%' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
        "DROP TRIGGER full_disk",
    ),
    "postgresql": (
        "ALTER TABLE open_data_searchrow ADD CONSTRAINT full_disk CHECK (entry::text NOT LIKE '% 240%') NOT VALID",
        "ALTER TABLE open_data_searchrow DROP CONSTRAINT full_disk",
    ),
}
"""What makes the search's rows fail at one of them, and what ends it."""


@pytest.mark.django_db
def test_what_the_search_could_not_take_is_taken_at_the_next_look_which_is_soon():
    site = Site()
    with serve(site) as address, connection.cursor() as cursor:
        source = add_source(address)
        fill, empty = FULL[connection.vendor]
        cursor.execute(fill)
        assert harvest_due(NOW) == 1
        assert "full" in get_source(source).trouble
        assert "이웃시 빗물받이 240" not in look("빗물받이 240")
        assert 0 < search(Asked(text="빗물받이", limit=0))[0].total < 250
        cursor.execute(empty)
        assert harvest_due(NOW + timedelta(minutes=16)) == 1
    assert look("빗물받이 240")[:1] == ["이웃시 빗물받이 240"]
    assert search(Asked(text="빗물받이", limit=0))[0].total == 250
    assert get_source(source).trouble == ""
    assert harvest_due(NOW + timedelta(hours=1)) == 0


@pytest.mark.parametrize(("written", "shown"), [
    ("조사<br/>- 단위 : 천원<br/><br/>끝</br>", "조사\n- 단위 : 천원\n끝"), ("<p>가 <b>나</b></p>\n<p>다 &amp; 라</p>", "가 나\n다 & 라"),
    ("a < b, <환경부> 1<2", "a < b, <환경부> 1<2"), ("<script>alert(1)</script>", "alert(1)"), ("&lt;b&gt;", "<b>"), (None, ""), (3, ""),
    ("&#0;\0가", "\ufffd가"),
])  # fmt: skip
def test_a_description_in_html_is_shown_as_its_words(written, shown):
    assert read_package(make_package(1, notes=written)).about == shown


def make_records(count: int) -> list[DatasetRecord]:
    column = Column(name="a", type=ColumnType.TEXT, title=Text(ko="가", en="a"))
    return [
        DatasetRecord(
            table=Table(name=f"set_{n}", title=Text(ko=f"쉼터 {n}", en=f"Shelters {n}"), columns=(column,), licence="KOGL-1"),
            state=DatasetState.PUBLISHED, category="welfare", keywords=("쉼터",), withdrawn_reason="", version=0, rows=1,
            quality=None, measured_at=None, created_at=NOW, updated_at=NOW,
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [SourceKind.DCAT, SourceKind.DATA_JSON])
def test_another_house_of_the_same_make_is_read_whole(kind):
    records, city = make_records(12), "https://city.example"
    if kind is SourceKind.DCAT:
        body = build_graph(records, city, "이웃시", "Neighbour", "").serialize(format="json-ld").encode()
    else:
        body = json.dumps(build_data_json(records, city, "이웃시", "")).encode()
    with serve(lambda handler: send(handler, body)) as address:
        source = add_source(f"{address}/catalogue", kind)
        harvest(source, NOW)
    ((run, _),) = list_runs(source)
    assert (run.added, run.wrong, run.trouble) == (12, 0, "")
    remote = get_found(models.FoundRow.objects.get(remote_id=f"{city}/datasets/set_3/").id).remote
    assert (remote.title, remote.publisher, remote.licence, remote.keywords) == (
        "쉼터 3",
        "이웃시",
        "KOGL-1",
        ("쉼터",),
    )
    assert ("CSV", f"{city}/datasets/set_3.csv") in remote.files


@pytest.mark.parametrize("form", ["turtle", "xml", "nt", "json-ld"])
def test_a_graph_is_read_in_every_form_that_dcat_catalogues_are_published_in(form):
    graph = build_graph(make_records(3), "https://city.example", "이웃시", "Neighbour", "")
    body = graph.serialize(format=form, encoding="utf-8")
    for sent in (body, b"\xef\xbb\xbf\n" + body):
        read = list(read_each(list_described(read_graph(sent)), read_described))
        assert [one.title for one in read] == ["쉼터 0", "쉼터 1", "쉼터 2"]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html><p>Not found</p>", b"{}", b"{}x", b"@prefix", b"<?xml version='1.0'?><a>", b"\xff\xfe<\0",
     b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r>&b;</r>', b"<https://a.example/1> <b"],
)  # fmt: skip
def test_what_is_no_graph_is_said_to_be_none(body):
    with pytest.raises(Unreadable):
        list_described(read_graph(body))


@pytest.mark.django_db
def test_a_catalogue_that_answers_something_else_for_once_takes_nothing_away():
    body = (
        build_graph(make_records(3), "https://city.example", "이웃시", "Neighbour", "")
        .serialize(format="xml")
        .encode()
    )
    answers = [body, b"<html><p>Back soon</p></html>", b"{}", b"", body]
    with serve(lambda handler: send(handler, answers[0])) as address:
        source = add_source(f"{address}/catalog.rdf", SourceKind.DCAT)
        for day in range(5):
            harvest(source, NOW + timedelta(days=day))
            assert get_source(source).datasets == 3
            assert bool(get_source(source).trouble) == (day in {1, 2, 3})
            answers.pop(0)


def test_names_in_a_graph_are_read_as_seen_from_its_address():
    sent = b"@prefix dcat: <http://www.w3.org/ns/dcat#> . <set/1> a dcat:Dataset ."
    ((_, name),) = list_described(read_graph(sent, "https://a.example/catalog.ttl"))
    assert str(name) == "https://a.example/set/1"


def test_a_graph_s_own_entities_are_not_read():
    with pytest.raises(Unreadable, match="entities"):
        read_graph(b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>')


def test_one_wrong_dataset_in_a_graph_is_told_and_the_others_are_taken():
    dcat, dct = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
    body = [
        {"@id": "https://a.example/1", "@type": [f"{dcat}Dataset"], f"{dct}title": [{"@value": "하나"}]},
        {"@id": "https://a.example/2", "@type": [f"{dcat}Dataset"]},
    ]
    one, other = read_each(list_described(read_graph(json.dumps(body).encode())), read_described)
    assert isinstance(one, Remote)
    assert other == Wrong(record="https://a.example/2", reason="dct:title is missing")


@pytest.mark.parametrize(
    "context",
    ["https://evil.example/context", ["https://evil.example/context"], {"@import": "https://evil.example/c"}],
)
def test_a_context_at_another_address_is_not_fetched(context):
    with pytest.raises(Unreadable, match="@context"):
        read_graph(json.dumps({"@graph": [{"@context": context}]}).encode())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["id", "title", "identifier", "tags", "groups", "resources", "distribution", "keyword", "publisher"])
        | st.text(max_size=4),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(ANYTHING, max_size=6))
def test_whatever_a_record_holds_it_is_taken_or_told(records):
    for read in (read_package, read_listed):
        assert len(list(read_each(records, read))) == len(records)


def hang(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 2**20)


def lie(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b"{}", Content_Length="1000")
    handler.close_connection = True


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (hang, "too long"),
        (flood, "bytes"),
        (lie, "Protocol"),
        (lambda handler: send(handler, b"", 302, Location="/again"), "redirects"),
        (lambda handler: send(handler, b"", 302, Location="http://10.0.0.1/"), "network"),
        (lambda handler: send(handler, b"", 302, Location="file:///etc/passwd"), "must start"),
        (lambda handler: send(handler, b"", 404), "404"),
        (lambda handler: send(handler, b"", 503), "503"),
    ],
)
def test_a_source_that_hangs_floods_lies_or_leads_astray_is_left(answer, reason):
    with serve(answer) as address, pytest.raises(NotFetched, match=reason):
        fetch(f"{address}/x", most_bytes=2**22, most_s=0.5, pause_s=0.01)


def test_what_fails_for_a_moment_is_asked_again():
    asked = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(1)
        send(handler, b"there", 503 if len(asked) < 3 else 200)

    with serve(answer) as address:
        assert fetch(address, pause_s=0.01) == b"there"


def test_a_real_house_reaches_neither_itself_nor_its_neighbours_networks(settings):
    settings.MADANG = read_settings({"MADANG_DEMO": "no"})
    with serve(lambda handler: send(handler, b"secret")) as address:
        port = address.rpartition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            with pytest.raises(NotFetched, match="network"):
                fetch(f"http://{host}:{port}/")


@pytest.mark.django_db
def test_sources_are_the_data_officers_and_can_be_stopped_and_forgotten():
    citizen = Actor(id="c", name="시민")
    with serve(Site()) as address:
        with pytest.raises(NotAllowed):
            save_source(
                actor=citizen, now=NOW, title="a", kind=SourceKind.CKAN, address=address, every_hours=1
            )
        for wrong in ("ftp://a.example", "http://user:word@a.example", "http://10.1.2.3/"):
            with pytest.raises(BadInput):
                add_source(wrong)
        source = add_source(address)
        switch_source(actor=HOUSE, now=NOW, source_id=source, is_on=False)
        assert harvest_due(NOW) == 0
        switch_source(actor=HOUSE, now=NOW, source_id=source, is_on=True)
        assert harvest_due(NOW) == 1
    remove_source(actor=HOUSE, now=NOW, source_id=source)
    assert look("빗물받이") == []
    with pytest.raises(NotFound):
        get_source(source)


@pytest.mark.django_db
def test_a_catalogue_that_moved_is_changed_and_what_was_found_stays(client):
    account = get_user_model().objects.create_superuser(username="chief", password="only for tests")
    client.force_login(account)
    with serve(Site()) as address:
        source = add_source(f"{address}/old")
        models.SourceRow.objects.update(address="http://127.0.0.1:1/")
        assert "127.0.0.1:1" in client.get(f"/desk/open_data/sources/{source}/").content.decode()
        given = {"title": "이웃시청", "kind": "ckan", "address": address, "every_hours": 12}
        assert client.post(f"/desk/open_data/sources/{source}/", given).status_code == 302
        harvest(source, NOW)
        first = set(models.FoundRow.objects.values_list("id", flat=True))
        assert (
            client.post(f"/desk/open_data/sources/{source}/", given | {"every_hours": 6}).status_code == 302
        )
        harvest(source, NOW + timedelta(hours=1))
    assert set(models.FoundRow.objects.values_list("id", flat=True)) == first
    assert (get_source(source).title, get_source(source).every_hours) == ("이웃시청", 6)
    assert client.post("/desk/open_data/sources/nothing/", given).status_code in {404, 422}


class TestSources(ListPageCases):
    path = "/open_data/sources/"
    list_page = SOURCE_LIST
    is_public = True

    @pytest.fixture(autouse=True)
    def rows(self, db, house):
        add_source("http://127.0.0.1:1/")

    def test_a_found_dataset_says_where_it_comes_from(self, client):
        with serve(Site()) as address:
            source = add_source(address)
            harvest(source, NOW)
        found = models.FoundRow.objects.first()
        page = client.get(f"/open_data/found/{found.id}/").content.decode()
        assert "어디에서 왔나요" in page
        assert found.remote_id in page
        assert "이웃시" in client.get(f"/open_data/sources/{source}/").content.decode()


class TestDesk(ListPageCases):
    path = "/desk/open_data/sources/"
    list_page = DESK_LIST

    @pytest.fixture(autouse=True)
    def rows(self, db, house):
        add_source("http://127.0.0.1:1/")
