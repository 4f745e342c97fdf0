"""Payloads read by data, gateways and lines that fall silent, links that worsen, hydrants, floor plans."""

from __future__ import annotations

import base64
import csv
import json
from datetime import timedelta

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, Actor, BadInput, NotAllowed, now
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.core.things.interface import ThingFilter, list_places
from madang.infrastructure.fire_safety.actions import (
    check_network,
    decide_due,
    hear_gateways,
    import_hydrants,
    place_detector,
    remove_decoder,
    save_decoder,
    save_gateways,
    save_plan,
    take_messages,
)
from madang.infrastructure.fire_safety.actions.deciding import describe_scene
from madang.infrastructure.fire_safety.methods.health import find_trouble
from madang.infrastructure.fire_safety.methods.network import blend, find_network_troubles, measure_margin
from madang.infrastructure.fire_safety.methods.payloads import decode_payload, read_field
from madang.infrastructure.fire_safety.models import AlarmRow, FacilityRow, GatewayRow, RefusedRow
from madang.infrastructure.fire_safety.pages.network import read_decoder, write_decoder
from madang.infrastructure.fire_safety.processes import find_gateway
from madang.infrastructure.fire_safety.queries import (
    find_plan,
    list_alarms,
    list_detectors,
    list_hydrants,
    list_network_troubles,
    list_plan_floors,
    read_plan_picture,
)
from madang.infrastructure.fire_safety.records import (
    Decoder,
    Detector,
    Gateway,
    PayloadField,
    SignalKind,
    Taken,
)

from .facilities import FACILITY, register, uplink

NOW = now().replace(microsecond=0)
OFFICER = Actor(id="o", name="종로", grants=frozenset({("fire_safety.change", "11110")}))
DECODER = Decoder(
    profile="ACME SD-1",
    fields=(
        PayloadField(name="smoke", port=2, offset=0, bit=0),
        PayloadField(name="heat", port=2, offset=0, bit=1),
        PayloadField(name="battery", port=2, offset=1, scale=0.5),
        PayloadField(name="level", port=2, offset=2, length=2, is_little=True, scale=0.1),
        PayloadField(name="temperature", port=3, offset=0, length=2, is_signed=True, scale=0.01, add=1),
    ),
)


def send(device, at, payload, port=2, **more):
    event = json.loads(uplink(device, at))
    del event["object"]
    event["deviceInfo"]["deviceProfileName"] = "ACME SD-1"
    event |= {"fPort": port, "data": base64.b64encode(payload).decode(), **more}
    return json.dumps(event).encode()


