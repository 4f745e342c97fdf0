"""The pages of the network, of decoders, hydrants and floor plans, and one story through them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils.html import strip_tags

from madang.core.base.interface import HOUSE, NotFound, now, to_city_time
from madang.core.base.text import HANGUL
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.models import Agency
from madang.core.things.interface import import_things, register_declared_kinds
from madang.infrastructure.fire_safety.actions import (
    answer_alarm,
    check_detectors,
    decide_due,
    register_facility,
    save_decoder,
    save_detectors,
    save_gateways,
    save_plan,
    take_messages,
)
from madang.infrastructure.fire_safety.gateway.heartbeat import find_heartbeat
from madang.infrastructure.fire_safety.models import SignalRow
from madang.infrastructure.fire_safety.pages import desk
from madang.infrastructure.fire_safety.pages.alarms import ALARMS
from madang.infrastructure.fire_safety.pages.facilities import CONTACT_COLUMNS
from madang.infrastructure.fire_safety.pages.rows import read_rows, write_rows
from madang.infrastructure.fire_safety.queries import (
    find_plan,
    find_refusal,
    get_decoder,
    get_facility,
    list_alarms,
    list_decisions,
    list_detectors,
    list_facilities,
    list_gateways,
    list_hydrants,
    list_nuisances,
    list_places,
)
from madang.infrastructure.fire_safety.records import (
    Absence,
    AlarmFilter,
    AlarmState,
    Contact,
    Gateway,
    SignalKind,
)

from .facilities import DETECTORS, FACILITY, register, uplink
from .test_network import DECODER, LIST, draw_picture

HOME = "/desk/fire_safety/"
ONE = f"{HOME}facilities/{FACILITY.code}/"


class TestNetwork(PageCases):
    path = f"{HOME}network/"

    @pytest.fixture(autouse=True)
    def laid_out(self, db):
        save_gateways(actor=HOUSE, now=now(), gateways=[Gateway(id="g1", institution="중부소방서")])
        save_decoder(actor=HOUSE, now=now(), decoder=DECODER)


class TestDecoder(PageCases):
    path = f"{HOME}network/decoders/ACME%20SD-1/?port=2&data=01b42c01"

    @pytest.fixture(autouse=True)
    def laid_out(self, db):
        save_decoder(actor=HOUSE, now=now(), decoder=DECODER)

    def test_a_payload_is_tried_and_a_short_one_is_told(self, reader):
        assert "90.0" in reader.get(self.path).content.decode()
        assert "stands at byte" in reader.get(self.path.replace("01b42c01", "01")).content.decode()
        assert reader.get(self.path.replace("01b42c01", "zz")).status_code == 200
        assert reader.get(f"{HOME}network/decoders/nobody/").status_code == 404


class TestWall(PageCases):
    path = "/wall/fire_safety/"

    def test_it_says_where_nobody_decides(self, reader):
        beat = find_heartbeat()
        beat.parent.mkdir(parents=True, exist_ok=True)
        beat.unlink(missing_ok=True)
        assert "경보 판단이 멈췄습니다" in reader.get(self.path).content.decode()
        beat.touch()
        assert "경보 판단이 멈췄습니다" not in reader.get(self.path).content.decode()
        beat.unlink()


class TestPlace(PageCases):
    path = f"{ONE}place/?floor=3층"

    @pytest.fixture(autouse=True)
    def laid_out(self, db):
        register(now())
        save_plan(actor=HOUSE, now=now(), code=FACILITY.code, floor="3층", content=draw_picture(), width_m=24)


@pytest.mark.django_db
class TestStory(PageCases):
    path = ONE

    @pytest.fixture(autouse=True)
    def laid_out(self, db):
        register(now())

    def test_an_officer_sets_the_net_up_from_pages_alone(self, reader):
        gateways = reader.post(
            f"{HOME}network/gateways/", {"gateways_text": "g1, 중부소방서, city, 600, 37.5, 127"}
        )
        assert gateways.status_code == 302
        refused = reader.post(f"{HOME}network/gateways/", {"gateways_text": "g1"}).content.decode()
        assert "1번째 줄: ‘institution’ 값을 받아들일 수 없습니다: 꼭 있어야 하는 항목입니다" in refused
        assert list_gateways()[0].institution == "중부소방서"
        text = 'profile = "SD"\n[[fields]]\nname = "smoke"\noffset = 0\n'
        assert reader.post(f"{HOME}network/decoders/new/", {"toml": text}).status_code == 302
        assert get_decoder("SD").fields[0].name == "smoke"
        wrong = reader.post(f"{HOME}network/decoders/new/", {"toml": "nonsense"})
        assert wrong.status_code in {200, 422}
        hydrants = SimpleUploadedFile("h.csv", LIST.encode("cp949"))
        assert reader.post(f"{HOME}hydrants/import/", {"file": hydrants}).status_code == 302
        assert len(list_hydrants(FACILITY.lon, FACILITY.lat)) == 2
        picture = SimpleUploadedFile("plan.png", draw_picture())
        plan = {"floor": "3층", "width_m": "24", "file": picture}
        assert reader.post(f"{ONE}plan/", plan).status_code == 302
        sketch = SimpleUploadedFile("plan.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")
        refused = reader.post(f"{ONE}plan/", {**plan, "file": sketch})
        assert "PDF" in str(refused.context["form"].errors["file"])
        kept = find_plan(HOUSE, FACILITY.code, "3층")
        assert reader.get(f"{HOME}plans/{kept.id}/")["Content-Type"] == "image/png"
        hung = reader.post(f"{ONE}place/", {"floor": "3층", "detector": "d301", "x": "7.5", "y": "2"})
        assert hung.status_code == 302
        assert next(one for one in list_detectors(HOUSE) if one.id == "d301").x == 7.5
        assert reader.post(f"{ONE}place/", {"floor": "3층", "detector": "d301", "x": "?"}).status_code == 302
        page = reader.get(f"{ONE}?floor=3층").content.decode()
        assert f"{HOME}plans/{kept.id}/" in page
        assert "지상식소화전" in page
        assert reader.post(f"{ONE}plan/remove/", {"floor": "3층"}).status_code == 302
        assert find_plan(HOUSE, FACILITY.code, "3층") is None

    def test_an_empty_field_alone_removes_no_gateway(self, reader):
        form = f"{HOME}network/gateways/"
        reader.post(form, {"gateways_text": "g1, 중부소방서, city, 600, 37.5, 127"})
        emptied = reader.post(form, {"gateways_text": " "})
        assert emptied.status_code == 422
        assert "모두 빼려면" in emptied.content.decode()
        assert [one.id for one in list_gateways()] == ["g1"]
        assert reader.post(form, {"gateways_text": "", "is_emptied": "on"}).status_code == 302
        assert list_gateways() == []
        assert reader.post(form, {"undo": "1"}).status_code == 302
        assert [one.id for one in list_gateways()] == ["g1"]

    def test_people_and_rooms_that_an_empty_field_removed_come_back(self, reader):
        Agency.objects.create(code="11110", name_ko="종로구", name_en="Jongno-gu", kind="district")
        form = f"{ONE}edit/"
        shown = reader.get(form).context["form"].initial
        before = get_facility(HOUSE, FACILITY.code)
        assert before.rooms
        assert before.contacts
        emptied = shown | {"contacts_text": "", "rooms_text": ""}
        assert reader.post(form, emptied).status_code == 302
        assert get_facility(HOUSE, FACILITY.code).rooms == ()
        assert reader.post(form, {"undo": "1"}).status_code == 302
        after = get_facility(HOUSE, FACILITY.code)
        assert (after.rooms, after.contacts) == (before.rooms, before.contacts)

    def test_a_new_facility_takes_no_others_place_and_its_own_is_found_by_name(self, reader):
        Agency.objects.create(code="11110", name_ko="종로구", name_en="Jongno-gu", kind="district")
        place = {"agency_code": "11110", "kind": "elderly", "lat": "37.5", "lon": "127"}
        new = f"{HOME}facilities/new/"
        assert "data-find-place" in reader.get(new).content.decode()
        refused = reader.post(new, {**place, "code": FACILITY.code, "name": "다른 집"})
        assert refused.status_code == 422
        assert "이미 다른 시설의 코드" in refused.content.decode()
        assert get_facility(HOUSE, FACILITY.code).name == FACILITY.name
        assert reader.post(new, {**place, "code": "other", "name": "다른 집"}).status_code == 302

    def test_who_cancelled_by_mistake_says_on_the_same_page_that_it_is_a_fire(self, reader):
        take_messages(now=now(), messages=[uplink("d301", now(), "smoke")], via="mqtt")
        decide_due(now=now())
        (alarm,) = list_alarms(actor=HOUSE)[0]
        page = f"{HOME}alarms/{alarm.id}/"
        assert reader.post(f"{page}answer/", {"kind": "false_alarm", "reason": "조리 연기"}).url == page
        decide_due(now=now())
        assert 'value="confirm"' in reader.get(page).content.decode()
        assert reader.post(f"{page}answer/", {"kind": "confirm"}).url == ONE
        decide_due(now=now())
        again, _ = list_alarms(actor=HOUSE)[0]
        assert (again.state, again.floor, again.room) == (AlarmState.HANDED_OVER, "3층", "301호")

    def test_a_fire_that_nobody_places_has_the_whole_facilitys_people(self, reader):
        assert reader.post(f"{ONE}say/", {"kind": "confirm"}).status_code == 302
        decide_due(now=now())
        assert "시설 전체 17명" in reader.get("/wall/fire_safety/").content.decode()
        (alarm,) = list_alarms(actor=HOUSE)[0]
        assert "이 층" not in reader.get(f"{HOME}alarms/{alarm.id}/").content.decode()

    def test_an_english_page_says_in_english_what_has_both_names(self, reader):
        named = msgspec.structs.replace(
            FACILITY,
            name="해맑은요양원 · Haemalgeun Home",
            address="",
            contacts=(
                Contact(name="주간 당직 · Day duty", hours="9-18"),
                Contact(name="야간 · Night", hours="18-9"),
            ),
            absences=(Absence(name="야간 · Night", since=now(), until=now() + timedelta(days=2)),),
            rooms=FACILITY.rooms[:2],
        )
        register_facility(actor=HOUSE, now=now(), facility=named)
        take_messages(now=now(), messages=[uplink("d301", now(), "smoke")], via="mqtt")
        decide_due(now=now())
        (alarm,) = list_alarms(actor=HOUSE)[0]
        reader.cookies["language"] = "en"
        page = reader.get(f"{HOME}alarms/{alarm.id}/").content.decode()
        assert "Haemalgeun Home 3F Room 301" in page
        assert "alarm of a smoke detector 3F Room 301" in page
        for path in (
            f"{HOME}alarms/{alarm.id}/",
            f"{HOME}alarms/{alarm.id}/report/",
            "/wall/fire_safety/",
            HOME,
            ONE,
        ):
            whole = reader.get(path).content.decode()
            said = strip_tags(
                whole.partition("<main" if "<main" in whole else "<body")[2].partition("</main>")[0]
            )
            assert "Room 301" in said, path
            assert not HANGUL.findall(said), path
            assert "Text(" not in said

    def test_what_a_person_begins_is_on_the_next_page_and_whether_somebody_answered(
        self, reader, monkeypatch
    ):
        watching = []
        monkeypatch.setattr(
            desk, "is_decided", lambda code: watching.append(code) or not decide_due(now=now())
        )
        assert reader.post(f"{ONE}say/", {"kind": "drill_begins", "expects": "d301"}).status_code == 302
        assert watching == [FACILITY.code]
        tapped = {"kind": "drill_begins", "expects": "d301", "tapped_at": "2026-11-20T12:00:00.000Z"}
        for _ in range(2):
            reader.post(f"{ONE}say/", tapped)
        reader.post(f"{ONE}say/", {**tapped, "tapped_at": "when I saw it"})
        said_at = SignalRow.objects.order_by("id").values_list("said_at", flat=True)
        assert [one.isoformat()[:10] for one in said_at].count("2026-11-20") == 1
        assert len(said_at) == 3
        assert "훈련 중입니다" in reader.get(ONE).content.decode()
        take_messages(now=now(), messages=[uplink("d301", now(), "smoke")], via="mqtt")
        decide_due(now=now())
        (alarm,) = list_alarms(actor=HOUSE)[0]
        page = f"{HOME}alarms/{alarm.id}/"
        assert "담당자가 답했습니다" not in reader.get(page).content.decode()
        reader.post(f"{page}answer/", {"kind": "seen"})
        answered = reader.get(page).content.decode()
        assert "담당자가 답했습니다" in answered
        assert 'value="seen"' not in answered

    def test_the_desk_names_detectors_with_false_alarms_and_why(self, reader):
        for seconds, device, reason in (
            (0, "d301", "조리 연기 · Cooking"), (900, "d301", "조리 연기 · Cooking"), (1800, "d302", "수증기"), (2700, "d302", "")
        ):  # fmt: skip
            moment = now() - timedelta(hours=2) + timedelta(seconds=seconds)
            take_messages(now=moment, messages=[uplink(device, moment, "smoke")], via="mqtt")
            decide_due(now=moment)
            if reason:
                alarm = list_alarms(actor=HOUSE)[0][0].number
                answer_alarm(
                    actor=HOUSE, now=moment, code=FACILITY.code, kind=SignalKind.FALSE_ALARM, reason=reason, alarm=alarm
                )  # fmt: skip
            decide_due(now=moment + timedelta(seconds=1))
        (first, second) = list_nuisances(HOUSE, now() - timedelta(days=1), 5)
        assert (first.detector, first.cancelled, first.alarms) == ("d301", 2, 2)
        assert first.reasons == (("조리 연기 · Cooking", 2),)
        assert (second.detector, second.cancelled, second.alarms) == ("d302", 1, 2)
        assert list_nuisances(HOUSE, now() - timedelta(minutes=1), 5) == []
        page = reader.get(HOME).content.decode()
        assert "경보 2건 가운데 오경보 1건" in page
        assert "조리 연기 2" in page

    def test_the_desk_counts_every_open_alarm_and_leads_to_those_it_does_not_list(self, reader):
        for number in range(21):
            register(now(), f"f{number}")
            take_messages(now=now(), messages=[uplink(f"f{number}-d301", now(), "smoke")], via="mqtt")
        decide_due(now=now())
        page = reader.get(HOME)
        assert (page.context["alarm_count"], len(page.context["alarms"])) == (21, 20)
        assert "진행 중인 경보 21건 모두 보기" in page.content.decode()

    def test_who_looks_on_reads_the_contacts_once(self, reader):
        take_messages(now=now(), messages=[uplink("d301", now(), "smoke")], via="mqtt")
        decide_due(now=now())
        (alarm,) = list_alarms(actor=HOUSE)[0]
        page = f"{HOME}alarms/{alarm.id}/"
        assert "02-000-0001" in reader.get(page).content.decode()
        drawn_anew = reader.get(page, headers={"HX-Request": "true"}).content.decode()
        assert "02-000-0001" not in drawn_anew
        assert 'id="alarm-rest"' in drawn_anew
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from people_auditrow where action = 'fire_safety.read_contacts'")
            assert cursor.fetchone() == (1,)

    def test_a_rota_is_written_as_lines(self, reader):
        lines = "주간, 02-1, 12345, 9-18\n야간, 02-2, , 18-9"
        contacts = read_rows(lines, CONTACT_COLUMNS, "contacts_text", Contact)
        assert write_rows(CONTACT_COLUMNS, contacts) == lines
        facility = msgspec.structs.replace(FACILITY, contacts=contacts)
        register_facility(actor=HOUSE, now=now(), facility=facility)
        assert [one.hours for one in get_facility(HOUSE, FACILITY.code).contacts] == ["9-18", "18-9"]
        page = reader.get(ONE).content.decode()
        assert "당직자가 없는 시간" in page
        assert "토 9–18" in page


def test_a_click_on_the_plan_hangs_the_chosen_detector(house, browser):
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    place = f"{HOME}facilities/jongno/place/"
    page.goto(f"{house.url}/accounts/login/?next={place}")
    page.fill("[name=login]", "officer")
    page.fill("[name=password]", house.accounts()["officer"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    radio = page.locator("[name=detector]").nth(2)
    detector = radio.get_attribute("value")
    radio.check()
    room = page.locator(".plan .room rect").nth(3)
    x, y, width, height = (float(room.get_attribute(one)) for one in ("x", "y", "width", "height"))
    room.click(force=True)  # its middle, whatever stands before it
    page.wait_for_selector(f"text={detector}의 자리를 옮겼습니다")
    hung = page.locator(f".detector:has(title:text('{detector}')) circle")
    assert float(hung.get_attribute("cx")) == pytest.approx(x + width / 2, abs=0.1)
    assert float(hung.get_attribute("cy")) == pytest.approx(y + height / 2, abs=0.1)


class TestRemoval(PageCases):
    path = f"{ONE}detectors/d301/remove/"

    @pytest.fixture(autouse=True)
    def laid_out(self, db):
        register(now() - timedelta(days=2))

    def test_a_detector_leaves_the_register_and_its_trouble_is_over(self, reader):
        assert check_detectors(now=now()) == 3
        troubles = IncidentFilter(kind="fire_detector_trouble")
        assert reader.post(self.path, {"must_equal": "d302"}).status_code == 422
        assert reader.post(self.path, {"must_equal": "d301"}).status_code == 302
        assert [one.id for one in list_detectors(HOUSE, FACILITY.code)] == ["p3", "d302"]
        found = list_incidents(actor=HOUSE, where=troubles)
        assert sorted(one.cleared_at is not None for one in found) == [False, False, True]
        assert "그런 감지기가 없습니다" in reader.post(self.path, {"must_equal": "d301"}).content.decode()


class TestFacilityRemoval(PageCases):
    path = f"{ONE}remove/"

    @pytest.fixture(autouse=True)
    def laid_out(self, db):
        register(now() - timedelta(days=2))

    def test_a_facility_leaves_the_register_once_no_alarm_is_open_and_its_history_stays(self, reader):
        check_detectors(now=now())
        told = {"must_equal": FACILITY.code, "reason": "문을 닫음"}
        at = now()
        take_messages(now=at, messages=[uplink("d301", at, "smoke")], via="mqtt")
        assert reader.post(self.path, told).status_code == 422  # heard and not decided on yet
        decide_due(now=at)
        (alarm,) = list_alarms(actor=HOUSE)[0]
        assert "진행 중인 경보" in reader.post(self.path, told).content.decode()
        answer_alarm(actor=HOUSE, now=at, code=FACILITY.code, kind=SignalKind.FALSE_ALARM, reason="수증기")
        answer_alarm(actor=HOUSE, now=at, code=FACILITY.code, kind=SignalKind.DRILL_BEGINS)
        decide_due(now=at)
        assert reader.post(self.path, {**told, "must_equal": "other"}).status_code == 422
        assert reader.post(self.path, {**told, "reason": " "}).status_code == 422
        assert list_facilities(actor=HOUSE)[1] == 1
        assert reader.post(self.path, told).status_code == 302
        assert list_facilities(actor=HOUSE)[1] == len(list_places()) == len(list_detectors(HOUSE)) == 0
        found = list_incidents(actor=HOUSE, where=IncidentFilter(kind="fire_detector_trouble"))
        assert all(one.cleared_at is not None for one in found)
        page = reader.get(f"{HOME}alarms/{alarm.id}/").content.decode()
        assert "수증기" in page
        assert "불입니다" not in page
        assert reader.get(f"{HOME}alarms/{alarm.id}/report/").status_code == 200
        assert "대장에서 지운 시설입니다" in reader.get(ONE).content.decode()
        assert reader.get(f"{ONE}edit/").status_code == 404
        with pytest.raises(NotFound, match="left the register"):
            answer_alarm(actor=HOUSE, now=now(), code=FACILITY.code, kind=SignalKind.CONFIRM)

    def test_what_a_removed_facilitys_detectors_say_is_told_and_it_comes_back_with_its_alarms(self, reader):
        at = now()
        take_messages(now=at, messages=[uplink("d301", at, "smoke")], via="mqtt")
        answer_alarm(actor=HOUSE, now=at, code=FACILITY.code, kind=SignalKind.FALSE_ALARM, reason="수증기")
        decide_due(now=at)
        reader.post(self.path, {"must_equal": FACILITY.code, "reason": "문을 닫음"})
        later = at + timedelta(days=1)
        tags = {"facility": FACILITY.code}
        info = {"devEui": "d301", "tags": tags}
        take_messages(now=later, messages=[uplink("d301", later, "smoke", deviceInfo=info)], via="mqtt")
        decide_due(now=later)
        (unknown,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind="fire_unknown_facility"))
        assert FACILITY.code in unknown.reason.ko
        assert len(list_alarms(actor=HOUSE)[0]) == 1
        assert decide_due(now=later + timedelta(days=1)) == 0
        register(later, "other")
        moved = msgspec.structs.replace(DETECTORS[0], facility="other")
        save_detectors(actor=HOUSE, now=later, code="other", detectors=[moved])
        later += timedelta(days=1)
        take_messages(now=later, messages=[uplink("d301", later, "smoke", deviceInfo=info)], via="mqtt")
        decide_due(now=later)
        assert list_alarms(actor=HOUSE)[0][0].facility == "other"  # where it hangs now, whatever it names
        assert list_alarms(actor=HOUSE)[1] == 2
        register_facility(actor=HOUSE, now=later, facility=FACILITY)
        save_detectors(actor=HOUSE, now=later, code=FACILITY.code, detectors=DETECTORS[1:])
        take_messages(now=later, messages=[uplink("d302", later, "heat")], via="mqtt")
        decide_due(now=later)
        assert [
            one.number for one in list_alarms(actor=HOUSE, where=AlarmFilter(facility=FACILITY.code))[0]
        ] == [2, 1]


class TestPolicy(PageCases):
    path = f"{ONE}policy/"

    @pytest.fixture(autouse=True)
    def laid_out(self, db):
        register(now())

    def test_a_policy_counts_only_once_it_was_tried(self, reader):
        form = {"name": "둘", "wait_s": 60, "night_wait_s": 30, "night_from": 0, "night_until": 0, "pair_s": 90,
                "quiet_s": 600, "hold_s": 300, "test_s": 3600, "drill_s": 1800, "ladder": "20, 40"}  # fmt: skip
        refused = reader.post(self.path, {**form, "do": "save"})
        assert "아직 저장하지 않았습니다" in refused.content.decode()
        assert "이 규칙이었다면" in refused.content.decode()
        assert get_facility(HOUSE, FACILITY.code).policy.wait_s == 80
        assert reader.post(self.path, {**form, "wait_s": 61, "do": "save"}).status_code == 200
        assert get_facility(HOUSE, FACILITY.code).policy.wait_s == 80
        assert reader.post(self.path, {**form, "wait_s": 61, "do": "save"}).status_code == 302
        assert get_facility(HOUSE, FACILITY.code).policy.wait_s == 61


class TestAlarms(ListPageCases):
    path = f"{HOME}alarms/"
    list_page = ALARMS

    @pytest.fixture(autouse=True)
    def rows(self, db):
        at = now()
        for code in ("eins", "zwei"):
            register(at, code)
            take_messages(now=at, messages=[uplink(f"{code}-d301", at, "smoke")], via="mqtt")
        decide_due(now=at)
        answer_alarm(actor=HOUSE, now=at, code="zwei", kind=SignalKind.FALSE_ALARM, reason="수증기")
        decide_due(now=at)

    def test_alarms_are_sorted_and_found_by_facility_and_place(self, reader):
        assert list_alarms(actor=HOUSE, sort="facility_name")[1] == 2
        assert [one.facility for one in list_alarms(actor=HOUSE, sort="state")[0]] == ["zwei", "eins"]
        assert [one.facility for one in list_alarms(actor=HOUSE, sort="-state")[0]] == ["eins", "zwei"]
        assert list_alarms(actor=HOUSE, where=AlarmFilter(search="301"))[1] == 2
        assert [one.facility for one in list_alarms(actor=HOUSE, where=AlarmFilter(search="zwei"))[0]] == [
            "zwei"
        ]
        assert reader.get(self.path, {"q": "수증기", "sort": "-begun_at"}).context["total"] == 0

    def test_alarms_are_those_of_days_a_facility_a_kind_and_an_outcome_and_are_exported_so(self, reader):
        def count(**asked):
            return reader.get(self.path, asked).context["total"]

        today = to_city_time(now()).date()
        day, other = str(today), str(today - timedelta(days=1))
        assert (count(since=day, until=day), count(until=other), count(since=other)) == (2, 0, 2)
        assert (count(since="2026-02-30"), count(until="9999-12-31"), count(since="0001-01-01")) == (2, 2, 2)
        assert (count(kind="smoke"), count(kind="confirm"), count(kind="no such")) == (2, 0, 0)
        assert (count(facility="zwei"), count(facility="no such")) == (1, 0)
        assert (count(state="stood_down", facility="zwei"), count(state="stood_down", facility="eins")) == (
            1,
            0,
        )
        names = [words.ko for _, words, _ in reader.get(self.path).context["filters"][2]["choices"]]
        assert names == [FACILITY.name, FACILITY.name]
        asked = {"since": day, "facility": "zwei", "format": "csv"}
        exported = b"".join(reader.get(self.path, asked)).decode("utf-8-sig")
        assert exported.count(FACILITY.name) == 1


class TestAnswers(PageCases):
    path = f"{HOME}alarms/"

    def test_a_reason_in_ones_own_words_and_the_enter_key_is_that_reason(self, reader):
        register(now())
        take_messages(now=now(), messages=[uplink("d301", now(), "smoke")], via="mqtt")
        decide_due(now=now())
        (alarm,), _ = list_alarms(actor=HOUSE)
        page = reader.get(f"{HOME}alarms/{alarm.id}/").content.decode()
        (own,) = (form for form in page.split("<form")[1:] if 'id="other"' in form.partition("</form>")[0])
        first_button = own[own.index("<button") :].partition(">")[
            0
        ]  # a browser's Enter presses the first one
        assert "value=" not in first_button
        answer = {"kind": "false_alarm", "reason": "빵을 태움"}
        reader.post(f"{HOME}alarms/{alarm.id}/answer/", answer)
        decide_due(now=now())
        assert "빵을 태움" in list_decisions(HOUSE, alarm.id)[-1].reason.ko

    def test_what_is_not_decided_on_yet_or_changes_nothing_is_not_called_done(self, reader):
        at = now()
        register(at)
        take_messages(now=at, messages=[uplink("d301", at, "smoke")], via="mqtt")
        decide_due(now=at)
        (alarm,), _ = list_alarms(actor=HOUSE)
        answered = reader.post(
            f"{HOME}alarms/{alarm.id}/answer/", {"kind": "false_alarm", "reason": "수증기"}, follow=True
        ).content.decode()
        assert "아직 판단하는 중" in answered
        assert "취소했습니다" not in answered
        answer = {"actor": HOUSE, "code": FACILITY.code, "alarm": alarm.number}
        answer_alarm(**answer, now=at, kind=SignalKind.CONFIRM)
        moment = now()
        assert find_refusal(HOUSE, FACILITY.code, moment) is None
        decide_due(now=now())
        refusal = find_refusal(HOUSE, FACILITY.code, at)
        assert refusal is not None
        assert "취소를 받지 않습니다" in refusal.ko

    def test_the_cameras_that_119_is_told_of_stand_on_the_alarm_s_page(self, reader):
        at = now()
        row = {"id": "CAM-7", "kind": "camera", "name": "시험 카메라 · Trial camera", "agency_code": "11110", "state": "active",
               "lon": 127.051, "lat": 37.55}  # fmt: skip
        Agency.objects.get_or_create(code="11110", defaults={"name_ko": "종로구", "name_en": "Jongno-gu"})
        register_declared_kinds(actor=HOUSE, now=at)
        assert import_things(actor=HOUSE, now=at, rows=[row], source="test").rejected == ()
        register(at)
        elsewhere = msgspec.structs.replace(FACILITY, lon=127.05, lat=37.55)
        register_facility(actor=HOUSE, now=at, facility=elsewhere)
        take_messages(now=at, messages=[uplink("d301", at, "smoke")], via="mqtt")
        decide_due(now=at)
        (alarm,), _ = list_alarms(actor=HOUSE)
        page = reader.get(f"{HOME}alarms/{alarm.id}/", {"language": "en"}).content.decode()
        assert 'href="/desk/cctv/cameras/CAM-7/">Trial camera<' in page
