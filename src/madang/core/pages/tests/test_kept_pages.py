"""Who isn't signed in gets a page that was drawn once for all; anybody else their own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from starlette.types import Receive, Scope, Send

from madang.core.pages import kept_pages
from madang.core.pages.interface import KeptPages, page

pytestmark = pytest.mark.django_db(transaction=True)


class Counted:
    """Django, with the number of requests that reached it."""

    def __init__(self) -> None:
        self.django = WSGIMiddleware(get_wsgi_application(), workers=4)
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.count += 1
        await self.django(scope, receive, send)


@pytest.fixture
def django() -> Iterator[Counted]:
    counted = Counted()
    yield counted
    counted.django.executor.shutdown()


def ask(app: KeptPages, *requests: dict[str, object], at_once: bool = False) -> list[httpx.Response]:
    """Return the answers to requests, each given as what differs from GET /help/."""

    async def send() -> list[httpx.Response]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://testserver"
        ) as client:
            calls = [client.request(**{"method": "GET", "url": "/help/", **one}) for one in requests]
            return list(await asyncio.gather(*calls)) if at_once else [await call for call in calls]

    return asyncio.run(send())


def test_many_who_ask_at_once_get_one_page_that_gives_no_cookie(django: Counted) -> None:
    answers = ask(KeptPages(django), *[{}] * 20, at_once=True)
    assert django.count == 1
    assert {one.status_code for one in answers} == {200}
    assert len({one.content for one in answers}) == 1
    assert b"csrf" not in answers[0].content
    assert "set-cookie" not in answers[0].headers
    assert "Content-Security-Policy" in answers[0].headers


def test_a_page_that_is_held_is_not_sent_again(django: Counted) -> None:
    app = KeptPages(django)
    plain = {"Accept-Encoding": "identity"}
    first, packed = ask(app, {"headers": plain}, {})
    assert first.content == packed.content
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(first.content) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert ask(app, {"headers": {"If-None-Match": packed.headers["ETag"]}})[0].status_code == 304
    held, other, head = ask(
        app,
        {"headers": {"If-None-Match": first.headers["ETag"], **plain}},
        {"headers": {"If-None-Match": '"another"'}},
        {"method": "HEAD", "headers": plain},
    )
    assert (held.status_code, held.content) == (304, b"")
    assert (other.status_code, other.content) == (200, first.content)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(first.content))
    assert first.headers["Cache-Control"] == held.headers["Cache-Control"] == "no-cache"


def test_language_display_and_address_have_pages_of_their_own(django: Counted) -> None:
    pages = ask(
        KeptPages(django),
        {},
        {"headers": {"Cookie": "language=en; other=1"}},
        {"headers": {"Cookie": "display=dark.large.off"}},
        {"url": "/help/?a=1"},
        {"headers": {"Host": "127.0.0.1"}},
    )
    assert django.count == 5
    assert '<html lang="en"' in pages[1].text
    assert 'data-mode="dark"' in pages[2].text
    assert "%3Fa%3D1" in pages[3].text


@pytest.mark.parametrize(
    "one",
    [
        {"headers": {"Cookie": "sessionid=abc"}},
        {"headers": {"Cookie": 'messages="x"'}},
        {"headers": {"Authorization": "Basic eDp5"}},
        {"headers": {"HX-Request": "true"}},
        {"url": "/help/?language=en"},
        {"url": "/search/"},
        {"method": "POST"},
    ],
)
def test_whatever_may_be_somebodys_passes(django: Counted, one: dict[str, object]) -> None:
    app = KeptPages(django)
    first, second = ask(app, one, one)
    assert django.count == 2
    assert "ETag" not in first.headers
    assert first.status_code == second.status_code


def test_a_page_is_drawn_anew_when_it_is_old(django: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_pages, "KEPT_S", 0.0)
    ask(KeptPages(django), {}, {})
    assert django.count == 2


def test_memory_stays_bounded(django: Counted) -> None:
    app = KeptPages(django)
    ask(app, *({"url": f"/help/?n={number}"} for number in range(kept_pages.MOST_PAGES + 5)))
    assert len(app._pages) == kept_pages.MOST_PAGES


@page("public", kept=True)
def give(_request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("yours")
    answer.set_cookie("yours", uuid4().hex)
    return answer


urlpatterns = [path("gives/", give)]


@pytest.mark.urls(__name__)
def test_a_page_that_gives_a_cookie_is_nobody_elses(django: Counted) -> None:
    answers = ask(KeptPages(django), *[{"url": "/gives/"}] * 3, at_once=True)
    assert len({one.headers["set-cookie"] for one in answers}) == 3