class TestPayloads:
    def test_bits_scales_and_byte_order_are_read(self):
        assert decode_payload(DECODER, 2, bytes([1, 180, 0x2C, 0x01])) == {
            "smoke": True, "heat": False, "battery": 90.0, "level": 30.0,
        }  # fmt: skip
        assert decode_payload(DECODER, 3, bytes([0xFF, 0x38]))["temperature"] == pytest.approx(-1.0)

    @pytest.mark.parametrize(("port", "payload"), [(2, b"\x01"), (9, b"\x01\x02\x03\x04"), (2, b"")])
    def test_what_cannot_be_read_is_refused_and_never_passes_for_no_alarm(self, port, payload):
        with pytest.raises(ValueError):
            decode_payload(DECODER, port, payload)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"bit": 8}, {"bit": 16, "length": 2}, {"at_least": float("nan")}, {"equals": float("inf")},
            {"scale": 0.0}, {"add": float("-inf")}, {"scale": 1e308},
        ],
    )  # fmt: skip
    def test_a_field_that_could_never_alarm_is_refused(self, wrong):
        decoder = Decoder(profile="x", fields=(PayloadField(name="smoke", offset=0, **wrong),))
        with pytest.raises(ValueError):
            decode_payload(decoder, 1, b"\xff\xff")

    @pytest.mark.parametrize(
        ("raw", "field"),
        [
            (3, {"scale": 0.1, "equals": 0.3}), (3, {"scale": 0.1, "add": -0.3, "equals": 0}),
            (100, {"scale": 1.15, "at_least": 115}), (116, {"at_least": 115}), (3, {"equals": 3}),
        ],
    )  # fmt: skip
    def test_a_value_alarms_though_it_can_be_written_as_no_float(self, raw, field):
        decoder = Decoder(profile="x", fields=(PayloadField(name="smoke", offset=0, **field),))
        assert decode_payload(decoder, 1, bytes([raw])) == {"smoke": True}
        assert decode_payload(decoder, 1, bytes([raw - 2])) == {"smoke": False}

    def test_large_values_that_differ_by_one_are_not_the_same(self):
        decoder = Decoder(profile="x", fields=(PayloadField(name="smoke", offset=0, length=4, equals=2**31),))
        assert decode_payload(decoder, 1, (2**31).to_bytes(4)) == {"smoke": True}
        assert decode_payload(decoder, 1, (2**31 + 1).to_bytes(4)) == {"smoke": False}

    @given(st.binary(max_size=12), st.integers(0, 12), st.integers(1, 8), st.booleans(), st.booleans())
    def test_a_field_reads_what_the_bytes_say_or_refuses(self, raw, offset, length, is_signed, is_little):
        field = PayloadField(name="x", offset=offset, length=length, is_signed=is_signed, is_little=is_little)
        if offset + length > len(raw):
            with pytest.raises(ValueError):
                read_field(field, raw)
        else:
            order = "little" if is_little else "big"
            whole = int.from_bytes(raw[offset : offset + length], order, signed=is_signed)
            assert read_field(field, raw) == float(whole)

    def test_as_text_and_back_it_is_the_same(self):
        assert read_decoder(write_decoder(DECODER)) == DECODER
        for wrong in (
            "profile = 'x'",
            "profile = 'a/b'\n[[fields]]\nname='smoke'\noffset=0",
            "profile =",
            "x=" + "[" * 3000,
        ):
            with pytest.raises(BadInput):
                read_decoder(wrong)

    @pytest.mark.django_db
    def test_an_unread_uplink_alarms_by_its_decoder_and_without_one_is_kept_with_its_reason(self):
        register(NOW)
        message = send("d301", NOW, bytes([1, 180, 0x2C, 0x01]))
        assert take_messages(now=NOW, messages=[message], via="mqtt") == Taken(devices=1, refused=1)
        assert "no decoder for payloads of ACME SD-1" in RefusedRow.objects.get().reason
        save_decoder(actor=HOUSE, now=NOW, decoder=DECODER)
        assert take_messages(now=NOW, messages=[message], via="mqtt") == Taken(signals=1, devices=1)
        assert take_messages(now=NOW, messages=[send("d301", NOW, b"\x01")], via="mqtt") == Taken(
            devices=1, refused=1
        )
        decide_due(now=NOW)
        assert [one.kind for one in list_alarms(actor=HOUSE)[0]] == [SignalKind.SMOKE]
        (detector,) = [one for one in list_detectors(HOUSE) if one.id == "d301"]
        assert (detector.battery, detector.level) == (90.0, 30.0)
        remove_decoder(actor=HOUSE, now=NOW, profile="ACME SD-1")
        later = NOW + timedelta(seconds=5)
        assert take_messages(now=later, messages=[send("d302", later, bytes(4))], via="mqtt").signals == 0

    @pytest.mark.django_db
    def test_poison_is_refused_and_stops_nothing(self):
        register(NOW)
        save_decoder(actor=HOUSE, now=NOW, decoder=DECODER)
        poison = [
            send("d301", NOW, bytes(4), data="no base64!"),
            send("d301", NOW, bytes(4), data=7),
            send("d301", NOW, bytes(4), fPort="two"),
            send("d301", NOW, bytes(4), rxInfo=[{"gatewayId": "\0"}, 5, {"gatewayId": 7}]),
            send("d301", NOW, bytes(4), txInfo=[1]),
            send("d301", NOW, bytes(4), txInfo={"modulation": {"lora": {"spreadingFactor": "x"}}}),
        ]
        good = send("d302", NOW, bytes([2, 180, 0, 0]))
        assert take_messages(now=NOW, messages=[*poison, good], via="mqtt").signals == 1
        assert RefusedRow.objects.count() == 3

    @pytest.mark.django_db
    def test_only_who_cares_for_the_whole_net_changes_decoders_and_gateways(self):
        with pytest.raises(NotAllowed):
            save_decoder(actor=OFFICER, now=NOW, decoder=DECODER)
        for wrong in ({"bit": 8}, {"at_least": float("nan")}):
            broken = Decoder(profile="x", fields=(PayloadField(name="smoke", offset=0, **wrong),))
            with pytest.raises(BadInput):
                save_decoder(actor=HOUSE, now=NOW, decoder=broken)
        with pytest.raises(NotAllowed):
            save_gateways(actor=OFFICER, now=NOW, gateways=())


