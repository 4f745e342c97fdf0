"""119 has a message where it says so itself, in time: whatever else answers, it is sent again."""

from __future__ import annotations

import socket
import threading

import pytest

from madang.infrastructure.fire_safety.gateway.relaying import NotReceived, post_alert


@pytest.fixture
def answering():
    """A receiver that answers each connection by what it is given: parts with a pause in seconds after each."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    threads = []

    def answer(parts, pause):
        def talk():
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                for part in parts:
                    try:
                        connection.sendall(part)
                    except OSError:
                        return
                    if over.wait(pause):
                        return

        threads.append(threading.Thread(target=talk))
        threads[-1].start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield answer
    over.set()
    for thread in threads:
        thread.join(5)
    server.close()


def write_answer(status, body=b"", kind=b"text/plain"):
    return b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        kind,
        len(body),
        body,
    )


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 204 No Content\r\n\r\n", write_answer(b"202 Accepted"), write_answer(b"200 OK", b'{"received":"a-1"}'),
               write_answer(b"200 OK", b"<ack/>", b"application/xml"), write_answer(b"200 OK", "접수".encode("cp949")),
               write_answer(b"200 OK", b'{"ok":true,"error":null}', b"application/json")]
)  # fmt: skip
def test_an_answer_that_says_so_is_one(answering, answer):
    post_alert(answering([answer], 0.01), "a-1", b"<alert/>")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (write_answer(b"500 No", b"disk"), "HTTP 500: disk"),
        (write_answer(b"302 Found"), "HTTP 302"),
        (write_answer(b"200 OK", b"<html>log in</html>", b"text/html; charset=utf-8"), "web page"),
        (write_answer(b"200 OK", b"<!DOCTYPE html><HTML>log in"), "web page"),
        (write_answer(b"200 OK", b'{"received":"b-9"}', b"application/json"), "'b-9'"),
        (write_answer(b"200 OK", b'{"received":false}', b"application/json"), "it says 'received'"),
        (write_answer(b"200 OK", b'{"error":"no such centre"}', b"application/json"), "no such centre"),
        (write_answer(b"200 OK", b"\x93\xff\xfe\x01\x80"), "bytes that say nothing"),
        (write_answer(b"200 OK", b"ok\x00\x00"), "bytes that say nothing"),
        (b"\x00\xff nonsense\r\n\r\n", "illegal status line"),
    ],
)
def test_any_other_answer_is_none_and_says_why(answering, answer, why):
    with pytest.raises(NotReceived, match=why):
        post_alert(answering([answer], 0.01), "a-1", b"<alert/>")


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"])
def test_an_answer_that_comes_byte_by_byte_holds_nothing_up(answering, begun):
    with pytest.raises(NotReceived, match="no answer within"):
        post_alert(answering([begun, *[b"H"] * 200], 0.1), "a-1", b"<alert/>", timeout_s=0.3)


def test_a_second_answer_to_one_alert_is_none_to_the_next():
    server = socket.create_server(("127.0.0.1", 0))
    asked = []

    def answer():
        for status, times in ((b"200 OK", 2), (b"503 No", 1)):
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(65_536))
                connection.sendall(write_answer(status) * times)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.getsockname()[1]}/"
    post_alert(address, "a-1", b"<alert/>")
    with pytest.raises(NotReceived, match="HTTP 503"):
        post_alert(address, "b-1", b"<alert/>")
    assert [b"a-1" in asked[0], b"b-1" in asked[1]] == [True, True]
    thread.join(5)
    server.close()
