"""A theme from draft to the end of its days; citizens propose, people decide; every change is in the lake."""

from __future__ import annotations

import math
import threading
import time
from datetime import UTC, date, datetime, timedelta

import mapbox_vector_tile
import msgspec
import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from madang.citizens.city_map import models
from madang.citizens.city_map.actions import mirroring, places, proposals, themes
from madang.citizens.city_map.methods import packing
from madang.citizens.city_map.methods.asking import read_only
from madang.citizens.city_map.methods.cql.tree import Wrong
from madang.citizens.city_map.methods.fields import check_fields, read_values
from madang.citizens.city_map.methods.seasons import is_in_season, read_season
from madang.citizens.city_map.queries import extracts, features, spots
from madang.citizens.city_map.queries.themes import (
    find_receipt,
    get_theme,
    list_places,
    list_proposals,
    list_requests,
)
from madang.citizens.city_map.queries.tiles import draw_collection, draw_shown
from madang.citizens.city_map.records import (
    FieldType,
    PlaceValues,
    ProposalKind,
    ProposalState,
    Season,
    ThemeField,
    ThemeState,
    ThemeValues,
)
from madang.core.base.interface import (
    ANONYMOUS,
    Actor,
    BadInput,
    Conflict,
    MadangError,
    NotFound,
    Text,
)
from madang.core.lake.interface import authorize

NOW = datetime(2026, 7, 1, 3, tzinfo=UTC)
FIELDS = (
    ThemeField(name="seats", title=Text(ko="자리 수", en="Seats"), type=FieldType.INTEGER),
    ThemeField(
        name="kind",
        title=Text(ko="종류", en="Kind"),
        type=FieldType.CHOICE,
        required=True,
        choices=("경로당", "도서관"),
    ),
    ThemeField(name="since", title=Text(ko="연 날", en="Since"), type=FieldType.DATE),
)
VALUES = ThemeValues(
    title=Text(ko="더위 쉼터", en="Cooling shelters"),
    agency_code="11110",
    fields=FIELDS,
    season=Season(first="06-15", last="09-15"),
    source="시험 · test",
    licence="KOGL-1",
)
HALL = PlaceValues(
    name="청운 경로당", lon=126.97, lat=37.585, address="종로구 1", values={"kind": "경로당", "seats": "30"}
)
pytestmark = pytest.mark.django_db


def make_actor(*permissions: str, agency: str = "11110") -> Actor:
    return Actor(id="1", name="담당", grants=frozenset((one, agency) for one in permissions))


MAKER = make_actor("city_map.work", "city_map.edit", "city_map.moderate", "city_map.request")
CHIEF = make_actor("city_map.work", "city_map.edit", "city_map.publish", "city_map.moderate")
STRANGER = make_actor(
    "city_map.work", "city_map.edit", "city_map.publish", "city_map.moderate", agency="11680"
)


@pytest.fixture(autouse=True)
def fresh():
    features.forget()
    yield
    for row in models.ThemeRow.objects.all():
        mirroring._drop(get_theme(row.pk), NOW)  # the lake isn't rolled back with the database


@pytest.fixture
def theme():
    themes.create_theme(actor=MAKER, now=NOW, code="cooling", values=VALUES)
    places.save_place(actor=MAKER, now=NOW, code="cooling", values=HALL)
    themes.submit_theme(actor=MAKER, now=NOW, code="cooling")
    themes.publish_theme(actor=CHIEF, now=NOW, code="cooling")


def send(kind=ProposalKind.ADD, values=HALL, **more):
    more = {"sender": "203.0.113.7", "now": NOW} | more
    return proposals.propose(code="cooling", kind=kind, values=values, **more)


def find_tile(place, z=14):
    """The tile a place lies in, by the textbook's formula."""
    north = math.asinh(math.tan(math.radians(place.lat)))
    return z, int((place.lon + 180) / 360 * 2**z), int((1 - north / math.pi) / 2 * 2**z)


def read_lake():
    features.forget()
    return authorize(ANONYMOUS, "map_cooling").read().to_pylist()