def make_net(heard: dict[str, float], own: int = 1) -> list[Gateway]:
    """Return gateways of institutions, each heard so many minutes ago."""
    return [
        Gateway(id=f"{name}{at}", institution=name, registered_at=NOW, heard_at=NOW - timedelta(minutes=ago))
        for name, ago in heard.items()
        for at in range(own)
    ]


class TestSilence:
    def test_the_largest_that_explains_it_is_told(self):
        net = {f"i{at}": 1.0 for at in range(28)}
        assert find_network_troubles(make_net(net), NOW) == []
        one = find_network_troubles(make_net({**net, "i3": 40.0}), NOW)
        assert [each.key for each in one] == ["fire-gateway:i30"]
        line = find_network_troubles(make_net({**net, "i3": 40.0}, own=2), NOW)
        assert [each.key for each in line] == ["fire-institution:i3"]
        half = {name: 40.0 if at < 14 else 1.0 for at, name in enumerate(net)}
        assert [each.key for each in find_network_troubles(make_net(half), NOW)] == ["fire-backbone"]
        few = {"a": 40.0, "b": 40.0}
        assert len(find_network_troubles(make_net(few), NOW)) == 2

    @given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 60)), max_size=40))
    def test_every_silent_gateway_is_explained_and_nothing_else_is_told(self, drawn):
        gateways = [
            Gateway(
                id=f"g{at}", institution=f"i{place}", registered_at=NOW, heard_at=NOW - timedelta(minutes=ago)
            )
            for at, (place, ago) in enumerate(drawn)
        ]
        silent = [one for one in gateways if NOW - one.heard_at > timedelta(minutes=30)]
        troubles = {one.key for one in find_network_troubles(gateways, NOW)}
        assert bool(silent) == bool(troubles)
        for one in silent:
            keys = {"fire-backbone", f"fire-institution:{one.institution}", f"fire-gateway:{one.id}"}
            assert "fire-backbone" in troubles or keys & troubles
        assert all(
            key == "fire-backbone" or any(one.id in key or one.institution in key for one in silent)
            for key in troubles
        )

    @pytest.mark.django_db
    def test_silence_is_one_incident_until_it_is_heard_again(self):
        save_gateways(
            actor=HOUSE,
            now=NOW,
            gateways=[Gateway(id="g1", institution="중부소방서"), Gateway(id="g2", institution="시청")],
        )
        later = NOW + timedelta(minutes=31)
        register(NOW)
        take_messages(now=later, messages=[uplink("d301", later)], via="mqtt")
        assert check_network(now=later) == 0, "g1 and g2 carried the uplink"
        much_later = later + timedelta(minutes=31)
        hear_gateways(now=much_later, gateways=["g2", "nobody's"])
        assert (check_network(now=much_later), check_network(now=much_later)) == (1, 0)
        (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind="fire_network_silent"))
        assert "중부소방서" in incident.reason.ko
        hear_gateways(now=much_later, gateways=["g1"])
        assert check_network(now=much_later) == 1
        (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind="fire_network_silent"))
        assert incident.cleared_at is not None
        save_gateways(actor=HOUSE, now=NOW, gateways=[Gateway(id="g1", institution="중부소방서")])
        assert list(GatewayRow.objects.values_list("pk", flat=True)) == ["g1"]
        with pytest.raises(BadInput):
            save_gateways(actor=HOUSE, now=NOW, gateways=[Gateway(id="g", institution="a")] * 2)

    @pytest.mark.django_db
    def test_a_trouble_that_a_larger_one_explains_is_over_when_it_is_heard_itself(self):
        names = [f"i{at}" for at in range(8)]
        own = [Gateway(id=f"{name}-{at}", institution=name) for name in names for at in range(2)]
        save_gateways(actor=HOUSE, now=NOW, gateways=own)
        late = [NOW + timedelta(minutes=31 * at) for at in range(1, 6)]

        def hear(moment, *dark):
            heard = [one.id for one in own if one.id not in dark and one.institution not in dark]
            hear_gateways(now=moment, gateways=heard)
            check_network(now=moment)
            here = IncidentFilter(kind="fire_network_silent")
            return {one.key for one in list_incidents(actor=HOUSE, where=here) if one.cleared_at is None}

        assert hear(late[0], "i0-0") == {"fire-gateway:i0-0"}
        assert hear(late[1], "i0") == {"fire-gateway:i0-0", "fire-institution:i0"}
        assert hear(late[2], *names[:4]) == {"fire-gateway:i0-0", "fire-institution:i0", "fire-backbone"}
        assert [one.key for one in list_network_troubles(late[2])] == ["fire-backbone"]
        assert hear(late[3], "i0-0") == {"fire-gateway:i0-0"}
        save_gateways(actor=HOUSE, now=NOW, gateways=[one for one in own if one.id != "i0-0"])
        assert hear(late[4]) == set()

    def test_a_sign_of_life_is_known_by_its_topic(self):
        assert find_gateway("kr920/gateway/0a1b/event/stats") == "0a1b"
        assert find_gateway("gateway/0a1b/event/stats") == "0a1b"
        for other in (
            "application/1/device/d/event/up",
            "fire/gateway/x/event/stats",
            "fire/a",
            "event/stats",
        ):
            assert find_gateway(other) == ""


