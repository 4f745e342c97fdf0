"""Searching as people type: morphemes, particles, initials, English, mistypes; and the index follows the catalogue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.citizens.open_data import models
from madang.citizens.open_data.actions.indexing import Follower
from madang.citizens.open_data.gateway.cutter import cut_words, cutter
from madang.citizens.open_data.hot.packages import read_search_sort, read_sort
from madang.citizens.open_data.methods.index import Index
from madang.citizens.open_data.methods.solr import read_query
from madang.citizens.open_data.methods.solr_dates import read_moment
from madang.citizens.open_data.methods.synonyms import MEANINGS
from madang.citizens.open_data.methods.words import measure_distance, stem, write_initials
from madang.citizens.open_data.queries.search import keeper, prepare, search
from madang.citizens.open_data.records.changes import ChangeKind
from madang.citizens.open_data.records.search import (
    AllOf,
    Asked,
    Entry,
    Has,
    Indexed,
    Named,
    Not,
    OneOf,
    Titled,
    Within,
    Worded,
)
from madang.core.base.interface import HOUSE, Column, ColumnType, Table, Text, read_settings
from madang.core.lake.interface import (
    DatasetChange,
    append_rows,
    describe_dataset,
    publish_dataset,
    register_dataset,
    withdraw_dataset,
)
from madang.core.pages.testing import PageCases

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
TITLES = {  # made up for these tests
    "bike_rentals": ("공공자전거 따릉이 대여소 위치정보", "Public bike stations", ("자전거",), "transport"),
    "bike_use": ("공공자전거 대여이력", "Bike rental history", (), "transport"),
    "school_zones": ("어린이보호구역 지정 현황", "School zones", ("교통안전",), "safety"),
    "air_quality": ("시간별 대기질 측정 자료", "Hourly air quality", ("PM10",), "environment"),
    "wifi": ("공공와이파이 설치 위치", "Public Wi-Fi access points", (), "city"),
    "shelters": ("무더위쉼터", "Cooling shelters", (), "welfare"),
    "cctv_counts": ("자치구별 CCTV 설치 대수", "CCTVs by district", (), "safety"),
}


def make_entry(name: str, at: int) -> Entry:
    ko, en, keywords, category = TITLES[name]
    return Entry(
        id=f"own:{name}", is_own=True, title=Text(ko=ko, en=en), about=Text(ko="", en=""), href=f"/open_data/{name}/",
        texts=(f"{ko}\n{en}", f"{name} {' '.join(keywords)}", "서울의 데이터입니다.", "위도 경도"), origin="files",
        category=category, agency="city", licence="KOGL-1" if at % 2 else "CC-BY-4.0", forms=("CSV", "JSON"),
        keywords=keywords, updated_at=NOW + timedelta(days=at), rows=at,
    )  # fmt: skip


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [make_entry(name, at) for at, name in enumerate(TITLES)]


@pytest.fixture(scope="module")
def index(entries) -> Index:
    index = Index()
    for entry, terms in zip(entries, cut_words([one.texts for one in entries]), strict=True):
        index.put(prepare(entry, terms))
    return index


def test_neighbours_share_rare_words_or_the_company_of_those_that_do():
    documents = {
        "heat": ("무더위", "쉼터", "경로당"),
        "cold": ("한파", "쉼터", "경로당"),
        "rest": ("쉼터", "대피"),
        "senior": ("경로당", "노인"),
        "elder": ("노인", "복지관"),
        "bus": ("버스", "노선"),
        "metro": ("지하철", "노선"),
    }
    index = Index()
    for name, words in documents.items():
        terms = dict.fromkeys((*words, "서울"), 1.0)
        index.put(
            Indexed(
                id=name, title=name, head=name, terms=terms, facets={}, updated_s=0.0, created_s=0.0, rows=0
            )
        )
    assert index.find_neighbours("heat", 2)[0] == "cold"
    near = index.find_neighbours("heat", 9)
    assert near == ["cold", "rest", "senior", "elder"]  # the last shares no word with it
    assert not {"heat", "bus", "metro"} & set(near)  # all have 서울, which tells nothing
    assert index.find_neighbours("bus", 9) == ["metro"]
    index.drop("metro")
    assert index.find_neighbours("bus", 9) == []
    assert index.find_neighbours("nothing", 9) == []


def find(index: Index, text: str, **asked) -> list[str]:
    return [one.removeprefix("own:") for one in index.search(Asked(text=text, **asked)).ids]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("따릉이", "bike_rentals"),
        ("따릉이의 위치를", "bike_rentals"),
        ("자전거 대여소", "bike_rentals"),
        ("대여소위치", "bike_rentals"),
        ("대여이력", "bike_use"),
        ("어린이 보호 구역", "school_zones"),
        ("어린이보호구역은", "school_zones"),
        ("보호구역", "school_zones"),
        ("ㅇㄹㅇㅂㅎㄱㅇ", "school_zones"),
        ("ㄷㄱㅈ", "air_quality"),
        ("AIR", "air_quality"),
        ("bikes station", "bike_rentals"),
        ("Wi-Fi", "wifi"),
        ("무선인터넷", "wifi"),
        ("쉼터", "shelters"),
        ("shelter", "shelters"),
        ("cctv", "cctv_counts"),
        ("CCTV 데이터", "cctv_counts"),
        ("schoolZones", "school_zones"),
        ("따능이", "bike_rentals"),
        ("공공와이파아", "wifi"),
        ("스쿨존", "school_zones"),
        ("공기질", "air_quality"),
        ("우리 동네 쉼터", "shelters"),
        ("air quality near", "air_quality"),
    ],
)
def test_what_is_typed_finds_what_is_meant(index, typed, first):
    assert find(index, typed)[:1] == [first]


def test_all_words_are_needed_and_where_no_dataset_has_them_some_are(index):
    assert find(index, "자전거 이력") == ["bike_use"]
    loose = index.search(Asked(text="자전거 쉼터"))
    assert loose.is_loose
    assert set(loose.ids) == {"own:shelters", "own:bike_rentals", "own:bike_use"}
    assert index.search(Asked(text="zqxj없는말")).total == 0


def test_a_mistyped_word_is_said_as_it_was_read(index):
    assert index.search(Asked(text="따능이")).read_as == {"따능이": "따릉이"}


def test_a_facets_counts_leave_out_its_own_choice_only(index):
    found = index.search(Asked(facets=(("category", "transport"), ("licence", "KOGL-1")), sort="updated"))
    assert found.ids == ("own:bike_use",)
    assert dict(found.facets["licence"]) == {"KOGL-1": 1, "CC-BY-4.0": 1}
    assert dict(found.facets["category"])["transport"] == 1
    assert sum(dict(found.facets["category"]).values()) == 3
    asked = Asked(
        facets=(("category", "transport"), ("licence", "KOGL-1")), sort="updated", counts_found=True
    )
    assert [dict(index.search(asked).facets[one]) for one in ("licence", "category")] == [
        {"KOGL-1": 1},
        {"transport": 1},
    ]


def test_pages_together_hold_everything_once_in_any_order(index, entries):
    for sort in (
        "score",
        "-score",
        "updated",
        "-updated",
        "title",
        "-title",
        "name",
        "-name",
        "rows",
        "-rows",
    ):
        pages = [index.search(Asked(sort=sort, offset=at, limit=2)).ids for at in range(0, 10, 2)]
        assert sorted(one for page in pages for one in page) == sorted(one.id for one in entries)


def test_every_process_pages_alike_whatever_came_to_it_first(entries):
    orders = []
    for taken in (entries, entries[::-1]):
        index = Index()
        for entry in taken:
            alike = msgspec.structs.replace(entry, updated_at=entries[0].updated_at, rows=1)
            index.put(prepare(alike, {"쉼터": 1.0}))
        orders.append(
            [
                index.search(Asked(text="쉼터", sort=sort)).ids
                for sort in ("score", "updated", "-rows", "-name")
            ]
        )
    assert orders[0] == orders[1]
    assert list(orders[0][3]) == sorted((one.id for one in entries), reverse=True)


@given(st.lists(st.tuples(st.sampled_from(sorted(TITLES)), st.booleans()), max_size=40))
def test_what_was_forgotten_is_not_found_and_what_is_there_is(steps):
    index, there = Index(), set()
    for name, stays in steps:
        entry = make_entry(name, 1)
        if stays:
            terms = {word: 1.0 for word in entry.texts[0].split()} | {"twin": float(len(there) + 1)}
            index.put(prepare(entry, terms))
            there.add(name)
        else:
            index.drop(entry.id)
            there.discard(name)
        index = index.pack()
    assert {one.removeprefix("own:") for one in index.search(Asked(limit=100)).ids} == there
    assert len(index) == len(there)


@given(st.text(max_size=60))
def test_anything_typed_is_answered(index, text):
    found = index.search(Asked(text=text, count=("nothing",), facets=(("category", text),)))
    assert found.total == len(found.ids)


@given(st.text("가나다abc", max_size=8), st.text("가나다abc", max_size=8))
def test_distance_is_of_both_ways_and_nought_for_the_same(one, other):
    most = 20
    assert measure_distance(one, other, most) == measure_distance(other, one, most)
    assert (measure_distance(one, other, most) == 0) == (one == other)


def test_words_are_folded():
    assert [stem(word) for word in ("stations", "bus", "class", "cities", "boxes", "gas")] == [
        "station", "bus", "class", "city", "box", "gas",
    ]  # fmt: skip
    assert write_initials("따릉이 2호") == "ㄸㄹㅇ 2ㅎ"


@pytest.mark.parametrize(("asked", "where", "words"), [
    ('공기 tags:"미세 먼지" +res_format:(csv) state:active', (Has("keyword", "미세 먼지"), Has("form", "CSV")), "공기"),
    ("groups:(복지) AND tags:(a b)", (Has("category", "복지"), Has("keyword", "a"), Has("keyword", "b")), ""),
    ("물 불-x (A-1) C+ ?", (), "물 불-x (A-1) C+ ?"),
    ("물 OR 불 -x", (OneOf((Worded("물"), AllOf((Worded("불"), Not(Worded("x")))))),), ""),
    ("쉼터 -한파", (Not(Worded("한파")),), "쉼터"),
    ('"한파 쉼터" OR', (), '"한파 쉼터" OR'),
    ("공기 OR groups:복지", (OneOf((Worded("공기"), Has("category", "복지"))),), ""),
    ("-(공기 groups:복지)", (Not(AllOf((Worded("공기"), Has("category", "복지")))),), ""),
    ("*:* AND tags:a", (Has("keyword", "a"),), ""),
    ("*:* -tags:[* TO *]", (Not(Has("keyword", "*")),), ""),
    ("text:쉼터", (Worded("쉼터"),), ""),
    ("-groups:복지", (Not(Has("category", "복지")),), ""),
    ("공기 NOT groups:복지", (Not(Has("category", "복지")),), "공기"),
    ("groups:복지 OR groups:환경", (OneOf((Has("category", "복지"), Has("category", "환경"))),), ""),
    ('groups:("a b" OR c)', (OneOf((Has("category", "a b"), Has("category", "c"))),), ""),
    ("(+tags:a !tags:b)", (Has("keyword", "a"), Not(Has("keyword", "b"))), ""),
    ('tags:ab* tags:"a*"', (Has("keyword", "ab*"), Has("keyword", "a[*]")), ""),
    ("id:parks", (Named("parks"),), ""),
    ("title:버스 title:BIK*", (Titled("버스"), Titled("bik*")), ""),
    ("private:true", (OneOf(()),), ""),
    ("-type:harvest", (Not(OneOf(())),), ""),
    ("metadata_modified:[2026-01-01T00:00:00Z TO *]", (Within("updated", 1767225600.0, None),), ""),
    ("metadata_created:[* TO NOW]", (Within("created", None, NOW.timestamp()),), ""),
])  # fmt: skip
def test_what_catalogues_ask_in_solrs_words(asked, where, words):
    assert read_query(asked, NOW) == (where, words)


@pytest.mark.parametrize(("text", "moment"), [
    ("NOW", "2024-02-29T13:45:30.500"), ("NOW-7DAYS", "2024-02-22T13:45:30.500"), ("NOW/DAY", "2024-02-29"),
    ("NOW/MONTH+1MONTH", "2024-03-01"), ("NOW-1YEAR/YEAR", "2023-01-01"), ("NOW-1YEAR", "2023-02-28T13:45:30.500"),
    ("NOW+6MONTHS+3DAYS/HOUR", "2024-09-01T13:00"), ("2026-01-31T00:00:00Z+1MONTH", "2026-02-28"),
    ("2026-01-31T00:00:00Z", "2026-01-31"), ("2026-01-31", "2026-01-31"), ("2026-01-31T09:00:00+09:00", "2026-01-31"),
])  # fmt: skip
def test_moments_are_reckoned_as_solr_does(text, moment):
    now = datetime(2024, 2, 29, 13, 45, 30, 500_000, UTC)
    assert read_moment(text, now) == datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


def test_words_may_be_alternatives_or_missing(index):
    def find(text: str) -> set[str]:
        where, words = read_query(text, NOW)
        return set(index.search(Asked(text=words, where=where)).ids)

    parts = {text: find(text) for text in ("쉼터", "와이파이", "무더위")}
    assert all(parts.values())
    assert find("쉼터 OR 와이파이") == parts["쉼터"] | parts["와이파이"]
    assert find("쉼터 -무더위") == parts["쉼터"] - parts["무더위"]
    assert find("-쉼터") == find("*:*") - parts["쉼터"]


def test_a_wide_word_finds_what_it_may_mean_and_is_not_found_by_it():
    assert {"대기질", "수질"} <= set(MEANINGS["quality"])
    assert "품질" not in MEANINGS.get("수질", ())
    assert "bike" in MEANINGS["따릉이"]
    assert {"따릉이", "자전거"} <= set(MEANINGS["bike"])


def test_ckan_orders():
    assert [read_search_sort(one) for one in ("score desc", "metadata_modified asc", "title desc", "id asc")] == [
        "score", "-updated", "-title", "name",
    ]  # fmt: skip
    assert read_search_sort("metadata_created desc, name") == "created,name"
    assert read_sort('a desc nulls last, "b c" NULLS LAST') == ["-a", "b c"]
    with pytest.raises(ValueError, match="first"):
        read_sort("a desc nulls first")
    with pytest.raises(ValueError, match="upside"):
        read_search_sort("title upside")


@pytest.mark.parametrize("asked", [
    "colour:red", "tags:[a TO b]", "groups:()", "(groups:복지", "groups:복지)", "groups:a OR",
    "metadata_modified:[NOW-7WEEKS TO *]", "metadata_modified:[NOW-999999YEARS TO *]", "metadata_modified:[NOW/ TO *]",
    "metadata_modified:[x]", "groups:" + "(" * 50 + "a" + ")" * 50,
    'groups:"a', "NOT NOT groups:a",
])  # fmt: skip
def test_what_ckan_could_ask_and_is_not_served_is_refused_and_not_read_as_something_else(asked):
    with pytest.raises(ValueError, match=r"."):
        read_query(asked, NOW)


@given(st.lists(st.sampled_from([*'()[]"-+!*: ', "AND", "OR", "NOT ", "tags:", "id:", "state:", "metadata_modified:",
                                 " TO ", "2026-01-01", "NOW", "/DAY", "-7MONTHS", "버스", "a"]), max_size=12))  # fmt: skip
def test_whatever_is_asked_is_read_or_refused(parts):
    try:
        where, _ = read_query("".join(parts), NOW)
    except ValueError:
        return
    index = Index()
    index.put(prepare(make_entry("wifi", 1), {}))
    assert index.search(Asked(where=where)).total in {0, 1}


COLUMNS = (Column(name="id", type=ColumnType.TEXT, title=Text(ko="번호", en="Number")),)


@pytest.fixture
def lake(db, settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    keeper.forget()
    yield
    keeper.forget()


def publish(name: str, moment: datetime = NOW) -> None:
    import pyarrow as pa  # noqa: PLC0415

    ko, en, keywords, category = TITLES[name]
    table = Table(name=name, title=Text(ko=ko, en=en), columns=COLUMNS, licence="KOGL-1", owner_agency="city")
    register_dataset(actor=HOUSE, now=moment, table=table, category=category, keywords=keywords)
    append_rows(table, [pa.table({"id": ["a"]})], actor=HOUSE, now=moment)
    publish_dataset(actor=HOUSE, now=moment, name=name)


def look(text: str) -> list[str]:
    keeper._looked_at = -10.0
    return [one.id for one in search(Asked(text=text))[1]]


def test_the_index_follows_what_is_published_described_and_withdrawn(lake):
    follower = Follower()
    publish("shelters")
    publish("wifi", NOW + timedelta(seconds=1))
    assert follower.refresh(NOW) == 2
    assert follower.refresh(NOW) == 0
    assert look("쉼터") == ["own:shelters"]
    change = DatasetChange(title=Text(ko="한파쉼터", en="Warming shelters"))
    describe_dataset(actor=HOUSE, now=NOW + timedelta(minutes=1), name="shelters", change=change)
    follower.refresh(NOW + timedelta(minutes=1))
    assert look("한파쉼터") == ["own:shelters"]
    assert look("warming") == ["own:shelters"]
    withdraw_dataset(actor=HOUSE, now=NOW + timedelta(minutes=2), name="wifi", reason="시험")
    follower.refresh(NOW + timedelta(minutes=2))
    assert look("와이파이") == []
    publish_dataset(actor=HOUSE, now=NOW + timedelta(minutes=3), name="wifi")
    follower.refresh(NOW + timedelta(minutes=3))
    assert look("와이파이") == ["own:wifi"]
    kinds = [(row.dataset, row.kind) for row in models.ChangeRow.objects.order_by("id")]
    assert sorted(kinds[:2]) == [("shelters", ChangeKind.OPENED), ("wifi", ChangeKind.OPENED)]
    assert kinds[2:] == [
        ("shelters", ChangeKind.DESCRIBED), ("wifi", ChangeKind.WITHDRAWN), ("wifi", ChangeKind.OPENED),
    ]  # fmt: skip


def test_rows_written_anew_are_a_version_and_no_words_are_cut_again(lake, monkeypatch):
    import pyarrow as pa  # noqa: PLC0415

    follower = Follower()
    publish("shelters")
    follower.refresh(NOW)
    before = models.SearchRow.objects.get(id="own:shelters")
    later = NOW + timedelta(hours=1)
    table = Table(
        name="shelters", title=Text(ko=TITLES["shelters"][0], en=TITLES["shelters"][1]), columns=COLUMNS
    )
    append_rows(table, [pa.table({"id": ["b", "c"]})], actor=HOUSE, now=later)
    assert follower.refresh(later) == 1
    row = models.SearchRow.objects.get(id="own:shelters")
    assert row.terms == before.terms
    assert msgspec.convert(row.entry, Entry).rows == 3
    assert models.ChangeRow.objects.filter(kind=ChangeKind.VERSION).get().rows == 3


def test_one_process_cuts_batch_after_batch_and_another_where_it_has_ended(entries):
    first = cut_words([entries[0].texts])
    child = cutter._child
    assert cut_words([]) == []
    assert cut_words([entries[1].texts, entries[0].texts])[1] == first[0]
    assert cutter._child is child
    child.kill()
    assert cut_words([entries[0].texts]) == first
    assert cutter._child is not child


class TestPortal(PageCases):
    path = "/open_data/"
    is_public = True

    @pytest.fixture(autouse=True)
    def datasets(self, lake):
        publish("shelters")
        publish("school_zones", NOW + timedelta(seconds=1))
        Follower().refresh(NOW)

    def test_a_search_narrows_by_facet_and_says_what_it_found(self, client):
        page = client.get(self.path, {"q": "보호구역"}).content.decode()
        assert "어린이보호구역 지정 현황" in page
        assert "무더위쉼터" not in page
        page = client.get(self.path, {"category": "welfare"}).content.decode()
        assert "무더위쉼터" in page
        assert 'href="/open_data/school_zones/"' not in page

    def test_a_search_for_nonsense_teaches_how_to_go_on(self, client):
        assert (
            "맞는 데이터가 없어요"
            in client.get(self.path, {"q": "zqxj-없는-말", "category": "x"}).content.decode()
        )

    def test_anything_in_the_address_is_taken_or_ignored(self, client):
        for name in ("page", "sort", "q", "category", "origin", "licence", "form"):
            for value in ("0", "-1", "9" * 30, "999999", "\0", "%", "'", "🧨"):
                assert client.get(self.path, {name: value}).status_code == 200