def test_a_theme_goes_from_draft_to_public_and_each_step_is_for_whom_it_is():
    with pytest.raises(MadangError):
        themes.create_theme(actor=STRANGER, now=NOW, code="cooling", values=VALUES)
    themes.create_theme(actor=MAKER, now=NOW, code="cooling", values=VALUES)
    with pytest.raises(Conflict):
        themes.create_theme(actor=MAKER, now=NOW, code="cooling", values=VALUES)
    places.save_place(actor=MAKER, now=NOW, code="cooling", values=HALL)
    with pytest.raises(NotFound):  # a draft is nobody's business
        read_lake()
    with pytest.raises(Conflict):
        themes.publish_theme(actor=CHIEF, now=NOW, code="cooling")
    themes.submit_theme(actor=MAKER, now=NOW, code="cooling")
    for actor in (MAKER, STRANGER, ANONYMOUS):
        with pytest.raises(MadangError):
            themes.publish_theme(actor=actor, now=NOW, code="cooling")
    themes.return_theme(actor=CHIEF, now=NOW, code="cooling", reason="주소를 더 적어 주십시오")
    assert (get_theme("cooling").state, get_theme("cooling").note) == (
        ThemeState.DRAFT,
        "주소를 더 적어 주십시오",
    )
    themes.submit_theme(actor=MAKER, now=NOW, code="cooling")
    themes.publish_theme(actor=CHIEF, now=NOW, code="cooling")
    (row,) = read_lake()
    assert (row["name"], row["kind"], row["seats"], row["district_code"]) == (
        "청운 경로당",
        "경로당",
        30,
        "11110",
    )
    with pytest.raises(MadangError):  # what is public is changed by who may publish
        themes.change_theme(actor=MAKER, now=NOW, code="cooling", values=VALUES)
    themes.withdraw_theme(actor=CHIEF, now=NOW, code="cooling", reason="철이 끝났습니다")
    with pytest.raises(NotFound):
        read_lake()


def test_far_out_what_stands_close_together_is_one_circle_with_its_number(theme):
    crowd = [
        PlaceValues(name=f"곳 {n}", lon=126.97 + n * 1e-5, lat=37.585, values={"kind": "도서관"})
        for n in range(40)
    ]
    far = PlaceValues(name="먼 곳", lon=127.1, lat=37.5, values={"kind": "도서관"})
    places.save_places(actor=CHIEF, now=NOW, code="cooling", places=[*crowd, far])
    features.forget()
    one = features.get_collection("map_cooling")

    def draw(z):
        drawn = [
            mapbox_vector_tile.decode(content)["places"]["features"]
            for tile in {find_tile(place, z) for place in (HALL, far)}
            if (content := draw_shown([one], *tile).content)
        ]
        return [feature["properties"] for tile in drawn for feature in tile]

    for z in (0, 5, 10, 12):
        shown = draw(z)
        assert sum(said.get("_count", 1) for said in shown) == 42
        assert max(said.get("_count", 1) for said in shown) >= 41
        assert ("먼 곳" in {said.get("title") for said in shown}) == (z > 5)
    near = draw(14)
    assert not any("_count" in said for said in near)


def test_a_tile_holds_only_what_is_asked_for(theme):
    library = PlaceValues(name="도서관", lon=126.97, lat=37.586, values={"kind": "도서관"})
    places.save_place(actor=MAKER, now=NOW, code="cooling", values=library)
    features.forget()
    one = features.get_collection("map_cooling")
    (only,) = read_only(["map_cooling.kind:도서관", "", "map_cooling.kind:도서관"], [one])

    def draw(*asked):
        drawn = mapbox_vector_tile.decode(draw_shown([one], *find_tile(HALL), asked).content)
        return {feature["properties"]["title"] for feature in drawn["places"]["features"]}

    assert draw() == {"청운 경로당", "도서관"}
    assert draw(only) == {"도서관"}
    assert [spot.name for spot in spots.list_spots([one], only=[only])[0]] == ["도서관"]
    assert spots.list_near([one], 126.97, 37.585, only=[only])[1] == 1
    assert spots.list_spots([one], search="ㄷㅅㄱ", only=[only])[1] == 1
    assert spots.list_spots([one], search="ㅊㅇ", only=[only])[1] == 0
    for wrong in ("map_cooling.seats:3", "map_cooling.none:3", "map_other.kind:도서관", "도서관"):
        with pytest.raises(Wrong):
            read_only([wrong], [one])