def make_detector(**more):
    return Detector(id="d", facility="f", kind=SignalKind.SMOKE, heard_at=NOW, battery=90, **more)


class TestLinks:
    def test_margin_counts_from_what_the_data_rate_needs(self):
        assert measure_margin(-3, 7) == 4.5
        assert measure_margin(-3, 12) == 17
        assert measure_margin(-3, None) == 17
        assert measure_margin(None, 7) is None

    def test_a_thin_margin_a_worse_link_and_a_dusty_chamber_need_care(self):
        assert find_trouble(make_detector(margin=12, usual_margin=13, usual_level=10), NOW) is None
        assert "여유" in find_trouble(make_detector(margin=3, usual_margin=4), NOW).ko
        assert "나빠졌" in find_trouble(make_detector(margin=8, usual_margin=18), NOW).ko
        assert "청소" in find_trouble(make_detector(usual_level=61), NOW).ko

    @given(st.lists(st.floats(-20, 30), min_size=1, max_size=60))
    def test_a_mean_stays_within_what_was_heard(self, heard):
        mean = None
        for one in heard:
            mean = blend(mean, one, 0.05)
        assert min(heard) - 0.1 <= mean <= max(heard) + 0.1
        assert blend(mean, None, 0.05) == mean


LIST = """시설번호,시설유형코드,시군구명,소재지도로명주소,위도,경도,상세위치,사용가능여부
11-1,1,종로구,종로 1,37.5801,126.9801,정문 앞,Y
11-2,2,서울특별시 종로구,종로 2,37.5815,126.9800,뒤편,Y
11-3,1,종로구,종로 3,37.5802,126.9802,고장,N
11-4,1,종로구,종로 4,37.6800,126.9802,먼 곳,Y
"""


