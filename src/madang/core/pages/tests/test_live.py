"""An open page follows what happens: news arrives over server-sent events, to those who may know."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request

import pytest

from madang.core.base.broker import LIVE, Broker

TOPIC = "imports.one"


def refuse(house: str, path: str, **headers: str) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(house + path, headers=headers))
    return refused.value.code, json.loads(refused.value.read())["code"]


def test_news_reaches_an_open_page(house: str, broker: str) -> None:
    sender, arrived = Broker(broker), threading.Event()

    def send_until_arrived() -> None:
        while not arrived.wait(0.05):
            sender.publish(LIVE + TOPIC, b'{"rows":3}')

    thread = threading.Thread(target=send_until_arrived)
    thread.start()
    said = None
    while said is None:  # an open page asks again where the stream ends, and so does this
        with urllib.request.urlopen(f"{house}/live?topic={TOPIC}&topic=imports") as stream:
            assert stream.headers["Content-Type"].startswith("text/event-stream")
            lines = iter(stream.readline, b"")
            said = next((line for line in lines if line.startswith(b"data: ")), None)
    arrived.set()
    thread.join()
    sender.close()
    assert json.loads(said.removeprefix(b"data: ")) == {"topic": TOPIC, "payload": {"rows": 3}}


def test_only_declared_topics_can_be_followed_and_only_by_those_who_may(house: str) -> None:
    assert refuse(house, "/live?topic=nothing") == (422, "live.unknown")
    assert refuse(house, "/live?topic=imports.%3E") == (422, "input.wrong")
    assert refuse(house, "/live") == (422, "input.wrong")
    assert refuse(house, f"/live?topic={TOPIC}", **{"x-stranger": "yes"}) == (403, "live.not_allowed")