def test_a_theme_without_a_place_is_not_published():
    themes.create_theme(actor=MAKER, now=NOW, code="cooling", values=VALUES)
    themes.submit_theme(actor=MAKER, now=NOW, code="cooling")
    with pytest.raises(Conflict):
        themes.publish_theme(actor=CHIEF, now=NOW, code="cooling")


def test_a_theme_steps_down_by_itself_after_its_last_day(theme):
    until = msgspec.structs.replace(VALUES, shown_until=date(2026, 7, 2))
    themes.change_theme(actor=CHIEF, now=NOW, code="cooling", values=until)
    assert mirroring.mirror_late(now=NOW) == 0
    assert len(read_lake()) == 1
    assert mirroring.mirror_late(now=NOW + timedelta(days=2)) == 1
    with pytest.raises(NotFound):
        read_lake()
    assert mirroring.mirror_late(now=NOW + timedelta(days=2)) == 0


def test_a_change_that_did_not_reach_the_lake_is_brought_later(theme):
    models.PlaceRow.objects.update(name="다른 이름")
    mirroring.touch("cooling")  # as if the process had died between the commit and the lake
    assert read_lake()[0]["name"] == "청운 경로당"
    assert mirroring.mirror_late(now=NOW) == 1
    assert read_lake()[0]["name"] == "다른 이름"


def test_fields_come_and_go_and_the_dataset_follows(theme):
    fewer = msgspec.structs.replace(VALUES, fields=FIELDS[1:])
    themes.change_theme(actor=CHIEF, now=NOW, code="cooling", values=fewer)
    assert "seats" not in read_lake()[0]
    themes.change_theme(actor=CHIEF, now=NOW, code="cooling", values=VALUES)
    assert read_lake()[0]["seats"] == 30


def test_a_proposed_place_waits_and_stands_on_the_map_once_accepted(theme):
    new = PlaceValues(name="새 도서관", lon=126.98, lat=37.58, values={"kind": "도서관"})
    sent = send(values=new, note="문 연 지 한 달 됐어요")
    assert sent.state is ProposalState.WAITING
    assert len(read_lake()) == 1
    (waiting,), count = list_proposals(actor=MAKER, state="waiting")
    assert (waiting.values.name, waiting.note, count) == ("새 도서관", "문 연 지 한 달 됐어요", 1)
    assert [title.ko for title, *_ in waiting.changes] == ["이름", "자리", "종류"]
    assert list_proposals(actor=STRANGER) == ([], 0)
    with pytest.raises(MadangError):
        proposals.accept_proposal(actor=STRANGER, now=NOW, proposal_id=sent.id)
    proposals.accept_proposal(actor=MAKER, now=NOW, proposal_id=sent.id)
    assert {row["name"] for row in read_lake()} == {"청운 경로당", "새 도서관"}
    found = find_receipt(sent.receipt.lower())
    assert (found.state, found.note) == (ProposalState.ACCEPTED, "")
    with pytest.raises(Conflict):
        proposals.reject_proposal(actor=MAKER, now=NOW, proposal_id=sent.id, reason="늦음")
    assert len(read_lake()) == 2


def test_a_place_far_outside_the_city_is_marked(theme):
    send(values=PlaceValues(name="부산 도서관", lon=129.07, lat=35.18, values={"kind": "도서관"}))
    send(values=PlaceValues(name="새 도서관", lon=126.98, lat=37.58, values={"kind": "도서관"}))
    found, _ = list_proposals(actor=MAKER)
    assert {one.values.name: one.is_outside for one in found} == {"부산 도서관": True, "새 도서관": False}


