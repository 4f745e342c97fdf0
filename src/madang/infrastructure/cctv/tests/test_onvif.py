"""Cameras that say by ONVIF where they stream: a device of the tests that checks logins, and what must not happen."""

from __future__ import annotations

import csv
import socket
import threading
from datetime import UTC, datetime

import pytest

from madang.core.base.interface import HOUSE, Actor, BadInput, NotAllowed
from madang.infrastructure.cctv import actions
from madang.infrastructure.cctv.gateway.onvif import discover, list_streams
from madang.infrastructure.cctv.queries.cameras import list_cameras
from madang.infrastructure.cctv.queries.keeping import forget
from madang.infrastructure.cctv.queries.sources import find_source
from madang.infrastructure.cctv.records import Rules, Source
from madang.infrastructure.cctv.tests.onvif import PASSWORD, PROFILES, USER, run_device


@pytest.fixture(autouse=True)
def networks(monkeypatch):
    monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "127.0.0.0/8")
    forget()


def ask(address, user=USER, password=PASSWORD):
    return list_streams(address, user, password, datetime.now(UTC))


def test_a_camera_is_asked_under_its_own_address_whatever_it_names_and_though_its_clock_is_wrong():
    with run_device() as (address, seen):
        streams = ask(address)
    assert [(one.token, (one.width, one.height)) for one in streams] == list(PROFILES.items())
    assert streams[1].url == "rtsp://127.0.0.1:554/sub?a=1&b=2"
    assert set(seen) == {"/onvif/device_service", "/onvif/media"}


def test_a_camera_that_has_the_second_media_service_alone_is_asked_by_that():
    with run_device(is_second=True) as (address, seen):
        streams = ask(address)
    assert [(one.token, (one.width, one.height)) for one in streams] == list(PROFILES.items())
    assert streams[1].url == "rtsp://127.0.0.1:554/sub?a=1&b=2"
    assert set(seen) == {"/onvif/device_service", "/onvif/media2"}


def test_a_wrong_login_a_stranger_and_another_network_are_refused_in_words(monkeypatch):
    with run_device() as (address, seen):
        with pytest.raises(BadInput, match="not authorized"):
            ask(address, password="wrong")
        monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "10.0.0.0/8")
        seen.clear()
        with pytest.raises(BadInput, match="camera_networks"):
            ask(address)
        assert seen == []
        monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "127.0.0.0/8")
    with pytest.raises(BadInput, match="doesn't answer"):
        ask(address)
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    for answer in (b"<html>hello", b"", b"x" * 2_000_000, bomb):
        with run_device(answer=answer) as (address, _), pytest.raises(BadInput):
            ask(address)
    for wrong in ("rtsp://127.0.0.1", "http://", "file:///etc/passwd", "http://127.0.0.1:x/", "127.0.0.1"):
        with pytest.raises(BadInput):
            ask(wrong)


@pytest.mark.django_db
def test_the_stream_that_suffices_becomes_the_source_and_its_rules_stay():
    text = "자치구,주소,위도,경도,수량\n종로구,세종로 1,37.5759,126.9769,1\n"
    moment = datetime.now(UTC)
    actions.import_cameras(actor=HOUSE, now=moment, rows=csv.DictReader(text.splitlines()), source="시험")
    camera = list_cameras()[0][0]
    first = Source(camera_id=camera.id, url="rtsp://127.0.0.1/old", rules=Rules(loitering_s=33))
    actions.save_source(actor=HOUSE, now=moment, source=first)
    wanted = {"now": moment, "camera_id": camera.id, "user": USER, "password": PASSWORD}
    with run_device() as (address, _):
        assert actions.connect_camera(actor=HOUSE, address=address, **wanted).token == "sub"
    source = find_source(camera.id)
    assert source.url == "rtsp://eye:p%40ss%2Fword%3C%26%3E@127.0.0.1:554/sub?a=1&b=2"
    assert source.rules.loitering_s == 33
    with run_device() as (address, seen):
        with pytest.raises(NotAllowed):
            actions.connect_camera(actor=Actor(id="x", name="x"), address=address, **wanted)
        assert seen == []
    with (
        run_device(stream="rtsp://192.0.2.7") as (address, _),
        pytest.raises(BadInput, match="camera_networks"),
    ):
        actions.connect_camera(actor=HOUSE, address=address, **wanted)
    assert find_source(camera.id) == source


def test_cameras_of_allowed_networks_are_found_by_a_probe():
    answer = (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><p:XAddrs xmlns:p="x">'
        b"http://127.0.0.9/onvif/device_service http://10.1.1.1/x http://name/x</p:XAddrs></e:Body></e:Envelope>"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind(("127.0.0.1", 0))
        device.settimeout(10)
        asked = []

        def reply():
            body, who = device.recvfrom(65_535)
            asked.append(body)
            device.sendto(b"what?", who)
            device.sendto(answer, who)

        thread = threading.Thread(target=reply)
        thread.start()
        found = discover(1.0, device.getsockname())
        thread.join()
    assert found == ["http://127.0.0.9/onvif/device_service"]
    assert b"NetworkVideoTransmitter" in asked[0]