@pytest.mark.django_db
class TestHydrants:
    def test_a_published_list_is_kept_and_the_nearest_usable_go_to_119(self):
        report = import_hydrants(
            actor=HOUSE, now=NOW, rows=csv.DictReader(LIST.splitlines()), source="hydrants.csv"
        )
        assert (report.added, len(report.rejected)) == (4, 0)
        again = import_hydrants(
            actor=HOUSE, now=NOW, rows=csv.DictReader(LIST.splitlines()), source="hydrants.csv"
        )
        assert (again.added, again.unchanged) == (0, 4)
        assert [one.id for one in list_hydrants(FACILITY.lon, FACILITY.lat)] == [
            "HYD-11110-11-1",
            "HYD-11110-11-2",
        ]
        register(NOW)
        take_messages(now=NOW, messages=[uplink("p3", NOW, "call_point")], via="mqtt")
        decide_due(now=NOW)
        row = FacilityRow.objects.get()
        row.lon += 1e-6  # what stands near a place is kept for an hour, beyond each test
        scene = describe_scene(row, AlarmRow.objects.get(), NOW)
        assert scene.facts["hydrants"].ko.startswith("HYD-11110-11-1 지상식소화전 (")
        assert scene.facts["hydrants"].en.startswith("HYD-11110-11-1 above-ground hydrant (")

    def test_a_number_is_a_districts_own_and_another_citys_hydrants_are_refused(self):
        officer = Actor(id="d", name="자료", grants=frozenset({("things.import", "*")}))
        lines = """일련번호,시설번호,시도명,시군구명,위도,경도
1,7,서울특별시,종로구,37.58,126.98
2,7,서울특별시,중구,37.56,126.99
3,,서울특별시,중구,37.561,126.991
3,7,부산광역시,중구,35.10,129.03
"""
        report = import_hydrants(actor=officer, now=NOW, rows=csv.DictReader(lines.splitlines()), source="x")
        assert (report.added, len(report.rejected)) == (3, 1)
        found = sorted(one for one, *_ in list_places(ThingFilter(kind="hydrant")))
        assert found[0] == "HYD-11110-7"
        assert "HYD-11140-7" in found
        assert "HYD-11140-3" not in found, "a number of a line is no number of a hydrant"

    def test_a_list_without_places_is_refused(self):
        with pytest.raises(BadInput):
            import_hydrants(actor=HOUSE, now=NOW, rows=[{"시설번호": "1", "주소": "종로"}], source="x")


def draw_picture(extension=".png"):
    return cv2.imencode(extension, np.full((300, 600, 3), 240, np.uint8))[1].tobytes()


@pytest.mark.django_db
class TestPlans:
    def test_a_picture_stands_behind_its_floor_and_a_click_hangs_a_detector(self):
        register(NOW)
        save_plan(
            actor=HOUSE, now=NOW, code=FACILITY.code, floor="3층", content=draw_picture(".jpg"), width_m=24
        )
        plan = find_plan(HOUSE, FACILITY.code, "3층")
        assert (plan.width_m, plan.height_m) == (24, 12)
        assert list_plan_floors(FACILITY.code) == ["3층"]
        assert read_plan_picture(HOUSE, plan.id).startswith(b"\x89PNG")
        place_detector(
            actor=OFFICER, now=NOW, code=FACILITY.code, detector="d301", floor="3층", place=(7.123, 4)
        )
        (detector,) = [one for one in list_detectors(HOUSE) if one.id == "d301"]
        assert (detector.x, detector.y) == (7.12, 4)

    @pytest.mark.parametrize(
        "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\nbroken", b"GIF89a" + bytes(40)]
    )
    def test_what_is_no_picture_is_refused(self, content):
        register(NOW)
        with pytest.raises(BadInput):
            save_plan(actor=HOUSE, now=NOW, code=FACILITY.code, floor="3층", content=content, width_m=24)

    def test_nobody_else_changes_a_facilitys_plan(self):
        register(NOW)
        stranger = msgspec.structs.replace(OFFICER, grants=frozenset({("fire_safety.change", "11680")}))
        with pytest.raises(NotAllowed):
            save_plan(
                actor=stranger, now=NOW, code=FACILITY.code, floor="1", content=draw_picture(), width_m=9
            )
        with pytest.raises(NotAllowed):
            place_detector(
                actor=stranger, now=NOW, code=FACILITY.code, detector="d301", floor="3층", place=(1, 1)
            )
        with pytest.raises(BadInput):
            place_detector(
                actor=OFFICER, now=NOW, code=FACILITY.code, detector="d301", floor="3층", place=(-1, 1)
            )
        with pytest.raises(BadInput):
            place_detector(
                actor=OFFICER, now=NOW, code=FACILITY.code, detector="no", floor="3층", place=(1, 1)
            )