def test_a_correction_says_what_differs_and_a_rejection_says_why(theme):
    (standing,), _ = list_places("cooling")
    moved = PlaceValues(
        name="청운 경로당",
        lon=126.9701,
        lat=37.585,
        address="종로구 2",
        values={"kind": "경로당", "seats": 30},
    )
    first = send(ProposalKind.CORRECT, moved, place_id=standing.id)
    second = send(ProposalKind.REMOVE, place_id=standing.id, note="없어졌어요")
    assert [(title.ko, before, after) for title, before, after in first.changes] == [
        ("주소", "종로구 1", "종로구 2"),
        ("자리", "37.58500, 126.97000", "37.58500, 126.97010"),
    ]
    with pytest.raises(BadInput):
        proposals.reject_proposal(actor=MAKER, now=NOW, proposal_id=second.id, reason=" ")
    proposals.reject_proposal(actor=MAKER, now=NOW, proposal_id=second.id, reason="가 보니 그대로 있습니다")
    assert find_receipt(second.receipt).reason == "가 보니 그대로 있습니다"
    proposals.accept_proposal(actor=MAKER, now=NOW, proposal_id=first.id)
    (row,) = read_lake()
    assert (row["id"], row["address"], row["lon"]) == (standing.id, "종로구 2", 126.9701)
    gone = send(ProposalKind.REMOVE, place_id=standing.id)
    late = send(ProposalKind.CORRECT, moved, place_id=standing.id)
    proposals.accept_proposal(actor=MAKER, now=NOW, proposal_id=gone.id)
    with pytest.raises(NotFound):  # it is gone: nothing to correct, and it still waits to be rejected
        proposals.accept_proposal(actor=MAKER, now=NOW, proposal_id=late.id)
    assert find_receipt(late.receipt).state is ProposalState.WAITING


def test_one_sender_is_heard_a_few_times_an_hour_and_is_not_kept(theme):
    for _ in range(proposals.A_SENDER):
        send()
    with pytest.raises(BadInput, match="later"):
        send()
    send(sender="203.0.113.8")
    assert "203.0.113" not in str(list(models.SendingRow.objects.values())) + str(
        list(models.ProposalRow.objects.values())
    )
    send(now=NOW + timedelta(hours=1))
    assert models.SendingRow.objects.count() == 1  # the others were forgotten
    proposals.forget_sendings(now=NOW + timedelta(hours=3))
    assert not models.SendingRow.objects.exists()


@pytest.mark.parametrize(
    "said",
    ["010-1234-5678", "제 번호는 01012345678이에요", "+82 10 1234 5678", "a.b@example.kr", "900101-1234567",
     "9001011234567", "1234-5678-9012-3456"],
)  # fmt: skip
def test_personal_data_is_refused_wherever_it_stands(theme, said):
    before = models.ProposalRow.objects.count()
    with pytest.raises(BadInput) as refusal:
        send(note=said)
    assert refusal.value.details["field"] == "note"
    with pytest.raises(BadInput):
        send(values=PlaceValues(name=said, lon=127.0, lat=37.5, values={"kind": "도서관"}))
    assert models.ProposalRow.objects.count() == before
    assert not models.SendingRow.objects.exists()


def test_nothing_is_taken_for_a_theme_that_is_closed(theme):
    with pytest.raises(BadInput):
        send(values=PlaceValues(name="x", lon=200, lat=37, values={"kind": "경로당"}))
    with pytest.raises(BadInput, match="Kind"):
        send(values=PlaceValues(name="x", lon=127, lat=37))
    with pytest.raises(NotFound):
        send(ProposalKind.CORRECT, place_id="nobody")
    themes.withdraw_theme(actor=CHIEF, now=NOW, code="cooling", reason="끝")
    with pytest.raises(BadInput):
        send()


def test_a_file_brings_places_changes_those_that_stand_and_says_what_it_could_not_take(theme, tmp_path):
    path = tmp_path / "쉼터.csv"
    lines = [
        "시설명,소재지,종류,자리 수,위도,경도,비고",
        "청운 경로당,종로구 3,경로당,40,37.58505,126.97,그대로",
        "새 도서관,종로구 4,도서관,,37.58,126.98,",
        "이상한 곳,종로구 5,카페,3,37.57,126.98,",
        ",종로구 6,도서관,3,37.57,126.98,",
        *(f"도서관 {n},종로구,도서관,{n},37.5{n},126.9{n},," for n in range(4)),
    ]
    path.write_bytes("\n".join(lines).encode("cp949"))
    result = places.import_places(actor=MAKER, now=NOW, code="cooling", path=path, file_name=path.name)
    assert (result.added, result.changed, result.removed) == (5, 1, 0)
    assert len(result.rejected) == 2
    assert "비고" in result.unused_columns
    rows = {row["name"]: row for row in read_lake()}
    assert (rows["청운 경로당"]["seats"], rows["청운 경로당"]["address"]) == (40, "종로구 3")
    assert len(rows) == 6
    again = places.import_places(
        actor=MAKER, now=NOW, code="cooling", path=path, file_name=path.name, is_whole=True
    )
    assert (again.added, again.changed, again.removed) == (0, 6, 0)
    path.write_text("이름,위도,경도,종류\n혼자,37.5,126.9,도서관\n둘이,37.51,126.91,도서관\n", "utf-8")
    last = places.import_places(
        actor=MAKER, now=NOW, code="cooling", path=path, file_name=path.name, is_whole=True
    )
    assert (last.added, last.removed) == (2, 6)
    for content in ("이름,값\n가,1\n", "위도,경도\n37.5,126.9\n37.6,127.0\n", ""):
        path.write_text(content, "utf-8")
        with pytest.raises(MadangError):
            places.import_places(actor=MAKER, now=NOW, code="cooling", path=path, file_name=path.name)
    with pytest.raises(MadangError):
        places.import_places(actor=STRANGER, now=NOW, code="cooling", path=path, file_name=path.name)


def test_an_edit_is_in_its_tile_at_once_and_leaves_other_tiles_as_they_were(theme):
    far = PlaceValues(name="먼 곳", lon=127.1, lat=37.5, values={"kind": "도서관"})
    places.save_place(actor=MAKER, now=NOW, code="cooling", values=far)
    near_tile, far_tile = find_tile(HALL), find_tile(far)
    one = features.get_collection("map_cooling")
    before = [draw_collection(one, *tile) for tile in (near_tile, far_tile)]
    assert (
        mapbox_vector_tile.decode(before[0].content)["map_cooling"]["features"][0]["properties"]["name"]
        == "청운 경로당"
    )
    assert before[1].content
    hall = next(one for one in list_places("cooling")[0] if one.values.name == HALL.name)
    moved = PlaceValues(name="이름 바뀜", lon=126.97, lat=37.585, values={"kind": "경로당"})
    places.save_place(actor=MAKER, now=NOW, code="cooling", values=moved, place_id=hall.id)
    one = features.get_collection("map_cooling")
    after = [draw_collection(one, *tile) for tile in (near_tile, far_tile)]
    assert after[0].tag != before[0].tag
    assert after[1].tag == before[1].tag


def test_the_list_holds_what_the_map_holds_and_sorts_by_nearness(theme):
    for number in range(5):
        near = PlaceValues(
            name=f"곳 {number}", lon=126.97 + number * 0.005, lat=37.585, values={"kind": "도서관"}
        )
        places.save_place(actor=MAKER, now=NOW, code="cooling", values=near)
    one = features.get_collection("map_cooling")
    first, total = spots.list_spots([one], limit=4)
    rest, _ = spots.list_spots([one], offset=4, limit=4)
    assert total == 6
    assert len({spot.id for spot in first + rest}) == 6
    found, count = spots.list_near([one], 126.99, 37.585)
    assert count == len(found)
    assert found[0].name == "곳 4"
    distances = [spot.away_m for spot in found]
    assert distances == sorted(distances)
    assert all(away <= spots.NEAR_M for away in distances)
    assert spots.list_spots([one], search="청운")[1] == 1


def test_among_very_many_the_nearest_are_told_whatever_order_they_stand_in(theme, monkeypatch):
    monkeypatch.setattr(spots, "MOST_NEAR", 5)
    crowd = [
        PlaceValues(name=f"곳 {n:02d}", lon=126.99 + n * 1e-4, lat=37.585, values={"kind": "도서관"})
        for n in range(40, 0, -1)
    ]
    places.save_places(actor=CHIEF, now=NOW, code="cooling", places=crowd)
    features.forget()
    one = features.get_collection("map_cooling")
    found, count = spots.list_near([one], 126.99, 37.585)
    assert [spot.name for spot in found] == [f"곳 {n:02d}" for n in range(1, 6)]
    assert count == 41
    monkeypatch.setattr(spots, "MOST_CLOSE", 30)
    found, count = spots.list_near([one], 126.99, 37.585)
    assert [spot.name for spot in found] == [f"곳 {n:02d}" for n in range(1, 6)]
    assert 5 <= count <= 30


def test_a_district_asks_for_a_theme_and_gets_a_draft_or_a_reason(theme):
    first = themes.request_theme(
        actor=MAKER, now=NOW, agency_code="11110", title="약국", why="밤에 찾기 어렵습니다"
    )
    second = themes.request_theme(actor=MAKER, now=NOW, agency_code="11110", title="주차", why="필요합니다")
    with pytest.raises(MadangError):
        themes.request_theme(actor=MAKER, now=NOW, agency_code="11680", title="x", why="y")
    assert list_requests(actor=STRANGER) == []
    with pytest.raises(MadangError):
        themes.answer_request(
            actor=MAKER, now=NOW, request_id=first, is_accepted=True, reason="", code="pharmacy"
        )
    themes.answer_request(
        actor=CHIEF, now=NOW, request_id=first, is_accepted=True, reason="", code="pharmacy"
    )
    assert get_theme("pharmacy").values.agency_code == "11110"
    with pytest.raises(BadInput):
        themes.answer_request(actor=CHIEF, now=NOW, request_id=second, is_accepted=False, reason="")
    themes.answer_request(actor=CHIEF, now=NOW, request_id=second, is_accepted=False, reason="따로 있습니다")
    with pytest.raises(Conflict):
        themes.answer_request(actor=CHIEF, now=NOW, request_id=second, is_accepted=False, reason="다시")
    assert {one.title: one.state.value for one in list_requests(actor=MAKER)} == {
        "약국": "accepted",
        "주차": "rejected",
    }


def test_a_theme_may_be_another_dataset_and_then_has_no_places_of_its_own(theme):
    other = ThemeValues(title=Text(ko="다른 이름", en="Other"), agency_code="11110", dataset="map_cooling")
    themes.create_theme(actor=MAKER, now=NOW, code="other", values=other)
    assert get_theme("other").collection == "map_cooling"
    with pytest.raises(Conflict):
        places.save_place(actor=MAKER, now=NOW, code="other", values=HALL)
    with pytest.raises(NotFound):
        nowhere = msgspec.structs.replace(other, dataset="nowhere")
        themes.create_theme(actor=MAKER, now=NOW, code="third", values=nowhere)


@given(
    st.dates(),
    st.tuples(st.integers(1, 12), st.integers(1, 28)),
    st.tuples(st.integers(1, 12), st.integers(1, 28)),
)
def test_a_season_holds_the_days_between_also_over_new_year(day, first, last):
    season = read_season("{:02d}-{:02d}".format(*first), "{:02d}-{:02d}".format(*last))
    today = (day.month, day.day)
    between = first <= today <= last if first <= last else today >= first or today <= last
    assert is_in_season(season, day) == between
    assert is_in_season(None, day)


def test_days_and_fields_that_are_none_are_refused():
    for first, last in (("6-15", "09-15"), ("06-15", ""), ("02-30", "03-01"), ("", "01-01")):
        with pytest.raises(BadInput):
            read_season(first, last)
    said = Text(ko="가", en="a")
    for fields in (
        [ThemeField(name="Name", title=said)],
        [ThemeField(name="lon", title=said)],
        [ThemeField(name="a", title=said)] * 2,
        [ThemeField(name="a", title=Text(ko="", en=""))],
        [ThemeField(name="a", title=said, type=FieldType.CHOICE, choices=("하나",))],
        [ThemeField(name=f"f{n}", title=said) for n in range(21)],
    ):
        with pytest.raises(BadInput):
            check_fields(fields)


@given(st.sampled_from(list(FieldType)), st.text(max_size=30))
def test_a_value_is_read_into_its_type_or_refused_by_its_field(kind, text):
    one = ThemeField(name="a", title=Text(ko="가", en="a"), type=kind, choices=("하나", "둘"))
    try:
        values = read_values([one], {"a": text})
    except BadInput as error:
        assert error.details["field"] == "a"
        return
    kinds = {FieldType.INTEGER: int, FieldType.NUMBER: float, FieldType.BOOLEAN: bool}
    assert all(isinstance(value, kinds.get(kind, str)) for value in values.values())
    if kind is FieldType.LINK:
        assert all(value.startswith("http") for value in values.values())


@pytest.mark.django_db(transaction=True)
def test_a_file_of_tiles_that_many_ask_for_at_once_is_made_once(theme, monkeypatch):
    made, found, one = [], [], features.get_collection("map_cooling")

    def pack_slowly(path, *rest):
        made.append(path)
        time.sleep(0.3)
        packing.pack(path, *rest)

    def take():
        found.append(extracts.find_extract(one))
        connections.close_all()

    monkeypatch.setattr(extracts, "pack", pack_slowly)
    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert len(set(found)) == 1
    assert len(found) == 4
